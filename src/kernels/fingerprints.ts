/**
 * Twin of assembly/kernels/fingerprints.ts: cuckoo, xor and binary fuse filters, with hashes as two words.
 */
import { u16, u32, u8 } from "./memory.js";
import { scaled } from "./words.js";
import { xxh64High, xxh64Of8 } from "./xxhash.js";

/** Fingerprints moved before an insertion gives up; the number of the authors' library. */
const KICKS_MAX = 500;
const GOLDEN = 0x9e3779b9;

/** 1 .. 2^bits - 1: 0 stands for an empty slot. */
function cuckooFingerprint(low: number, bits: number): number {
  return 1 + scaled(low, (1 << bits) - 1);
}

/** The other bucket of a fingerprint; twice gives the first again, for any number of buckets. */
function otherBucket(bucket: number, fingerprint: number, buckets: number): number {
  const sum = scaled(Math.imul(fingerprint, GOLDEN), buckets);
  return sum >= bucket ? sum - bucket : sum + buckets - bucket;
}

function slotValue(filterAt: number, slot: number, bits: number): number {
  return bits === 8 ? u8[filterAt + slot]! : u16[(filterAt >>> 1) + slot]!;
}

function setSlot(filterAt: number, slot: number, bits: number, value: number): void {
  if (bits === 8) u8[filterAt + slot] = value;
  else u16[(filterAt >>> 1) + slot] = value;
}

/** Puts `next` where the bucket holds `value`; 0 where it does not. */
function replaceInBucket(
  filterAt: number,
  bucket: number,
  bits: number,
  value: number,
  next: number,
): number {
  for (let slot = bucket * 4; slot < bucket * 4 + 4; slot++) {
    if (slotValue(filterAt, slot, bits) !== value) continue;
    setSlot(filterAt, slot, bits, next);
    return 1;
  }
  return 0;
}

/** 1 where one of the bucket's four slots holds the fingerprint. */
function isInBucket(filterAt: number, bucket: number, bits: number, fingerprint: number): number {
  if (bits === 8) {
    const x = u32[(filterAt >>> 2) + bucket]! ^ Math.imul(fingerprint, 0x01010101);
    return ((x - 0x01010101) & ~x & 0x80808080) !== 0 ? 1 : 0;
  }
  const repeated = Math.imul(fingerprint, 0x00010001);
  const at = (filterAt >>> 2) + 2 * bucket;
  const x = u32[at]! ^ repeated;
  const y = u32[at + 1]! ^ repeated;
  return (((x - 0x00010001) & ~x) | ((y - 0x00010001) & ~y)) & 0x80008000 ? 1 : 0;
}

/**
 * Inserts hashes until one finds no place; the filter is then as before that one.
 * @param filterAt u8 or u16[4 * buckets], four slots a bucket @param bits of a fingerprint: 8 or 16
 * @param pathAt u32[500], scratch @returns hashes inserted
 */
export function cuckooInsert(
  filterAt: number,
  buckets: number,
  bits: number,
  hashesAt: number,
  count: number,
  pathAt: number,
): number {
  const hashes = hashesAt >>> 2;
  for (let i = 0; i < count; i++) {
    const low = u32[hashes + 2 * i]!;
    const fingerprint = cuckooFingerprint(low, bits);
    const first = scaled(u32[hashes + 2 * i + 1]!, buckets);
    if (replaceInBucket(filterAt, first, bits, 0, fingerprint) === 1) continue;
    const second = otherBucket(first, fingerprint, buckets);
    if (replaceInBucket(filterAt, second, bits, 0, fingerprint) === 1) continue;
    if (kick(filterAt, buckets, bits, fingerprint, second, low, pathAt) === 0) return i;
  }
  return count;
}

/** Moves fingerprints to their other buckets until one finds a free slot; undoes all when none does. */
function kick(
  filterAt: number,
  buckets: number,
  bits: number,
  homeless: number,
  start: number,
  seed: number,
  pathAt: number,
): number {
  const path = pathAt >>> 2;
  let bucket = start;
  let state = seed;
  for (let step = 0; step < KICKS_MAX; step++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0; // Numerical Recipes; only its two top bits are used
    const slot = bucket * 4 + (state >>> 30);
    const moved = slotValue(filterAt, slot, bits);
    setSlot(filterAt, slot, bits, homeless);
    u32[path + step] = slot;
    homeless = moved;
    bucket = otherBucket(bucket, homeless, buckets);
    if (replaceInBucket(filterAt, bucket, bits, 0, homeless) === 1) return 1;
  }
  for (let step = KICKS_MAX; step > 0; step--) {
    const slot = u32[path + step - 1]!;
    const moved = slotValue(filterAt, slot, bits);
    setSlot(filterAt, slot, bits, homeless);
    homeless = moved;
  }
  return 0;
}

