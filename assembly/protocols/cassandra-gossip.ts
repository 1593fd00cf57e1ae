/**
 * Apache Cassandra's gossip: each second a node sends digests of all endpoints to a live one, now and then to
 * an unreachable one and to a seed (SYN); versions that either lacks follow (ACK, ACK2). Arrivals of newer
 * versions feed phi; a node that was down is up again once it answers an ECHO. Tracked subjects stand for all
 * endpoints: no packet has a limit, so they do not disturb each other.
 */
import { div32, getU16, getU32, mul32, setU16, setU32, toF64, toU32 } from "../memory";
import { drawBelow, threefry } from "../kernels/random";
import { countArrived, countBytes, countSent, field, parameter, setting } from "../runtime/access";
import {
  OWN_FIELDS, OWN_TALLIES, PERIOD_UNITS, beat, believeDown, believeUp, believesDown, boot, clearWindow,
  clockUnits, countBelievers, generationOf, hear, heardAt, meanIn, measureTallies, nextOverdue, reportArrival, samplesIn, silenceIn,
  tally, tallyPair, versionIn, versionOf,
} from "../runtime/arrivals";
import {
  ARRIVED, END, FIRST, GRAPH, NODES, PERIOD, REQUESTED, REQUESTS_ARRIVED, REQUESTS_LOST, SEED, SENT, TICK,
} from "../runtime/context";
import { delayOf, replyDelay } from "../runtime/delay";
import { CONTROL, COPY } from "../runtime/links";
import { isUp, nextUp } from "../runtime/lives";
import {
  messageFrom, messageKind, messagePayload, messageTo, nextMessage, openInbox, sendSized,
} from "../runtime/mailbox";
import { choosePeers, chosenEdge, chosenPeer } from "../runtime/peers";
import { LN_10, phiExponential } from "../runtime/phi";
import { goneNodes, isGone, isWhole } from "../runtime/reach";
import {
  OWN_CELLS, believersOf, isDownNow, measureBeliefs, subjectNode, subjectOf,
} from "../runtime/subjects";
import { resendTicks } from "../runtime/tcp";
import { NONE, TIMER, firstActor, nextActor, startTimers, timerFires } from "../runtime/timers";
import { addCell, lastCell, lowerCell, raiseCell } from "../runtime/values";

const SYN: u32 = 1;
const ACK: u32 = 2;
const ACK2: u32 = 3;
const ECHO: u32 = 4;
const ECHO_REPLY: u32 = 5;
/** Word of subject 0 in a message: a version, in an ACK with what it is. */
const FIRST_WORD: u32 = 4;
const VERSION_MASK: u32 = 0x3ffffff;
const DELTA: u32 = 0x40000000;
const REQUEST: u32 = 0x20000000;

/** Parameters, in the order of src/protocols/cassandra-gossip/protocol.ts. */
const SUBJECTS: u32 = 0;
const SEEDS: u32 = 1;
const THRESHOLD: u32 = 2;
const START: u32 = 3;
const CLIENT_TIMEOUT: u32 = 4;
const QUARANTINE: u32 = 5;
const WINDOW_SIZE: u32 = 6;
const DIGEST_BYTES: u32 = 7;
const HEARTBEAT_BYTES: u32 = 8;
const STATE_BYTES: u32 = 9;
/** Choices of START. */
const JOINED: u32 = 0;

/** Fields: when a node last checked, when it last saw that it had stood still, whom outages hold down. */
const CHECKED: u32 = OWN_FIELDS;
const STOOD: u32 = OWN_FIELDS + 1;
const REACH: u32 = OWN_FIELDS + 2;
/** Times in these fields: eighths of a period, plus 1. */
const EIGHTHS_SHIFT: u32 = 5;
const EIGHTHS_MASK: u32 = 0x7fff;
/** No verdicts for 5 s after a pause of more than 5 s. */
const PAUSE_EIGHTHS: u32 = 40;

/** First sample of a window, and the longest that counts: 2 s. */
const LONGEST_UNITS: u32 = 512;
/** From so many nodes on what is known of node 0 is read once a period, not in every tenth of it. */
const MANY: u32 = 131072;
const STEPS_OF_PERIOD: u32 = 10;
/** In place of a version: the endpoint was removed, and news of it are refused for a while. */
const REMOVED: u32 = 1;
/** Candidates that a node looks at for a live one; with half of all gone 64 fail once in 2^64. */
const TRIES: u32 = 64;

