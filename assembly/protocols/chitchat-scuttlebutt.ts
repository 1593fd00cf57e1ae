/**
 * Scuttlebutt reconciliation as chitchat has it: every node writes its own keys only, so that one version per
 * writer says what a node has; digests are compared, and what lacks comes in packets of limited size, in an
 * order that decides who waits. Writers stand for all nodes that write; they compete for the room in a packet.
 * Digests also carry heartbeats, from whose times of arrival each node works out phi and who is dead.
 */
import { addF64, div32, getF64, getU32, mul32, setU32, toF64, toU32 } from "../memory";
import { countArrived, countBytes, countSent, field, parameter, setting } from "../runtime/access";
import {
  OWN_FIELDS, OWN_TALLIES, PERIOD_UNITS, beat, believeDown, believeUp, believesDown, clearWindow, clockUnits,
  countBelievers, generationOf, hear, heardAt, meanIn, measureTallies, reportArrival, samplesIn, silenceIn, tallyPair,
  versionIn, versionOf,
} from "../runtime/arrivals";
import {
  ARRIVED, END, EVENT_CLOCK, FIRST, LOST, NODES, PERIOD, REDUNDANT, REQUESTED, REQUESTS_ARRIVED, REQUESTS_LOST,
  ROUND_TICKS, SENT, SHARD, TICK,
} from "../runtime/context";
import { delayOf, replyDelay } from "../runtime/delay";
import { CONTROL, COPY } from "../runtime/links";
import { nextUp } from "../runtime/lives";
import {
  messageFrom, messageKind, messageTo, nextMessage, openInbox, sendSized,
} from "../runtime/mailbox";
import { choosePeers, chosenEdge, chosenPeer, isMessageLost } from "../runtime/peers";
import { OWN_CELLS, isDownNow, measureBeliefs, subjectNode, subjectOf } from "../runtime/subjects";
import { NONE, TIMER, firstActor, nextActor, startTimers, timerFires } from "../runtime/timers";
import { addCell, raiseCell } from "../runtime/values";

const SYN: u32 = 1;
const SYN_ACK: u32 = 2;
const ACK: u32 = 3;
/** First word of a message's digest; the versions it brings stand behind. */
const DIGEST: u32 = 4;
const VERSION_MASK: u32 = 0xffff;

/** Parameters and their choices, in the order of src/protocols/chitchat-scuttlebutt/protocol.ts. */
const WRITERS: u32 = 0;
const WRITES_PER_ROUND: u32 = 2;
const WRITE_ROUNDS: u32 = 3;
const ORDER: u32 = 4;
const DEPTH: u32 = 0;
const PACKET_BYTES: u32 = 5;
const ENTRY_BYTES: u32 = 6;
const DIGEST_BYTES: u32 = 7;
const THRESHOLD: u32 = 8;
const INITIAL_INTERVAL: u32 = 9;
const LONGEST_INTERVAL: u32 = 10;
const WINDOW_SIZE: u32 = 11;
/** Weight of the initial interval in a mean, beside the sample that an empty window begins with: five in all. */
const PRIOR: f64 = 4.0;

/** Fields behind those of arrivals: a version of each writer for every node; what the message at hand brings, by shard. */
const ROWS: u32 = OWN_FIELDS;
const WORK: u32 = OWN_FIELDS + 1;
const TALLIES: u32 = OWN_FIELDS + 2;
/** Tallies of a shard: entries sent, entries that were already there, packets that could not hold all. */
const ENTRIES: u32 = 0;
const WASTED: u32 = 1;
const FULL: u32 = 2;
const TALLY_COUNT: u32 = 3;

/** Cells behind those of arrivals, in the order of protocol.ts. */
const COVERED: u32 = OWN_CELLS + OWN_TALLIES;
const LIVE_NODES: u32 = COVERED + 1;
const BEHIND: u32 = COVERED + 2;
const PAIRS_BEHIND: u32 = COVERED + 3;
const MOST_BEHIND: u32 = COVERED + 4;
const TALLY_CELL: u32 = COVERED + 5;

/** Rows of zeros have heard of nobody: nothing to write. */
export function scuttlebuttStart(c: u32): void {
  countBelievers(c, setting(c, WRITERS));
}

