/**
 * Bloom filters over batches of 64-bit hashes (u32 pairs, low word first).
 * Split-block: the layout of Apache Parquet (BloomFilter.md of parquet-format): blocks of 8 x 32 bits, one
 * bit in each word. Blocked and classic: `probes` bits at places drawn from both words of the hash.
 * Twin: src/kernels/bloom.ts.
 */
import { xxh64, xxh64High, xxh64Of8 } from "./xxhash";

/** Bytes of a split block. */
export const SPLIT_BLOCK_BYTES: u32 = 32;

/** Parquet's salts, one per word of a block. */
const LOW_SALTS = i32x4(0x47b6137b, 0x44974d91, 0x8824ad5b, 0xa2b7289d);
const HIGH_SALTS = i32x4(0x705495c7, 0x2df1424b, 0x9efc4947, 0x5c6bfb31);
/** Bytes of a table whose entry n < 8 has bit n set, all others 0. */
const BIT_OF_BYTE = i8x16(1, 2, 4, 8, 16, 32, 64, -128, 0, 0, 0, 0, 0, 0, 0, 0);
/** Bit of a 32-bit lane at which each of its bytes starts. */
const BYTE_START = i8x16(0, 8, 16, 24, 0, 8, 16, 24, 0, 8, 16, 24, 0, 8, 16, 24);

/**
 * The constant, in a form that V8 takes for a variable: it builds vector constants anew in every turn of a
 * loop, a variable stays in a register (split insert 5.7 -> 2.7 ns a key). Only right where count > 0.
 */
function inRegister(constant: v128, count: u32): v128 {
  return v128.xor(constant, i32x4.splat(u32(count == 0)));
}

/** XXH64 of u32 keys, each as 8 little-endian bytes: u32[count] -> hashes, u32[2 * count]. */
export function hashKeys32(keysAt: u32, count: u32, hashesAt: u32): void {
  for (let i: u32 = 0; i < count; i++) {
    store<u32>(hashesAt + (i << 3), xxh64Of8(load<u32>(keysAt + (i << 2)), 0, 0, 0));
    store<u32>(hashesAt + (i << 3), xxh64High(), 4);
  }
}

/** The same of 64-bit keys, u32[2 * count], low word first. */
export function hashKeys64(keysAt: u32, count: u32, hashesAt: u32): void {
  for (let i: u32 = 0; i < count; i++) {
    const key = keysAt + (i << 3);
    store<u32>(hashesAt + (i << 3), xxh64Of8(load<u32>(key), load<u32>(key, 4), 0, 0));
    store<u32>(hashesAt + (i << 3), xxh64High(), 4);
  }
}

/** XXH64 of keys of any length: key i is the bytes from starts[i] to starts[i + 1] - 1 at `bytesAt`. */
export function hashKeyBytes(bytesAt: u32, startsAt: u32, count: u32, hashesAt: u32): void {
  for (let i: u32 = 0; i < count; i++) {
    const start = load<u32>(startsAt + (i << 2));
    const end = load<u32>(startsAt + (i << 2), 4);
    store<u32>(hashesAt + (i << 3), xxh64(bytesAt + start, end - start, 0, 0));
    store<u32>(hashesAt + (i << 3), xxh64High(), 4);
  }
}

/**
 * Four words of the mask of a hash: 1 << (product >>> 27) in each lane. There is no shift by lane: the
 * place, repeated in the four bytes of the lane and less the place where a byte starts, picks the byte
 * from a table that is 0 beyond 7. The last three are the constants above.
 */
function mask(word: u32, salts: v128, table: v128, starts: v128): v128 {
  const places = i32x4.shr_u(i32x4.mul(i32x4.splat(word), salts), 27);
  const repeated = v128.shuffle<i8>(places, places, 0, 0, 0, 0, 4, 4, 4, 4, 8, 8, 8, 8, 12, 12, 12, 12);
  return v128.swizzle(table, i8x16.sub(repeated, starts));
}

function splitBlock(filterAt: u32, blocks: u32, high: u32): u32 {
  return filterAt + (<u32>((<u64>high * <u64>blocks) >>> 32) << 5);
}

