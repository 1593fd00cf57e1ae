/**
 * Twin of assembly/kernels/view-rows.ts: scalar loops over typed arrays; items are looked up through
 * a table of marks instead of by comparing all with all.
 */
import { u16, u32, u8 } from "./memory.js";
import { threefry, threefrySecond } from "./random.js";

/** Ages every entry by one; an age stays at 65,535. */
export function ageEntries(ages: number, size: number): void {
  const words = u16;
  const end = (ages >>> 1) + size;
  for (let at = ages >>> 1; at < end; at++) {
    const age = words[at]!;
    if (age < 65_535) words[at] = age + 1;
  }
}

/** Slot of the largest of u16[size] at `ages`, the lowest such slot; size > 0. */
export function oldestSlot(ages: number, size: number): number {
  const words = u16;
  const first = ages >>> 1;
  let oldest = 0;
  let most = words[first]!;
  for (let slot = 1; slot < size; slot++) {
    const age = words[first + slot]!;
    if (age > most) {
      most = age;
      oldest = slot;
    }
  }
  return oldest;
}

/** The value of rank `rank` among u16[size] at `values`, the largest having rank 1; 1 <= rank <= size. */
export function rankedValue(values: number, size: number, rank: number): number {
  const words = u16;
  const first = values >>> 1;
  const end = first + size;
  let high = words[first]!;
  let low = high;
  for (let at = first + 1; at < end; at++) {
    const value = words[at]!;
    if (value > high) high = value;
    if (value < low) low = value;
  }
  if (rank === 1) return high;
  // Between low and high, both included, lies the largest value that `rank` entries reach.
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    let reaching = 0;
    for (let at = first; at < end; at++) reaching += words[at]! >= middle ? 1 : 0;
    if (reaching >= rank) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** marks[id mod MARKS] = call in which a row last had such an id. */
const MARKS = 1024;
const marks = new Uint32Array(MARKS);
let call = 0;

/**
 * Which of u32[count] at `items` are new to a row: bit k is set when item k is neither `self` nor in
 * the row. Items are readable up to a multiple of four; count is at most 32.
 */
export function newItems(
  ids: number,
  slots: number,
  items: number,
  count: number,
  self: number,
): number {
  const words = u32;
  const row = ids >>> 2;
  const end = row + slots;
  if (++call === 2 ** 32) {
    marks.fill(0);
    call = 1;
  }
  const mark = call;
  for (let at = row; at < end; at++) marks[words[at]! & (MARKS - 1)] = mark;
  let fresh = 0;
  for (let k = 0; k < count; k++) {
    const id = words[(items >>> 2) + k]!;
    if (id === self) continue;
    if (marks[id & (MARKS - 1)] !== mark || !holds(row, end, id)) fresh |= 1 << k;
  }
  return fresh >>> 0;
}

function holds(row: number, end: number, id: number): boolean {
  const words = u32;
  for (let at = row; at < end; at++) if (words[at] === id) return true;
  return false;
}

/** Slot of `id` in the row; `slots` when it is not there. */
export function slotOf(ids: number, slots: number, id: number): number {
  const words = u32;
  const row = ids >>> 2;
  let slot = 0;
  while (slot < slots && words[row + slot] !== id) slot++;
  return slot;
}

/** Writes 0 .. size - 1 as bytes; up to 15 more are overwritten. */
export function listSlots(list: number, size: number): void {
  const bytes = u8;
  for (let slot = 0; slot < size; slot++) bytes[list + slot] = slot;
}

/**
 * Shuffles u8[size] at `list` as far as positions from .. to - 1, which become a uniform ordered choice
 * out of positions from .. size - 1 (Fisher-Yates). A word gives four draws (Brackett-Rozinsky, Lemire
 * 2024: the low half of one product is the word of the next draw).
 * @param purpose what it is for; bits 0..7 are used here to count words, 8..17 attempts
 */
export function shuffleFront(
  list: number,
  from: number,
  to: number,
  size: number,
  seed: number,
  purpose: number,
  round: number,
  node: number,
): void {
  const bytes = u8;
  let second = 0;
  for (let i = from, words = 0; i < to; i += 4, words++) {
    const first = (words & 1) === 0 ? threefry(seed, purpose | words, round, node) : second;
    second = threefrySecond();
    const word = acceptedWord(first, size - i, seed, purpose | words, round, node);
    // Products of a word and a bound up to 128 by halves: every part is a small integer.
    let low = (word & 0xffff) * (size - i);
    let high = (word >>> 16) * (size - i) + (low >>> 16);
    const stop = i + 4 < to ? i + 4 : to;
    for (let position = i; ;) {
      const other = list + position + (high >>> 16);
      const value = bytes[list + position]!;
      bytes[list + position] = bytes[other]!;
      bytes[other] = value;
      if (++position === stop) break;
      low = (low & 0xffff) * (size - position);
      high = (high & 0xffff) * (size - position) + (low >>> 16);
    }
  }
}

/** The word itself, or another where it would favour some draws. */
function acceptedWord(
  first: number,
  bound: number,
  seed: number,
  purpose: number,
  round: number,
  node: number,
): number {
  const b = bound > 1 ? bound - 1 : 1;
  const c = bound > 2 ? bound - 2 : 1;
  const d = bound > 3 ? bound - 3 : 1;
  const product = bound * b * c * d;
  let word = first;
  for (let attempt = 1; ; attempt++) {
    const rest = Math.imul(word, product) >>> 0;
    if (rest >= product || rest >= (2 ** 32 - product) % product) return word;
    word = threefry(seed, (purpose | (attempt << 8)) >>> 0, round, node);
  }
}
