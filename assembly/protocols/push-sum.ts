/**
 * Push-sum (Kempe, Dobra, Gehrke 2003): every node holds a sum and a weight, keeps 1 / (fanout + 1) of
 * both in each round and sends as much to each of `fanout` peers. Sum over weight is its estimate. A lost
 * message takes its mass with it.
 */
import { getF64, getU32, setF64, toF64 } from "../memory";
import { countArrived, countSent, field, parameter, setting } from "../runtime/access";
import { ARRIVED, END, FIRST, LOST, ORIGIN, SENT, TICK } from "../runtime/context";
import { delayOf } from "../runtime/delay";
import { COPY } from "../runtime/links";
import { nextUp } from "../runtime/lives";
import { messageKind, messageTo, nextMessage, openInbox, send } from "../runtime/mailbox";
import { choosePeers, chosenEdge, chosenPeer, isPushLost } from "../runtime/peers";
import { NONE, TIMER, firstActor, nextActor, startTimers, timerFires } from "../runtime/timers";
import { addCell, firstCell, firstValue, isWithin, lowerCell, raiseCell } from "../runtime/values";

const SHARE: u32 = 1;
/** Fields. */
const SUM: u32 = 0;
const WEIGHT: u32 = 1;
/** Parameters, in order of declaration. */
const INITIAL: u32 = 1;
const AGGREGATE: u32 = 2;
const TOLERANCE: u32 = 3;
/** What is estimated: the average, the sum, or the number of nodes (the sum of ones). */
const AVERAGE: u32 = 0;
const COUNT: u32 = 2;
/** Words of a message before its two doubles. */
const SUM_WORD: u32 = 2;
const WEIGHT_WORD: u32 = 3;
/** Cells. */
const WITHIN: u32 = 0;
const SUMS: u32 = 1;
const WEIGHTS: u32 = 2;
const DEFINED: u32 = 3;
const ERRORS: u32 = 4;
const SQUARES: u32 = 5;
const POTENTIAL: u32 = 6;
const LEAST: u32 = 7;
const MOST: u32 = 8;

export function pushSumStart(c: u32): void {
  const kind = setting(c, INITIAL);
  const aggregate = setting(c, AGGREGATE);
  for (let node = getU32(c, FIRST); node < getU32(c, END); node++) {
    const value: f64 = aggregate == COUNT ? 1.0 : firstValue(c, kind, node);
    const weight: f64 = aggregate == AVERAGE || node == getU32(c, ORIGIN) ? 1.0 : 0.0;
    setF64(field(c, SUM), node, value);
    setF64(field(c, WEIGHT), node, weight);
  }
}

/** Truth is the sum over the weight of all nodes at the start; errors are taken around it. */
export function pushSumMeasure(c: u32): void {
  const truth = firstCell(c, SUMS) / firstCell(c, WEIGHTS);
  const pivot: f64 = truth == truth ? truth : 0.0;
  const tolerance = parameter(c, TOLERANCE);
  const end = getU32(c, END);
  for (let node = nextUp(c, getU32(c, FIRST), end); node < end; node = nextUp(c, node + 1, end)) {
    const sum = getF64(field(c, SUM), node);
    const weight = getF64(field(c, WEIGHT), node);
    addCell(c, SUMS, sum);
    addCell(c, WEIGHTS, weight);
    const off = sum - weight * pivot;
    addCell(c, POTENTIAL, off * off);
    if (weight == 0) continue;
    const error = sum / weight - pivot;
    addCell(c, DEFINED, 1.0);
    addCell(c, ERRORS, error);
    addCell(c, SQUARES, error * error);
    lowerCell(c, LEAST, sum / weight);
    raiseCell(c, MOST, sum / weight);
    if (isWithin(sum / weight, truth, tolerance) == 1) addCell(c, WITHIN, 1.0);
  }
}

export function pushSumReceive(c: u32): void {
  openInbox(c);
  for (let m = nextMessage(c); m != 0; m = nextMessage(c)) {
    const node = messageTo(m);
    if (messageKind(m) == TIMER) {
      if (timerFires(c, m, node) == 1) act(c, node);
      continue;
    }
    countArrived(c, ARRIVED);
    setF64(field(c, SUM), node, getF64(field(c, SUM), node) + getF64(m, SUM_WORD));
    setF64(field(c, WEIGHT), node, getF64(field(c, WEIGHT), node) + getF64(m, WEIGHT_WORD));
  }
}

export function pushSumAct(c: u32): void {
  if (getU32(c, TICK) == 0) startTimers(c);
  for (let node = firstActor(c); node != NONE; node = nextActor(c, node)) act(c, node);
}

function act(c: u32, node: u32): void {
  const count = choosePeers(c, node);
  const sum = getF64(field(c, SUM), node) / toF64(count + 1);
  const weight = getF64(field(c, WEIGHT), node) / toF64(count + 1);
  setF64(field(c, SUM), node, sum);
  setF64(field(c, WEIGHT), node, weight);
  for (let slot: u32 = 0; slot < count; slot++) {
    const peer = chosenPeer(c, slot);
    countSent(c, SENT);
    if (isPushLost(c, node, slot) == 1) {
      countSent(c, LOST);
      continue;
    }
    const delay = delayOf(c, node, peer, chosenEdge(c, slot));
    const m = send(c, peer, node, SHARE | COPY, delay, 0);
    setF64(m, SUM_WORD, sum);
    setF64(m, WEIGHT_WORD, weight);
  }
}
