/**
 * The phi accrual failure detector alone (Hayashibara et al. 2004): subjects send heartbeats, observers keep
 * the times between arrivals and say how unlikely the silence is by now. Heartbeats travel in digests that
 * nodes push to peers, or straight from each subject to everybody; each message may be lost.
 */
import { addF64, div32, getF64, getU32, mul32, setF64, setU32, toF64, toU32 } from "../memory";
import { countArrived, countBytes, countSent, field, parameter, setting } from "../runtime/access";
import {
  OWN_FIELDS, OWN_TALLIES, PERIOD_UNITS, beat, believeDown, believeUp, believesDown, clearWindow,
  clockUnits, countBelievers, generationOf, hear, heardAt, isOverdue, meanIn, measureTallies, nextOverdue, reportArrival, samplesIn, silenceIn,
  tally, tallyPair, versionIn, versionOf,
} from "../runtime/arrivals";
import { ARRIVED, END, FIRST, LOST, NODES, SENT, TICK } from "../runtime/context";
import { delayOf } from "../runtime/delay";
import { COPY } from "../runtime/links";
import { nextUp } from "../runtime/lives";
import {
  messageKind, messagePayload, messageTo, nextMessage, openInbox, sendSized,
} from "../runtime/mailbox";
import { choosePeers, chosenEdge, chosenPeer, isMessageLost } from "../runtime/peers";
import { LN_10, phiExponential, phiNormal, squareRoot } from "../runtime/phi";
import {
  OWN_CELLS, isDownNow, measureBeliefs, subjectNode, subjectOf,
} from "../runtime/subjects";
import { NONE, TIMER, firstActor, nextActor, startTimers, timerFires } from "../runtime/timers";

const DIGEST: u32 = 1;
/** A heartbeat from its subject: payload its number, one word its version. */
const HEARTBEAT: u32 = 2;
const FIRST_WORD: u32 = 4;

/** Parameters, in the order of src/protocols/phi-accrual/protocol.ts. */
const SUBJECTS: u32 = 0;
const SPREADING: u32 = 1;
const DIRECT: u32 = 1;
const THRESHOLD: u32 = 3;
const LAW: u32 = 4;
const NORMAL: u32 = 1;
const WINDOW_SIZE: u32 = 5;
const LONGEST: u32 = 6;
const DEVIATION_MIN: u32 = 7;
const HEARTBEAT_BYTES: u32 = 8;

/** f64 by cell, only for the normal law: squares of the window's samples. */
const SQUARES: u32 = OWN_FIELDS;
/** First sample of a window, where that is not longer than the longest. */
const FIRST_SAMPLE: u32 = 512;
/** Heartbeats that came from their subjects or in digests. */
const ARRIVALS: u32 = OWN_TALLIES;
const TALLIES: u32 = OWN_TALLIES + 1;

/** Nobody has heard of anybody: there is nothing to set up but what the fields are at zero. */
export function phiAccrualStart(c: u32): void {
  countBelievers(c, setting(c, SUBJECTS));
}

export function phiAccrualMeasure(c: u32): void {
  const subjects = setting(c, SUBJECTS);
  countBelievers(c, subjects);
  measureBeliefs(c, subjects);
  measureTallies(c, OWN_CELLS, TALLIES);
}

export function phiAccrualReceive(c: u32): void {
  const subjects = setting(c, SUBJECTS);
  openInbox(c);
  for (let m = nextMessage(c); m != 0; m = nextMessage(c)) {
    const node = messageTo(m);
    const kind = messageKind(m);
    if (kind == TIMER) {
      if (timerFires(c, m, node) == 1) act(c, node);
      continue;
    }
    countArrived(c, ARRIVED);
    if (kind == HEARTBEAT) receiveHeartbeat(c, m, node, subjects);
    else receiveDigest(c, m, node, subjects);
  }
}

export function phiAccrualAct(c: u32): void {
  if (getU32(c, TICK) == 0) startTimers(c);
  for (let node = firstActor(c); node != NONE; node = nextActor(c, node)) act(c, node);
}

