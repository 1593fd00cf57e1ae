/**
 * XXH64 (xxHash specification 0.1.1, doc/xxhash_spec.md): a fast hash of bytes, not a cryptographic one.
 * A result is two words: functions return the low one, `xxh64High` reads the high one right after.
 * Twin: src/kernels/xxhash.ts.
 */

const PRIME_1: u64 = 0x9e3779b185ebca87;
const PRIME_2: u64 = 0xc2b2ae3d27d4eb4f;
const PRIME_3: u64 = 0x165667b19e3779f9;
const PRIME_4: u64 = 0x85ebca77c2b2ae63;
const PRIME_5: u64 = 0x27d4eb2f165667c5;

/** High word of the last hash of this instance; read right after it, never across calls. */
let highWord: u32 = 0;

/**
 * Hash of `bytes` bytes at `at`, which needs no alignment.
 * @returns low word; the high word through xxh64High
 */
export function xxh64(at: u32, bytes: u32, seedLow: u32, seedHigh: u32): u32 {
  const seed = word64(seedLow, seedHigh);
  const rest = bytes & 31;
  const restAt = at + bytes - rest;
  if (bytes < 32) return ended(seed + PRIME_5, restAt, rest, bytes);
  let a = seed + PRIME_1 + PRIME_2, b = seed + PRIME_2, c = seed, d = seed - PRIME_1;
  for (; at < restAt; at += 32) {
    a = round(a, load<u64>(at));
    b = round(b, load<u64>(at, 8));
    c = round(c, load<u64>(at, 16));
    d = round(d, load<u64>(at, 24));
  }
  return ended(lanesMerged(a, b, c, d), restAt, rest, bytes);
}

/**
 * Starts a hash of at least 32 bytes that come in pieces.
 * @param stateAt u64[4], aligned to 8: the hash so far
 */
export function xxh64Start(stateAt: u32, seedLow: u32, seedHigh: u32): void {
  const seed = word64(seedLow, seedHigh);
  store<u64>(stateAt, seed + PRIME_1 + PRIME_2);
  store<u64>(stateAt, seed + PRIME_2, 8);
  store<u64>(stateAt, seed, 16);
  store<u64>(stateAt, seed - PRIME_1, 24);
}

/** Absorbs one more piece; `bytes` is a multiple of 32. */
export function xxh64Absorb(stateAt: u32, at: u32, bytes: u32): void {
  let a = load<u64>(stateAt), b = load<u64>(stateAt, 8);
  let c = load<u64>(stateAt, 16), d = load<u64>(stateAt, 24);
  for (const end = at + bytes; at < end; at += 32) {
    a = round(a, load<u64>(at));
    b = round(b, load<u64>(at, 8));
    c = round(c, load<u64>(at, 16));
    d = round(d, load<u64>(at, 24));
  }
  store<u64>(stateAt, a);
  store<u64>(stateAt, b, 8);
  store<u64>(stateAt, c, 16);
  store<u64>(stateAt, d, 24);
}

/**
 * Hash of the pieces and of the `rest` bytes at `at`, fewer than 32.
 * @param bytes of all together
 * @returns low word; the high word through xxh64High
 */
export function xxh64End(stateAt: u32, at: u32, rest: u32, bytes: u32): u32 {
  const a = load<u64>(stateAt), b = load<u64>(stateAt, 8);
  const c = load<u64>(stateAt, 16), d = load<u64>(stateAt, 24);
  return ended(lanesMerged(a, b, c, d), at, rest, bytes);
}

/** Hash of the 8 bytes of one little-endian 64-bit word; equals xxh64 over them. */
export function xxh64Of8(low: u32, high: u32, seedLow: u32, seedHigh: u32): u32 {
  const hash = word64(seedLow, seedHigh) + PRIME_5 + 8;
  return finished(absorbed8(hash, word64(low, high)));
}

/** Hash of the 16 bytes of two little-endian 64-bit words, seed 0; equals xxh64 over them. */
export function xxh64Of16(low0: u32, high0: u32, low1: u32, high1: u32): u32 {
  const hash = absorbed8(PRIME_5 + 16, word64(low0, high0));
  return finished(absorbed8(hash, word64(low1, high1)));
}

/** High word of the preceding hash on this thread. */
export function xxh64High(): u32 {
  return highWord;
}

function word64(low: u32, high: u32): u64 {
  return <u64>low | (<u64>high << 32);
}

function round(lane: u64, word: u64): u64 {
  return rotl<u64>(lane + word * PRIME_2, 31) * PRIME_1;
}

function lanesMerged(a: u64, b: u64, c: u64, d: u64): u64 {
  const sum = rotl<u64>(a, 1) + rotl<u64>(b, 7) + rotl<u64>(c, 12) + rotl<u64>(d, 18);
  return merged(merged(merged(merged(sum, a), b), c), d);
}

/** Adds the length, absorbs what no stripe took, fewer than 32 bytes, and mixes. */
function ended(hash: u64, at: u32, rest: u32, bytes: u32): u32 {
  const end = at + rest;
  let p = at;
  hash += <u64>bytes;
  for (; p + 8 <= end; p += 8) hash = absorbed8(hash, load<u64>(p));
  if (p + 4 <= end) {
    hash = rotl<u64>(hash ^ (<u64>load<u32>(p) * PRIME_1), 23) * PRIME_2 + PRIME_3;
    p += 4;
  }
  for (; p < end; p++) hash = rotl<u64>(hash ^ (<u64>load<u8>(p) * PRIME_5), 11) * PRIME_1;
  return finished(hash);
}

function merged(hash: u64, lane: u64): u64 {
  return (hash ^ round(0, lane)) * PRIME_1 + PRIME_4;
}

function absorbed8(hash: u64, word: u64): u64 {
  return rotl<u64>(hash ^ round(0, word), 27) * PRIME_1 + PRIME_4;
}

function finished(hash: u64): u32 {
  let h = (hash ^ (hash >>> 33)) * PRIME_2;
  h = (h ^ (h >>> 29)) * PRIME_3;
  h ^= h >>> 32;
  highWord = <u32>(h >>> 32);
  return <u32>h;
}
