/**
 * Hinted handoff: a substitute keeps what a home did not take, tries now and then to give it back, and
 * forgets it when the home has it, when it is too old, or when newer hints need the room.
 */
import { getU32, setU32, toF64 } from "../memory";
import { parameter, setting } from "./access";
import { PERIOD, TICK } from "./context";
import { FOR_HOME, HANDED, HANDOFF, VERSION, WHERE, sendClock } from "./dynamo-messages";
import {
  HELD, HINTS, HINTS_DELIVERED, HINTS_LOST, HINTS_STORED, HINT_WINDOW, PERIOD_MS, hintAt, rowOf, tally,
} from "./dynamo-store";
import { messageFrom, messagePayload } from "./mailbox";
import { mergeClocks } from "./vector-clock";

/** Words of a hint. */
const HOME: u32 = 0;
const AT: u32 = 1;
const CLOCK: u32 = 2;
const STORED: u32 = 3;

/** Keeps a write for its home; with the newer of two hints for one key both are kept. */
export function storeHint(c: u32, m: u32, node: u32): void {
  const room = setting(c, HINTS);
  if (room == 0) {
    tally(c, HINTS_LOST, 1.0);
    return;
  }
  const row = rowOf(c, node);
  const held = getU32(row, HELD);
  let index: u32 = findHint(c, m, node, room, held);
  const isThere = index < room;
  for (let i: u32 = 0; i < room && index == room; i++) if (((held >>> i) & 1) == 0) index = i;
  if (index == room) {
    index = oldestHint(c, node, room);
    tally(c, HINTS_LOST, 1.0);
  }
  const at = hintAt(c, node, index);
  const clock = getU32(m, VERSION);
  setU32(at, CLOCK, isThere ? mergeClocks(getU32(at, CLOCK), clock) : clock);
  setU32(at, HOME, getU32(m, FOR_HOME));
  setU32(at, AT, getU32(m, WHERE));
  setU32(at, STORED, getU32(c, TICK));
  setU32(row, HELD, held | (1 << index));
  if (!isThere) tally(c, HINTS_STORED, 1.0);
}

/** What a substitute knows of a key that it keeps for a home. */
export function hintedClock(c: u32, m: u32, node: u32): u32 {
  const room = setting(c, HINTS);
  const index = findHint(c, m, node, room, getU32(rowOf(c, node), HELD));
  return index < room ? getU32(hintAt(c, node, index), CLOCK) : 0;
}

/** Index of the hint for the key and home of a message; `room` when there is none. */
function findHint(c: u32, m: u32, node: u32, room: u32, held: u32): u32 {
  for (let i: u32 = 0; i < room; i++) {
    if (((held >>> i) & 1) == 0) continue;
    const at = hintAt(c, node, i);
    if (getU32(at, HOME) == getU32(m, FOR_HOME) && getU32(at, AT) == getU32(m, WHERE)) return i;
  }
  return room;
}
function oldestHint(c: u32, node: u32, room: u32): u32 {
  let oldest: u32 = 0;
  for (let i: u32 = 1; i < room; i++) {
    if (getU32(hintAt(c, node, i), STORED) < getU32(hintAt(c, node, oldest), STORED)) oldest = i;
  }
  return oldest;
}

/** Tries to give every hint to its home; what is too old is dropped. */
export function deliverHints(c: u32, node: u32): void {
  const row = rowOf(c, node);
  const held = getU32(row, HELD);
  if (held == 0) return;
  const window = (parameter(c, HINT_WINDOW) * toF64(getU32(c, PERIOD))) / parameter(c, PERIOD_MS);
  for (let i: u32 = 0; i < setting(c, HINTS); i++) {
    if (((held >>> i) & 1) == 0) continue;
    const at = hintAt(c, node, i);
    if (toF64(getU32(c, TICK) - getU32(at, STORED)) > window) {
      setU32(row, HELD, getU32(row, HELD) & ~(1 << i));
      tally(c, HINTS_LOST, 1.0);
    } else {
      sendClock(c, getU32(at, HOME) - 1, node, HANDOFF, i, getU32(at, AT), getU32(at, CLOCK), 0);
    }
  }
}

/** A home took a hint; one that has grown since stays. */
export function receiveHanded(c: u32, m: u32, node: u32): void {
  const row = rowOf(c, node);
  const index = messagePayload(m);
  const at = hintAt(c, node, index);
  if (((getU32(row, HELD) >>> index) & 1) == 0) return;
  if (getU32(at, HOME) != messageFrom(m) + 1 || getU32(at, AT) != getU32(m, WHERE)) return;
  if (getU32(at, CLOCK) != getU32(m, VERSION)) return;
  setU32(row, HELD, getU32(row, HELD) & ~(1 << index));
  tally(c, HINTS_DELIVERED, 1.0);
}

/** A home takes what was kept for it, and says so. */
export function answerHandoff(c: u32, m: u32, node: u32): void {
  sendClock(c, messageFrom(m), node, HANDED, messagePayload(m), getU32(m, WHERE), getU32(m, VERSION), 0);
}
