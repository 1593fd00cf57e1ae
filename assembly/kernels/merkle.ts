/**
 * Merkle trees over key ranges: u64[nodes], breadth first from the root, children side by side. A leaf is
 * the sum modulo 2^64 of the XXH64 of its items (key, version), an inner node the XXH64 of its children.
 * With fanout 16 the root has fewer children where the leaves are no power of 16.
 * Twin: src/kernels/merkle.ts.
 */

/**
 * Words of a form, u32[FORM_WORDS]: what the trees of a call look like. Leaves and fanout as powers of
 * two; keys per leaf as two words, 0 where keys are placed by their hash; bytes from tree to tree.
 */
export const FORM_LEAF_BITS: u32 = 0;
export const FORM_FANOUT_BITS: u32 = 1;
export const FORM_WIDTH_LOW: u32 = 2;
export const FORM_WIDTH_HIGH: u32 = 3;
export const FORM_TREE_BYTES: u32 = 4;
export const FORM_WORDS: u32 = 5;
/** Updates whose paths are hashed level by level together, so that their hashes overlap in the CPU. */
export const UPDATE_BLOCK: u32 = 64;

const PRIME_1: u64 = 0x9e3779b185ebca87;
const PRIME_2: u64 = 0xc2b2ae3d27d4eb4f;
const PRIME_3: u64 = 0x165667b19e3779f9;
const PRIME_4: u64 = 0x85ebca77c2b2ae63;
const PRIME_5: u64 = 0x27d4eb2f165667c5;
/** The version that says "no item": it adds nothing to a leaf. */
const ABSENT: u64 = 0xffffffffffffffff;

/**
 * Leaf of a key.
 * @param formAt u32[FORM_WORDS]
 */
export function merkleLeaf(formAt: u32, keyLow: u32, keyHigh: u32): u32 {
  return leafOf(<u64>keyLow | (<u64>keyHigh << 32), word(formAt, FORM_LEAF_BITS), widthOf(formAt));
}

/**
 * Adds items to the leaves of one tree; inner nodes are out of date until merkleHashLevels.
 * @param keysAt u64[count]
 * @param versionsAt u64[count]
 */
export function merkleAddItems(
  treeAt: u32, formAt: u32, keysAt: u32, versionsAt: u32, count: u32,
): void {
  const leafBits = word(formAt, FORM_LEAF_BITS);
  const width = widthOf(formAt);
  const leavesAt = treeAt + levelBytes(leafBits, leafBits, word(formAt, FORM_FANOUT_BITS));
  const p1 = register(PRIME_1, formAt), p2 = register(PRIME_2, formAt);
  const p3 = register(PRIME_3, formAt), p4 = register(PRIME_4, formAt);
  const skip = versionsAt - keysAt;
  const end = keysAt + (count << 3);
  for (let p = keysAt; p < end; p += 8) {
    const key = load<u64>(p);
    const leaf = width == 0
      ? <u32>(hash8(key, p1, p2, p3, p4) >>> (64 - leafBits))
      : <u32>(key / width);
    const cell = leavesAt + (leaf << 3);
    store<u64>(cell, load<u64>(cell) + hash16(key, load<u64>(p + skip), p1, p2, p3, p4));
  }
}

/** Hashes all inner nodes of one tree from its leaves, bottom up. */
export function merkleHashLevels(treeAt: u32, formAt: u32): void {
  const leafBits = word(formAt, FORM_LEAF_BITS);
  const fanoutBits = word(formAt, FORM_FANOUT_BITS);
  const rootBits = rootFanoutBits(leafBits, fanoutBits);
  let childAt = treeAt + levelBytes(leafBits, leafBits, fanoutBits);
  for (let bits = leafBits; bits > rootBits;) {
    bits -= fanoutBits;
    const at = childAt - (8 << bits);
    if (fanoutBits == 1) hashPairs(at, childAt, 1 << bits, formAt);
    else hashWide(at, childAt, 1 << bits, 8 << fanoutBits);
    childAt = at;
  }
  store<u64>(treeAt, hashOfChildren(childAt, 8 << rootBits));
}

/**
 * Replaces versions of keys, in order: each leaf, then its path up to the root.
 * @param nodesAt   u32[count], which of the trees at `treesAt`; 0 where there is one tree
 * @param keysAt    u64[count]
 * @param oldAt     u64[count], version that is in the tree, all bits set for none
 * @param newAt     u64[count], version that takes its place, all bits set for none
 * @param scratchAt u32[2 * UPDATE_BLOCK]
 */
