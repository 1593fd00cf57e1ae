/**
 * Twin of assembly/kernels/bloom.ts: the same bits, word by word instead of in SIMD.
 */
import { f64, popcount, u32, u8 } from "./memory.js";
import { mixed, scaled } from "./words.js";
import { xxh64, xxh64High, xxh64Of8 } from "./xxhash.js";

/** Bytes of a split block. */
export const SPLIT_BLOCK_BYTES = 32;

const SALT_0 = 0x47b6137b | 0;
const SALT_1 = 0x44974d91 | 0;
const SALT_2 = 0x8824ad5b | 0;
const SALT_3 = 0xa2b7289d | 0;
const SALT_4 = 0x705495c7 | 0;
const SALT_5 = 0x2df1424b | 0;
const SALT_6 = 0x9efc4947 | 0;
const SALT_7 = 0x5c6bfb31 | 0;

/** XXH64 of u32 keys, each as 8 little-endian bytes: u32[count] -> hashes, u32[2 * count]. */
export function hashKeys32(keysAt: number, count: number, hashesAt: number): void {
  const words = u32;
  const keys = keysAt >>> 2;
  const hashes = hashesAt >>> 2;
  for (let i = 0; i < count; i++) {
    words[hashes + 2 * i] = xxh64Of8(words[keys + i]!, 0, 0, 0);
    words[hashes + 2 * i + 1] = xxh64High();
  }
}

/** The same of 64-bit keys, u32[2 * count], low word first. */
export function hashKeys64(keysAt: number, count: number, hashesAt: number): void {
  const words = u32;
  const keys = keysAt >>> 2;
  const hashes = hashesAt >>> 2;
  for (let i = 0; i < count; i++) {
    words[hashes + 2 * i] = xxh64Of8(words[keys + 2 * i]!, words[keys + 2 * i + 1]!, 0, 0);
    words[hashes + 2 * i + 1] = xxh64High();
  }
}

/** XXH64 of keys of any length: key i is the bytes from starts[i] to starts[i + 1] - 1 at `bytesAt`. */
export function hashKeyBytes(
  bytesAt: number,
  startsAt: number,
  count: number,
  hashesAt: number,
): void {
  const words = u32;
  const starts = startsAt >>> 2;
  const hashes = hashesAt >>> 2;
  for (let i = 0; i < count; i++) {
    const start = words[starts + i]!;
    words[hashes + 2 * i] = xxh64(bytesAt + start, words[starts + i + 1]! - start, 0, 0);
    words[hashes + 2 * i + 1] = xxh64High();
  }
}

/** Index of the first word of the hash's block. */
function splitBlock(filter: number, blocks: number, high: number): number {
  return filter + scaled(high, blocks) * 8;
}

/** Inserts hashes. @param filterAt u8[32 * blocks], aligned to 16 */
export function splitInsert(
  filterAt: number,
  blocks: number,
  hashesAt: number,
  count: number,
): void {
  const words = u32;
  const hashes = hashesAt >>> 2;
  const filter = filterAt >>> 2;
  for (let i = 0; i < count; i++) {
    const low = words[hashes + 2 * i]! | 0;
    setMask(splitBlock(filter, blocks, words[hashes + 2 * i + 1]!), low);
  }
}

function setMask(at: number, low: number): void {
  const words = u32;
  words[at]! |= 1 << (Math.imul(low, SALT_0) >>> 27);
  words[at + 1]! |= 1 << (Math.imul(low, SALT_1) >>> 27);
  words[at + 2]! |= 1 << (Math.imul(low, SALT_2) >>> 27);
  words[at + 3]! |= 1 << (Math.imul(low, SALT_3) >>> 27);
  words[at + 4]! |= 1 << (Math.imul(low, SALT_4) >>> 27);
  words[at + 5]! |= 1 << (Math.imul(low, SALT_5) >>> 27);
  words[at + 6]! |= 1 << (Math.imul(low, SALT_6) >>> 27);
  words[at + 7]! |= 1 << (Math.imul(low, SALT_7) >>> 27);
}

/** 1 when all bits of the mask are set. Words are tested one by one: most misses end early. */
function hasMask(at: number, low: number): number {
  const words = u32;
  return (words[at]! >>> (Math.imul(low, SALT_0) >>> 27)) & 1 &&
    (words[at + 1]! >>> (Math.imul(low, SALT_1) >>> 27)) & 1 &&
    (words[at + 2]! >>> (Math.imul(low, SALT_2) >>> 27)) & 1 &&
    (words[at + 3]! >>> (Math.imul(low, SALT_3) >>> 27)) & 1 &&
    (words[at + 4]! >>> (Math.imul(low, SALT_4) >>> 27)) & 1 &&
    (words[at + 5]! >>> (Math.imul(low, SALT_5) >>> 27)) & 1 &&
    (words[at + 6]! >>> (Math.imul(low, SALT_6) >>> 27)) & 1 &&
    (words[at + 7]! >>> (Math.imul(low, SALT_7) >>> 27)) & 1
    ? 1
    : 0;
}

