/**
 * Twin of assembly/kernels/merkle.ts over typed arrays. A 64-bit number is a pair of int32, low and high;
 * functions that give one return the low word and leave the high one in `highWord`.
 */
import { u32 } from "./memory.js";

/**
 * Words of a form, u32[FORM_WORDS]: what the trees of a call look like. Leaves and fanout as powers of
 * two; keys per leaf as two words, 0 where keys are placed by their hash; bytes from tree to tree.
 */
export const FORM_LEAF_BITS = 0;
export const FORM_FANOUT_BITS = 1;
export const FORM_WIDTH_LOW = 2;
export const FORM_WIDTH_HIGH = 3;
export const FORM_TREE_BYTES = 4;
export const FORM_WORDS = 5;
/** Updates whose paths are hashed level by level together, so that their hashes overlap in the CPU. */
export const UPDATE_BLOCK = 64;

const PRIME_1_LOW = 0x85ebca87 | 0;
const PRIME_1_HIGH = 0x9e3779b1 | 0;
const PRIME_2_LOW = 0x27d4eb4f | 0;
const PRIME_2_HIGH = 0xc2b2ae3d | 0;
const PRIME_3_LOW = 0x9e3779f9 | 0;
const PRIME_3_HIGH = 0x165667b1 | 0;
const PRIME_4_LOW = 0xc2b2ae63 | 0;
const PRIME_4_HIGH = 0x85ebca77 | 0;
const PRIME_5_LOW = 0x165667c5 | 0;
const PRIME_5_HIGH = 0x27d4eb2f | 0;

/** High word of the 64-bit number that a function below returned last. */
let highWord = 0;

/**
 * Leaf of a key.
 * @param formAt u32[FORM_WORDS]
 */
export function merkleLeaf(formAt: number, keyLow: number, keyHigh: number): number {
  const form = formAt >>> 2;
  return leafOf(keyLow | 0, keyHigh | 0, u32[form + FORM_LEAF_BITS]!, widthOf(form));
}

/**
 * Adds items to the leaves of one tree; inner nodes are out of date until merkleHashLevels.
 * @param keysAt u64[count]
 * @param versionsAt u64[count]
 */
export function merkleAddItems(
  treeAt: number,
  formAt: number,
  keysAt: number,
  versionsAt: number,
  count: number,
): void {
  const form = formAt >>> 2;
  const leafBits = u32[form + FORM_LEAF_BITS]!;
  const width = widthOf(form);
  const leaves = (treeAt >>> 2) + levelWords(leafBits, leafBits, u32[form + FORM_FANOUT_BITS]!);
  const skip = (versionsAt >>> 2) - (keysAt >>> 2);
  const end = (keysAt >>> 2) + count * 2;
  for (let p = keysAt >>> 2; p < end; p += 2) {
    const low = u32[p]! | 0;
    const high = u32[p + 1]! | 0;
    const cell = leaves + leafOf(low, high, leafBits, width) * 2;
    const added = hash16(low, high, u32[p + skip]! | 0, u32[p + skip + 1]! | 0);
    add64(cell, added, highWord);
  }
}