export function merkleUpdate(
  treesAt: u32, formAt: u32, nodesAt: u32, keysAt: u32, oldAt: u32, newAt: u32, count: u32, scratchAt: u32,
): void {
  const leafBits = word(formAt, FORM_LEAF_BITS);
  const fanoutBits = word(formAt, FORM_FANOUT_BITS);
  const treeBytes = word(formAt, FORM_TREE_BYTES);
  const width = widthOf(formAt);
  const leavesOffset = levelBytes(leafBits, leafBits, fanoutBits);
  for (let first: u32 = 0; first < count; first += UPDATE_BLOCK) {
    const end = min(first + UPDATE_BLOCK, count);
    let scratch = scratchAt;
    for (let i = first; i < end; i++) {
      const key = load<u64>(keysAt + (i << 3));
      const added = presentHash(key, load<u64>(newAt + (i << 3)));
      const removed = presentHash(key, load<u64>(oldAt + (i << 3)));
      const node = nodesAt == 0 ? 0 : load<u32>(nodesAt + (i << 2));
      const treeAt = treesAt + node * treeBytes;
      const leaf = leafOf(key, leafBits, width);
      const cell = treeAt + leavesOffset + (leaf << 3);
      store<u64>(cell, load<u64>(cell) + added - removed);
      store<u32>(scratch, treeAt);
      store<u32>(scratch, leaf, 4);
      scratch += 8;
    }
    hashPaths(scratchAt, scratch, leafBits, fanoutBits);
  }
}

/**
 * Compares two trees of one form level by level: children are compared where their parents differ.
 * @param listAt   u32[leaves]; receives the differing leaves in ascending order
 * @param countsAt u32[levels]; receives the number of differing nodes per level, root first
 * @returns number of differing leaves
 */
export function merkleDiff(aAt: u32, bAt: u32, formAt: u32, listAt: u32, countsAt: u32): u32 {
  const leafBits = word(formAt, FORM_LEAF_BITS);
  const fanoutBits = word(formAt, FORM_FANOUT_BITS);
  const end = listAt + (4 << leafBits);
  let bits: u32 = 0;
  let childBits = rootFanoutBits(leafBits, fanoutBits);
  // One list serves all levels: it is read from one end and written from the other, which cannot meet,
  // and the ends change roles. The last level is to be written from the left.
  let leftwards = (((leafBits - childBits) / fanoutBits) & 1) == 0;
  let levelAt: u32 = 8;
  let found: u32 = u32(load<u64>(aAt) != load<u64>(bAt));
  store<u32>(countsAt, found);
  store<u32>(leftwards ? end - 4 : listAt, 0);
  while (bits < leafBits) {
    const read = leftwards ? end - (found << 2) : listAt + (found << 2) - 4;
    const write = leftwards ? listAt : end - 4;
    const step = leftwards ? 4 : -4;
    if (childBits == 1) found = diffPairs(aAt + levelAt, bAt + levelAt, read, write, step, found);
    else found = diffWide(aAt + levelAt, bAt + levelAt, read, write, step, found, childBits);
    leftwards = !leftwards;
    bits += childBits;
    levelAt += 8 << bits;
    childBits = fanoutBits;
    countsAt += 4;
    store<u32>(countsAt, found);
  }
  return found;
}

/**
 * Compares pairs of trees of at most 64 leaves.
 * @param firstAt   u32[count], one tree of each pair
 * @param secondAt  u32[count], the other
 * @param masksAt   u64[count]; receives a bit per differing leaf
 * @param comparedAt u32[count]; receives the number of hashes compared, 1 where the roots agree
 */
