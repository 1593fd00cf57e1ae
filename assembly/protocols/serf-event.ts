/**
 * User events of Serf over memberlist's gossip, as Consul runs them. An event gets the time of its node's
 * Lamport clock and goes into that node's queue; each beat sends packets from the queue to some members, who
 * queue what they have not seen. Pings and answers carry events where there is room, exchanges of full state
 * those of the event buffer. Rows: assembly/runtime/event-rows.ts; births: event-spread.ts.
 */
import { addF64, div32, getF64, getU32, lowestBit, mul32, popcount, setU32, toF64, toU32 } from "../memory";
import { drawBelow } from "../kernels/random";
import { countArrived, countLatest, countSent, parameter, setting } from "../runtime/access";
import {
  ACTIVE, ARRIVED, CELLS_AT, EDGES_AT, END, FIRST, LAST_TICK, MORTAL, NODES, ORIGIN, PEERS_AT, PERIOD,
  REDUNDANT, REQUESTS_ARRIVED, SEED, TICK,
} from "../runtime/context";
import { countdownWords } from "../runtime/countdown";
import { sendDatagram, sendOverTcp } from "../runtime/datagrams";
import {
  ACK_ROOM, COPIES, CROWDED_OUT, DELIVERED, DEPTH_MAX, EXCHANGE_PERIODS, EXPIRED, FIRST_COPIES,
  GOSSIP_ROOM, MERGED, OWED, PING_ROOM, PROBE_PERIODS, QUEUED, REFUSED, REFUSES, REPAIRED, SLOTS, TALLIES,
  TOO_OLD, TRANSMITS, WORDS, cellCount, clockOf, depthOf, enqueue, hasJoined, heldWord, hold, holds, join,
  release, rowOf, rulesAt, takePacket, talliesAt, tally, witness,
} from "../runtime/event-rows";
import {
  COVERED, LIVE, REACHED_CELLS, TALLY_CELLS, bornBefore, bornUntil, isIncomplete, isLastBorn, judgeSpread,
  overBefore, overBy, reachedOf, setReached, setTime, timeOf,
} from "../runtime/event-spread";
import { CONTROL, COPY } from "../runtime/links";
import { isUp, nextUp } from "../runtime/lives";
import {
  messageFrom, messageKind, messagePayload, messageTo, nextMessage, openInbox,
} from "../runtime/mailbox";
import { ATTEMPTS, EXCHANGE, PARTNERS, drawnMember, isDue } from "../runtime/members";
import { isListed } from "../runtime/selection";
import { isStateRefused, pushPullFactor, retransmitLimit, stateBytes } from "../runtime/swim-rules";
import { NONE, TIMER, firstActor, nextActor, startTimers, timerFires } from "../runtime/timers";
import { addCell, raiseCell } from "../runtime/values";

const GOSSIP: u32 = 1;
const PING: u32 = 2;
const ACK: u32 = 3;
const PUSH: u32 = 4;
const PULL: u32 = 5;

/** Parameters, in order of src/protocols/serf-event/protocol.ts. */
const GOSSIP_INTERVAL: u32 = 2;
const SOURCE: u32 = 3;
const ANY: u32 = 0;
const EVENT_NAMES: u32 = 4;
const EVENT_BYTES: u32 = 5;
const EVENT_BUFFER: u32 = 6;
const ACTIVE_EVENTS: u32 = 7;
const GOSSIP_NODES: u32 = 8;
const RETRANSMIT_MULT: u32 = 9;
const PROBE_INTERVAL: u32 = 10;
const PUSH_PULL_INTERVAL: u32 = 11;
const UDP_BUFFER: u32 = 12;
const MEMBERSHIP_BYTES: u32 = 13;
const COORDINATE_BYTES: u32 = 14;
const NAME_BYTES: u32 = 15;
const META_BYTES: u32 = 16;
const STATE_LIMIT: u32 = 17;
const EVENTS: u32 = 0;

/** memberlist's net.go: a compound message, and of each part its length and that it is the user's. */
const COMPOUND_BYTES: u32 = 2;
const USER_BYTES: u32 = 1;
const PART_BYTES: u32 = 2 + USER_BYTES;
/** Words of a message: the sender's clock, then a word of events for each cell. */
const CLOCK_WORD: u32 = 4;
const EVENTS_WORD: u32 = 5;

/** Purposes of draws: where an event is born, and whom a node pings; phases of probes and exchanges. */
const BIRTHPLACE: u32 = 0xf4000000;
const TARGETS: u32 = 0xed000000;
const PROBES: u32 = 0;
const EXCHANGES: u32 = 1;
const SLOTS_MAX: u32 = 256;

// --- What all nodes play by

