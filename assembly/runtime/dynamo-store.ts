/**
 * Where a node of dynamo-kv keeps what: the versions of recently written keys in the ranges it is a home of, the
 * operation it coordinates, and what all others may read. A range is a place of the ring; its homes are the
 * first `homes` nodes from there on that are not known to be removed, out of `width` candidates.
 */
import { addF64, getF64, getU32, getU8, mul32, setU32, setU8, toF64, toU32 } from "../memory";
import { field, parameter, setting } from "./access";
import { NODES, PERIOD, SHARD, TICK } from "./context";
import { RING_WORDS, placeAfter, placeBefore, ringOwner, ringPlace, ringRound, writeRing } from "./hash-ring";
import { subjectOf } from "./subjects";
import { CLOCK_MAX, countAt, mergeClocks } from "./vector-clock";

/** Parameters, in the order of src/protocols/dynamo-kv/protocol.ts. */
export const REPLICAS: u32 = 1;
export const READ_QUORUM: u32 = 2;
export const WRITE_QUORUM: u32 = 3;
export const TOKENS: u32 = 4;
export const ACTIVE_KEYS: u32 = 5;
export const PERIOD_MS: u32 = 6;
export const WRITE_SHARE: u32 = 7;
export const VALUE_BYTES: u32 = 8;
export const REQUEST_TIMEOUT: u32 = 9;
export const RETRY_INTERVAL: u32 = 10;
export const HINTS: u32 = 11;
export const HINT_INTERVAL: u32 = 12;
export const HINT_WINDOW: u32 = 13;
export const READ_REPAIR: u32 = 14;
export const REPAIR: u32 = 15;
export const SYNC_INTERVAL: u32 = 16;
export const KEYS_PER_RANGE: u32 = 17;
export const LEAF_BITS: u32 = 18;
export const HASH_BYTES: u32 = 19;
export const MEMBERSHIP_INTERVAL: u32 = 20;
export const REMOVALS: u32 = 21;
export const REMOVE_AT: u32 = 22;
export const TREE_REBUILD: u32 = 23;
export const SLOW_MS: u32 = 24;

/** Fields. */
const ROWS: u32 = 0;
const CELLS: u32 = 1;
const ACKNOWLEDGED: u32 = 2;
const SUSPECTS: u32 = 3;
const HINT_ROWS: u32 = 4;
export const SYNCED: u32 = 5;
const RULES: u32 = 6;
const TALLIES: u32 = 7;

/** A node's row: the operation it coordinates, then what it knows of the members and of its hints. */
export const STATE: u32 = 0;
export const KEY: u32 = 1;
export const PLACE: u32 = 2;
export const SINCE: u32 = 3;
export const STAGE_SINCE: u32 = 4;
export const CLOCK: u32 = 5;
/** Reading: counts of all writes acknowledged before; writing: the count of this one. */
export const TRUTH: u32 = 6;
/** Tells the answers of one operation from those of the next; 22 bits. */
export const SEQUENCE: u32 = 7;
/** Bits of removals that the node knows of; tick + 1 at which its trees are whole again; hints it holds. */
export const KNOWN: u32 = 8;
export const TREES_AT: u32 = 9;
export const HELD: u32 = 10;
/** Bytes of the row, bits of candidates: homes, those that answered, those whose substitute was asked. */
export const ASKED: u32 = 44;
export const ANSWERED: u32 = 45;
export const SUBSTITUTED: u32 = 46;
/** Clocks that the candidates answered with. */
export const ANSWERS: u32 = 12;
const ROW_SHIFT: u32 = 6;

/** Rules of a shard: derived once at the start; the ring behind them. */
export const WIDTH: u32 = 0;
export const HOMES: u32 = 1;
export const SUBSTITUTES: u32 = 2;
export const READS_NEEDED: u32 = 3;
export const WRITES_NEEDED: u32 = 4;
export const TIMEOUT: u32 = 5;
export const KEYS: u32 = 6;
export const SLOTS: u32 = 7;
export const RETRY_PERIODS: u32 = 8;
export const HINT_PERIODS: u32 = 9;
export const SYNC_PERIODS: u32 = 10;
export const MEMBER_PERIODS: u32 = 11;
export const REMOVE_TICK: u32 = 12;
const RING: u32 = 16;
const RULE_BYTES: u32 = 264;

