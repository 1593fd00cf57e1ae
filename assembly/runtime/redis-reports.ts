/**
 * Failure reports of a Redis Cluster: which masters said of a node that it does not answer. Where
 * there is room, cells keep the time of each report; where there is less, a bit for each master in
 * two windows of time. Else a cell counts its reporters in the windows, and a coin says whether a
 * report comes from one that is counted: of all that report now, each is as likely as another.
 */
import {
  clear, clearBit, copy, div32, getU16, getU32, lowestBit, mul32, popcount, setBit, setU16, setU32,
  toF64, toU32,
} from "../memory";
import { threefry, threefrySecond } from "../kernels/random";
import { field, parameter } from "./access";
import { END, FIRST, NODES, SEED, SHARD, SHARDS, TICK } from "./context";
import { nextUp } from "./lives";
import {
  FAILS, PFAILS, REPORTED, REPORTERS, REPORTS, REPORT_VALIDITY, WINDOW, ageOf, bitsAt, cellOf, columnsOf,
  groupOf, groupsOf, hasBit, isMaster, nodeTimeout, rowOf, stampOf, wordsOf,
} from "./redis-table";

/** Reports that may have a time of their own, 2^25; see src/protocols/redis-cluster/protocol.ts. */
const LISTED_REPORTS: f64 = 33554432;
/** Reports that may have a bit in both windows, 2^29. */
const MARKED_REPORTS: f64 = 536870912;
/** A count has 16 bits: in larger clusters it counts in units of several reporters. */
const COUNT_MAX: u32 = 32768;
const COIN: u32 = 0xfe000000;

function reportsMax(c: u32): f64 {
  return toF64(getU32(c, NODES)) * toF64(columnsOf(c)) * toF64(groupsOf(c));
}
function isListed(c: u32): bool {
  return reportsMax(c) <= LISTED_REPORTS;
}
function isMarked(c: u32): bool {
  return reportsMax(c) <= MARKED_REPORTS;
}
/** Words of a window's bits. */
function windowWords(c: u32): u32 {
  return (groupsOf(c) + 31) >>> 5;
}
/** Address of a cell's bits: the window of now, then the one before. */
function marksAt(c: u32, cell: u32): u32 {
  return field(c, REPORTS) + (mul32(cell, windowWords(c)) << 3);
}
function validity(c: u32): u32 {
  return toU32(parameter(c, REPORT_VALIDITY) * toF64(nodeTimeout(c)));
}
function unitOf(c: u32): u32 {
  return div32(groupsOf(c), COUNT_MAX) + 1;
}

/** `from` said that the column's node fails. */
export function report(c: u32, columns: u32, node: u32, column: u32, from: u32, now: u32): void {
  const cell = cellOf(columns, node, column);
  if (isListed(c)) {
    const entry = mul32(cell, groupsOf(c)) + groupOf(c, from);
    setU16(field(c, REPORTS), entry, stampOf(now));
    return;
  }
  if (isMarked(c)) {
    setBit(marksAt(c, cell), groupOf(c, from));
    return;
  }
  const at = field(c, REPORTS) + (cell << 2);
  const fresh = getU16(at, 0);
  const old = getU16(at, 1);
  const unit = toF64(unitOf(c));
  const counted = toF64(fresh + old) * unit;
  const others = otherReporters(c, columns, node, column);
  const place = coin(c, node, column, from) * (others > counted ? others : counted);
  if (toF64(threefrySecond()) * unit >= 4294967296.0) return;
  // A first report cannot come from one that is counted.
  if (fresh + old > 0) {
    if (place < toF64(fresh) * unit) return;
    if (place < counted) setU16(at, 1, old - 1);
  }
  setU16(at, 0, fresh + 1);
}

/** `from` said that the column's node is well: its report is void. */
export function withdraw(c: u32, columns: u32, node: u32, column: u32, from: u32): void {
  const cell = cellOf(columns, node, column);
  if (isListed(c)) {
    setU16(field(c, REPORTS), mul32(cell, groupsOf(c)) + groupOf(c, from), 0);
    return;
  }
  if (isMarked(c)) {
    clearBit(marksAt(c, cell), groupOf(c, from));
    clearBit(marksAt(c, cell) + (windowWords(c) << 2), groupOf(c, from));
    return;
  }
  const at = field(c, REPORTS) + (cell << 2);
  const fresh = getU16(at, 0);
  const old = getU16(at, 1);
  if (fresh + old == 0) return;
  const unit = toF64(unitOf(c));
  const others = otherReporters(c, columns, node, column);
  // Of those who report no more some are still counted.
  const left = toF64(fresh + old) * unit - others;
  const place = coin(c, node, column, from) * (toF64(groupsOf(c)) - others);
  if (place >= left || toF64(threefrySecond()) * unit >= 4294967296.0) return;
  if (old > 0) setU16(at, 1, old - 1);
  else setU16(at, 0, fresh - 1);
}