/** Tallies and cells after the shared ones. */
const HANDLED: u32 = OWN_TALLIES;
const HANDLED_BY_SEEDS: u32 = OWN_TALLIES + 1;
const SYN_BYTES: u32 = OWN_TALLIES + 2;
const ACK_BYTES: u32 = OWN_TALLIES + 3;
const ACK2_BYTES: u32 = OWN_TALLIES + 4;
const TALLIES: u32 = OWN_TALLIES + 5;
const FIRST_VERSION: u32 = OWN_CELLS + TALLIES;
const FIRST_KNOWN: u32 = FIRST_VERSION + 1;
const FIRST_BELIEVERS: u32 = FIRST_VERSION + 2;
const FIRST_DOWN: u32 = FIRST_VERSION + 3;

/** Purposes of draws, each a coin; with 1 added a choice. */
const LIVE_DRAW: u32 = 0xfb000000;
const UNREACHABLE_DRAW: u32 = 0xfb000002;
const SEED_DRAW: u32 = 0xfb000004;

export function cassandraStart(c: u32): void {
  if (setting(c, START) != JOINED) return;
  const subjects = setting(c, SUBJECTS);
  const size = setting(c, WINDOW_SIZE);
  for (let node = getU32(c, FIRST); node < getU32(c, END); node++) {
    const own = subjectOf(c, subjects, node);
    if (own < subjects) boot(c, own);
    for (let s: u32 = 0; s < subjects; s++) {
      const cell = mul32(node, subjects) + s;
      if (s != own) reportArrival(c, cell, 0, LONGEST_UNITS, LONGEST_UNITS, size);
      // Every generation is the first one.
      hear(c, cell, (1 << 18) | 1, 0);
    }
  }
}

export function cassandraMeasure(c: u32): void {
  const subjects = setting(c, SUBJECTS);
  countBelievers(c, subjects);
  measureBeliefs(c, subjects);
  measureTallies(c, OWN_CELLS, TALLIES);
  addCell(c, FIRST_BELIEVERS, toF64(believersOf(c, subjects, 0)));
  measureFirst(c, subjects);
  if (getU32(c, FIRST) != 0) return;
  addCell(c, FIRST_DOWN, toF64(isDownNow(c, 0)));
  if (isUp(c, 0) == 1) raiseCell(c, FIRST_VERSION, toF64(versionIn(c, 0)));
}

/** The oldest version of node 0 that a node has. It costs a line of cache a node: with many, once a period. */
function measureFirst(c: u32, subjects: u32): void {
  const isTime = mul32((getU32(c, TICK) + 1) % getU32(c, PERIOD), STEPS_OF_PERIOD) < getU32(c, PERIOD);
  if (getU32(c, NODES) > MANY && !isTime) {
    lowerCell(c, FIRST_KNOWN, lastCell(c, FIRST_KNOWN));
    return;
  }
  const end = getU32(c, END);
  let oldest: u32 = VERSION_MASK;
  for (let node = nextUp(c, getU32(c, FIRST), end); node < end; node = nextUp(c, node + 1, end)) {
    if (node == 0) continue;
    const version = versionIn(c, mul32(node, subjects));
    if (version < oldest) oldest = version;
  }
  if (oldest < VERSION_MASK) lowerCell(c, FIRST_KNOWN, toF64(oldest));
}

export function cassandraReceive(c: u32): void {
  openInbox(c);
  for (let m = nextMessage(c); m != 0; m = nextMessage(c)) {
    const node = messageTo(m);
    const kind = messageKind(m);
    if (kind == TIMER) {
      if (timerFires(c, m, node) == 1) act(c, node);
      continue;
    }
    countArrived(c, kind == ACK || kind == ACK2 ? ARRIVED : REQUESTS_ARRIVED);
    tally(c, HANDLED, 1.0);
    if (isSeed(c, node)) tally(c, HANDLED_BY_SEEDS, 1.0);
    if (kind == SYN) receiveSyn(c, m, node);
    else if (kind == ACK) receiveAck(c, m, node);
    else if (kind == ACK2) applyDeltas(c, m, node);
    else if (kind == ECHO) echo(c, messageFrom(m), node, ECHO_REPLY, messagePayload(m));
    else receiveEcho(c, node, messagePayload(m));
  }
}

