/**
 * Tracked subjects: membership of N nodes in N nodes' views is N^2 cells, so a few subjects stand for all.
 * Every node keeps a cell for each of them. Here is who they are, what is true of them, and how many nodes
 * believe what; a model keeps the cells. Field order: src/protocols/shared/detector.ts.
 */
import { addF64, getU32, mul32, setU32, toF64 } from "../memory";
import { field } from "./access";
import {
  CELLS_AT, END, FIRST, LEAVING_NOW, MORTAL, NODES, OUTAGES_NOW, OUTAGE_HITS_AT, PAUSING_OUTAGES, SHARD,
} from "./context";
import { nextUp } from "./lives";

/**
 * The first field of such a model: a row of u32 for each shard, how many believe each subject down, and
 * behind that how often its nodes came to a false belief, slow nodes did, and a belief was taken back.
 */
const BELIEVERS_FIELD: u32 = 0;
const FALSE_ALARMS: u32 = 0;
const FALSE_ALARMS_OF_SLOW: u32 = 1;
const RETRACTIONS: u32 = 2;
const TALLIES: u32 = 3;
/** Subjects at most: the cells of measures are numbered by subject. */
export const SUBJECTS_MAX: u32 = 64;
/** Cells: live nodes, false beliefs, tallies; for each subject whether it is down, and who believes so. */
const OBSERVERS: u32 = 0;
const FALSE_BELIEFS: u32 = 1;
const TALLY_CELLS: u32 = 2;
const DOWN: u32 = 5;
const BELIEVERS: u32 = 69;
/** First cell of the model itself. */
export const OWN_CELLS: u32 = 133;

/** Node of subject `s`: spread evenly over the ids. */
export function subjectNode(c: u32, subjects: u32, s: u32): u32 {
  return mul32(s, subjectStride(c, subjects));
}
/** Subject that a node is; `subjects` when it is none. */
export function subjectOf(c: u32, subjects: u32, node: u32): u32 {
  const stride = subjectStride(c, subjects);
  if (node % stride != 0) return subjects;
  const s = toSubject(node, stride);
  return s < subjects ? s : subjects;
}
function subjectStride(c: u32, subjects: u32): u32 {
  return toSubject(getU32(c, NODES), subjects);
}
function toSubject(a: u32, b: u32): u32 {
  return (a - (a % b)) / b;
}

/** 1 while an outage holds a node, of whatever shard, down. Churn is not read: it is its shard's alone. */
export function isDownNow(c: u32, node: u32): u32 {
  const hits = getU32(c, OUTAGE_HITS_AT);
  if (hits == 0) return 0;
  return (getU32(hits, node) & getU32(c, OUTAGES_NOW)) != 0 ? 1 : 0;
}
/** 1 while a node knows that an outage will take it. */
export function isLeaving(c: u32, node: u32): u32 {
  const leaving = getU32(c, LEAVING_NOW);
  if (leaving == 0) return 0;
  return (getU32(getU32(c, OUTAGE_HITS_AT), node) & leaving) != 0 ? 1 : 0;
}
/** 1 for a node that is down, or about to leave: who says so is right. */
export function isGone(c: u32, node: u32): u32 {
  return isDownNow(c, node) | isLeaving(c, node);
}
/** 1 for a node that some outage pauses, now or at another time: a slow node. */
export function isSlow(c: u32, node: u32): u32 {
  const hits = getU32(c, OUTAGE_HITS_AT);
  if (hits == 0) return 0;
  return (getU32(hits, node) & getU32(c, PAUSING_OUTAGES)) != 0 ? 1 : 0;
}

/** `observer` comes to believe that a subject is down. */
export function convict(c: u32, subjects: u32, observer: u32, s: u32): void {
  addTo(c, subjects, s, 1);
  if (isGone(c, subjectNode(c, subjects, s)) == 1) return;
  addTo(c, subjects, subjects + FALSE_ALARMS, 1);
  if (isSlow(c, observer) == 1) addTo(c, subjects, subjects + FALSE_ALARMS_OF_SLOW, 1);
}
/** A node that believed a subject down believes so no more. */
export function acquit(c: u32, subjects: u32, s: u32): void {
  addTo(c, subjects, s, 0xffffffff);
  addTo(c, subjects, subjects + RETRACTIONS, 1);
}
/** For models that keep their verdicts by node: nobody believes anything, before they are counted anew. */
export function forgetBelievers(c: u32, subjects: u32): void {
  const row = shardRow(c, subjects);
  for (let s: u32 = 0; s < subjects; s++) setU32(row, s, 0);
}
/** Nodes of the shard that believe a subject down. */
export function believersOf(c: u32, subjects: u32, s: u32): u32 {
  return getU32(shardRow(c, subjects), s);
}
/** Counts one who believes a subject down, but no alarm. */
export function countBeliever(c: u32, subjects: u32, s: u32): void {
  addTo(c, subjects, s, 1);
}
function addTo(c: u32, subjects: u32, entry: u32, amount: u32): void {
  const row = shardRow(c, subjects);
  setU32(row, entry, getU32(row, entry) + amount);
}
function shardRow(c: u32, subjects: u32): u32 {
  return field(c, BELIEVERS_FIELD) + (mul32(getU32(c, SHARD), subjects + TALLIES) << 2);
}

/** Nodes of the shard that are up. */
function countUp(c: u32): u32 {
  const first = getU32(c, FIRST);
  const end = getU32(c, END);
  if (getU32(c, MORTAL) == 0) return end - first;
  let count: u32 = 0;
  for (let node = nextUp(c, first, end); node < end; node = nextUp(c, node + 1, end)) count++;
  return count;
}

/** Adds the shard's live nodes and believers to its cells. */
export function measureBeliefs(c: u32, subjects: u32): void {
  const cells = getU32(c, CELLS_AT);
  addF64(cells, OBSERVERS, toF64(countUp(c)));
  const row = shardRow(c, subjects);
  for (let tally: u32 = 0; tally < TALLIES; tally++) {
    addF64(cells, TALLY_CELLS + tally, toF64(getU32(row, subjects + tally)));
  }
  for (let s: u32 = 0; s < subjects; s++) {
    const believers = toF64(getU32(row, s));
    addF64(cells, BELIEVERS + s, believers);
    const node = subjectNode(c, subjects, s);
    if (isGone(c, node) == 0) addF64(cells, FALSE_BELIEFS, believers);
    if (isDownNow(c, node) == 1 && getU32(c, SHARD) == 0) addF64(cells, DOWN + s, 1.0);
  }
}