/** Masters whose reports are valid. */
export function reportsOf(c: u32, columns: u32, node: u32, column: u32, now: u32): u32 {
  const cell = cellOf(columns, node, column);
  if (!isListed(c)) {
    if (isMarked(c)) return countMarks(c, cell);
    const at = field(c, REPORTS) + (cell << 2);
    return mul32(getU16(at, 0) + getU16(at, 1), unitOf(c));
  }
  const groups = groupsOf(c);
  const at = field(c, REPORTS) + (mul32(cell, groups) << 1);
  const longest = validity(c);
  const stamp = stampOf(now);
  let count: u32 = 0;
  for (let group: u32 = 0; group < groups; group++) {
    const reported = getU16(at, group);
    if (reported != 0 && ageOf(stamp, reported) <= longest) count++;
  }
  return count;
}

function countMarks(c: u32, cell: u32): u32 {
  const words = windowWords(c);
  const at = marksAt(c, cell);
  let count: u32 = 0;
  for (let word: u32 = 0; word < words; word++) {
    count += popcount((getU32(at, word) | getU32(at, words + word)) >>> 0);
  }
  return count;
}

/**
 * Lets bits and counts grow old: a window is two thirds of the validity, which is then the mean of what
 * counts live.
 */
export function ageReports(c: u32, node: u32, now: u32): void {
  if (isListed(c)) return;
  const columns = columnsOf(c);
  const row = rowOf(c, node);
  const window = div32(mul32(now, 3), mul32(validity(c), 2) + 1);
  const last = getU32(row, WINDOW);
  if (window == last) return;
  setU32(row, WINDOW, window);
  if (isMarked(c)) {
    ageMarks(c, columns, node, window == last + 1);
    return;
  }
  const at = field(c, REPORTS) + (cellOf(columns, node, 0) << 2);
  for (let column: u32 = 0; column < columns; column++) {
    setU16(at, (column << 1) + 1, window == last + 1 ? getU16(at, column << 1) : 0);
    setU16(at, column << 1, 0);
  }
}

/** Only columns that are marked as reported have bits. */
function ageMarks(c: u32, columns: u32, node: u32, keeps: bool): void {
  const reported = bitsAt(c, REPORTED, columns, node);
  const size = windowWords(c) << 2;
  for (let word: u32 = 0; word < wordsOf(columns); word++) {
    for (let bits = getU32(reported, word); bits != 0; bits = (bits & (bits - 1)) >>> 0) {
      const at = marksAt(c, cellOf(columns, node, (word << 5) + lowestBit(bits)));
      if (keeps) copy(at + size, at, size);
      else clear(at + size, size);
      clear(at, size);
    }
  }
}

/** Masters beside the observer that take the column's node for failing, as the last tick had it. */
function otherReporters(c: u32, columns: u32, node: u32, column: u32): f64 {
  const at = reportersAt(c, columns, getU32(c, TICK) + 1);
  let count: u32 = 0;
  for (let shard: u32 = 0; shard < getU32(c, SHARDS); shard++) {
    count += getU32(at, mul32(shard, columns) + column);
  }
  const reports =
    hasBit(c, PFAILS, columns, node, column) || hasBit(c, FAILS, columns, node, column);
  if (reports && count > 0 && isMaster(c, columns, node, node)) count--;
  return toF64(count);
}
/** Two tables in turn: each shard writes its row of one, and all read the other. */
function reportersAt(c: u32, columns: u32, tick: u32): u32 {
  return field(c, REPORTERS) + (mul32(tick & 1, mul32(getU32(c, SHARDS), columns)) << 2);
}
/** Counts the shard's masters that report each column. */
export function countReporters(c: u32): void {
  if (isMarked(c)) return;
  const columns = columnsOf(c);
  const at = reportersAt(c, columns, getU32(c, TICK));
  const row = at + (mul32(getU32(c, SHARD), columns) << 2);
  clear(row, columns << 2);
  const words = wordsOf(columns);
  const end = getU32(c, END);
  for (let node = nextUp(c, getU32(c, FIRST), end); node < end; node = nextUp(c, node + 1, end)) {
    const pfails = bitsAt(c, PFAILS, columns, node);
    const fails = bitsAt(c, FAILS, columns, node);
    for (let word: u32 = 0; word < words; word++) {
      let bits = (getU32(pfails, word) | getU32(fails, word)) >>> 0;
      if (bits == 0 || !isMaster(c, columns, node, node)) continue;
      for (; bits != 0; bits = (bits & (bits - 1)) >>> 0) {
        const column = (word << 5) + lowestBit(bits);
        setU32(row, column, getU32(row, column) + 1);
      }
    }
  }
}
/** In [0, 1); leaves a second word. */
function coin(c: u32, node: u32, column: u32, from: u32): f64 {
  const key = mul32(getU32(c, TICK), 0x9e3779b1) ^ (COIN | column);
  return toF64(threefry(getU32(c, SEED), key, from, node)) / 4294967296.0;
}