export function merkleDiffPairs(
  treesAt: u32, formAt: u32, firstAt: u32, secondAt: u32, count: u32, masksAt: u32, comparedAt: u32,
): void {
  const leafBits = word(formAt, FORM_LEAF_BITS);
  const fanoutBits = word(formAt, FORM_FANOUT_BITS);
  const treeBytes = word(formAt, FORM_TREE_BYTES);
  const rootBits = rootFanoutBits(leafBits, fanoutBits);
  for (let i: u32 = 0; i < count; i++) {
    let a = treesAt + load<u32>(firstAt + (i << 2)) * treeBytes;
    let b = treesAt + load<u32>(secondAt + (i << 2)) * treeBytes;
    let mask: u64 = u64(load<u64>(a) != load<u64>(b));
    let compared: u32 = 1;
    let nodes: u32 = 1;
    let childBits = rootBits;
    for (let bits: u32 = 0; bits < leafBits && mask != 0;) {
      a += nodes << 3;
      b += nodes << 3;
      let children: u64 = 0;
      for (; mask != 0; mask &= mask - 1) {
        const child = <u32>ctz(mask) << childBits;
        children |= <u64>differing(a + (child << 3), b + (child << 3), childBits) << child;
        compared += 1 << childBits;
      }
      mask = children;
      bits += childBits;
      nodes = 1 << bits;
      childBits = fanoutBits;
    }
    store<u64>(masksAt + (i << 3), mask);
    store<u32>(comparedAt + (i << 2), compared);
  }
}

/** Appends the differing children of `size` nodes with two children each; returns how many. */
function diffPairs(aAt: u32, bAt: u32, read: u32, write: u32, step: i32, size: u32): u32 {
  const start = write;
  // Written from the right, the second child goes first.
  const flip = u32(step < 0) << 3;
  for (; size > 0; size--) {
    const child = load<u32>(read) << 1;
    const first = (child << 3) + flip;
    const second = first ^ 8;
    read += step;
    // Every child is stored; the place moves on only past those that differ: no branch to mispredict.
    store<u32>(write, first >>> 3);
    write += step & -i32(load<u64>(aAt + first) != load<u64>(bAt + first));
    store<u32>(write, second >>> 3);
    write += step & -i32(load<u64>(aAt + second) != load<u64>(bAt + second));
  }
  return (step < 0 ? start - write : write - start) >>> 2;
}

/** The same for nodes with 4, 8 or 16 children. */
function diffWide(
  aAt: u32, bAt: u32, read: u32, write: u32, step: i32, size: u32, childBits: u32,
): u32 {
  const start = write;
  for (; size > 0; size--) {
    const child = load<u32>(read) << childBits;
    read += step;
    let mask = differing(aAt + (child << 3), bAt + (child << 3), childBits);
    while (mask != 0) {
      const bit = step < 0 ? 31 - clz(mask) : ctz(mask);
      mask ^= 1 << bit;
      store<u32>(write, child + bit);
      write += step;
    }
  }
  return (step < 0 ? start - write : write - start) >>> 2;
}

/** A bit per child that differs among the 2^childBits at `a` and `b`. */
function differing(a: u32, b: u32, childBits: u32): u32 {
  let mask: u32 = 0;
  for (let child: u32 = 0; child >>> childBits == 0; child += 2) {
    const equal = i64x2.eq(v128.load(a + (child << 3)), v128.load(b + (child << 3)));
    mask |= (<u32>i64x2.bitmask(equal) ^ 3) << child;
  }
  return mask;
}

/** Hashes again what stands above the leaves of a block: pairs of u32 (tree, leaf) at `from`. */
function hashPaths(from: u32, end: u32, leafBits: u32, fanoutBits: u32): void {
  const rootBits = rootFanoutBits(leafBits, fanoutBits);
  let childOffset = levelBytes(leafBits, leafBits, fanoutBits);
  for (let bits = leafBits; bits > rootBits;) {
    bits -= fanoutBits;
    const offset = childOffset - (8 << bits);
    const shift = leafBits - bits;
    for (let p = from; p < end; p += 8) {
      const treeAt = load<u32>(p);
      const index = load<u32>(p, 4) >>> shift;
      const childAt = treeAt + childOffset + (index << (fanoutBits + 3));
      store<u64>(treeAt + offset + (index << 3), hashOfChildren(childAt, 8 << fanoutBits));
    }
    childOffset = offset;
  }
  for (let p = from; p < end; p += 8) {
    const treeAt = load<u32>(p);
    store<u64>(treeAt, hashOfChildren(treeAt + 8, 8 << rootBits));
  }
}

function hashPairs(at: u32, childAt: u32, nodes: u32, formAt: u32): void {
  const p1 = register(PRIME_1, formAt), p2 = register(PRIME_2, formAt);
  const p3 = register(PRIME_3, formAt), p4 = register(PRIME_4, formAt);
  const end = at + (nodes << 3);
  for (; at < end; at += 8) {
    store<u64>(at, hash16(load<u64>(childAt), load<u64>(childAt, 8), p1, p2, p3, p4));
    childAt += 16;
  }
}

