/**
 * Quantiles by averaging a histogram: every node begins with 1 in the bin of its value, and two nodes in
 * contact both take the mean of their histograms, as in push-pull averaging. All tend to the histogram of
 * all values, in which each node finds the quantile by interpolation.
 */
import { getF64, getU32, mul32, setF64, toF64, toU32 } from "../memory";
import { countArrived, countSent, field, parameter, setting } from "../runtime/access";
import { ARRIVED, END, FIRST, LOST, SENT, TICK } from "../runtime/context";
import { delayOf, replyDelay } from "../runtime/delay";
import { COPY } from "../runtime/links";
import { isUp } from "../runtime/lives";
import { messageFrom, messageKind, messageTo, nextMessage, openInbox, send } from "../runtime/mailbox";
import { choosePeers, chosenEdge, chosenPeer, isMessageLost } from "../runtime/peers";
import { NONE, TIMER, firstActor, nextActor, startTimers, timerFires } from "../runtime/timers";
import { addCell, firstCell, firstValue, isWithin, lowerCell, raiseCell } from "../runtime/values";

const CALL: u32 = 1;
const ANSWER: u32 = 2;
/** Field: the histograms, one after the other. */
const SHARES: u32 = 0;
/** Parameters, in order of declaration. */
const BINS: u32 = 0;
const LEVEL: u32 = 1;
const INITIAL: u32 = 2;
const SKEW: u32 = 3;
const TOLERANCE: u32 = 4;
/** Cells; the last is the first of many: the sum of each bin. */
const WITHIN: u32 = 0;
const DEFINED: u32 = 1;
const ESTIMATES: u32 = 2;
const SQUARES: u32 = 3;
const LEAST: u32 = 4;
const MOST: u32 = 5;
const BIN_SUMS: u32 = 6;
/** First double of a histogram in a message: the caller's, or half of the differences to take. */
const VECTOR_WORD: u32 = 2;

export function quantileStart(c: u32): void {
  const bins = setting(c, BINS);
  for (let node = getU32(c, FIRST); node < getU32(c, END); node++) {
    const bin = toU32(valueOf(c, node) * toF64(bins));
    setF64(rowOf(c, node, bins), bin < bins ? bin : bins - 1, 1.0);
  }
}

/** A power of the first value, between 0 and 1. */
function valueOf(c: u32, node: u32): f64 {
  const base = firstValue(c, setting(c, INITIAL), node);
  let value = base;
  for (let power: u32 = 1; power < setting(c, SKEW); power++) value = value * base;
  return value;
}

function rowOf(c: u32, node: u32, bins: u32): u32 {
  return field(c, SHARES) + mul32(node, bins << 3);
}

/** Truth is the quantile of the histogram of all values, as it stood at the start. */
export function quantileMeasure(c: u32): void {
  const bins = setting(c, BINS);
  const isStart = firstCell(c, DEFINED) != firstCell(c, DEFINED);
  const truth: f64 = isStart ? 0.0 : quantileOf(c, 0, bins);
  const tolerance = parameter(c, TOLERANCE);
  for (let node = getU32(c, FIRST); node < getU32(c, END); node++) {
    const row = rowOf(c, node, bins);
    for (let bin: u32 = 0; bin < bins; bin++) addCell(c, BIN_SUMS + bin, getF64(row, bin));
    const estimate = quantileOf(c, row, bins);
    if (estimate != estimate || isUp(c, node) == 0) continue;
    addCell(c, DEFINED, 1.0);
    addCell(c, ESTIMATES, estimate);
    addCell(c, SQUARES, (estimate - truth) * (estimate - truth));
    lowerCell(c, LEAST, estimate);
    raiseCell(c, MOST, estimate);
    if (!isStart && isWithin(estimate, truth, tolerance) == 1) addCell(c, WITHIN, 1.0);
  }
}

/**
 * The quantile of a histogram, interpolated within its bin; not a number when the histogram is empty.
 * @param row a node's histogram; 0 = that of all nodes at the start
 */
function quantileOf(c: u32, row: u32, bins: u32): f64 {
  let total: f64 = 0;
  for (let bin: u32 = 0; bin < bins; bin++) total = total + shareOf(c, row, bin);
  const level = total * parameter(c, LEVEL);
  let below: f64 = 0;
  for (let bin: u32 = 0; bin < bins; bin++) {
    const share = shareOf(c, row, bin);
    if (share > 0 && below + share >= level) {
      return (toF64(bin) + (level - below) / share) / toF64(bins);
    }
    below = below + share;
  }
  // Rounding left the level just above the sum, or there is nothing.
  return total > 0 ? 1.0 : 0.0 / total;
}

function shareOf(c: u32, row: u32, bin: u32): f64 {
  return row == 0 ? firstCell(c, BIN_SUMS + bin) : getF64(row, bin);
}

export function quantileReceive(c: u32): void {
  openInbox(c);
  for (let m = nextMessage(c); m != 0; m = nextMessage(c)) {
    const node = messageTo(m);
    const kind = messageKind(m);
    if (kind == TIMER) {
      if (timerFires(c, m, node) == 1) act(c, node);
      continue;
    }
    countArrived(c, ARRIVED);
    if (kind == CALL) receiveCall(c, m, node);
    else takeDifferences(c, node, m);
  }
}

export function quantileAct(c: u32): void {
  if (getU32(c, TICK) == 0) startTimers(c);
  for (let node = firstActor(c); node != NONE; node = nextActor(c, node)) act(c, node);
}

function act(c: u32, node: u32): void {
  if (choosePeers(c, node) == 0) return;
  const peer = chosenPeer(c, 0);
  countSent(c, SENT);
  if (isMessageLost(c, node, peer, CALL) == 1) {
    countSent(c, LOST);
    return;
  }
  const m = send(c, peer, node, CALL | COPY, delayOf(c, node, peer, chosenEdge(c, 0)), 0);
  if (m == 0) return;
  const bins = setting(c, BINS);
  const row = rowOf(c, node, bins);
  for (let bin: u32 = 0; bin < bins; bin++) setF64(m, VECTOR_WORD + bin, getF64(row, bin));
}

/** The callee moves at once and tells the caller by how much to move, bin by bin. */
function receiveCall(c: u32, m: u32, node: u32): void {
  const caller = messageFrom(m);
  const bins = setting(c, BINS);
  const row = rowOf(c, node, bins);
  countSent(c, SENT);
  let reply: u32 = 0;
  if (isMessageLost(c, node, caller, ANSWER) == 1) countSent(c, LOST);
  else reply = send(c, caller, node, ANSWER | COPY, replyDelay(c, m, node, caller), 0);
  for (let bin: u32 = 0; bin < bins; bin++) {
    const own = getF64(row, bin);
    const half = (own - getF64(m, VECTOR_WORD + bin)) / 2.0;
    if (reply != 0) setF64(reply, VECTOR_WORD + bin, half);
    setF64(row, bin, own - half);
  }
}

function takeDifferences(c: u32, node: u32, m: u32): void {
  const bins = setting(c, BINS);
  const row = rowOf(c, node, bins);
  for (let bin: u32 = 0; bin < bins; bin++) {
    setF64(row, bin, getF64(row, bin) + getF64(m, VECTOR_WORD + bin));
  }
}
