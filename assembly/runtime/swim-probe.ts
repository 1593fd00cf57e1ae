/**
 * Probes, gossip and exchanges of full state of the SWIM family, after memberlist's state.go. A node probes
 * one peer in a period: a ping; after a timeout indirect probes by helpers, and a ping over TCP; at the end
 * of the period a verdict. Whoever has news to spread also gossips at intervals.
 */
import { div32, getF64, getU8, getU32, mul32, setU8, setU32, toF64 } from "../memory";
import { permute } from "../kernels/permutation";
import { threefry, threefrySecond } from "../kernels/random";
import { countArrived } from "./access";
import {
  ARRIVED, NODES, OUTAGE_HITS_AT, PEERS_AT, PERIOD, REDUNDANT, REQUESTS_ARRIVED, SEED, TICK, TIMER_KIND,
} from "./context";
import { CONTROL, COPY } from "./links";
import { isUp } from "./lives";
import { messageFrom, messageKind, messagePayload, messageTo, send } from "./mailbox";
import { ATTEMPTS, EXCHANGE, PARTNERS, PHASES, drawnMember, isDue } from "./members";
import { isListed } from "./selection";
import { isDownNow, subjectOf } from "./subjects";
import { SUSPICION_TIMER, accuse, endSuspicions, tellOfLeaving, watchSuspects } from "./swim-news";
import {
  addAccusation, addNews, headOf, hearNews, isEmpty, mergeState, openPacket, post, postTcp, writeState,
} from "./swim-packets";
import {
  ALIVE, ASKED, DEAD, DEADLINE, GOSSIP_DUE, HEALTH, NACKS_DUE, NACKS_GOT, PROBE_COUNT, RELAYS, RELAYS_MAX,
  SEQUENCE, STAGE, SUSPECT, SUSPICION_DUE, TARGET, WAITING, believed, cellOf, hasNews, improve,
  isProbing, rowOf, setProbing, sinceOf, worsen,
} from "./swim-rows";
import {
  ACK_BYTES, BUDDY, EXCHANGES_REFUSED, FAILED_PROBES, FALSE_SUSPICIONS, GOSSIP_NODES, GOSSIP_TICKS,
  GOSSIP_TO_DEAD, HEALTH_MAX, INDIRECT_CHECKS, NACKS, PING_BYTES, PROBES,
  PUSH_PULL_PERIODS, REFUSES, REQUEST_BYTES, ROUND_ROBIN, STATE_BYTES, SUBJECTS, TCP_PING, TIMEOUT, rulesAt, tally,
} from "./swim-rules";
import { NONE, firstLate, nextLate } from "./timers";

const PING: u32 = 1;
const ACK: u32 = 2;
const REQUEST: u32 = 3;
const NACK: u32 = 4;
const GOSSIP: u32 = 5;
const TCP_CALL: u32 = 6;
const TCP_ANSWER: u32 = 7;
const PUSH: u32 = 8;
const PULL: u32 = 9;
/** Messages to oneself. */
const TIMEOUT_TIMER: u32 = 10;
const GOSSIP_TIMER: u32 = 11;
const RELAY_TIMER: u32 = 12;
/** Flag of a head: the helper keeps a place for this probe and will say when nobody answers. */
const KEPT: u32 = 256;

/** Purposes of draws: whom to probe, and helpers. */
const TARGETS: u32 = 0xed000000;
const HELPERS: u32 = 0xe9000000;
const ORDER: u32 = 0xd0000000;
/** Phases of gossip are drawn for 0, those of exchanges for this. */
const EXCHANGES: u32 = 1;
const NOBODY: u32 = 0xffffffff;

