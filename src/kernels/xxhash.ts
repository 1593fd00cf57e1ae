/**
 * Twin of assembly/kernels/xxhash.ts: XXH64 in pairs of 32-bit words, by the steps of xxh64-steps.ts.
 */
import { u8, u32 } from "./memory.js";
import {
  absorbed8,
  absorbStripes,
  finished,
  highWord,
  loadLanes,
  mergedLanes,
  PRIME_1_HIGH,
  PRIME_1_LOW,
  PRIME_2_HIGH,
  PRIME_2_LOW,
  PRIME_3_HIGH,
  PRIME_3_LOW,
  PRIME_5_HIGH,
  PRIME_5_LOW,
  productHigh,
  startLanes,
  storeLanes,
  sum,
} from "./xxh64-steps.js";

/** Where the bytes of unaligned input are put, to be read as words. */
const aligned = new Uint32Array(256);
const alignedBytes = new Uint8Array(aligned.buffer);

/**
 * Hash of `bytes` bytes at `at`, which needs no alignment.
 * @returns low word; the high word through xxh64High
 */
export function xxh64(at: number, bytes: number, seedLow: number, seedHigh: number): number {
  const rest = bytes % 32;
  let low: number;
  if (bytes >= 32) {
    startLanes(seedLow | 0, seedHigh | 0);
    absorb(at, at + bytes - rest);
    low = mergedLanes();
  } else {
    low = sum(seedLow | 0, seedHigh | 0, PRIME_5_LOW, PRIME_5_HIGH);
  }
  return ended(low, highWord, at + bytes - rest, rest, bytes);
}

/**
 * Starts a hash of at least 32 bytes that come in pieces.
 * @param stateAt u64[4], aligned to 8: the hash so far
 */
export function xxh64Start(stateAt: number, seedLow: number, seedHigh: number): void {
  startLanes(seedLow | 0, seedHigh | 0);
  storeLanes(u32, stateAt >>> 2);
}

/** Absorbs one more piece; `bytes` is a multiple of 32. */
export function xxh64Absorb(stateAt: number, at: number, bytes: number): void {
  loadLanes(u32, stateAt >>> 2);
  absorb(at, at + bytes);
  storeLanes(u32, stateAt >>> 2);
}

/**
 * Hash of the pieces and of the `rest` bytes at `at`, fewer than 32.
 * @param bytes of all together
 * @returns low word; the high word through xxh64High
 */
export function xxh64End(stateAt: number, at: number, rest: number, bytes: number): number {
  loadLanes(u32, stateAt >>> 2);
  const low = mergedLanes();
  return ended(low, highWord, at, rest, bytes);
}

/** Hash of the 8 bytes of one little-endian 64-bit word; equals xxh64 over them. */
export function xxh64Of8(
  wordLow: number,
  wordHigh: number,
  seedLow: number,
  seedHigh: number,
): number {
  const low = sum(seedLow | 0, seedHigh | 0, (PRIME_5_LOW + 8) | 0, PRIME_5_HIGH);
  return finished(absorbed8(low, highWord, wordLow | 0, wordHigh | 0), highWord) >>> 0;
}

/** Hash of the 16 bytes of two little-endian 64-bit words, seed 0; equals xxh64 over them. */
export function xxh64Of16(low0: number, high0: number, low1: number, high1: number): number {
  const low = absorbed8((PRIME_5_LOW + 16) | 0, PRIME_5_HIGH, low0 | 0, high0 | 0);
  return finished(absorbed8(low, highWord, low1 | 0, high1 | 0), highWord) >>> 0;
}

/** High word of the preceding hash on this thread. */
export function xxh64High(): number {
  return highWord >>> 0;
}

/** Adds the length, absorbs what no stripe took, fewer than 32 bytes, and mixes. */
function ended(hashLow: number, hashHigh: number, at: number, rest: number, bytes: number): number {
  const end = at + rest;
  let p = at;
  let low = sum(hashLow, hashHigh, bytes | 0, 0);
  for (; p + 8 <= end; p += 8) low = absorbed8(low, highWord, word(p), word(p + 4));
  if (p + 4 <= end) {
    low = absorbed4(low, highWord, word(p));
    p += 4;
  }
  for (; p < end; p++) low = absorbed1(low, highWord, u8[p]!);
  return finished(low, highWord) >>> 0;
}

/** Absorbs whole stripes of 32 bytes. */
function absorb(at: number, end: number): void {
  if ((at & 3) === 0) {
    absorbStripes(u32, at >>> 2, end >>> 2);
    return;
  }
  for (let p = at; p < end; p += alignedBytes.length) {
    const bytes = Math.min(alignedBytes.length, end - p);
    alignedBytes.set(u8.subarray(p, p + bytes));
    absorbStripes(aligned, 0, bytes >>> 2);
  }
}

function word(at: number): number {
  return u8[at]! | (u8[at + 1]! << 8) | (u8[at + 2]! << 16) | (u8[at + 3]! << 24);
}

function absorbed4(hashLow: number, hashHigh: number, value: number): number {
  const product = Math.imul(value, PRIME_1_LOW);
  const low = hashLow ^ product;
  const high = hashHigh ^ productHigh(value, 0, product, PRIME_1_LOW, PRIME_1_HIGH);
  const l = (low << 23) | (high >>> 9);
  const h = (high << 23) | (low >>> 9);
  const mixed = Math.imul(l, PRIME_2_LOW);
  const top = productHigh(l, h, mixed, PRIME_2_LOW, PRIME_2_HIGH);
  return sum(mixed, top, PRIME_3_LOW, PRIME_3_HIGH);
}

function absorbed1(hashLow: number, hashHigh: number, value: number): number {
  const product = Math.imul(value, PRIME_5_LOW);
  const low = hashLow ^ product;
  const high = hashHigh ^ productHigh(value, 0, product, PRIME_5_LOW, PRIME_5_HIGH);
  const l = (low << 11) | (high >>> 21);
  const h = (high << 11) | (low >>> 21);
  const mixed = Math.imul(l, PRIME_1_LOW);
  // A step that is no sum of its own: adding nothing sets the high word.
  return sum(mixed, productHigh(l, h, mixed, PRIME_1_LOW, PRIME_1_HIGH), 0, 0);
}
