/**
 * A versioned configuration spreads: its writers publish revisions, last writer wins, and every node runs the
 * newest it has whole. A change may go to canaries first; it is then promoted, or rolled back if it is the bad
 * one. Either nodes push the whole payload, or they exchange what they have and then the chunks that lack.
 *
 * A revision is what a writer publishes: a change, and where changes are tried first the verdict on it. A
 * verdict brings no payload of its own, so revisions of one change share their chunks.
 */
import {
  addF64, div32, getF64, getU32, lowestBit, mul32, popcount, setU32, toF64, toU32,
} from "../memory";
import { threefry } from "../kernels/random";
import { countArrived, countBytes, countSent, field, parameter, setting } from "../runtime/access";
import {
  ARRIVED, END, EVENT_CLOCK, FIRST, LOST, NODES, PERIOD, REDUNDANT, REQUESTED, REQUESTS_ARRIVED, REQUESTS_LOST,
  ROUND_TICKS, SEED, SENT, SHARD, TICK,
} from "../runtime/context";
import { delayOf, replyDelay } from "../runtime/delay";
import { CONTROL, COPY } from "../runtime/links";
import { isUp, nextUp } from "../runtime/lives";
import {
  messageFrom, messageKind, messagePayload, messageTo, nextMessage, openInbox, sendSized,
} from "../runtime/mailbox";
import { choosePeers, chosenEdge, chosenPeer, isMessageLost } from "../runtime/peers";
import { NONE, TIMER, firstActor, nextActor, startTimers, timerFires } from "../runtime/timers";
import { addCell, lowerCell, raiseCell } from "../runtime/values";

const PUSH: u32 = 1;
const SYN: u32 = 2;
const ANSWER: u32 = 3;
const CHUNKS_BACK: u32 = 4;
/** Words of a message beyond its payload, which is the sender's revision: chunks it has, chunks it brings. */
const HAVE: u32 = 4;
const BROUGHT: u32 = 5;

/** Parameters and their choices, in the order of src/protocols/config-spread/protocol.ts. */
const METHOD: u32 = 1;
const METHOD_PUSH: u32 = 0;
const ACTIVE_ROUNDS: u32 = 2;
const PAYLOAD_BYTES: u32 = 3;
const CHUNKS: u32 = 4;
const CHUNKS_PER_MESSAGE: u32 = 5;
const CHANGES: u32 = 6;
const CHANGE_ROUNDS: u32 = 7;
const WRITERS: u32 = 8;
const CANARY_SHARE: u32 = 9;
const CANARY_ROUNDS: u32 = 10;
const BAD_CHANGE: u32 = 11;

/** A row: newest revision heard of, chunks of its change, revision in force, tick + 1 since when. */
const ROWS: u32 = 0;
const TALLIES: u32 = 1;
const TOP: u32 = 0;
const HELD: u32 = 1;
const RUNS: u32 = 2;
const SINCE: u32 = 3;
const ROW_SHIFT: u32 = 4;
/** Tallies of a shard: chunks sent, and those that were not needed. */
const BROUGHT_CHUNKS: u32 = 0;
const WASTED: u32 = 1;
const TALLY_COUNT: u32 = 2;

/** Cells, in the order of protocol.ts. */
const DONE: u32 = 0;
const LIVE_NODES: u32 = 1;
const BEHIND: u32 = 2;
const ONE_BEHIND: u32 = 3;
const MORE_BEHIND: u32 = 4;
const VERSIONS_BEHIND: u32 = 5;
const ON_BAD: u32 = 6;
const OLDEST: u32 = 7;
const NEWEST: u32 = 8;
const TALLY_CELL: u32 = 9;

/** Purposes of draws: who is a canary, and with which chunk a sender begins. */
const CANARY: u32 = 0xfc200000;
const FIRST_CHUNK: u32 = 0xfc200001;

/** All nodes run version 0: rows of zeros, and nothing to write. */
export function configSpreadStart(_c: u32): void {}

export function configSpreadMeasure(c: u32): void {
  const end = getU32(c, END);
  const published = publishedBy(c, getU32(c, TICK));
  const last = revisions(c);
  for (let node = nextUp(c, getU32(c, FIRST), end); node < end; node = nextUp(c, node + 1, end)) {
    const runs = getU32(rowOf(c, node), RUNS);
    const version = versionOf(c, node, runs);
    const wanted = versionOf(c, node, published);
    const behind: u32 = wanted > version ? wanted - version : version - wanted;
    addCell(c, LIVE_NODES, 1.0);
    if (runs == last) addCell(c, DONE, 1.0);
    if (behind > 0) addCell(c, BEHIND, 1.0);
    if (behind == 1) addCell(c, ONE_BEHIND, 1.0);
    if (behind > 1) addCell(c, MORE_BEHIND, 1.0);
    addCell(c, VERSIONS_BEHIND, toF64(behind));
    if (version == setting(c, BAD_CHANGE) && version > 0) addCell(c, ON_BAD, 1.0);
    lowerCell(c, OLDEST, toF64(version));
    raiseCell(c, NEWEST, toF64(version));
  }
  for (let i: u32 = 0; i < TALLY_COUNT; i++) addCell(c, TALLY_CELL + i, getF64(tallies(c), i));
}