/** Inserts hashes. @param filterAt u8[32 * blocks], aligned to 16 */
export function splitInsert(filterAt: u32, blocks: u32, hashesAt: u32, count: u32): void {
  const lowSalts = inRegister(LOW_SALTS, count), highSalts = inRegister(HIGH_SALTS, count);
  const table = inRegister(BIT_OF_BYTE, count), starts = inRegister(BYTE_START, count);
  for (let i: u32 = 0; i < count; i++) {
    const low = load<u32>(hashesAt + (i << 3));
    const at = splitBlock(filterAt, blocks, load<u32>(hashesAt + (i << 3), 4));
    const first = mask(low, lowSalts, table, starts), second = mask(low, highSalts, table, starts);
    v128.store(at, v128.or(v128.load(at), first));
    v128.store(at, v128.or(v128.load(at, 16), second), 16);
  }
}

/** Writes 1 for each hash that may be in the filter, else 0. @returns how many may be in */
export function splitQuery(
  filterAt: u32, blocks: u32, hashesAt: u32, count: u32, resultAt: u32,
): u32 {
  const lowSalts = inRegister(LOW_SALTS, count), highSalts = inRegister(HIGH_SALTS, count);
  const table = inRegister(BIT_OF_BYTE, count), starts = inRegister(BYTE_START, count);
  let hits: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const low = load<u32>(hashesAt + (i << 3));
    const at = splitBlock(filterAt, blocks, load<u32>(hashesAt + (i << 3), 4));
    const first = mask(low, lowSalts, table, starts), second = mask(low, highSalts, table, starts);
    const hit = u32(!v128.any_true(missing(at, first, second)));
    store<u8>(resultAt + i, <u8>hit);
    hits += hit;
  }
  return hits;
}

/** Bits of the masks that the block at `at` lacks. */
function missing(at: u32, low: v128, high: v128): v128 {
  return v128.or(v128.andnot(low, v128.load(at)), v128.andnot(high, v128.load(at, 16)));
}

/** Queries, then inserts: writes 1 for each hash that was not in. @returns how many were not */
export function splitAddUnseen(
  filterAt: u32, blocks: u32, hashesAt: u32, count: u32, resultAt: u32,
): u32 {
  const lowSalts = inRegister(LOW_SALTS, count), highSalts = inRegister(HIGH_SALTS, count);
  const table = inRegister(BIT_OF_BYTE, count), starts = inRegister(BYTE_START, count);
  let unseen: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const low = load<u32>(hashesAt + (i << 3));
    const at = splitBlock(filterAt, blocks, load<u32>(hashesAt + (i << 3), 4));
    const first = mask(low, lowSalts, table, starts), second = mask(low, highSalts, table, starts);
    const fresh = addToBlock(at, first, second);
    store<u8>(resultAt + i, <u8>fresh);
    unseen += fresh;
  }
  return unseen;
}

/** Sets the mask's bits; 1 when one of them was not set. */
function addToBlock(at: u32, low: v128, high: v128): u32 {
  const first = v128.load(at), second = v128.load(at, 16);
  const lacking = v128.or(v128.andnot(low, first), v128.andnot(high, second));
  v128.store(at, v128.or(first, low));
  v128.store(at, v128.or(second, high), 16);
  return u32(v128.any_true(lacking));
}

/** Hashes of the last rotatingAdd that were new to the active filter. */
let activeGained: u32 = 0;

/**
 * splitAddUnseen against two generations: a hash is unseen when neither has it; it is inserted into the
 * active one. Stops once `room` hashes were new to the active filter.
 * @returns hashes handled; the number new to the active filter through rotatingGained
 */
export function rotatingAdd(
  activeAt: u32, otherAt: u32, blocks: u32, hashesAt: u32, count: u32, room: u32, resultAt: u32,
): u32 {
  const lowSalts = inRegister(LOW_SALTS, count), highSalts = inRegister(HIGH_SALTS, count);
  const table = inRegister(BIT_OF_BYTE, count), starts = inRegister(BYTE_START, count);
  activeGained = 0;
  let i: u32 = 0;
  for (; i < count && activeGained < room; i++) {
    const low = load<u32>(hashesAt + (i << 3));
    const high = load<u32>(hashesAt + (i << 3), 4);
    const first = mask(low, lowSalts, table, starts), second = mask(low, highSalts, table, starts);
    const fresh = addToBlock(splitBlock(activeAt, blocks, high), first, second);
    activeGained += fresh;
    const absent = u32(v128.any_true(missing(splitBlock(otherAt, blocks, high), first, second)));
    store<u8>(resultAt + i, <u8>(fresh & absent));
  }
  return i;
}