/** Takes hashes back that were inserted. @returns how many were found */
export function cuckooRemove(
  filterAt: number,
  buckets: number,
  bits: number,
  hashesAt: number,
  count: number,
): number {
  const hashes = hashesAt >>> 2;
  let found = 0;
  for (let i = 0; i < count; i++) {
    const fingerprint = cuckooFingerprint(u32[hashes + 2 * i]!, bits);
    const first = scaled(u32[hashes + 2 * i + 1]!, buckets);
    if (replaceInBucket(filterAt, first, bits, fingerprint, 0) === 1) found++;
    else {
      const second = otherBucket(first, fingerprint, buckets);
      found += replaceInBucket(filterAt, second, bits, fingerprint, 0);
    }
  }
  return found;
}

/** Writes 1 for each hash that may be in the filter, else 0. @returns how many may be in */
export function cuckooQuery(
  filterAt: number,
  buckets: number,
  bits: number,
  hashesAt: number,
  count: number,
  resultAt: number,
): number {
  const hashes = hashesAt >>> 2;
  let hits = 0;
  for (let i = 0; i < count; i++) {
    const fingerprint = cuckooFingerprint(u32[hashes + 2 * i]!, bits);
    const first = scaled(u32[hashes + 2 * i + 1]!, buckets);
    const second = otherBucket(first, fingerprint, buckets);
    const hit =
      isInBucket(filterAt, first, bits, fingerprint) |
      isInBucket(filterAt, second, bits, fingerprint);
    u8[resultAt + i] = hit;
    hits += hit;
  }
  return hits;
}

/** High word of the last seeded(), as xxh64High is. */
let highWord = 0;

/** The hash itself for seed 0, else XXH64 of it: a set whose keys hold each other gets other places. */
function seeded(hash: number, seed: number): number {
  const low = u32[hash]!;
  highWord = u32[hash + 1]!;
  if (seed === 0) return low;
  const other = xxh64Of8(low, highWord, seed, 0);
  highWord = xxh64High();
  return other;
}

function fingerprintOf(low: number, high: number): number {
  return (low ^ high) & 0xff;
}

/** Place in each third of an xor filter, by bits from 63, from 42 and from 21 down. */
function xorPlace(low: number, high: number, third: number, part: number): number {
  if (part === 0) return scaled(high, third);
  if (part === 1) return third + scaled((low >>> 11) | (high << 21), third);
  return 2 * third + scaled((low << 10) | (high >>> 22), third);
}

function fusePlace(low: number, high: number, start: number, length: number, part: number): number {
  // As in the paper, the segments after the first are entered with other bits of the hash.
  const offset = part === 1 ? (low >>> 18) | (high << 14) : low;
  return ((start + part * length) ^ (offset & (length - 1))) >>> 0;
}

/**
 * Places and fingerprints of hashes, for peelTriples. Ascending hashes have ascending first places.
 * @param placesAt u32[3 * count] @param printsAt u8[count]
 */
export function xorPlaces(
  hashesAt: number,
  count: number,
  seed: number,
  third: number,
  placesAt: number,
  printsAt: number,
): void {
  const hashes = hashesAt >>> 2;
  for (let i = 0; i < count; i++) {
    const low = seeded(hashes + 2 * i, seed);
    const high = highWord;
    const at = (placesAt >>> 2) + 3 * i;
    u32[at] = xorPlace(low, high, third, 0);
    u32[at + 1] = xorPlace(low, high, third, 1);
    u32[at + 2] = xorPlace(low, high, third, 2);
    u8[printsAt + i] = fingerprintOf(low, high);
  }
}

