/**
 * Steps of XXH64 over pairs of 32-bit words, which the twins xxhash.ts and merkle.ts share. A function that
 * gives a 64-bit number returns its low word as int32 and leaves the high one in `highWord`.
 */

export const PRIME_1_LOW = 0x85ebca87 | 0;
export const PRIME_1_HIGH = 0x9e3779b1 | 0;
export const PRIME_2_LOW = 0x27d4eb4f | 0;
export const PRIME_2_HIGH = 0xc2b2ae3d | 0;
export const PRIME_3_LOW = 0x9e3779f9 | 0;
export const PRIME_3_HIGH = 0x165667b1 | 0;
export const PRIME_4_LOW = 0xc2b2ae63 | 0;
export const PRIME_4_HIGH = 0x85ebca77 | 0;
export const PRIME_5_LOW = 0x165667c5 | 0;
export const PRIME_5_HIGH = 0x27d4eb2f | 0;

/** High word of the 64-bit number that a function returned last, as int32. */
export let highWord = 0;

/**
 * High word of a product of two 64-bit numbers, as int32; `product` is its low word, imul of the low words.
 * The double product of the low words is off by at most 2^10. Without `product` it is a multiple of 2^32
 * but for that error, so that rounding gives the exact quotient. Measured 1.5 times faster than 16-bit parts.
 */
export function productHigh(
  low: number,
  high: number,
  product: number,
  otherLow: number,
  otherHigh: number,
): number {
  const multiple = (low >>> 0) * (otherLow >>> 0) - (product >>> 0);
  const carried = (multiple / 0x1_0000_0000 + 0.5) >>> 0;
  return (carried + Math.imul(low, otherHigh) + Math.imul(high, otherLow)) | 0;
}

/** The hash after 8 more bytes, a little-endian 64-bit word. */
export function absorbed8(
  hashLow: number,
  hashHigh: number,
  wordLow: number,
  wordHigh: number,
): number {
  const low = hashLow ^ round(0, 0, wordLow, wordHigh);
  const high = hashHigh ^ highWord;
  return timesPrime1PlusPrime4((low << 27) | (high >>> 5), (high << 27) | (low >>> 5));
}

/** The last mixing of a hash: the result. */
export function finished(hashLow: number, hashHigh: number): number {
  let low = hashLow ^ (hashHigh >>> 1);
  let product = Math.imul(low, PRIME_2_LOW);
  let high = productHigh(low, hashHigh, product, PRIME_2_LOW, PRIME_2_HIGH);
  low = product ^ ((product >>> 29) | (high << 3));
  high ^= high >>> 29;
  product = Math.imul(low, PRIME_3_LOW);
  highWord = productHigh(low, high, product, PRIME_3_LOW, PRIME_3_HIGH);
  return product ^ highWord;
}

/** Four running lanes of an input of at least 32 bytes, low and high word each. */
const lanes = new Int32Array(8);

/** Starts the lanes: seed + PRIME_1 + PRIME_2, seed + PRIME_2, seed, seed - PRIME_1. */
export function startLanes(seedLow: number, seedHigh: number): void {
  lanes[2] = sum(seedLow, seedHigh, PRIME_2_LOW, PRIME_2_HIGH);
  lanes[3] = highWord;
  lanes[0] = sum(lanes[2], lanes[3], PRIME_1_LOW, PRIME_1_HIGH);
  lanes[1] = highWord;
  lanes[4] = seedLow;
  lanes[5] = seedHigh;
  // Minus PRIME_1 is plus its two's complement: its low word is not zero, so no carry is lost.
  lanes[6] = sum(seedLow, seedHigh, -PRIME_1_LOW | 0, ~PRIME_1_HIGH);
  lanes[7] = highWord;
}

/** Takes the lanes up where storeLanes left them, u32[8] from word `from`. */
export function loadLanes(words: Uint32Array, from: number): void {
  for (let i = 0; i < 8; i++) lanes[i] = words[from + i]!;
}

export function storeLanes(words: Uint32Array, from: number): void {
  for (let i = 0; i < 8; i++) words[from + i] = lanes[i]!;
}

/**
 * Absorbs words `from` .. `end` - 1, a multiple of 8. Four rounds written out: V8 inlines no more than some
 * bytecode into one function, and with calls the lanes do not overlap.
 */
