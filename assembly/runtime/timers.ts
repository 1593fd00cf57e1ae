/**
 * When nodes act. Periodic: every node at its own phase, read from buckets that the host sorted; on a
 * round clock all nodes at the start of a round. Poisson and fresh phases: timers are messages to
 * oneself through the wheel, each arming the next.
 */
import { div32, getU32, mul32, setU32, toF64, toU32 } from "../memory";
import { drawBelow, threefry } from "../kernels/random";
import {
  ACTOR, END, EVENT_CLOCK, FIRST, PERIOD, PHASE_NODES_AT, PHASE_STARTS_AT, ROUND_TICKS,
  SEED, SHARD, TICK, TIMER_KIND, WHEEL_MASK,
} from "./context";
import { isAwake, isUp, nextUp } from "./lives";
import { messagePayload, send } from "./mailbox";
import { naturalLog } from "./math";

/** Kind of the message that a Poisson timer is; protocols number their own kinds from 1. */
export const TIMER: u32 = 0;
export const NONE: u32 = 0xffffffff;
const TIMER_DRAW: u32 = 0x35000000;
const POISSON: u32 = 1;

/** First node of the shard that acts in this tick, NONE when there is none. Nodes that are down do not. */
export function firstActor(c: u32): u32 {
  if (getU32(c, EVENT_CLOCK) == 0) {
    if (getU32(c, TICK) % getU32(c, ROUND_TICKS) != 0) return NONE;
    return upFrom(c, getU32(c, FIRST));
  }
  return firstLate(c, 0);
}

/** The acting node after `node`; on an event clock the cursor in the context counts. */
export function nextActor(c: u32, node: u32): u32 {
  if (getU32(c, EVENT_CLOCK) == 0) {
    return upFrom(c, node + 1);
  }
  return nextLate(c, 0);
}

/**
 * First node of the shard whose period began `lag` ticks ago, and the one after the last; NONE when there is
 * none. Periodic timers of an event clock, lag < PERIOD. Uses the same cursor as the actors.
 */
export function firstLate(c: u32, lag: u32): u32 {
  // Drawn timers have no phases: messages say when a node acts.
  if (getU32(c, TIMER_KIND) != 0) return NONE;
  setU32(c, ACTOR, getU32(lateRow(c, lag), 0));
  return nextLate(c, lag);
}
export function nextLate(c: u32, lag: u32): u32 {
  const end = getU32(lateRow(c, lag), 1);
  const nodes = getU32(c, PHASE_NODES_AT);
  let index = getU32(c, ACTOR);
  while (index < end && isAwake(c, getU32(nodes, index)) == 0) index++;
  setU32(c, ACTOR, index + 1);
  return index < end ? getU32(nodes, index) : NONE;
}
function lateRow(c: u32, lag: u32): u32 {
  const period = getU32(c, PERIOD);
  const phase = (getU32(c, TICK) + period - lag) % period;
  return getU32(c, PHASE_STARTS_AT) + ((mul32(getU32(c, SHARD), period + 1) + phase) << 2);
}

function upFrom(c: u32, node: u32): u32 {
  const end = getU32(c, END);
  const next = nextUp(c, node, end);
  return next < end ? next : NONE;
}

/** Arms the drawn timers of the shard's nodes; call once, at the first tick. */
export function startTimers(c: u32): void {
  if (getU32(c, TIMER_KIND) == 0) return;
  for (let node = getU32(c, FIRST); node < getU32(c, END); node++) armTimer(c, node);
}

/**
 * Handles a TIMER message and says whether it is an action (1) or only a stage of a long wait (0).
 * An action arms the next timer; a node that is down misses its action.
 */
export function timerFires(c: u32, m: u32, node: u32): u32 {
  const rest = messagePayload(m);
  if (rest > 0) {
    wait(c, node, rest);
    return 0;
  }
  armTimer(c, node);
  return isUp(c, node);
}

function armTimer(c: u32, node: u32): void {
  if (getU32(c, TIMER_KIND) == POISSON) armPoisson(c, node);
  else armFresh(c, node);
}

/** A tick of the next period, each as likely; periods are (0, PERIOD], (PERIOD, 2 PERIOD], … */
function armFresh(c: u32, node: u32): void {
  const tick = getU32(c, TICK);
  const period = getU32(c, PERIOD);
  const next: u32 = tick == 0 ? 0 : mul32(div32(tick - 1, period) + 1, period);
  wait(c, node, next - tick + 1 + drawBelow(getU32(c, SEED), TIMER_DRAW, tick, node, period));
}

/** Exponential time with mean PERIOD by inversion, rounded to whole ticks, at least one. */
function armPoisson(c: u32, node: u32): void {
  const word = threefry(getU32(c, SEED), TIMER_DRAW, getU32(c, TICK), node);
  const uniform = (toF64(word) + 0.5) / 4294967296.0;
  const ticks = toU32(0.5 - naturalLog(uniform) * toF64(getU32(c, PERIOD)));
  wait(c, node, ticks == 0 ? 1 : ticks);
}

/** A wait longer than the wheel is cut into stages; the payload holds what remains. */
function wait(c: u32, node: u32, ticks: u32): void {
  const longest = getU32(c, WHEEL_MASK);
  const delay = ticks < longest ? ticks : longest;
  send(c, node, node, TIMER, delay, ticks - delay);
}