/** Tallies of a shard; each is a cell, too. */
export const READS: u32 = 0;
export const ONE_VERSION: u32 = 1;
export const VERSIONS: u32 = 2;
export const STALE: u32 = 3;
export const READ_TICKS: u32 = 4;
export const SLOW_READS: u32 = 5;
export const FAILED_READS: u32 = 6;
export const WRITES: u32 = 7;
export const WRITE_TICKS: u32 = 8;
export const SLOW_WRITES: u32 = 9;
export const FAILED_WRITES: u32 = 10;
export const SKIPPED: u32 = 11;
export const HINTS_STORED: u32 = 12;
export const HINTS_DELIVERED: u32 = 13;
export const HINTS_LOST: u32 = 14;
export const READ_REPAIRS: u32 = 15;
export const SYNCS: u32 = 16;
export const REPAIRED_KEYS: u32 = 17;
export const SYNC_BYTES: u32 = 18;
export const STREAMED_KEYS: u32 = 19;
export const TREES_REBUILT: u32 = 20;
export const TALLY_COUNT: u32 = 21;

/** A word of acknowledged writes: stamp of the tick, count before that tick, count now. */
const STAMP_SHIFT: u32 = 14;
const STAMP_MASK: u32 = 0x3ffff;
/** Purpose of the ring's draws. */
const RING_DRAW: u32 = 0xef000000;

export function writeRules(c: u32): void {
  const r = rulesOf(c);
  const nodes = getU32(c, NODES);
  const homes = least(setting(c, REPLICAS), nodes);
  // One more candidate for each range, where nodes may be removed.
  const width = setting(c, REMOVALS) > 0 ? least(least(homes + 1, 4), nodes) : homes;
  setU32(r, WIDTH, width);
  setU32(r, HOMES, homes);
  setU32(r, SUBSTITUTES, least(homes, nodes - width));
  setU32(r, READS_NEEDED, least(setting(c, READ_QUORUM), homes));
  setU32(r, WRITES_NEEDED, least(setting(c, WRITE_QUORUM), homes));
  setU32(r, TIMEOUT, ticksOf(c, REQUEST_TIMEOUT));
  setU32(r, KEYS, setting(c, ACTIVE_KEYS));
  setU32(r, SLOTS, mul32(setting(c, TOKENS), width));
  setU32(r, RETRY_PERIODS, periodsOf(c, RETRY_INTERVAL));
  setU32(r, HINT_PERIODS, periodsOf(c, HINT_INTERVAL));
  setU32(r, SYNC_PERIODS, periodsOf(c, SYNC_INTERVAL));
  setU32(r, MEMBER_PERIODS, periodsOf(c, MEMBERSHIP_INTERVAL));
  setU32(r, REMOVE_TICK, ticksOf(c, REMOVE_AT));
  writeRing(c, ringOf(r), setting(c, TOKENS), width + getU32(r, SUBSTITUTES), RING_DRAW);
}
function least(a: u32, b: u32): u32 {
  return a < b ? a : b;
}
/** A parameter in milliseconds as ticks, at least 1. */
export function ticksOf(c: u32, index: u32): u32 {
  const ticks = (parameter(c, index) * toF64(getU32(c, PERIOD))) / parameter(c, PERIOD_MS);
  return ticks < 1.0 ? 1 : toU32(ticks + 0.5);
}
function periodsOf(c: u32, index: u32): u32 {
  const periods = parameter(c, index) / parameter(c, PERIOD_MS);
  return periods < 1.0 ? 1 : toU32(periods + 0.5);
}

export function rulesOf(c: u32): u32 {
  return field(c, RULES) + mul32(getU32(c, SHARD), RULE_BYTES);
}
export function ringOf(r: u32): u32 {
  return r + (RING << 2);
}
export function rowOf(c: u32, node: u32): u32 {
  return field(c, ROWS) + (node << ROW_SHIFT);
}
export function tally(c: u32, which: u32, amount: f64): void {
  addF64(field(c, TALLIES) + (mul32(getU32(c, SHARD), TALLY_COUNT) << 3), which, amount);
}
export function tallied(c: u32, which: u32): f64 {
  return getF64(field(c, TALLIES) + (mul32(getU32(c, SHARD), TALLY_COUNT) << 3), which);
}

/** A slot says which of its ranges a node means: its token, and which candidate it is there. */
export function slotOf(r: u32, token: u32, candidate: u32): u32 {
  return mul32(token, getU32(r, WIDTH)) + candidate;
}
export function candidateOf(r: u32, slot: u32): u32 {
  return slot % getU32(r, WIDTH);
}
export function placeOfSlot(c: u32, r: u32, node: u32, slot: u32): u32 {
  const candidate = candidateOf(r, slot);
  const token = (slot - candidate) / getU32(r, WIDTH);
  return placeBefore(ringOf(r), ringPlace(c, ringOf(r), node, token), candidate);
}
/** Candidate `i` of a range, and the slot that the range is to it; behind `width` come substitutes. */
export function candidateNode(c: u32, r: u32, place: u32, i: u32): u32 {
  return ringOwner(c, ringOf(r), placeAfter(ringOf(r), place, i));
}
export function candidateSlot(c: u32, r: u32, place: u32, i: u32): u32 {
  return slotOf(r, ringRound(c, placeAfter(ringOf(r), place, i)), i);
}

