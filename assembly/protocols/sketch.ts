/**
 * Size and sum by a sketch (Mosk-Aoyama, Shah 2006): every node draws k exponential variates, at the rate
 * of its value, and all spread the smallest of each. The minimum over the nodes has the sum as its rate.
 * Kept are inverses, so that spreading is a maximum and 0 means that nothing was heard.
 */
import { getF32, getF64, getU32, mul32, setF32, setF64, setU32, toF64 } from "../memory";
import { threefry, threefrySecond } from "../kernels/random";
import { countArrived, countSent, field, setting } from "../runtime/access";
import { ARRIVED, END, FIRST, LOST, SEED, SENT, TICK } from "../runtime/context";
import { delayOf, replyDelay } from "../runtime/delay";
import { COPY } from "../runtime/links";
import { nextUp } from "../runtime/lives";
import { messageFrom, messageKind, messageTo, nextMessage, openInbox, send } from "../runtime/mailbox";
import { naturalLog } from "../runtime/math";
import { choosePeers, chosenEdge, chosenPeer, isMessageLost } from "../runtime/peers";
import { NONE, TIMER, firstActor, nextActor, startTimers, timerFires } from "../runtime/timers";
import { addCell, firstCell, firstValue, lowerCell, raiseCell } from "../runtime/values";

const CALL: u32 = 1;
const ANSWER: u32 = 2;
/** Fields: inverse minima, k of each node; the sum of the minima, 0 while any is unknown. */
const INVERSES: u32 = 0;
const TOTAL: u32 = 1;
/** Parameters, in order of declaration. */
const VARIATES: u32 = 0;
const AGGREGATE: u32 = 1;
const COUNT: u32 = 0;
const INITIAL: u32 = 2;
/** Cells; the last is the first of many: the largest inverse of each variate, at the start only. */
const CONVERGED: u32 = 0;
const ESTIMATES: u32 = 1;
const SQUARES: u32 = 2;
const LEAST: u32 = 3;
const MOST: u32 = 4;
const VALUES: u32 = 5;
const LIVING: u32 = 6;
const LARGEST: u32 = 7;
/** First word of a vector in a message. */
const VECTOR_WORD: u32 = 4;
/** Purpose of the draw of variates; counted by (number, node). */
const VARIATE: u32 = 0x38100000;

export function sketchStart(c: u32): void {
  const k = setting(c, VARIATES);
  for (let node = getU32(c, FIRST); node < getU32(c, END); node++) {
    const value = valueOf(c, node);
    const row = rowOf(c, node, k);
    for (let i: u32 = 0; i < k; i++) {
      const word = threefry(getU32(c, SEED), VARIATE, i, node);
      const low = (toF64(threefrySecond()) + 0.5) / 4294967296.0;
      const variate = 0.0 - naturalLog((toF64(word) + low) / 4294967296.0);
      if (value > 0) setF32(row, i, value / variate);
    }
    setF64(field(c, TOTAL), node, totalOf(row, k));
  }
}

function valueOf(c: u32, node: u32): f64 {
  return setting(c, AGGREGATE) == COUNT ? 1.0 : firstValue(c, setting(c, INITIAL), node);
}

function rowOf(c: u32, node: u32, k: u32): u32 {
  return field(c, INVERSES) + mul32(node, k << 2);
}

/** Sum of the minima, always in the same order; 0 while one is unknown. */
function totalOf(row: u32, k: u32): f64 {
  let total: f64 = 0;
  for (let i: u32 = 0; i < k; i++) {
    if (getU32(row, i) == 0) return 0.0;
    total = total + 1.0 / getF32(row, i);
  }
  return total;
}

/** Estimates are those of the nodes that are up; the truth is what all nodes had at the start. */
export function sketchMeasure(c: u32): void {
  const k = setting(c, VARIATES);
  const isStart = firstCell(c, VALUES) != firstCell(c, VALUES);
  if (isStart) measureStart(c, k);
  let target: f64 = 0;
  for (let i: u32 = 0; i < k; i++) target = target + 1.0 / firstCell(c, LARGEST + i);
  const truth: f64 = isStart ? 0.0 : firstCell(c, VALUES);
  const end = getU32(c, END);
  for (let node = nextUp(c, getU32(c, FIRST), end); node < end; node = nextUp(c, node + 1, end)) {
    const total = getF64(field(c, TOTAL), node);
    const estimate: f64 = total > 0 ? toF64(k - 1) / total : 0.0;
    if (total == target) addCell(c, CONVERGED, 1.0);
    addCell(c, LIVING, 1.0);
    addCell(c, ESTIMATES, estimate);
    addCell(c, SQUARES, (estimate - truth) * (estimate - truth));
    lowerCell(c, LEAST, estimate);
    raiseCell(c, MOST, estimate);
  }
}

/** What all nodes together hold: where every node ends, and the truth. */
function measureStart(c: u32, k: u32): void {
  for (let node = getU32(c, FIRST); node < getU32(c, END); node++) {
    addCell(c, VALUES, valueOf(c, node));
    const row = rowOf(c, node, k);
    for (let i: u32 = 0; i < k; i++) raiseCell(c, LARGEST + i, getF32(row, i));
  }
}

export function sketchReceive(c: u32): void {
  openInbox(c);
  for (let m = nextMessage(c); m != 0; m = nextMessage(c)) {
    const node = messageTo(m);
    const kind = messageKind(m);
    if (kind == TIMER) {
      if (timerFires(c, m, node) == 1) act(c, node);
      continue;
    }
    countArrived(c, ARRIVED);
    if (kind == CALL) {
      const caller = messageFrom(m);
      if (pass(c, node, caller, ANSWER)) {
        copyTo(c, node, send(c, caller, node, ANSWER | COPY, replyDelay(c, m, node, caller), 0));
      }
    }
    merge(c, node, m);
  }
}

export function sketchAct(c: u32): void {
  if (getU32(c, TICK) == 0) startTimers(c);
  for (let node = firstActor(c); node != NONE; node = nextActor(c, node)) act(c, node);
}

function act(c: u32, node: u32): void {
  if (choosePeers(c, node) == 0) return;
  const peer = chosenPeer(c, 0);
  if (!pass(c, node, peer, CALL)) return;
  copyTo(c, node, send(c, peer, node, CALL | COPY, delayOf(c, node, peer, chosenEdge(c, 0)), 0));
}

/** Counts a message; false when it is lost. */
function pass(c: u32, node: u32, peer: u32, kind: u32): bool {
  countSent(c, SENT);
  if (isMessageLost(c, node, peer, kind) == 0) return true;
  countSent(c, LOST);
  return false;
}

/** Writes a node's vector into message `m`; 0 = the network did not take it. */
function copyTo(c: u32, node: u32, m: u32): void {
  if (m == 0) return;
  const k = setting(c, VARIATES);
  const row = rowOf(c, node, k);
  for (let i: u32 = 0; i < k; i++) setU32(m, VECTOR_WORD + i, getU32(row, i));
}

/** Keeps the larger of each two inverses; bits of floats above 0 are ordered as the floats are. */
function merge(c: u32, node: u32, m: u32): void {
  const k = setting(c, VARIATES);
  const row = rowOf(c, node, k);
  let changes = false;
  for (let i: u32 = 0; i < k; i++) {
    const theirs = getU32(m, VECTOR_WORD + i);
    if (theirs <= getU32(row, i)) continue;
    setU32(row, i, theirs);
    changes = true;
  }
  if (changes) setF64(field(c, TOTAL), node, totalOf(row, k));
}
