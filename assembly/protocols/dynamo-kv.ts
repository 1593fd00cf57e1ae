/**
 * A replicated key-value store after the Dynamo paper: keys live on the next nodes of a consistent hashing ring, reads
 * and writes wait for R and W of N homes, substitutes keep hints for homes that do not answer, homes compare their
 * ranges by Merkle trees, and removals of nodes spread by gossip between random pairs.
 *
 * Every range has a few keys that are written during a trial, and each replica a vector clock for each of these.
 */
import { clearBit, getBit, getU32, div32, mul32, popcount, setBit, setU32, toF64 } from "../memory";
import { countArrived, field, setting } from "../runtime/access";
import {
  ARRIVED, END, FIRST, NODES, PERIOD, REDUNDANT, REQUESTS_ARRIVED, TICK,
} from "../runtime/context";
import { answerHandoff, deliverHints, hintedClock, receiveHanded, storeHint } from "../runtime/dynamo-hints";
import {
  FOR_HOME, GET, GOT, HANDED, HANDOFF, MEMBERS, MEMBERS_BACK, NO_TAG, PUT, PUT_DONE, PUT_HINT, SYNC, SYNCED, VERSION,
  WHERE, sendBytes, sendClock,
} from "../runtime/dynamo-messages";
import {
  checkOperation, keyIn, receiveGot, receivePutDone, slotIn, startOperation,
} from "../runtime/dynamo-operations";
import { receiveSync, receiveSynced, startSync } from "../runtime/dynamo-repair";
import {
  HELD, HINT_PERIODS, KEYS, KNOWN, MEMBER_PERIODS, REMOVALS, REMOVE_TICK, RETRY_PERIODS, SLOTS, SYNCED as IN_SYNC,
  SYNC_PERIODS, TALLY_COUNT, TIMEOUT, TREES_AT, TREES_REBUILT, TREE_REBUILD, candidateOf, cellOf,
  homesOf, placeOfSlot, rowOf, rulesOf, setSuspects, takeClock, tallied, tally, ticksOf, truthOf, writeRules,
} from "../runtime/dynamo-store";
import { nextUp } from "../runtime/lives";
import {
  messageFrom, messageKind, messagePayload, messageTo, nextMessage, openInbox,
} from "../runtime/mailbox";
import { isDue } from "../runtime/members";
import { choosePeers, chosenPeer } from "../runtime/peers";
import { subjectNode } from "../runtime/subjects";
import {
  NONE, TIMER, firstActor, firstLate, nextActor, nextLate, startTimers, timerFires,
} from "../runtime/timers";
import { addCell } from "../runtime/values";
import { knowsAll } from "../runtime/vector-clock";

/** Cells: nodes whose ranges have all acknowledged writes, hints held, removals known; then the tallies. */
const COVERED: u32 = 0;
const LIVE_NODES: u32 = 1;
const HINTS_HELD: u32 = 2;
const REMOVALS_KNOWN: u32 = 3;
const TALLY_CELL: u32 = 4;
/** A node is asked in one of so many steps whether one of its ranges is in sync. */
const TURNS_MASK: u32 = 7;
/** What tells the phases of rarer actions apart. */
const MEMBERS_PHASE: u32 = 0;
const HINTS_PHASE: u32 = 1;
const SYNC_PHASE: u32 = 2;
const RETRY_PHASE: u32 = 3;
/** Checks of waiting operations in a period, at most. */
const CHECKS: u32 = 16;
/** A removal in a message: node, version, kind. */
const REMOVAL_BYTES: u32 = 16;

export function dynamoKvStart(c: u32): void {
  writeRules(c);
}

export function dynamoKvMeasure(c: u32): void {
  const end = getU32(c, END);
  const tick = getU32(c, TICK);
  const step = div32(mul32(tick, 10) + 9, getU32(c, PERIOD));
  for (let node = nextUp(c, getU32(c, FIRST), end); node < end; node = nextUp(c, node + 1, end)) {
    const row = rowOf(c, node);
    // Nothing is written before the first tick.
    if (tick == 0) setBit(field(c, IN_SYNC), node);
    else if (((node + step) & TURNS_MASK) == 0) askNode(c, node, step);
    addCell(c, LIVE_NODES, 1.0);
    if (getBit(field(c, IN_SYNC), node) == 1) addCell(c, COVERED, 1.0);
    addCell(c, HINTS_HELD, toF64(popcount(getU32(row, HELD))));
    addCell(c, REMOVALS_KNOWN, toF64(popcount(getU32(row, KNOWN))));
  }
  for (let i: u32 = 0; i < TALLY_COUNT; i++) addCell(c, TALLY_CELL + i, tallied(c, i));
}

/** Notes whether one of the node's ranges, each in turn, has every write that was acknowledged. */
function askNode(c: u32, node: u32, step: u32): void {
  const r = rulesOf(c);
  const slot = ((step >>> 3) + node) % getU32(r, SLOTS);
  const place = placeOfSlot(c, r, node, slot);
  const homes = homesOf(c, r, place, getU32(rowOf(c, node), KNOWN));
  let isInSync = true;
  if (((homes >>> candidateOf(r, slot)) & 1) == 1) {
    for (let key: u32 = 0; key < getU32(r, KEYS); key++) {
      if (knowsAll(cellOf(c, r, node, slot, key), truthOf(c, r, place, key)) == 0) isInSync = false;
    }
  }
  if (isInSync) setBit(field(c, IN_SYNC), node);
  else clearBit(field(c, IN_SYNC), node);
}