/** Bits of the candidates that are homes of a range, for a node that knows of these removals. */
export function homesOf(c: u32, r: u32, place: u32, known: u32): u32 {
  const homes = getU32(r, HOMES);
  if (known == 0) return (1 << homes) - 1;
  const removals = setting(c, REMOVALS);
  let mask: u32 = 0;
  let count: u32 = 0;
  for (let i: u32 = 0; i < getU32(r, WIDTH) && count < homes; i++) {
    const removal = subjectOf(c, removals, candidateNode(c, r, place, i));
    if (removal < removals && ((known >>> removal) & 1) == 1) continue;
    mask = mask | (1 << i);
    count++;
  }
  return mask;
}

/** Index of a key's word in the fields of cells and of acknowledged writes. */
function cellIndex(r: u32, node: u32, slot: u32, key: u32): u32 {
  return mul32(mul32(node, getU32(r, SLOTS)) + slot, getU32(r, KEYS)) + key;
}
export function cellOf(c: u32, r: u32, node: u32, slot: u32, key: u32): u32 {
  return getU32(field(c, CELLS), cellIndex(r, node, slot, key));
}
export function setCell(c: u32, r: u32, node: u32, slot: u32, key: u32, clock: u32): void {
  setU32(field(c, CELLS), cellIndex(r, node, slot, key), clock);
}
/** @returns whether the clock was news */
export function takeClock(c: u32, r: u32, node: u32, slot: u32, key: u32, clock: u32): bool {
  const own = cellOf(c, r, node, slot, key);
  const merged = mergeClocks(own, clock);
  if (merged == own) return false;
  setCell(c, r, node, slot, key, merged);
  return true;
}

/** Count of a coordinator's writes of a key that were acknowledged before this tick; any shard may ask. */
function acknowledgedBefore(c: u32, r: u32, node: u32, slot: u32, key: u32): u32 {
  const word = getU32(field(c, ACKNOWLEDGED), cellIndex(r, node, slot, key));
  const isOfNow = word >>> STAMP_SHIFT == (getU32(c, TICK) & STAMP_MASK);
  return (isOfNow ? word >>> 7 : word) & CLOCK_MAX;
}
/** A write counts as acknowledged for all others from the next tick on, so that no order of shards shows. */
export function acknowledge(c: u32, r: u32, node: u32, slot: u32, key: u32, count: u32): void {
  const before = acknowledgedBefore(c, r, node, slot, key);
  const stamp = (getU32(c, TICK) & STAMP_MASK) << STAMP_SHIFT;
  const index = cellIndex(r, node, slot, key);
  setU32(field(c, ACKNOWLEDGED), index, (stamp | (before << 7) | count) >>> 0);
}
/** Writes of its own that a coordinator knows of, even one that lost its memory. */
export function ownCount(c: u32, r: u32, node: u32, slot: u32, key: u32): u32 {
  return getU32(field(c, ACKNOWLEDGED), cellIndex(r, node, slot, key)) & CLOCK_MAX;
}
/** Counts of all acknowledged writes of a key, through whichever candidate. */
export function truthOf(c: u32, r: u32, place: u32, key: u32): u32 {
  let truth: u32 = 0;
  for (let i: u32 = 0; i < getU32(r, WIDTH); i++) {
    const node = candidateNode(c, r, place, i);
    const count = acknowledgedBefore(c, r, node, candidateSlot(c, r, place, i), key);
    truth = truth | countAt(i, count);
  }
  return truth >>> 0;
}

/** Bits of the candidates of a slot that did not answer lately. */
export function suspectsOf(c: u32, r: u32, node: u32, slot: u32): u32 {
  return getU8(field(c, SUSPECTS), mul32(node, getU32(r, SLOTS)) + slot);
}
export function setSuspects(c: u32, r: u32, node: u32, slot: u32, mask: u32): void {
  setU8(field(c, SUSPECTS), mul32(node, getU32(r, SLOTS)) + slot, mask);
}

/** Hint `index` of a node: home + 1, slot and key there, clock, tick. */
export function hintAt(c: u32, node: u32, index: u32): u32 {
  return field(c, HINT_ROWS) + ((mul32(node, setting(c, HINTS)) + index) << 4);
}