/** A node's period begins. */
export function swimPeriod(c: u32, node: u32): void {
  const r = rulesAt(c);
  const row = rowOf(c, node);
  const tick = getU32(c, TICK);
  // A timer that was due while the node was down is gone.
  if (getU32(row, GOSSIP_DUE) < tick) setU32(row, GOSSIP_DUE, 0);
  if (getU32(row, SUSPICION_DUE) < tick) setU32(row, SUSPICION_DUE, 0);
  watchSuspects(c, r, node, row);
  if (getU32(c, OUTAGE_HITS_AT) != 0) tellOfLeaving(c, r, node, row);
  const isNew = getU32(row, PROBE_COUNT) == 0 && tick >= getU32(c, PERIOD) << 1;
  if (isNew || isDue(c, node, getU32(r, PUSH_PULL_PERIODS), EXCHANGES)) exchange(c, r, node, row);
  if (getU8(row, STAGE) == WAITING) {
    if (tick < getU32(row, DEADLINE)) {
      setGossipTimer(c, r, node, row);
      return;
    }
    failProbe(c, r, node, row);
  }
  startProbe(c, r, node, row);
  setGossipTimer(c, r, node, row);
}

/** 1 when timeouts need no timers: they follow the nodes' phases. */
function timesOutByPhase(c: u32, r: u32): u32 {
  return getU32(c, TIMER_KIND) == 0 && getU32(r, TIMEOUT) < getU32(c, PERIOD) ? 1 : 0;
}
/** Asks others where a ping was not answered in time. */
export function swimTimeouts(c: u32): void {
  const r = rulesAt(c);
  if (timesOutByPhase(c, r) == 0) return;
  const lag = getU32(r, TIMEOUT);
  for (let node = firstLate(c, lag); node != NONE; node = nextLate(c, lag)) {
    if (isProbing(c, node) == 1) probeIndirectly(c, r, node, rowOf(c, node));
  }
}

/** Handles a message that is due. */
export function swimReceive(c: u32, m: u32): void {
  const r = rulesAt(c);
  const node = messageTo(m);
  const kind = messageKind(m);
  const row = rowOf(c, node);
  if (kind >= TIMEOUT_TIMER) {
    handleTimer(c, r, m, node, row, kind);
  } else if (kind == GOSSIP) {
    const fresh = hearNews(c, r, node, m);
    countArrived(c, fresh > 0 ? ARRIVED : REDUNDANT);
    // Most gossip is known already: such a node's row is not read at all.
    if (fresh == 0) return;
  } else if (kind >= PUSH) {
    receiveState(c, r, m, node, kind);
  } else {
    countArrived(c, REQUESTS_ARRIVED);
    hearNews(c, r, node, m);
    if (kind == PING) answer(c, r, m, node, row);
    else if (kind == ACK) receiveAck(c, r, m, node, row);
    else if (kind == REQUEST) help(c, r, m, node, row);
    else if (kind == TCP_CALL) {
      postTcp(c, node, messageFrom(m), TCP_ANSWER | CONTROL, headOf(m), toF64(getU32(r, ACK_BYTES)));
    } else if (headOf(m) == getU8(row, SEQUENCE)) {
      if (kind == NACK) setU8(row, NACKS_GOT, getU8(row, NACKS_GOT) + 1);
      else endProbe(c, node, row);
    }
  }
  setGossipTimer(c, r, node, row);
}

function handleTimer(c: u32, r: u32, m: u32, node: u32, row: u32, kind: u32): void {
  const payload = messagePayload(m);
  if (kind == GOSSIP_TIMER) {
    if (getU32(row, GOSSIP_DUE) != payload) return;
    setU32(row, GOSSIP_DUE, 0);
    if (isUp(c, node) == 1) gossip(c, r, node, row);
    return;
  }
  if (isUp(c, node) == 0) return;
  if (kind == SUSPICION_TIMER) endSuspicions(c, r, node, row, payload);
  else if (kind == RELAY_TIMER) endRelay(c, m, node, row);
  else if (getU8(row, STAGE) == WAITING && getU8(row, SEQUENCE) == payload) {
    probeIndirectly(c, r, node, row);
  }
}

