/**
 * A hash ring in a gossiped key-value store, as Loki and Mimir keep theirs: every instance rewrites its entry at
 * each heartbeat, and whoever merges something new passes just that on. The queue of received messages has an end.
 * Tracked instances stand for all: their entries take the room, the bytes and the work of as many others.
 */
import { addF64, getF64, getU32, mul32, setU32, toF64, toU32 } from "../memory";
import { threefry } from "../kernels/random";
import { countArrived, countBytes, countSent, field, parameter, setting } from "../runtime/access";
import {
  ARRIVED, END, FIRST, LOST, NODES, PERIOD, REDUNDANT, REQUESTED, REQUESTS_ARRIVED, SEED, SENT, SHARD, TICK,
} from "../runtime/context";
import { delayOf, replyDelay } from "../runtime/delay";
import { CONTROL, COPY } from "../runtime/links";
import { nextUp } from "../runtime/lives";
import {
  messageFrom, messageKind, messagePayload, messageTo, nextMessage, openInbox, sendSized,
} from "../runtime/mailbox";
import { hasTurn, retransmitLimit, ticksPerMs } from "../runtime/members";
import { choosePeers, chosenEdge, chosenPeer, isMessageLost } from "../runtime/peers";
import {
  OWN_CELLS, acquit, convict, countBeliever, forgetBelievers, measureBeliefs, subjectNode, subjectOf,
} from "../runtime/subjects";
import { NONE, TIMER, firstActor, nextActor, startTimers, timerFires } from "../runtime/timers";
import { addCell } from "../runtime/values";

const ENTRIES: u32 = 1;
const EXCHANGE: u32 = 2;
const EXCHANGE_ANSWER: u32 = 3;
/** First of the words of a message: a heartbeat of two instances each; 0 where it has none. */
const BEATS: u32 = 4;

/** Parameters, in the order of src/protocols/ring-kv/protocol.ts; times in milliseconds. */
const SUBJECTS: u32 = 0;
const GOSSIP_INTERVAL: u32 = 2;
const HEARTBEAT_INTERVAL: u32 = 3;
const HEARTBEAT_TIMEOUT: u32 = 4;
const RETRANSMIT_MULT: u32 = 5;
const PUSH_PULL_INTERVAL: u32 = 6;
const TOKENS: u32 = 7;
const PACKET_BYTES: u32 = 8;
const QUEUE: u32 = 9;
const MERGES_PER_SECOND: u32 = 10;
const LEAVE_AT: u32 = 11;
const TOMBSTONE: u32 = 12;

/** Fields beside the believers. A row: messages that wait to be merged, and the tick at which they were counted. */
const ROWS: u32 = 1;
const CELLS: u32 = 2;
const TALLIES: u32 = 3;
const WAITING: u32 = 0;
const COUNTED: u32 = 1;
/** A cell: 0 unknown, else heartbeats + 1; transmits left; whether it has left; whether it is believed down. */
const BEAT_MASK: u32 = 0xffff;
const TRANSMITS_SHIFT: u32 = 16;
const TRANSMITS_MASK: u32 = 0xff0000;
const LEFT: u32 = 0x1000000;
const DOWN: u32 = 0x2000000;

/** An entry without its tokens, and what a token takes in the packed list. */
const ENTRY_BYTES: f64 = 100.0;
const TOKEN_BYTES: f64 = 5.0;

/** Tallies of a shard, each a cell, too; then cells that are added up at each step. */
const OFFERED: u32 = 0;
const DROPPED: u32 = 1;
const LEFT_OUT: u32 = 2;
const TALLY_COUNT: u32 = 3;
const AGES: u32 = OWN_CELLS + TALLY_COUNT;
const KNOWN: u32 = AGES + 1;
const GHOSTS: u32 = AGES + 2;
const BACKLOG: u32 = AGES + 3;

/** Purposes of draws: entries that a packet has room for, entries that the queue has room for. */
const ROOM_DRAW: u32 = 0xfc100000;
const QUEUE_DRAW: u32 = 0xfc100001;

export function ringKvStart(c: u32): void {
  const cells = mul32(getU32(c, END), setting(c, SUBJECTS));
  for (let cell = mul32(getU32(c, FIRST), setting(c, SUBJECTS)); cell < cells; cell++) {
    setU32(field(c, CELLS), cell, 1);
  }
}