export function configSpreadReceive(c: u32): void {
  openInbox(c);
  for (let m = nextMessage(c); m != 0; m = nextMessage(c)) {
    const node = messageTo(m);
    const kind = messageKind(m);
    if (kind == TIMER) {
      if (timerFires(c, m, node) == 1) act(c, node);
      continue;
    }
    const brought = getU32(m, BROUGHT);
    const isNews = take(c, rowOf(c, node), messagePayload(m), brought);
    if (kind == SYN || (kind == ANSWER && brought == 0)) countArrived(c, REQUESTS_ARRIVED);
    else countArrived(c, isNews ? ARRIVED : REDUNDANT);
    if (kind == SYN) answer(c, m, node, ANSWER);
    else if (kind == ANSWER) answer(c, m, node, CHUNKS_BACK);
  }
}

export function configSpreadAct(c: u32): void {
  const tick = getU32(c, TICK);
  if (tick == 0) startTimers(c);
  const published = publishedBy(c, tick);
  const before: u32 = tick == 0 ? 0 : publishedBy(c, tick - 1);
  for (let revision = before + 1; revision <= published; revision++) publish(c, revision);
  for (let node = firstActor(c); node != NONE; node = nextActor(c, node)) act(c, node);
}

/** A writer has its own revision whole; while it is down it publishes nothing. */
function publish(c: u32, revision: u32): void {
  const writers = setting(c, WRITERS);
  const node = mul32((changeOf(c, revision) - 1) % writers, toU32(toF64(getU32(c, NODES)) / toF64(writers)));
  if (node < getU32(c, FIRST) || node >= getU32(c, END) || isUp(c, node) == 0) return;
  take(c, rowOf(c, node), revision, allChunks(c));
}

/** A node calls its peers: with the payload while that is new to it, or always with what it has. */
function act(c: u32, node: u32): void {
  const row = rowOf(c, node);
  const isPush = setting(c, METHOD) == METHOD_PUSH;
  if (isPush && !isSpreading(c, row)) return;
  const peers = choosePeers(c, node);
  for (let index: u32 = 0; index < peers; index++) {
    const peer = chosenPeer(c, index);
    const delay = delayOf(c, node, peer, chosenEdge(c, index));
    if (isPush) sendChunks(c, peer, node, PUSH, delay, allChunks(c));
    else sendChunks(c, peer, node, SYN, delay, 0);
  }
}

/** Whether a node took its revision within its active rounds. */
function isSpreading(c: u32, row: u32): bool {
  if (getU32(row, RUNS) == 0 || getU32(row, RUNS) != getU32(row, TOP)) return false;
  const age = getU32(c, TICK) + 1 - getU32(row, SINCE);
  return age < mul32(setting(c, ACTIVE_ROUNDS), roundTicks(c));
}

/** Sends what the other lacks of the node's newest revision; the callee answers even with nothing. */
function answer(c: u32, m: u32, node: u32, kind: u32): void {
  const row = rowOf(c, node);
  const top = getU32(row, TOP);
  const theirs = messagePayload(m);
  const isNewer = top > theirs;
  const held = getU32(m, HAVE);
  const lacks = isNewer ? lackingOf(c, theirs, held, top) : allChunks(c) & ~held;
  const gives = top >= theirs ? someOf(c, node, getU32(row, HELD) & lacks) : 0;
  if (kind == CHUNKS_BACK && gives == 0 && !isNewer) return;
  const peer = messageFrom(m);
  sendChunks(c, peer, node, kind, replyDelay(c, m, node, peer), gives);
}

/** Chunks that a node with `held` of revision `own` lacks of a newer revision. */
function lackingOf(c: u32, own: u32, held: u32, newer: u32): u32 {
  if (isRollback(c, newer)) return 0;
  return changeOf(c, own) == changeOf(c, newer) ? allChunks(c) & ~held : allChunks(c);
}

/** As many of the chunks as fit a message, from a drawn one on, so that senders bring different ones. */
function someOf(c: u32, node: u32, chunks: u32): u32 {
  const most = setting(c, CHUNKS_PER_MESSAGE);
  if (popcount(chunks) <= most) return chunks;
  const first = threefry(getU32(c, SEED), FIRST_CHUNK, getU32(c, TICK), node) % setting(c, CHUNKS);
  const later: u32 = (0xffffffff << first) >>> 0;
  let left = chunks & later;
  let chosen: u32 = 0;
  for (let count: u32 = 0; count < most; count++) {
    if (left == 0) left = chunks & ~chosen;
    const bit: u32 = 1 << lowestBit(left);
    chosen = chosen | bit;
    left = left & ~bit;
  }
  return chosen;
}

