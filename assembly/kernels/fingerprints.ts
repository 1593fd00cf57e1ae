/**
 * Filters of fingerprints, over batches of 64-bit hashes (u32 pairs, low word first): cuckoo (Fan et al.
 * 2014), and for sets that never change xor (Graf, Lemire 2020) and binary fuse (Graf, Lemire 2022).
 * Twin: src/kernels/fingerprints.ts.
 */
import { xxh64High, xxh64Of8 } from "./xxhash";

/** Fingerprints moved before an insertion gives up; the number of the authors' library. */
const KICKS_MAX: u32 = 500;
const GOLDEN: u32 = 0x9e3779b9;

function scaled(word: u32, bound: u32): u32 {
  return <u32>((<u64>word * <u64>bound) >>> 32);
}

/** 1 .. 2^bits - 1: 0 stands for an empty slot. */
function cuckooFingerprint(low: u32, bits: u32): u32 {
  return 1 + scaled(low, (<u32>1 << bits) - 1);
}

/** The other bucket of a fingerprint; twice gives the first again, for any number of buckets. */
function otherBucket(bucket: u32, fingerprint: u32, buckets: u32): u32 {
  const sum = scaled(fingerprint * GOLDEN, buckets);
  return sum >= bucket ? sum - bucket : sum + buckets - bucket;
}

function slotValue(filterAt: u32, slot: u32, bits: u32): u32 {
  return bits == 8 ? <u32>load<u8>(filterAt + slot) : <u32>load<u16>(filterAt + (slot << 1));
}

function setSlot(filterAt: u32, slot: u32, bits: u32, value: u32): void {
  if (bits == 8) store<u8>(filterAt + slot, <u8>value);
  else store<u16>(filterAt + (slot << 1), <u16>value);
}

/** First of the bucket's four slots that holds `value`; 4 where none does. */
function slotWith(filterAt: u32, bucket: u32, bits: u32, value: u32): u32 {
  // The lowest byte (or 16 bits) of x that is 0 is the lowest whose top bit stays.
  if (bits == 8) {
    const x = load<u32>(filterAt + (bucket << 2)) ^ (value * 0x01010101);
    return <u32>ctz<u64>(<u64>((x - 0x01010101) & ~x & 0x80808080) | 0x8000000000) >>> 3;
  }
  const x = load<u64>(filterAt + (bucket << 3)) ^ (<u64>value * 0x0001000100010001);
  return <u32>ctz<u64>((x - 0x0001000100010001) & ~x & 0x8000800080008000) >>> 4;
}

/** Puts `next` where the bucket holds `value`; 0 where it does not. */
function replaceInBucket(filterAt: u32, bucket: u32, bits: u32, value: u32, next: u32): u32 {
  const slot = slotWith(filterAt, bucket, bits, value);
  if (slot == 4) return 0;
  setSlot(filterAt, (bucket << 2) + slot, bits, next);
  return 1;
}

/**
 * Inserts hashes until one finds no place; the filter is then as before that one.
 * @param filterAt u8 or u16[4 * buckets], four slots a bucket @param bits of a fingerprint: 8 or 16
 * @param pathAt u32[500], scratch @returns hashes inserted
 */
export function cuckooInsert(
  filterAt: u32, buckets: u32, bits: u32, hashesAt: u32, count: u32, pathAt: u32,
): u32 {
  for (let i: u32 = 0; i < count; i++) {
    const low = load<u32>(hashesAt + (i << 3)), high = load<u32>(hashesAt + (i << 3), 4);
    const fingerprint = cuckooFingerprint(low, bits);
    const first = scaled(high, buckets);
    if (replaceInBucket(filterAt, first, bits, 0, fingerprint) == 1) continue;
    const second = otherBucket(first, fingerprint, buckets);
    if (replaceInBucket(filterAt, second, bits, 0, fingerprint) == 1) continue;
    if (kick(filterAt, buckets, bits, fingerprint, second, low, pathAt) == 0) return i;
  }
  return count;
}

