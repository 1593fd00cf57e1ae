/**
 * Which nodes are up. Outages are planned: the host marks whom each hits and tells which last now. Churn
 * is read from a node's own clock when somebody asks: only its own shard does, so nobody has to wait.
 */
import {
  clear, clearBit, getBit, getF64, getU32, leadingZeros, mul32, setU32, toF64, toU32,
} from "../memory";
import { drawBelow, threefry } from "../kernels/random";
import { addArrived, field } from "./access";
import {
  ARRIVAL_ROUND, CHANGES_AT, CHURN, CHURN_FORGETS, END, EVENT_CLOCK, FIELD_COUNT, FIELD_WIDTHS_AT,
  FIRST, LIVE, LIVES_AT, LIVE_INFORMED, MORTAL, NODES, ORIGIN, OUTAGES_NOW, OUTAGE_HITS_AT,
  PAUSES_NOW, SEED, SESSIONS_AT, TICK, TRACE_HOSTS, TRACE_LENGTH, TRACE_OFFSETS_AT, TRACE_TICKS_AT,
  UP_BELOW,
} from "./context";

/** Purposes of draws: lengths of sessions, the state at the start, the time of a trace's second use. */
const SESSION: u32 = 0xe4000000;
const BIRTH: u32 = 0xe5000000;
const TRACE_SHIFT: u32 = 0xe6000000;
const TRACE: u32 = 2;
/** Tables at SESSIONS_AT: down, up, rest of a time down, rest of a time up. */
const TABLE_BYTES: u32 = 8200;
const REST: u32 = 2;
/** Ticks from here on are never reached. */
const NEVER: u32 = 0x7fffffff;
/** Fields of a rumor begin with who is informed. */
const INFORMED_FIELD: u32 = 0;

/** 1 while `node`, one of this shard, is up. */
export function isUp(c: u32, node: u32): u32 {
  if (getU32(c, MORTAL) == 0) return 1;
  const now = getU32(c, OUTAGES_NOW);
  if (now != 0 && (getU32(getU32(c, OUTAGE_HITS_AT), node) & now) != 0) return 0;
  return getU32(c, CHURN) == 0 ? 1 : churnUp(c, node);
}

/** 1 while `node`, one of this shard, is paused: it acts on nothing, and messages wait for it. */
export function isPaused(c: u32, node: u32): u32 {
  const paused = getU32(c, PAUSES_NOW);
  if (paused == 0) return 0;
  return (getU32(getU32(c, OUTAGE_HITS_AT), node) & paused) != 0 ? 1 : 0;
}

/** 1 while `node`, one of this shard, is up and not paused. */
export function isAwake(c: u32, node: u32): u32 {
  return isUp(c, node) == 1 && isPaused(c, node) == 0 ? 1 : 0;
}

/** First node of the shard that is up, from `node` on; `end` when there is none. */
export function nextUp(c: u32, node: u32, end: u32): u32 {
  let next = node;
  while (next < end && isUp(c, next) == 0) next++;
  return next;
}

/** Adds up who is up, and who of them is informed, at the end of a step. */
export function countLive(c: u32, isRumor: u32): void {
  let live: u32 = 0;
  let informed: u32 = 0;
  const end = getU32(c, END);
  for (let node = nextUp(c, getU32(c, FIRST), end); node < end; node = nextUp(c, node + 1, end)) {
    live++;
    if (isRumor == 1) informed += getBit(field(c, INFORMED_FIELD), node);
  }
  if (getU32(c, CHANGES_AT) != 0) noteChanges(c);
  addArrived(c, LIVE, toF64(live));
  addArrived(c, LIVE_INFORMED, toF64(informed));
}

/** Ticks of a node that are kept, down and up in turn. */
const CHANGES_MAX: u32 = 8;

/**
 * Keeps when this shard's nodes went down and came back, as seen at the ends of steps, in the
 * stamps of infection.ts. Only a traced trial asks, so that timed ones pay nothing.
 */
function noteChanges(c: u32): void {
  const event = getU32(c, EVENT_CLOCK) == 1;
  const stamp = event ? getU32(c, TICK) + 1 : getU32(c, ARRIVAL_ROUND) + 2;
  const end = getU32(c, END);
  for (let node = getU32(c, FIRST); node < end; node++) {
    const changes = getU32(c, CHANGES_AT) + mul32(node, CHANGES_MAX << 2);
    let count: u32 = 0;
    while (count < CHANGES_MAX && getU32(changes, count) != 0) count++;
    if (count < CHANGES_MAX && isUp(c, node) == (count & 1)) setU32(changes, count, stamp);
  }
}

