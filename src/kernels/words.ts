/** Operations on words that several twins share; in AssemblyScript each is a line. */
import { mulHigh } from "./memory.js";

/** Largest bound whose product with any word is below 2^53. */
const EXACT_BOUND = 2097152;
const TWO_TO_MINUS_32 = 2 ** -32;

/** Bit-by-bit mix of a word (Appleby, MurmurHash3, fmix32). @returns u32 */
export function mixed(word: number): number {
  let h = word | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** floor(word * bound / 2^32). @param word any 32 bits @param bound u32 */
export function scaled(word: number, bound: number): number {
  return bound <= EXACT_BOUND
    ? ((word >>> 0) * bound * TWO_TO_MINUS_32) >>> 0
    : mulHigh(word >>> 0, bound);
}
