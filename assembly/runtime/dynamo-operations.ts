/**
 * Reads and writes as a home coordinates them, one at a time: it asks the homes of the key, or a substitute for each
 * that did not answer lately (sloppy quorum), answers its client once as many as the quorum says have answered,
 * suspects who is silent after the timeout, and repairs replicas that answered with old versions.
 */
import { getU32, getU8, popcount, setU32, setU8, toF64 } from "../memory";
import { threefry } from "../kernels/random";
import { parameter, setting } from "./access";
import { SEED, TICK } from "./context";
import { GET, NO_TAG, PUT, PUT_HINT, WHERE, VERSION, sendClock } from "./dynamo-messages";
import {
  ANSWERED, ANSWERS, ASKED, CLOCK, FAILED_READS, FAILED_WRITES, KEY, KNOWN, ONE_VERSION, PLACE, READS, READS_NEEDED,
  READ_REPAIR, READ_REPAIRS, READ_TICKS, SEQUENCE, SINCE, SKIPPED, SLOTS, SLOW_MS, SLOW_READS, SLOW_WRITES,
  STAGE_SINCE, STALE, STATE, SUBSTITUTED, SUBSTITUTES, TIMEOUT, TRUTH, VERSIONS, WIDTH, WRITES, WRITES_NEEDED,
  WRITE_SHARE, WRITE_TICKS, KEYS, acknowledge, candidateNode, candidateOf, candidateSlot, cellOf, homesOf, ownCount,
  placeOfSlot, rowOf, rulesOf, setCell, setSuspects, suspectsOf, takeClock, tally, ticksOf, truthOf,
} from "./dynamo-store";
import { messagePayload } from "./mailbox";
import { CLOCK_MAX, countOf, knowsAll, liveVersions, mergeClocks, writeClock } from "./vector-clock";

/** STATE: what the operation waits for, and whether a write follows a read, or was acknowledged. */
const IDLE: u32 = 0;
const READING: u32 = 1;
const REPAIRING: u32 = 2;
const WRITING: u32 = 3;
const STAGE_MASK: u32 = 3;
const TO_WRITE: u32 = 4;
const RETRIED: u32 = 8;
const DONE: u32 = 16;

/** Purposes of draws: which range, which key, whether it is written. */
const OPERATION: u32 = 0xee000000;
const WRITE: u32 = 0xee000001;
const ATTEMPTS: u32 = 8;
/** Slot and key share a word. */
const KEY_SHIFT: u32 = 8;
const SLOT_MASK: u32 = 0xff;
const SEQUENCE_MASK: u32 = 0x3fffff;

export function whereOf(slot: u32, key: u32): u32 {
  return slot | (key << KEY_SHIFT);
}
export function slotIn(where: u32): u32 {
  return where & SLOT_MASK;
}
export function keyIn(where: u32): u32 {
  return where >>> KEY_SHIFT;
}

/** A client reads a key, or reads and then writes it, through one of its homes. */
export function startOperation(c: u32, node: u32): void {
  const r = rulesOf(c);
  const row = rowOf(c, node);
  if (getU32(row, STATE) != IDLE) {
    tally(c, SKIPPED, 1.0);
    return;
  }
  const seed = getU32(c, SEED);
  const tick = getU32(c, TICK);
  for (let attempt: u32 = 0; attempt < ATTEMPTS; attempt++) {
    const draw = threefry(seed, OPERATION | (attempt << 8), tick, node);
    const slot = (draw >>> 8) % getU32(r, SLOTS);
    const place = placeOfSlot(c, r, node, slot);
    const homes = homesOf(c, r, place, getU32(row, KNOWN));
    if (((homes >>> candidateOf(r, slot)) & 1) == 0) continue;
    const below = parameter(c, WRITE_SHARE) * 4294967296.0;
    const isWrite = toF64(threefry(seed, WRITE, tick, node)) < below;
    const key = (draw & 0xff) % getU32(r, KEYS);
    setU32(row, STATE, READING | (isWrite ? TO_WRITE : 0));
    setU32(row, KEY, whereOf(slot, key));
    setU32(row, PLACE, place);
    setU32(row, TRUTH, truthOf(c, r, place, key));
    setU32(row, CLOCK, cellOf(c, r, node, slot, key));
    openStage(c, r, row, node, homes);
    if (isQuorum(r, row)) endRead(c, r, row, node);
    return;
  }
}