function act(c: u32, node: u32): void {
  const subjects = setting(c, SUBJECTS);
  const now = clockUnits(c);
  const own = subjectOf(c, subjects, node);
  if (own < subjects) beat(c, mul32(node, subjects) + own, own, now);
  if (setting(c, LAW) == NORMAL) checkNormal(c, subjects, node, now);
  else checkExponential(c, subjects, node, now);
  sample(c, node, subjects, own, now);
  if (setting(c, SPREADING) != DIRECT) pushDigests(c, node, subjects);
  else if (own < subjects) pushHeartbeat(c, node, subjects, own);
}

function checkExponential(c: u32, subjects: u32, node: u32, now: u32): void {
  const limit = parameter(c, THRESHOLD) * LN_10;
  let s = nextOverdue(c, subjects, node, 0, now, limit);
  while (s < subjects) {
    if (believesDown(c, subjects, node, s) == 0) believeDown(c, subjects, node, s);
    s = nextOverdue(c, subjects, node, s + 1, now, limit);
  }
}

function checkNormal(c: u32, subjects: u32, node: u32, now: u32): void {
  for (let s: u32 = 0; s < subjects; s++) {
    if (believesDown(c, subjects, node, s) == 1) continue;
    if (isUnlikely(c, mul32(node, subjects) + s, now)) believeDown(c, subjects, node, s);
  }
}

function receiveHeartbeat(c: u32, m: u32, node: u32, subjects: u32): void {
  const s = messagePayload(m);
  const version = getU32(m, FIRST_WORD);
  // One that came twice, or was overtaken, is no arrival.
  if (version <= versionIn(c, mul32(node, subjects) + s)) return;
  const size = setting(c, WINDOW_SIZE);
  arrive(c, node, subjects, s, version, clockUnits(c), limitOf(c), longestOf(c), size);
  tally(c, ARRIVALS, 1.0);
}

/** Nobody is ahead of a subject itself, but for what its earlier generation sent. */
function receiveDigest(c: u32, m: u32, node: u32, subjects: u32): void {
  const now = clockUnits(c);
  const own = subjectOf(c, subjects, node);
  const heard = heardAt(c, subjects, node);
  const limit = limitOf(c);
  const longest = longestOf(c);
  const size = setting(c, WINDOW_SIZE);
  let arrivals: u32 = 0;
  for (let s: u32 = 0; s < subjects; s++) {
    const version = getU32(m, FIRST_WORD + s);
    if (version <= versionOf(heard, s) || s == own) continue;
    arrive(c, node, subjects, s, version, now, limit, longest, size);
    arrivals++;
  }
  tally(c, ARRIVALS, toF64(arrivals));
}

/** Silence over mean above which the exponential law convicts; 0 for the normal law. */
function limitOf(c: u32): f64 {
  return setting(c, LAW) == NORMAL ? 0.0 : parameter(c, THRESHOLD) * LN_10;
}
function longestOf(c: u32): u32 {
  return toU32(parameter(c, LONGEST) * toF64(PERIOD_UNITS));
}

/** A heartbeat in a digest or by itself: the verdict just before it, then the sample, then it is up again. */
function arrive(
  c: u32, node: u32, subjects: u32, s: u32, version: u32, now: u32, limit: f64, longest: u32, size: u32,
): void {
  const cell = mul32(node, subjects) + s;
  let down = believesDown(c, subjects, node, s) == 1;
  // Between two checks a silence may end that was too long already.
  if (!down && (limit == 0 ? isUnlikely(c, cell, now) : isOverdue(c, cell, now, limit))) {
    believeDown(c, subjects, node, s);
    down = true;
  }
  if (down) {
    believeUp(c, subjects, node, s);
    if (generationOf(version) != generationOf(versionIn(c, cell))) forgetSamples(c, cell);
  }
  takeSample(c, cell, now, limit, longest, size);
  hear(c, cell, version, now);
}

