/**
 * Twin of assembly/kernels/bloom-cells.ts: counting and stable filters, and the exact set.
 */
import { u32, u8 } from "./memory.js";
import { mixed, scaled } from "./words.js";

/** A counter that reached this stays: how often it was raised is no longer known. */
const SATURATED = 15;
const GOLDEN = 0x9e3779b9;

/** Place `probe` of a hash below `size`: double hashing, mixed, scaled. */
function placeBelow(low: number, high: number, probe: number, size: number): number {
  return scaled(mixed((low + Math.imul(probe, high | 1)) | 0), size);
}

function counterAt(base: number, place: number): number {
  return (u8[base + (place >>> 1)]! >>> ((place & 1) << 2)) & 15;
}

function setCounter(base: number, place: number, value: number): void {
  const at = base + (place >>> 1);
  const shift = (place & 1) << 2;
  u8[at] = (u8[at]! & ~(15 << shift)) | (value << shift);
}

/** Raises the counters of each hash. @param filterAt u8[size / 2], two counters a byte */
export function countingInsert(
  filterAt: number,
  size: number,
  probes: number,
  hashesAt: number,
  count: number,
): void {
  const hashes = hashesAt >>> 2;
  for (let i = 0; i < count; i++) {
    const low = u32[hashes + 2 * i]!;
    const high = u32[hashes + 2 * i + 1]!;
    for (let probe = 0; probe < probes; probe++) {
      const place = placeBelow(low, high, probe, size);
      const value = counterAt(filterAt, place);
      if (value < SATURATED) setCounter(filterAt, place, value + 1);
    }
  }
}

/** Lowers the counters of each hash; the caller knows that it was inserted. */
export function countingRemove(
  filterAt: number,
  size: number,
  probes: number,
  hashesAt: number,
  count: number,
): void {
  const hashes = hashesAt >>> 2;
  for (let i = 0; i < count; i++) {
    const low = u32[hashes + 2 * i]!;
    const high = u32[hashes + 2 * i + 1]!;
    for (let probe = 0; probe < probes; probe++) {
      const place = placeBelow(low, high, probe, size);
      const value = counterAt(filterAt, place);
      if (value > 0 && value < SATURATED) setCounter(filterAt, place, value - 1);
    }
  }
}

export function countingQuery(
  filterAt: number,
  size: number,
  probes: number,
  hashesAt: number,
  count: number,
  resultAt: number,
): number {
  const hashes = hashesAt >>> 2;
  let hits = 0;
  for (let i = 0; i < count; i++) {
    const low = u32[hashes + 2 * i]!;
    const high = u32[hashes + 2 * i + 1]!;
    let hit = 1;
    for (let probe = 0; probe < probes && hit === 1; probe++) {
      hit = counterAt(filterAt, placeBelow(low, high, probe, size)) > 0 ? 1 : 0;
    }
    u8[resultAt + i] = hit;
    hits += hit;
  }
  return hits;
}

/**
 * One step of a stable filter per hash (Deng, Rafiei 2006): query, lower `fade` cells in a row from a
 * drawn start, set the hash's cells to `most`. Writes 1 where the hash was not in.
 * @param filterAt u8[cells] @param before hashes handled earlier: they count the draws
 * @returns how many were not in
 */
export function stableAddUnseen(
  filterAt: number,
  cells: number,
  probes: number,
  most: number,
  fade: number,
  seed: number,
  before: number,
  hashesAt: number,
  count: number,
  resultAt: number,
): number {
  const hashes = hashesAt >>> 2;
  const bytes = u8;
  let unseen = 0;
  for (let i = 0; i < count; i++) {
    const low = u32[hashes + 2 * i]!;
    const high = u32[hashes + 2 * i + 1]!;
    let fresh = 0;
    for (let probe = 0; probe < probes; probe++) {
      if (bytes[filterAt + placeBelow(low, high, probe, cells)] === 0) fresh = 1;
    }
    let cell = scaled(mixed((seed + Math.imul(before + i, GOLDEN)) | 0), cells);
    for (let step = 0; step < fade; step++) {
      const value = bytes[filterAt + cell]!;
      if (value > 0) bytes[filterAt + cell] = value - 1;
      cell++;
      if (cell === cells) cell = 0;
    }
    for (let probe = 0; probe < probes; probe++) {
      bytes[filterAt + placeBelow(low, high, probe, cells)] = most;
    }
    bytes[resultAt + i] = fresh;
    unseen += fresh;
  }
  return unseen;
}

/** Writes 1 for each hash whose cells are all above zero; nothing fades. @returns how many are */
export function stableQuery(
  filterAt: number,
  cells: number,
  probes: number,
  hashesAt: number,
  count: number,
  resultAt: number,
): number {
  const hashes = hashesAt >>> 2;
  let hits = 0;
  for (let i = 0; i < count; i++) {
    const low = u32[hashes + 2 * i]!;
    const high = u32[hashes + 2 * i + 1]!;
    let hit = 1;
    for (let probe = 0; probe < probes && hit === 1; probe++) {
      hit = u8[filterAt + placeBelow(low, high, probe, cells)]! > 0 ? 1 : 0;
    }
    u8[resultAt + i] = hit;
    hits += hit;
  }
  return hits;
}

/** Cells that are zero. */
export function zeroCells(filterAt: number, cells: number): number {
  let zeros = 0;
  for (let at = filterAt; at < filterAt + cells; at++) if (u8[at] === 0) zeros++;
  return zeros;
}

/**
 * Adds 64-bit items to an exact set: open addressing, linear probing; an item of two zero words stands
 * for an empty place and must not be added.
 * @param tableAt u32[2 * (mask + 1)], zeroed at first; the caller keeps it at most half full
 * @param itemsAt u32[2 * count] @param resultAt u8[count], 1 for each item that was not in
 * @returns how many were not in
 */
export function seenAdd(
  tableAt: number,
  mask: number,
  itemsAt: number,
  count: number,
  resultAt: number,
): number {
  const words = u32;
  const items = itemsAt >>> 2;
  let unseen = 0;
  for (let i = 0; i < count; i++) {
    const low = words[items + 2 * i]!;
    const high = words[items + 2 * i + 1]!;
    const at = findItem(tableAt >>> 2, mask, low, high);
    const fresh = words[at] === 0 && words[at + 1] === 0 ? 1 : 0;
    if (fresh === 1) {
      words[at] = low;
      words[at + 1] = high;
    }
    u8[resultAt + i] = fresh;
    unseen += fresh;
  }
  return unseen;
}

/** Writes 1 for each item that is in. @returns how many are */
export function seenQuery(
  tableAt: number,
  mask: number,
  itemsAt: number,
  count: number,
  resultAt: number,
): number {
  const words = u32;
  const items = itemsAt >>> 2;
  let hits = 0;
  for (let i = 0; i < count; i++) {
    const at = findItem(tableAt >>> 2, mask, words[items + 2 * i]!, words[items + 2 * i + 1]!);
    const hit = words[at] === 0 && words[at + 1] === 0 ? 0 : 1;
    u8[resultAt + i] = hit;
    hits += hit;
  }
  return hits;
}

/** Index of the item's low word, or of the empty place where it belongs. */
function findItem(table: number, mask: number, low: number, high: number): number {
  const words = u32;
  let place = mixed((low + mixed(high)) | 0) & mask;
  for (;;) {
    const at = table + 2 * place;
    const heldLow = words[at]!;
    const heldHigh = words[at + 1]!;
    if ((heldLow === low && heldHigh === high) || (heldLow === 0 && heldHigh === 0)) return at;
    place = (place + 1) & mask;
  }
}