export function cassandraAct(c: u32): void {
  if (getU32(c, TICK) == 0) startTimers(c);
  for (let node = firstActor(c); node != NONE; node = nextActor(c, node)) act(c, node);
}

/** One second of a node. Verdicts come before the messages, so that one pass over the cells serves both. */
function act(c: u32, node: u32): void {
  const subjects = setting(c, SUBJECTS);
  const now = clockUnits(c);
  const own = subjectOf(c, subjects, node);
  if (own < subjects) beat(c, mul32(node, subjects) + own, own, now);
  const seen = checkStatus(c, node, subjects, now, own);
  const heard = seen & 0x7f;
  const believed = (seen >>> 7) & 0x7f;
  const gone = (seen >>> 14) & 0x7f;
  const noticed = seen >>> 21;
  const others = getU32(c, NODES) - 1;
  const tracked = own < subjects ? subjects - 1 : subjects;
  // Whoever knows some endpoint has had an exchange, and with it all endpoints.
  const knows = heard > 0 || tracked == 0;
  // Of the nodes beyond the subjects as many were noticed as of the subjects.
  const share: f64 = gone == 0 ? 1.0 : toF64(noticed) / toF64(gone);
  const untracked = goneNodes(c, REACH, node) - toF64(gone);
  const lost = knows ? toF64(believed) + (untracked > 0.0 ? untracked * share : 0.0) : 0.0;
  const live = knows ? toF64(others) - lost : 0.0;
  const target = live >= 1.0 ? liveTarget(c, node, subjects, share) : NONE;
  if (target != NONE) syn(c, target, node, getU32(c, GRAPH) == 1 ? chosenEdge(c, 0) : 0);
  if (coin(c, UNREACHABLE_DRAW, node) < lost / (live + 1.0)) synUnreachable(c, node, believed, lost);
  if (target == NONE || !isSeed(c, target) || live < parameter(c, SEEDS)) {
    synSeed(c, node, live, lost);
  }
}

/**
 * Phi of every endpoint, and what follows from it.
 * @returns counts of subjects, 7 bits each: known, believed down, truly gone, believed down and gone
 */
function checkStatus(c: u32, node: u32, subjects: u32, now: u32, own: u32): u32 {
  const stood = standsStill(c, node, now);
  const heard = heardAt(c, subjects, node);
  const whole = isWhole(c);
  const stride = subjectNode(c, subjects, 1);
  if (!stood) convictOverdue(c, subjects, node, now);
  const timeout = mul32(setting(c, CLIENT_TIMEOUT), PERIOD_UNITS);
  let counts: u32 = 0;
  for (let s: u32 = 0; s < subjects; s++) {
    if (s == own) continue;
    const cell = mul32(node, subjects) + s;
    const gone = !whole && isGone(c, node, mul32(s, stride));
    if (gone) counts = counts + 0x4000;
    if (versionOf(heard, s) <= REMOVED) {
      endQuarantine(c, cell, now);
      continue;
    }
    counts++;
    if (timeout > 0 && !stood && silenceIn(c, cell, now) > timeout) {
      remove(c, node, subjects, s, now);
    }
    if (believesDown(c, subjects, node, s) == 0) continue;
    counts = counts + (gone ? 0x200080 : 0x80);
  }
  sample(c, node, subjects, now, own);
  return counts;
}

/** true while verdicts rest because the node itself stood still not long ago. */
function standsStill(c: u32, node: u32, now: u32): bool {
  const time = ((now >>> EIGHTHS_SHIFT) & EIGHTHS_MASK) + 1;
  const checked = getU16(field(c, CHECKED), node);
  setU16(field(c, CHECKED), node, time);
  if (checked != 0 && ((time - checked) & EIGHTHS_MASK) > PAUSE_EIGHTHS) {
    setU16(field(c, STOOD), node, time);
    return true;
  }
  const stood = getU16(field(c, STOOD), node);
  if (stood == 0) return false;
  if (((time - stood) & EIGHTHS_MASK) < PAUSE_EIGHTHS) return true;
  setU16(field(c, STOOD), node, 0);
  return false;
}