/** Hashes all inner nodes of one tree from its leaves, bottom up. */
export function merkleHashLevels(treeAt: number, formAt: number): void {
  const form = formAt >>> 2;
  const leafBits = u32[form + FORM_LEAF_BITS]!;
  const fanoutBits = u32[form + FORM_FANOUT_BITS]!;
  const rootBits = rootFanoutBits(leafBits, fanoutBits);
  const tree = treeAt >>> 2;
  let child = tree + levelWords(leafBits, leafBits, fanoutBits);
  for (let bits = leafBits; bits > rootBits;) {
    bits -= fanoutBits;
    const level = child - (2 << bits);
    hashLevel(level, child, 1 << bits, 2 << fanoutBits);
    child = level;
  }
  hashLevel(tree, child, 1, 2 << rootBits);
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
  treesAt: number,
  formAt: number,
  nodesAt: number,
  keysAt: number,
  oldAt: number,
  newAt: number,
  count: number,
  scratchAt: number,
): void {
  const form = formAt >>> 2;
  const leafBits = u32[form + FORM_LEAF_BITS]!;
  const fanoutBits = u32[form + FORM_FANOUT_BITS]!;
  const treeWords = u32[form + FORM_TREE_BYTES]! >>> 2;
  const width = widthOf(form);
  const leavesOffset = levelWords(leafBits, leafBits, fanoutBits);
  const keys = keysAt >>> 2;
  const olds = oldAt >>> 2;
  const news = newAt >>> 2;
  for (let first = 0; first < count; first += UPDATE_BLOCK) {
    const end = Math.min(first + UPDATE_BLOCK, count);
    let scratch = scratchAt >>> 2;
    for (let i = first; i < end; i++) {
      const low = u32[keys + i * 2]! | 0;
      const high = u32[keys + i * 2 + 1]! | 0;
      const node = nodesAt === 0 ? 0 : u32[(nodesAt >>> 2) + i]!;
      const tree = (treesAt >>> 2) + node * treeWords;
      const leaf = leafOf(low, high, leafBits, width);
      const cell = tree + leavesOffset + leaf * 2;
      const added = presentHash(low, high, news + i * 2);
      add64(cell, added, highWord);
      const removed = presentHash(low, high, olds + i * 2);
      add64(cell, -removed | 0, (removed === 0 ? -highWord : ~highWord) | 0);
      u32[scratch] = tree;
      u32[scratch + 1] = leaf;
      scratch += 2;
    }
    hashPaths(scratchAt >>> 2, scratch, leafBits, fanoutBits);
  }
}

/**
 * Compares two trees of one form level by level: children are compared where their parents differ.
 * @param listAt   u32[leaves]; receives the differing leaves in ascending order
 * @param countsAt u32[levels]; receives the number of differing nodes per level, root first
 * @returns number of differing leaves
 */