/** A message to oneself; the network has no part in it. */
function setTimer(c: u32, node: u32, kind: u32, ticks: u32, payload: u32, head: u32): void {
  const m = send(c, node, node, kind, ticks, payload);
  setU32(m, 4, head << 8);
}

// --- Probes

function startProbe(c: u32, r: u32, node: u32, row: u32): void {
  const target = nextTarget(c, r, node, row);
  if (target == NOBODY) return;
  const sequence = (getU32(row, PROBE_COUNT) % 255) + 1;
  tally(c, PROBES);
  setU32(row, TARGET, target);
  setU32(row, DEADLINE, getU32(c, TICK) + mul32(getU32(c, PERIOD), getU8(row, HEALTH) + 1));
  setU8(row, SEQUENCE, sequence);
  setProbing(c, row, node, WAITING);
  setU8(row, ASKED, 0);
  setU8(row, NACKS_GOT, 0);
  setU8(row, NACKS_DUE, 0);
  openPacket(c);
  const bytes = getU32(r, PING_BYTES);
  if (getU32(r, BUDDY) == 1 && believed(c, r, row, target) == SUSPECT) {
    addAccusation(c, r, node, subjectOf(c, getU32(r, SUBJECTS), target));
  } else {
    addNews(c, r, node, row, bytes, 0);
  }
  post(c, node, target, PING | CONTROL, 0, sequence, bytes);
  if (timesOutByPhase(c, r) == 0) {
    setTimer(c, node, TIMEOUT_TIMER, getU32(r, TIMEOUT), sequence, 0);
  }
}

/** The next peer that the node does not believe dead; counts the places of its order. */
function nextTarget(c: u32, r: u32, node: u32, row: u32): u32 {
  for (let attempt: u32 = 0; attempt < ATTEMPTS; attempt++) {
    const count = getU32(row, PROBE_COUNT);
    setU32(row, PROBE_COUNT, count + 1);
    const peer = getU32(r, ROUND_ROBIN) == 1
      ? orderedPeer(c, node, count)
      : drawnMember(c, TARGETS, node, attempt);
    if (believed(c, r, row, peer) != DEAD) return peer;
  }
  return NOBODY;
}
function orderedPeer(c: u32, node: u32, count: u32): u32 {
  const others = getU32(c, NODES) - 1;
  const epoch = div32(count, others);
  const key = threefry(getU32(c, SEED), ORDER, epoch, node);
  const rank = permute(count - mul32(epoch, others), others, key, threefrySecond());
  return rank >= node ? rank + 1 : rank;
}

/** Nobody answered: helpers ping the target, and the node itself calls it over TCP. */
function probeIndirectly(c: u32, r: u32, node: u32, row: u32): void {
  if (getU8(row, ASKED) == 1) return;
  setU8(row, ASKED, 1);
  const target = getU32(row, TARGET);
  const sequence = getU8(row, SEQUENCE);
  const bytes = getU32(r, REQUEST_BYTES);
  const count = chooseHelpers(c, r, node, row, target);
  for (let i: u32 = 0; i < count; i++) {
    const helper = getU32(getU32(c, PEERS_AT), i);
    openPacket(c);
    addNews(c, r, node, row, bytes, 1 + i);
    post(c, node, helper, REQUEST | CONTROL, target, sequence, bytes);
  }
  if (getU32(r, NACKS) == 1) setU8(row, NACKS_DUE, count);
  if (getU32(r, TCP_PING) == 1) {
    postTcp(c, node, target, TCP_CALL | CONTROL, sequence, toF64(getU32(r, PING_BYTES)));
  }
}
/** Distinct peers that the node believes alive, beside the target. @returns how many there are */
function chooseHelpers(c: u32, r: u32, node: u32, row: u32, target: u32): u32 {
  const wanted = getU32(r, INDIRECT_CHECKS);
  const list = getU32(c, PEERS_AT);
  let count: u32 = 0;
  for (let attempt: u32 = 0; attempt < ATTEMPTS && count < wanted; attempt++) {
    const peer = drawnMember(c, HELPERS, node, attempt);
    if (peer == target || isListed(list, count, peer)) continue;
    if (believed(c, r, row, peer) != ALIVE) continue;
    setU32(list, count, peer);
    count++;
  }
  return count;
}

