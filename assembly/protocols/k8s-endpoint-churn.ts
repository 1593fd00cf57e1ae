/**
 * Service discovery under churn: how soon does every node's proxy know which endpoints of services are there?
 * Three ways: watchers of an API server (Kubernetes), gossip of every change over memberlist, and Consul's agents
 * that register with servers which others watch. See endpoint-truth.ts for what changes, endpoint-hub.ts for servers.
 */
import {
  copy, div32, getBit, getU32, lowestBit, mul32, popcount, setBit, setU32, toF64, toU32,
} from "../memory";
import { countArrived, countBytes, countSent, parameter, setting } from "../runtime/access";
import {
  ARRIVED, END, FIRST, LOST, MORTAL, NODES, PERIOD, REDUNDANT, REQUESTED, REQUESTS_ARRIVED, SENT, SHARD, TICK,
} from "../runtime/context";
import { countdownWords, countingDown, lower, setCountdown } from "../runtime/countdown";
import { delayOf, replyDelay } from "../runtime/delay";
import {
  BITS, EVENT, HUB_BYTES, PEER, SNAPSHOT, TALLY_COUNT, actHub, awaitList, heardOf, hubLearns, hubTally, listsWaiting,
  renew, tellHubs,
} from "../runtime/endpoint-hub";
import {
  ENDPOINTS_PER_NODE, GOSSIP, HUBS, PACKET_BYTES, PUSH_PULL_MS, REPORT_MS, WATCH, agentSyncTicks, changesOf,
  deathOf, detectTicks, downFor, drawChanges, drawnWords, hasHappened, isBornNow, listBytes, modeOf, noteTruth, ownerOf,
  periodsOf, recordBytes, returnOf, standsFor, subjectsOf, syncPeriods, transmitIntervals, truthOf, wordsOf,
} from "../runtime/endpoint-truth";
import { CONTROL, COPY, isCut } from "../runtime/links";
import { isAwake, nextUp } from "../runtime/lives";
import {
  messageFrom, messageKind, messagePayload, messageTo, nextMessage, openInbox, sendSized,
} from "../runtime/mailbox";
import { isDue } from "../runtime/members";
import { choosePeers, chosenEdge, chosenPeer, isMessageLost } from "../runtime/peers";
import { isDownNow, subjectNode, subjectOf } from "../runtime/subjects";
import { resendTicks } from "../runtime/tcp";
import { NONE, TIMER, firstActor, nextActor, startTimers, timerFires } from "../runtime/timers";
import { addCell } from "../runtime/values";

/** Kinds of messages beside those of a hub: a node's report of its endpoints, a wish for a list, gossip, exchanges. */
const REPORT: u32 = 4;
const LIST: u32 = 5;
const PACKET: u32 = 6;
const EXCHANGE: u32 = 7;
const EXCHANGE_ANSWER: u32 = 8;

/** Phases of what is rarer than a period. */
const SYNC_PHASE: u32 = 40;
const REPORT_PHASE: u32 = 41;
const EXCHANGE_PHASE: u32 = 42;
/** Endpoints that are removed: odd changes. */
const REMOVALS: u32 = 0xaaaaaaaa;
/** Nodes that are asked to tell of a dead one, and the step from one to the next. */
const TELLERS: u32 = 64;
const TELLER_STEP: u32 = 7919;
/** Consul's agent/ae.go, retryFailIntv: 15 s after a report that failed the next is tried. */
const RETRY_PERIODS: u32 = 15;
const RETRY_PHASE: u32 = 43;

/** Cells, in the order of protocol.ts. */
const CURRENT: u32 = 0;
const LIVE_NODES: u32 = 1;
const STALE: u32 = 2;
const DEAD_REQUESTS: u32 = 3;
const LISTS_AWAITED: u32 = 4;
const TALLY_CELL: u32 = 5;
const HAPPENED: u32 = TALLY_CELL + TALLY_COUNT;
const UNKNOWN: u32 = HAPPENED + 64;

export function k8sEndpointChurnStart(c: u32): void {
  drawChanges(c);
}