/** Asks all homes for the key, or gives them its new version. */
function openStage(c: u32, r: u32, row: u32, node: u32, homes: u32): void {
  const slot = slotIn(getU32(row, KEY));
  const own = candidateOf(r, slot);
  const tick = getU32(c, TICK);
  setU32(row, SINCE, tick);
  setU32(row, STAGE_SINCE, tick);
  setU8(row, ASKED, homes);
  setU8(row, ANSWERED, 1 << own);
  setU8(row, SUBSTITUTED, 0);
  setU32(row, ANSWERS + own, getU32(row, CLOCK));
  setU32(row, SEQUENCE, ((getU32(row, SEQUENCE) + 1) & SEQUENCE_MASK) | 1);
  const suspects = suspectsOf(c, r, node, slot);
  for (let i: u32 = 0; i < getU32(r, WIDTH); i++) {
    if (i == own || ((homes >>> i) & 1) == 0) continue;
    if (((suspects >>> i) & 1) == 1) askSubstitute(c, r, row, node, i);
    else ask(c, r, row, node, i, candidateNode(c, r, getU32(row, PLACE), i), 0);
  }
}

function ask(c: u32, r: u32, row: u32, node: u32, i: u32, to: u32, home: u32): void {
  const isRead = (getU32(row, STATE) & STAGE_MASK) == READING;
  const kind: u32 = isRead ? GET : home > 0 ? PUT_HINT : PUT;
  const where = whereOf(candidateSlot(c, r, getU32(row, PLACE), i), keyIn(getU32(row, KEY)));
  const tag = (getU32(row, SEQUENCE) << 2) | i;
  sendClock(c, to, node, kind, tag, where, isRead ? 0 : getU32(row, CLOCK), home);
}
/** Asks the next node behind the candidates in the place of home `i`, while there is one. */
function askSubstitute(c: u32, r: u32, row: u32, node: u32, i: u32): void {
  const substituted = getU8(row, SUBSTITUTED);
  const place = getU32(row, PLACE);
  const next = popcount(substituted);
  if (next >= getU32(r, SUBSTITUTES)) return;
  setU8(row, SUBSTITUTED, substituted | (1 << i));
  const home = candidateNode(c, r, place, i);
  ask(c, r, row, node, i, candidateNode(c, r, place, getU32(r, WIDTH) + next), home + 1);
}

/** An answer of a home or its substitute: the clock it has of the key. */
export function receiveGot(c: u32, m: u32, node: u32): void {
  const r = rulesOf(c);
  const row = rowOf(c, node);
  const stage = getU32(row, STATE) & STAGE_MASK;
  if (!isAnswer(c, r, row, m, node) || stage == WRITING) return;
  const clock = getU32(m, VERSION);
  setU32(row, ANSWERS + (messagePayload(m) & 3), clock);
  setU32(row, CLOCK, mergeClocks(getU32(row, CLOCK), clock));
  if (stage == READING && isQuorum(r, row)) endRead(c, r, row, node);
}
export function receivePutDone(c: u32, m: u32, node: u32): void {
  const r = rulesOf(c);
  const row = rowOf(c, node);
  if (!isAnswer(c, r, row, m, node) || (getU32(row, STATE) & STAGE_MASK) != WRITING) return;
  if (isQuorum(r, row)) acknowledgeWrite(c, r, row, node);
}

/** Notes who answered; false when no operation waits for it any more. */
function isAnswer(c: u32, r: u32, row: u32, m: u32, node: u32): bool {
  const tag = messagePayload(m);
  if (getU32(row, STATE) == IDLE || tag >>> 2 != getU32(row, SEQUENCE)) return false;
  const bit: u32 = 1 << (tag & 3);
  const slot = slotIn(getU32(row, KEY));
  const isHome = getU32(m, WHERE) == 0;
  if (isHome) setSuspects(c, r, node, slot, suspectsOf(c, r, node, slot) & ~bit);
  setU8(row, ANSWERED, getU8(row, ANSWERED) | bit);
  return true;
}
function isQuorum(r: u32, row: u32): bool {
  const isWrite = (getU32(row, STATE) & STAGE_MASK) == WRITING;
  return popcount(getU8(row, ANSWERED)) >= getU32(r, isWrite ? WRITES_NEEDED : READS_NEEDED);
}

/** The client has its answer: all live versions that the quorum knew of. */
function endRead(c: u32, r: u32, row: u32, node: u32): void {
  const clock = getU32(row, CLOCK);
  const versions = liveVersions(clock);
  const ticks = toF64(getU32(c, TICK) - getU32(row, SINCE));
  tally(c, READS, 1.0);
  tally(c, VERSIONS, toF64(versions));
  if (versions <= 1) tally(c, ONE_VERSION, 1.0);
  if (knowsAll(clock, getU32(row, TRUTH)) == 0) tally(c, STALE, 1.0);
  tally(c, READ_TICKS, ticks);
  if (ticks > toF64(ticksOf(c, SLOW_MS))) tally(c, SLOW_READS, 1.0);
  const state = getU32(row, STATE);
  if ((state & TO_WRITE) != 0) startWrite(c, r, row, node);
  else setU32(row, STATE, (state & ~STAGE_MASK) | REPAIRING);
}