export function scuttlebuttMeasure(c: u32): void {
  const writers = setting(c, WRITERS);
  const written = writtenBy(c, getU32(c, TICK));
  const end = getU32(c, END);
  countBelievers(c, writers);
  measureBeliefs(c, writers);
  measureTallies(c, OWN_CELLS, OWN_TALLIES);
  for (let node = nextUp(c, getU32(c, FIRST), end); node < end; node = nextUp(c, node + 1, end)) {
    const row = rowOf(c, node);
    let lacking: u32 = 0;
    let hasAll = written == totalWrites(c);
    for (let s: u32 = 0; s < writers; s++) {
      const version = getU32(row, s);
      // A writer that is down has written less; what it will write again nobody lacks.
      const behind: u32 = written > version ? written - version : 0;
      if (behind > 0) addCell(c, PAIRS_BEHIND, 1.0);
      if (behind > 0) hasAll = false;
      raiseCell(c, MOST_BEHIND, toF64(behind));
      lacking += behind;
    }
    addCell(c, LIVE_NODES, 1.0);
    addCell(c, BEHIND, toF64(lacking));
    if (hasAll) addCell(c, COVERED, 1.0);
  }
  for (let i: u32 = 0; i < TALLY_COUNT; i++) addCell(c, TALLY_CELL + i, getF64(tallies(c), i));
}

export function scuttlebuttReceive(c: u32): void {
  openInbox(c);
  for (let m = nextMessage(c); m != 0; m = nextMessage(c)) {
    const node = messageTo(m);
    const kind = messageKind(m);
    if (kind == TIMER) {
      if (timerFires(c, m, node) == 1) act(c, node);
      continue;
    }
    const brought = kind == SYN ? 0 : entriesIn(c, m);
    if (kind != ACK) hearDigest(c, node, m);
    const isNews = kind != SYN && take(c, rowOf(c, node), m);
    if (brought == 0) countArrived(c, REQUESTS_ARRIVED);
    else countArrived(c, isNews ? ARRIVED : REDUNDANT);
    if (kind != ACK) answer(c, m, node, kind == SYN ? SYN_ACK : ACK);
  }
}

export function scuttlebuttAct(c: u32): void {
  if (getU32(c, TICK) == 0) startTimers(c);
  for (let node = firstActor(c); node != NONE; node = nextActor(c, node)) act(c, node);
}

/** A writer writes what is due and beats; every node judges, and sends its digest to its peers. */
function act(c: u32, node: u32): void {
  const row = rowOf(c, node);
  const writers = setting(c, WRITERS);
  const own = subjectOf(c, writers, node);
  const written = writtenBy(c, getU32(c, TICK));
  const now = clockUnits(c);
  if (own < writers && getU32(row, own) < written) setU32(row, own, written);
  if (own < writers) beat(c, mul32(node, writers) + own, own, now);
  judge(c, node, writers, own, now);
  const peers = choosePeers(c, node);
  for (let index: u32 = 0; index < peers; index++) {
    const peer = chosenPeer(c, index);
    sendVersions(c, peer, node, SYN, delayOf(c, node, peer, chosenEdge(c, index)), 0, 0);
  }
}