export function absorbStripes(words: Uint32Array, from: number, end: number): void {
  let aLow = lanes[0]!;
  let aHigh = lanes[1]!;
  let bLow = lanes[2]!;
  let bHigh = lanes[3]!;
  let cLow = lanes[4]!;
  let cHigh = lanes[5]!;
  let dLow = lanes[6]!;
  let dHigh = lanes[7]!;
  let low = 0;
  let high = 0;
  let product = 0;
  let top = 0;
  for (let p = from; p < end; p += 8) {
    low = words[p]! | 0;
    product = Math.imul(low, PRIME_2_LOW);
    top = productHigh(low, words[p + 1]!, product, PRIME_2_LOW, PRIME_2_HIGH);
    low = (aLow + product) | 0;
    high = (aHigh + top + (low >>> 0 < product >>> 0 ? 1 : 0)) | 0;
    product = (low << 31) | (high >>> 1);
    high = (high << 31) | (low >>> 1);
    aLow = Math.imul(product, PRIME_1_LOW);
    aHigh = productHigh(product, high, aLow, PRIME_1_LOW, PRIME_1_HIGH);
    low = words[p + 2]! | 0;
    product = Math.imul(low, PRIME_2_LOW);
    top = productHigh(low, words[p + 3]!, product, PRIME_2_LOW, PRIME_2_HIGH);
    low = (bLow + product) | 0;
    high = (bHigh + top + (low >>> 0 < product >>> 0 ? 1 : 0)) | 0;
    product = (low << 31) | (high >>> 1);
    high = (high << 31) | (low >>> 1);
    bLow = Math.imul(product, PRIME_1_LOW);
    bHigh = productHigh(product, high, bLow, PRIME_1_LOW, PRIME_1_HIGH);
    low = words[p + 4]! | 0;
    product = Math.imul(low, PRIME_2_LOW);
    top = productHigh(low, words[p + 5]!, product, PRIME_2_LOW, PRIME_2_HIGH);
    low = (cLow + product) | 0;
    high = (cHigh + top + (low >>> 0 < product >>> 0 ? 1 : 0)) | 0;
    product = (low << 31) | (high >>> 1);
    high = (high << 31) | (low >>> 1);
    cLow = Math.imul(product, PRIME_1_LOW);
    cHigh = productHigh(product, high, cLow, PRIME_1_LOW, PRIME_1_HIGH);
    low = words[p + 6]! | 0;
    product = Math.imul(low, PRIME_2_LOW);
    top = productHigh(low, words[p + 7]!, product, PRIME_2_LOW, PRIME_2_HIGH);
    low = (dLow + product) | 0;
    high = (dHigh + top + (low >>> 0 < product >>> 0 ? 1 : 0)) | 0;
    product = (low << 31) | (high >>> 1);
    high = (high << 31) | (low >>> 1);
    dLow = Math.imul(product, PRIME_1_LOW);
    dHigh = productHigh(product, high, dLow, PRIME_1_LOW, PRIME_1_HIGH);
  }
  lanes[0] = aLow;
  lanes[1] = aHigh;
  lanes[2] = bLow;
  lanes[3] = bHigh;
  lanes[4] = cLow;
  lanes[5] = cHigh;
  lanes[6] = dLow;
  lanes[7] = dHigh;
}

/** Merges the lanes: the hash before the length is added. */
export function mergedLanes(): number {
  let low = 0;
  let high = 0;
  for (let lane = 0; lane < 4; lane++) {
    const l = lanes[lane * 2]!;
    const h = lanes[lane * 2 + 1]!;
    const by = lane === 0 ? 1 : lane === 1 ? 7 : lane === 2 ? 12 : 18;
    low = sum(low, high, (l << by) | (h >>> (32 - by)), (h << by) | (l >>> (32 - by)));
    high = highWord;
  }
  for (let lane = 0; lane < 4; lane++) {
    const l = low ^ round(0, 0, lanes[lane * 2]!, lanes[lane * 2 + 1]!);
    low = timesPrime1PlusPrime4(l, high ^ highWord);
    high = highWord;
  }
  return low;
}

/** Sum of two 64-bit numbers. */
export function sum(low: number, high: number, otherLow: number, otherHigh: number): number {
  const result = (low + otherLow) | 0;
  highWord = (high + otherHigh + (result >>> 0 < low >>> 0 ? 1 : 0)) | 0;
  return result;
}

function round(laneLow: number, laneHigh: number, wordLow: number, wordHigh: number): number {
  let product = Math.imul(wordLow, PRIME_2_LOW);
  const productTop = productHigh(wordLow, wordHigh, product, PRIME_2_LOW, PRIME_2_HIGH);
  const low = (laneLow + product) | 0;
  const high = (laneHigh + productTop + (low >>> 0 < product >>> 0 ? 1 : 0)) | 0;
  const rotatedLow = (low << 31) | (high >>> 1);
  const rotatedHigh = (high << 31) | (low >>> 1);
  product = Math.imul(rotatedLow, PRIME_1_LOW);
  highWord = productHigh(rotatedLow, rotatedHigh, product, PRIME_1_LOW, PRIME_1_HIGH);
  return product;
}

