/**
 * Twin of assembly/kernels/galois.ts: an element is two 32-bit words; results of the functions that stay
 * inside this file stand in `low` and `high`.
 */
import { u32 } from "./memory.js";

/** Words of the sixteen entries for four bits of the input. */
const WINDOW_WORDS = 32;

/** The element at work. */
let low = 0;
let high = 0;

/** Writes the table of "times the element at factorAt". @param tableAt u64[256] */
export function gfTimesTable(tableAt: number, factorAt: number, bits: number): void {
  low = u32[factorAt >>> 2]!;
  high = u32[(factorAt >>> 2) + 1]!;
  for (let bit = 0; bit < bits; bit++) {
    addImage(tableAt, bit);
    double(bits);
  }
}

/** Writes the table of squaring, which is linear in characteristic 2. @param tableAt u64[256] */
export function gfSquareTable(tableAt: number, bits: number): void {
  low = 1;
  high = 0;
  for (let bit = 0; bit < bits; bit++) {
    addImage(tableAt, bit);
    double(bits);
    double(bits);
  }
}

/** to[i] = map(from[i]) for u64[count]; the two may be the same. */
export function gfMap(toAt: number, fromAt: number, count: number, tableAt: number): void {
  const words = u32;
  let from = fromAt >>> 2;
  const end = (toAt >>> 2) + count * 2;
  for (let to = toAt >>> 2; to < end; to += 2) {
    map(words[from]!, words[from + 1]!, tableAt);
    words[to] = low;
    words[to + 1] = high;
    from += 2;
  }
}

/** to[i] += map(from[i]) for u64[count]. */
export function gfMapAdd(toAt: number, fromAt: number, count: number, tableAt: number): void {
  const words = u32;
  let from = fromAt >>> 2;
  const end = (toAt >>> 2) + count * 2;
  for (let to = toAt >>> 2; to < end; to += 2) {
    map(words[from]!, words[from + 1]!, tableAt);
    words[to] = words[to]! ^ low;
    words[to + 1] = words[to + 1]! ^ high;
    from += 2;
  }
}

/** Sum of a[i] * b[-i], i < count: `a` read upwards, `b` downwards. */
export function gfDot(
  outAt: number,
  aAt: number,
  bLastAt: number,
  count: number,
  bits: number,
): void {
  const words = u32;
  const a = aAt >>> 2;
  const b = bLastAt >>> 2;
  let sumLow = 0;
  let sumHigh = 0;
  for (let i = 0; i < count * 2; i += 2) {
    multiply(words[a + i]!, words[a + i + 1]!, words[b - i]!, words[b - i + 1]!, bits);
    sumLow ^= low;
    sumHigh ^= high;
  }
  words[outAt >>> 2] = sumLow;
  words[(outAt >>> 2) + 1] = sumHigh;
}

/**
 * 1 / a = a^(2^bits - 2) by Itoh and Tsujii: a^(2^k - 1) for k from the leading bits of bits - 1.
 * @param aAt an element other than 0
 * @param squareAt table of squaring
 */
export function gfInvert(outAt: number, aAt: number, bits: number, squareAt: number): void {
  const aLow = u32[aAt >>> 2]!;
  const aHigh = u32[(aAt >>> 2) + 1]!;
  const last = bits - 1;
  low = aLow;
  high = aHigh;
  let k = 1;
  for (let shift = 30 - Math.clz32(last); shift >= 0; shift--) {
    const powerLow = low;
    const powerHigh = high;
    for (let i = 0; i < k; i++) map(low, high, squareAt);
    multiply(powerLow, powerHigh, low, high, bits);
    k <<= 1;
    if (((last >>> shift) & 1) !== 0) {
      map(low, high, squareAt);
      multiply(low, high, aLow, aHigh, bits);
      k++;
    }
  }
  map(low, high, squareAt);
  u32[outAt >>> 2] = low;
  u32[(outAt >>> 2) + 1] = high;
}

/**
 * Divides polynomials over the field: the remainder replaces the lowest `degree` coefficients, the
 * quotient those above.
 * @param polyAt u64[length], lowest coefficient first
 * @param divisorAt u64[degree] of a monic polynomial, its leading 1 left out
 * @param tableAt u64[256], overwritten
 */