/** The same for a binary fuse filter. @param length of a segment, a power of two */
export function fusePlaces(
  hashesAt: number,
  count: number,
  seed: number,
  length: number,
  starts: number,
  placesAt: number,
  printsAt: number,
): void {
  const hashes = hashesAt >>> 2;
  for (let i = 0; i < count; i++) {
    const low = seeded(hashes + 2 * i, seed);
    const high = highWord;
    const start = scaled(high, starts);
    const at = (placesAt >>> 2) + 3 * i;
    u32[at] = start;
    u32[at + 1] = fusePlace(low, high, start, length, 1);
    u32[at + 2] = fusePlace(low, high, start, length, 2);
    u8[printsAt + i] = fingerprintOf(low, high);
  }
}

/**
 * Fills `filterAt` so that the three places of every key XOR to its fingerprint: peels keys that have a
 * place to themselves, then assigns in the reverse order.
 * @param filterAt u8[slots], zeroed @param scratchAt u32[3 * slots + count], zeroed
 * @returns 1; 0 when the keys hold each other: other places are needed
 */
export function peelTriples(
  filterAt: number,
  slots: number,
  placesAt: number,
  printsAt: number,
  count: number,
  scratchAt: number,
): number {
  const words = u32;
  const places = placesAt >>> 2;
  const links = scratchAt >>> 2;
  const queue = links + 2 * slots;
  const order = queue + slots;
  for (let at = 0; at < 3 * count; at++) link(links, words[places + at]!, (at / 3) >>> 0, 1);
  let waiting = 0;
  let peeled = 0;
  for (let slot = 0; slot < slots; slot++) {
    if (words[links + 2 * slot] === 1) words[queue + waiting++] = slot;
  }
  for (let next = 0; next < waiting; next++) {
    const slot = words[queue + next]!;
    if (words[links + 2 * slot] !== 1) continue;
    const key = words[links + 2 * slot + 1]!;
    // The front of the queue has been read: it keeps the slots that were of use.
    words[queue + peeled] = slot;
    words[order + peeled] = key;
    peeled++;
    for (let at = places + 3 * key; at < places + 3 * key + 3; at++) {
      const other = words[at]!;
      if (link(links, other, key, -1) === 1) words[queue + waiting++] = other;
    }
  }
  if (peeled !== count) return 0;
  for (; peeled > 0; peeled--) {
    const key = words[order + peeled - 1]!;
    const at = places + 3 * key;
    u8[filterAt + words[queue + peeled - 1]!] =
      u8[printsAt + key]! ^ threeXored(filterAt, words[at]!, words[at + 1]!, words[at + 2]!);
  }
  return 1;
}

/** Counts a key in or out at a slot, whose keys are kept as their XOR. @returns keys left there */
function link(links: number, slot: number, key: number, by: number): number {
  const at = links + 2 * slot;
  const keys = u32[at]! + by;
  u32[at] = keys;
  u32[at + 1]! ^= key;
  return keys;
}

function threeXored(filterAt: number, a: number, b: number, c: number): number {
  return u8[filterAt + a]! ^ u8[filterAt + b]! ^ u8[filterAt + c]!;
}

/** Writes 1 for each that may be in. @returns how many may be in */
export function xorQuery(
  filterAt: number,
  third: number,
  seed: number,
  hashesAt: number,
  count: number,
  resultAt: number,
): number {
  const hashes = hashesAt >>> 2;
  let hits = 0;
  for (let i = 0; i < count; i++) {
    const low = seeded(hashes + 2 * i, seed);
    const high = highWord;
    const held = threeXored(
      filterAt,
      xorPlace(low, high, third, 0),
      xorPlace(low, high, third, 1),
      xorPlace(low, high, third, 2),
    );
    const hit = held === fingerprintOf(low, high) ? 1 : 0;
    u8[resultAt + i] = hit;
    hits += hit;
  }
  return hits;
}

export function fuseQuery(
  filterAt: number,
  length: number,
  starts: number,
  seed: number,
  hashesAt: number,
  count: number,
  resultAt: number,
): number {
  const hashes = hashesAt >>> 2;
  let hits = 0;
  for (let i = 0; i < count; i++) {
    const low = seeded(hashes + 2 * i, seed);
    const high = highWord;
    const start = scaled(high, starts);
    const held = threeXored(
      filterAt,
      start,
      fusePlace(low, high, start, length, 1),
      fusePlace(low, high, start, length, 2),
    );
    const hit = held === fingerprintOf(low, high) ? 1 : 0;
    u8[resultAt + i] = hit;
    hits += hit;
  }
  return hits;
}
