/**
 * What a Redis Cluster does about a node that is FAIL: all are told, a replica of it asks the
 * masters for their votes, and with a majority takes its slots in a new epoch.
 */
import { getU32, lowestBit, setU32, toF64 } from "../memory";
import { drawBelow } from "../kernels/random";
import { countBytes, countSent } from "./access";
import { NODES, SEED, SENT, TICK } from "./context";
import { delayOf } from "./delay";
import { COPY } from "./links";
import { sendSized } from "./mailbox";
import { CLAIM_WORD, COLUMN_WORD, PONG, claimOf, sendBeat } from "./redis-bus";
import {
  AUTH_AT, AUTH_EPOCH, CURRENT_EPOCH, ELECTIONS, FAILS, LAST_VOTE_EPOCH, PROMOTIONS, TELLING,
  TELL_NEXT, UNTOLD, VOTES, VOTE_TIMES, adopt, ageOf, bitsAt, burstOf, cellOf, columnOf, columnsOf,
  condemn, dropBit, hasBit, isMaster, memberOf, nodeTimeout, ownerEpoch, ownerMember, quorumOf,
  rowOf, setStamp, slotsColumn, stampIn, stampOf, tally, ticksOfMs, timeoutMs, wordsOf,
} from "./redis-table";
import { resendTicks } from "./tcp";

export const FAIL: u32 = 3;
export const AUTH_REQUEST: u32 = 5;
export const AUTH_ACK: u32 = 6;

/** The name of the node that is FAIL. */
const FAIL_BYTES: u32 = 40;
/** A replica waits 500 ms, up to 500 ms by chance, and 1000 ms for each replica before it. */
const DELAY_MS: f64 = 500;
const DELAY_RANK_MS: f64 = 1000;
const AUTH_TIMEOUT_MIN_MS: f64 = 2000;
const DELAY: u32 = 0xfe800000;

/** What a node is telling all others: bits above the column of a FAIL + 1. */
const ASKING: u32 = 0x10000;
const WON: u32 = 0x20000;
const COLUMN_MASK: u32 = 0xffff;

/** Looks after an election: at every run of the cron, on a FAIL and on a vote. */
export function failOver(c: u32, node: u32): void {
  const columns = columnsOf(c);
  const slots = slotsColumn(c, columns, node);
  if (slots >= columns) return;
  const own = cellOf(columns, node, slots);
  const owner = ownerMember(c, own);
  if (owner == memberOf(c, node)) return;
  const row = rowOf(c, node);
  const master = columnOf(c, columns, node - memberOf(c, node) + owner);
  if (master >= columns || !hasBit(c, FAILS, columns, node, master)) {
    setU32(row, AUTH_AT, 0);
    return;
  }
  const timeout = 2.0 * timeoutMs(c);
  const patience = timeout > AUTH_TIMEOUT_MIN_MS ? timeout : AUTH_TIMEOUT_MIN_MS;
  const tick = getU32(c, TICK);
  const at = getU32(row, AUTH_AT);
  if (at == 0 || tick + 1 > at + ticksOfMs(c, 2.0 * patience)) {
    setU32(row, AUTH_AT, tick + 1 + electionDelay(c, node, owner));
    setU32(row, AUTH_EPOCH, 0);
    setU32(row, VOTES, 0);
  } else if (tick + 1 < at || tick + 1 > at + ticksOfMs(c, patience)) {
    return;
  } else if (getU32(row, AUTH_EPOCH) == 0) {
    const epoch = getU32(row, CURRENT_EPOCH) + 1;
    setU32(row, CURRENT_EPOCH, epoch);
    setU32(row, AUTH_EPOCH, epoch);
    beginTelling(row, ASKING);
    tally(c, ELECTIONS, 1.0);
  } else if (getU32(row, VOTES) >= quorumOf(c)) {
    adopt(c, own, getU32(row, AUTH_EPOCH), memberOf(c, node));
    setU32(row, AUTH_AT, 0);
    beginTelling(row, WON);
    tally(c, PROMOTIONS, 1.0);
  }
}

/** Offsets of replicas are taken to follow their ids. */
function electionDelay(c: u32, node: u32, owner: u32): u32 {
  const member = memberOf(c, node);
  const rank = member > owner ? member - 1 : member;
  const bound = ticksOfMs(c, DELAY_MS) + 1;
  const random = drawBelow(getU32(c, SEED), DELAY, getU32(c, TICK), node, bound);
  return ticksOfMs(c, DELAY_MS + toF64(rank) * DELAY_RANK_MS) + random;
}