/** An outage begins that takes the state of those it hits. @param mask the outage's bit */
export function forgetHit(c: u32, mask: u32): void {
  const hits = getU32(c, OUTAGE_HITS_AT);
  for (let node = getU32(c, FIRST); node < getU32(c, END); node++) {
    if ((getU32(hits, node) & mask) != 0) forget(c, node);
  }
}

/** Sets the protocol's fields of a node to zero: it has never heard of anything. */
function forget(c: u32, node: u32): void {
  const widths = getU32(c, FIELD_WIDTHS_AT);
  for (let index: u32 = 0; index < getU32(c, FIELD_COUNT); index++) {
    const bits = getU32(widths, index);
    const base = field(c, index);
    if ((bits & 7) == 0) {
      const bytes = bits >>> 3;
      if (bytes > 0) clear(base + mul32(node, bytes), bytes);
    } else {
      for (let bit: u32 = 0; bit < bits; bit++) clearBit(base, mul32(node, bits) + bit);
    }
  }
}

function churnUp(c: u32, node: u32): u32 {
  const lives = getU32(c, LIVES_AT);
  const tick = getU32(c, TICK);
  let life = getU32(lives, node);
  if (life != 0 && life >>> 1 > tick) return life & 1;
  if (life == 0) life = birth(c, node);
  while (life >>> 1 <= tick) {
    const next = nextLife(c, node, life);
    if ((life & 1) == 0 && (next & 1) == 1 && getU32(c, CHURN_FORGETS) == 1) forget(c, node);
    life = next;
  }
  setU32(lives, node, life);
  return life & 1;
}

/** State at the start. The origin is up, or there would be nothing to see. */
function birth(c: u32, node: u32): u32 {
  if (getU32(c, CHURN) == TRACE) return traceLife(c, node, 0);
  const word = threefry(getU32(c, SEED), BIRTH, 0, node);
  const up: u32 = node == getU32(c, ORIGIN) || word < getU32(c, UP_BELOW) ? 1 : 0;
  return lifeUntil(0, sessionTicks(c, node, 0, REST + up), up);
}

function nextLife(c: u32, node: u32, life: u32): u32 {
  const at = life >>> 1;
  if (getU32(c, CHURN) == TRACE) return traceLife(c, node, at);
  const up = 1 - (life & 1);
  return lifeUntil(at, sessionTicks(c, node, at, up), up);
}

function lifeUntil(at: u32, ticks: u32, up: u32): u32 {
  const until = NEVER - at > ticks ? at + ticks : NEVER;
  return (until << 1) | up;
}

/**
 * A length drawn from a table by inversion, at least 1. Tables are finer towards the tail: entry 32 z + s
 * is the length that a share 2^-z (1 - s / 64) exceeds.
 */
function sessionTicks(c: u32, node: u32, at: u32, table: u32): u32 {
  const word = threefry(getU32(c, SEED), SESSION | table, at, node) | 1;
  const octave = leadingZeros(word);
  const depth = ~(word << octave) & 0x7fffffff;
  const entry = (octave << 5) + (depth >>> 26);
  const part = toF64(depth & 0x3ffffff) / 67108864.0;
  const lengths = getU32(c, SESSIONS_AT) + mul32(table, TABLE_BYTES);
  const low = getF64(lengths, entry);
  // What is left at the start is rounded up, so that a node is up at tick t if it lasts beyond t.
  const length = low + (getF64(lengths, entry + 1) - low) * part + (table < REST ? 0.5 : 1.0);
  if (length < 1.0) return 1;
  return length < 2147483647.0 ? toU32(length) : NEVER;
}

/** State of a node's host at a tick of the trial, until its next change. */
function traceLife(c: u32, node: u32, at: u32): u32 {
  const hosts = getU32(c, TRACE_HOSTS);
  const length = getU32(c, TRACE_LENGTH);
  const host = node % hosts;
  const shift = node < hosts ? 0 : drawBelow(getU32(c, SEED), TRACE_SHIFT, 0, node, length);
  const now = (at + shift) % length;
  const offsets = getU32(c, TRACE_OFFSETS_AT);
  const ticks = getU32(c, TRACE_TICKS_AT);
  const first = getU32(offsets, host);
  let low = first;
  let high = getU32(offsets, host + 1);
  // The first change after now.
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (getU32(ticks, middle) <= now) low = middle + 1;
    else high = middle;
  }
  const next = low < getU32(offsets, host + 1) ? getU32(ticks, low) : length;
  return lifeUntil(at, next > now ? next - now : 1, (low - first) & 1);
}