export function serfEventStart(c: u32): void {
  const r = rulesAt(c);
  const nodes = getU32(c, NODES);
  const wanted = setting(c, EVENTS) < setting(c, ACTIVE_EVENTS) ? EVENTS : ACTIVE_EVENTS;
  let slots: u32 = 32;
  while (slots < setting(c, wanted) && slots < SLOTS_MAX) slots = slots << 1;
  const transmits = retransmitLimit(setting(c, RETRANSMIT_MULT), nodes);
  setU32(r, SLOTS, slots);
  setU32(r, TRANSMITS, transmits);
  setU32(r, WORDS, 1 + countdownWords(transmits));
  setU32(r, GOSSIP_ROOM, roomBeside(c, setting(c, MEMBERSHIP_BYTES)));
  setU32(r, PING_ROOM, roomBeside(c, pingBytes(c)));
  setU32(r, ACK_ROOM, roomBeside(c, ackBytes(c)));
  setU32(r, PROBE_PERIODS, periodsOf(c, parameter(c, PROBE_INTERVAL)));
  const exchanges = toF64(pushPullFactor(nodes)) * parameter(c, PUSH_PULL_INTERVAL);
  setU32(r, EXCHANGE_PERIODS, periodsOf(c, exchanges));
  setU32(r, REFUSES, isStateRefused(c, memberBytes(c), parameter(c, STATE_LIMIT)));
}
/** Events that fit into a packet which has other content, too. */
function roomBeside(c: u32, taken: u32): u32 {
  const budget = setting(c, UDP_BUFFER) - COMPOUND_BYTES;
  return budget < taken ? 0 : div32(budget - taken, setting(c, EVENT_BYTES) + PART_BYTES);
}
function periodsOf(c: u32, ms: f64): u32 {
  if (ms == 0.0) return 0;
  const periods = toU32(ms / parameter(c, GOSSIP_INTERVAL) + 0.5);
  return periods == 0 ? 1 : periods;
}
/** Sizes as swim-lifeguard has them; Serf's answers to pings carry a coordinate. */
function pingBytes(c: u32): u32 {
  return 46 + (setting(c, NAME_BYTES) << 1);
}
function ackBytes(c: u32): u32 {
  return 10 + setting(c, COORDINATE_BYTES);
}
function memberBytes(c: u32): u32 {
  return 70 + setting(c, NAME_BYTES) + setting(c, META_BYTES);
}
/** Bytes of events in a packet; one alone goes without the frame of a compound message. */
function partBytes(c: u32, events: u32): u32 {
  const bytes = setting(c, EVENT_BYTES);
  if (events == 1) return bytes + USER_BYTES;
  return events == 0 ? 0 : COMPOUND_BYTES + mul32(events, bytes + PART_BYTES);
}

// --- Steps

export function serfEventReceive(c: u32): void {
  const r = rulesAt(c);
  const over = overBy(c, r, getU32(c, TICK));
  for (let event = overBefore(c, r, getU32(c, TICK)); event < over; event++) retire(c, r, event);
  openInbox(c);
  for (let m = nextMessage(c); m != 0; m = nextMessage(c)) {
    if (messageKind(m) != TIMER) receive(c, r, m);
    else if (timerFires(c, m, messageTo(m)) == 1) beat(c, r, messageTo(m));
  }
}
function receive(c: u32, r: u32, m: u32): void {
  const node = messageTo(m);
  const kind = messageKind(m);
  if (kind == PUSH || kind == PULL) {
    receiveState(c, r, m, node, kind);
    return;
  }
  const fresh = takeCopies(c, r, m, node, 0);
  if (kind == GOSSIP) {
    countArrived(c, fresh > 0 ? ARRIVED : REDUNDANT);
    return;
  }
  countArrived(c, REQUESTS_ARRIVED);
  if (kind != PING) return;
  const room = getU32(r, ACK_ROOM);
  sendEvents(c, r, node, messageFrom(m), ACK | CONTROL, room, ackBytes(c));
}

export function serfEventAct(c: u32): void {
  const tick = getU32(c, TICK);
  const r = rulesAt(c);
  if (tick == 0) startTimers(c);
  const born = bornUntil(c, tick);
  for (let event = bornBefore(c, tick); event < born; event++) giveBirth(c, r, event);
  if (goesOn(c, r)) countSent(c, ACTIVE);
  for (let node = firstActor(c); node != NONE; node = nextActor(c, node)) beat(c, r, node);
}
/** The trial waits for queues; its first shard for births, and for what exchanges still repair. */
function goesOn(c: u32, r: u32): bool {
  if (getF64(talliesAt(c), QUEUED) > 0) return true;
  if (getU32(c, FIRST) > 0) return false;
  return !isLastBorn(c, getU32(c, TICK)) || (isIncomplete(c) && repairs(c, r));
}
function repairs(c: u32, r: u32): bool {
  if (getU32(r, EXCHANGE_PERIODS) == 0 || getU32(r, REFUSES) == 1) return false;
  return setting(c, EVENT_NAMES) == 0;
}

