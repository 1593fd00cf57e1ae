/**
 * Bloom filters over batches of 64-bit hashes (u32 pairs, low word first).
 * Split-block: the layout of Apache Parquet (BloomFilter.md of parquet-format): blocks of 8 x 32 bits, one
 * bit in each word. Blocked and classic: `probes` bits at places drawn from both words of the hash.
 * Twin: src/kernels/bloom.ts.
 */
import { xxh64, xxh64High, xxh64Of8 } from "./xxhash";

/** Bytes of a split block. */
export const SPLIT_BLOCK_BYTES: u32 = 32;

/** Bytes of a table whose entry n < 8 has bit n set, all others 0. */
const BIT_OF_BYTE = i8x16(1, 2, 4, 8, 16, 32, 64, -128, 0, 0, 0, 0, 0, 0, 0, 0);
const BYTE_START = i8x16(0, 8, 16, 24, 0, 8, 16, 24, 0, 8, 16, 24, 0, 8, 16, 24);

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

/** First four words of the mask of a hash; the salts are those of Parquet. */
function lowMask(word: u32): v128 {
  return bits(i32x4.mul(i32x4.splat(word), i32x4(0x47b6137b, 0x44974d91, 0x8824ad5b, 0xa2b7289d)));
}
function highMask(word: u32): v128 {
  return bits(i32x4.mul(i32x4.splat(word), i32x4(0x705495c7, 0x2df1424b, 0x9efc4947, 0x5c6bfb31)));
}

/**
 * 1 << (product >>> 27) in each lane. There is no shift by lane: the place, repeated in the four bytes of
 * the lane and less the place where a byte starts, picks the byte from a table that is 0 beyond 7.
 */
function bits(products: v128): v128 {
  const places = i32x4.shr_u(products, 27);
  const repeated = v128.shuffle<i8>(places, places, 0, 0, 0, 0, 4, 4, 4, 4, 8, 8, 8, 8, 12, 12, 12, 12);
  return v128.swizzle(BIT_OF_BYTE, i8x16.sub(repeated, BYTE_START));
}

function splitBlock(filterAt: u32, blocks: u32, high: u32): u32 {
  return filterAt + (<u32>((<u64>high * <u64>blocks) >>> 32) << 5);
}

/** Inserts hashes. @param filterAt u8[32 * blocks], aligned to 16 */
export function splitInsert(filterAt: u32, blocks: u32, hashesAt: u32, count: u32): void {
  for (let i: u32 = 0; i < count; i++) {
    const low = load<u32>(hashesAt + (i << 3));
    const at = splitBlock(filterAt, blocks, load<u32>(hashesAt + (i << 3), 4));
    v128.store(at, v128.or(v128.load(at), lowMask(low)));
    v128.store(at, v128.or(v128.load(at, 16), highMask(low)), 16);
  }
}

/** Writes 1 for each hash that may be in the filter, else 0. @returns how many may be in */
export function splitQuery(
  filterAt: u32, blocks: u32, hashesAt: u32, count: u32, resultAt: u32,
): u32 {
  let hits: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const low = load<u32>(hashesAt + (i << 3));
    const at = splitBlock(filterAt, blocks, load<u32>(hashesAt + (i << 3), 4));
    const hit = u32(!v128.any_true(missing(at, lowMask(low), highMask(low))));
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
  let unseen: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const low = load<u32>(hashesAt + (i << 3));
    const at = splitBlock(filterAt, blocks, load<u32>(hashesAt + (i << 3), 4));
    const fresh = addToBlock(at, lowMask(low), highMask(low));
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
  activeGained = 0;
  let i: u32 = 0;
  for (; i < count && activeGained < room; i++) {
    const low = load<u32>(hashesAt + (i << 3));
    const high = load<u32>(hashesAt + (i << 3), 4);
    const first = lowMask(low), second = highMask(low);
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

/** Bit-by-bit mix of a word (Appleby, MurmurHash3, fmix32). */
function mixed(word: u32): u32 {
  let h = word;
  h = (h ^ (h >>> 16)) * 0x85ebca6b;
  h = (h ^ (h >>> 13)) * 0xc2b2ae35;
  return h ^ (h >>> 16);
}

/** Word from which place `probe` of a hash is taken: double hashing, then mixed. */
function probeWord(low: u32, high: u32, probe: u32): u32 {
  return mixed(low + probe * (high | 1));
}

/** Inserts into a filter of `blocks` blocks of 2^blockShift bits, 6 .. 9. */
export function blockedInsert(
  filterAt: u32, blocks: u32, blockShift: u32, probes: u32, hashesAt: u32, count: u32,
): void {
  for (let i: u32 = 0; i < count; i++) {
    const low = load<u32>(hashesAt + (i << 3)), high = load<u32>(hashesAt + (i << 3), 4);
    const at = blockAt(filterAt, blocks, blockShift, high);
    for (let probe: u32 = 0; probe < probes; probe++) {
      setPlace(at, probeWord(low, high, probe) >>> (32 - blockShift));
    }
  }
}

export function blockedQuery(
  filterAt: u32, blocks: u32, blockShift: u32, probes: u32, hashesAt: u32, count: u32, resultAt: u32,
): u32 {
  let hits: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const low = load<u32>(hashesAt + (i << 3)), high = load<u32>(hashesAt + (i << 3), 4);
    const at = blockAt(filterAt, blocks, blockShift, high);
    let hit: u32 = 1;
    for (let probe: u32 = 0; probe < probes && hit == 1; probe++) {
      hit = placeAt(at, probeWord(low, high, probe) >>> (32 - blockShift));
    }
    store<u8>(resultAt + i, <u8>hit);
    hits += hit;
  }
  return hits;
}

function blockAt(filterAt: u32, blocks: u32, blockShift: u32, high: u32): u32 {
  return filterAt + (<u32>((<u64>high * <u64>blocks) >>> 32) << (blockShift - 3));
}

/** Inserts into a filter of `size` bits, 1 .. 2^32 - 1. */
export function classicInsert(
  filterAt: u32, size: u32, probes: u32, hashesAt: u32, count: u32,
): void {
  for (let i: u32 = 0; i < count; i++) {
    const low = load<u32>(hashesAt + (i << 3)), high = load<u32>(hashesAt + (i << 3), 4);
    for (let probe: u32 = 0; probe < probes; probe++) {
      setPlace(filterAt, placeBelow(low, high, probe, size));
    }
  }
}

export function classicQuery(
  filterAt: u32, size: u32, probes: u32, hashesAt: u32, count: u32, resultAt: u32,
): u32 {
  let hits: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const low = load<u32>(hashesAt + (i << 3)), high = load<u32>(hashesAt + (i << 3), 4);
    let hit: u32 = 1;
    for (let probe: u32 = 0; probe < probes && hit == 1; probe++) {
      hit = placeAt(filterAt, placeBelow(low, high, probe, size));
    }
    store<u8>(resultAt + i, <u8>hit);
    hits += hit;
  }
  return hits;
}