/** Who has been silent for too long by now; one writer in turn is looked at for the figures. */
function judge(c: u32, node: u32, writers: u32, own: u32, now: u32): void {
  for (let s: u32 = 0; s < writers; s++) {
    const cell = mul32(node, writers) + s;
    if (s == own || versionIn(c, cell) == 0 || believesDown(c, writers, node, s) == 1) continue;
    if (phiOf(c, cell, now) > parameter(c, THRESHOLD)) believeDown(c, writers, node, s);
  }
  const turn = (node + div32(now, PERIOD_UNITS)) % writers;
  const cell = mul32(node, writers) + turn;
  if (turn == own || samplesIn(c, cell) == 0 || isDownNow(c, subjectNode(c, writers, turn)) == 1) return;
  tallyPair(c, cell, phiOf(c, cell, now));
}
/** chitchat's failure_detector.rs: silence over a mean that begins as the initial interval. */
function phiOf(c: u32, cell: u32, now: u32): f64 {
  const count = toF64(samplesIn(c, cell));
  const prior = PRIOR * parameter(c, INITIAL_INTERVAL) * toF64(PERIOD_UNITS);
  const sum: f64 = count == 0.0 ? 0.0 : meanIn(c, cell) * count;
  return (toF64(silenceIn(c, cell, now)) * (count + PRIOR)) / (sum + prior);
}
/** Newer heartbeats in a digest are arrivals; who beats is alive. */
function hearDigest(c: u32, node: u32, m: u32): void {
  const writers = setting(c, WRITERS);
  const own = subjectOf(c, writers, node);
  const now = clockUnits(c);
  const first = toU32(parameter(c, INITIAL_INTERVAL) * toF64(PERIOD_UNITS));
  const longest = toU32(parameter(c, LONGEST_INTERVAL) * toF64(PERIOD_UNITS));
  const beats = beatsAt(writers);
  for (let s: u32 = 0; s < writers; s++) {
    const cell = mul32(node, writers) + s;
    const version = getU32(m, beats + s);
    const known = versionIn(c, cell);
    if (s == own || version <= known) continue;
    if (believesDown(c, writers, node, s) == 1) believeUp(c, writers, node, s);
    if (generationOf(version) != generationOf(known)) clearWindow(c, cell);
    reportArrival(c, cell, now, first, longest, setting(c, WINDOW_SIZE));
    hear(c, cell, version, now);
  }
}
/** First word of the heartbeats in a message, behind digest and entries. */
function beatsAt(writers: u32): u32 {
  return DIGEST + ((writers + 1) >>> 1) + writers;
}

/** Sends what the other lacks, as far as a packet holds it; the callee answers in any case. */
function answer(c: u32, m: u32, node: u32, kind: u32): void {
  const count = chooseEntries(c, rowOf(c, node), m);
  if (kind == ACK && count == 0) return;
  const peer = messageFrom(m);
  sendVersions(c, peer, node, kind, replyDelay(c, m, node, peer), count, m);
}

/**
 * Puts into the work row how many entries of each writer a packet brings the sender of `m`. Depth: the writer
 * that is furthest behind first, and all of it. Breadth: as many entries of each, then what room is left.
 * @returns entries
 */
function chooseEntries(c: u32, row: u32, m: u32): u32 {
  const writers = setting(c, WRITERS);
  const work = workRow(c);
  const room = toU32(parameter(c, PACKET_BYTES) / parameter(c, ENTRY_BYTES));
  let lacking: u32 = 0;
  let lackingWriters: u32 = 0;
  for (let s: u32 = 0; s < writers; s++) {
    setU32(work, s, 0);
    const gap = gapOf(row, m, s);
    lacking += gap;
    if (gap > 0) lackingWriters++;
  }
  if (lacking == 0) return 0;
  if (lacking > room) addF64(tallies(c), FULL, 1.0);
  let left = room;
  if (setting(c, ORDER) != DEPTH) {
    const share = div32(room, lackingWriters);
    for (let s: u32 = 0; s < writers; s++) left -= grant(row, m, work, s, share);
  }
  while (left > 0) {
    const s = furthestBehind(row, m, work, writers);
    if (s == writers) break;
    left -= grant(row, m, work, s, left);
  }
  return room - left;
}

/** Adds entries of a writer, `most` of them at most. @returns how many */
function grant(row: u32, m: u32, work: u32, s: u32, most: u32): u32 {
  const gap = gapOf(row, m, s) - getU32(work, s);
  const gives: u32 = gap < most ? gap : most;
  setU32(work, s, getU32(work, s) + gives);
  return gives;
}
/** The writer of whom most entries lack, `writers` when none does. */
function furthestBehind(row: u32, m: u32, work: u32, writers: u32): u32 {
  let most: u32 = 0;
  let furthest = writers;
  for (let s: u32 = 0; s < writers; s++) {
    const gap = gapOf(row, m, s) - getU32(work, s);
    if (gap <= most) continue;
    most = gap;
    furthest = s;
  }
  return furthest;
}
function gapOf(row: u32, m: u32, s: u32): u32 {
  const theirs = digestIn(m, s);
  const own = getU32(row, s);
  return own > theirs ? own - theirs : 0;
}

