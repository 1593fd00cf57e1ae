/**
 * The events of a serf-event trial: when each is born, which have a slot now, and how many nodes they reach
 * when: cells of the measures, and times that the first shard judges from the cells of the last step.
 */
import { addF64, getF64, getU32, lowestBit, mul32, setF64, setU32, toF64, toU32 } from "../memory";
import { field, parameter, setting } from "./access";
import { CELLS_AT, END, FIRST, MORTAL, PERIOD, SHARD, TICK } from "./context";
import {
  DELIVERED, DEPTH_MAX, OWED, QUEUED, TALLIES, cellCount, depthOf, heldWord, rowOf, talliesAt,
} from "./event-rows";
import { EVENTS, EVENT_INTERVAL, GOSSIP_INTERVAL, SLOTS, rulesAt } from "./event-rules";
import { nextUp } from "./lives";
import { bornBy, bornTick } from "./stream";
import { addCell, lastCell, raiseCell } from "./values";

const TIMES_FIELD: u32 = 3;
const REACHED_FIELD: u32 = 4;
const PROGRESS_FIELD: u32 = 5;

/** Behind a shard's tallies: sums and counts of spread times, the last step, whether to wait. */
const SPREADS: u32 = TALLIES;
const SHARES: u32 = 4;
const LAST_STEP: u32 = SPREADS + (SHARES << 1);
const INCOMPLETE: u32 = LAST_STEP + 1;

/** Cells: nodes covered, nodes up, tallies, spread times; then for each slot the nodes reached. */
export const COVERED: u32 = 0;
export const LIVE: u32 = 1;
export const TALLY_CELLS: u32 = 2;
const SPREAD_CELLS: u32 = TALLY_CELLS + TALLIES;
export const REACHED_CELLS: u32 = SPREAD_CELLS + (SHARES << 1);

/** Births in a tick at most: an event that is born has a slot in that tick, and in the next. */
const INTERVAL_MIN: f64 = 0.0625;

/** Ticks between two births. */
function interval(c: u32): f64 {
  const ms = parameter(c, EVENT_INTERVAL) / parameter(c, GOSSIP_INTERVAL);
  const ticks = ms * toF64(getU32(c, PERIOD));
  return ticks < INTERVAL_MIN ? INTERVAL_MIN : ticks;
}
/** Events that are born in ticks 0 .. tick. */
export function bornUntil(c: u32, tick: u32): u32 {
  return bornBy(tick, interval(c), setting(c, EVENTS));
}
export function bornBefore(c: u32, tick: u32): u32 {
  return tick == 0 ? 0 : bornUntil(c, tick - 1);
}
/** Events whose slots later ones have by the end of a tick. */
export function overBy(c: u32, r: u32, tick: u32): u32 {
  const born = bornUntil(c, tick);
  return born > getU32(r, SLOTS) ? born - getU32(r, SLOTS) : 0;
}
export function overBefore(c: u32, r: u32, tick: u32): u32 {
  return tick == 0 ? 0 : overBy(c, r, tick - 1);
}
export function isLastBorn(c: u32, tick: u32): bool {
  return bornUntil(c, tick) == setting(c, EVENTS);
}
export function ageOf(c: u32, event: u32, tick: u32): u32 {
  return tick - bornTick(event, interval(c));
}

/** Lamport time of an event; 0: its node was down. Twice the slots, so that no reader meets a writer. */
export function timeOf(c: u32, r: u32, event: u32): u32 {
  return getU32(field(c, TIMES_FIELD), event & ((getU32(r, SLOTS) << 1) - 1));
}
export function setTime(c: u32, r: u32, event: u32, time: u32): void {
  setU32(field(c, TIMES_FIELD), event & ((getU32(r, SLOTS) << 1) - 1), time);
}

/** The shard's count of nodes that an event reached, by slot. */
function reachedAt(c: u32, r: u32): u32 {
  return field(c, REACHED_FIELD) + (mul32(getU32(c, SHARD), getU32(r, SLOTS)) << 2);
}
export function reachedOf(c: u32, r: u32, slot: u32): u32 {
  return getU32(reachedAt(c, r), slot);
}
export function setReached(c: u32, r: u32, slot: u32, count: u32): void {
  setU32(reachedAt(c, r), slot, count);
}

/** Share of the nodes up at which the time is taken. */
function shareOf(step: u32): f64 {
  if (step == 0) return 0.5;
  if (step == 1) return 0.99;
  return step == 2 ? 0.999 : 1.0;
}

