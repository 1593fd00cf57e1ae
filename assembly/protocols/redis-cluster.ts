/**
 * The bus of a Redis Cluster: every node pings whom it has not heard a pong from for half of
 * node_timeout, and one at random each second; pings and pongs carry gossip about a tenth of all
 * nodes. No answer for node_timeout is PFAIL, PFAIL at a majority of masters is FAIL, and a replica
 * of the failed master asks for votes. The engine is assembly/runtime/redis-*.ts. A period is a
 * second, ten runs of the original's cron.
 */
import { getF64, getU16, getU32, lowestBit, setU32, toF64, toU32 } from "../memory";
import { drawBelow } from "../kernels/random";
import { countArrived, field } from "../runtime/access";
import {
  ARRIVED, END, FIRST, NODES, PERIOD, REQUESTS_ARRIVED, SEED, TICK, TIMER_KIND,
} from "../runtime/context";
import { nextUp } from "../runtime/lives";
import {
  messageFrom, messageKind, messagePayload, messageTo, nextMessage, openInbox,
} from "../runtime/mailbox";
import { isGone } from "../runtime/reach";
import {
  PING, PONG, UPDATE, condemnIfMany, hearFrom, readBeat, receivePong, receiveUpdate, sendBeat,
} from "../runtime/redis-bus";
import {
  AUTH_REQUEST, FAIL, countVote, failOver, receiveFail, tellAll, vote,
} from "../runtime/redis-failover";
import { ageReports, countReporters } from "../runtime/redis-reports";
import {
  CURRENT_EPOCH, FAILS, FALSE_PFAILS, MENTIONS, OPEN, OWED, PFAILS, PINGS, PONGS, RUNS, ageOf,
  bitsAt, burstOf, cellOf, columnNode, columnOf, columnsOf, groupsOf, hasBit, nodeTimeout, putBit,
  raise, rowOf, setStamp, stampIn, stampOf, subjectOfColumn, subjectsOf, suspect, talliesAt,
  tenths, wordsOf,
} from "../runtime/redis-table";
import {
  OWN_CELLS, countBeliever, forgetBelievers, isDownNow, measureBeliefs,
} from "../runtime/subjects";
import { NONE, TIMER, firstLate, nextLate, startTimers, timerFires } from "../runtime/timers";
import { addCell } from "../runtime/values";

/** Nodes of which the one with the oldest pong is pinged each second. */
const SAMPLES: u32 = 5;

/**
 * Purposes of draws: sampled nodes, their stand-ins, first ages of pongs, nodes of a block, others.
 */
const SAMPLE: u32 = 0xfc000000;
const STAND_IN: u32 = 0xfc000010;
const FIRST_AGE: u32 = 0xfc000020;
const BLOCK: u32 = 0xfc000040;
const OTHERS: u32 = 0xfc800000;

/**
 * Cells after the shared ones: pairs that suspect a subject that is down, or is not; then the
 * tallies.
 */
const SUSPECTED: u32 = OWN_CELLS;
const WRONGLY: u32 = OWN_CELLS + 1;
const TALLY_CELLS: u32 = OWN_CELLS + 2;

/** A cluster that has stood for long: pongs of any age below half of the timeout. */
export function redisClusterStart(c: u32): void {
  const columns = columnsOf(c);
  const now = tenths(c);
  const half = (nodeTimeout(c) >>> 1) + 1;
  for (let node = getU32(c, FIRST); node < getU32(c, END); node++) {
    for (let column: u32 = 0; column < columns; column++) {
      const age = drawBelow(getU32(c, SEED), FIRST_AGE, column, node, half);
      setStamp(c, PONGS, cellOf(columns, node, column), stampOf(now - age));
    }
  }
}

export function redisClusterReceive(c: u32): void {
  openInbox(c);
  const now = tenths(c);
  for (let m = nextMessage(c); m != 0; m = nextMessage(c)) {
    const node = messageTo(m);
    const kind = messageKind(m);
    if (kind == TIMER) {
      if (timerFires(c, m, node) == 1) run(c, node, 0);
      continue;
    }
    countArrived(c, kind == PING ? REQUESTS_ARRIVED : ARRIVED);
    const from = messageFrom(m);
    const epoch = messagePayload(m);
    hearFrom(c, node, from, now);
    raise(rowOf(c, node), CURRENT_EPOCH, epoch);
    if (kind == PING || kind == PONG) {
      if (kind == PING) sendBeat(c, node, from, PONG);
      else receivePong(c, node, from, now);
      readBeat(c, m, node, from, now);
    } else if (kind == UPDATE) receiveUpdate(c, m, node);
    else if (kind == AUTH_REQUEST) vote(c, m, node, from, epoch, now);
    else {
      if (kind == FAIL) receiveFail(c, m, node, now);
      else countVote(c, node, epoch);
      // Neither an election nor its end waits for the cron.
      failOver(c, node);
    }
  }
}