/** The target answers, to whoever sent the ping. */
function answer(c: u32, r: u32, m: u32, node: u32, row: u32): void {
  const bytes = getU32(r, ACK_BYTES);
  openPacket(c);
  addNews(c, r, node, row, bytes, 9);
  post(c, node, messageFrom(m), ACK | CONTROL, messagePayload(m), headOf(m), bytes);
}

/** Payload of a ping and its answer: 0, or who asked for it, plus 1. */
function receiveAck(c: u32, r: u32, m: u32, node: u32, row: u32): void {
  const asker = messagePayload(m);
  const sequence = headOf(m) & 255;
  if (asker == 0) {
    if (sequence == getU8(row, SEQUENCE)) endProbe(c, node, row);
    return;
  }
  if ((headOf(m) & KEPT) != 0 && clearRelay(row, asker - 1, sequence) == 0) return;
  openPacket(c);
  addNews(c, r, node, row, getU32(r, ACK_BYTES), 10);
  post(c, node, asker - 1, ACK | CONTROL, 0, sequence, getU32(r, ACK_BYTES));
}

/** An answer after the deadline is too late. */
function endProbe(c: u32, node: u32, row: u32): void {
  if (getU8(row, STAGE) != WAITING || getU32(c, TICK) > getU32(row, DEADLINE)) return;
  setProbing(c, row, node, 0);
  improve(row);
}

/** Nobody reached the target. Helpers that said nothing at all count against the node's own health. */
function failProbe(c: u32, r: u32, node: u32, row: u32): void {
  const target = getU32(row, TARGET);
  // A node that slept through the timeout asks too late for any answer.
  if (getU8(row, ASKED) == 0) probeIndirectly(c, r, node, row);
  setProbing(c, row, node, 0);
  tally(c, FAILED_PROBES);
  if (isDownNow(c, target) == 0) tally(c, FALSE_SUSPICIONS);
  const due = getU8(row, NACKS_DUE);
  const got = getU8(row, NACKS_GOT);
  if (due == 0) worsen(row, 1, getU32(r, HEALTH_MAX));
  else if (got < due) worsen(row, due - got, getU32(r, HEALTH_MAX));
  const subjects = getU32(r, SUBJECTS);
  const s = subjectOf(c, subjects, target);
  if (s < subjects) accuse(c, r, node, s);
}

// --- Probes for others

function relayKey(asker: u32, sequence: u32): u32 {
  return ((asker << 8) | sequence) >>> 0;
}
/** Takes a kept probe out. @returns 1 when it was there */
function clearRelay(row: u32, asker: u32, sequence: u32): u32 {
  const key = relayKey(asker, sequence);
  for (let i: u32 = 0; i < RELAYS_MAX; i++) {
    if (getU32(row, RELAYS + i) != key) continue;
    setU32(row, RELAYS + i, 0);
    return 1;
  }
  return 0;
}