/** Moves fingerprints to their other buckets until one finds a free slot; undoes all when none does. */
function kick(
  filterAt: u32, buckets: u32, bits: u32, homeless: u32, start: u32, seed: u32, pathAt: u32,
): u32 {
  let bucket = start, state = seed;
  for (let step: u32 = 0; step < KICKS_MAX; step++) {
    state = state * 1664525 + 1013904223; // Numerical Recipes; only its two top bits are used
    const slot = (bucket << 2) + (state >>> 30);
    const moved = slotValue(filterAt, slot, bits);
    setSlot(filterAt, slot, bits, homeless);
    store<u32>(pathAt + (step << 2), slot);
    homeless = moved;
    bucket = otherBucket(bucket, homeless, buckets);
    if (replaceInBucket(filterAt, bucket, bits, 0, homeless) == 1) return 1;
  }
  for (let step = KICKS_MAX; step > 0; step--) {
    const slot = load<u32>(pathAt + ((step - 1) << 2));
    const moved = slotValue(filterAt, slot, bits);
    setSlot(filterAt, slot, bits, homeless);
    homeless = moved;
  }
  return 0;
}

/** Takes hashes back that were inserted. @returns how many were found */
export function cuckooRemove(
  filterAt: u32, buckets: u32, bits: u32, hashesAt: u32, count: u32,
): u32 {
  let found: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const fingerprint = cuckooFingerprint(load<u32>(hashesAt + (i << 3)), bits);
    const first = scaled(load<u32>(hashesAt + (i << 3), 4), buckets);
    if (replaceInBucket(filterAt, first, bits, fingerprint, 0) == 1) found++;
    else {
      const second = otherBucket(first, fingerprint, buckets);
      found += replaceInBucket(filterAt, second, bits, fingerprint, 0);
    }
  }
  return found;
}

/** Writes 1 for each hash that may be in the filter, else 0. @returns how many may be in */
export function cuckooQuery(
  filterAt: u32, buckets: u32, bits: u32, hashesAt: u32, count: u32, resultAt: u32,
): u32 {
  let hits: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const fingerprint = cuckooFingerprint(load<u32>(hashesAt + (i << 3)), bits);
    const first = scaled(load<u32>(hashesAt + (i << 3), 4), buckets);
    const second = otherBucket(first, fingerprint, buckets);
    const hit = u32(
      slotWith(filterAt, first, bits, fingerprint) < 4 ||
      slotWith(filterAt, second, bits, fingerprint) < 4,
    );
    store<u8>(resultAt + i, <u8>hit);
    hits += hit;
  }
  return hits;
}

/** The hash itself for seed 0, else XXH64 of it: a set whose keys hold each other gets other places. */
function seeded(at: u32, seed: u32): u64 {
  if (seed == 0) return load<u64>(at);
  const low = xxh64Of8(load<u32>(at), load<u32>(at, 4), seed, 0);
  return <u64>low | (<u64>xxh64High() << 32);
}

function fingerprintOf(hash: u64): u32 {
  return <u32>(hash ^ (hash >>> 32)) & 0xff;
}

/** Place in each third of an xor filter, by bits from 63, from 42 and from 21 down. */
function xorPlace(hash: u64, third: u32, part: u32): u32 {
  return part * third + scaled(<u32>rotl<u64>(hash, 32 + 21 * part), third);
}

/** Place in the first of three neighbouring segments; `starts` = segments times their length. */
function fuseStart(hash: u64, starts: u32): u32 {
  return scaled(<u32>(hash >>> 32), starts);
}

function fusePlace(hash: u64, start: u32, length: u32, part: u32): u32 {
  // As in the paper, the segments after the first are entered with other bits of the hash.
  const offset = part == 1 ? <u32>(hash >>> 18) : <u32>hash;
  return (start + part * length) ^ (offset & (length - 1));
}

/**
 * Places and fingerprints of hashes, for peelTriples. Ascending hashes have ascending first places.
 * @param placesAt u32[3 * count] @param printsAt u8[count]
 */
export function xorPlaces(
  hashesAt: u32, count: u32, seed: u32, third: u32, placesAt: u32, printsAt: u32,
): void {
  for (let i: u32 = 0; i < count; i++) {
    const hash = seeded(hashesAt + (i << 3), seed);
    const at = placesAt + i * 12;
    store<u32>(at, xorPlace(hash, third, 0));
    store<u32>(at, xorPlace(hash, third, 1), 4);
    store<u32>(at, xorPlace(hash, third, 2), 8);
    store<u8>(printsAt + i, <u8>fingerprintOf(hash));
  }
}

/** The same for a binary fuse filter. @param length of a segment, a power of two */
export function fusePlaces(
  hashesAt: u32, count: u32, seed: u32, length: u32, starts: u32, placesAt: u32, printsAt: u32,
): void {
  for (let i: u32 = 0; i < count; i++) {
    const hash = seeded(hashesAt + (i << 3), seed);
    const start = fuseStart(hash, starts);
    const at = placesAt + i * 12;
    store<u32>(at, start);
    store<u32>(at, fusePlace(hash, start, length, 1), 4);
    store<u32>(at, fusePlace(hash, start, length, 2), 8);
    store<u8>(printsAt + i, <u8>fingerprintOf(hash));
  }
}

