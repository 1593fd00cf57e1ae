/**
 * Twin of assembly/kernels/xxhash.ts: XXH64 in pairs of 32-bit words. The running hash stands in two
 * module variables; a product of two 64-bit numbers takes one exact 32 x 32 -> 64 product and two imuls.
 */
import { u8 } from "./memory.js";

const PRIME_1_LOW = 0x85ebca87 | 0;
const PRIME_1_HIGH = 0x9e3779b1 | 0;
const PRIME_2_LOW = 0x27d4eb4f | 0;
const PRIME_2_HIGH = 0xc2b2ae3d | 0;
const PRIME_3_LOW = 0x9e3779f9 | 0;
const PRIME_3_HIGH = 0x165667b1 | 0;
const PRIME_4_LOW = 0xc2b2ae63 | 0;
const PRIME_4_HIGH = 0x85ebca77 | 0;
const PRIME_5_LOW = 0x165667c5 | 0;
const PRIME_5_HIGH = 0x27d4eb2f | 0;

/** The 64-bit number at work, int32 each. */
let low = 0;
let high = 0;

/**
 * Hash of `bytes` bytes at `at`, which needs no alignment.
 * @returns low word; the high word through xxh64High
 */
export function xxh64(at: number, bytes: number, seedLow: number, seedHigh: number): number {
  const end = at + bytes;
  let p = at;
  if (bytes >= 32) p = absorbStripes(at, end, seedLow | 0, seedHigh | 0);
  else start(seedLow, seedHigh);
  add(bytes | 0, 0);
  for (; p + 8 <= end; p += 8) absorb8(word(p), word(p + 4));
  if (p + 4 <= end) {
    const hashLow = low;
    const hashHigh = high;
    low = word(p);
    high = 0;
    multiply(PRIME_1_LOW, PRIME_1_HIGH);
    low ^= hashLow;
    high ^= hashHigh;
    rotate(23);
    multiply(PRIME_2_LOW, PRIME_2_HIGH);
    add(PRIME_3_LOW, PRIME_3_HIGH);
    p += 4;
  }
  for (; p < end; p++) {
    const hashLow = low;
    const hashHigh = high;
    low = u8[p]!;
    high = 0;
    multiply(PRIME_5_LOW, PRIME_5_HIGH);
    low ^= hashLow;
    high ^= hashHigh;
    rotate(11);
    multiply(PRIME_1_LOW, PRIME_1_HIGH);
  }
  return finish();
}

/** Hash of the 8 bytes of one little-endian 64-bit word; equals xxh64 over them. */
export function xxh64Of8(
  wordLow: number,
  wordHigh: number,
  seedLow: number,
  seedHigh: number,
): number {
  start(seedLow, seedHigh);
  add(8, 0);
  absorb8(wordLow, wordHigh);
  return finish();
}

/** Hash of the 16 bytes of two little-endian 64-bit words, seed 0; equals xxh64 over them. */
export function xxh64Of16(low0: number, high0: number, low1: number, high1: number): number {
  low = PRIME_5_LOW + 16;
  high = PRIME_5_HIGH;
  absorb8(low0, high0);
  absorb8(low1, high1);
  return finish();
}

/** High word of the preceding hash on this thread. */
export function xxh64High(): number {
  return high >>> 0;
}

function word(at: number): number {
  return u8[at]! | (u8[at + 1]! << 8) | (u8[at + 2]! << 16) | (u8[at + 3]! << 24);
}

/** seed + PRIME_5: the start of a short input. */
function start(seedLow: number, seedHigh: number): void {
  low = seedLow | 0;
  high = seedHigh | 0;
  add(PRIME_5_LOW, PRIME_5_HIGH);
}

function add(otherLow: number, otherHigh: number): void {
  const sum = (low + otherLow) | 0;
  high = (high + otherHigh + (sum >>> 0 < low >>> 0 ? 1 : 0)) | 0;
  low = sum;
}