/** Sets the mask's bits; 1 when one of them was not set. */
function addToBlock(at: number, low: number): number {
  if (hasMask(at, low) === 1) return 0;
  setMask(at, low);
  return 1;
}

/** Writes 1 for each hash that may be in the filter, else 0. @returns how many may be in */
export function splitQuery(
  filterAt: number,
  blocks: number,
  hashesAt: number,
  count: number,
  resultAt: number,
): number {
  const words = u32;
  const hashes = hashesAt >>> 2;
  const filter = filterAt >>> 2;
  let hits = 0;
  for (let i = 0; i < count; i++) {
    const at = splitBlock(filter, blocks, words[hashes + 2 * i + 1]!);
    const hit = hasMask(at, words[hashes + 2 * i]! | 0);
    u8[resultAt + i] = hit;
    hits += hit;
  }
  return hits;
}

/** Queries, then inserts: writes 1 for each hash that was not in. @returns how many were not */
export function splitAddUnseen(
  filterAt: number,
  blocks: number,
  hashesAt: number,
  count: number,
  resultAt: number,
): number {
  const words = u32;
  const hashes = hashesAt >>> 2;
  const filter = filterAt >>> 2;
  let unseen = 0;
  for (let i = 0; i < count; i++) {
    const at = splitBlock(filter, blocks, words[hashes + 2 * i + 1]!);
    const fresh = addToBlock(at, words[hashes + 2 * i]! | 0);
    u8[resultAt + i] = fresh;
    unseen += fresh;
  }
  return unseen;
}

/** Hashes of the last rotatingAdd that were new to the active filter. */
let activeGained = 0;

/**
 * splitAddUnseen against two generations: a hash is unseen when neither has it; it is inserted into the
 * active one. Stops once `room` hashes were new to the active filter.
 * @returns hashes handled; the number new to the active filter through rotatingGained
 */
export function rotatingAdd(
  activeAt: number,
  otherAt: number,
  blocks: number,
  hashesAt: number,
  count: number,
  room: number,
  resultAt: number,
): number {
  const words = u32;
  const hashes = hashesAt >>> 2;
  activeGained = 0;
  let i = 0;
  for (; i < count && activeGained < room; i++) {
    const low = words[hashes + 2 * i]! | 0;
    const high = words[hashes + 2 * i + 1]!;
    const fresh = addToBlock(splitBlock(activeAt >>> 2, blocks, high), low);
    activeGained += fresh;
    u8[resultAt + i] = fresh & (1 - hasMask(splitBlock(otherAt >>> 2, blocks, high), low));
  }
  return i;
}

export function rotatingGained(): number {
  return activeGained;
}

/**
 * Inserts into a filter of `blocks` blocks of 2^blockShift bits, 6 .. 9. Place i of a hash comes from
 * low + i * (high | 1), mixed: double hashing.
 */
export function blockedInsert(
  filterAt: number,
  blocks: number,
  blockShift: number,
  probes: number,
  hashesAt: number,
  count: number,
): void {
  const hashes = hashesAt >>> 2;
  for (let i = 0; i < count; i++) {
    const high = u32[hashes + 2 * i + 1]!;
    const block = (filterAt >>> 2) + (scaled(high, blocks) << (blockShift - 5));
    let word = u32[hashes + 2 * i]! | 0;
    for (let probe = 0; probe < probes; probe++) {
      setPlace(block, mixed(word) >>> (32 - blockShift));
      word = (word + (high | 1)) | 0;
    }
  }
}

export function blockedQuery(
  filterAt: number,
  blocks: number,
  blockShift: number,
  probes: number,
  hashesAt: number,
  count: number,
  resultAt: number,
): number {
  const hashes = hashesAt >>> 2;
  let hits = 0;
  for (let i = 0; i < count; i++) {
    const high = u32[hashes + 2 * i + 1]!;
    const block = (filterAt >>> 2) + (scaled(high, blocks) << (blockShift - 5));
    let word = u32[hashes + 2 * i]! | 0;
    let left = probes;
    while (placeAt(block, mixed(word) >>> (32 - blockShift)) === 1 && --left !== 0) {
      word = (word + (high | 1)) | 0;
    }
    const hit = left === 0 ? 1 : 0;
    u8[resultAt + i] = hit;
    hits += hit;
  }
  return hits;
}

/** Inserts into a filter of `size` bits, 1 .. 2^32 - 1. */
export function classicInsert(
  filterAt: number,
  size: number,
  probes: number,
  hashesAt: number,
  count: number,
): void {
  const hashes = hashesAt >>> 2;
  const filter = filterAt >>> 2;
  for (let i = 0; i < count; i++) {
    const step = u32[hashes + 2 * i + 1]! | 1;
    let word = u32[hashes + 2 * i]! | 0;
    for (let probe = 0; probe < probes; probe++) {
      setPlace(filter, scaled(mixed(word), size));
      word = (word + step) | 0;
    }
  }
}