export function ringKvMeasure(c: u32): void {
  const subjects = setting(c, SUBJECTS);
  const end = getU32(c, END);
  const tick = toF64(getU32(c, TICK));
  const hasLeft = leaves(c);
  forgetBelievers(c, subjects);
  for (let node = nextUp(c, getU32(c, FIRST), end); node < end; node = nextUp(c, node + 1, end)) {
    addCell(c, BACKLOG, waitingNow(c, node));
    for (let s: u32 = 0; s < subjects; s++) {
      const cell = getU32(cellsOf(c, node), s);
      if ((cell & DOWN) != 0) countBeliever(c, subjects, s);
      if ((cell & BEAT_MASK) == 0 || (cell & LEFT) != 0) continue;
      if (hasLeft && s == subjects - 1) {
        addCell(c, GHOSTS, 1.0);
        continue;
      }
      addCell(c, KNOWN, 1.0);
      addCell(c, AGES, tick - beatTick(c, subjects, s, cell & BEAT_MASK));
    }
  }
  measureBeliefs(c, subjects);
  for (let i: u32 = 0; i < TALLY_COUNT; i++) addCell(c, OWN_CELLS + i, getF64(tallies(c), i));
}

export function ringKvReceive(c: u32): void {
  openInbox(c);
  for (let m = nextMessage(c); m != 0; m = nextMessage(c)) {
    const node = messageTo(m);
    const kind = messageKind(m);
    if (kind == TIMER) {
      if (timerFires(c, m, node) == 1) act(c, node);
      continue;
    }
    const isNews = kind == ENTRIES ? receiveEntries(c, m, node) : merge(c, m, node, 1.0);
    if (kind != ENTRIES) countArrived(c, REQUESTS_ARRIVED);
    else countArrived(c, isNews ? ARRIVED : REDUNDANT);
    if (kind != EXCHANGE) continue;
    const peer = messageFrom(m);
    sendRing(c, peer, node, EXCHANGE_ANSWER, replyDelay(c, m, node, peer));
  }
}

export function ringKvAct(c: u32): void {
  if (getU32(c, TICK) == 0) startTimers(c);
  for (let node = firstActor(c); node != NONE; node = nextActor(c, node)) act(c, node);
}

/** One gossip interval: the node's own heartbeat, verdicts on the others', and what is to be passed on. */
function act(c: u32, node: u32): void {
  const subjects = setting(c, SUBJECTS);
  const own = subjectOf(c, subjects, node);
  if (own < subjects) beat(c, subjects, node, own);
  const hot = review(c, subjects, node, own);
  const exchanges = hasTurn(c, node, parameter(c, PUSH_PULL_INTERVAL) / parameter(c, GOSSIP_INTERVAL));
  if (hot == 0 && !exchanges) return;
  const peers = choosePeers(c, node);
  if (peers == 0) return;
  if (exchanges) {
    const peer = chosenPeer(c, 0);
    sendRing(c, peer, node, EXCHANGE, delayOf(c, node, peer, chosenEdge(c, 0)));
  }
  if (hot == 0) return;
  sendEntries(c, node, peers, hot);
  countTransmits(c, subjects, node);
}

/** An instance rewrites its entry: alive, or gone for good. */
function beat(c: u32, subjects: u32, node: u32, own: u32): void {
  const cells = cellsOf(c, node);
  const cell = getU32(cells, own);
  if (own == subjects - 1 && leaves(c)) {
    const isThere = cell != 0 && (cell & LEFT) == 0;
    if (isThere) setU32(cells, own, fresh(c, cell & BEAT_MASK) | LEFT);
    return;
  }
  const now = beatNow(c, subjects, own);
  if (now > (cell & BEAT_MASK)) setU32(cells, own, fresh(c, now));
}

/** Who has been silent for too long, and which tombstones are over. @returns entries to pass on */
function review(c: u32, subjects: u32, node: u32, own: u32): u32 {
  const cells = cellsOf(c, node);
  const perMs = ticksPerMs(c, parameter(c, GOSSIP_INTERVAL));
  const timeout = parameter(c, HEARTBEAT_TIMEOUT) * perMs;
  const tick = toF64(getU32(c, TICK));
  const isOver = tick > (parameter(c, LEAVE_AT) + parameter(c, TOMBSTONE)) * perMs;
  let hot: u32 = 0;
  for (let s: u32 = 0; s < subjects; s++) {
    const cell = getU32(cells, s);
    if ((cell & LEFT) != 0 && isOver) {
      setU32(cells, s, 0);
      continue;
    }
    if ((cell & TRANSMITS_MASK) != 0) hot++;
    if (s == own || (cell & BEAT_MASK) == 0 || (cell & (LEFT | DOWN)) != 0) continue;
    if (tick - beatTick(c, subjects, s, cell & BEAT_MASK) <= timeout) continue;
    setU32(cells, s, cell | DOWN);
    convict(c, subjects, node, s);
  }
  return hot;
}