export function k8sEndpointChurnMeasure(c: u32): void {
  const truth = truthOf(c);
  const drawn = drawnWords(c);
  const down = getU32(truth, drawn);
  const back = getU32(truth, drawn + 1);
  const perDead = parameter(c, ENDPOINTS_PER_NODE) * standsFor(c);
  const end = getU32(c, END);
  for (let node = nextUp(c, getU32(c, FIRST), end); node < end; node = nextUp(c, node + 1, end)) {
    const follows = heardOf(c, node) + (wordsOf(c) << 2);
    let stale: u32 = 0;
    let gone: u32 = 0;
    for (let word: u32 = 0; word < drawn; word++) {
      const lacks = getU32(truth, word) & ~getU32(follows, word);
      stale += popcount(lacks);
      gone += popcount(lacks & REMOVALS);
      if (word == 0) countUnknown(c, lacks, 0);
    }
    const dead = getU32(follows, drawn) & ~getU32(follows, drawn + 1);
    const unseen = down & ~dead;
    countUnknown(c, unseen, 32);
    stale += popcount(unseen) + popcount(back & dead);
    addCell(c, LIVE_NODES, 1.0);
    if (stale == 0) addCell(c, CURRENT, 1.0);
    addCell(c, STALE, toF64(stale));
    addCell(c, DEAD_REQUESTS, toF64(gone) + perDead * toF64(popcount(unseen)));
  }
  if (getU32(c, SHARD) != 0) return;
  for (let hub: u32 = 0; hub < setting(c, HUBS); hub++) addCell(c, LISTS_AWAITED, toF64(listsWaiting(c, hub)));
  for (let i: u32 = 0; i < TALLY_COUNT; i++) addCell(c, TALLY_CELL + i, hubTally(c, HUB_BYTES + i));
  for (let i: u32 = 0; i < 32; i++) {
    if (((getU32(truth, 0) >>> i) & 1) == 1) addCell(c, HAPPENED + i, 1.0);
    if (((down >>> i) & 1) == 1) addCell(c, HAPPENED + 32 + i, 1.0);
  }
}
function countUnknown(c: u32, bits: u32, first: u32): void {
  if (bits == 0) return;
  for (let i: u32 = 0; i < 32; i++) if (((bits >>> i) & 1) == 1) addCell(c, UNKNOWN + first + i, 1.0);
}

export function k8sEndpointChurnReceive(c: u32): void {
  openInbox(c);
  for (let m = nextMessage(c); m != 0; m = nextMessage(c)) {
    const node = messageTo(m);
    const kind = messageKind(m);
    if (kind == TIMER) {
      if (timerFires(c, m, node) == 1) act(c, node);
    } else if (kind == EVENT) countNews(c, learn(c, node, messagePayload(m)));
    else if (kind == SNAPSHOT || kind == PACKET) countNews(c, takeAll(c, m, node));
    else {
      countArrived(c, REQUESTS_ARRIVED);
      if (kind == PEER) hubLearns(c, node, messagePayload(m));
      else if (kind == REPORT) receiveReport(c, m, node);
      else if (kind == LIST) awaitList(c, node, messageFrom(m));
      else {
        takeAll(c, m, node);
        const peer = messageFrom(m);
        if (kind == EXCHANGE) sendAll(c, peer, node, EXCHANGE_ANSWER, replyDelay(c, m, node, peer));
      }
    }
  }
}
function countNews(c: u32, isNews: bool): void {
  countArrived(c, isNews ? ARRIVED : REDUNDANT);
}
function receiveReport(c: u32, m: u32, hub: u32): void {
  const subject = subjectOf(c, subjectsOf(c), messageFrom(m));
  if (subject < subjectsOf(c)) renew(c, subject);
  for (let word: u32 = 0; word < drawnWords(c); word++) {
    let bits = getU32(m, BITS + word) & ~getU32(heardOf(c, hub), word);
    for (let i: u32 = 0; bits != 0; i++) {
      if ((bits & 1) == 1 && hubLearns(c, hub, (word << 5) + i)) tellHubs(c, hub, (word << 5) + i);
      bits = bits >>> 1;
    }
  }
}

export function k8sEndpointChurnAct(c: u32): void {
  const tick = getU32(c, TICK);
  if (tick == 0) startTimers(c);
  noteTruth(c);
  announceChanges(c);
  if (modeOf(c) == GOSSIP) announceNodes(c);
  else if (getU32(c, SHARD) == 0) {
    for (let hub: u32 = 0; hub < setting(c, HUBS); hub++) if (isAwake(c, hub) == 1) actHub(c, hub);
  }
  for (let node = firstActor(c); node != NONE; node = nextActor(c, node)) act(c, node);
}

