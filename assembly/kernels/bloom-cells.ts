/**
 * Filters of counters, over batches of 64-bit hashes: counting (4-bit counters that can be taken back) and
 * stable (cells that fade, for endless streams); and the exact set that both are compared with.
 * Twin: src/kernels/bloom-cells.ts.
 */

/** A counter that reached this stays: how often it was raised is no longer known. */
const SATURATED: u32 = 15;
const GOLDEN: u32 = 0x9e3779b9;

/** Bit-by-bit mix of a word (Appleby, MurmurHash3, fmix32). */
function mixed(word: u32): u32 {
  let h = word;
  h = (h ^ (h >>> 16)) * 0x85ebca6b;
  h = (h ^ (h >>> 13)) * 0xc2b2ae35;
  return h ^ (h >>> 16);
}

/** Place `probe` of a hash below `size`: double hashing, mixed, scaled. */
function placeBelow(low: u32, high: u32, probe: u32, size: u32): u32 {
  return <u32>((<u64>mixed(low + probe * (high | 1)) * <u64>size) >>> 32);
}

function counterAt(base: u32, place: u32): u32 {
  return (<u32>load<u8>(base + (place >>> 1)) >>> ((place & 1) << 2)) & 15;
}

function setCounter(base: u32, place: u32, value: u32): void {
  const at = base + (place >>> 1);
  const shift = (place & 1) << 2;
  store<u8>(at, <u8>((<u32>load<u8>(at) & ~(15 << shift)) | (value << shift)));
}

/** Raises the counters of each hash. @param filterAt u8[size / 2], two counters a byte */
export function countingInsert(
  filterAt: u32, size: u32, probes: u32, hashesAt: u32, count: u32,
): void {
  for (let i: u32 = 0; i < count; i++) {
    const low = load<u32>(hashesAt + (i << 3)), high = load<u32>(hashesAt + (i << 3), 4);
    for (let probe: u32 = 0; probe < probes; probe++) {
      const place = placeBelow(low, high, probe, size);
      const value = counterAt(filterAt, place);
      if (value < SATURATED) setCounter(filterAt, place, value + 1);
    }
  }
}

/** Lowers the counters of each hash; the caller knows that it was inserted. */
export function countingRemove(
  filterAt: u32, size: u32, probes: u32, hashesAt: u32, count: u32,
): void {
  for (let i: u32 = 0; i < count; i++) {
    const low = load<u32>(hashesAt + (i << 3)), high = load<u32>(hashesAt + (i << 3), 4);
    for (let probe: u32 = 0; probe < probes; probe++) {
      const place = placeBelow(low, high, probe, size);
      const value = counterAt(filterAt, place);
      if (value > 0 && value < SATURATED) setCounter(filterAt, place, value - 1);
    }
  }
}

export function countingQuery(
  filterAt: u32, size: u32, probes: u32, hashesAt: u32, count: u32, resultAt: u32,
): u32 {
  let hits: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const low = load<u32>(hashesAt + (i << 3)), high = load<u32>(hashesAt + (i << 3), 4);
    let hit: u32 = 1;
    for (let probe: u32 = 0; probe < probes && hit == 1; probe++) {
      hit = u32(counterAt(filterAt, placeBelow(low, high, probe, size)) > 0);
    }
    store<u8>(resultAt + i, <u8>hit);
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
  filterAt: u32, cells: u32, probes: u32, most: u32, fade: u32, seed: u32, before: u32,
  hashesAt: u32, count: u32, resultAt: u32,
): u32 {
  const rest = restOnes(fade & 15);
  let unseen: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const low = load<u32>(hashesAt + (i << 3)), high = load<u32>(hashesAt + (i << 3), 4);
    let fresh: u32 = 0;
    for (let probe: u32 = 0; probe < probes; probe++) {
      fresh |= u32(load<u8>(filterAt + placeBelow(low, high, probe, cells)) == 0);
    }
    const start = <u32>((<u64>mixed(seed + (before + i) * GOLDEN) * <u64>cells) >>> 32);
    lower(filterAt, cells, start, fade, rest);
    for (let probe: u32 = 0; probe < probes; probe++) {
      store<u8>(filterAt + placeBelow(low, high, probe, cells), <u8>most);
    }
    store<u8>(resultAt + i, <u8>fresh);
    unseen += fresh;
  }
  return unseen;
}

