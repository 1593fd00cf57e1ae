/**
 * Small numbers that only count down, 32 to a cell: word k holds digit k of all of them, so that one pass
 * over the words lowers all at once. All zero words are numbers at rest.
 */
import { getU32, leadingZeros, setU32 } from "../memory";

/** Words for numbers up to `most`. */
export function countdownWords(most: u32): u32 {
  return 32 - leadingZeros(most);
}

/** Sets the number at `bit`. @param at u32[countdownWords(most)], value <= most */
export function setCountdown(at: u32, words: u32, bit: u32, value: u32): void {
  for (let word: u32 = 0; word < words; word++) {
    const others = getU32(at, word) & ~bit;
    setU32(at, word, ((value >>> word) & 1) == 1 ? others | bit : others);
  }
}

/** Bits of the numbers above zero. */
export function countingDown(at: u32, words: u32): u32 {
  let above: u32 = 0;
  for (let word: u32 = 0; word < words; word++) above = above | getU32(at, word);
  return above;
}

/** The highest of the numbers at the bits of `among`; 0 without any. */
export function highest(at: u32, words: u32, among: u32): u32 {
  let left = among;
  let number: u32 = 0;
  for (let word = words; word > 0; word--) {
    const higher = left & getU32(at, word - 1);
    if (higher == 0) continue;
    left = higher;
    number = number | (1 << (word - 1));
  }
  return number;
}
/** Bits of `among` whose numbers are `number`. */
export function equalTo(at: u32, words: u32, number: u32, among: u32): u32 {
  let left = among;
  for (let word: u32 = 0; word < words; word++) {
    const digit = getU32(at, word);
    left = left & (((number >>> word) & 1) == 1 ? digit : ~digit);
  }
  return left;
}

/** Lowers every number above zero by one. */
export function countDown(at: u32, words: u32): void {
  lower(at, words, countingDown(at, words));
}
/** Lowers the numbers of some bits by one; all of them are above zero. */
export function lower(at: u32, words: u32, bits: u32): void {
  let borrow = bits;
  for (let word: u32 = 0; word < words; word++) {
    const digit = getU32(at, word);
    setU32(at, word, digit ^ borrow);
    borrow = borrow & ~digit;
  }
}