/** Low 64 bits of the product; the high word of low x low is exact by 16-bit parts. */
function multiply(otherLow: number, otherHigh: number): void {
  const a0 = low & 0xffff;
  const a1 = low >>> 16;
  const b0 = otherLow & 0xffff;
  const b1 = otherLow >>> 16;
  const middle = a1 * b0 + ((Math.imul(a0, b0) >>> 0) >>> 16);
  const carry = a0 * b1 + (middle & 0xffff);
  // middle and carry stay below 2^33: the quotients are exact in a double.
  const top = Math.imul(a1, b1) + ((middle / 65536) | 0) + ((carry / 65536) | 0);
  high = (top + Math.imul(low, otherHigh) + Math.imul(high, otherLow)) | 0;
  low = Math.imul(low, otherLow);
}

/** Rotates left by 1 .. 31. */
function rotate(by: number): void {
  const oldLow = low;
  low = (low << by) | (high >>> (32 - by));
  high = (high << by) | (oldLow >>> (32 - by));
}

function absorb8(wordLow: number, wordHigh: number): void {
  const hashLow = low;
  const hashHigh = high;
  low = wordLow | 0;
  high = wordHigh | 0;
  multiply(PRIME_2_LOW, PRIME_2_HIGH);
  rotate(31);
  multiply(PRIME_1_LOW, PRIME_1_HIGH);
  low ^= hashLow;
  high ^= hashHigh;
  rotate(27);
  multiply(PRIME_1_LOW, PRIME_1_HIGH);
  add(PRIME_4_LOW, PRIME_4_HIGH);
}

/** The four lanes of inputs of 32 bytes and more: low and high word each. */
const lanes = new Int32Array(8);

/** Absorbs whole stripes of 32 bytes, merges the lanes; returns where the rest starts. */
function absorbStripes(at: number, end: number, seedLow: number, seedHigh: number): number {
  low = seedLow;
  high = seedHigh;
  add(PRIME_2_LOW, PRIME_2_HIGH);
  lanes[2] = low;
  lanes[3] = high;
  add(PRIME_1_LOW, PRIME_1_HIGH);
  lanes[0] = low;
  lanes[1] = high;
  lanes[4] = seedLow;
  lanes[5] = seedHigh;
  low = seedLow;
  high = seedHigh;
  // Minus PRIME_1 is plus its two's complement: its low word is not zero, so no carry is lost.
  add(-PRIME_1_LOW | 0, ~PRIME_1_HIGH);
  lanes[6] = low;
  lanes[7] = high;
  let p = at;
  for (; p + 32 <= end; p += 32) {
    for (let lane = 0; lane < 4; lane++) {
      low = word(p + lane * 8);
      high = word(p + lane * 8 + 4);
      multiply(PRIME_2_LOW, PRIME_2_HIGH);
      add(lanes[lane * 2]!, lanes[lane * 2 + 1]!);
      rotate(31);
      multiply(PRIME_1_LOW, PRIME_1_HIGH);
      lanes[lane * 2] = low;
      lanes[lane * 2 + 1] = high;
    }
  }
  mergeLanes();
  return p;
}

const LANE_ROTATIONS = [1, 7, 12, 18] as const;

function mergeLanes(): void {
  let sumLow = 0;
  let sumHigh = 0;
  for (let lane = 0; lane < 4; lane++) {
    low = lanes[lane * 2]!;
    high = lanes[lane * 2 + 1]!;
    rotate(LANE_ROTATIONS[lane]!);
    add(sumLow, sumHigh);
    sumLow = low;
    sumHigh = high;
  }
  for (let lane = 0; lane < 4; lane++) {
    low = lanes[lane * 2]!;
    high = lanes[lane * 2 + 1]!;
    multiply(PRIME_2_LOW, PRIME_2_HIGH);
    rotate(31);
    multiply(PRIME_1_LOW, PRIME_1_HIGH);
    low ^= sumLow;
    high ^= sumHigh;
    multiply(PRIME_1_LOW, PRIME_1_HIGH);
    add(PRIME_4_LOW, PRIME_4_HIGH);
    sumLow = low;
    sumHigh = high;
  }
}

function finish(): number {
  // h ^= h >>> 33
  low ^= high >>> 1;
  multiply(PRIME_2_LOW, PRIME_2_HIGH);
  // h ^= h >>> 29
  const shifted = (low >>> 29) | (high << 3);
  high ^= high >>> 29;
  low ^= shifted;
  multiply(PRIME_3_LOW, PRIME_3_HIGH);
  low ^= high;
  return low >>> 0;
}