/** Writes 1 for each hash whose cells are all above zero; nothing fades. @returns how many are */
export function stableQuery(
  filterAt: u32, cells: u32, probes: u32, hashesAt: u32, count: u32, resultAt: u32,
): u32 {
  let hits: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const low = load<u32>(hashesAt + (i << 3)), high = load<u32>(hashesAt + (i << 3), 4);
    let hit: u32 = 1;
    for (let probe: u32 = 0; probe < probes && hit == 1; probe++) {
      hit = u32(load<u8>(filterAt + placeBelow(low, high, probe, cells)) > 0);
    }
    store<u8>(resultAt + i, <u8>hit);
    hits += hit;
  }
  return hits;
}

/** 1 in the first `count` bytes, 0 in the others. */
function restOnes(count: u32): v128 {
  const places = i8x16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  return v128.and(i8x16.lt_u(places, i8x16.splat(<i8>count)), i8x16.splat(1));
}

/**
 * Lowers `fade` cells from `start` on by one, where they are above 0; after the last cell comes the first.
 * Sixteen at a time, the last of them with `rest`, as long as no load passes the end.
 */
function lower(filterAt: u32, cells: u32, start: u32, fade: u32, rest: v128): void {
  if (start + fade + 15 < cells) {
    let at = filterAt + start;
    for (const end = at + (fade & ~15); at < end; at += 16) {
      v128.store(at, i8x16.sub_sat_u(v128.load(at), i8x16.splat(1)));
    }
    v128.store(at, i8x16.sub_sat_u(v128.load(at), rest));
    return;
  }
  let cell = start;
  for (let step: u32 = 0; step < fade; step++) {
    const value = load<u8>(filterAt + cell);
    if (value > 0) store<u8>(filterAt + cell, <u8>(value - 1));
    cell++;
    if (cell == cells) cell = 0;
  }
}

/** Cells that are zero. */
export function zeroCells(filterAt: u32, cells: u32): u32 {
  let zeros: u32 = 0;
  for (let cell: u32 = 0; cell < cells; cell++) zeros += u32(load<u8>(filterAt + cell) == 0);
  return zeros;
}

/**
 * Adds 64-bit items to an exact set: open addressing, linear probing; an item of two zero words stands
 * for an empty place and must not be added.
 * @param tableAt u32[2 * (mask + 1)], zeroed at first; the caller keeps it at most half full
 * @param itemsAt u32[2 * count] @param resultAt u8[count], 1 for each item that was not in
 * @returns how many were not in
 */
export function seenAdd(tableAt: u32, mask: u32, itemsAt: u32, count: u32, resultAt: u32): u32 {
  let unseen: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const item = load<u64>(itemsAt + (i << 3));
    const at = findItem(tableAt, mask, item);
    const fresh = u32(load<u64>(at) == 0);
    store<u64>(at, item);
    store<u8>(resultAt + i, <u8>fresh);
    unseen += fresh;
  }
  return unseen;
}

/** Writes 1 for each item that is in. @returns how many are */
export function seenQuery(tableAt: u32, mask: u32, itemsAt: u32, count: u32, resultAt: u32): u32 {
  let hits: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const hit = u32(load<u64>(findItem(tableAt, mask, load<u64>(itemsAt + (i << 3)))) != 0);
    store<u8>(resultAt + i, <u8>hit);
    hits += hit;
  }
  return hits;
}

/** Address of the item, or of the empty place where it belongs. */
function findItem(tableAt: u32, mask: u32, item: u64): u32 {
  let place = mixed(<u32>item + mixed(<u32>(item >>> 32))) & mask;
  while (true) {
    const at = tableAt + (place << 3);
    const held = load<u64>(at);
    if (held == 0 || held == item) return at;
    place = (place + 1) & mask;
  }
}