/** Whose endpoint changes says so at once: to its hub, or to its peers. */
function announceChanges(c: u32): void {
  for (let change: u32 = 0; change < changesOf(c); change++) {
    if (!isBornNow(c, change) || !hasHappened(c, change)) continue;
    const owner = ownerOf(c, change);
    if (owner < getU32(c, FIRST) || owner >= getU32(c, END) || isAwake(c, owner) == 0) continue;
    learn(c, owner, change);
    if (modeOf(c) != GOSSIP) report(c, owner);
  }
}
/** memberlist found a node dead: some live node tells; one that is back tells itself. */
function announceNodes(c: u32): void {
  if (getU32(c, MORTAL) == 0) return;
  const subjects = subjectsOf(c);
  const patience = detectTicks(c);
  for (let s: u32 = 0; s < subjects; s++) {
    const subject = subjectNode(c, subjects, s);
    let teller = subject;
    const downTicks = downFor(c, s);
    if (downTicks > 0 && downTicks <= patience) continue;
    if (downTicks == 0 && !hasHappened(c, returnOf(c, s))) continue;
    for (let next: u32 = 0; next < TELLERS && isDownNow(c, teller) == 1; next++) {
      teller = (teller + TELLER_STEP) % getU32(c, NODES);
    }
    if (teller < getU32(c, FIRST) || teller >= getU32(c, END) || isAwake(c, teller) == 0) continue;
    learn(c, teller, downTicks > 0 ? deathOf(c, s) : returnOf(c, s));
  }
}

/** A period of a node: its proxy, its report, and what it passes on. */
function act(c: u32, node: u32): void {
  const mode = modeOf(c);
  const isHub = mode != GOSSIP && node < setting(c, HUBS);
  const heard = heardOf(c, node);
  const words = wordsOf(c);
  const last = heard + (words << 3);
  const tick = getU32(c, TICK);
  const before = getU32(last, 0);
  setU32(last, 0, tick + 1);
  // Periods that were missed are an outage: the watch is gone.
  const isBack = toF64(tick + 1 - before) > 2.5 * toF64(getU32(c, PERIOD));
  if (isBack && !isHub) reconnect(c, node);
  const follow = mode != GOSSIP || isDue(c, node, syncPeriods(c), SYNC_PHASE);
  if (follow) copy(heard + (words << 2), heard, words << 2);
  if (mode == GOSSIP) gossip(c, node);
  else if (!isHub && isReportDue(c, node, last)) report(c, node);
}
/** A report is due, or one that found no server is tried again. @param last word of the node's last act */
function isReportDue(c: u32, node: u32, last: u32): bool {
  if (isDue(c, node, reportPeriods(c), REPORT_PHASE)) return true;
  return getU32(last, 1) == 1 && isDue(c, node, RETRY_PERIODS, RETRY_PHASE);
}
/** A lease is renewed, or an agent compares itself with its server. */
function reportPeriods(c: u32): u32 {
  if (modeOf(c) == WATCH) return periodsOf(c, REPORT_MS);
  const ticks = agentSyncTicks(c);
  return toU32(toF64(ticks) / toF64(getU32(c, PERIOD)) + 0.5);
}
function reconnect(c: u32, node: u32): void {
  for (let change: u32 = 0; change < changesOf(c); change++) {
    if (ownerOf(c, change) == node && hasHappened(c, change)) learn(c, node, change);
  }
  if (modeOf(c) == GOSSIP) {
    if (choosePeers(c, node) > 0) {
      const peer = chosenPeer(c, 0);
      sendAll(c, peer, node, EXCHANGE, delayOf(c, node, peer, chosenEdge(c, 0)));
    }
    return;
  }
  tell(c, node, LIST);
  report(c, node);
}
/** Tells the node's hub which of its own endpoints have changed. */
function report(c: u32, node: u32): void {
  const hub = hubOf(c, node, REPORT);
  const failed = isDownNow(c, hub) == 1 || isCut(c, node, hub);
  setU32(heardOf(c, node) + (wordsOf(c) << 3), 1, failed ? 1 : 0);
  const m = tell(c, node, REPORT);
  for (let word: u32 = 0; word < wordsOf(c); word++) setU32(m, BITS + word, 0);
  for (let change: u32 = 0; change < changesOf(c); change++) {
    if (ownerOf(c, change) == node && hasHappened(c, change)) setBit(m + (BITS << 2), change);
  }
}
/** Leases are kept by the first hub, so tracked nodes report there; all else goes to the hub that a node watches. */
function hubOf(c: u32, node: u32, kind: u32): u32 {
  const isTracked = kind == REPORT && subjectOf(c, subjectsOf(c), node) < subjectsOf(c);
  return isTracked && modeOf(c) == WATCH ? 0 : node % setting(c, HUBS);
}
function tell(c: u32, node: u32, kind: u32): u32 {
  const hub = hubOf(c, node, kind);
  countSent(c, REQUESTED);
  const delay = delayOf(c, node, hub, 0) + resendTicks(c, node, hub, kind);
  return sendSized(c, hub, node, kind | CONTROL, delay, 0, 0);
}