function forgetSamples(c: u32, cell: u32): void {
  clearWindow(c, cell);
  if (setting(c, LAW) == NORMAL) setF64(field(c, SQUARES), cell, 0.0);
}

function takeSample(c: u32, cell: u32, now: u32, limit: f64, longest: u32, size: u32): void {
  const first = longest < FIRST_SAMPLE ? longest : FIRST_SAMPLE;
  if (limit != 0) {
    reportArrival(c, cell, now, first, longest, size);
    return;
  }
  const full = samplesIn(c, cell) >= size;
  const sample = reportArrival(c, cell, now, first, longest, size);
  if (sample > longest) return;
  const squares = field(c, SQUARES);
  const before = getF64(squares, cell);
  if (full) setF64(squares, cell, before - before / toF64(size));
  addF64(squares, cell, toF64(sample) * toF64(sample));
}

/** true when phi of the normal law exceeds the threshold. */
function isUnlikely(c: u32, cell: u32, now: u32): bool {
  const count = samplesIn(c, cell);
  if (count == 0) return false;
  return phiOf(c, cell, count, toF64(silenceIn(c, cell, now))) > parameter(c, THRESHOLD);
}

function phiOf(c: u32, cell: u32, count: u32, silence: f64): f64 {
  const mean = meanIn(c, cell);
  if (setting(c, LAW) != NORMAL) return phiExponential(silence, mean);
  const variance = getF64(field(c, SQUARES), cell) / toF64(count) - mean * mean;
  const least = parameter(c, DEVIATION_MIN) * toF64(PERIOD_UNITS);
  const deviation = squareRoot(variance);
  return phiNormal(silence, mean, deviation > least ? deviation : least);
}

/** Notes phi and mean of one subject in turn, if it is up and known. */
function sample(c: u32, node: u32, subjects: u32, own: u32, now: u32): void {
  const s = (node + div32(now, PERIOD_UNITS)) % subjects;
  const cell = mul32(node, subjects) + s;
  const count = samplesIn(c, cell);
  if (s == own || count == 0 || isDownNow(c, subjectNode(c, subjects, s)) == 1) return;
  const silence = silenceIn(c, cell, now);
  tallyPair(c, cell, phiOf(c, cell, count, toF64(silence)));
}

/** What a node knows of all subjects, to `fanout` peers. */
function pushDigests(c: u32, node: u32, subjects: u32): void {
  const count = choosePeers(c, node);
  const bytes = toF64(getU32(c, NODES)) * parameter(c, HEARTBEAT_BYTES);
  for (let slot: u32 = 0; slot < count; slot++) {
    const peer = chosenPeer(c, slot);
    countSent(c, SENT);
    countBytes(c, bytes);
    if (isMessageLost(c, node, peer, DIGEST) == 1) {
      countSent(c, LOST);
      continue;
    }
    const delay = delayOf(c, node, peer, chosenEdge(c, slot));
    const m = sendSized(c, peer, node, DIGEST | COPY, delay, 0, toU32(bytes));
    const heard = heardAt(c, subjects, node);
    for (let s: u32 = 0; s < subjects; s++) setU32(m, FIRST_WORD + s, versionOf(heard, s));
  }
}

/** A subject's heartbeat to every other node. */
function pushHeartbeat(c: u32, node: u32, subjects: u32, own: u32): void {
  const version = versionIn(c, mul32(node, subjects) + own);
  const bytes = setting(c, HEARTBEAT_BYTES);
  for (let to: u32 = 0; to < getU32(c, NODES); to++) {
    if (to == node) continue;
    countSent(c, SENT);
    countBytes(c, toF64(bytes));
    if (isMessageLost(c, node, to, HEARTBEAT) == 1) {
      countSent(c, LOST);
      continue;
    }
    const m = sendSized(c, to, node, HEARTBEAT | COPY, delayOf(c, node, to, 0), own, bytes);
    setU32(m, FIRST_WORD, version);
  }
}