export function redisClusterAct(c: u32): void {
  if (getU32(c, TICK) == 0) startTimers(c);
  countReporters(c);
  if (getU32(c, TIMER_KIND) != 0) return;
  const period = getU32(c, PERIOD);
  const runs: u32 = period < RUNS ? 1 : RUNS;
  for (let index: u32 = 0; index < runs; index++) {
    const lag = toU32((toF64(index) * toF64(period)) / toF64(runs));
    for (let node = firstLate(c, lag); node != NONE; node = nextLate(c, lag)) run(c, node, index);
  }
}

/** One run of a node's cron. */
function run(c: u32, node: u32, index: u32): void {
  const now = tenths(c);
  ageReports(c, node, now);
  if (index == 0) pingOldest(c, node, now);
  watch(c, node, index, now);
  failOver(c, node);
  tellAll(c, node);
}

/**
 * Of a few nodes, drawn, the one with the oldest pong. For nodes without a cell subjects stand in.
 */
function pingOldest(c: u32, node: u32, now: u32): void {
  const columns = columnsOf(c);
  const own = columnOf(c, columns, node);
  const stamp = stampOf(now);
  const seed = getU32(c, SEED);
  let oldest: u32 = NONE;
  let oldestAge: u32 = 0;
  for (let slot: u32 = 0; slot < SAMPLES; slot++) {
    const drawn = drawBelow(seed, SAMPLE | slot, getU32(c, TICK), node, getU32(c, NODES) - 1);
    const peer = drawn >= node ? drawn + 1 : drawn;
    const isTracked = columnOf(c, columns, peer) < columns;
    const column = isTracked
      ? columnOf(c, columns, peer)
      : drawBelow(seed, STAND_IN | slot, getU32(c, TICK), node, columns);
    if (column == own || hasBit(c, OPEN, columns, node, column)) continue;
    const age = ageOf(stamp, stampIn(c, PONGS, cellOf(columns, node, column)));
    if (oldest != NONE && age <= oldestAge) continue;
    oldest = peer;
    oldestAge = age;
  }
  if (oldest == NONE) return;
  const column = columnOf(c, columns, oldest);
  if (column < columns) openPing(c, columns, node, column, stamp);
  sendBeat(c, node, oldest, PING);
}

function openPing(c: u32, columns: u32, node: u32, column: u32, stamp: u32): void {
  putBit(c, OPEN, columns, node, column);
  setStamp(c, PINGS, cellOf(columns, node, column), stamp);
}

/** Pings who was silent for half of the timeout, and suspects who did not answer for all of it. */
function watch(c: u32, node: u32, index: u32, now: u32): void {
  const columns = columnsOf(c);
  const own = columnOf(c, columns, node);
  const stamp = stampOf(now);
  const half = nodeTimeout(c) >>> 1;
  const open = bitsAt(c, OPEN, columns, node);
  const pongs = field(c, PONGS) + (cellOf(columns, node, 0) << 1);
  const burst = burstOf(c);
  const isReduced = columns < getU32(c, NODES);
  let pinged: u32 = 0;
  for (let word: u32 = 0; word < wordsOf(columns); word++) {
    const opened = getU32(open, word);
    const first = word << 5;
    const end = first + 32 < columns ? first + 32 : columns;
    for (let column = first; column < end; column++) {
      // Most have answered not long ago: the others come apart.
      if (ageOf(stamp, getU16(pongs, column)) <= half && opened == 0) continue;
      if (column == own) continue;
      if (((opened >>> (column - first)) & 1) == 1) {
        watchOpen(c, columns, node, column, index, now);
      } else if (pinged < burst && ageOf(stamp, getU16(pongs, column)) > half) {
        openPing(c, columns, node, column, stamp);
        sendBeat(c, node, columnNode(c, columns, column), PING);
        pinged++;
        if (isReduced) pinged += pingBlock(c, columns, node, column, burst - pinged);
      }
    }
  }
  if (isReduced) pingOwed(c, node, burst - pinged);
}