export function rotatingGained(): u32 {
  return activeGained;
}

const MIX_FIRST: u32 = 0x85ebca6b;
const MIX_SECOND: u32 = 0xc2b2ae35;

/** Bit-by-bit mix of four words (Appleby, MurmurHash3, fmix32); both multipliers as splats. */
function mixedLanes(words: v128, first: v128, second: v128): v128 {
  let h = i32x4.mul(v128.xor(words, i32x4.shr_u(words, 16)), first);
  h = i32x4.mul(v128.xor(h, i32x4.shr_u(h, 13)), second);
  return v128.xor(h, i32x4.shr_u(h, 16));
}

/**
 * Inserts into a filter of `blocks` blocks of 2^blockShift bits, 6 .. 9. Place i of a hash comes from
 * low + i * (high | 1), mixed: double hashing.
 */
export function blockedInsert(
  filterAt: u32, blocks: u32, blockShift: u32, probes: u32, hashesAt: u32, count: u32,
): void {
  const numbers = inRegister(i32x4(0, 1, 2, 3), count);
  const mixFirst = inRegister(i32x4.splat(MIX_FIRST), count);
  const mixSecond = inRegister(i32x4.splat(MIX_SECOND), count);
  for (let i: u32 = 0; i < count; i++) {
    const low = load<u32>(hashesAt + (i << 3)), high = load<u32>(hashesAt + (i << 3), 4);
    const at = blockAt(filterAt, blocks, blockShift, high);
    const step = high | 1, stride = i32x4.splat(step << 2);
    let words = i32x4.add(i32x4.splat(low), i32x4.mul(i32x4.splat(step), numbers));
    for (let left = <i32>probes; left > 0; left -= 4) {
      const places = i32x4.shr_u(mixedLanes(words, mixFirst, mixSecond), 32 - blockShift);
      setPlace(at, i32x4.extract_lane(places, 0));
      if (left > 1) setPlace(at, i32x4.extract_lane(places, 1));
      if (left > 2) setPlace(at, i32x4.extract_lane(places, 2));
      if (left > 3) setPlace(at, i32x4.extract_lane(places, 3));
      words = i32x4.add(words, stride);
    }
  }
}

export function blockedQuery(
  filterAt: u32, blocks: u32, blockShift: u32, probes: u32, hashesAt: u32, count: u32, resultAt: u32,
): u32 {
  const numbers = inRegister(i32x4(0, 1, 2, 3), count);
  const mixFirst = inRegister(i32x4.splat(MIX_FIRST), count);
  const mixSecond = inRegister(i32x4.splat(MIX_SECOND), count);
  let hits: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const low = load<u32>(hashesAt + (i << 3)), high = load<u32>(hashesAt + (i << 3), 4);
    const at = blockAt(filterAt, blocks, blockShift, high);
    const step = high | 1, stride = i32x4.splat(step << 2);
    let words = i32x4.add(i32x4.splat(low), i32x4.mul(i32x4.splat(step), numbers));
    let hit: u32 = 1;
    for (let left = <i32>probes; left > 0 && hit == 1; left -= 4) {
      const places = i32x4.shr_u(mixedLanes(words, mixFirst, mixSecond), 32 - blockShift);
      hit = placeAt(at, i32x4.extract_lane(places, 0));
      if (left > 1) hit &= placeAt(at, i32x4.extract_lane(places, 1));
      if (left > 2) hit &= placeAt(at, i32x4.extract_lane(places, 2));
      if (left > 3) hit &= placeAt(at, i32x4.extract_lane(places, 3));
      words = i32x4.add(words, stride);
    }
    store<u8>(resultAt + i, <u8>hit);
    hits += hit;
  }
  return hits;
}

function blockAt(filterAt: u32, blocks: u32, blockShift: u32, high: u32): u32 {
  return filterAt + (<u32>((<u64>high * <u64>blocks) >>> 32) << (blockShift - 3));
}