export function gfDivide(
  polyAt: number,
  length: number,
  divisorAt: number,
  degree: number,
  bits: number,
  tableAt: number,
): void {
  const words = u32;
  for (let k = length; k > degree;) {
    k--;
    const leading = polyAt + k * 8;
    if ((words[leading >>> 2]! | words[(leading >>> 2) + 1]!) === 0) continue;
    gfTimesTable(tableAt, leading, bits);
    gfMapAdd(leading - degree * 8, divisorAt, degree, tableAt);
  }
}

/**
 * Adds the odd powers x, x^3, x^5, ... of every element to a sketch.
 * @param syndromesAt u64[capacity]
 * @param elementsAt u64[count], none 0
 * @param tableAt u64[256], overwritten
 * @param squareAt table of squaring
 * @param powerAt u64, overwritten
 */
export function gfSyndromes(
  syndromesAt: number,
  capacity: number,
  elementsAt: number,
  count: number,
  bits: number,
  tableAt: number,
  squareAt: number,
  powerAt: number,
): void {
  const words = u32;
  const end = (syndromesAt >>> 2) + capacity * 2;
  for (let i = 0; i < count; i++) {
    gfMap(powerAt, elementsAt + i * 8, 1, squareAt);
    gfTimesTable(tableAt, powerAt, bits);
    low = words[(elementsAt >>> 2) + i * 2]!;
    high = words[(elementsAt >>> 2) + i * 2 + 1]!;
    for (let p = syndromesAt >>> 2; p < end; p += 2) {
      words[p] = words[p]! ^ low;
      words[p + 1] = words[p + 1]! ^ high;
      map(low, high, tableAt);
    }
  }
}

/** Times x; the moduli are those of the assembly. */
function double(bits: number): void {
  if (bits === 64) {
    const carry = high >>> 31;
    high = (high << 1) | (low >>> 31);
    low = (low << 1) ^ (0x1b & -carry);
  } else if (bits === 32) {
    low = (low << 1) ^ (0x8d & (low >> 31));
  } else {
    low = (low << 1) ^ (0x1009 & -((low >>> 11) & 1));
  }
}

/** Leaves a * b in `low` and `high`. */
function multiply(aLow: number, aHigh: number, bLow: number, bHigh: number, bits: number): void {
  low = 0;
  high = 0;
  for (let bit = bits - 1; bit >= 0; bit--) {
    double(bits);
    const mask = -(((bit >= 32 ? bHigh : bLow) >>> (bit & 31)) & 1);
    low ^= aLow & mask;
    high ^= aHigh & mask;
  }
}

/** Enters the element at work as image of x^bit: it completes the entries whose highest bit is this one. */
function addImage(tableAt: number, bit: number): void {
  const words = u32;
  const window = (tableAt >>> 2) + (bit >>> 2) * WINDOW_WORDS;
  const half = 1 << (bit & 3);
  if (half === 1) words[window] = words[window + 1] = 0;
  for (let i = window; i < window + half * 2; i += 2) {
    words[i + half * 2] = words[i]! ^ low;
    words[i + half * 2 + 1] = words[i + 1]! ^ high;
  }
}

/** Leaves the image of an element in `low` and `high`. */
function map(elementLow: number, elementHigh: number, tableAt: number): void {
  const table = tableAt >>> 2;
  low = 0;
  high = 0;
  addHalf(elementLow, table);
  if (elementHigh !== 0) addHalf(elementHigh, table + 8 * WINDOW_WORDS);
}

/** Adds one entry for each four bits of a half; unrolled, the loads overlap. */
function addHalf(half: number, table: number): void {
  const words = u32;
  const a = table + ((half << 1) & 30);
  const b = table + ((half >>> 3) & 30) + WINDOW_WORDS;
  const c = table + ((half >>> 7) & 30) + 2 * WINDOW_WORDS;
  const d = table + ((half >>> 11) & 30) + 3 * WINDOW_WORDS;
  const e = table + ((half >>> 15) & 30) + 4 * WINDOW_WORDS;
  const f = table + ((half >>> 19) & 30) + 5 * WINDOW_WORDS;
  const g = table + ((half >>> 23) & 30) + 6 * WINDOW_WORDS;
  const h = table + ((half >>> 27) & 30) + 7 * WINDOW_WORDS;
  low ^= words[a]! ^ words[b]! ^ words[c]! ^ words[d]!;
  low ^= words[e]! ^ words[f]! ^ words[g]! ^ words[h]!;
  high ^= words[a + 1]! ^ words[b + 1]! ^ words[c + 1]! ^ words[d + 1]!;
  high ^= words[e + 1]! ^ words[f + 1]! ^ words[g + 1]! ^ words[h + 1]!;
}
