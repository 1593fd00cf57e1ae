/**
 * Work within one row of view entries: ids u32[slots], ages u16[lanes]. A view of `size` entries
 * fills slots 0 .. size - 1; free slots hold NO_PEER. Slots is a multiple of 4, lanes of 8, size at
 * most 128. Lists of slots are bytes. Twin: src/kernels/view-rows.ts.
 */
import { threefry, threefrySecond } from "./random";

/** Ages every entry by one; an age stays at 65,535. */
export function ageEntries(ages: u32, size: u32): void {
  const one = i16x8.splat(1);
  const end = i16x8.splat(<i16>size);
  let lane = i16x8(0, 1, 2, 3, 4, 5, 6, 7);
  for (let at = ages, last = ages + (size << 1); at < last; at += 16) {
    const inView = i16x8.lt_s(lane, end);
    v128.store(at, i16x8.add_sat_u(v128.load(at), v128.and(inView, one)));
    lane = i16x8.add(lane, i16x8.splat(8));
  }
}

/** Slot of the largest of u16[size] at `ages`, the lowest such slot; size > 0. */
export function oldestSlot(ages: u32, size: u32): u32 {
  const oldest = i16x8.splat(<i16>largest(ages, size));
  let at = ages;
  while (true) {
    const found = i16x8.bitmask(i16x8.eq(v128.load(at), oldest));
    if (found != 0) return ((at - ages) >>> 1) + ctz(found);
    at += 16;
  }
}

/** Largest of u16[size]; size > 0. Lanes above size count as zero. */
function largest(ages: u32, size: u32): u32 {
  const end = i16x8.splat(<i16>size);
  let lane = i16x8(0, 1, 2, 3, 4, 5, 6, 7);
  let most = i16x8.splat(0);
  for (let at = ages, last = ages + (size << 1); at < last; at += 16) {
    most = i16x8.max_u(most, v128.and(v128.load(at), i16x8.lt_s(lane, end)));
    lane = i16x8.add(lane, i16x8.splat(8));
  }
  most = i16x8.max_u(most, v128.shuffle<i16>(most, most, 4, 5, 6, 7, 0, 1, 2, 3));
  most = i16x8.max_u(most, v128.shuffle<i16>(most, most, 2, 3, 0, 1, 6, 7, 4, 5));
  most = i16x8.max_u(most, v128.shuffle<i16>(most, most, 1, 0, 3, 2, 5, 4, 7, 6));
  return i16x8.extract_lane_u(most, 0);
}

/**
 * The value of rank `rank` among u16[size] at `values`, the largest having rank 1; 1 <= rank <=
 * size.
 */
export function rankedValue(values: u32, size: u32, rank: u32): u32 {
  let high = largest(values, size);
  if (rank == 1) return high;
  let low: u32 = 0;
  // Between low and high, both included, lies the largest value that `rank` entries reach.
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (countReaching(values, size, middle) >= rank) low = middle;
    else high = middle - 1;
  }
  return low;
}

function countReaching(values: u32, size: u32, value: u32): u32 {
  const least = i16x8.splat(<i16>value);
  const last = values + (size << 1);
  let count = 0;
  let at = values;
  for (; at + 16 <= last; at += 16) {
    count += popcnt(i16x8.bitmask(i16x8.ge_u(v128.load(at), least)));
  }
  if (at < last) {
    const inView = (1 << (size & 7)) - 1;
    count += popcnt(i16x8.bitmask(i16x8.ge_u(v128.load(at), least)) & inView);
  }
  return count;
}

/**
 * Which of u32[count] at `items` are new to a row: bit k is set when item k is neither `self` nor
 * in the row. Items are readable up to a multiple of four; count is at most 32.
 */
