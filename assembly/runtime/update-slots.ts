/**
 * The recent updates of a database, as one shard knows them: an update has a slot while it is recent, and
 * nodes keep one bit per slot. Every shard keeps its own table of slots, so that none waits for another.
 */
import { clear, clearBit, getBit, getU32, leadingZeros, popcount, setBit, setU32 } from "../memory";

/** Words of the head: bits of a row (a multiple of 32), updates born, slots in use, rows to be joined. */
const ROW_BITS: u32 = 0;
export const BORN: u32 = 1;
const USED: u32 = 2;
export const UNJOINED: u32 = 3;
const HEAD_WORDS: u32 = 8;
/** Words of the counts of shared leading bits, 0 .. 32. */
const PREFIXES: u32 = 40;

/** Begins an empty table of rows of `bits` bits. */
export function openSlots(t: u32, bits: u32): void {
  clear(t, slotTableWords(bits) << 2);
  setU32(t, ROW_BITS, bits);
}

/** Words of a table; the host reserves as many (src/protocols/anti-entropy/protocol.ts). */
export function slotTableWords(bits: u32): u32 {
  return HEAD_WORDS + bits * 3 + (bits >>> 5) * 4 + PREFIXES;
}

/** Bits and words of a row. */
export function rowBits(t: u32): u32 {
  return getU32(t, ROW_BITS);
}
export function rowWords(t: u32): u32 {
  return getU32(t, ROW_BITS) >>> 5;
}

/** u32[row bits]: tick at which the slot's update was born. */
export function birthsAt(t: u32): u32 {
  return t + (HEAD_WORDS << 2);
}
/** u32[row bits]: where the update's key stands among all keys, a share of 2^32. */
function placesAt(t: u32): u32 {
  return birthsAt(t) + (rowBits(t) << 2);
}
/** u32[row bits]: slots in use by ascending place. */
function orderAt(t: u32): u32 {
  return placesAt(t) + (rowBits(t) << 2);
}
/** Rows: slots in use; those old enough to be expected everywhere; young ones; what a pair differs in. */
export function usedAt(t: u32): u32 {
  return orderAt(t) + (rowBits(t) << 2);
}
export function settledAt(t: u32): u32 {
  return usedAt(t) + (rowWords(t) << 2);
}
export function youngAt(t: u32): u32 {
  return settledAt(t) + (rowWords(t) << 2);
}
export function differingAt(t: u32): u32 {
  return youngAt(t) + (rowWords(t) << 2);
}
/** u32[PREFIXES]: how many neighbours among differing places share so many leading bits. */
function prefixesAt(t: u32): u32 {
  return differingAt(t) + (rowWords(t) << 2);
}

/** Gives `slot` to an update. Whatever stood there must have been taken out. */
export function fillSlot(t: u32, slot: u32, tick: u32, place: u32): void {
  setBit(usedAt(t), slot);
  setU32(birthsAt(t), slot, tick);
  setU32(placesAt(t), slot, place);
  const order = orderAt(t);
  let index = getU32(t, USED);
  setU32(t, USED, index + 1);
  while (index > 0 && getU32(placesAt(t), getU32(order, index - 1)) > place) {
    setU32(order, index, getU32(order, index - 1));
    index--;
  }
  setU32(order, index, slot);
}

/** Takes the update of `slot` out. @returns 1 when there was one */
export function emptySlot(t: u32, slot: u32): u32 {
  if (getBit(usedAt(t), slot) == 0) return 0;
  clearBit(usedAt(t), slot);
  const order = orderAt(t);
  const last = getU32(t, USED) - 1;
  setU32(t, USED, last);
  let index: u32 = 0;
  while (getU32(order, index) != slot) index++;
  for (; index < last; index++) setU32(order, index, getU32(order, index + 1));
  return 1;
}

/** Leaves in the row at `at` the slots in use whose updates were born before `tick`, or from it on. */
export function markBorn(t: u32, at: u32, tick: u32, before: u32): void {
  const used = usedAt(t);
  clear(at, rowWords(t) << 2);
  for (let slot: u32 = 0; slot < rowBits(t); slot++) {
    const older: u32 = getU32(birthsAt(t), slot) < tick ? 1 : 0;
    if (getBit(used, slot) == 1 && older == before) setBit(at, slot);
  }
}

/** Clears in a received row the slots that were given away since `born` updates were born. */
export function dropReused(t: u32, at: u32, born: u32, slots: u32): void {
  const now = getU32(t, BORN);
  if (now == born) return;
  if (now - born >= slots) {
    clear(at, rowWords(t) << 2);
    return;
  }
  for (let update = born; update < now; update++) clearBit(at, update % slots);
}

/** Counts how many leading bits neighbours among the places of differing slots share. */
export function countPrefixes(t: u32): void {
  const prefixes = prefixesAt(t);
  const order = orderAt(t);
  const used = getU32(t, USED);
  clear(prefixes, PREFIXES << 2);
  let last: u32 = 0;
  let found: u32 = 0;
  for (let index: u32 = 0; index < used; index++) {
    const slot = getU32(order, index);
    if (getBit(differingAt(t), slot) == 0) continue;
    const place = getU32(placesAt(t), slot);
    if (found == 1) {
      const shared = leadingZeros(place ^ last);
      setU32(prefixes, shared, getU32(prefixes, shared) + 1);
    }
    found = 1;
    last = place;
  }
}

/** Different leading `bits` bits among the places of differing slots, of which there is at least one. */
export function distinctPrefixes(t: u32, bits: u32): u32 {
  const prefixes = prefixesAt(t);
  let count: u32 = 1;
  for (let shared: u32 = 0; shared < bits; shared++) count += getU32(prefixes, shared);
  return count;
}

/** Of those, the ones above 0 whose predecessor is not among them; bits > 0. */
export function startedPrefixes(t: u32, bits: u32): u32 {
  const order = orderAt(t);
  const used = getU32(t, USED);
  let count: u32 = 0;
  let next: u32 = 0;
  for (let index: u32 = 0; index < used; index++) {
    const slot = getU32(order, index);
    if (getBit(differingAt(t), slot) == 0) continue;
    const prefix = getU32(placesAt(t), slot) >>> (32 - bits);
    if (prefix > next) count++;
    if (prefix >= next) next = prefix + 1;
  }
  return count;
}

/** Set bits of a row. */
export function countBits(row: u32, words: u32): u32 {
  let count: u32 = 0;
  for (let w: u32 = 0; w < words; w++) count += popcount(getU32(row, w));
  return count;
}
export function hasBits(row: u32, words: u32): bool {
  for (let w: u32 = 0; w < words; w++) {
    if (getU32(row, w) != 0) return true;
  }
  return false;
}

/** Bin of a delay: single rounds up to 16, then four to a doubling. */
export function delayBin(rounds: u32): u32 {
  if (rounds < 16) return rounds;
  let bin: u32 = 8;
  let left = rounds;
  for (; left >= 8; left = left >>> 1) bin += 4;
  return bin + (left & 3);
}