/** Pings for another; with no place left to remember it the answer is passed on, but silence is not told. */
function help(c: u32, r: u32, m: u32, node: u32, row: u32): void {
  const asker = messageFrom(m);
  const sequence = headOf(m);
  let flag: u32 = 0;
  for (let i: u32 = 0; i < RELAYS_MAX && flag == 0; i++) {
    if (getU32(row, RELAYS + i) != 0) continue;
    setU32(row, RELAYS + i, relayKey(asker, sequence));
    flag = KEPT;
    setTimer(c, node, RELAY_TIMER, getU32(r, TIMEOUT), asker, sequence);
  }
  openPacket(c);
  addNews(c, r, node, row, getU32(r, PING_BYTES), 11);
  post(
    c, node, messagePayload(m), PING | CONTROL, asker + 1, sequence | flag, getU32(r, PING_BYTES),
  );
}
function endRelay(c: u32, m: u32, node: u32, row: u32): void {
  const sequence = headOf(m);
  if (clearRelay(row, messagePayload(m), sequence) == 0) return;
  if (getU32(rulesAt(c), NACKS) == 0) return;
  openPacket(c);
  post(c, node, messagePayload(m), NACK | CONTROL, 0, sequence, 0);
}

// --- Gossip

/** Sets the timer for the next beat of the node's own phase, when there is news and none is set. */
function setGossipTimer(c: u32, r: u32, node: u32, row: u32): void {
  if (!hasNews(row) || getU32(row, GOSSIP_DUE) != 0 || getU32(r, GOSSIP_TICKS) == 0) return;
  const interval = getU32(r, GOSSIP_TICKS);
  const tick = getU32(c, TICK);
  const phase = threefry(getU32(c, SEED), PHASES, 0, node) % interval;
  const ticks = interval - ((tick + phase) % interval);
  setU32(row, GOSSIP_DUE, tick + ticks);
  setTimer(c, node, GOSSIP_TIMER, ticks, tick + ticks, 0);
}
function gossip(c: u32, r: u32, node: u32, row: u32): void {
  const wanted = getU32(r, GOSSIP_NODES);
  const list = getU32(c, PEERS_AT);
  let count: u32 = 0;
  for (let attempt: u32 = 0; attempt < ATTEMPTS && count < wanted; attempt++) {
    const peer = drawnMember(c, PARTNERS, node, attempt);
    if (isListed(list, count, peer) || isLongDead(c, r, node, row, peer)) continue;
    setU32(list, count, peer);
    count++;
  }
  for (let i: u32 = 0; i < count; i++) {
    openPacket(c);
    addNews(c, r, node, row, 0, 16 + i);
    if (isEmpty(c)) break;
    post(c, node, getU32(list, i), GOSSIP | COPY, 0, 0, 0);
  }
}
function isLongDead(c: u32, r: u32, node: u32, row: u32, peer: u32): bool {
  if (believed(c, r, row, peer) != DEAD) return false;
  const subjects = getU32(r, SUBJECTS);
  const s = subjectOf(c, subjects, peer);
  if (s == subjects) return true;
  return getU32(c, TICK) - sinceOf(cellOf(c, r, node, s)) > getU32(r, GOSSIP_TO_DEAD);
}

// --- Exchanges of full state

function exchange(c: u32, r: u32, node: u32, row: u32): void {
  for (let attempt: u32 = 0; attempt < ATTEMPTS; attempt++) {
    const peer = drawnMember(c, PARTNERS | EXCHANGE, node, attempt);
    if (believed(c, r, row, peer) != ALIVE) continue;
    sendState(c, r, node, peer, PUSH);
    return;
  }
}
function sendState(c: u32, r: u32, node: u32, peer: u32, kind: u32): void {
  const m = postTcp(c, node, peer, kind | COPY, 0, getF64(r, STATE_BYTES));
  writeState(c, r, node, getU32(r, SUBJECTS), m);
}
function receiveState(c: u32, r: u32, m: u32, node: u32, kind: u32): void {
  if (getU32(r, REFUSES) == 1) {
    tally(c, EXCHANGES_REFUSED);
    countArrived(c, REDUNDANT);
    return;
  }
  if (kind == PUSH) sendState(c, r, node, messageFrom(m), PULL);
  const fresh = mergeState(c, r, node, getU32(r, SUBJECTS), m);
  countArrived(c, fresh > 0 ? ARRIVED : REDUNDANT);
}
