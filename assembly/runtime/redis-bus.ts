/**
 * Pings and pongs of a Redis Cluster's bus, and the gossip that rides on them: a tenth of all nodes
 * with the time of their last pong, and all that are PFAIL. Message words: what the sender claims,
 * entries of the section, a bit for each column that is PFAIL, the entries.
 */
import {
  clearBit, div32, getBit, getU16, getU32, lowestBit, mul32, popcount, setBit, setU16, setU32,
  toF64, toU32,
} from "../memory";
import { drawBelow, threefry } from "../kernels/random";
import { countBytes, countSent, field, setting } from "./access";
import { NODES, REQUESTED, SCRATCH_AT, SEED, SENT, TICK } from "./context";
import { delayOf } from "./delay";
import { CONTROL, COPY } from "./links";
import { sendSized } from "./mailbox";
import { report, reportsOf, withdraw } from "./redis-reports";
import {
  CURRENT_EPOCH, FAILS, FAIL_TIMES, GOSSIP_DIVISOR, MENTIONS, OPEN, PFAILS, PINGS, PONGS, REPORTED,
  TRUST_PONGS, UNTOLD, adopt, ageOf, bitsAt, cellOf, columnOf, columnsOf, condemn, configEpoch,
  dropBit, hasBit, isMaster, memberOf, nodeTimeout, ownerEpoch, ownerMember, pardon, putBit,
  quorumOf, rowOf, setStamp, slotsColumn, stampIn, stampOf, tally, wordsOf,
} from "./redis-table";
import { resendTicks } from "./tcp";

export const PING: u32 = 1;
export const PONG: u32 = 2;
export const UPDATE: u32 = 4;

/** Words of a message. A claim is a configEpoch times 2, plus 1 of a master. */
export const CLAIM_WORD: u32 = 4;
export const COLUMN_WORD: u32 = 5;
const ENTRIES_WORD: u32 = 5;
const PFAILS_WORD: u32 = 6;
/** An entry: column, whether it is FAIL, stamp of its last pong. */
const COLUMN_MASK: u32 = 0xfff;
const ENTRY_FAIL: u32 = 0x1000;
const STAMP_SHIFT: u32 = 16;

/** cluster_legacy.h: an entry of the section; name, epoch and slots of an UPDATE. */
const ENTRY_BYTES: f64 = 104;
const UPDATE_BYTES: u32 = 2096;
/** Entries at least, and draws for each of them. */
const ENTRIES_MIN: u32 = 3;
const TRIES: u32 = 3;
/** Times of pongs travel in whole seconds. */
const TENTHS_OF_SECOND: u32 = 10;
/**
 * Entries of a section about subjects at most: see redisEntries in src/protocols/redis-
 * cluster/protocol.ts.
 */
const SUBJECT_ENTRIES: u32 = 20;

const SECTION: u32 = 0xfd000000;
const SECTION_COUNT: u32 = 0xfd800000;

/** Entries of a section beside those about nodes that are PFAIL. */
export function entriesWanted(c: u32): u32 {
  const nodes = getU32(c, NODES);
  const share = div32(nodes, setting(c, GOSSIP_DIVISOR));
  const wanted = share < ENTRIES_MIN ? ENTRIES_MIN : share;
  const others = nodes > 2 ? nodes - 2 : 0;
  return wanted < others ? wanted : others;
}

/** A ping or its answer. */
export function sendBeat(c: u32, from: u32, to: u32, kind: u32): void {
  const columns = columnsOf(c);
  const pfails = bitsAt(c, PFAILS, columns, from);
  const words = wordsOf(columns);
  let failing: u32 = 0;
  for (let word: u32 = 0; word < words; word++) failing += popcount(getU32(pfails, word));
  const others = getU32(c, NODES);
  const standing = toF64(failing) * (toF64(others) / toF64(columns));
  const bytes = ENTRY_BYTES * (toF64(entriesWanted(c)) + standing);
  countSent(c, kind == PING ? REQUESTED : SENT);
  countBytes(c, bytes);
  const flag = kind == PING ? CONTROL : COPY;
  const epoch = getU32(rowOf(c, from), CURRENT_EPOCH);
  const delay = delayOf(c, from, to, 0) + resendTicks(c, from, to, kind);
  const m = sendSized(c, to, from, kind | flag, delay, epoch, toU32(bytes));
  if (m == 0) return;
  setU32(m, CLAIM_WORD, claimOf(c, columns, from));
  for (let word: u32 = 0; word < words; word++) {
    setU32(m, PFAILS_WORD + word, getU32(pfails, word));
  }
  setU32(m, ENTRIES_WORD, writeEntries(c, columns, m, from, to));
}
/** What a node says of itself in every message. */
export function claimOf(c: u32, columns: u32, node: u32): u32 {
  const master: u32 = isMaster(c, columns, node, node) ? 1 : 0;
  return (configEpoch(c, columns, node) << 1) | master;
}