/** Takes versions that follow on what the node has. @returns whether any was new */
function take(c: u32, row: u32, m: u32): bool {
  const writers = setting(c, WRITERS);
  const broughtAt = DIGEST + ((writers + 1) >>> 1);
  let isNews = false;
  for (let s: u32 = 0; s < writers; s++) {
    const word = getU32(m, broughtAt + s);
    if (word == 0) continue;
    const version = word & VERSION_MASK;
    const first = version - (word >>> 16);
    const own = getU32(row, s);
    if (own > first) addF64(tallies(c), WASTED, toF64((own < version ? own : version) - first));
    // Entries of a writer come in their order: a gap would lose what stands before.
    if (version <= own || first > own) continue;
    setU32(row, s, version);
    isNews = true;
  }
  return isNews;
}

function entriesIn(c: u32, m: u32): u32 {
  const writers = setting(c, WRITERS);
  const broughtAt = DIGEST + ((writers + 1) >>> 1);
  let count: u32 = 0;
  for (let s: u32 = 0; s < writers; s++) count += getU32(m, broughtAt + s) >>> 16;
  return count;
}
function digestIn(m: u32, s: u32): u32 {
  return (getU32(m, DIGEST + (s >>> 1)) >>> ((s & 1) << 4)) & VERSION_MASK;
}

/**
 * Sends a digest, and the entries of the work row to one whose digest is that of `asked`. Words: two versions
 * held, then for each writer the version it is brought to, and by how many entries.
 */
function sendVersions(c: u32, peer: u32, node: u32, kind: u32, delay: u32, entries: u32, asked: u32): void {
  const writers = setting(c, WRITERS);
  const row = rowOf(c, node);
  // The answer takes the place of what it answers: what that said is read first.
  const work = workRow(c);
  for (let s: u32 = 0; s < writers; s++) {
    const count: u32 = entries > 0 ? getU32(work, s) : 0;
    setU32(work, writers + s, count > 0 ? (digestIn(asked, s) + count) | (count << 16) : 0);
  }
  const isCopy = entries > 0;
  const digest: f64 = kind == ACK ? 0.0 : toF64(getU32(c, NODES)) * parameter(c, DIGEST_BYTES);
  const bytes = digest + toF64(entries) * parameter(c, ENTRY_BYTES);
  addF64(tallies(c), ENTRIES, toF64(entries));
  countSent(c, isCopy ? SENT : REQUESTED);
  countBytes(c, bytes);
  if (isMessageLost(c, node, peer, kind) == 1) {
    countSent(c, isCopy ? LOST : REQUESTS_LOST);
    return;
  }
  const m = sendSized(c, peer, node, kind | (isCopy ? COPY : CONTROL), delay, 0, toU32(bytes));
  const broughtAt = DIGEST + ((writers + 1) >>> 1);
  for (let s: u32 = 0; s < writers; s += 2) {
    const second: u32 = s + 1 < writers ? getU32(row, s + 1) : 0;
    setU32(m, DIGEST + (s >>> 1), getU32(row, s) | (second << 16));
  }
  for (let s: u32 = 0; s < writers; s++) setU32(m, broughtAt + s, getU32(work, writers + s));
  const heard = heardAt(c, writers, node);
  for (let s: u32 = 0; s < writers; s++) setU32(m, beatsAt(writers) + s, versionOf(heard, s));
}

/** Versions that a writer has written by a tick: the first at once. */
function writtenBy(c: u32, tick: u32): u32 {
  const round = toF64(tick) / toF64(getU32(c, getU32(c, EVENT_CLOCK) == 1 ? PERIOD : ROUND_TICKS));
  const count = toU32(round * parameter(c, WRITES_PER_ROUND)) + 1;
  const total = totalWrites(c);
  return count < total ? count : total;
}
function totalWrites(c: u32): u32 {
  return toU32(parameter(c, WRITES_PER_ROUND) * parameter(c, WRITE_ROUNDS)) + 1;
}
function rowOf(c: u32, node: u32): u32 {
  return field(c, ROWS) + (mul32(node, setting(c, WRITERS)) << 2);
}
/** Entries of each writer, then the words of a message that say so. */
function workRow(c: u32): u32 {
  return field(c, WORK) + (mul32(getU32(c, SHARD), setting(c, WRITERS) << 1) << 2);
}
function tallies(c: u32): u32 {
  return field(c, TALLIES) + (mul32(getU32(c, SHARD), TALLY_COUNT) << 3);
}