export function dynamoKvReceive(c: u32): void {
  openInbox(c);
  for (let m = nextMessage(c); m != 0; m = nextMessage(c)) {
    const node = messageTo(m);
    const kind = messageKind(m);
    if (kind == TIMER) {
      if (timerFires(c, m, node) == 1) act(c, node);
      continue;
    }
    if (kind == PUT || kind == HANDOFF) receiveValue(c, m, node, kind);
    else if (kind == PUT_HINT) receiveHint(c, m, node);
    else countArrived(c, REQUESTS_ARRIVED);
    if (kind == GET) answerGet(c, m, node);
    else if (kind == GOT) receiveGot(c, m, node);
    else if (kind == PUT_DONE) receivePutDone(c, m, node);
    else if (kind == HANDED) receiveHanded(c, m, node);
    else if (kind == SYNC) receiveSync(c, m, node);
    else if (kind == SYNCED) receiveSynced(c, m, node);
    else if (kind == MEMBERS || kind == MEMBERS_BACK) receiveMembers(c, m, node, kind);
  }
}

export function dynamoKvAct(c: u32): void {
  const tick = getU32(c, TICK);
  if (tick == 0) startTimers(c);
  const r = rulesOf(c);
  if (setting(c, REMOVALS) > 0 && tick == getU32(r, REMOVE_TICK)) removeNodes(c);
  const period = getU32(c, PERIOD);
  const pace = div32(period, CHECKS) > getU32(r, TIMEOUT) ? div32(period, CHECKS) : getU32(r, TIMEOUT);
  for (let lag = pace; lag < period; lag += pace) {
    for (let node = firstLate(c, lag); node != NONE; node = nextLate(c, lag)) checkOperation(c, node);
  }
  for (let node = firstActor(c); node != NONE; node = nextActor(c, node)) act(c, node);
}

/** A node's period: what is due, and one operation of a client. */
function act(c: u32, node: u32): void {
  const r = rulesOf(c);
  checkOperation(c, node);
  if (isDue(c, node, getU32(r, RETRY_PERIODS), RETRY_PHASE)) {
    for (let slot: u32 = 0; slot < getU32(r, SLOTS); slot++) setSuspects(c, r, node, slot, 0);
  }
  startOperation(c, node);
  if (isDue(c, node, getU32(r, HINT_PERIODS), HINTS_PHASE)) deliverHints(c, node);
  if (isDue(c, node, getU32(r, SYNC_PERIODS), SYNC_PHASE)) startSync(c, node);
  if (isDue(c, node, getU32(r, MEMBER_PERIODS), MEMBERS_PHASE)) tellMembers(c, node);
}

/** A home takes a value; a read repair wants no answer. */
function receiveValue(c: u32, m: u32, node: u32, kind: u32): void {
  const where = getU32(m, WHERE);
  const isNews = takeClock(c, rulesOf(c), node, slotIn(where), keyIn(where), getU32(m, VERSION));
  countArrived(c, isNews ? ARRIVED : REDUNDANT);
  if (kind == HANDOFF) answerHandoff(c, m, node);
  else if (messagePayload(m) != NO_TAG) {
    sendClock(c, messageFrom(m), node, PUT_DONE, messagePayload(m), 0, 0, 0);
  }
}
function receiveHint(c: u32, m: u32, node: u32): void {
  countArrived(c, ARRIVED);
  storeHint(c, m, node);
  sendClock(c, messageFrom(m), node, PUT_DONE, messagePayload(m), 1, 0, 0);
}
/** A home tells what it has, a substitute what it keeps for the home. */
function answerGet(c: u32, m: u32, node: u32): void {
  const where = getU32(m, WHERE);
  const isHome = getU32(m, FOR_HOME) == 0;
  const clock = isHome
    ? cellOf(c, rulesOf(c), node, slotIn(where), keyIn(where))
    : hintedClock(c, m, node);
  sendClock(c, messageFrom(m), node, GOT, messagePayload(m), isHome ? 0 : 1, clock, 0);
}

/** The operator removes nodes, and tells one other node each. */
function removeNodes(c: u32): void {
  const removals = setting(c, REMOVALS);
  for (let removal: u32 = 0; removal < removals; removal++) {
    const told = (subjectNode(c, removals, removal) + 1) % getU32(c, NODES);
    if (told >= getU32(c, FIRST) && told < getU32(c, END)) learnMembers(c, told, 1 << removal);
  }
}
/** Two nodes reconcile what they know of the members, whether or not anything has changed. */
function tellMembers(c: u32, node: u32): void {
  const peers = choosePeers(c, node);
  for (let index: u32 = 0; index < peers; index++) sendMembers(c, chosenPeer(c, index), node, MEMBERS);
}
function sendMembers(c: u32, to: u32, node: u32, kind: u32): void {
  const known = getU32(rowOf(c, node), KNOWN);
  sendBytes(c, to, node, kind, known, toF64(mul32(popcount(known), REMOVAL_BYTES)));
}
function receiveMembers(c: u32, m: u32, node: u32, kind: u32): void {
  learnMembers(c, node, messagePayload(m));
  if (kind == MEMBERS) sendMembers(c, messageFrom(m), node, MEMBERS_BACK);
}

/** Ranges that a removal moves need new trees before they can be compared. */
function learnMembers(c: u32, node: u32, told: u32): void {
  const row = rowOf(c, node);
  const known = getU32(row, KNOWN);
  const news = told & ~known;
  if (news == 0) return;
  setU32(row, KNOWN, (known | told) >>> 0);
  const r = rulesOf(c);
  for (let slot: u32 = 0; slot < getU32(r, SLOTS); slot++) {
    const place = placeOfSlot(c, r, node, slot);
    if (homesOf(c, r, place, known) == homesOf(c, r, place, (known | told) >>> 0)) continue;
    tally(c, TREES_REBUILT, 1.0);
    setU32(row, TREES_AT, getU32(c, TICK) + 1 + ticksOf(c, TREE_REBUILD));
  }
}