function convictOverdue(c: u32, subjects: u32, node: u32, now: u32): void {
  const limit = parameter(c, THRESHOLD) * LN_10;
  let s = nextOverdue(c, subjects, node, 0, now, limit);
  while (s < subjects) {
    suspect(c, subjects, node, s);
    s = nextOverdue(c, subjects, node, s + 1, now, limit);
  }
}

function suspect(c: u32, subjects: u32, node: u32, s: u32): void {
  if (believesDown(c, subjects, node, s) == 0) believeDown(c, subjects, node, s);
}

/** A gossip-only member that was silent for too long. */
function remove(c: u32, node: u32, subjects: u32, s: u32, now: u32): void {
  suspect(c, subjects, node, s);
  const cell = mul32(node, subjects) + s;
  clearWindow(c, cell);
  hear(c, cell, REMOVED, now);
}

/** News of a removed endpoint count again after a while: by then nobody should have any. */
function endQuarantine(c: u32, cell: u32, now: u32): void {
  if (versionIn(c, cell) != REMOVED) return;
  if (silenceIn(c, cell, now) > mul32(setting(c, QUARANTINE), PERIOD_UNITS)) hear(c, cell, 0, 0);
}

/** Notes phi and mean of one subject in turn, if it is up and known. */
function sample(c: u32, node: u32, subjects: u32, now: u32, own: u32): void {
  const s = (node + div32(now, PERIOD_UNITS)) % subjects;
  const cell = mul32(node, subjects) + s;
  if (s == own || versionIn(c, cell) <= REMOVED || samplesIn(c, cell) == 0) return;
  if (believesDown(c, subjects, node, s) == 1 || isGone(c, node, subjectNode(c, subjects, s))) return;
  tallyPair(c, cell, phiExponential(toF64(silenceIn(c, cell, now)), meanIn(c, cell)));
}

/** A uniform choice among those that `node` believes up; NONE when there is none, or no luck. */
function liveTarget(c: u32, node: u32, subjects: u32, share: f64): u32 {
  if (getU32(c, GRAPH) == 1) {
    if (choosePeers(c, node) == 0) return NONE;
    const peer = chosenPeer(c, 0);
    return isBelievedUp(c, node, peer, subjects, share, 0) ? peer : NONE;
  }
  const bound = getU32(c, NODES) - 1;
  for (let attempt: u32 = 0; attempt < TRIES; attempt++) {
    const purpose = LIVE_DRAW | (attempt << 18) | 1;
    const drawn = drawBelow(getU32(c, SEED), purpose, getU32(c, TICK), node, bound);
    const peer = drawn >= node ? drawn + 1 : drawn;
    if (isBelievedUp(c, node, peer, subjects, share, attempt)) return peer;
  }
  return NONE;
}

/** What `node` believes of a subject; beyond the subjects a share of those that are gone is noticed. */
function isBelievedUp(
  c: u32, node: u32, peer: u32, subjects: u32, share: f64, attempt: u32,
): bool {
  const s = subjectOf(c, subjects, peer);
  if (s < subjects) {
    if (versionIn(c, mul32(node, subjects) + s) <= REMOVED) return false;
    return believesDown(c, subjects, node, s) == 0;
  }
  if (!isGone(c, node, peer)) return true;
  return coin(c, LIVE_DRAW | (attempt << 18), node) >= share;
}

/** To one believed down. Of nodes that are not tracked only those truly gone are: the message is lost. */
function synUnreachable(c: u32, node: u32, believed: u32, lost: f64): void {
  const subjects = setting(c, SUBJECTS);
  let index = toU32(coin(c, UNREACHABLE_DRAW | 1, node) * lost);
  if (index >= believed) {
    countSent(c, REQUESTED);
    countSent(c, REQUESTS_LOST);
    countVaried(c, SYN_BYTES, digestBytes(c));
    return;
  }
  for (let s: u32 = 0; s < subjects; s++) {
    if (believesDown(c, subjects, node, s) == 0) continue;
    if (versionIn(c, mul32(node, subjects) + s) <= REMOVED) continue;
    if (index == 0) {
      syn(c, subjectNode(c, subjects, s), node, 0);
      return;
    }
    index--;
  }
}