/** A node's beat: gossip while its queue holds events, and at times a probe and an exchange. */
function beat(c: u32, r: u32, node: u32): void {
  const row = rowOf(c, r, node);
  if (depthOf(row) > 0) gossip(c, r, node, row);
  if (isDue(c, node, getU32(r, PROBE_PERIODS), PROBES)) {
    const target = drawnMember(c, TARGETS, node, 0);
    sendEvents(c, r, node, target, PING | CONTROL, getU32(r, PING_ROOM), pingBytes(c));
  }
  // Whoever starts later than all others fetches the state of the group.
  const isLate = !hasJoined(row) && getU32(c, TICK) >= getU32(c, PERIOD) << 1;
  join(row);
  if (isLate || isDue(c, node, getU32(r, EXCHANGE_PERIODS), EXCHANGES)) {
    sendState(c, r, node, drawnMember(c, PARTNERS | EXCHANGE, node, 0), PUSH);
  }
}

function gossip(c: u32, r: u32, node: u32, row: u32): void {
  const wanted = setting(c, GOSSIP_NODES);
  const list = getU32(c, PEERS_AT);
  let count: u32 = 0;
  for (let attempt: u32 = 0; attempt < ATTEMPTS && count < wanted; attempt++) {
    const peer = drawnMember(c, PARTNERS, node, attempt);
    if (isListed(list, count, peer)) continue;
    setU32(list, count, peer);
    count++;
  }
  const room = getU32(r, GOSSIP_ROOM);
  for (let i: u32 = 0; i < count && depthOf(row) > 0 && room > 0; i++) {
    sendEvents(c, r, node, getU32(list, i), GOSSIP | COPY, room, setting(c, MEMBERSHIP_BYTES));
  }
}

/** Sends a datagram with as many events of the node's queue as there is room for. */
function sendEvents(
  c: u32, r: u32, node: u32, to: u32, kind: u32, room: u32, bytes: u32,
): void {
  const row = rowOf(c, r, node);
  const depth = depthOf(row);
  const newest = bornUntil(c, getU32(c, TICK)) - 1;
  const taken: u32 = depth == 0 ? 0 : takePacket(c, r, row, room, newest);
  if (depth > taken) tally(c, CROWDED_OUT, toF64(depth - taken));
  const over = overBy(c, r, getU32(c, TICK));
  const m = sendDatagram(c, node, to, kind, over, bytes + partBytes(c, taken));
  if (m == 0) return;
  const packet = getU32(c, EDGES_AT);
  for (let cell: u32 = 0; cell < cellCount(r); cell++) {
    setU32(m, EVENTS_WORD + cell, taken == 0 ? 0 : getU32(packet, cell));
  }
}

// --- Events

/** An event is fired; where its node is down there is none. */
function giveBirth(c: u32, r: u32, event: u32): void {
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
function takeCopies(c: u32, r: u32, m: u32, node: u32, isState: u32): u32 {
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
function retire(c: u32, r: u32, event: u32): void {
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

// --- Exchanges of full state

/** Sends all members, and the events of the buffer. */
function sendState(c: u32, r: u32, node: u32, to: u32, kind: u32): void {
  const row = rowOf(c, r, node);
  const over = overBy(c, r, getU32(c, TICK));
  const list = getU32(c, EDGES_AT);
  let events: u32 = 0;
  for (let cell: u32 = 0; cell < cellCount(r); cell++) {
    const bits = bufferedWord(c, r, row, cell, over);
    setU32(list, cell, bits);
    events = events + popcount(bits);
  }
  const members = stateBytes(c, memberBytes(c), parameter(c, STATE_LIMIT));
  const bytes = members + toF64(mul32(events, setting(c, EVENT_BYTES)));
  const m = sendOverTcp(c, node, to, kind | CONTROL, over, bytes);
  if (m == 0) return;
  setU32(m, CLOCK_WORD, clockOf(row) - 1);
  for (let cell: u32 = 0; cell < cellCount(r); cell++) {
    setU32(m, EVENTS_WORD + cell, getU32(list, cell));
  }
}
/** Held events of a cell that no later one has overwritten in the node's event buffer. */
function bufferedWord(c: u32, r: u32, row: u32, cell: u32, over: u32): u32 {
  const held = heldWord(r, row, cell);
  const now = clockOf(row);
  const buffer = setting(c, EVENT_BUFFER);
  if (now <= buffer) return held;
  let kept: u32 = held;
  let left = held;
  while (left != 0) {
    const bit = lowestBit(left);
    left = left & (left - 1);
    const slot = (cell << 5) + bit;
    const event = over + ((slot - over) & (getU32(r, SLOTS) - 1));
    if (timeOf(c, r, event) < now - buffer) kept = kept & ~(1 << bit);
  }
  return kept >>> 0;
}

function receiveState(c: u32, r: u32, m: u32, node: u32, kind: u32): void {
  countArrived(c, REQUESTS_ARRIVED);
  if (getU32(r, REFUSES) == 1) {
    tally(c, REFUSED, 1.0);
    return;
  }
  if (kind == PUSH) sendState(c, r, node, messageFrom(m), PULL);
  witness(rowOf(c, r, node), getU32(m, CLOCK_WORD));
  takeCopies(c, r, m, node, 1);
}

// --- Measures

export function serfEventMeasure(c: u32): void {
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
