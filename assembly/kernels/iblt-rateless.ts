/**
 * Rateless IBLT (Yang, Gilad, Alizadeh, SIGCOMM 2024): an endless row of coded symbols, each a 16-byte
 * cell { i32 count, u32 checkSum, u64 idSum }. Symbol i holds an id with probability 1 / (1 + i/2); the
 * next symbol of an id is drawn by the paper's skip sampler (section 4.2) from a generator that its hash
 * seeds. A source is 24 bytes { u64 id, u64 state, u32 next, u32 check }. Twin: src/kernels/iblt-rateless.ts.
 */
import { xxh64Of8, xxh64High } from "./xxhash";

/** Multiplier of the paper's generator, state * MULTIPLIER mod 2^64 (yangl1996/riblt mapping.go). */
const MULTIPLIER: u64 = 0xda942042e4dd58b5;
const SOURCE_BYTES: u32 = 24;
/** A symbol that no row reaches. */
const NEVER: f64 = 4294967295.0;

/** Writes the sources of u64[count] ids: each stands before symbol 0. */
export function ratelessPrepare(sourcesAt: u32, idsAt: u32, count: u32, seed: u32): void {
  let source = sourcesAt;
  const end = idsAt + (count << 3);
  for (let p = idsAt; p < end; p += 8, source += SOURCE_BYTES) {
    writeSource(source, load<u64>(p), hashOf(load<u64>(p), seed), 0);
  }
}

/**
 * Adds (sign 1) or removes (sign -1) sources in the symbols start .. end - 1 and moves them past `end`.
 * @param cellsAt cells[end - start], symbol `start` first
 * @param sourcesAt sources that stand at `start` or later
 */
export function ratelessEncode(
  cellsAt: u32, start: u32, end: u32, sourcesAt: u32, count: u32, sign: i32,
): void {
  const sourcesEnd = sourcesAt + count * SOURCE_BYTES;
  const last = <f64>end;
  const counts = i32x4.replace_lane(i32x4.splat(0), 0, sign);
  const base = cellsAt - (start << 4);
  for (let source = sourcesAt; source < sourcesEnd; source += SOURCE_BYTES) {
    if (load<u32>(source, 16) >= end) continue;
    // The symbol stays a double: the way there and back would double the chain from draw to draw.
    let next = <f64>load<u32>(source, 16);
    let state = load<u64>(source, 8);
    const sums = i64x2(<u64>load<u32>(source, 20) << 32, load<u64>(source));
    do {
      const cell = base + (wordOf(next) << 4);
      v128.store(cell, i32x4.add(v128.xor(v128.load(cell), sums), counts));
      state *= MULTIPLIER;
      next = after(next, state);
    } while (next < last);
    store<u64>(source, state, 8);
    store<u32>(source, wordOf(min(next, NEVER)), 16);
  }
}

/**
 * Takes in the symbols from .. end - 1 one by one and recovers what they tell, until symbol 0, which
 * holds every id, is empty. Recovered ids are removed from all symbols below `end`.
 * @param cellsAt cells[end], symbol 0 first: differences of two sets' symbols
 * @param plusAt sources[end] of the ids with count 1; those found before stand first
 * @param minusAt sources[end] of the ids with count -1
 * @param foundAt u32[2]: numbers of plus and minus sources, read and written
 * @param stackAt u32[end], overwritten
 * @returns symbols taken in when all was recovered, 0 when more are needed
 */
export function ratelessDecode(
  cellsAt: u32, from: u32, end: u32, plusAt: u32, minusAt: u32, foundAt: u32, stackAt: u32,
  seed: u32,
): u32 {
  const last = <f64>end;
  for (let known = from + 1; known <= end; known++) {
    store<u32>(stackAt, known - 1);
    for (let depth: u32 = 1; depth != 0; ) {
      const cell = cellsAt + (load<u32>(stackAt + (--depth << 2)) << 4);
      if (!holdsOne(cell, seed)) continue;
      const sums = v128.load(cell);
      const isPlus = load<i32>(cell) == 1;
      const counts = v128.and(sums, i64x2(0xffffffff, 0));
      const mask = v128.xor(sums, counts);
      const slot = foundAt + (isPlus ? 0 : 4);
      const found = load<u32>(slot);
      if (found == end) return 0; // sound symbols hold no more ids than there are symbols
      store<u32>(slot, found + 1);
      const id = load<u64>(cell, 8);
      const hash = hashOf(id, seed);
      let state = hash;
      let next: f64 = 0;
      while (next < last) {
        const index = wordOf(next);
        const other = cellsAt + (index << 4);
        const left = i32x4.sub(v128.xor(v128.load(other), mask), counts);
        v128.store(other, left);
        // A symbol comes to hold one id once, so that the stack suffices; a false match may be dropped.
        const rest = i32x4.extract_lane(left, 0);
        if (isOne(rest) && index < known && depth < end && isSound(other, seed)) {
          store<u32>(stackAt + (depth++ << 2), index);
        }
        state *= MULTIPLIER;
        next = after(next, state);
      }
      const source = (isPlus ? plusAt : minusAt) + found * SOURCE_BYTES;
      writeSource(source, id, hash, wordOf(min(next, NEVER)));
      store<u64>(source, state, 8);
    }
    if (!v128.any_true(v128.load(cellsAt))) return known;
  }
  return 0;
}

function holdsOne(cell: u32, seed: u32): bool {
  return isOne(load<i32>(cell)) && isSound(cell, seed);
}

/** 1 or -1. */
function isOne(count: i32): bool {
  return ((count + 1) & ~2) == 0;
}

/** Whether the check is that of the id sum, as where one id stands alone. */
function isSound(cell: u32, seed: u32): bool {
  return <u32>hashOf(load<u64>(cell, 8), seed) == load<u32>(cell, 4);
}

function hashOf(id: u64, seed: u32): u64 {
  const low = xxh64Of8(<u32>id, <u32>(id >>> 32), seed, 0);
  return <u64>low | (<u64>xxh64High() << 32);
}

/** A source whose generator is at its start; the check is the low word of the hash. */
function writeSource(source: u32, id: u64, hash: u64, next: u32): void {
  store<u64>(source, id);
  store<u64>(source, hash, 8);
  store<u32>(source, next, 16);
  store<u32>(source, <u32>hash, 20);
}

/**
 * The symbol after `index`: skips ceil((index + 1.5) * (2^32 / sqrt(state + 1) - 1)), at least one. The
 * state as a double by halves is rounded once, as a conversion is, which would branch on the top bit.
 */
function after(index: f64, state: u64): f64 {
  const value = <f64>(<u32>(state >>> 32)) * 4294967296.0 + <f64>(<u32>state);
  const skip = ceil((index + 1.5) * (4294967296.0 / sqrt(value + 1.0) - 1.0));
  return index + (skip > 1.0 ? skip : 1.0);
}

/** A whole number 0 .. 2^32 - 1 as an integer: above 2^52 the low bits of a double are its value. */
function wordOf(value: f64): u32 {
  return <u32>reinterpret<u64>(value + 4503599627370496.0);
}