/** Inserts into a filter of `size` bits, 1 .. 2^32 - 1; four places at a time: 9 ns a key instead of 15. */
export function classicInsert(
  filterAt: u32, size: u32, probes: u32, hashesAt: u32, count: u32,
): void {
  const sizes = i32x4.splat(size), numbers = inRegister(i32x4(0, 1, 2, 3), count);
  const mixFirst = inRegister(i32x4.splat(MIX_FIRST), count);
  const mixSecond = inRegister(i32x4.splat(MIX_SECOND), count);
  for (let i: u32 = 0; i < count; i++) {
    const low = load<u32>(hashesAt + (i << 3)), step = load<u32>(hashesAt + (i << 3), 4) | 1;
    let words = i32x4.add(i32x4.splat(low), i32x4.mul(i32x4.splat(step), numbers));
    const stride = i32x4.splat(step << 2);
    for (let left = <i32>probes; left > 0; left -= 4) {
      const places = mixedLanes(words, mixFirst, mixSecond);
      // High words of the products: lanes 1 and 3.
      const first = i64x2.extmul_low_i32x4_u(places, sizes);
      const second = i64x2.extmul_high_i32x4_u(places, sizes);
      setPlace(filterAt, i32x4.extract_lane(first, 1));
      if (left > 1) setPlace(filterAt, i32x4.extract_lane(first, 3));
      if (left > 2) setPlace(filterAt, i32x4.extract_lane(second, 1));
      if (left > 3) setPlace(filterAt, i32x4.extract_lane(second, 3));
      words = i32x4.add(words, stride);
    }
  }
}

export function classicQuery(
  filterAt: u32, size: u32, probes: u32, hashesAt: u32, count: u32, resultAt: u32,
): u32 {
  const sizes = i32x4.splat(size), numbers = inRegister(i32x4(0, 1, 2, 3), count);
  const mixFirst = inRegister(i32x4.splat(MIX_FIRST), count);
  const mixSecond = inRegister(i32x4.splat(MIX_SECOND), count);
  let hits: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const low = load<u32>(hashesAt + (i << 3)), step = load<u32>(hashesAt + (i << 3), 4) | 1;
    let words = i32x4.add(i32x4.splat(low), i32x4.mul(i32x4.splat(step), numbers));
    const stride = i32x4.splat(step << 2);
    let hit: u32 = 1;
    // One branch for four places, not one each: 7.1 ns a key instead of 9.4, half of the keys absent.
    for (let left = <i32>probes; left > 0 && hit == 1; left -= 4) {
      const places = mixedLanes(words, mixFirst, mixSecond);
      const first = i64x2.extmul_low_i32x4_u(places, sizes);
      const second = i64x2.extmul_high_i32x4_u(places, sizes);
      hit = placeAt(filterAt, i32x4.extract_lane(first, 1));
      if (left > 1) hit &= placeAt(filterAt, i32x4.extract_lane(first, 3));
      if (left > 2) hit &= placeAt(filterAt, i32x4.extract_lane(second, 1));
      if (left > 3) hit &= placeAt(filterAt, i32x4.extract_lane(second, 3));
      words = i32x4.add(words, stride);
    }
    store<u8>(resultAt + i, <u8>hit);
    hits += hit;
  }
  return hits;
}

function setPlace(base: u32, place: u32): void {
  const at = base + ((place >>> 5) << 2);
  store<u32>(at, load<u32>(at) | (1 << place));
}

function placeAt(base: u32, place: u32): u32 {
  return (load<u32>(base + ((place >>> 5) << 2)) >>> place) & 1;
}

/** Sets `bytes` bytes to zero, a multiple of 8. */
export function filterClear(at: u32, bytes: u32): void {
  memory.fill(at, 0, bytes);
}

/**
 * ORs the filter at `fromAt` into the one at `intoAt`; `bytes` is a multiple of 8. SIMD, in cache: 0.029 ns
 * a byte, 0.069 by 64-bit words.
 */
export function filterUnion(intoAt: u32, fromAt: u32, bytes: u32): void {
  let i: u32 = 0;
  for (; i + 16 <= bytes; i += 16) {
    v128.store(intoAt + i, v128.or(v128.load(intoAt + i), v128.load(fromAt + i)));
  }
  if (i < bytes) store<u64>(intoAt + i, load<u64>(intoAt + i) | load<u64>(fromAt + i));
}