export function classicQuery(
  filterAt: number,
  size: number,
  probes: number,
  hashesAt: number,
  count: number,
  resultAt: number,
): number {
  const hashes = hashesAt >>> 2;
  const filter = filterAt >>> 2;
  let hits = 0;
  for (let i = 0; i < count; i++) {
    const step = u32[hashes + 2 * i + 1]! | 1;
    let word = u32[hashes + 2 * i]! | 0;
    let left = probes;
    while (placeAt(filter, scaled(mixed(word), size)) === 1 && --left !== 0) {
      word = (word + step) | 0;
    }
    const hit = left === 0 ? 1 : 0;
    u8[resultAt + i] = hit;
    hits += hit;
  }
  return hits;
}

/** Sets a bit of the field whose first word has index `base`. */
function setPlace(base: number, place: number): void {
  u32[base + (place >>> 5)]! |= 1 << place;
}

function placeAt(base: number, place: number): number {
  return (u32[base + (place >>> 5)]! >>> place) & 1;
}

/** Sets `bytes` bytes to zero, a multiple of 8: by f64, three times as fast as by u8 in shared memory. */
export function filterClear(at: number, bytes: number): void {
  f64.fill(0, at / 8, (at + bytes) / 8);
}

/** ORs the filter at `fromAt` into the one at `intoAt`; `bytes` is a multiple of 8. */
export function filterUnion(intoAt: number, fromAt: number, bytes: number): void {
  const words = u32;
  const into = intoAt >>> 2;
  const from = fromAt >>> 2;
  for (let i = 0; i < bytes >>> 2; i++) words[into + i]! |= words[from + i]!;
}

/** Bits that are set; `bytes` is a multiple of 8. */
export function filterOnes(at: number, bytes: number): number {
  const words = u32;
  const end = (at + bytes) / 4;
  let ones = 0;
  for (let i = at >>> 2; i < end; i++) ones += popcount(words[i]!);
  return ones;
}

/**
 * A population of split-block filters, one per node, `blocks` blocks each: inserts messages[i] into the
 * filter of nodes[i].
 * @param nodesAt u32[count] @param messagesAt u32[count]
 */
export function populationInsert(
  filtersAt: number,
  blocks: number,
  nodesAt: number,
  messagesAt: number,
  count: number,
): void {
  const words = u32;
  for (let i = 0; i < count; i++) {
    const low = xxh64Of8(words[(messagesAt >>> 2) + i]!, 0, 0, 0) | 0;
    const filter = (filtersAt >>> 2) + words[(nodesAt >>> 2) + i]! * blocks * 8;
    setMask(splitBlock(filter, blocks, xxh64High()), low);
  }
}

/**
 * Writes 1 for each pair that may be in. @param otherAt filters of the other generation, 0 = none
 * @returns how many may be in
 */
export function populationQuery(
  filtersAt: number,
  otherAt: number,
  blocks: number,
  nodesAt: number,
  messagesAt: number,
  count: number,
  resultAt: number,
): number {
  const words = u32;
  let hits = 0;
  for (let i = 0; i < count; i++) {
    const low = xxh64Of8(words[(messagesAt >>> 2) + i]!, 0, 0, 0) | 0;
    const high = xxh64High();
    const offset = words[(nodesAt >>> 2) + i]! * blocks * 8;
    let hit = hasMask(splitBlock((filtersAt >>> 2) + offset, blocks, high), low);
    if (hit === 0 && otherAt !== 0) {
      hit = hasMask(splitBlock((otherAt >>> 2) + offset, blocks, high), low);
    }
    u8[resultAt + i] = hit;
    hits += hit;
  }
  return hits;
}

/** Queries both generations, then inserts into the first: 1 for each pair that was in neither. */
export function populationAddUnseen(
  filtersAt: number,
  otherAt: number,
  blocks: number,
  nodesAt: number,
  messagesAt: number,
  count: number,
  resultAt: number,
): number {
  const words = u32;
  let unseen = 0;
  for (let i = 0; i < count; i++) {
    const low = xxh64Of8(words[(messagesAt >>> 2) + i]!, 0, 0, 0) | 0;
    const high = xxh64High();
    const offset = words[(nodesAt >>> 2) + i]! * blocks * 8;
    let fresh = addToBlock(splitBlock((filtersAt >>> 2) + offset, blocks, high), low);
    if (fresh === 1 && otherAt !== 0) {
      fresh = 1 - hasMask(splitBlock((otherAt >>> 2) + offset, blocks, high), low);
    }
    u8[resultAt + i] = fresh;
    unseen += fresh;
  }
  return unseen;
}