/** The client writes a value that takes the place of the versions it has read. */
function startWrite(c: u32, r: u32, row: u32, node: u32): void {
  const where = getU32(row, KEY);
  const slot = slotIn(where);
  const key = keyIn(where);
  const own = candidateOf(r, slot);
  const held = cellOf(c, r, node, slot, key);
  const known = ownCount(c, r, node, slot, key);
  const count = (countOf(held, own) > known ? countOf(held, own) : known) + 1;
  if (count > CLOCK_MAX) {
    tally(c, SKIPPED, 1.0);
    setU32(row, STATE, IDLE);
    return;
  }
  const written = writeClock(held, getU32(row, CLOCK), own, count);
  setCell(c, r, node, slot, key, written);
  setU32(row, CLOCK, written);
  setU32(row, TRUTH, count);
  setU32(row, STATE, WRITING);
  openStage(c, r, row, node, homesOf(c, r, getU32(row, PLACE), getU32(row, KNOWN)));
  if (isQuorum(r, row)) acknowledgeWrite(c, r, row, node);
}

function acknowledgeWrite(c: u32, r: u32, row: u32, node: u32): void {
  const state = getU32(row, STATE);
  if ((state & DONE) != 0) return;
  setU32(row, STATE, state | DONE);
  const where = getU32(row, KEY);
  acknowledge(c, r, node, slotIn(where), keyIn(where), getU32(row, TRUTH));
  const ticks = toF64(getU32(c, TICK) - getU32(row, SINCE));
  tally(c, WRITES, 1.0);
  tally(c, WRITE_TICKS, ticks);
  if (ticks > toF64(ticksOf(c, SLOW_MS))) tally(c, SLOW_WRITES, 1.0);
}

/** After the timeout whoever is silent is suspected and replaced, once; then the operation ends. */
export function checkOperation(c: u32, node: u32): void {
  const row = rowOf(c, node);
  const state = getU32(row, STATE);
  if (state == IDLE) return;
  const r = rulesOf(c);
  if (getU32(c, TICK) - getU32(row, STAGE_SINCE) < getU32(r, TIMEOUT)) return;
  const stage = state & STAGE_MASK;
  const slot = slotIn(getU32(row, KEY));
  const silent = getU8(row, ASKED) & ~getU8(row, ANSWERED);
  setSuspects(c, r, node, slot, suspectsOf(c, r, node, slot) | silent);
  if (stage == REPAIRING) {
    repairReplicas(c, r, row, node);
    setU32(row, STATE, IDLE);
    return;
  }
  const isDone = (state & DONE) != 0;
  if ((state & RETRIED) != 0) {
    if (!isDone) tally(c, stage == READING ? FAILED_READS : FAILED_WRITES, 1.0);
    setU32(row, STATE, IDLE);
    return;
  }
  const missing = silent & ~getU8(row, SUBSTITUTED);
  for (let i: u32 = 0; i < getU32(r, WIDTH); i++) {
    if (((missing >>> i) & 1) == 1) askSubstitute(c, r, row, node, i);
  }
  setU32(row, STATE, isDone ? IDLE : state | RETRIED);
  setU32(row, STAGE_SINCE, getU32(c, TICK));
}

/** Read repair: homes that answered with less than all answers together know get the rest. */
function repairReplicas(c: u32, r: u32, row: u32, node: u32): void {
  if (setting(c, READ_REPAIR) == 0) return;
  const clock = getU32(row, CLOCK);
  const where = getU32(row, KEY);
  const place = getU32(row, PLACE);
  const own = candidateOf(r, slotIn(where));
  const answered = getU8(row, ANSWERED) & ~getU8(row, SUBSTITUTED);
  for (let i: u32 = 0; i < getU32(r, WIDTH); i++) {
    if (((answered >>> i) & 1) == 0 || getU32(row, ANSWERS + i) == clock) continue;
    tally(c, READ_REPAIRS, 1.0);
    if (i == own) {
      takeClock(c, r, node, slotIn(where), keyIn(where), clock);
      continue;
    }
    const there = whereOf(candidateSlot(c, r, place, i), keyIn(where));
    sendClock(c, candidateNode(c, r, place, i), node, PUT, NO_TAG, there, clock, 0);
  }
}