/** To a seed other than itself: always when nobody is live, else so often that seeds see their share. */
function synSeed(c: u32, node: u32, live: f64, lost: f64): void {
  const self: u32 = isSeed(c, node) ? 1 : 0;
  const others = setting(c, SEEDS) - self;
  if (others == 0) return;
  if (live >= 1.0 && coin(c, SEED_DRAW, node) > toF64(others) / (live + lost)) return;
  const drawn = drawBelow(getU32(c, SEED), SEED_DRAW | 1, getU32(c, TICK), node, others);
  const seed = seedNode(c, drawn);
  syn(c, self == 1 && seed >= node ? seedNode(c, drawn + 1) : seed, node, 0);
}

/** Seeds are spread evenly over the ids, each in the middle of its part. */
function seedNode(c: u32, index: u32): u32 {
  const stride = div32(getU32(c, NODES), setting(c, SEEDS));
  return mul32(index, stride) + (stride >>> 1);
}
function isSeed(c: u32, node: u32): bool {
  const stride = div32(getU32(c, NODES), setting(c, SEEDS));
  return node % stride == stride >>> 1 && div32(node, stride) < setting(c, SEEDS);
}

function coin(c: u32, purpose: u32, node: u32): f64 {
  return toF64(threefry(getU32(c, SEED), purpose, getU32(c, TICK), node)) / 4294967296.0;
}

/** Digests of all endpoints: a subject that is removed or unknown has none. */
function syn(c: u32, to: u32, node: u32, edge: u32): void {
  const subjects = setting(c, SUBJECTS);
  countSent(c, REQUESTED);
  const bytes = digestBytes(c);
  countVaried(c, SYN_BYTES, bytes);
  const delay = delayOf(c, node, to, edge) + resendTicks(c, node, to, SYN);
  const m = sendSized(c, to, node, SYN | CONTROL, delay, 0, toU32(bytes));
  const heard = heardAt(c, subjects, node);
  for (let s: u32 = 0; s < subjects; s++) {
    const version = versionOf(heard, s);
    setU32(m, FIRST_WORD + s, version == REMOVED ? 0 : version);
  }
}

/**
 * Answers digest by digest: what the caller lacks follows, what it has beyond the callee's is asked for. An
 * endpoint without a digest is not mentioned: who lacks it learns of it in a call to itself.
 */
function receiveSyn(c: u32, m: u32, node: u32): void {
  const subjects = setting(c, SUBJECTS);
  const caller = messageFrom(m);
  const heard = heardAt(c, subjects, node);
  let heartbeats: u32 = 0;
  let states: u32 = 0;
  let requests: u32 = 0;
  for (let s: u32 = 0; s < subjects; s++) {
    const theirs = getU32(m, FIRST_WORD + s);
    const version = versionOf(heard, s);
    if (theirs == 0 || theirs == version) continue;
    if (theirs > version) requests++;
    else if (generationOf(theirs) == generationOf(version)) heartbeats++;
    else states++;
  }
  countSent(c, SENT);
  const bytes = deltaBytes(c, heartbeats, states) + scaled(c, requests) * parameter(c, DIGEST_BYTES);
  countVaried(c, ACK_BYTES, bytes);
  const delay = replyDelay(c, m, node, caller) + resendTicks(c, node, caller, ACK);
  const answer = sendSized(c, caller, node, ACK | COPY, delay, 0, toU32(bytes));
  for (let s: u32 = 0; s < subjects; s++) {
    const theirs = getU32(m, FIRST_WORD + s);
    const version = versionOf(heard, s);
    let word: u32 = 0;
    if (theirs > version) word = REQUEST | version;
    else if (theirs != 0 && theirs < version) word = DELTA | version;
    setU32(answer, FIRST_WORD + s, word);
  }
}