/** First shard: looks at the cells as the last step ended. A time is exact to a step, which is a tenth period. */
export function judgeSpread(c: u32, r: u32): void {
  const own = talliesAt(c);
  const tick = getU32(c, TICK);
  let incomplete: f64 = 0.0;
  if (tick > 0) {
    const last = toU32(getF64(own, LAST_STEP));
    const end = bornBefore(c, last);
    for (let event = overBy(c, r, tick); event < end; event++) {
      if (timeOf(c, r, event) > 0 && advance(c, r, own, event, last) < SHARES) incomplete = 1.0;
    }
    if (bornUntil(c, tick) > end) incomplete = 1.0;
  }
  setF64(own, INCOMPLETE, incomplete);
  setF64(own, LAST_STEP, toF64(tick));
  for (let i: u32 = 0; i < SHARES << 1; i++) addCell(c, SPREAD_CELLS + i, getF64(own, SPREADS + i));
}
/** 1 while some event has not reached all. */
export function isIncomplete(c: u32): bool {
  return getF64(talliesAt(c), INCOMPLETE) > 0;
}

/** Takes the times of the shares that an event had reached by tick `last`. @returns how many it has */
function advance(c: u32, r: u32, own: u32, event: u32, last: u32): u32 {
  const slot = event & (getU32(r, SLOTS) - 1);
  const progress = field(c, PROGRESS_FIELD);
  const entry = getU32(progress, slot);
  let step: u32 = entry >>> 3 == event ? entry & 7 : 0;
  const share = lastCell(c, REACHED_CELLS + slot) / lastCell(c, LIVE);
  while (step < SHARES && share >= shareOf(step)) {
    const age = toF64(ageOf(c, event, last)) / toF64(getU32(c, PERIOD));
    addF64(own, SPREADS + (step << 1), age);
    addF64(own, SPREADS + (step << 1) + 1, 1.0);
    step++;
  }
  setU32(progress, slot, (event << 3) | step);
  return step;
}

/** Adds up what the shard has counted, and whom each event has reached. */
export function measureEvents(c: u32): void {
  const r = rulesAt(c);
  const own = talliesAt(c);
  const tick = getU32(c, TICK);
  const mortal = getU32(c, MORTAL) == 1;
  const live: u32 = mortal ? recount(c, r) : getU32(c, END) - getU32(c, FIRST);
  const cells = getU32(c, CELLS_AT);
  let given: f64 = 0.0;
  let alive: u32 = 0;
  const end = bornBefore(c, tick);
  for (let event = overBy(c, r, tick); event < end; event++) {
    if (timeOf(c, r, event) == 0) continue;
    const slot = event & (getU32(r, SLOTS) - 1);
    const reached = toF64(reachedOf(c, r, slot));
    alive++;
    given = given + reached;
    addF64(cells, REACHED_CELLS + slot, reached);
  }
  addF64(cells, LIVE, toF64(live));
  const pairs = getF64(own, OWED) + toF64(live) * toF64(alive);
  if (pairs > 0) addF64(cells, COVERED, (toF64(live) * (getF64(own, DELIVERED) + given)) / pairs);
  for (let which: u32 = 0; which < TALLIES; which++) {
    if (which == DEPTH_MAX) raiseCell(c, TALLY_CELLS + which, getF64(own, which));
    else addCell(c, TALLY_CELLS + which, getF64(own, which));
  }
  if (getU32(c, FIRST) == 0) judgeSpread(c, r);
}

/** Where nodes crash and may forget: counts afresh who is up, who holds what, and the queues. @returns nodes up */
function recount(c: u32, r: u32): u32 {
  const slots = getU32(r, SLOTS);
  for (let slot: u32 = 0; slot < slots; slot++) setReached(c, r, slot, 0);
  let live: u32 = 0;
  let queued: u32 = 0;
  const end = getU32(c, END);
  for (let node = nextUp(c, getU32(c, FIRST), end); node < end; node = nextUp(c, node + 1, end)) {
    const row = rowOf(c, r, node);
    live++;
    queued = queued + depthOf(row);
    for (let cell: u32 = 0; cell < cellCount(r); cell++) {
      let left = heldWord(r, row, cell);
      while (left != 0) {
        const slot = (cell << 5) + lowestBit(left);
        left = left & (left - 1);
        setReached(c, r, slot, reachedOf(c, r, slot) + 1);
      }
    }
  }
  addF64(talliesAt(c), QUEUED, toF64(queued) - getF64(talliesAt(c), QUEUED));
  return live;
}