/**
 * Fills `filterAt` so that the three places of every key XOR to its fingerprint: peels keys that have a
 * place to themselves, then assigns in the reverse order.
 * @param filterAt u8[slots], zeroed @param scratchAt u32[3 * slots + count], zeroed
 * @returns 1; 0 when the keys hold each other: other places are needed
 */
export function peelTriples(
  filterAt: u32, slots: u32, placesAt: u32, printsAt: u32, count: u32, scratchAt: u32,
): u32 {
  const queueAt = scratchAt + (slots << 3), orderAt = queueAt + (slots << 2);
  for (let key: u32 = 0; key < count; key++) {
    const at = placesAt + key * 12;
    link(scratchAt, load<u32>(at), key, 1);
    link(scratchAt, load<u32>(at, 4), key, 1);
    link(scratchAt, load<u32>(at, 8), key, 1);
  }
  let waiting: u32 = 0, peeled: u32 = 0;
  for (let slot: u32 = 0; slot < slots; slot++) {
    if (load<u32>(scratchAt + (slot << 3)) == 1) store<u32>(queueAt + (waiting++ << 2), slot);
  }
  for (let next: u32 = 0; next < waiting; next++) {
    const slot = load<u32>(queueAt + (next << 2));
    if (load<u32>(scratchAt + (slot << 3)) != 1) continue;
    const key = load<u32>(scratchAt + (slot << 3), 4);
    // The front of the queue has been read: it keeps the slots that were of use.
    store<u32>(queueAt + (peeled << 2), slot);
    store<u32>(orderAt + (peeled << 2), key);
    peeled++;
    for (let place: u32 = 0; place < 12; place += 4) {
      const other = load<u32>(placesAt + key * 12 + place);
      if (link(scratchAt, other, key, -1) == 1) store<u32>(queueAt + (waiting++ << 2), other);
    }
  }
  if (peeled != count) return 0;
  for (; peeled > 0; peeled--) {
    const key = load<u32>(orderAt + ((peeled - 1) << 2));
    const at = placesAt + key * 12;
    const print = <u32>load<u8>(printsAt + key) ^ threeXored(
      filterAt, load<u32>(at), load<u32>(at, 4), load<u32>(at, 8),
    );
    store<u8>(filterAt + load<u32>(queueAt + ((peeled - 1) << 2)), <u8>print);
  }
  return 1;
}

/** Counts a key in or out at a slot, whose keys are kept as their XOR. @returns keys left there */
function link(linksAt: u32, slot: u32, key: u32, by: i32): u32 {
  const at = linksAt + (slot << 3);
  const keys = load<u32>(at) + by;
  store<u32>(at, keys);
  store<u32>(at, load<u32>(at, 4) ^ key, 4);
  return keys;
}

function threeXored(filterAt: u32, a: u32, b: u32, c: u32): u32 {
  return <u32>load<u8>(filterAt + a) ^ <u32>load<u8>(filterAt + b) ^ <u32>load<u8>(filterAt + c);
}

/** Writes 1 for each that may be in. @returns how many may be in */
export function xorQuery(
  filterAt: u32, third: u32, seed: u32, hashesAt: u32, count: u32, resultAt: u32,
): u32 {
  let hits: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const hash = seeded(hashesAt + (i << 3), seed);
    const held = threeXored(
      filterAt, xorPlace(hash, third, 0), xorPlace(hash, third, 1), xorPlace(hash, third, 2),
    );
    const hit = u32(held == fingerprintOf(hash));
    store<u8>(resultAt + i, <u8>hit);
    hits += hit;
  }
  return hits;
}

export function fuseQuery(
  filterAt: u32, length: u32, starts: u32, seed: u32, hashesAt: u32, count: u32, resultAt: u32,
): u32 {
  let hits: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const hash = seeded(hashesAt + (i << 3), seed);
    const start = fuseStart(hash, starts);
    const held = threeXored(
      filterAt, start, fusePlace(hash, start, length, 1), fusePlace(hash, start, length, 2),
    );
    const hit = u32(held == fingerprintOf(hash));
    store<u8>(resultAt + i, <u8>hit);
    hits += hit;
  }
  return hits;
}
