/**
 * Twin of assembly/kernels/iblt.ts: a cell is four 32-bit words. Partitions have at most 2^21 cells, so
 * that the product which picks a cell is exact in a double.
 */
import { u32 } from "./memory.js";
import { xxh64High, xxh64Of8 } from "./xxhash.js";

const CELL_WORDS = 4;
const TWO_TO_MINUS_32 = 2 ** -32;

/**
 * Adds (sign 1) or removes (sign -1) ids.
 * @param tableAt cells[hashes * partCells], aligned to 16
 * @param partCells cells of a partition, 1 .. 2^21
 * @param hashes 2 .. 8
 * @param idsAt u64[count]
 */
export function ibltAdd(
  tableAt: number,
  partCells: number,
  hashes: number,
  seed: number,
  idsAt: number,
  count: number,
  sign: number,
): void {
  const words = u32;
  const table = tableAt >>> 2;
  const partWords = partCells * CELL_WORDS;
  const end = (idsAt >>> 2) + count * 2;
  for (let p = idsAt >>> 2; p < end; p += 2) {
    const idLow = words[p]!;
    const idHigh = words[p + 1]!;
    const check = xxh64Of8(idLow, idHigh, seed, 0);
    const step = xxh64High();
    let part = table;
    let word = check | 0;
    for (let i = 0; i < hashes; i++) {
      const cell = part + cellBelow(word, partCells) * CELL_WORDS;
      words[cell] = (words[cell]! + sign) | 0;
      words[cell + 1] = words[cell + 1]! ^ check;
      words[cell + 2] = words[cell + 2]! ^ idLow;
      words[cell + 3] = words[cell + 3]! ^ idHigh;
      part += partWords;
      word = (word + step) | 0;
    }
  }
}

/** Takes the cells at `otherAt` from those at `tableAt`: what is left holds the difference of two sets. */
export function ibltSubtract(tableAt: number, otherAt: number, cells: number): void {
  const words = u32;
  const end = (tableAt >>> 2) + cells * CELL_WORDS;
  let q = otherAt >>> 2;
  for (let p = tableAt >>> 2; p < end; p += CELL_WORDS) {
    words[p] = (words[p]! - words[q]!) | 0;
    words[p + 1] = words[p + 1]! ^ words[q + 1]!;
    words[p + 2] = words[p + 2]! ^ words[q + 2]!;
    words[p + 3] = words[p + 3]! ^ words[q + 3]!;
    q += CELL_WORDS;
  }
}

/** Number of cells that are not empty: 0 after a peeling that found everything. */
export function ibltOccupied(tableAt: number, cells: number): number {
  const words = u32;
  const end = (tableAt >>> 2) + cells * CELL_WORDS;
  let occupied = 0;
  for (let p = tableAt >>> 2; p < end; p += CELL_WORDS) {
    if ((words[p]! | words[p + 1]! | words[p + 2]! | words[p + 3]!) !== 0) occupied++;
  }
  return occupied;
}

/**
 * Finds ids that are alone in a cell and removes them, until none is left.
 * @param outAt cells[hashes * partCells]: one per id found, its count 1 (added) or -1 (removed)
 * @param stackAt u32[hashes * hashes * partCells], overwritten
 * @returns ids found
 */
export function ibltPeel(
  tableAt: number,
  partCells: number,
  hashes: number,
  seed: number,
  outAt: number,
  stackAt: number,
): number {
  const words = u32;
  const table = tableAt >>> 2;
  const stack = stackAt >>> 2;
  const cells = partCells * hashes;
  let out = outAt >>> 2;
  let found = 0;
  for (let first = 0; first < cells; first++) {
    if (!isSingle(words[table + first * CELL_WORDS]!)) continue;
    words[stack] = first;
    // Every id found empties the cell it was found in, so that a sound table holds at most `cells`.
    for (let depth = 1; depth !== 0;) {
      const index = words[stack + --depth]!;
      const cell = table + index * CELL_WORDS;
      const count = words[cell]!;
      if (!isSingle(count)) continue;
      const idLow = words[cell + 2]!;
      const idHigh = words[cell + 3]!;
      const check = xxh64Of8(idLow, idHigh, seed, 0);
      const step = xxh64High();
      if (check !== words[cell + 1]!) continue;
      const part = (index / partCells) >>> 0;
      const own = cellBelow((check + Math.imul(part, step)) | 0, partCells);
      if (own + part * partCells !== index) continue;
      if (found === cells) return found;
      found++;
      words[out] = count;
      words[out + 1] = check;
      words[out + 2] = idLow;
      words[out + 3] = idHigh;
      out += CELL_WORDS;
      let firstOfPart = 0;
      let word = check | 0;
      for (let i = 0; i < hashes; i++) {
        const other = firstOfPart + cellBelow(word, partCells);
        const at = table + other * CELL_WORDS;
        const left = (words[at]! - count) >>> 0;
        words[at] = left;
        words[at + 1] = words[at + 1]! ^ check;
        words[at + 2] = words[at + 2]! ^ idLow;
        words[at + 3] = words[at + 3]! ^ idHigh;
        if (isSingle(left)) words[stack + depth++] = other;
        firstOfPart += partCells;
        word = (word + step) | 0;
      }
    }
  }
  return found;
}

/** Count 1 or -1: the cell may hold one id alone. */
function isSingle(count: number): boolean {
  return count === 1 || count === 0xffffffff;
}

/** Finaliser of MurmurHash3, then scaled to 0 .. bound - 1: words of one id lead to unrelated cells. */
function cellBelow(word: number, bound: number): number {
  let h = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (((h ^ (h >>> 16)) >>> 0) * bound * TWO_TO_MINUS_32) >>> 0;
}
