/**
 * Invertible Bloom lookup tables (Eppstein et al., SIGCOMM 2011; Goodrich, Mitzenmacher 2011) over 64-bit
 * ids: `hashes` equal partitions of 16-byte cells { i32 count, u32 checkSum, u64 idSum }. Every id stands in
 * one cell of each partition. Twin: src/kernels/iblt.ts.
 */
import { xxh64Of8, xxh64High } from "./xxhash";

/** log2 of the bytes of a cell. */
const CELL_SHIFT: u32 = 4;

/**
 * Adds (sign 1) or removes (sign -1) ids.
 * @param tableAt cells[hashes * partCells], aligned to 16
 * @param partCells cells of a partition, 1 .. 2^21
 * @param hashes 2 .. 8
 * @param idsAt u64[count]
 */
export function ibltAdd(
  tableAt: u32, partCells: u32, hashes: u32, seed: u32, idsAt: u32, count: u32, sign: i32,
): void {
  const end = idsAt + (count << 3);
  const counts = i32x4.replace_lane(i32x4.splat(0), 0, sign);
  for (let p = idsAt; p < end; p += 8) {
    const check = xxh64Of8(load<u32>(p), load<u32>(p, 4), seed, 0);
    const step = xxh64High();
    const sums = i64x2(<u64>check << 32, load<u64>(p));
    let part = tableAt;
    let word = check;
    for (let i: u32 = 0; i < hashes; i++) {
      const cell = part + (below(mixed(word), partCells) << CELL_SHIFT);
      v128.store(cell, i32x4.add(v128.xor(v128.load(cell), sums), counts));
      part += partCells << CELL_SHIFT;
      word += step;
    }
  }
}

/** Takes the cells at `otherAt` from those at `tableAt`: what is left holds the difference of two sets. */
export function ibltSubtract(tableAt: u32, otherAt: u32, cells: u32): void {
  const end = tableAt + (cells << CELL_SHIFT);
  let q = otherAt;
  for (let p = tableAt; p < end; p += 16, q += 16) {
    const a = v128.load(p), b = v128.load(q);
    // Lane 0 is a difference, the sums are exclusive or.
    v128.store(p, v128.shuffle<i32>(i32x4.sub(a, b), v128.xor(a, b), 0, 5, 6, 7));
  }
}

/** Number of cells that are not empty: 0 after a peeling that found everything. */
export function ibltOccupied(tableAt: u32, cells: u32): u32 {
  const end = tableAt + (cells << CELL_SHIFT);
  let occupied: u32 = 0;
  for (let p = tableAt; p < end; p += 16) occupied += u32(v128.any_true(v128.load(p)));
  return occupied;
}

/**
 * Finds ids that are alone in a cell and removes them, until none is left.
 * @param outAt cells[hashes * partCells]: one per id found, its count 1 (added) or -1 (removed)
 * @param stackAt u32[hashes * hashes * partCells], overwritten
 * @returns ids found
 */
export function ibltPeel(
  tableAt: u32, partCells: u32, hashes: u32, seed: u32, outAt: u32, stackAt: u32,
): u32 {
  const cells = partCells * hashes;
  let found: u32 = 0;
  for (let first: u32 = 0; first < cells; first++) {
    if (!isSingle(tableAt + (first << CELL_SHIFT))) continue;
    store<u32>(stackAt, first);
    // Every id found empties the cell it was found in, so that a sound table holds at most `cells`.
    for (let depth: u32 = 1; depth != 0; ) {
      const index = load<u32>(stackAt + (--depth << 2));
      const cell = tableAt + (index << CELL_SHIFT);
      if (!isSingle(cell)) continue;
      const idLow = load<u32>(cell, 8), idHigh = load<u32>(cell, 12);
      const check = xxh64Of8(idLow, idHigh, seed, 0);
      const step = xxh64High();
      if (check != load<u32>(cell, 4)) continue;
      const part = index / partCells;
      if (below(mixed(check + part * step), partCells) + part * partCells != index) continue;
      if (found == cells) return found;
      const sums = v128.load(cell);
      v128.store(outAt + (found++ << CELL_SHIFT), sums);
      let firstOfPart: u32 = 0;
      let word = check;
      for (let i: u32 = 0; i < hashes; i++) {
        const other = firstOfPart + below(mixed(word), partCells);
        const at = tableAt + (other << CELL_SHIFT);
        const v = v128.load(at);
        v128.store(at, v128.shuffle<i32>(i32x4.sub(v, sums), v128.xor(v, sums), 0, 5, 6, 7));
        if (isSingle(at)) store<u32>(stackAt + (depth++ << 2), other);
        firstOfPart += partCells;
        word += step;
      }
    }
  }
  return found;
}

/** Count 1 or -1: the cell may hold one id alone. */
function isSingle(cell: u32): bool {
  const count = load<i32>(cell);
  return count * count == 1;
}

/** Finaliser of MurmurHash3: words of one id that differ by a constant lead to unrelated cells. */
function mixed(word: u32): u32 {
  let h = word;
  h = (h ^ (h >>> 16)) * 0x85ebca6b;
  h = (h ^ (h >>> 13)) * 0xc2b2ae35;
  return h ^ (h >>> 16);
}

/** `word` scaled from 0 .. 2^32 - 1 to 0 .. bound - 1. */
function below(word: u32, bound: u32): u32 {
  return <u32>((<u64>word * <u64>bound) >>> 32);
}