/** Sends entries with transmits left to all chosen peers, as many as a packet takes. */
function sendEntries(c: u32, node: u32, peers: u32, hot: u32): void {
  const subjects = setting(c, SUBJECTS);
  const weight = standsFor(c);
  const room = parameter(c, PACKET_BYTES) / entryBytes(c) / (toF64(hot) * weight);
  const cells = cellsOf(c, node);
  let low: u32 = 0;
  let high: u32 = 0;
  let count: u32 = 0;
  for (let s: u32 = 0; s < subjects; s++) {
    if ((getU32(cells, s) & TRANSMITS_MASK) == 0) continue;
    if (room < 1.0 && isBelow(c, ROOM_DRAW | (s << 1), node, room) == 0) {
      addF64(tallies(c), LEFT_OUT, weight);
      continue;
    }
    count++;
    if (s < 32) low = low | (1 << s);
    else high = high | (1 << (s - 32));
  }
  if (count == 0) return;
  const bytes = toF64(count) * weight * entryBytes(c);
  const payload = departed(c, subjects, cells);
  // Whole bytes: their sum then does not depend on the order of shards.
  const size: u32 = bytes < 4294967295.0 ? toU32(bytes) : 0xffffffff;
  for (let index: u32 = 0; index < peers; index++) {
    const peer = chosenPeer(c, index);
    countSent(c, SENT);
    countBytes(c, toF64(size));
    if (isMessageLost(c, node, peer, ENTRIES) == 1) {
      countSent(c, LOST);
      continue;
    }
    const delay = delayOf(c, node, peer, chosenEdge(c, index));
    const m = sendSized(c, peer, node, ENTRIES | COPY, delay, payload, size);
    writeBeats(m, cells, subjects, low, high);
  }
}

/** 1 with the given probability. */
function isBelow(c: u32, purpose: u32, node: u32, share: f64): u32 {
  const word = toF64(threefry(getU32(c, SEED), purpose, getU32(c, TICK), node));
  return word < share * 4294967296.0 ? 1 : 0;
}

/** The whole ring, over TCP: no datagram to lose. */
function sendRing(c: u32, peer: u32, node: u32, kind: u32, delay: u32): void {
  const subjects = setting(c, SUBJECTS);
  const cells = cellsOf(c, node);
  const bytes = toF64(getU32(c, NODES)) * entryBytes(c);
  countSent(c, REQUESTED);
  countBytes(c, bytes);
  const size: u32 = bytes < 4294967295.0 ? toU32(bytes) : 0xffffffff;
  const m = sendSized(c, peer, node, kind | CONTROL, delay, departed(c, subjects, cells), size);
  writeBeats(m, cells, subjects, 0xffffffff, 0xffffffff);
}

function writeBeats(m: u32, cells: u32, subjects: u32, low: u32, high: u32): void {
  for (let s: u32 = 0; s < subjects; s += 2) {
    const first = isChosen(low, high, s) ? getU32(cells, s) & BEAT_MASK : 0;
    const hasNext = s + 1 < subjects && isChosen(low, high, s + 1);
    const second = hasNext ? getU32(cells, s + 1) & BEAT_MASK : 0;
    setU32(m, BEATS + (s >>> 1), first | (second << 16));
  }
}
function isChosen(low: u32, high: u32, s: u32): bool {
  return (((s < 32 ? low : high) >>> (s & 31)) & 1) == 1;
}

/** Messages wait in a queue that has an end; entries beyond it are dropped. */
function receiveEntries(c: u32, m: u32, node: u32): bool {
  const subjects = setting(c, SUBJECTS);
  const weight = standsFor(c);
  let count: u32 = 0;
  for (let s: u32 = 0; s < subjects; s++) if (beatIn(m, s) > 0) count++;
  const arriving = toF64(count) * weight;
  const waiting = waitingNow(c, node);
  const room = toF64(setting(c, QUEUE)) - waiting;
  const share: f64 = room >= arriving ? 1.0 : (room > 0.0 ? room / arriving : 0.0);
  const row = rowOf(c, node);
  setU32(row, WAITING, toU32(waiting + share * arriving));
  setU32(row, COUNTED, getU32(c, TICK));
  addF64(tallies(c), OFFERED, arriving);
  return merge(c, m, node, share);
}

/** Messages that still wait: as many were merged since the last count as the node manages. */
function waitingNow(c: u32, node: u32): f64 {
  const row = rowOf(c, node);
  const passed = toF64(getU32(c, TICK) - getU32(row, COUNTED)) / ticksPerMs(c, parameter(c, GOSSIP_INTERVAL));
  const left = toF64(getU32(row, WAITING)) - (passed * parameter(c, MERGES_PER_SECOND)) / 1000.0;
  return left > 0.0 ? left : 0.0;
}

