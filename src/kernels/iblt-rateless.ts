/**
 * Twin of assembly/kernels/iblt-rateless.ts: the generator's state in two 32-bit words, its value as the
 * double that the conversion of a 64-bit number would round to.
 */
import { u32 } from "./memory.js";
import { xxh64High, xxh64Of8 } from "./xxhash.js";

const MULTIPLIER_LOW = 0xe4dd58b5;
const MULTIPLIER_HIGH = 0xda942042;
const SOURCE_WORDS = 6;
const CELL_WORDS = 4;
/** A symbol that no row reaches. */
const NEVER = 0xffffffff;
const TWO_TO_32 = 2 ** 32;
const TWO_TO_MINUS_16 = 2 ** -16;

/** Writes the sources of u64[count] ids: each stands before symbol 0. */
export function ratelessPrepare(
  sourcesAt: number,
  idsAt: number,
  count: number,
  seed: number,
): void {
  const words = u32;
  let source = sourcesAt >>> 2;
  const end = (idsAt >>> 2) + count * 2;
  for (let p = idsAt >>> 2; p < end; p += 2) {
    const hashLow = xxh64Of8(words[p]!, words[p + 1]!, seed, 0);
    words[source] = words[p]!;
    words[source + 1] = words[p + 1]!;
    words[source + 2] = hashLow;
    words[source + 3] = xxh64High();
    words[source + 4] = 0;
    words[source + 5] = hashLow;
    source += SOURCE_WORDS;
  }
}

/**
 * Adds (sign 1) or removes (sign -1) sources in the symbols start .. end - 1 and moves them past `end`.
 * @param cellsAt cells[end - start], symbol `start` first
 * @param sourcesAt sources that stand at `start` or later
 */
export function ratelessEncode(
  cellsAt: number,
  start: number,
  end: number,
  sourcesAt: number,
  count: number,
  sign: number,
): void {
  const words = u32;
  const base = (cellsAt >>> 2) - start * CELL_WORDS;
  const last = (sourcesAt >>> 2) + count * SOURCE_WORDS;
  for (let source = sourcesAt >>> 2; source < last; source += SOURCE_WORDS) {
    let next = words[source + 4]!;
    if (next >= end) continue;
    const idLow = words[source]!;
    const idHigh = words[source + 1]!;
    const check = words[source + 5]!;
    let low = words[source + 2]!;
    let high = words[source + 3]!;
    do {
      const cell = base + next * CELL_WORDS;
      words[cell] = (words[cell]! + sign) | 0;
      words[cell + 1] = words[cell + 1]! ^ check;
      words[cell + 2] = words[cell + 2]! ^ idLow;
      words[cell + 3] = words[cell + 3]! ^ idHigh;
      high = productHigh(low, high);
      low = Math.imul(low, MULTIPLIER_LOW) >>> 0;
      next = after(next, low, high);
    } while (next < end);
    words[source + 2] = low;
    words[source + 3] = high;
    words[source + 4] = next;
  }
}

/**
 * Takes in the symbols from .. end - 1 one by one and recovers what they tell, until symbol 0, which
 * holds every id, is empty. Recovered ids are removed from all symbols below `end`.
 * @param cellsAt cells[end], symbol 0 first: differences of two sets' symbols
 * @param plusAt sources[end] of the ids with count 1; those found before stand first
 * @param minusAt sources[end] of the ids with count -1
 * @param foundAt u32[2]: numbers of plus and minus sources, read and written
 * @param stackAt u32[end], overwritten
 * @returns symbols taken in when all was recovered, 0 when more are needed
 */
export function ratelessDecode(
  cellsAt: number,
  from: number,
  end: number,
  plusAt: number,
  minusAt: number,
  foundAt: number,
  stackAt: number,
  seed: number,
): number {
  const words = u32;
  const cells = cellsAt >>> 2;
  const stack = stackAt >>> 2;
  for (let known = from + 1; known <= end; known++) {
    words[stack] = known - 1;
    for (let depth = 1; depth !== 0;) {
      const cell = cells + words[stack + --depth]! * CELL_WORDS;
      if (!holdsOne(cell, seed)) continue;
      const count = words[cell]!;
      const isPlus = count === 1;
      const slot = (foundAt >>> 2) + (isPlus ? 0 : 1);
      const found = words[slot]!;
      if (found === end) return 0; // sound symbols hold no more ids than there are symbols
      words[slot] = found + 1;
      const idLow = words[cell + 2]!;
      const idHigh = words[cell + 3]!;
      const check = words[cell + 1]!;
      xxh64Of8(idLow, idHigh, seed, 0);
      let low = check;
      let high = xxh64High();
      let next = 0;
      while (next < end) {
        const other = cells + next * CELL_WORDS;
        words[other] = words[other]! - count;
        words[other + 1] = words[other + 1]! ^ check;
        words[other + 2] = words[other + 2]! ^ idLow;
        words[other + 3] = words[other + 3]! ^ idHigh;
        // A symbol comes to hold one id once, so that the stack suffices; a false match may be dropped.
        if (next < known && depth < end && holdsOne(other, seed)) words[stack + depth++] = next;
        high = productHigh(low, high);
        low = Math.imul(low, MULTIPLIER_LOW) >>> 0;
        next = after(next, low, high);
      }
      const source = ((isPlus ? plusAt : minusAt) >>> 2) + found * SOURCE_WORDS;
      words[source] = idLow;
      words[source + 1] = idHigh;
      words[source + 2] = low;
      words[source + 3] = high;
      words[source + 4] = next;
      words[source + 5] = check;
    }
    if ((words[cells]! | words[cells + 1]! | words[cells + 2]! | words[cells + 3]!) === 0) {
      return known;
    }
  }
  return 0;
}

function holdsOne(cell: number, seed: number): boolean {
  const words = u32;
  const count = words[cell]!;
  if (count !== 1 && count !== 0xffffffff) return false;
  return xxh64Of8(words[cell + 2]!, words[cell + 3]!, seed, 0) === words[cell + 1]!;
}

/** High word of the generator's next state; both words 0 .. 2^32 - 1. */
function productHigh(low: number, high: number): number {
  // The high word of low x MULTIPLIER_LOW by halves of `low`: both products are exact, below 2^49.
  const carry = ((low & 0xffff) * MULTIPLIER_LOW * TWO_TO_MINUS_16) >>> 0;
  const top = (((low >>> 16) * MULTIPLIER_LOW + carry) * TWO_TO_MINUS_16) >>> 0;
  return (top + Math.imul(low, MULTIPLIER_HIGH) + Math.imul(high, MULTIPLIER_LOW)) >>> 0;
}

/** The symbol after `index`: skips ceil((index + 1.5) * (2^32 / sqrt(state + 1) - 1)), at least one. */
function after(index: number, low: number, high: number): number {
  const root = Math.sqrt(high * TWO_TO_32 + low + 1);
  const skip = Math.ceil((index + 1.5) * (TWO_TO_32 / root - 1));
  const next = index + (skip > 1 ? skip : 1);
  return next < NEVER ? next : NEVER;
}
