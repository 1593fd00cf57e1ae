/**
 * State of a node of serf-event: a row of words. Its Lamport clock, the length of its queue, whether it has
 * joined; then a cell for every 32 slots of events: which it holds, and the digits of the transmits left of
 * each, as in countdown.ts. All zero: a node that has heard nothing. Tallies of each shard.
 */
import {
  addF64, clearBit, getBit, getU16, getU32, mul32, popcount, setBit, setU16, setU32, toF64,
} from "../memory";
import { field } from "./access";
import { EDGES_AT, SHARD } from "./context";
import { countingDown, equalTo, highest, lower, setCountdown } from "./countdown";
import { SLOTS, TRANSMITS, WORDS } from "./event-rules";

const ROWS_FIELD: u32 = 0;
const TALLIES_FIELD: u32 = 2;

/** Words of a row. */
const CLOCK: u32 = 0;
const FIRST_CELL: u32 = 2;
/** Halves of a row's second word. */
const DEPTH: u32 = 2;
const JOINED: u32 = 3;
/** Words of a cell. */
const HELD: u32 = 0;
const DIGITS_AT: u32 = 4;

/** Tallies of a shard, cells of the measures too; see src/protocols/serf-event/protocol.ts. */
export const OWED: u32 = 0;
export const DELIVERED: u32 = 1;
export const COPIES: u32 = 2;
export const FIRST_COPIES: u32 = 3;
export const REPAIRED: u32 = 4;
export const TOO_OLD: u32 = 5;
export const MERGED: u32 = 6;
export const EXPIRED: u32 = 7;
export const CROWDED_OUT: u32 = 8;
export const REFUSED: u32 = 9;
export const QUEUED: u32 = 10;
/** Combined by maximum. */
export const DEPTH_MAX: u32 = 11;
export const TALLIES: u32 = 12;
/** Doubles of a shard: tallies, and those of event-spread.ts. */
export const TALLY_ROW: u32 = 24;

export function talliesAt(c: u32): u32 {
  return field(c, TALLIES_FIELD) + (mul32(getU32(c, SHARD), TALLY_ROW) << 3);
}
export function tally(c: u32, which: u32, amount: f64): void {
  addF64(talliesAt(c), which, amount);
}

export function cellCount(r: u32): u32 {
  return getU32(r, SLOTS) >>> 5;
}
export function rowOf(c: u32, r: u32, node: u32): u32 {
  const words = FIRST_CELL + mul32(cellCount(r), getU32(r, WORDS));
  return field(c, ROWS_FIELD) + (mul32(node, words) << 2);
}
function cellOf(r: u32, row: u32, cell: u32): u32 {
  return row + ((FIRST_CELL + mul32(cell, getU32(r, WORDS))) << 2);
}

/** The time that a node's next event gets: Serf's clock stands at 1 at first. */
export function clockOf(row: u32): u32 {
  return getU32(row, CLOCK) + 1;
}
/** An event of that time was seen: the clock goes on beyond it. */
export function witness(row: u32, time: u32): void {
  if (time > getU32(row, CLOCK)) setU32(row, CLOCK, time);
}
export function depthOf(row: u32): u32 {
  return getU16(row, DEPTH);
}
/** false once, for a node that starts. */
export function hasJoined(row: u32): bool {
  return getU16(row, JOINED) == 1;
}
export function join(row: u32): void {
  setU16(row, JOINED, 1);
}

export function heldWord(r: u32, row: u32, cell: u32): u32 {
  return getU32(cellOf(r, row, cell), HELD);
}
export function holds(r: u32, row: u32, slot: u32): u32 {
  return getBit(cellOf(r, row, slot >>> 5), slot & 31);
}
export function hold(r: u32, row: u32, slot: u32): void {
  setBit(cellOf(r, row, slot >>> 5), slot & 31);
}

