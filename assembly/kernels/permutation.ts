/**
 * Keyed permutations of 0 .. size - 1 without a list: a Feistel network over pairs (left, right) of
 * mixed radix (Black, Rogaway 2002, Ciphers with Arbitrary Finite Domains, section 5), with cycle
 * walking where the pairs outnumber the values. Not a cipher. Twin: src/kernels/permutation.ts.
 */
import { threefry, threefrySecond } from "./random";

/** Purpose of the keys of an order; counted by (epoch, node). */
const ORDER: u32 = 0xd0000000;
/** Rounds, half on either side: with so many, pairs of places pass chi-square (measured). */
const ROUNDS: u32 = 8;
const ROUNDS_OF_FEW: u32 = 16;
/** Sizes below need the greater number. */
const FEW: u32 = 64;

/**
 * Image of `index` under the permutation of (key0, key1).
 * @param size  1 .. 2^32 - 1
 * @param index 0 .. size - 1
 */
export function permute(index: u32, size: u32, key0: u32, key1: u32): u32 {
  const lefts = leftsOf(size);
  return walk(index, size, lefts, (size - 1) / lefts + 1, key0, key1);
}

/** The index whose image under the permutation of (key0, key1) is `image`. */
export function permuteInverse(image: u32, size: u32, key0: u32, key1: u32): u32 {
  const lefts = leftsOf(size);
  return walkBack(image, size, lefts, (size - 1) / lefts + 1, key0, key1);
}

/**
 * Peer of each node at one place of its order of all others.
 * @param outAt    u32[count], for nodes from .. from + count - 1
 * @param bound    nodes - 1, at least 1
 * @param epoch    each has an order of its own
 * @param position place in the order, 0 .. bound - 1
 */
export function orderedPeers(
  outAt: u32, from: u32, count: u32, bound: u32, seed: u32, epoch: u32, position: u32,
): void {
  const lefts = leftsOf(bound);
  const rights = (bound - 1) / lefts + 1;
  for (let i: u32 = 0; i < count; i++) {
    const node = from + i;
    const key0 = threefry(seed, ORDER, epoch, node);
    const rank = walk(position, bound, lefts, rights, key0, threefrySecond());
    store<u32>(outAt + (i << 2), rank + u32(rank >= node));
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
  outAt: u32, from: u32, count: u32, offsetsAt: u32, targetsAt: u32, seed: u32, index: u32,
  none: u32,
): void {
  for (let i: u32 = 0; i < count; i++) {
    const node = from + i;
    const row = load<u32>(offsetsAt + (node << 2));
    const degree = load<u32>(offsetsAt + (node << 2), 4) - row;
    let peer = none;
    if (degree != 0) {
      const epoch = index / degree;
      const key0 = threefry(seed, ORDER, epoch, node);
      const rank = permute(index - epoch * degree, degree, key0, threefrySecond());
      peer = load<u32>(targetsAt + ((row + rank) << 2));
    }
    store<u32>(outAt + (i << 2), peer);
  }
}

/**
 * Number of left halves: with (size - 1) / lefts + 1 right ones, fewer than `lefts` pairs too many.
 */
function leftsOf(size: u32): u32 {
  return <u32>Math.ceil(Math.sqrt(<f64>size));
}

function walk(index: u32, size: u32, lefts: u32, rights: u32, key0: u32, key1: u32): u32 {
  const step = key1 | 1;
  const rounds = size < FEW ? ROUNDS_OF_FEW : ROUNDS;
  do {
    let left = index / rights;
    let right = index - left * rights;
    let key = key0;
    for (let round: u32 = 0; round < rounds; round += 2) {
      left = reduced(left + below(right + key, lefts), lefts);
      key += step;
      right = reduced(right + below(left + key, rights), rights);
      key += step;
    }
    index = left * rights + right;
  } while (index >= size);
  return index;
}

/** The steps of walk in reverse. */
function walkBack(image: u32, size: u32, lefts: u32, rights: u32, key0: u32, key1: u32): u32 {
  const step = key1 | 1;
  const rounds = size < FEW ? ROUNDS_OF_FEW : ROUNDS;
  do {
    let left = image / rights;
    let right = image - left * rights;
    let key = key0 + step * (rounds - 1);
    for (let round: u32 = 0; round < rounds; round += 2) {
      right = reduced(right + rights - below(left + key, rights), rights);
      key -= step;
      left = reduced(left + lefts - below(right + key, lefts), lefts);
      key -= step;
    }
    image = left * rights + right;
  } while (image >= size);
  return image;
}

/** `sum` modulo `size`, for a sum below 2 * size, without a branch. */
function reduced(sum: i32, size: i32): u32 {
  const less = sum - size;
  return less + (size & (less >> 31));
}

/** A value below `bound`; the word is mixed by lowbias32 (Wellons 2018, Hash Prospector). */
function below(word: u32, bound: u32): u32 {
  word = (word ^ (word >>> 16)) * 0x7feb352d;
  word = (word ^ (word >>> 15)) * 0x846ca68b;
  return <u32>((<u64>(word ^ (word >>> 16)) * <u64>bound) >>> 32);
}
