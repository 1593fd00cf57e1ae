/**
 * State of a node in the SWIM family: a row of 64 bytes, and a cell of 12 bytes for each subject. Rows hold
 * the probe under way, the health score, the timer of gossip, the probes made for others, and a bit per
 * subject for news to pass on, suspects and the dead. All zero: a node that has heard nothing.
 */
import {
  clearBit, getBit, getU8, getU32, mul32, setBit, setU8, setU32,
} from "../memory";
import { field } from "./access";
import { OUTAGES_NOW, OUTAGE_HITS_AT, TICK } from "./context";
import { CONFIRMATIONS, SUBJECTS, SUSPICION_TICKS, representative } from "./swim-rules";
import { subjectOf } from "./subjects";

const ROWS_FIELD: u32 = 1;
const CELLS_FIELD: u32 = 2;
const PROBING_FIELD: u32 = 5;
/** Words of a row. */
export const PROBE_COUNT: u32 = 0;
export const TARGET: u32 = 1;
export const DEADLINE: u32 = 2;
/** Tick at which gossip is due; 0 = the timer is not set. */
export const GOSSIP_DUE: u32 = 5;
export const QUEUED: u32 = 6;
export const DEAD_BITS: u32 = 8;
export const SUSPECT_BITS: u32 = 10;
/** Tick of the timer for the suspicion that ends next; 0 = not set. */
export const SUSPICION_DUE: u32 = 12;
export const RELAYS: u32 = 13;
export const RELAYS_MAX: u32 = 3;
/** Bytes of a row. */
export const SEQUENCE: u32 = 12;
export const STAGE: u32 = 13;
export const NACKS_GOT: u32 = 14;
export const NACKS_DUE: u32 = 15;
export const HEALTH: u32 = 16;
/** 1 once others were asked about the target. */
export const ASKED: u32 = 17;
/** Stages of a probe. */
export const WAITING: u32 = 1;

export const ALIVE: u32 = 0;
export const SUSPECT: u32 = 1;
export const DEAD: u32 = 2;

/**
 * Words of a cell. News: status u2, transmits left u6, incarnation u8, accuser u16 (the low bits of its id).
 * Since: the tick of the last change of status u29, confirmations u3. Accusers: so many bits of each.
 */
const NEWS: u32 = 0;
const SINCE: u32 = 1;
const ACCUSERS: u32 = 2;

export function rowOf(c: u32, node: u32): u32 {
  return field(c, ROWS_FIELD) + (node << 6);
}
export function cellOf(c: u32, r: u32, node: u32, s: u32): u32 {
  return field(c, CELLS_FIELD) + mul32(mul32(node, getU32(r, SUBJECTS)) + s, 12);
}

export function statusOf(cell: u32): u32 {
  return getU32(cell, NEWS) & 3;
}
export function transmitsOf(cell: u32): u32 {
  return (getU32(cell, NEWS) >>> 2) & 63;
}
export function incarnationOf(cell: u32): u32 {
  return (getU32(cell, NEWS) >>> 8) & 255;
}
export function sinceOf(cell: u32): u32 {
  return getU32(cell, SINCE) >>> 3;
}
/** Everything of the news but the transmits left; as it stands in a message, the subject instead. */
export function newsOf(cell: u32): u32 {
  return (getU32(cell, NEWS) & 0xffffff03) >>> 0;
}

/** 1 when incarnation `a` is later than `b`; both count modulo 256. */
export function isLater(a: u32, b: u32): u32 {
  const ahead = (a - b) & 255;
  return ahead != 0 && ahead < 128 ? 1 : 0;
}

/** A new status, since now, to be passed on `transmits` times. */
export function setNews(
  c: u32, r: u32, node: u32, s: u32, status: u32, incarnation: u32, accuser: u32, transmits: u32,
): void {
  const cell = cellOf(c, r, node, s);
  setU32(cell, NEWS, packed(status, incarnation, accuser, transmits));
  setU32(cell, SINCE, getU32(c, TICK) << 3);
  setU32(cell, ACCUSERS, (accuser & accuserMask(r)) >>> 0);
  const row = rowOf(c, node) + (QUEUED << 2);
  markBit(row, s, transmits > 0 ? 1 : 0);
  markBit(row + 8, s, status == DEAD ? 1 : 0);
  markBit(row + 16, s, status == SUSPECT ? 1 : 0);
}
function packed(status: u32, incarnation: u32, accuser: u32, transmits: u32): u32 {
  return (status | (transmits << 2) | (incarnation << 8) | ((accuser & 0xffff) << 16)) >>> 0;
}
function markBit(at: u32, bit: u32, value: u32): void {
  if (value == 1) setBit(at, bit);
  else clearBit(at, bit);
}

