/**
 * What a node of a Redis Cluster knows, as a table with a row for each node and a column for each
 * other one: all nodes up to a limit, tracked subjects above it. Times are tenths of a second.
 * Fields in the order of src/protocols/redis-cluster/protocol.ts; all zero is a node that has just
 * been started.
 */
import {
  addF64, clearBit, div32, getBit, getU16, getU32, mul32, setBit, setU16, setU32, toF64, toU32,
} from "../memory";
import { field, parameter, setting } from "./access";
import { NODES, PERIOD, SHARD, TICK } from "./context";
import { acquit, convict, isDownNow, subjectNode, subjectOf } from "./subjects";

/** Parameters. */
const SUBJECTS: u32 = 0;
const EXACT_NODES: u32 = 1;
const REPLICAS: u32 = 2;
const NODE_TIMEOUT: u32 = 3;
export const GOSSIP_DIVISOR: u32 = 4;
export const TRUST_PONGS: u32 = 5;
export const REPORT_VALIDITY: u32 = 6;

/**
 * Fields after the believers. Bits: PFAIL, FAIL, FAIL still to be told, a ping without its pong,
 * reports.
 */
const ROWS: u32 = 1;
export const PFAILS: u32 = 2;
export const FAILS: u32 = 3;
export const UNTOLD: u32 = 4;
export const OPEN: u32 = 5;
export const REPORTED: u32 = 6;
/**
 * A time by cell: the last pong, the open ping (or data since), FAIL, the last vote about this
 * master.
 */
export const PONGS: u32 = 7;
export const PINGS: u32 = 8;
export const FAIL_TIMES: u32 = 9;
export const VOTE_TIMES: u32 = 10;
/** Who owns the slots of the group that the column's node began as master of: epoch, member. */
const OWNERS: u32 = 11;
export const REPORTS: u32 = 12;
export const REPORTERS: u32 = 13;
/** Pings that a node still owes to nodes without a cell; of a table of subjects. */
export const OWED: u32 = 14;
const TALLIES: u32 = 15;

/** Words of a node's row. */
const ROW_WORDS_SHIFT: u32 = 3;
export const CURRENT_EPOCH: u32 = 0;
export const LAST_VOTE_EPOCH: u32 = 1;
/** Tick of the election + 1, the epoch that votes are asked for, votes; 0 = none. */
export const AUTH_AT: u32 = 2;
export const AUTH_EPOCH: u32 = 3;
export const VOTES: u32 = 4;
/** What is being told to all, and to whom next; see redis-failover.ts. */
export const TELLING: u32 = 5;
export const TELL_NEXT: u32 = 6;
/** The window that reports are counted in; see redis-reports.ts. */
export const WINDOW: u32 = 7;

/** Tallies of a shard. */
const SHARD_TALLIES: u32 = 8;
export const FALSE_PFAILS: u32 = 0;
export const ELECTIONS: u32 = 1;
export const PROMOTIONS: u32 = 2;
export const ADOPTIONS: u32 = 3;
export const MENTIONS: u32 = 4;

/** Owner: epoch above the index in its group. */
const MEMBER_BITS: u32 = 4;
const MEMBER_MASK: u32 = 15;
const EPOCH_MAX: u32 = 4095;

/** Runs of the cron in a period, which is a second. */
export const RUNS: u32 = 10;
/** Stamps of times repeat after so many tenths of a second; 0 = never. */
const STAMPS: u32 = 65535;
const FIRST_TIME: u32 = 655350;
/** Age of what never was. */
const AGES_AGO: u32 = 65535;
/** Messages that all nodes together may send on purpose in one run of their crons. */
const BURST_TOTAL: u32 = 262144;
const BURST_MIN: u32 = 4;

export function tenths(c: u32): u32 {
  const runs = (toF64(getU32(c, TICK)) * toF64(RUNS)) / toF64(getU32(c, PERIOD));
  return FIRST_TIME + toU32(runs);
}
export function stampOf(time: u32): u32 {
  return (time % STAMPS) + 1;
}
/** Tenths of a second from a stamp to the stamp of now. */
export function ageOf(nowStamp: u32, stamp: u32): u32 {
  if (stamp == 0) return AGES_AGO;
  return nowStamp >= stamp ? nowStamp - stamp : nowStamp + STAMPS - stamp;
}
/** node_timeout in tenths of a second. */
export function nodeTimeout(c: u32): u32 {
  return toU32(parameter(c, NODE_TIMEOUT) / 100.0);
}
/** Ticks of so many milliseconds of a cluster whose second is a period. */
export function ticksOfMs(c: u32, ms: f64): u32 {
  return toU32((ms * toF64(getU32(c, PERIOD))) / 1000.0);
}
export function timeoutMs(c: u32): f64 {
  return parameter(c, NODE_TIMEOUT);
}

export function isExact(c: u32): bool {
  return getU32(c, NODES) <= setting(c, EXACT_NODES);
}
export function subjectsOf(c: u32): u32 {
  return setting(c, SUBJECTS);
}
export function columnsOf(c: u32): u32 {
  return isExact(c) ? getU32(c, NODES) : setting(c, SUBJECTS);
}
export function columnOf(c: u32, columns: u32, node: u32): u32 {
  return subjectOf(c, columns, node);
}
export function columnNode(c: u32, columns: u32, column: u32): u32 {
  return subjectNode(c, columns, column);
}
/** Subject that a column is counted as; `subjects` for none. */
export function subjectOfColumn(c: u32, columns: u32, column: u32): u32 {
  const subjects = setting(c, SUBJECTS);
  return columns == subjects ? column : subjectOf(c, subjects, columnNode(c, columns, column));
}
/** Most messages that a node sends on its own in one run; what is left goes in the next. */
export function burstOf(c: u32): u32 {
  const burst = div32(BURST_TOTAL, getU32(c, NODES));
  return burst < BURST_MIN ? BURST_MIN : burst;
}

