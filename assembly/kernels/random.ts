/**
 * Random words that depend on what they are for, never on the order of calls.
 * Single words: Threefry-2x32 with 13 rounds (Salmon et al., SC 2011), keyed by (seed, purpose) and
 * counted by (a, b). Blocks of 1024 words: four interleaved xoshiro128++ streams (Blackman, Vigna
 * 2019), seeded from Threefry by (seed, purpose, tick, block); word i belongs to lane i mod 4.
 * Twin: src/kernels/random.ts.
 */

/** Words in a block; node v finds its word at v mod BLOCK_WORDS of block v / BLOCK_WORDS. */
export const BLOCK_WORDS: u32 = 1024;
/** Purpose of the draw that replaces a rejected or repeated peer. */
const REDRAW: u32 = 0x20000000;
/** Purpose of the block draws of peers; the slot of the fanout is added. */
const PEER: u32 = 0x10000000;

/** Second word of the last Threefry call; read right after it, never across calls. */
let secondWord: u32 = 0;

/** First output word of Threefry-2x32-13 with key (key0, key1) and counter (counter0, counter1). */
export function threefry(key0: u32, key1: u32, counter0: u32, counter1: u32): u32 {
  const key2 = 0x1bd11bda ^ key0 ^ key1;
  let x0 = counter0 + key0;
  let x1 = counter1 + key1;
  x0 += x1; x1 = rotl(x1, 13) ^ x0;
  x0 += x1; x1 = rotl(x1, 15) ^ x0;
  x0 += x1; x1 = rotl(x1, 26) ^ x0;
  x0 += x1; x1 = rotl(x1, 6) ^ x0;
  x0 += key1; x1 += key2 + 1;
  x0 += x1; x1 = rotl(x1, 17) ^ x0;
  x0 += x1; x1 = rotl(x1, 29) ^ x0;
  x0 += x1; x1 = rotl(x1, 16) ^ x0;
  x0 += x1; x1 = rotl(x1, 24) ^ x0;
  x0 += key2; x1 += key0 + 2;
  x0 += x1; x1 = rotl(x1, 13) ^ x0;
  x0 += x1; x1 = rotl(x1, 15) ^ x0;
  x0 += x1; x1 = rotl(x1, 26) ^ x0;
  x0 += x1; x1 = rotl(x1, 6) ^ x0;
  x0 += key0; x1 += key1 + 3;
  x0 += x1; x1 = rotl(x1, 17) ^ x0;
  secondWord = x1;
  return x0;
}

/** Second output word of the preceding threefry call on this thread. */
export function threefrySecond(): u32 {
  return secondWord;
}

/** Remainder below which the low product word marks a biased draw (Lemire 2019). */
export function rejectBelow(bound: u32): u32 {
  return (0 - bound) % bound;
}

/**
 * Unbiased draw below `bound` for one node, independent of the block streams.
 * @param purpose what it is for; bits 8..17 are used here to count attempts
 * @param bound 1 .. 2^32 - 1
 */
export function drawBelow(seed: u32, purpose: u32, tick: u32, node: u32, bound: u32): u32 {
  let attempt: u32 = 0;
  while (true) {
    const product = <u64>threefry(seed, purpose | (attempt << 8), tick, node) * <u64>bound;
    // The limit is below `bound`, so it is worked out for few words only: a division is dear.
    if (<u32>product >= bound || <u32>product >= rejectBelow(bound)) return <u32>(product >>> 32);
    attempt++;
  }
}

let s0: v128 = i32x4.splat(0);
let s1: v128 = i32x4.splat(0);
let s2: v128 = i32x4.splat(0);
let s3: v128 = i32x4.splat(0);

/** Lane l starts from the words of counters 2l and 2l + 1: eight Threefry calls as two. */
function seedLanes(seed: u32, purpose: u32, tick: u32, stream: u32): void {
  const counters = i32x4.add(i32x4.splat(stream << 3), i32x4(0, 2, 4, 6));
  threefryLanes(seed, purpose, tick, i32x4.add(counters, i32x4.splat(1)));
  s2 = s0;
  s3 = s1;
  threefryLanes(seed, purpose, tick, counters);
}

/** Threefry of four counters (counter0, counters): first words in s0, second words in s1. */
function threefryLanes(key0: u32, key1: u32, counter0: u32, counters: v128): void {
  const key2 = 0x1bd11bda ^ key0 ^ key1;
  let a = i32x4.splat(counter0 + key0);
  let b = i32x4.add(counters, i32x4.splat(key1));
  a = i32x4.add(a, b); b = v128.xor(rotated(b, 13), a);
  a = i32x4.add(a, b); b = v128.xor(rotated(b, 15), a);
  a = i32x4.add(a, b); b = v128.xor(rotated(b, 26), a);
  a = i32x4.add(a, b); b = v128.xor(rotated(b, 6), a);
  a = i32x4.add(a, i32x4.splat(key1)); b = i32x4.add(b, i32x4.splat(key2 + 1));
  a = i32x4.add(a, b); b = v128.xor(rotated(b, 17), a);
  a = i32x4.add(a, b); b = v128.xor(rotated(b, 29), a);
  a = i32x4.add(a, b); b = v128.xor(rotated(b, 16), a);
  a = i32x4.add(a, b); b = v128.xor(rotated(b, 24), a);
  a = i32x4.add(a, i32x4.splat(key2)); b = i32x4.add(b, i32x4.splat(key0 + 2));
  a = i32x4.add(a, b); b = v128.xor(rotated(b, 13), a);
  a = i32x4.add(a, b); b = v128.xor(rotated(b, 15), a);
  a = i32x4.add(a, b); b = v128.xor(rotated(b, 26), a);
  a = i32x4.add(a, b); b = v128.xor(rotated(b, 6), a);
  a = i32x4.add(a, i32x4.splat(key0)); b = i32x4.add(b, i32x4.splat(key1 + 3));
  a = i32x4.add(a, b); b = v128.xor(rotated(b, 17), a);
  s0 = a;
  s1 = b;
}

