/**
 * What becomes of an event in serf-event: its birth, its copies as they arrive (Serf's handleUserEvent), and its
 * end in the model.
 */
import { addF64, getF64, getU32, lowestBit, popcount, toF64 } from "../memory";
import { drawBelow } from "../kernels/random";
import { countLatest, setting } from "./access";
import { END, FIRST, LAST_TICK, NODES, ORIGIN, SEED, TICK } from "./context";
import {
  COPIES, DELIVERED, DEPTH_MAX, EXPIRED, FIRST_COPIES, MERGED, OWED, QUEUED, REPAIRED, TOO_OLD,
  cellCount, clockOf, enqueue, heldWord, hold, holds, release, rowOf, talliesAt, tally, witness,
} from "./event-rows";
import { EVENT_BUFFER, EVENT_NAMES, SLOTS, SOURCE } from "./event-rules";
import { bornBefore, overBy, reachedOf, setReached, setTime, timeOf } from "./event-spread";
import { isUp } from "./lives";
import { messagePayload } from "./mailbox";

/** Words of a message: the sender's clock, then a word of events for each cell. */
export const CLOCK_WORD: u32 = 4;
export const EVENTS_WORD: u32 = 5;

/** Purpose of the draw of where an event is born. */
const BIRTHPLACE: u32 = 0xf4000000;
const ANY: u32 = 0;

/** An event is fired; where its node is down there is none. */
export function giveBirth(c: u32, r: u32, event: u32): void {
  const isDrawn = event > 0 && setting(c, SOURCE) == ANY;
  const node = isDrawn
    ? drawBelow(getU32(c, SEED), BIRTHPLACE, event, 0, getU32(c, NODES))
    : getU32(c, ORIGIN);
  if (node < getU32(c, FIRST) || node >= getU32(c, END)) return;
  const row = rowOf(c, r, node);
  const isFired = isUp(c, node) == 1;
  setTime(c, r, event, isFired ? clockOf(row) : 0);
  if (!isFired) return;
  deliver(c, r, row, event);
  queue(c, r, row, event);
}
function deliver(c: u32, r: u32, row: u32, event: u32): void {
  const slot = event & (getU32(r, SLOTS) - 1);
  witness(row, timeOf(c, r, event));
  hold(r, row, slot);
  setReached(c, r, slot, reachedOf(c, r, slot) + 1);
}
function queue(c: u32, r: u32, row: u32, event: u32): void {
  const depth = toF64(enqueue(r, row, event & (getU32(r, SLOTS) - 1)));
  const own = talliesAt(c);
  addF64(own, QUEUED, 1.0);
  if (depth > getF64(own, DEPTH_MAX)) addF64(own, DEPTH_MAX, depth - getF64(own, DEPTH_MAX));
}

/** Reads the events of a message. @param isState 1: from an exchange of state @returns how many are new */
export function takeCopies(c: u32, r: u32, m: u32, node: u32, isState: u32): u32 {
  const row = rowOf(c, r, node);
  const first = messagePayload(m);
  const over = overBy(c, r, getU32(c, TICK));
  const mask = getU32(r, SLOTS) - 1;
  let copies: u32 = 0;
  let fresh: u32 = 0;
  for (let cell: u32 = 0; cell < cellCount(r); cell++) {
    const bits = getU32(m, EVENTS_WORD + cell);
    if (bits == 0) continue;
    copies = copies + popcount(bits);
    let left = first == over ? bits & ~heldWord(r, row, cell) : bits;
    while (left != 0) {
      const slot = (cell << 5) + lowestBit(left);
      left = left & (left - 1);
      // Of the events that share a slot only one was alive.
      const event = first + ((slot - first) & mask);
      if (event < over) tally(c, EXPIRED, 1.0);
      else if (holds(r, row, slot) == 0) fresh = fresh + takeCopy(c, r, row, event, isState);
    }
  }
  if (isState == 0) tally(c, COPIES, toF64(copies));
  return fresh;
}

/** Serf's handleUserEvent. @returns 1 when the node takes the event for new */
function takeCopy(c: u32, r: u32, row: u32, event: u32, isState: u32): u32 {
  const time = timeOf(c, r, event);
  const buffer = setting(c, EVENT_BUFFER);
  witness(row, time);
  const now = clockOf(row);
  if (now > buffer && time < now - buffer) {
    tally(c, TOO_OLD, 1.0);
    return 0;
  }
  if (setting(c, EVENT_NAMES) > 0 && holdsTwin(c, r, row, event, time)) {
    tally(c, MERGED, 1.0);
    return 0;
  }
  deliver(c, r, row, event);
  countLatest(c, LAST_TICK, toF64(getU32(c, TICK) + 1));
  // What an exchange brings is delivered, but not passed on.
  if (isState == 1) {
    tally(c, REPAIRED, 1.0);
  } else {
    tally(c, FIRST_COPIES, 1.0);
    queue(c, r, row, event);
  }
  return 1;
}
/** true when the node holds another event of the same Lamport time and name. */
function holdsTwin(c: u32, r: u32, row: u32, event: u32, time: u32): bool {
  const names = setting(c, EVENT_NAMES);
  const mask = getU32(r, SLOTS) - 1;
  const end = bornBefore(c, getU32(c, TICK));
  for (let other = overBy(c, r, getU32(c, TICK)); other < end; other++) {
    if (other == event || holds(r, row, other & mask) == 0) continue;
    if (other % names == event % names && timeOf(c, r, other) == time) return true;
  }
  return false;
}

/** A later event gets the slot: counts whom this one reached, and frees it. */
export function retire(c: u32, r: u32, event: u32): void {
  const slot = event & (getU32(r, SLOTS) - 1);
  const wasFired = timeOf(c, r, event) > 0;
  let owed: u32 = 0;
  let delivered: u32 = 0;
  let queued: u32 = 0;
  for (let node = getU32(c, FIRST); node < getU32(c, END); node++) {
    const had = release(r, rowOf(c, r, node), slot);
    queued = queued + (had & 1);
    if (isUp(c, node) == 0) continue;
    owed++;
    delivered = delivered + (had >>> 1);
  }
  setReached(c, r, slot, 0);
  tally(c, QUEUED, 0.0 - toF64(queued));
  if (!wasFired) return;
  tally(c, OWED, toF64(owed));
  tally(c, DELIVERED, toF64(delivered));
}