/** Passes on what has transmits left, as far as a packet holds it, to all peers of this interval. */
function gossip(c: u32, node: u32): void {
  const row = heardOf(c, node);
  const exchanges = isDue(c, node, periodsOf(c, PUSH_PULL_MS), EXCHANGE_PHASE);
  const bytes = choose(c, node, row);
  if (bytes == 0.0 && !exchanges) return;
  const peers = choosePeers(c, node);
  if (peers > 0 && exchanges) {
    const peer = chosenPeer(c, 0);
    sendAll(c, peer, node, EXCHANGE, delayOf(c, node, peer, chosenEdge(c, 0)));
  }
  if (bytes == 0.0) return;
  const words = wordsOf(c);
  const chosen = chosenOf(c, row);
  for (let index: u32 = 0; index < peers; index++) {
    const peer = chosenPeer(c, index);
    countSent(c, SENT);
    countBytes(c, bytes);
    if (isMessageLost(c, node, peer, PACKET) == 1) {
      countSent(c, LOST);
      continue;
    }
    const delay = delayOf(c, node, peer, chosenEdge(c, index));
    const m = sendSized(c, peer, node, PACKET | COPY, delay, 0, toU32(bytes));
    copy(m + (BITS << 2), chosen, words << 2);
  }
  if (peers == 0) return;
  const digits = digitWords(c);
  for (let word: u32 = 0; word < words; word++) {
    lower(digitsOf(c, row, word), digits, getU32(chosen, word));
  }
}
/**
 * Marks the changes that this interval's packet holds, from a word on that moves from interval to interval. What is
 * larger than a packet goes by itself. @returns bytes; 0 for none
 */
function choose(c: u32, node: u32, row: u32): f64 {
  const words = wordsOf(c);
  const chosen = chosenOf(c, row);
  const digits = digitWords(c);
  const limit = parameter(c, PACKET_BYTES);
  const start = (node + div32(getU32(c, TICK), getU32(c, PERIOD))) % words;
  let bytes: f64 = 0.0;
  for (let step: u32 = 0; step < words; step++) {
    const word = (start + step) % words;
    let hot = countingDown(digitsOf(c, row, word), digits);
    let bits: u32 = 0;
    while (hot != 0) {
      const bit = lowestBit(hot);
      hot = (hot & (hot - 1)) >>> 0;
      const more = recordBytes(c, (word << 5) + bit);
      if (bytes + more > limit && bytes > 0.0) continue;
      bytes = bytes + more;
      bits = bits | (1 << bit);
    }
    setU32(chosen, word, bits);
  }
  return bytes;
}
/** Both sides of an exchange send all that they know, over TCP. */
function sendAll(c: u32, peer: u32, node: u32, kind: u32, delay: u32): void {
  const bytes = listBytes(c);
  countSent(c, REQUESTED);
  countBytes(c, bytes);
  const size: u32 = bytes < 4294967295.0 ? toU32(bytes) : 0xffffffff;
  const ticks = delay + resendTicks(c, node, peer, kind);
  const m = sendSized(c, peer, node, kind | CONTROL, ticks, 0, size);
  copy(m + (BITS << 2), heardOf(c, node), wordsOf(c) << 2);
}

/** A node hears of a change; with gossip it passes it on. @returns whether it is new */
function learn(c: u32, node: u32, slot: u32): bool {
  const row = heardOf(c, node);
  if (getBit(row, slot) == 1) return false;
  setBit(row, slot);
  if (modeOf(c) == GOSSIP) {
    const bit: u32 = 1 << (slot & 31);
    setCountdown(digitsOf(c, row, slot >>> 5), digitWords(c), bit, transmitIntervals(c));
  }
  return true;
}
/** Everything that a message brings. @returns whether something was new */
function takeAll(c: u32, m: u32, node: u32): bool {
  const row = heardOf(c, node);
  let isNews = false;
  for (let word: u32 = 0; word < wordsOf(c); word++) {
    let bits = getU32(m, BITS + word) & ~getU32(row, word);
    while (bits != 0) {
      learn(c, node, (word << 5) + lowestBit(bits));
      bits = (bits & (bits - 1)) >>> 0;
      isNews = true;
    }
  }
  return isNews;
}

function digitWords(c: u32): u32 {
  return countdownWords(transmitIntervals(c));
}
/** Changes in the packet at hand: behind what is heard, what is followed, the last act, and whether a report failed. */
function chosenOf(c: u32, row: u32): u32 {
  return row + (((wordsOf(c) << 1) + 2) << 2);
}
/** Digits of the transmits left of a word's changes. */
function digitsOf(c: u32, row: u32, word: u32): u32 {
  return chosenOf(c, row) + ((wordsOf(c) + mul32(word, digitWords(c))) << 2);
}