function rotated(lanes: v128, by: i32): v128 {
  return v128.or(i32x4.shl(lanes, by), i32x4.shr_u(lanes, 32 - by));
}

/**
 * Fills u32[1024] at `at` with the raw words of one block.
 * @param tick the tick the draws are for
 * @param block index of the block of nodes
 */
export function rawBlock(at: u32, seed: u32, purpose: u32, tick: u32, block: u32): void {
  rawWords(at, BLOCK_WORDS, seed, purpose, tick, block);
}

/**
 * Fills u32[count] at `at` with the first words of a stream; rawBlock gives its first 1024.
 * @param count  a multiple of 4
 * @param stream which of the streams of (seed, purpose, tick), 0 .. 2^29 - 1
 */
export function rawWords(
  at: u32, count: u32, seed: u32, purpose: u32, tick: u32, stream: u32,
): void {
  seedLanes(seed, purpose, tick, stream);
  let a = s0, b = s1, c = s2, d = s3;
  const end = at + (count << 2);
  for (let p = at; p < end; p += 16) {
    const sum = i32x4.add(a, d);
    v128.store(p, i32x4.add(v128.or(i32x4.shl(sum, 7), i32x4.shr_u(sum, 25)), a));
    const t = i32x4.shl(b, 9);
    c = v128.xor(c, a);
    d = v128.xor(d, b);
    b = v128.xor(b, c);
    a = v128.xor(a, d);
    c = v128.xor(c, t);
    d = v128.or(i32x4.shl(d, 11), i32x4.shr_u(d, 21));
  }
}

/**
 * Fills u32[1024] at `at` with one peer per node of the block: uniform over all other nodes.
 * Peers of slot k differ from those of slots 0..k-1, whose blocks stand right below `at`.
 * @param nodes 2 .. 2^32 - 1
 * @param slot  which of the node's `fanout` peers, 0 .. 63
 */
export function peerBlock(at: u32, nodes: u32, seed: u32, slot: u32, tick: u32, block: u32): void {
  const bound = nodes - 1;
  const reject = rejectBelow(bound);
  const purpose = PEER | slot;
  seedLanes(seed, purpose, tick, block);
  let a = s0, b = s1, c = s2, d = s3;
  const bounds = i32x4.splat(bound);
  const rejects = i32x4.splat(reject);
  const first = block << 10;
  let self = i32x4.add(i32x4.splat(first), i32x4(0, 1, 2, 3));
  const four = i32x4.splat(4);
  const end = at + (BLOCK_WORDS << 2);
  for (let p = at; p < end; p += 16) {
    const sum = i32x4.add(a, d);
    const word = i32x4.add(v128.or(i32x4.shl(sum, 7), i32x4.shr_u(sum, 25)), a);
    const t = i32x4.shl(b, 9);
    c = v128.xor(c, a);
    d = v128.xor(d, b);
    b = v128.xor(b, c);
    a = v128.xor(a, d);
    c = v128.xor(c, t);
    d = v128.or(i32x4.shl(d, 11), i32x4.shr_u(d, 21));
    const low = i64x2.extmul_low_i32x4_u(word, bounds);
    const high = i64x2.extmul_high_i32x4_u(word, bounds);
    const peer = v128.shuffle<i32>(low, high, 1, 3, 5, 7);
    const rest = v128.shuffle<i32>(low, high, 0, 2, 4, 6);
    // Stepping over self keeps the choice uniform over the others.
    v128.store(p, i32x4.sub(peer, i32x4.ge_u(peer, self)));
    const rejected = i32x4.bitmask(i32x4.lt_u(rest, rejects));
    if (rejected != 0) redrawLanes(p, rejected, bound, seed, slot, tick, first + ((p - at) >>> 2));
    self = i32x4.add(self, four);
  }
  if (slot > 0) makeDistinct(at, bound, seed, slot, tick, first);
}

/** Draws again for the marked lanes of the vector at `p`, whose first node is `node`. */
function redrawLanes(
  p: u32, rejected: i32, bound: u32, seed: u32, slot: u32, tick: u32, node: u32,
): void {
  for (let lane: u32 = 0; lane < 4; lane++) {
    if (((rejected >>> lane) & 1) == 0) continue;
    store<u32>(p + (lane << 2), redraw(seed, slot, tick, node + lane, bound, 0));
  }
}

/** An unbiased peer for `node` from Threefry; `salt` numbers the repeats of one slot, 0 .. 1023. */
function redraw(seed: u32, slot: u32, tick: u32, node: u32, bound: u32, salt: u32): u32 {
  const peer = drawBelow(seed, REDRAW | (salt << 18) | slot, tick, node, bound);
  return peer + u32(peer >= node);
}

/** Replaces peers that an earlier slot of the same node already holds. */
function makeDistinct(at: u32, bound: u32, seed: u32, slot: u32, tick: u32, first: u32): void {
  for (let i: u32 = 0; i < BLOCK_WORDS; i++) {
    const cell = at + (i << 2);
    let salt: u32 = 1;
    while (isRepeated(cell, slot)) {
      store<u32>(cell, redraw(seed, slot, tick, first + i, bound, salt++));
    }
  }
}

function isRepeated(cell: u32, slot: u32): bool {
  const peer = load<u32>(cell);
  for (let earlier: u32 = 1; earlier <= slot; earlier++) {
    if (load<u32>(cell - (earlier << 12)) == peer) return true;
  }
  return false;
}