function hashWide(at: u32, childAt: u32, nodes: u32, childBytes: u32): void {
  const end = at + (nodes << 3);
  for (; at < end; at += 8) {
    store<u64>(at, hashStripes(childAt, childBytes));
    childAt += childBytes;
  }
}

function hashOfChildren(at: u32, bytes: u32): u64 {
  return bytes == 16 ? pairHash(load<u64>(at), load<u64>(at, 8)) : hashStripes(at, bytes);
}

function word(formAt: u32, index: u32): u32 {
  return load<u32>(formAt + (index << 2));
}

function widthOf(formAt: u32): u64 {
  return <u64>word(formAt, FORM_WIDTH_LOW) | (<u64>word(formAt, FORM_WIDTH_HIGH) << 32);
}

function leafOf(key: u64, leafBits: u32, width: u64): u32 {
  if (width != 0) return <u32>(key / width);
  return <u32>(hash8(key, PRIME_1, PRIME_2, PRIME_3, PRIME_4) >>> (64 - leafBits));
}

function rootFanoutBits(leafBits: u32, fanoutBits: u32): u32 {
  const rest = leafBits % fanoutBits;
  return rest == 0 ? fanoutBits : rest;
}

/** Bytes before the level of 2^bits nodes, bits > 0: the root and a geometric series of levels. */
function levelBytes(bits: u32, leafBits: u32, fanoutBits: u32): u32 {
  const rootBits = rootFanoutBits(leafBits, fanoutBits);
  return (1 + ((1 << bits) - (1 << rootBits)) / ((1 << fanoutBits) - 1)) << 3;
}

/** Hash of an item, 0 where there is none. */
function presentHash(key: u64, version: u64): u64 {
  return version == ABSENT ? 0 : pairHash(key, version);
}

function pairHash(a: u64, b: u64): u64 {
  return hash16(a, b, PRIME_1, PRIME_2, PRIME_3, PRIME_4);
}

/**
 * `prime` as a value that V8 keeps in a register over a loop. A constant it would write into the code at
 * every use, which takes 10 % longer. `formAt` is a multiple of 4, so nothing is added.
 */
function register(prime: u64, formAt: u32): u64 {
  return prime + (formAt & 1);
}

/** XXH64 of 8 bytes, seed 0, with the primes at hand. */
function hash8(a: u64, p1: u64, p2: u64, p3: u64, p4: u64): u64 {
  return finished(absorbed8(PRIME_5 + 8, a, p1, p2, p4), p2, p3);
}

/** XXH64 of 16 bytes, seed 0. */
function hash16(a: u64, b: u64, p1: u64, p2: u64, p3: u64, p4: u64): u64 {
  return finished(absorbed8(absorbed8(PRIME_5 + 16, a, p1, p2, p4), b, p1, p2, p4), p2, p3);
}

/** XXH64 of a multiple of 32 bytes, seed 0. */
function hashStripes(at: u32, bytes: u32): u64 {
  let a: u64 = PRIME_1 + PRIME_2, b: u64 = PRIME_2, c: u64 = 0, d: u64 = 0 - PRIME_1;
  for (const end = at + bytes; at < end; at += 32) {
    a = round(a, load<u64>(at));
    b = round(b, load<u64>(at, 8));
    c = round(c, load<u64>(at, 16));
    d = round(d, load<u64>(at, 24));
  }
  const sum = rotl<u64>(a, 1) + rotl<u64>(b, 7) + rotl<u64>(c, 12) + rotl<u64>(d, 18);
  return finished(merged(merged(merged(merged(sum, a), b), c), d) + bytes, PRIME_2, PRIME_3);
}

function round(lane: u64, word: u64): u64 {
  return rotl<u64>(lane + word * PRIME_2, 31) * PRIME_1;
}

function merged(hash: u64, lane: u64): u64 {
  return (hash ^ round(0, lane)) * PRIME_1 + PRIME_4;
}

function absorbed8(hash: u64, word: u64, p1: u64, p2: u64, p4: u64): u64 {
  return rotl<u64>(hash ^ (rotl<u64>(word * p2, 31) * p1), 27) * p1 + p4;
}

function finished(hash: u64, p2: u64, p3: u64): u64 {
  let h = (hash ^ (hash >>> 33)) * p2;
  h = (h ^ (h >>> 29)) * p3;
  return h ^ (h >>> 32);
}
