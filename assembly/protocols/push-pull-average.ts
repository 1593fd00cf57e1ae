/**
 * Push-pull averaging (Jelasity, Montresor, Babaoglu 2005): a call carries the caller's value, the answer
 * the callee's; both move by half the difference, so that a pair keeps its sum also when the caller's
 * value changed meanwhile. A lost call changes nothing, a lost answer breaks the sum. With `max` or `min`
 * both take the larger or the smaller value.
 */
import { getF64, getU32, setF64, toF64 } from "../memory";
import { threefry } from "../kernels/random";
import { countArrived, countSent, drawTick, field, parameter, setting } from "../runtime/access";
import { ARRIVED, END, FIRST, LOST, NODES, SEED, SENT, TICK } from "../runtime/context";
import { delayOf, replyDelay } from "../runtime/delay";
import { COPY } from "../runtime/links";
import {
  messageFrom, messageKind, messagePayload, messageTo, nextMessage, openInbox, send,
} from "../runtime/mailbox";
import { choosePeers, chosenEdge, chosenPeer, isPushLost, isReplyLost } from "../runtime/peers";
import { NONE, TIMER, firstActor, nextActor, startTimers, timerFires } from "../runtime/timers";
import {
  addCell, firstCell, firstValue, isWithin, lastCell, lowerCell, raiseCell,
} from "../runtime/values";

const CALL: u32 = 1;
const ANSWER: u32 = 2;
/** Payload of a call whose answer will be lost. */
const ANSWER_LOST: u32 = 1;
/** Purpose of the draw of exchanges that fail. */
const FAILS: u32 = 0x39000000;
const VALUE: u32 = 0;
/** Parameters, in order of declaration. */
const INITIAL: u32 = 0;
const AGGREGATE: u32 = 1;
const TOLERANCE: u32 = 2;
const FAILED_EXCHANGES: u32 = 3;
const AVERAGE: u32 = 0;
const MAXIMUM: u32 = 1;
/** Double of a message behind its header: the value, or half the difference to take. */
const VALUE_WORD: u32 = 2;
/** Cells. */
const WITHIN: u32 = 0;
const SUMS: u32 = 1;
const OFFSETS: u32 = 2;
const SQUARES: u32 = 3;
const LEAST: u32 = 4;
const MOST: u32 = 5;

export function pushPullAverageStart(c: u32): void {
  const kind = setting(c, INITIAL);
  for (let node = getU32(c, FIRST); node < getU32(c, END); node++) {
    setF64(field(c, VALUE), node, firstValue(c, kind, node));
  }
}

/** The variance is taken around the mean of the last round, which keeps its digits when it is small. */
export function pushPullAverageMeasure(c: u32): void {
  const nodes = toF64(getU32(c, NODES));
  const truth = truthOf(c, nodes);
  const mean = lastCell(c, SUMS) / nodes;
  const pivot: f64 = mean == mean ? mean : 0.0;
  const tolerance = parameter(c, TOLERANCE);
  for (let node = getU32(c, FIRST); node < getU32(c, END); node++) {
    const value = getF64(field(c, VALUE), node);
    addCell(c, SUMS, value);
    addCell(c, OFFSETS, value - pivot);
    addCell(c, SQUARES, (value - pivot) * (value - pivot));
    lowerCell(c, LEAST, value);
    raiseCell(c, MOST, value);
    if (isWithin(value, truth, tolerance) == 1) addCell(c, WITHIN, 1.0);
  }
}

function truthOf(c: u32, nodes: f64): f64 {
  const aggregate = setting(c, AGGREGATE);
  if (aggregate == AVERAGE) return firstCell(c, SUMS) / nodes;
  return firstCell(c, aggregate == MAXIMUM ? MOST : LEAST);
}

export function pushPullAverageReceive(c: u32): void {
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
    else take(c, node, getF64(m, VALUE_WORD));
  }
}

export function pushPullAverageAct(c: u32): void {
  if (getU32(c, TICK) == 0) startTimers(c);
  for (let node = firstActor(c); node != NONE; node = nextActor(c, node)) act(c, node);
}

function act(c: u32, node: u32): void {
  const failed = parameter(c, FAILED_EXCHANGES);
  const count = choosePeers(c, node);
  for (let slot: u32 = 0; slot < count; slot++) {
    const peer = chosenPeer(c, slot);
    countSent(c, SENT);
    if (isPushLost(c, node, slot) == 1 || exchangeFails(c, node, slot, failed)) {
      countSent(c, LOST);
      continue;
    }
    const payload: u32 = isReplyLost(c, node, slot) == 1 ? ANSWER_LOST : 0;
    const delay = delayOf(c, node, peer, chosenEdge(c, slot));
    const m = send(c, peer, node, CALL | COPY, delay, payload);
    setF64(m, VALUE_WORD, getF64(field(c, VALUE), node));
  }
}

function exchangeFails(c: u32, node: u32, slot: u32, ratio: f64): bool {
  if (ratio == 0) return false;
  const word = threefry(getU32(c, SEED), FAILS | slot, drawTick(c), node);
  return toF64(word) < ratio * 4294967296.0;
}

/** The callee moves at once and tells the caller by how much to move. */
function receiveCall(c: u32, m: u32, node: u32): void {
  const own = getF64(field(c, VALUE), node);
  const theirs = getF64(m, VALUE_WORD);
  const payload = messagePayload(m);
  const caller = messageFrom(m);
  const isAverage = setting(c, AGGREGATE) == AVERAGE;
  const answer: f64 = isAverage ? (own - theirs) / 2.0 : own;
  countSent(c, SENT);
  if ((payload & ANSWER_LOST) != 0) {
    countSent(c, LOST);
  } else {
    const reply = send(c, caller, node, ANSWER | COPY, replyDelay(c, m, node, caller), 0);
    setF64(reply, VALUE_WORD, answer);
  }
  take(c, node, isAverage ? 0.0 - answer : theirs);
}

/** Averages: moves the value by `amount`. Extremes: keeps the larger or the smaller. */
function take(c: u32, node: u32, amount: f64): void {
  const own = getF64(field(c, VALUE), node);
  const aggregate = setting(c, AGGREGATE);
  if (aggregate == AVERAGE) setF64(field(c, VALUE), node, own + amount);
  else if (aggregate == MAXIMUM ? amount > own : amount < own) setF64(field(c, VALUE), node, amount);
}