/**
 * Takes newer entries; of two with the same heartbeat the one that has left wins.
 * @param share of the entries that are not dropped
 */
function merge(c: u32, m: u32, node: u32, share: f64): bool {
  const subjects = setting(c, SUBJECTS);
  const cells = cellsOf(c, node);
  const own = subjectOf(c, subjects, node);
  let isNews = false;
  for (let s: u32 = 0; s < subjects; s++) {
    const beats = beatIn(m, s);
    if (beats == 0) continue;
    if (share < 1.0 && isBelow(c, QUEUE_DRAW | (s << 1), node, share) == 0) {
      addF64(tallies(c), DROPPED, standsFor(c));
      continue;
    }
    const cell = getU32(cells, s);
    const hasLeft = s == subjects - 1 && messagePayload(m) == 1;
    const isNewer = beats > (cell & BEAT_MASK) || (hasLeft && (cell & LEFT) == 0);
    if (!isNewer || s == own) continue;
    // A tombstone is gone from memory after its time: nothing is left that a late entry would be older than.
    if (hasLeft && cell == 0) continue;
    isNews = true;
    if ((cell & DOWN) != 0) acquit(c, subjects, s);
    setU32(cells, s, hasLeft ? fresh(c, beats) | LEFT : fresh(c, beats));
  }
  return isNews;
}

function beatIn(m: u32, s: u32): u32 {
  return (getU32(m, BEATS + (s >>> 1)) >>> ((s & 1) << 4)) & BEAT_MASK;
}
/** 1 when a node knows that the last tracked instance has left. */
function departed(c: u32, subjects: u32, cells: u32): u32 {
  return (getU32(cells, subjects - 1) & LEFT) != 0 ? 1 : 0;
}
function leaves(c: u32): bool {
  const at = parameter(c, LEAVE_AT);
  return at > 0.0 && toF64(getU32(c, TICK)) >= at * ticksPerMs(c, parameter(c, GOSSIP_INTERVAL));
}

function countTransmits(c: u32, subjects: u32, node: u32): void {
  const cells = cellsOf(c, node);
  for (let s: u32 = 0; s < subjects; s++) {
    const cell = getU32(cells, s);
    if ((cell & TRANSMITS_MASK) != 0) setU32(cells, s, cell - (1 << TRANSMITS_SHIFT));
  }
}
/** A cell of a new heartbeat, to be sent as often as memberlist's limit says. */
function fresh(c: u32, beats: u32): u32 {
  const fanout = setting(c, 1);
  const limit = retransmitLimit(setting(c, RETRANSMIT_MULT), getU32(c, NODES));
  // A transmit is one packet; each interval sends one to every peer.
  const intervals = toU32(toF64(limit + fanout - 1) / toF64(fanout));
  return beats | (intervals << TRANSMITS_SHIFT);
}

/** Heartbeats + 1 of an instance by now, when it never stopped; its first comes at a phase of its own. */
function beatNow(c: u32, subjects: u32, s: u32): u32 {
  const tick = toF64(getU32(c, TICK));
  const first = phaseOf(c, subjects, s);
  return tick < first ? 1 : toU32((tick - first) / beatTicks(c)) + 2;
}
function beatTick(c: u32, subjects: u32, s: u32, beats: u32): f64 {
  return phaseOf(c, subjects, s) + (toF64(beats) - 2.0) * beatTicks(c);
}
function phaseOf(c: u32, subjects: u32, s: u32): f64 {
  return (beatTicks(c) * toF64(s)) / toF64(subjects);
}
function beatTicks(c: u32): f64 {
  return parameter(c, HEARTBEAT_INTERVAL) * ticksPerMs(c, parameter(c, GOSSIP_INTERVAL));
}
/** Instances that a tracked one stands for. */
function standsFor(c: u32): f64 {
  return toF64(getU32(c, NODES)) / toF64(setting(c, SUBJECTS));
}
function entryBytes(c: u32): f64 {
  return ENTRY_BYTES + TOKEN_BYTES * parameter(c, TOKENS);
}
function rowOf(c: u32, node: u32): u32 {
  return field(c, ROWS) + (node << 3);
}
function cellsOf(c: u32, node: u32): u32 {
  return field(c, CELLS) + (mul32(node, setting(c, SUBJECTS)) << 2);
}
function tallies(c: u32): u32 {
  return field(c, TALLIES) + (mul32(getU32(c, SHARD), TALLY_COUNT) << 3);
}