/**
 * Bits that are set; `bytes` is a multiple of 8. Scalar, four sums: 0.028 ns a byte; i8x16.popcnt takes
 * 0.055, and 0.037 after carry-save adders (Harley, Seal).
 */
export function filterOnes(at: u32, bytes: u32): u32 {
  let a: u64 = 0, b: u64 = 0, c: u64 = 0, d: u64 = 0;
  const end = at + bytes;
  for (; at + 32 <= end; at += 32) {
    a += popcnt<u64>(load<u64>(at));
    b += popcnt<u64>(load<u64>(at, 8));
    c += popcnt<u64>(load<u64>(at, 16));
    d += popcnt<u64>(load<u64>(at, 24));
  }
  for (; at < end; at += 8) a += popcnt<u64>(load<u64>(at));
  return <u32>(a + b + c + d);
}

/**
 * A population of split-block filters, one per node, `blocks` blocks each: inserts messages[i] into the
 * filter of nodes[i].
 * @param nodesAt u32[count] @param messagesAt u32[count]
 */
export function populationInsert(
  filtersAt: u32, blocks: u32, nodesAt: u32, messagesAt: u32, count: u32,
): void {
  const lowSalts = inRegister(LOW_SALTS, count), highSalts = inRegister(HIGH_SALTS, count);
  const table = inRegister(BIT_OF_BYTE, count), starts = inRegister(BYTE_START, count);
  const shift = blocks << 5;
  for (let i: u32 = 0; i < count; i++) {
    const low = xxh64Of8(load<u32>(messagesAt + (i << 2)), 0, 0, 0);
    const filterAt = filtersAt + load<u32>(nodesAt + (i << 2)) * shift;
    const at = splitBlock(filterAt, blocks, xxh64High());
    addToBlock(at, mask(low, lowSalts, table, starts), mask(low, highSalts, table, starts));
  }
}

/**
 * Writes 1 for each pair that may be in. @param otherAt filters of the other generation, 0 = none
 * @returns how many may be in
 */
export function populationQuery(
  filtersAt: u32, otherAt: u32, blocks: u32, nodesAt: u32, messagesAt: u32, count: u32, resultAt: u32,
): u32 {
  const lowSalts = inRegister(LOW_SALTS, count), highSalts = inRegister(HIGH_SALTS, count);
  const table = inRegister(BIT_OF_BYTE, count), starts = inRegister(BYTE_START, count);
  const shift = blocks << 5;
  let hits: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const low = xxh64Of8(load<u32>(messagesAt + (i << 2)), 0, 0, 0);
    const high = xxh64High();
    const offset = load<u32>(nodesAt + (i << 2)) * shift;
    const first = mask(low, lowSalts, table, starts), second = mask(low, highSalts, table, starts);
    const lacking = missing(splitBlock(filtersAt + offset, blocks, high), first, second);
    let hit = u32(!v128.any_true(lacking));
    if (hit == 0 && otherAt != 0) {
      hit = u32(!v128.any_true(missing(splitBlock(otherAt + offset, blocks, high), first, second)));
    }
    store<u8>(resultAt + i, <u8>hit);
    hits += hit;
  }
  return hits;
}

/** Queries both generations, then inserts into the first: 1 for each pair that was in neither. */
export function populationAddUnseen(
  filtersAt: u32, otherAt: u32, blocks: u32, nodesAt: u32, messagesAt: u32, count: u32, resultAt: u32,
): u32 {
  const lowSalts = inRegister(LOW_SALTS, count), highSalts = inRegister(HIGH_SALTS, count);
  const table = inRegister(BIT_OF_BYTE, count), starts = inRegister(BYTE_START, count);
  const shift = blocks << 5;
  let unseen: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const low = xxh64Of8(load<u32>(messagesAt + (i << 2)), 0, 0, 0);
    const high = xxh64High();
    const offset = load<u32>(nodesAt + (i << 2)) * shift;
    const first = mask(low, lowSalts, table, starts), second = mask(low, highSalts, table, starts);
    let fresh = addToBlock(splitBlock(filtersAt + offset, blocks, high), first, second);
    if (fresh == 1 && otherAt != 0) {
      fresh = u32(v128.any_true(missing(splitBlock(otherAt + offset, blocks, high), first, second)));
    }
    store<u8>(resultAt + i, <u8>fresh);
    unseen += fresh;
  }
  return unseen;
}
