/**
 * Twin of assembly/kernels/random.ts: the same words, four scalar xoshiro128++ lanes instead of one
 * SIMD stream. The high word of a product comes from a double that the exact low word corrects.
 */
import { mulHigh, u32 } from "./memory.js";

/** Words in a block; node v finds its word at v mod BLOCK_WORDS of block v / BLOCK_WORDS. */
export const BLOCK_WORDS = 1024;
/** Purpose of the draw that replaces a rejected or repeated peer. */
const REDRAW = 0x20000000;
/** Purpose of the block draws of peers; the slot of the fanout is added. */
const PEER = 0x10000000;
/** The top bit, which turns an unsigned comparison into a signed one. */
const FLIP = 0x80000000;
const TWO_TO_MINUS_32 = 2 ** -32;

/** Signed, as every int32 is: a word above 2^31 would be a number on the heap. */
let secondWord = 0;

/** First output word of Threefry-2x32-13 with key (key0, key1) and counter (counter0, counter1). */
export function threefry(key0: number, key1: number, counter0: number, counter1: number): number {
  return mixed(key0, key1, counter0, counter1) >>> 0;
}

/** The same, signed. */
function mixed(key0: number, key1: number, counter0: number, counter1: number): number {
  const key2 = 0x1bd11bda ^ key0 ^ key1;
  let x0 = (counter0 + key0) | 0;
  let x1 = (counter1 + key1) | 0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 13) | (x1 >>> 19)) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 15) | (x1 >>> 17)) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 26) | (x1 >>> 6)) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 6) | (x1 >>> 26)) ^ x0;
  x0 = (x0 + key1) | 0;
  x1 = (x1 + key2 + 1) | 0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 17) | (x1 >>> 15)) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 29) | (x1 >>> 3)) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 16) | (x1 >>> 16)) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 24) | (x1 >>> 8)) ^ x0;
  x0 = (x0 + key2) | 0;
  x1 = (x1 + key0 + 2) | 0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 13) | (x1 >>> 19)) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 15) | (x1 >>> 17)) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 26) | (x1 >>> 6)) ^ x0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 6) | (x1 >>> 26)) ^ x0;
  x0 = (x0 + key0) | 0;
  x1 = (x1 + key1 + 3) | 0;
  x0 = (x0 + x1) | 0;
  x1 = ((x1 << 17) | (x1 >>> 15)) ^ x0;
  secondWord = x1;
  return x0;
}

/** Second output word of the preceding threefry call on this thread. */
export function threefrySecond(): number {
  return secondWord >>> 0;
}

/** Remainder below which the low product word marks a biased draw (Lemire 2019). */
export function rejectBelow(bound: number): number {
  return (2 ** 32 - bound) % bound;
}

/**
 * Unbiased draw below `bound` for one node, independent of the block streams.
 * @param purpose what it is for; bits 8..17 are used here to count attempts
 * @param bound 1 .. 2^32 - 1
 */
export function drawBelow(
  seed: number,
  purpose: number,
  tick: number,
  node: number,
  bound: number,
): number {
  for (let attempt = 0; ; attempt++) {
    const word = mixed(seed, purpose | (attempt << 8), tick, node);
    const low = Math.imul(word, bound) >>> 0;
    // The limit is below `bound`, so it is worked out for few words only: a division is dear.
    if (low >= bound || low >= rejectBelow(bound)) return mulHigh(word, bound);
  }
}

/** Places within a block whose words were rejected. */
const rejected = new Uint16Array(BLOCK_WORDS);

/** State of the four lanes: lane l holds words l*4 .. l*4+3. */
const lanes = new Int32Array(16);

function seedLanes(seed: number, purpose: number, tick: number, stream: number): void {
  const counter = stream << 3;
  for (let pair = 0; pair < 8; pair++) {
    lanes[pair * 2] = mixed(seed, purpose, tick, counter + pair);
    lanes[pair * 2 + 1] = secondWord;
  }
}

/**
 * Fills u32[1024] at `at` with the raw words of one block.
 * @param tick the tick the draws are for
 * @param block index of the block of nodes
 */