/** A replica asks for a vote: one an epoch, and one in two timeouts for the same master. */
export function vote(c: u32, m: u32, node: u32, from: u32, epoch: u32, now: u32): void {
  const columns = columnsOf(c);
  const row = rowOf(c, node);
  if (!isMaster(c, columns, node, node) || epoch < getU32(row, CURRENT_EPOCH)) return;
  if (getU32(row, LAST_VOTE_EPOCH) == getU32(row, CURRENT_EPOCH)) return;
  const slots = slotsColumn(c, columns, from);
  if (slots >= columns || isMaster(c, columns, node, from)) return;
  const cell = cellOf(columns, node, slots);
  const master = columnOf(c, columns, from - memberOf(c, from) + ownerMember(c, cell));
  if (master >= columns || !hasBit(c, FAILS, columns, node, master)) return;
  const voted = stampIn(c, VOTE_TIMES, cellOf(columns, node, master));
  if (ageOf(stampOf(now), voted) < nodeTimeout(c) << 1) return;
  if (ownerEpoch(c, cell) > getU32(m, CLAIM_WORD) >>> 1) return;
  setU32(row, LAST_VOTE_EPOCH, getU32(row, CURRENT_EPOCH));
  setStamp(c, VOTE_TIMES, cellOf(columns, node, master), stampOf(now));
  say(c, node, from, AUTH_ACK, 0, 0);
}
/** Votes for an older epoch do not count. */
export function countVote(c: u32, node: u32, epoch: u32): void {
  const row = rowOf(c, node);
  const asked = getU32(row, AUTH_EPOCH);
  if (asked != 0 && epoch >= asked) setU32(row, VOTES, getU32(row, VOTES) + 1);
}

export function receiveFail(c: u32, m: u32, node: u32, now: u32): void {
  const columns = columnsOf(c);
  const column = getU32(m, COLUMN_WORD);
  if (column == columnOf(c, columns, node) || hasBit(c, FAILS, columns, node, column)) return;
  condemn(c, columns, node, column, now);
}

/** What is being told already is told again from the start, later. */
function beginTelling(row: u32, what: u32): void {
  setU32(row, TELLING, getU32(row, TELLING) | what);
  setU32(row, TELL_NEXT, 0);
}
/** Goes on telling all others, no more of them in one run than a burst. */
export function tellAll(c: u32, node: u32): void {
  const columns = columnsOf(c);
  const row = rowOf(c, node);
  let left = burstOf(c);
  while (left > 0) {
    if (getU32(row, TELLING) == 0) nextFail(c, columns, node, row);
    const telling = getU32(row, TELLING);
    if (telling == 0) return;
    let to = getU32(row, TELL_NEXT);
    for (; to < getU32(c, NODES) && left > 0; to++) {
      if (to == node) continue;
      tell(c, node, to, telling);
      left--;
    }
    const isOver = to == getU32(c, NODES);
    setU32(row, TELL_NEXT, isOver ? 0 : to);
    if (isOver) setU32(row, TELLING, endOf(telling));
  }
}
/** An election comes before a FAIL, and a victory before both. */
function tell(c: u32, node: u32, to: u32, telling: u32): void {
  if ((telling & WON) != 0) sendBeat(c, node, to, PONG);
  else if ((telling & ASKING) != 0) say(c, node, to, AUTH_REQUEST, 0, 0);
  else say(c, node, to, FAIL, telling - 1, FAIL_BYTES);
}
function endOf(telling: u32): u32 {
  if ((telling & WON) != 0) return telling & (ASKING | COLUMN_MASK);
  if ((telling & ASKING) != 0) return telling & COLUMN_MASK;
  return 0;
}
/** Takes up the next FAIL that was not told yet. */
function nextFail(c: u32, columns: u32, node: u32, row: u32): void {
  const untold = bitsAt(c, UNTOLD, columns, node);
  for (let word: u32 = 0; word < wordsOf(columns); word++) {
    if (getU32(untold, word) == 0) continue;
    const column = (word << 5) + lowestBit(getU32(untold, word));
    dropBit(c, UNTOLD, columns, node, column);
    setU32(row, TELLING, column + 1);
    return;
  }
}

/** A message without a section. */
function say(c: u32, node: u32, to: u32, kind: u32, column: u32, bytes: u32): void {
  countSent(c, SENT);
  countBytes(c, toF64(bytes));
  const epoch = getU32(rowOf(c, node), CURRENT_EPOCH);
  const delay = delayOf(c, node, to, 0) + resendTicks(c, node, to, kind);
  const m = sendSized(c, to, node, kind | COPY, delay, epoch, bytes);
  setU32(m, CLAIM_WORD, claimOf(c, columnsOf(c), node));
  setU32(m, COLUMN_WORD, column);
}
