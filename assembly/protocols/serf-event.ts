/**
 * User events of Serf over memberlist's gossip, as Consul runs them. An event gets the time of its node's
 * Lamport clock and goes into that node's queue; each beat sends packets from the queue to some members, who
 * queue what they have not seen. Pings and answers carry events where there is room, exchanges of full state
 * those of the event buffer. The rest of it: event-*.ts in assembly/runtime.
 */
import { getF64, getU32, lowestBit, mul32, popcount, setU32, toF64 } from "../memory";
import { countArrived, countSent, parameter, setting } from "../runtime/access";
import {
  ACTIVE, ARRIVED, EDGES_AT, FIRST, PEERS_AT, PERIOD, REDUNDANT, REQUESTS_ARRIVED, TICK,
} from "../runtime/context";
import { sendDatagram, sendOverTcp } from "../runtime/datagrams";
import { CLOCK_WORD, EVENTS_WORD, giveBirth, retire, takeCopies } from "../runtime/event-copies";
import {
  CROWDED_OUT, QUEUED, REFUSED, cellCount, clockOf, depthOf, hasJoined, heldWord, join, rowOf,
  takePacket, talliesAt, tally, witness,
} from "../runtime/event-rows";
import {
  ACK_ROOM, EVENT_BUFFER, EVENT_BYTES, EVENT_NAMES, EXCHANGE_PERIODS, GOSSIP_NODES, GOSSIP_ROOM,
  MEMBERSHIP_BYTES, PING_ROOM, PROBE_PERIODS, REFUSES, SLOTS, STATE_LIMIT, ackBytes, memberBytes,
  partBytes, pingBytes, rulesAt, writeRules,
} from "../runtime/event-rules";
import {
  bornBefore, bornUntil, isIncomplete, isLastBorn, measureEvents, overBefore, overBy, timeOf,
} from "../runtime/event-spread";
import { CONTROL, COPY } from "../runtime/links";
import { messageFrom, messageKind, messageTo, nextMessage, openInbox } from "../runtime/mailbox";
import { ATTEMPTS, EXCHANGE, PARTNERS, drawnMember, isDue } from "../runtime/members";
import { isListed } from "../runtime/selection";
import { stateBytes } from "../runtime/swim-rules";
import { NONE, TIMER, firstActor, nextActor, startTimers, timerFires } from "../runtime/timers";

const GOSSIP: u32 = 1;
const PING: u32 = 2;
const ACK: u32 = 3;
const PUSH: u32 = 4;
const PULL: u32 = 5;

/** Purpose of the draw of whom a node pings; phases of probes and exchanges. */
const TARGETS: u32 = 0xed000000;
const PROBES: u32 = 0;
const EXCHANGES: u32 = 1;

// --- Steps

export function serfEventStart(c: u32): void {
  writeRules(c);
}

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

export function serfEventMeasure(c: u32): void {
  measureEvents(c);
}
