/**
 * The bus of a Redis Cluster: every node pings whom it has not heard a pong from for half of node_timeout, and
 * one at random each second; pings and pongs carry gossip about a tenth of all nodes. No answer for node_timeout
 * is PFAIL, PFAIL at a majority of masters is FAIL, and a replica of the failed master asks for votes. The
 * engine is assembly/runtime/redis-*.ts. A period is a second, ten runs of the original's cron.
 */
import { getF64, getU16, getU32, lowestBit, setF64, toF64, toU32 } from "../memory";
import { drawBelow, threefry } from "../kernels/random";
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
  AGE_PINGS, CURRENT_EPOCH, FAILS, FALSE_PFAILS, MENTIONS, OPEN, PACE, PFAILS, PINGS,
  PONGS, RUNS, ageOf, bitsAt, burstOf, cellOf, columnNode, columnOf, columnsOf, groupsOf, hasBit,
  nodeTimeout, putBit, raise, rowOf, setStamp, stampIn, stampOf, subjectOfColumn, subjectsOf, suspect, talliesAt,
  tally, tenths, wordsOf,
} from "../runtime/redis-table";
import {
  OWN_CELLS, countBeliever, forgetBelievers, isDownNow, measureBeliefs,
} from "../runtime/subjects";
import { NONE, TIMER, firstLate, nextLate, startTimers, timerFires } from "../runtime/timers";
import { addCell, lastCell } from "../runtime/values";

/** Nodes of which the one with the oldest pong is pinged each second. */
const SAMPLES: u32 = 5;
/** Draws of one more node that is not tracked. */
const TRIES: u32 = 8;
/** A mean of pings decays by an eighth in a step. */
const PACE_SHARE: f64 = 0.125;

/** Purposes of draws: sampled nodes, their stand-ins, first ages of pongs, pings to nodes that are not tracked. */
const SAMPLE: u32 = 0xfc000000;
const STAND_IN: u32 = 0xfc000010;
const FIRST_AGE: u32 = 0xfc000020;
const OTHERS: u32 = 0xfc000040;

/** Cells after the shared ones: pairs that suspect a subject that is down, or is not; then the tallies. */
const SUSPECTED: u32 = OWN_CELLS;
const WRONGLY: u32 = OWN_CELLS + 1;
const TALLY_CELLS: u32 = OWN_CELLS + 2;
const PACE_CELL: u32 = OWN_CELLS + 7;

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
    } else if (kind == FAIL) receiveFail(c, m, node, now);
    else if (kind == UPDATE) receiveUpdate(c, m, node);
    else if (kind == AUTH_REQUEST) vote(c, m, node, from, epoch, now);
    else countVote(c, node, epoch);
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
  pingOthers(c, node);
  failOver(c, node);
  tellAll(c, node);
}

/** Of a few nodes, drawn, the one with the oldest pong. For nodes without a cell subjects stand in. */
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
  let left = burstOf(c);
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
      } else if (left > 0 && ageOf(stamp, getU16(pongs, column)) > half) {
        openPing(c, columns, node, column, stamp);
        sendBeat(c, node, columnNode(c, columns, column), PING);
        tally(c, AGE_PINGS, 1.0);
        left--;
      }
    }
  }
}

/** After half of the timeout the link is made anew; a ping goes over it once the node can be reached. */
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

/** Pings to nodes without a cell: as many for each as subjects got in the last steps. */
function pingOthers(c: u32, node: u32): void {
  const columns = columnsOf(c);
  const nodes = getU32(c, NODES);
  if (columns >= nodes) return;
  const others = toF64(nodes - columns);
  const mean = (lastCell(c, PACE_CELL) / toF64(nodes) / toF64(columns)) * others;
  const tick = getU32(c, TICK);
  const seed = getU32(c, SEED);
  const dither = toF64(threefry(seed, OTHERS, tick, node)) / 4294967296.0;
  const burst = toF64(burstOf(c));
  const count = toU32((mean < burst ? mean : burst) + dither);
  for (let i: u32 = 0; i < count; i++) {
    for (let attempt: u32 = 0; attempt < TRIES; attempt++) {
      const purpose = OTHERS | (attempt << 18) | ((i + 1) & 63) | ((i + 1) >>> 6 << 21);
      const drawn = drawBelow(seed, purpose, tick, node, nodes - 1);
      const peer = drawn >= node ? drawn + 1 : drawn;
      if (columnOf(c, columns, peer) < columns || isDownNow(c, peer) == 1) continue;
      sendBeat(c, node, peer, PING);
      break;
    }
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
  const pace = getF64(tallies, PACE);
  setF64(tallies, PACE, pace + (getF64(tallies, AGE_PINGS) - pace) * PACE_SHARE);
  setF64(tallies, AGE_PINGS, 0.0);
  for (let entry = FALSE_PFAILS; entry <= MENTIONS; entry++) {
    addCell(c, TALLY_CELLS + entry, getF64(tallies, entry));
  }
  addCell(c, PACE_CELL, getF64(tallies, PACE));
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
