/**
 * Push-pull averaging (Jelasity, Montresor, Babaoglu 2005): a call carries the caller's value, the answer
 * the callee's; both move by half the difference, so that a pair keeps its sum also when the caller's
 * value changed meanwhile. A lost call changes nothing, a lost answer breaks the sum. With `max` or `min`
 * both take the larger or the smaller value. With epochs all nodes begin anew with their input every so
 * many rounds, and show the estimate of the epoch before.
 */
import { div32, getF64, getU32, setF64, setU32, toF64 } from "../memory";
import { threefry } from "../kernels/random";
import { countArrived, countSent, drawTick, field, parameter, setting } from "../runtime/access";
import {
  ARRIVAL_ROUND, ARRIVED, END, EVENT_CLOCK, FIRST, LOST, NODES, PERIOD, ROUND_TICKS, SEED, SENT,
  TICK,
} from "../runtime/context";
import { delayOf, replyDelay } from "../runtime/delay";
import { COPY } from "../runtime/links";
import { isUp } from "../runtime/lives";
import {
  messageFrom, messageKind, messagePayload, messageTo, nextMessage, openInbox, send,
} from "../runtime/mailbox";
import { chooseMatch, roundNumber } from "../runtime/matching";
import { choosePeers, chosenEdge, chosenPeer, isPushLost, isReplyLost } from "../runtime/peers";
import { NONE, TIMER, firstActor, nextActor, startTimers, timerFires } from "../runtime/timers";
import {
  addCell, firstCell, firstValue, isWithin, lastCell, lowerCell, raiseCell,
} from "../runtime/values";

const CALL: u32 = 1;
const ANSWER: u32 = 2;
/** Payload: 1 for a call whose answer will be lost; above it the sender's epoch. */
const ANSWER_LOST: u32 = 1;
/** Purpose of the draw of exchanges that fail. */
const FAILS: u32 = 0x39000000;
/** Fields; the last two only with epochs. */
const VALUE: u32 = 0;
const EPOCH: u32 = 1;
const RESULT: u32 = 2;
/** Parameters, in order of declaration. */
const INITIAL: u32 = 0;
const AGGREGATE: u32 = 1;
const TOLERANCE: u32 = 2;
const FAILED_EXCHANGES: u32 = 3;
const PAIRING: u32 = 4;
const MATCHING: u32 = 1;
const EPOCH_ROUNDS: u32 = 5;
const DRIFT: u32 = 6;
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
const DUE: u32 = 6;
const SHOWN: u32 = 7;
const MISSES: u32 = 8;
const LIVING: u32 = 9;

export function pushPullAverageStart(c: u32): void {
  const kind = setting(c, INITIAL);
  for (let node = getU32(c, FIRST); node < getU32(c, END); node++) {
    const value = firstValue(c, kind, node);
    setF64(field(c, VALUE), node, value);
    if (setting(c, EPOCH_ROUNDS) > 0) setF64(field(c, RESULT), node, value);
  }
}

/**
 * Sums and variance are those of all nodes, estimates those of the nodes that are up. The variance is
 * taken around the mean of the last round, which keeps its digits when it is small.
 */
export function pushPullAverageMeasure(c: u32): void {
  const nodes = toF64(getU32(c, NODES));
  const truth = truthOf(c, nodes) + parameter(c, DRIFT) * roundsSoFar(c);
  const target: f64 = truth == truth ? truth : 0.0;
  const mean = lastCell(c, SUMS) / nodes;
  const pivot: f64 = mean == mean ? mean : 0.0;
  const tolerance = parameter(c, TOLERANCE);
  const restarts = setting(c, EPOCH_ROUNDS) > 0;
  for (let node = getU32(c, FIRST); node < getU32(c, END); node++) {
    const value = getF64(field(c, VALUE), node);
    const shown = restarts ? getF64(field(c, RESULT), node) : value;
    addCell(c, SUMS, value);
    addCell(c, OFFSETS, value - pivot);
    addCell(c, SQUARES, (value - pivot) * (value - pivot));
    if (restarts) addCell(c, DUE, driftBy(c, getU32(field(c, EPOCH), node)));
    if (isUp(c, node) == 0) continue;
    addCell(c, LIVING, 1.0);
    lowerCell(c, LEAST, shown);
    raiseCell(c, MOST, shown);
    addCell(c, SHOWN, shown);
    addCell(c, MISSES, (shown - target) * (shown - target));
    if (isWithin(shown, truth, tolerance) == 1) addCell(c, WITHIN, 1.0);
  }
}

function roundsSoFar(c: u32): f64 {
  const ticks = getU32(c, getU32(c, EVENT_CLOCK) == 1 ? PERIOD : ROUND_TICKS);
  return toF64(getU32(c, TICK)) / toF64(ticks);
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
    // An answer of the last round belongs to the epoch of that round.
    const epoch = epochOf(c, getU32(c, EVENT_CLOCK) == 1 ? roundNumber(c) : getU32(c, ARRIVAL_ROUND));
    enterEpoch(c, node, epoch);
    if (messagePayload(m) >>> 1 != epoch) continue;
    if (kind == CALL) receiveCall(c, m, node);
    else take(c, node, getF64(m, VALUE_WORD));
  }
}

export function pushPullAverageAct(c: u32): void {
  if (getU32(c, TICK) == 0) startTimers(c);
  for (let node = firstActor(c); node != NONE; node = nextActor(c, node)) act(c, node);
}

/** Number of the epoch that `round` belongs to; 0 without epochs. */
function epochOf(c: u32, round: u32): u32 {
  const rounds = setting(c, EPOCH_ROUNDS);
  return rounds == 0 ? 0 : div32(round, rounds);
}

/** By how much all inputs have drifted as an epoch begins. */
function driftBy(c: u32, epoch: u32): f64 {
  return parameter(c, DRIFT) * toF64(epoch) * parameter(c, EPOCH_ROUNDS);
}

/** The first thing a node does in a new epoch: it keeps what the last one came to and begins anew. */
function enterEpoch(c: u32, node: u32, epoch: u32): void {
  if (setting(c, EPOCH_ROUNDS) == 0 || getU32(field(c, EPOCH), node) == epoch) return;
  setF64(field(c, RESULT), node, getF64(field(c, VALUE), node));
  setF64(field(c, VALUE), node, firstValue(c, setting(c, INITIAL), node) + driftBy(c, epoch));
  setU32(field(c, EPOCH), node, epoch);
}

function act(c: u32, node: u32): void {
  const failed = parameter(c, FAILED_EXCHANGES);
  const epoch = epochOf(c, roundNumber(c));
  enterEpoch(c, node, epoch);
  const count = setting(c, PAIRING) == MATCHING ? chooseMatch(c, node) : choosePeers(c, node);
  for (let slot: u32 = 0; slot < count; slot++) {
    const peer = chosenPeer(c, slot);
    countSent(c, SENT);
    if (isPushLost(c, node, slot) == 1 || exchangeFails(c, node, slot, failed)) {
      countSent(c, LOST);
      continue;
    }
    const payload = (epoch << 1) | (isReplyLost(c, node, slot) == 1 ? ANSWER_LOST : 0);
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
    const reply = send(c, caller, node, ANSWER | COPY, replyDelay(c, m, node, caller), payload);
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