function timesPrime1PlusPrime4(low: number, high: number): number {
  const product = Math.imul(low, PRIME_1_LOW);
  const top = productHigh(low, high, product, PRIME_1_LOW, PRIME_1_HIGH);
  return sum(product, top, PRIME_4_LOW, PRIME_4_HIGH);
}

/**
 * XXH64 of pairs of 64-bit words, seed 0: those at `first` and `second` of `words`, then `step` on; into
 * `out` from `at`. Written out: V8 inlines eight products into one function but not the
 * steps around them, and calls make it 1.5 times slower (37 against 24 ns).
 */
export function hashPairs(
  out: Uint32Array,
  at: number,
  words: Uint32Array,
  first: number,
  second: number,
  step: number,
  count: number,
): void {
  for (let i = 0; i < count; i++) {
    // absorbed8 of the first word: l and h run, m and n are what they are made from.
    let m = words[first]! | 0;
    let n = words[first + 1]! | 0;
    let l = Math.imul(m, PRIME_2_LOW);
    let h = productHigh(m, n, l, PRIME_2_LOW, PRIME_2_HIGH);
    m = (l << 31) | (h >>> 1);
    n = (h << 31) | (l >>> 1);
    l = Math.imul(m, PRIME_1_LOW);
    h = productHigh(m, n, l, PRIME_1_LOW, PRIME_1_HIGH) ^ PRIME_5_HIGH;
    l ^= PRIME_5_LOW + 16;
    m = (l << 27) | (h >>> 5);
    n = (h << 27) | (l >>> 5);
    l = Math.imul(m, PRIME_1_LOW);
    h = productHigh(m, n, l, PRIME_1_LOW, PRIME_1_HIGH);
    const hashLow = (l + PRIME_4_LOW) | 0;
    const hashHigh = (h + PRIME_4_HIGH + (hashLow >>> 0 < l >>> 0 ? 1 : 0)) | 0;
    // absorbed8 of the second word.
    m = words[second]! | 0;
    n = words[second + 1]! | 0;
    l = Math.imul(m, PRIME_2_LOW);
    h = productHigh(m, n, l, PRIME_2_LOW, PRIME_2_HIGH);
    m = (l << 31) | (h >>> 1);
    n = (h << 31) | (l >>> 1);
    l = Math.imul(m, PRIME_1_LOW);
    h = productHigh(m, n, l, PRIME_1_LOW, PRIME_1_HIGH) ^ hashHigh;
    l ^= hashLow;
    m = (l << 27) | (h >>> 5);
    n = (h << 27) | (l >>> 5);
    l = Math.imul(m, PRIME_1_LOW);
    h = productHigh(m, n, l, PRIME_1_LOW, PRIME_1_HIGH);
    m = (l + PRIME_4_LOW) | 0;
    n = (h + PRIME_4_HIGH + (m >>> 0 < l >>> 0 ? 1 : 0)) | 0;
    // finished
    m ^= n >>> 1;
    l = Math.imul(m, PRIME_2_LOW);
    h = productHigh(m, n, l, PRIME_2_LOW, PRIME_2_HIGH);
    m = l ^ ((l >>> 29) | (h << 3));
    n = h ^ (h >>> 29);
    l = Math.imul(m, PRIME_3_LOW);
    h = productHigh(m, n, l, PRIME_3_LOW, PRIME_3_HIGH);
    out[at] = l ^ h;
    out[at + 1] = h;
    at += 2;
    first += step;
    second += step;
  }
}

/** High word of the XXH64 of 8 bytes, seed 0; written out for the same reason. */
export function highOfHash8(low: number, high: number): number {
  let l = Math.imul(low, PRIME_2_LOW);
  let h = productHigh(low, high, l, PRIME_2_LOW, PRIME_2_HIGH);
  let m = (l << 31) | (h >>> 1);
  let n = (h << 31) | (l >>> 1);
  l = Math.imul(m, PRIME_1_LOW);
  h = productHigh(m, n, l, PRIME_1_LOW, PRIME_1_HIGH) ^ PRIME_5_HIGH;
  l ^= PRIME_5_LOW + 8;
  m = (l << 27) | (h >>> 5);
  n = (h << 27) | (l >>> 5);
  l = Math.imul(m, PRIME_1_LOW);
  h = productHigh(m, n, l, PRIME_1_LOW, PRIME_1_HIGH);
  m = (l + PRIME_4_LOW) | 0;
  n = (h + PRIME_4_HIGH + (m >>> 0 < l >>> 0 ? 1 : 0)) | 0;
  m ^= n >>> 1;
  l = Math.imul(m, PRIME_2_LOW);
  h = productHigh(m, n, l, PRIME_2_LOW, PRIME_2_HIGH);
  m = l ^ ((l >>> 29) | (h << 3));
  return productHigh(m, h ^ (h >>> 29), Math.imul(m, PRIME_3_LOW), PRIME_3_LOW, PRIME_3_HIGH);
}