/** Distinct columns, drawn; some draws fail, as in the original. @returns how many there are */
function writeEntries(c: u32, columns: u32, m: u32, from: u32, to: u32): u32 {
  const isExact = columns == getU32(c, NODES);
  const wanted = isExact ? entriesWanted(c) : subjectEntries(c, columns, from, to);
  if (wanted == 0) return 0;
  const words = wordsOf(columns);
  const entries = m + ((PFAILS_WORD + words) << 2);
  const own = columnOf(c, columns, from);
  const theirs = columnOf(c, columns, to);
  // Columns that must not be drawn again; nobody else uses the scratch of draws on this clock.
  const taken = getU32(c, SCRATCH_AT);
  const pfails = bitsAt(c, PFAILS, columns, from);
  const fails = bitsAt(c, FAILS, columns, from);
  const pongs = field(c, PONGS) + (cellOf(columns, from, 0) << 1);
  for (let word: u32 = 0; word < words; word++) setU32(taken, word, getU32(pfails, word));
  if (own < columns) setBit(taken, own);
  if (theirs < columns) setBit(taken, theirs);
  const key = mul32(to, 0x9e3779b1) ^ getU32(c, TICK);
  let count: u32 = 0;
  for (let attempt: u32 = 0; attempt < mul32(wanted, TRIES) && count < wanted; attempt++) {
    const purpose = SECTION | ((attempt >>> 8) << 18) | (attempt & 255);
    const column = drawBelow(getU32(c, SEED), purpose, key, from, columns);
    if (getBit(taken, column) == 1) continue;
    setBit(taken, column);
    const failed: u32 = getBit(fails, column) == 1 ? ENTRY_FAIL : 0;
    const pong = getU16(pongs, column) << STAMP_SHIFT;
    setU32(entries, count, (pong | failed | column) >>> 0);
    count++;
  }
  return count;
}

/** How many of a section's entries are about subjects: binomial, by inversion. */
function subjectEntries(c: u32, columns: u32, from: u32, to: u32): u32 {
  const others = getU32(c, NODES) - 2;
  const share = toF64(entriesWanted(c)) / toF64(others > 0 ? others : 1);
  if (share >= 1.0) return columns;
  const key = mul32(to, 0x9e3779b1) ^ getU32(c, TICK);
  let left = toF64(threefry(getU32(c, SEED), SECTION_COUNT, key, from)) / 4294967296.0;
  let term: f64 = 1.0;
  for (let s: u32 = 0; s < columns; s++) term = term * (1.0 - share);
  const odds = share / (1.0 - share);
  let count: u32 = 0;
  const most = columns < SUBJECT_ENTRIES ? columns : SUBJECT_ENTRIES;
  while (count < most && left >= term) {
    left = left - term;
    term = (term * odds * toF64(columns - count)) / toF64(count + 1);
    count++;
  }
  return count;
}

/** What a ping or pong says of others, and of its sender. */
export function readBeat(c: u32, m: u32, node: u32, from: u32, now: u32): void {
  const columns = columnsOf(c);
  const own = columnOf(c, columns, node);
  const claim = getU32(m, CLAIM_WORD);
  const fromMaster = (claim & 1) == 1;
  if (fromMaster) hearClaim(c, columns, node, from, claim >>> 1);
  if (fromMaster) readFailing(c, columns, m, node, from, own, now);
  const entries = m + ((PFAILS_WORD + wordsOf(columns)) << 2);
  const count = getU32(m, ENTRIES_WORD);
  tally(c, MENTIONS, toF64(count));
  const stamp = stampOf(now);
  const reported = bitsAt(c, REPORTED, columns, node);
  const open = bitsAt(c, OPEN, columns, node);
  const pongs = field(c, PONGS) + (cellOf(columns, node, 0) << 1);
  const trusting = setting(c, TRUST_PONGS) == 1;
  for (let i: u32 = 0; i < count; i++) {
    const entry = getU32(entries, i);
    const column = entry & COLUMN_MASK;
    if (column == own) continue;
    if ((entry & ENTRY_FAIL) != 0) {
      if (fromMaster) hearReport(c, columns, node, column, from, now);
      continue;
    }
    // A pong that another had is as good as one's own, unless there is doubt.
    if (getBit(reported, column) == 1) {
      if (fromMaster) withdraw(c, columns, node, column, from);
      if (reportsOf(c, columns, node, column, now) > 0) continue;
      clearBit(reported, column);
    }
    if (!trusting || getBit(open, column) == 1) continue;
    const later = laterPong(stamp, now, entry >>> STAMP_SHIFT, getU16(pongs, column));
    if (later != 0) setU16(pongs, column, later);
  }
}

