/** Twin of assembly/kernels/permutation.ts: halves are at most 2^16, so products are exact. */
import { u32 } from "./memory.js";
import { threefry, threefrySecond } from "./random.js";

/** Purpose of the keys of an order; counted by (epoch, node). */
const ORDER = 0xd0000000;
/** Rounds, half on either side: with so many, pairs of places pass chi-square (measured). */
const ROUNDS = 8;
const ROUNDS_OF_FEW = 16;
/** Sizes below need the greater number. */
const FEW = 64;
const TWO_TO_MINUS_32 = 2 ** -32;

/**
 * Image of `index` under the permutation of (key0, key1).
 * @param size  1 .. 2^32 - 1
 * @param index 0 .. size - 1
 */
export function permute(index: number, size: number, key0: number, key1: number): number {
  const lefts = leftsOf(size);
  return walk(index, size, lefts, Math.ceil(size / lefts), key0, key1);
}

/** The index whose image under the permutation of (key0, key1) is `image`. */
export function permuteInverse(image: number, size: number, key0: number, key1: number): number {
  const lefts = leftsOf(size);
  return walkBack(image, size, lefts, Math.ceil(size / lefts), key0, key1);
}

/**
 * Peer of each node at one place of its order of all others.
 * @param outAt    u32[count], for nodes from .. from + count - 1
 * @param bound    nodes - 1, at least 1
 * @param epoch    each has an order of its own
 * @param position place in the order, 0 .. bound - 1
 */
export function orderedPeers(
  outAt: number,
  from: number,
  count: number,
  bound: number,
  seed: number,
  epoch: number,
  position: number,
): void {
  const lefts = leftsOf(bound);
  const rights = Math.ceil(bound / lefts);
  const words = u32;
  const out = outAt >>> 2;
  for (let i = 0; i < count; i++) {
    const node = from + i;
    const key0 = threefry(seed, ORDER, epoch, node);
    const rank = walk(position, bound, lefts, rights, key0, threefrySecond());
    words[out + i] = rank + +(rank >= node);
  }
}

/**
 * The same over the rows of a graph: epoch and place follow from `index` and the node's degree.
 * @param outAt     u32[count]; receives `none` for a node without neighbours
 * @param offsetsAt u32[nodes + 1]
 * @param targetsAt u32[offsets[nodes]]
 * @param index     0 .. 2^32 - 1
 */
export function orderedNeighbours(
  outAt: number,
  from: number,
  count: number,
  offsetsAt: number,
  targetsAt: number,
  seed: number,
  index: number,
  none: number,
): void {
  const words = u32;
  const out = outAt >>> 2;
  const offsets = offsetsAt >>> 2;
  const targets = targetsAt >>> 2;
  for (let i = 0; i < count; i++) {
    const node = from + i;
    const row = words[offsets + node]!;
    const degree = words[offsets + node + 1]! - row;
    let peer = none;
    if (degree !== 0) {
      const epoch = (index / degree) >>> 0;
      const key0 = threefry(seed, ORDER, epoch, node);
      const rank = permute(index - epoch * degree, degree, key0, threefrySecond());
      peer = words[targets + row + rank]!;
    }
    words[out + i] = peer;
  }
}

/** Number of left halves: with size / lefts right ones, rounded up, few pairs are too many. */
function leftsOf(size: number): number {
  return Math.ceil(Math.sqrt(size));
}

function walk(
  index: number,
  size: number,
  lefts: number,
  rights: number,
  key0: number,
  key1: number,
): number {
  const step = key1 | 1;
  const rounds = size < FEW ? ROUNDS_OF_FEW : ROUNDS;
  let value = index;
  do {
    let left = (value / rights) | 0;
    let right = (value - left * rights) | 0;
    let key = key0 | 0;
    for (let round = 0; round < rounds; round += 2) {
      left = reduced((left + below((right + key) | 0, lefts)) | 0, lefts);
      key = (key + step) | 0;
      right = reduced((right + below((left + key) | 0, rights)) | 0, rights);
      key = (key + step) | 0;
    }
    value = left * rights + right;
  } while (value >= size);
  return value;
}

/** The steps of walk in reverse. */
function walkBack(
  image: number,
  size: number,
  lefts: number,
  rights: number,
  key0: number,
  key1: number,
): number {
  const step = key1 | 1;
  const rounds = size < FEW ? ROUNDS_OF_FEW : ROUNDS;
  let value = image;
  do {
    let left = (value / rights) | 0;
    let right = (value - left * rights) | 0;
    let key = (key0 + Math.imul(step, rounds - 1)) | 0;
    for (let round = 0; round < rounds; round += 2) {
      right = reduced((right + rights - below((left + key) | 0, rights)) | 0, rights);
      key = (key - step) | 0;
      left = reduced((left + lefts - below((right + key) | 0, lefts)) | 0, lefts);
      key = (key - step) | 0;
    }
    value = left * rights + right;
  } while (value >= size);
  return value;
}

/** `sum` modulo `size`, for a sum below 2 * size, without a branch. */
function reduced(sum: number, size: number): number {
  const less = (sum - size) | 0;
  return (less + (size & (less >> 31))) | 0;
}

/** A value below `bound`; the word is mixed by lowbias32 (Wellons 2018, Hash Prospector). */
function below(word: number, bound: number): number {
  let mixed = Math.imul(word ^ (word >>> 16), 0x7feb352d);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x846ca68b);
  return (((mixed ^ (mixed >>> 16)) >>> 0) * bound * TWO_TO_MINUS_32) | 0;
}