/** A node takes a revision and chunks of its change. @returns whether either was new */
function take(c: u32, row: u32, revision: u32, chunks: u32): bool {
  const top = getU32(row, TOP);
  const all = allChunks(c);
  if (revision < top || revision == 0) {
    addF64(tallies(c), WASTED, toF64(popcount(chunks)));
    return false;
  }
  let held = revision > top ? all & ~lackingOf(c, top, getU32(row, HELD), revision) : getU32(row, HELD);
  addF64(tallies(c), WASTED, toF64(popcount(chunks & held)));
  const isNews = revision > top || (chunks & ~held) != 0;
  held = held | chunks;
  setU32(row, TOP, revision);
  setU32(row, HELD, held);
  if ((all & ~held) == 0 && getU32(row, RUNS) < revision) {
    setU32(row, RUNS, revision);
    setU32(row, SINCE, getU32(c, TICK) + 1);
  }
  return isNews;
}

function sendChunks(c: u32, peer: u32, node: u32, kind: u32, delay: u32, chunks: u32): void {
  const isCopy = kind == PUSH || kind == CHUNKS_BACK || chunks != 0;
  const count = setting(c, CHUNKS);
  // Chunks of whole bytes: their sum then does not depend on the order of shards.
  const chunkBytes = div32(setting(c, PAYLOAD_BYTES) + count - 1, count);
  const bytes = toF64(popcount(chunks)) * toF64(chunkBytes);
  addF64(tallies(c), BROUGHT_CHUNKS, toF64(popcount(chunks)));
  countSent(c, isCopy ? SENT : REQUESTED);
  countBytes(c, bytes);
  if (isMessageLost(c, node, peer, kind) == 1) {
    countSent(c, isCopy ? LOST : REQUESTS_LOST);
    return;
  }
  const row = rowOf(c, node);
  const flag = isCopy ? COPY : CONTROL;
  const m = sendSized(c, peer, node, kind | flag, delay, getU32(row, TOP), toU32(bytes));
  setU32(m, HAVE, getU32(row, HELD));
  setU32(m, BROUGHT, chunks);
}

/** Whether changes are tried and judged, so that each has two revisions. */
function isStaged(c: u32): bool {
  return parameter(c, CANARY_SHARE) < 1.0 || setting(c, BAD_CHANGE) > 0;
}
function revisions(c: u32): u32 {
  const changes = setting(c, CHANGES);
  return isStaged(c) ? changes << 1 : changes;
}
/** Revisions published by a tick, that tick included: the first at once. */
function publishedBy(c: u32, tick: u32): u32 {
  const round = toF64(tick) / toF64(roundTicks(c));
  const interval = parameter(c, CHANGE_ROUNDS);
  const change = toU32(round / interval);
  if (change >= setting(c, CHANGES)) return revisions(c);
  if (!isStaged(c)) return change + 1;
  const isJudged = round - toF64(change) * interval >= parameter(c, CANARY_ROUNDS);
  return (change << 1) + (isJudged ? 2 : 1);
}
/** Change of a revision, from 1; 0 for none. */
function changeOf(c: u32, revision: u32): u32 {
  return isStaged(c) ? (revision + 1) >>> 1 : revision;
}
function isRollback(c: u32, revision: u32): bool {
  const bad = setting(c, BAD_CHANGE);
  return bad > 0 && (revision & 1) == 0 && revision >>> 1 == bad;
}
/** Version that a node runs with a revision in force: canaries run what is on trial. */
function versionOf(c: u32, node: u32, revision: u32): u32 {
  const change = changeOf(c, revision);
  if (revision == 0 || !isStaged(c)) return change;
  if ((revision & 1) == 0) return isRollback(c, revision) ? change - 1 : change;
  const isCanary =
    toF64(threefry(getU32(c, SEED), CANARY, 0, node)) < parameter(c, CANARY_SHARE) * 4294967296.0;
  if (isCanary) return change;
  // What was promoted before; a change that was rolled back is skipped.
  return change - 1 > 0 && change - 1 == setting(c, BAD_CHANGE) ? change - 2 : change - 1;
}

function allChunks(c: u32): u32 {
  return 0xffffffff >>> (32 - setting(c, CHUNKS));
}
function roundTicks(c: u32): u32 {
  return getU32(c, getU32(c, EVENT_CLOCK) == 1 ? PERIOD : ROUND_TICKS);
}
function rowOf(c: u32, node: u32): u32 {
  return field(c, ROWS) + (node << ROW_SHIFT);
}
function tallies(c: u32): u32 {
  return field(c, TALLIES) + (mul32(getU32(c, SHARD), TALLY_COUNT) << 3);
}