/** Takes what was lacking, and sends what was asked for. */
function receiveAck(c: u32, m: u32, node: u32): void {
  applyDeltas(c, m, node);
  const subjects = setting(c, SUBJECTS);
  const callee = messageFrom(m);
  const heard = heardAt(c, subjects, node);
  let heartbeats: u32 = 0;
  let states: u32 = 0;
  for (let s: u32 = 0; s < subjects; s++) {
    const asked = askedBeyond(m, heard, s);
    if (asked == NONE) continue;
    if (generationOf(asked) == generationOf(versionOf(heard, s))) heartbeats++;
    else states++;
  }
  countSent(c, SENT);
  const bytes = deltaBytes(c, heartbeats, states);
  countVaried(c, ACK2_BYTES, bytes);
  const delay = replyDelay(c, m, node, callee) + resendTicks(c, node, callee, ACK2);
  const answer = sendSized(c, callee, node, ACK2 | COPY, delay, 0, toU32(bytes));
  for (let s: u32 = 0; s < subjects; s++) {
    const asked = askedBeyond(m, heard, s);
    setU32(answer, FIRST_WORD + s, asked == NONE ? 0 : DELTA | versionOf(heard, s));
  }
}

/** The version beyond which an ACK asks for a subject's state; NONE when it does not, or there is no more. */
function askedBeyond(m: u32, heard: u32, s: u32): u32 {
  const word = getU32(m, FIRST_WORD + s);
  if ((word & REQUEST) == 0) return NONE;
  const asked = word & VERSION_MASK;
  const version = versionOf(heard, s);
  return version > asked && version != REMOVED ? asked : NONE;
}

function applyDeltas(c: u32, m: u32, node: u32): void {
  const subjects = setting(c, SUBJECTS);
  const own = subjectOf(c, subjects, node);
  const now = clockUnits(c);
  const heard = heardAt(c, subjects, node);
  const size = setting(c, WINDOW_SIZE);
  for (let s: u32 = 0; s < subjects; s++) {
    const word = getU32(m, FIRST_WORD + s);
    if ((word & DELTA) == 0 || s == own) continue;
    const known = versionOf(heard, s);
    const version = word & VERSION_MASK;
    if (version > known && known != REMOVED) apply(c, node, subjects, s, version, now, size);
  }
}

/** News of a subject: an arrival, and after a silence or a restart the wish to hear from it. */
function apply(
  c: u32, node: u32, subjects: u32, s: u32, version: u32, now: u32, size: u32,
): void {
  const cell = mul32(node, subjects) + s;
  const known = versionIn(c, cell);
  const reborn = generationOf(version) != generationOf(known);
  const down = believesDown(c, subjects, node, s) == 1;
  if (reborn && down) clearWindow(c, cell);
  reportArrival(c, cell, now, LONGEST_UNITS, LONGEST_UNITS, size);
  hear(c, cell, version, now);
  if (reborn || down) echo(c, subjectNode(c, subjects, s), node, ECHO, s);
}

function echo(c: u32, to: u32, node: u32, kind: u32, s: u32): void {
  countSent(c, REQUESTED);
  const delay = delayOf(c, node, to, 0) + resendTicks(c, node, to, kind);
  sendSized(c, to, node, kind | CONTROL, delay, s, 0);
}

function receiveEcho(c: u32, node: u32, s: u32): void {
  const subjects = setting(c, SUBJECTS);
  if (versionIn(c, mul32(node, subjects) + s) <= REMOVED) return;
  if (believesDown(c, subjects, node, s) == 1) believeUp(c, subjects, node, s);
}

/** Bytes beyond the fixed size of a message, into the record and into the share of its kind. */
function countVaried(c: u32, entry: u32, bytes: f64): void {
  countBytes(c, bytes);
  tally(c, entry, bytes);
}
function digestBytes(c: u32): f64 {
  return toF64(getU32(c, NODES)) * parameter(c, DIGEST_BYTES);
}
/** Heartbeats are those of all endpoints, whole states (new generations) only those of the subjects. */
function deltaBytes(c: u32, heartbeats: u32, states: u32): f64 {
  return scaled(c, heartbeats) * parameter(c, HEARTBEAT_BYTES) + toF64(states) * parameter(c, STATE_BYTES);
}
/** So many subjects stand for so many endpoints. */
function scaled(c: u32, subjects: u32): f64 {
  return (toF64(subjects) * toF64(getU32(c, NODES))) / toF64(setting(c, SUBJECTS));
}