/** One transmit less; the last one takes the news from the queue. */
export function countTransmit(row: u32, cell: u32, s: u32): void {
  setU32(cell, NEWS, getU32(cell, NEWS) - 4);
  if (transmitsOf(cell) == 0) clearBit(row + (QUEUED << 2), s);
}

/** Bits of an accuser's id that are kept, so that all that may count fit into one word. */
function accuserBits(r: u32): u32 {
  const wanted = getU32(r, CONFIRMATIONS);
  if (wanted <= 2) return 16;
  return wanted <= 4 ? 8 : 4;
}
function accuserMask(r: u32): u32 {
  return 0xffff >>> (16 - accuserBits(r));
}

/**
 * Another accusation of a suspect. Only an accuser not seen before counts, and only as long as it can
 * shorten the timer; then it is news again.
 * @returns 1 when it counted
 */
export function confirm(r: u32, row: u32, cell: u32, s: u32, accuser: u32, transmits: u32): u32 {
  const count = getU32(cell, SINCE) & 7;
  if (count >= getU32(r, CONFIRMATIONS)) return 0;
  const bits = accuserBits(r);
  const mark = (accuser & accuserMask(r)) >>> 0;
  const seen = getU32(cell, ACCUSERS);
  for (let i: u32 = 0; i <= count; i++) {
    if (((seen >>> mul32(i, bits)) & accuserMask(r)) >>> 0 == mark) return 0;
  }
  const place = mul32(count + 1, bits);
  if (place < 32) setU32(cell, ACCUSERS, (seen | (mark << place)) >>> 0);
  setU32(cell, SINCE, getU32(cell, SINCE) + 1);
  setU32(cell, NEWS, packed(SUSPECT, incarnationOf(cell), accuser, transmits));
  setBit(row + (QUEUED << 2), s);
  return 1;
}
/** Tick at which the suspect of a cell is declared dead. */
export function suspicionEnd(r: u32, cell: u32): u32 {
  return sinceOf(cell) + getU32(r, SUSPICION_TICKS + (getU32(cell, SINCE) & 7));
}

export function hasNews(row: u32): bool {
  return (getU32(row, QUEUED) | getU32(row, QUEUED + 1)) != 0;
}
export function hasBit(row: u32, word: u32, s: u32): u32 {
  return getBit(row + (word << 2), s);
}

/** Begins or ends a probe: its stage, and a bit that is read without the row. */
export function setProbing(c: u32, row: u32, node: u32, value: u32): void {
  setU8(row, STAGE, value);
  markBit(field(c, PROBING_FIELD), node, value);
}
export function isProbing(c: u32, node: u32): u32 {
  return getBit(field(c, PROBING_FIELD), node);
}

/** What a node believes of a peer, tracked or not: ALIVE, SUSPECT or DEAD. */
export function believed(c: u32, r: u32, row: u32, peer: u32): u32 {
  const dead = getU32(row, DEAD_BITS) | getU32(row, DEAD_BITS + 1);
  if (dead == 0 && (getU32(row, SUSPECT_BITS) | getU32(row, SUSPECT_BITS + 1)) == 0) return ALIVE;
  const subjects = getU32(r, SUBJECTS);
  const s = subjectOf(c, subjects, peer);
  if (s < subjects) {
    if (hasBit(row, DEAD_BITS, s) == 1) return DEAD;
    return hasBit(row, SUSPECT_BITS, s);
  }
  const hits = getU32(c, OUTAGE_HITS_AT);
  if (dead == 0 || hits == 0) return ALIVE;
  const outages = getU32(hits, peer) & getU32(c, OUTAGES_NOW);
  if (outages == 0) return ALIVE;
  const stand = representative(r, outages);
  return stand != 0 && hasBit(row, DEAD_BITS, stand - 1) == 1 ? DEAD : ALIVE;
}

/** Adds to the health score: 0 is healthy. */
export function worsen(row: u32, amount: u32, most: u32): void {
  const score = getU8(row, HEALTH) + amount;
  setU8(row, HEALTH, score < most ? score : most);
}
export function improve(row: u32): void {
  const score = getU8(row, HEALTH);
  if (score > 0) setU8(row, HEALTH, score - 1);
}