export function merkleDiff(
  aAt: number,
  bAt: number,
  formAt: number,
  listAt: number,
  countsAt: number,
): number {
  const form = formAt >>> 2;
  const leafBits = u32[form + FORM_LEAF_BITS]!;
  const fanoutBits = u32[form + FORM_FANOUT_BITS]!;
  const a = aAt >>> 2;
  const b = bAt >>> 2;
  const list = listAt >>> 2;
  const end = list + (1 << leafBits);
  let counts = countsAt >>> 2;
  let bits = 0;
  let childBits = rootFanoutBits(leafBits, fanoutBits);
  // One list serves all levels: it is read from one end and written from the other, which cannot meet,
  // and the ends change roles. The last level is to be written from the left.
  let leftwards = (((leafBits - childBits) / fanoutBits) & 1) === 0;
  let found = differs(a, b);
  u32[counts] = found;
  u32[leftwards ? end - 1 : list] = 0;
  while (bits < leafBits) {
    const level = levelWords(bits + childBits, leafBits, fanoutBits);
    const read = leftwards ? end - found : list + found - 1;
    const write = leftwards ? list : end - 1;
    const step = leftwards ? 1 : -1;
    if (childBits === 1) found = diffPairs(a + level, b + level, read, write, step, found);
    else found = diffWide(a + level, b + level, read, write, step, found, childBits);
    leftwards = !leftwards;
    bits += childBits;
    childBits = fanoutBits;
    counts++;
    u32[counts] = found;
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
  treesAt: number,
  formAt: number,
  firstAt: number,
  secondAt: number,
  count: number,
  masksAt: number,
  comparedAt: number,
): void {
  const form = formAt >>> 2;
  const leafBits = u32[form + FORM_LEAF_BITS]!;
  const fanoutBits = u32[form + FORM_FANOUT_BITS]!;
  const treeWords = u32[form + FORM_TREE_BYTES]! >>> 2;
  const rootBits = rootFanoutBits(leafBits, fanoutBits);
  const trees = treesAt >>> 2;
  for (let i = 0; i < count; i++) {
    let a = trees + u32[(firstAt >>> 2) + i]! * treeWords;
    let b = trees + u32[(secondAt >>> 2) + i]! * treeWords;
    let low = differs(a, b);
    let high = 0;
    let compared = 1;
    let nodes = 1;
    let childBits = rootBits;
    for (let bits = 0; bits < leafBits && low !== 0;) {
      a += nodes * 2;
      b += nodes * 2;
      // Parents are at most 32, so they stand in the low word; only leaves may reach the high one.
      let parents = low;
      low = 0;
      for (; parents !== 0; parents &= parents - 1) {
        const child = (31 - Math.clz32(parents & -parents)) << childBits;
        const mask = differing(a + child * 2, b + child * 2, childBits);
        if (child < 32) low |= mask << child;
        else high |= mask << (child - 32);
        compared += 1 << childBits;
      }
      bits += childBits;
      nodes = 1 << bits;
      childBits = fanoutBits;
    }
    const cell = (masksAt >>> 2) + i * 2;
    u32[cell] = low;
    u32[cell + 1] = high;
    u32[(comparedAt >>> 2) + i] = compared;
  }
}

/** Appends the differing children of `size` nodes with two children each; returns how many. */
function diffPairs(
  a: number,
  b: number,
  read: number,
  write: number,
  step: number,
  size: number,
): number {
  const words = u32;
  const start = write;
  // Written from the right, the second child goes first.
  const flip = step < 0 ? 1 : 0;
  for (; size > 0; size--) {
    const first = (words[read]! << 1) | flip;
    const second = first ^ 1;
    read += step;
    // Every child is stored; the place moves on only past those that differ: no branch to mispredict.
    words[write] = first;
    write += step * differs(a + first * 2, b + first * 2);
    words[write] = second;
    write += step * differs(a + second * 2, b + second * 2);
  }
  return Math.abs(write - start);
}

/** The same for nodes with 4, 8 or 16 children. */
function diffWide(
  a: number,
  b: number,
  read: number,
  write: number,
  step: number,
  size: number,
  childBits: number,
): number {
  const start = write;
  for (; size > 0; size--) {
    const child = u32[read]! << childBits;
    read += step;
    let mask = differing(a + child * 2, b + child * 2, childBits);
    while (mask !== 0) {
      const bit = step < 0 ? 31 - Math.clz32(mask) : 31 - Math.clz32(mask & -mask);
      mask ^= 1 << bit;
      u32[write] = child + bit;
      write += step;
    }
  }
  return Math.abs(write - start);
}

/** A bit per child that differs among the 2^childBits at `a` and `b`. */
function differing(a: number, b: number, childBits: number): number {
  let mask = 0;
  for (let child = 0; child >>> childBits === 0; child++) {
    mask |= differs(a + child * 2, b + child * 2) << child;
  }
  return mask;
}

/** 1 where the two hashes differ, else 0. */
function differs(a: number, b: number): number {
  const bits = (u32[a]! ^ u32[b]!) | (u32[a + 1]! ^ u32[b + 1]!);
  return (bits | -bits) >>> 31;
}

/** Hashes again what stands above the leaves of a block: pairs (tree, leaf) from word `from`. */
function hashPaths(from: number, end: number, leafBits: number, fanoutBits: number): void {
  const rootBits = rootFanoutBits(leafBits, fanoutBits);
  let childOffset = levelWords(leafBits, leafBits, fanoutBits);
  for (let bits = leafBits; bits > rootBits;) {
    bits -= fanoutBits;
    const offset = childOffset - (2 << bits);
    const shift = leafBits - bits;
    for (let p = from; p < end; p += 2) {
      const tree = u32[p]!;
      const index = u32[p + 1]! >>> shift;
      const child = tree + childOffset + (index << (fanoutBits + 1));
      hashLevel(tree + offset + index * 2, child, 1, 2 << fanoutBits);
    }
    childOffset = offset;
  }
  for (let p = from; p < end; p += 2) hashLevel(u32[p]!, u32[p]! + 2, 1, 2 << rootBits);
}

/** Hashes `nodes` nodes from word `at` on, each from `childWords` words of children. */
function hashLevel(at: number, child: number, nodes: number, childWords: number): void {
  const words = u32;
  const end = at + nodes * 2;
  for (; at < end; at += 2) {
    words[at] =
      childWords === 4
        ? hash16(words[child]!, words[child + 1]!, words[child + 2]!, words[child + 3]!)
        : hashStripes(child, childWords);
    words[at + 1] = highWord;
    child += childWords;
  }
}

/** Adds a 64-bit number to the one at word `cell`. */
function add64(cell: number, low: number, high: number): void {
  const before = u32[cell]! | 0;
  const sum = (before + low) | 0;
  u32[cell] = sum;
  u32[cell + 1] = (u32[cell + 1]! + high + (sum >>> 0 < before >>> 0 ? 1 : 0)) | 0;
}

/** Keys per leaf: below 2^53, so exact in a double. */
function widthOf(form: number): number {
  return u32[form + FORM_WIDTH_HIGH]! * 2 ** 32 + u32[form + FORM_WIDTH_LOW]!;
}

function leafOf(low: number, high: number, leafBits: number, width: number): number {
  if (width === 0) {
    hash8(low, high);
    return highWord >>> (32 - leafBits);
  }
  // The floor of a rounded quotient of integers up to 2^53 is the true one.
  return (((high >>> 0) * 2 ** 32 + (low >>> 0)) / width) >>> 0;
}

function rootFanoutBits(leafBits: number, fanoutBits: number): number {
  const rest = leafBits % fanoutBits;
  return rest === 0 ? fanoutBits : rest;
}

/** Words before the level of 2^bits nodes, bits > 0: the root and a geometric series of levels. */
function levelWords(bits: number, leafBits: number, fanoutBits: number): number {
  const rootBits = rootFanoutBits(leafBits, fanoutBits);
  return (1 + ((1 << bits) - (1 << rootBits)) / ((1 << fanoutBits) - 1)) * 2;
}

/** Hash of the item of a key and the version at word `version`; 0 where that says "none". */
function presentHash(low: number, high: number, version: number): number {
  const versionLow = u32[version]! | 0;
  const versionHigh = u32[version + 1]! | 0;
  if ((versionLow & versionHigh) !== -1) return hash16(low, high, versionLow, versionHigh);
  highWord = 0;
  return 0;
}

/** XXH64 of 8 bytes, seed 0. */
function hash8(low: number, high: number): number {
  return finished(absorbed8((PRIME_5_LOW + 8) | 0, PRIME_5_HIGH, low, high), highWord);
}

/** XXH64 of 16 bytes, seed 0. */
function hash16(low0: number, high0: number, low1: number, high1: number): number {
  const first = absorbed8((PRIME_5_LOW + 16) | 0, PRIME_5_HIGH, low0, high0);
  return finished(absorbed8(first, highWord, low1, high1), highWord);
}

/** XXH64 of a multiple of 8 words from word `at`, seed 0. */
function hashStripes(at: number, count: number): number {
  const words = u32;
  let al = (PRIME_1_LOW + PRIME_2_LOW) | 0;
  // The low words of PRIME_1 and PRIME_2 do not carry; those of 0 - PRIME_1 borrow.
  let ah = (PRIME_1_HIGH + PRIME_2_HIGH) | 0;
  let bl = PRIME_2_LOW;
  let bh = PRIME_2_HIGH;
  let cl = 0;
  let ch = 0;
  let dl = -PRIME_1_LOW | 0;
  let dh = ~PRIME_1_HIGH;
  for (let p = at; p < at + count; p += 8) {
    al = round(al, ah, words[p]!, words[p + 1]!);
    ah = highWord;
    bl = round(bl, bh, words[p + 2]!, words[p + 3]!);
    bh = highWord;
    cl = round(cl, ch, words[p + 4]!, words[p + 5]!);
    ch = highWord;
    dl = round(dl, dh, words[p + 6]!, words[p + 7]!);
    dh = highWord;
  }
  let low = added(
    (al << 1) | (ah >>> 31),
    (ah << 1) | (al >>> 31),
    (bl << 7) | (bh >>> 25),
    (bh << 7) | (bl >>> 25),
  );
  low = added(low, highWord, (cl << 12) | (ch >>> 20), (ch << 12) | (cl >>> 20));
  low = added(low, highWord, (dl << 18) | (dh >>> 14), (dh << 18) | (dl >>> 14));
  low = merged(low, highWord, al, ah);
  low = merged(low, highWord, bl, bh);
  low = merged(low, highWord, cl, ch);
  low = merged(low, highWord, dl, dh);
  return finished(added(low, highWord, count * 4, 0), highWord);
}

function round(laneLow: number, laneHigh: number, low: number, high: number): number {
  const x = Math.imul(low, PRIME_2_LOW);
  const y = productHigh(low, high, PRIME_2_LOW, PRIME_2_HIGH);
  const sum = (laneLow + x) | 0;
  const sumHigh = (laneHigh + y + (sum >>> 0 < x >>> 0 ? 1 : 0)) | 0;
  const l = (sum << 31) | (sumHigh >>> 1);
  const h = (sumHigh << 31) | (sum >>> 1);
  highWord = productHigh(l, h, PRIME_1_LOW, PRIME_1_HIGH);
  return Math.imul(l, PRIME_1_LOW);
}

function merged(hashLow: number, hashHigh: number, low: number, high: number): number {
  const lane = round(0, 0, low, high);
  return timesPrime1PlusPrime4(hashLow ^ lane, hashHigh ^ highWord);
}

function absorbed8(hashLow: number, hashHigh: number, low: number, high: number): number {
  const x = hashLow ^ round(0, 0, low, high);
  const y = hashHigh ^ highWord;
  return timesPrime1PlusPrime4((x << 27) | (y >>> 5), (y << 27) | (x >>> 5));
}

function timesPrime1PlusPrime4(low: number, high: number): number {
  const x = Math.imul(low, PRIME_1_LOW);
  return added(x, productHigh(low, high, PRIME_1_LOW, PRIME_1_HIGH), PRIME_4_LOW, PRIME_4_HIGH);
}

function finished(low: number, high: number): number {
  let l = low ^ (high >>> 1);
  let h = productHigh(l, high, PRIME_2_LOW, PRIME_2_HIGH);
  l = Math.imul(l, PRIME_2_LOW);
  l ^= (l >>> 29) | (h << 3);
  h ^= h >>> 29;
  h = productHigh(l, h, PRIME_3_LOW, PRIME_3_HIGH);
  highWord = h;
  return Math.imul(l, PRIME_3_LOW) ^ h;
}

function added(low: number, high: number, otherLow: number, otherHigh: number): number {
  const sum = (low + otherLow) | 0;
  highWord = (high + otherHigh + (sum >>> 0 < low >>> 0 ? 1 : 0)) | 0;
  return sum;
}

/** High word of a product of two 64-bit numbers; its low word is that of the low words. */
function productHigh(low: number, high: number, otherLow: number, otherHigh: number): number {
  const a0 = low & 0xffff;
  const a1 = low >>> 16;
  const b0 = otherLow & 0xffff;
  const b1 = otherLow >>> 16;
  const cross = (Math.imul(a0, b0) >>> 16) + (Math.imul(a1, b0) >>> 0);
  const middle = (cross & 0xffff) + (Math.imul(a0, b1) >>> 0);
  const top = Math.imul(a1, b1) + (cross >>> 16) + (middle >>> 16);
  return (top + Math.imul(low, otherHigh) + Math.imul(high, otherLow)) | 0;
}