export function rawBlock(
  at: number,
  seed: number,
  purpose: number,
  tick: number,
  block: number,
): void {
  rawWords(at, BLOCK_WORDS, seed, purpose, tick, block);
}

/**
 * Fills u32[count] at `at` with the first words of a stream; rawBlock gives its first 1024.
 * @param count  a multiple of 4
 * @param stream which of the streams of (seed, purpose, tick), 0 .. 2^29 - 1
 */
export function rawWords(
  at: number,
  count: number,
  seed: number,
  purpose: number,
  tick: number,
  stream: number,
): void {
  seedLanes(seed, purpose, tick, stream);
  const words = u32;
  const first = at >>> 2;
  const end = first + count;
  // Lane by lane: a lane's state stays in registers; two lanes at once take half as long again.
  for (let lane = 0; lane < 4; lane++) {
    let a = lanes[lane * 4]!;
    let b = lanes[lane * 4 + 1]!;
    let c = lanes[lane * 4 + 2]!;
    let d = lanes[lane * 4 + 3]!;
    for (let p = first + lane; p < end; p += 4) {
      const sum = (a + d) | 0;
      words[p] = (((sum << 7) | (sum >>> 25)) + a) | 0;
      const t = b << 9;
      c ^= a;
      d ^= b;
      b ^= c;
      a ^= d;
      c ^= t;
      d = (d << 11) | (d >>> 21);
    }
  }
}

/**
 * Fills u32[1024] at `at` with one peer per node of the block: uniform over all other nodes.
 * Peers of slot k differ from those of slots 0..k-1, whose blocks stand right below `at`.
 * @param nodes 2 .. 2^32 - 1
 * @param slot  which of the node's `fanout` peers, 0 .. 63
 */
export function peerBlock(
  at: number,
  nodes: number,
  seed: number,
  slot: number,
  tick: number,
  block: number,
): void {
  const bound = nodes - 1;
  const reject = rejectBelow(bound);
  const first = block * BLOCK_WORDS;
  rawBlock(at, seed, PEER | slot, tick, block);
  const words = u32;
  const start = at >>> 2;
  const ratio = bound * TWO_TO_MINUS_32;
  // Both sides of the test for rejection with the top bit flipped: a signed comparison is faster.
  const rejectFlipped = reject ^ FLIP;
  let rejections = 0;
  for (let i = 0; i < BLOCK_WORDS; i++) {
    const word = words[start + i]!;
    const low = Math.imul(word, bound);
    if ((low ^ FLIP) < rejectFlipped) rejected[rejections++] = i;
    // High word of the product, exact: the double is off by 2^-20 at most, the true value is whole.
    const peer = (word * ratio - (low >>> 0) * TWO_TO_MINUS_32 + 0.5) >>> 0;
    // Stepping over self keeps the choice uniform over the others; `+` of a boolean: no branch.
    words[start + i] = peer + +(peer >= first + i);
  }
  for (let r = 0; r < rejections; r++) {
    const i = rejected[r]!;
    words[start + i] = redraw(seed, slot, tick, first + i, bound, 0);
  }
  if (slot > 0) makeDistinct(start, bound, seed, slot, tick, first);
}

/** An unbiased peer for `node` from Threefry; `salt` numbers the repeats of one slot, 0 .. 1023. */
function redraw(
  seed: number,
  slot: number,
  tick: number,
  node: number,
  bound: number,
  salt: number,
): number {
  const peer = drawBelow(seed, REDRAW | (salt << 18) | slot, tick, node, bound);
  return peer >= node ? peer + 1 : peer;
}

/** Replaces peers that an earlier slot of the same node already holds. */
function makeDistinct(
  start: number,
  bound: number,
  seed: number,
  slot: number,
  tick: number,
  first: number,
): void {
  for (let i = 0; i < BLOCK_WORDS; i++) {
    let salt = 1;
    while (isRepeated(start + i, slot)) {
      u32[start + i] = redraw(seed, slot, tick, first + i, bound, salt++);
    }
  }
}

function isRepeated(cell: number, slot: number): boolean {
  const peer = u32[cell]!;
  for (let earlier = 1; earlier <= slot; earlier++) {
    if (u32[cell - earlier * BLOCK_WORDS] === peer) return true;
  }
  return false;
}
