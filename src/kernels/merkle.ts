/**
 * Twin of assembly/kernels/merkle.ts over typed arrays. A 64-bit number is a pair of int32, low and high;
 * functions that give one return the low word and leave the high one in `highWord`.
 */
import { u32 } from "./memory.js";
import {
  absorbStripes,
  finished,
  hashPairs,
  highOfHash8,
  highWord,
  mergedLanes,
  startLanes,
  sum,
} from "./xxh64-steps.js";

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

/** Hashes of a block, on their way into memory, and of the versions that leave it. */
const hashes = new Uint32Array(2 * UPDATE_BLOCK);
const oldHashes = new Uint32Array(2 * UPDATE_BLOCK);
/** Children of a block of nodes that stand apart in memory. */
const pairs = new Uint32Array(4 * UPDATE_BLOCK);

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
  const words = u32;
  const keys = keysAt >>> 2;
  const versions = versionsAt >>> 2;
  for (let first = 0; first < count; first += UPDATE_BLOCK) {
    const size = Math.min(UPDATE_BLOCK, count - first);
    hashPairs(hashes, 0, words, keys + first * 2, versions + first * 2, 2, size);
    for (let i = 0; i < size; i++) {
      const key = keys + (first + i) * 2;
      const leaf = leafOf(words[key]! | 0, words[key + 1]! | 0, leafBits, width);
      add64(words, leaves + leaf * 2, hashes[i * 2]! | 0, hashes[i * 2 + 1]! | 0);
    }
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
  const words = u32;
  const keys = keysAt >>> 2;
  const olds = oldAt >>> 2;
  const news = newAt >>> 2;
  for (let first = 0; first < count; first += UPDATE_BLOCK) {
    const size = Math.min(UPDATE_BLOCK, count - first);
    hashPairs(hashes, 0, words, keys + first * 2, news + first * 2, 2, size);
    hashPairs(oldHashes, 0, words, keys + first * 2, olds + first * 2, 2, size);
    let scratch = scratchAt >>> 2;
    for (let i = 0; i < size; i++) {
      const item = (first + i) * 2;
      const node = nodesAt === 0 ? 0 : words[(nodesAt >>> 2) + first + i]!;
      const tree = (treesAt >>> 2) + node * treeWords;
      const leaf = leafOf(words[keys + item]! | 0, words[keys + item + 1]! | 0, leafBits, width);
      const cell = tree + leavesOffset + leaf * 2;
      if (isPresent(words, news + item)) {
        add64(words, cell, hashes[i * 2]! | 0, hashes[i * 2 + 1]! | 0);
      }
      if (isPresent(words, olds + item)) {
        const low = -oldHashes[i * 2]! | 0;
        // The complement is one less than minus the hash; the carry of a low word that is zero makes up.
        const high = ~oldHashes[i * 2 + 1]! + (low === 0 ? 1 : 0);
        add64(words, cell, low, high | 0);
      }
      words[scratch] = tree;
      words[scratch + 1] = leaf;
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
  let level = 2;
  let found = differs(a, b);
  u32[counts] = found;
  u32[leftwards ? end - 1 : list] = 0;
  while (bits < leafBits) {
    const read = leftwards ? end - found : list + found - 1;
    const write = leftwards ? list : end - 1;
    const step = leftwards ? 1 : -1;
    if (childBits === 1) found = diffPairs(a + level, b + level, read, write, step, found);
    else found = diffWide(a + level, b + level, read, write, step, found, childBits);
    leftwards = !leftwards;
    bits += childBits;
    level += 2 << bits;
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
    hashBlock(from, end, offset, childOffset, leafBits - bits, 2 << fanoutBits);
    childOffset = offset;
  }
  hashBlock(from, end, 0, 2, leafBits, 2 << rootBits);
}

/** One node for each pair (tree, leaf) of a block: the one `shift` bits above the leaf. */
function hashBlock(
  from: number,
  end: number,
  offset: number,
  childOffset: number,
  shift: number,
  childWords: number,
): void {
  const words = u32;
  if (childWords !== 4) {
    for (let p = from; p < end; p += 2) {
      const index = words[p + 1]! >>> shift;
      const child = words[p]! + childOffset + index * childWords;
      hashLevel(words[p]! + offset + index * 2, child, 1, childWords);
    }
    return;
  }
  for (let p = from, pair = 0; p < end; p += 2, pair += 4) {
    const child = words[p]! + childOffset + (words[p + 1]! >>> shift) * 4;
    pairs[pair] = words[child]!;
    pairs[pair + 1] = words[child + 1]!;
    pairs[pair + 2] = words[child + 2]!;
    pairs[pair + 3] = words[child + 3]!;
  }
  hashPairs(hashes, 0, pairs, 0, 2, 4, (end - from) >>> 1);
  for (let p = from, hash = 0; p < end; p += 2, hash += 2) {
    const node = words[p]! + offset + (words[p + 1]! >>> shift) * 2;
    words[node] = hashes[hash]!;
    words[node + 1] = hashes[hash + 1]!;
  }
}

/** Hashes `nodes` nodes from word `at` on, each from `childWords` words of children. */
function hashLevel(at: number, child: number, nodes: number, childWords: number): void {
  const words = u32;
  if (childWords === 4) {
    hashPairs(words, at, words, child, child + 2, 4, nodes);
    return;
  }
  const end = at + nodes * 2;
  for (; at < end; at += 2) {
    startLanes(0, 0);
    absorbStripes(words, child, child + childWords);
    child += childWords;
    const low = mergedLanes();
    words[at] = finished(sum(low, highWord, childWords * 4, 0), highWord);
    words[at + 1] = highWord;
  }
}

/** Adds a 64-bit number to the one at word `cell`. */
function add64(words: Uint32Array, cell: number, low: number, high: number): void {
  const sumLow = (words[cell]! + low) | 0;
  words[cell] = sumLow;
  words[cell + 1] = (words[cell + 1]! + high + (sumLow >>> 0 < low >>> 0 ? 1 : 0)) | 0;
}

/** Keys per leaf: below 2^53, so exact in a double. */
function widthOf(form: number): number {
  return u32[form + FORM_WIDTH_HIGH]! * 0x1_0000_0000 + u32[form + FORM_WIDTH_LOW]!;
}

function leafOf(low: number, high: number, leafBits: number, width: number): number {
  if (width === 0) return highOfHash8(low, high) >>> (32 - leafBits);
  // The floor of a rounded quotient of integers up to 2^53 is the true one.
  return (((high >>> 0) * 0x1_0000_0000 + (low >>> 0)) / width) >>> 0;
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

/** Whether the version at word `version` is one: all bits set stand for none. */
function isPresent(words: Uint32Array, version: number): boolean {
  return (words[version]! & words[version + 1]!) !== -1;
}