/** A master and its replicas stand side by side; the first begins as master. */
export function groupSize(c: u32): u32 {
  return setting(c, REPLICAS) + 1;
}
export function groupsOf(c: u32): u32 {
  return div32(getU32(c, NODES) + setting(c, REPLICAS), groupSize(c));
}
export function groupOf(c: u32, node: u32): u32 {
  return div32(node, groupSize(c));
}
export function memberOf(c: u32, node: u32): u32 {
  return node % groupSize(c);
}
/** Masters that make a majority. */
export function quorumOf(c: u32): u32 {
  return (groupsOf(c) >>> 1) + 1;
}
/** Column of the node that `node`'s group began with as master. */
export function slotsColumn(c: u32, columns: u32, node: u32): u32 {
  return columnOf(c, columns, node - memberOf(c, node));
}

export function rowOf(c: u32, node: u32): u32 {
  return field(c, ROWS) + (node << (ROW_WORDS_SHIFT + 2));
}
export function cellOf(columns: u32, node: u32, column: u32): u32 {
  return mul32(node, columns) + column;
}
export function wordsOf(columns: u32): u32 {
  return (columns + 31) >>> 5;
}
/** Address of a node's bits. */
export function bitsAt(c: u32, bits: u32, columns: u32, node: u32): u32 {
  return field(c, bits) + (mul32(node, wordsOf(columns)) << 2);
}
export function hasBit(c: u32, bits: u32, columns: u32, node: u32, column: u32): bool {
  return getBit(bitsAt(c, bits, columns, node), column) == 1;
}
export function putBit(c: u32, bits: u32, columns: u32, node: u32, column: u32): void {
  setBit(bitsAt(c, bits, columns, node), column);
}
export function dropBit(c: u32, bits: u32, columns: u32, node: u32, column: u32): void {
  clearBit(bitsAt(c, bits, columns, node), column);
}
export function stampIn(c: u32, times: u32, cell: u32): u32 {
  return getU16(field(c, times), cell);
}
export function setStamp(c: u32, times: u32, cell: u32, stamp: u32): void {
  setU16(field(c, times), cell, stamp);
}

export function ownerEpoch(c: u32, cell: u32): u32 {
  return getU16(field(c, OWNERS), cell) >>> MEMBER_BITS;
}
export function ownerMember(c: u32, cell: u32): u32 {
  return getU16(field(c, OWNERS), cell) & MEMBER_MASK;
}
/** The higher epoch owns the slots. @returns true when that is news */
export function adopt(c: u32, cell: u32, epoch: u32, member: u32): bool {
  if (epoch <= ownerEpoch(c, cell) || epoch > EPOCH_MAX) return false;
  setU16(field(c, OWNERS), cell, (epoch << MEMBER_BITS) | member);
  tally(c, ADOPTIONS, 1.0);
  return true;
}
/** true when `node` takes `other` for a master with slots. */
export function isMaster(c: u32, columns: u32, node: u32, other: u32): bool {
  const column = slotsColumn(c, columns, other);
  const owner: u32 = column < columns ? ownerMember(c, cellOf(columns, node, column)) : 0;
  return owner == memberOf(c, other);
}
/** configEpoch that a node claims its slots with. */
export function configEpoch(c: u32, columns: u32, node: u32): u32 {
  const column = slotsColumn(c, columns, node);
  return column < columns ? ownerEpoch(c, cellOf(columns, node, column)) : 0;
}

/** The node's own verdict: no answer for node_timeout. */
export function suspect(c: u32, columns: u32, node: u32, column: u32): void {
  putBit(c, PFAILS, columns, node, column);
  if (subjectOfColumn(c, columns, column) >= setting(c, SUBJECTS)) return;
  if (isDownNow(c, columnNode(c, columns, column)) == 0) tally(c, FALSE_PFAILS, 1.0);
}
/** The cluster's verdict. */
export function condemn(c: u32, columns: u32, node: u32, column: u32, now: u32): void {
  dropBit(c, PFAILS, columns, node, column);
  putBit(c, FAILS, columns, node, column);
  setStamp(c, FAIL_TIMES, cellOf(columns, node, column), stampOf(now));
  const s = subjectOfColumn(c, columns, column);
  if (s < setting(c, SUBJECTS)) convict(c, setting(c, SUBJECTS), node, s);
}
export function pardon(c: u32, columns: u32, node: u32, column: u32): void {
  dropBit(c, FAILS, columns, node, column);
  dropBit(c, UNTOLD, columns, node, column);
  const s = subjectOfColumn(c, columns, column);
  if (s < setting(c, SUBJECTS)) acquit(c, setting(c, SUBJECTS), s);
}

export function talliesAt(c: u32): u32 {
  return field(c, TALLIES) + (mul32(getU32(c, SHARD), SHARD_TALLIES) << 3);
}
export function tally(c: u32, entry: u32, amount: f64): void {
  addF64(talliesAt(c), entry, amount);
}
/** Raises a word of a row to `value`. */
export function raise(row: u32, word: u32, value: u32): void {
  if (value > getU32(row, word)) setU32(row, word, value);
}