/**
 * Stamp of a pong that others tell of, 0 when one's own came later. Times travel in whole seconds,
 * rounded down.
 */
function laterPong(stamp: u32, now: u32, told: u32, own: u32): u32 {
  const age = ageOf(stamp, told);
  const ownAge = ageOf(stamp, own);
  if (age >= ownAge || told == 0) return 0;
  const seconds = age + ((now - age) % TENTHS_OF_SECOND);
  return seconds < ownAge ? stampOf(now - seconds) : 0;
}

/** Nodes that the sender takes for failing. */
function readFailing(
  c: u32, columns: u32, m: u32, node: u32, from: u32, own: u32, now: u32,
): void {
  for (let word: u32 = 0; word < wordsOf(columns); word++) {
    let bits = getU32(m, PFAILS_WORD + word);
    while (bits != 0) {
      const column = (word << 5) + lowestBit(bits);
      bits = (bits & (bits - 1)) >>> 0;
      if (column == own) continue;
      tally(c, MENTIONS, 1.0);
      hearReport(c, columns, node, column, from, now);
    }
  }
}
function hearReport(c: u32, columns: u32, node: u32, column: u32, from: u32, now: u32): void {
  report(c, columns, node, column, from, now);
  putBit(c, REPORTED, columns, node, column);
  condemnIfMany(c, columns, node, column, now);
}

/** PFAIL becomes FAIL when a majority of masters says so; then all are told. */
export function condemnIfMany(c: u32, columns: u32, node: u32, column: u32, now: u32): void {
  if (!hasBit(c, PFAILS, columns, node, column)) return;
  const self: u32 = isMaster(c, columns, node, node) ? 1 : 0;
  if (reportsOf(c, columns, node, column, now) + self < quorumOf(c)) return;
  condemn(c, columns, node, column, now);
  putBit(c, UNTOLD, columns, node, column);
}

/**
 * The sender is a master and says since which epoch; whoever claims slots that another won is told
 * so.
 */
function hearClaim(c: u32, columns: u32, node: u32, from: u32, epoch: u32): void {
  const column = slotsColumn(c, columns, from);
  if (column >= columns) return;
  const cell = cellOf(columns, node, column);
  const known = ownerEpoch(c, cell);
  if (epoch > known) adopt(c, cell, epoch, memberOf(c, from));
  else if (epoch < known && ownerMember(c, cell) != memberOf(c, from)) {
    countSent(c, SENT);
    countBytes(c, toF64(UPDATE_BYTES));
    const delay = delayOf(c, node, from, 0) + resendTicks(c, node, from, UPDATE);
    const m = sendSized(c, from, node, UPDATE | COPY, delay, 0, UPDATE_BYTES);
    setU32(m, CLAIM_WORD, (known << 4) | ownerMember(c, cell));
    setU32(m, COLUMN_WORD, column);
  }
}
export function receiveUpdate(c: u32, m: u32, node: u32): void {
  const columns = columnsOf(c);
  const owner = getU32(m, CLAIM_WORD);
  adopt(c, cellOf(columns, node, getU32(m, COLUMN_WORD)), owner >>> 4, owner & 15);
}

/**
 * Whatever comes from a node while a ping to it is open puts its timeout off. If the link was given
 * up before, there is one now, and the ping goes out again.
 */
export function hearFrom(c: u32, node: u32, from: u32, now: u32): void {
  const columns = columnsOf(c);
  const column = columnOf(c, columns, from);
  if (column >= columns || !hasBit(c, OPEN, columns, node, column)) return;
  const cell = cellOf(columns, node, column);
  const silence = ageOf(stampOf(now), stampIn(c, PINGS, cell));
  setStamp(c, PINGS, cell, stampOf(now));
  if (silence > nodeTimeout(c) >>> 1) sendBeat(c, node, from, PING);
}

/** The ping is answered: the node is reachable. */
export function receivePong(c: u32, node: u32, from: u32, now: u32): void {
  const columns = columnsOf(c);
  const column = columnOf(c, columns, from);
  if (column >= columns) return;
  const cell = cellOf(columns, node, column);
  setStamp(c, PONGS, cell, stampOf(now));
  dropBit(c, OPEN, columns, node, column);
  dropBit(c, PFAILS, columns, node, column);
  if (!hasBit(c, FAILS, columns, node, column)) return;
  // A master that still has its slots waits for its replicas to take them.
  const age = ageOf(stampOf(now), stampIn(c, FAIL_TIMES, cell));
  const isReplaced = !isMaster(c, columns, node, from);
  if (isReplaced || age > nodeTimeout(c) << 1) pardon(c, columns, node, column);
}