function placeBelow(low: u32, high: u32, probe: u32, size: u32): u32 {
  return <u32>((<u64>probeWord(low, high, probe) * <u64>size) >>> 32);
}

function setPlace(base: u32, place: u32): void {
  const at = base + (place >>> 3);
  store<u8>(at, <u8>(<u32>load<u8>(at) | (1 << (place & 7))));
}

function placeAt(base: u32, place: u32): u32 {
  return (<u32>load<u8>(base + (place >>> 3)) >>> (place & 7)) & 1;
}

/** ORs the filter at `fromAt` into the one at `intoAt`; `bytes` is a multiple of 8. */
export function filterUnion(intoAt: u32, fromAt: u32, bytes: u32): void {
  for (let i: u32 = 0; i < bytes; i += 8) {
    store<u64>(intoAt + i, load<u64>(intoAt + i) | load<u64>(fromAt + i));
  }
}

/** Bits that are set; `bytes` is a multiple of 8. */
export function filterOnes(at: u32, bytes: u32): u32 {
  let ones: u64 = 0;
  for (let i: u32 = 0; i < bytes; i += 8) ones += popcnt<u64>(load<u64>(at + i));
  return <u32>ones;
}

/**
 * A population of split-block filters, one per node, `blocks` blocks each: inserts messages[i] into the
 * filter of nodes[i].
 * @param nodesAt u32[count] @param messagesAt u32[count]
 */
export function populationInsert(
  filtersAt: u32, blocks: u32, nodesAt: u32, messagesAt: u32, count: u32,
): void {
  const shift = blocks << 5;
  for (let i: u32 = 0; i < count; i++) {
    const low = xxh64Of8(load<u32>(messagesAt + (i << 2)), 0, 0, 0);
    const filterAt = filtersAt + load<u32>(nodesAt + (i << 2)) * shift;
    addToBlock(splitBlock(filterAt, blocks, xxh64High()), lowMask(low), highMask(low));
  }
}

/**
 * Writes 1 for each pair that may be in. @param otherAt filters of the other generation, 0 = none
 * @returns how many may be in
 */
export function populationQuery(
  filtersAt: u32, otherAt: u32, blocks: u32, nodesAt: u32, messagesAt: u32, count: u32, resultAt: u32,
): u32 {
  const shift = blocks << 5;
  let hits: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const low = xxh64Of8(load<u32>(messagesAt + (i << 2)), 0, 0, 0);
    const high = xxh64High();
    const offset = load<u32>(nodesAt + (i << 2)) * shift;
    const first = lowMask(low), second = highMask(low);
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
  const shift = blocks << 5;
  let unseen: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const low = xxh64Of8(load<u32>(messagesAt + (i << 2)), 0, 0, 0);
    const high = xxh64High();
    const offset = load<u32>(nodesAt + (i << 2)) * shift;
    const first = lowMask(low), second = highMask(low);
    let fresh = addToBlock(splitBlock(filtersAt + offset, blocks, high), first, second);
    if (fresh == 1 && otherAt != 0) {
      fresh = u32(v128.any_true(missing(splitBlock(otherAt + offset, blocks, high), first, second)));
    }
    store<u8>(resultAt + i, <u8>fresh);
    unseen += fresh;
  }
  return unseen;
}