/** Puts an event into the node's queue. @returns how long that is now */
export function enqueue(r: u32, row: u32, slot: u32): u32 {
  const bit: u32 = 1 << (slot & 31);
  const digits = cellOf(r, row, slot >>> 5) + DIGITS_AT;
  setCountdown(digits, getU32(r, WORDS) - 1, bit, getU32(r, TRANSMITS));
  const depth = depthOf(row) + 1;
  setU16(row, DEPTH, depth);
  return depth;
}
/** Forgets an event. @returns 1 when it was queued, plus 2 when it was held */
export function release(r: u32, row: u32, slot: u32): u32 {
  const cell = cellOf(r, row, slot >>> 5);
  const words = getU32(r, WORDS);
  const bit = slot & 31;
  const held = getBit(cell, bit) << 1;
  if (held == 0) return 0;
  const queued = (countingDown(cell + DIGITS_AT, words - 1) >>> bit) & 1;
  for (let word: u32 = 0; word < words; word++) clearBit(cell + (word << 2), bit);
  setU16(row, DEPTH, depthOf(row) - queued);
  return held | queued;
}

/**
 * Takes up to `room` events from the queue into the worker's list of edges, a word for each cell: those with
 * most transmits left, of these the newest. Each has a transmit less then; the last takes it from the queue.
 * @param newest slot of the latest event
 * @returns how many
 */
export function takePacket(c: u32, r: u32, row: u32, room: u32, newest: u32): u32 {
  const depth = depthOf(row);
  const packet = getU32(c, EDGES_AT);
  const cells = cellCount(r);
  const digits = getU32(r, WORDS) - 1;
  const all = depth <= room;
  for (let cell: u32 = 0; cell < cells; cell++) {
    const at = cellOf(r, row, cell) + DIGITS_AT;
    setU32(packet, cell, all ? countingDown(at, digits) : 0);
  }
  if (!all) pickForemost(c, r, row, room, newest);
  let left: u32 = 0;
  for (let cell: u32 = 0; cell < cells; cell++) {
    const at = cellOf(r, row, cell) + DIGITS_AT;
    const bits = getU32(packet, cell);
    if (bits == 0) continue;
    lower(at, digits, bits);
    left = left + popcount(bits & ~countingDown(at, digits));
  }
  setU16(row, DEPTH, depth - left);
  tally(c, QUEUED, 0.0 - toF64(left));
  return all ? depth : room;
}

/** Marks the `room` foremost events, tier by tier; more are queued. */
function pickForemost(c: u32, r: u32, row: u32, room: u32, newest: u32): void {
  const packet = getU32(c, EDGES_AT);
  const cells = cellCount(r);
  let free = room;
  while (free > 0) {
    const tier = highestTier(r, row, packet);
    let count: u32 = 0;
    for (let cell: u32 = 0; cell < cells; cell++) {
      count = count + popcount(tierOf(r, row, packet, cell, tier));
    }
    if (count > free) {
      pickNewest(r, row, packet, tier, free, newest);
      return;
    }
    for (let cell: u32 = 0; cell < cells; cell++) {
      setU32(packet, cell, getU32(packet, cell) | tierOf(r, row, packet, cell, tier));
    }
    free = free - count;
  }
}
/** Marks so many events of a tier; it has more. */
function pickNewest(
  r: u32, row: u32, packet: u32, tier: u32, count: u32, newest: u32,
): void {
  const mask = getU32(r, SLOTS) - 1;
  let left = count;
  for (let slot = newest & mask; left > 0; slot = (slot - 1) & mask) {
    const cell = slot >>> 5;
    const bit: u32 = 1 << (slot & 31);
    if ((tierOf(r, row, packet, cell, tier) & bit) == 0) continue;
    setU32(packet, cell, getU32(packet, cell) | bit);
    left--;
  }
}

/** Queued events of a cell that are not in the packet, of those that have `tier` transmits left. */
function tierOf(r: u32, row: u32, packet: u32, cell: u32, tier: u32): u32 {
  const at = cellOf(r, row, cell) + DIGITS_AT;
  return equalTo(at, getU32(r, WORDS) - 1, tier, ~getU32(packet, cell));
}
/** Most transmits left among the events that are not in the packet. */
function highestTier(r: u32, row: u32, packet: u32): u32 {
  let most: u32 = 0;
  for (let cell: u32 = 0; cell < cellCount(r); cell++) {
    const at = cellOf(r, row, cell) + DIGITS_AT;
    const tier = highest(at, getU32(r, WORDS) - 1, ~getU32(packet, cell));
    if (tier > most) most = tier;
  }
  return most;
}