/**
 * After half of the timeout the link is made anew; a ping goes over it once the node can be
 * reached.
 */
function watchOpen(
  c: u32, columns: u32, node: u32, column: u32, index: u32, now: u32,
): void {
  const silence = ageOf(stampOf(now), stampIn(c, PINGS, cellOf(columns, node, column)));
  const timeout = nodeTimeout(c);
  if (silence > timeout >>> 1 && index == 0) {
    const other = columnNode(c, columns, column);
    if (!isGone(c, node, other)) sendBeat(c, node, other, PING);
  }
  if (silence <= timeout || hasBit(c, PFAILS, columns, node, column)) return;
  if (hasBit(c, FAILS, columns, node, column)) return;
  suspect(c, columns, node, column);
  if (groupsOf(c) == 1) condemnIfMany(c, columns, node, column, now);
}

/**
 * Pings the nodes that a subject stands for: those after it up to the next subject. Their pongs are
 * as old as its own. They must be these and no others, because who is pinged by all at the same
 * time learns most.
 * @param room pings that are left of a burst; what is over is owed
 * @returns pings sent
 */
function pingBlock(c: u32, columns: u32, node: u32, column: u32, room: u32): u32 {
  const first = columnNode(c, columns, column) + 1;
  const end = column + 1 < columns ? columnNode(c, columns, column + 1) : getU32(c, NODES);
  const size = end - first;
  if (size == 0) return 0;
  const count = size < room ? size : room;
  const at = count < size
    ? drawBelow(getU32(c, SEED), BLOCK | column, getU32(c, TICK), node, size)
    : 0;
  for (let i: u32 = 0; i < count; i++) {
    const peer = first + ((at + i) % size);
    if (peer != node && isDownNow(c, peer) == 0) sendBeat(c, node, peer, PING);
  }
  if (count < size) {
    const owed = field(c, OWED);
    const all = getU32(owed, node) + size - count;
    setU32(owed, node, all < getU32(c, NODES) ? all : getU32(c, NODES));
  }
  return count;
}

/** Pings that earlier bursts had no room for, to anybody. */
function pingOwed(c: u32, node: u32, room: u32): void {
  const owed = getU32(field(c, OWED), node);
  const count = owed < room ? owed : room;
  if (count == 0) return;
  setU32(field(c, OWED), node, owed - count);
  for (let i: u32 = 0; i < count; i++) {
    const others = getU32(c, NODES) - 1;
    const purpose = OTHERS | ((i >>> 8) << 18) | (i & 255);
    const drawn = drawBelow(getU32(c, SEED), purpose, getU32(c, TICK), node, others);
    const peer = drawn >= node ? drawn + 1 : drawn;
    if (isDownNow(c, peer) == 0) sendBeat(c, node, peer, PING);
  }
}

export function redisClusterMeasure(c: u32): void {
  const subjects = subjectsOf(c);
  const columns = columnsOf(c);
  forgetBelievers(c, subjects);
  const end = getU32(c, END);
  for (let node = nextUp(c, getU32(c, FIRST), end); node < end; node = nextUp(c, node + 1, end)) {
    countVerdicts(c, columns, subjects, node);
  }
  measureBeliefs(c, subjects);
  const tallies = talliesAt(c);
  for (let entry = FALSE_PFAILS; entry <= MENTIONS; entry++) {
    addCell(c, TALLY_CELLS + entry, getF64(tallies, entry));
  }
}

function countVerdicts(c: u32, columns: u32, subjects: u32, node: u32): void {
  const pfails = bitsAt(c, PFAILS, columns, node);
  const fails = bitsAt(c, FAILS, columns, node);
  for (let word: u32 = 0; word < wordsOf(columns); word++) {
    const failed = getU32(fails, word);
    let bits = (getU32(pfails, word) | failed) >>> 0;
    while (bits != 0) {
      const bit = lowestBit(bits);
      bits = (bits & (bits - 1)) >>> 0;
      const s = subjectOfColumn(c, columns, (word << 5) + bit);
      if (s >= subjects) continue;
      if (((failed >>> bit) & 1) == 1) countBeliever(c, subjects, s);
      const isDown = isDownNow(c, columnNode(c, subjects, s)) == 1;
      addCell(c, isDown ? SUSPECTED : WRONGLY, 1.0);
    }
  }
}