export function newItems(ids: u32, slots: u32, items: u32, count: u32, self: u32): u32 {
  const own = i32x4.splat(self);
  const end = ids + (slots << 2);
  let known: u32 = 0;
  for (let k: u32 = 0; k < count; k += 4) {
    const four = v128.load(items + (k << 2));
    const a = v128.shuffle<i32>(four, four, 0, 0, 0, 0);
    const b = v128.shuffle<i32>(four, four, 1, 1, 1, 1);
    const c = v128.shuffle<i32>(four, four, 2, 2, 2, 2);
    const d = v128.shuffle<i32>(four, four, 3, 3, 3, 3);
    let inA = i32x4.eq(a, own), inB = i32x4.eq(b, own);
    let inC = i32x4.eq(c, own), inD = i32x4.eq(d, own);
    for (let at = ids; at < end; at += 16) {
      const row = v128.load(at);
      inA = v128.or(inA, i32x4.eq(row, a));
      inB = v128.or(inB, i32x4.eq(row, b));
      inC = v128.or(inC, i32x4.eq(row, c));
      inD = v128.or(inD, i32x4.eq(row, d));
    }
    // Four bytes of each item's hits; a nibble that is not zero is an item found.
    const hits = i8x16.narrow_i16x8_s(
      i16x8.narrow_i32x4_s(inA, inB), i16x8.narrow_i32x4_s(inC, inD),
    );
    const found = i32x4.ne(hits, i32x4.splat(0));
    known |= <u32>i32x4.bitmask(found) << k;
  }
  return ~known & (0xffffffff >>> (32 - count));
}

/** Slot of `id` in the row; `slots` when it is not there. */
export function slotOf(ids: u32, slots: u32, id: u32): u32 {
  const wanted = i32x4.splat(id);
  for (let slot: u32 = 0; slot < slots; slot += 4) {
    const found = i32x4.bitmask(i32x4.eq(v128.load(ids + (slot << 2)), wanted));
    if (found != 0) return slot + ctz(found);
  }
  return slots;
}

/** Writes 0 .. size - 1 as bytes; up to 15 more are overwritten. */
export function listSlots(list: u32, size: u32): void {
  let slots = i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  for (let at: u32 = 0; at < size; at += 16) {
    v128.store(list + at, slots);
    slots = i8x16.add(slots, i8x16.splat(16));
  }
}

/**
 * Shuffles u8[size] at `list` as far as positions from .. to - 1, which become a uniform ordered
 * choice out of positions from .. size - 1 (Fisher-Yates). A word gives four draws (Brackett-
 * Rozinsky, Lemire 2024: the low half of one product is the word of the next draw).
 * @param purpose what it is for; bits 0..7 are used here to count words, 8..17 attempts
 */
export function shuffleFront(
  list: u32, from: u32, to: u32, size: u32, seed: u32, purpose: u32, round: u32, node: u32,
): void {
  let second: u32 = 0;
  for (let i = from, words: u32 = 0; i < to; i += 4, words++) {
    const word = (words & 1) == 0 ? threefry(seed, purpose | words, round, node) : second;
    second = threefrySecond();
    const a = <u64>(size - i), b = atLeastOne(a - 1), c = atLeastOne(a - 2), d = atLeastOne(a - 3);
    let attempt: u32 = 0;
    let chain = <u64>word;
    let r0: u32, r1: u32, r2: u32, r3: u32;
    while (true) {
      chain *= a; r0 = <u32>(chain >>> 32);
      chain = (chain & 0xffffffff) * b; r1 = <u32>(chain >>> 32);
      chain = (chain & 0xffffffff) * c; r2 = <u32>(chain >>> 32);
      chain = (chain & 0xffffffff) * d; r3 = <u32>(chain >>> 32);
      const rest = <u32>chain;
      const product = <u32>(a * b * c * d);
      if (rest >= product || rest >= (0 - product) % product) break;
      attempt++;
      chain = <u64>threefry(seed, purpose | words | (attempt << 8), round, node);
    }
    swap(list, i, r0);
    if (i + 1 < to) swap(list, i + 1, r1);
    if (i + 2 < to) swap(list, i + 2, r2);
    if (i + 3 < to) swap(list, i + 3, r3);
  }
}

function atLeastOne(bound: u64): u64 {
  return <i64>bound < 1 ? 1 : bound;
}

function swap(list: u32, position: u32, steps: u32): void {
  const at = list + position;
  const value = load<u8>(at);
  store<u8>(at, load<u8>(at + steps));
  store<u8>(at + steps, value);
}
