/**
 * Median-counter push-pull (Karp et al. 2000, section on the median-counter algorithm): in each round every
 * node calls one peer and both tell each other their stage; nodes of the middle stages send the rumor both
 * ways. A node goes on to the next stage when most of its contacts are at least as far as itself.
 */
import { getU32, getU8, setU32, setU8 } from "../memory";
import { countArrived, countSent, field, setting } from "../runtime/access";
import {
  ACTIVE, END, FIRST, LOST, NODES, ORIGIN, REQUESTED, REQUESTS_ARRIVED, REQUESTS_LOST, SENT,
  TICK,
} from "../runtime/context";
import { delayOf, replyDelay } from "../runtime/delay";
import { countLoad, hops, informOrigin, receiveRumor, since } from "../runtime/infection";
import { CONTROL, COPY } from "../runtime/links";
import {
  messageFrom, messageKind, messagePayload, messageTo, nextMessage, openInbox, send,
} from "../runtime/mailbox";
import { choosePeers, chosenEdge, chosenPeer, isMessageLost } from "../runtime/peers";
import { NONE, TIMER, firstActor, nextActor, startTimers, timerFires } from "../runtime/timers";

const CALL: u32 = 1;
const ANSWER: u32 = 2;
/** Payload: hops of the sender, above them its stage. */
const HOPS_MASK: u32 = 0xffff;
const STAGE_SHIFT: u32 = 16;

const COUNTER_MAX: u32 = 0;
const LAST_ROUNDS: u32 = 1;

const STAGE_FIELD: u32 = 4;
const BALANCE_FIELD: u32 = 5;
const HEARD_FIELD: u32 = 6;
/**
 * Stages: state A (does not know), B-1 … B-(counterMax - 1), then state C for `lastRounds` rounds, then D,
 * which spreads no more.
 */
const A: u32 = 0;
const B1: u32 = 1;
const D: u32 = 255;

export function medianCounterReceive(c: u32): void {
  openInbox(c);
  for (let m = nextMessage(c); m != 0; m = nextMessage(c)) {
    const node = messageTo(m);
    const kind = messageKind(m);
    if (kind == TIMER) {
      if (timerFires(c, m, node) == 1) act(c, node);
      continue;
    }
    countLoad(c, node);
    hear(c, node, messagePayload(m));
    if (kind == CALL) {
      const caller = messageFrom(m);
      tell(c, caller, node, ANSWER, replyDelay(c, m, node, caller));
    }
  }
}

export function medianCounterAct(c: u32): void {
  if (getU32(c, TICK) == 0) {
    const origin = getU32(c, ORIGIN);
    if (origin >= getU32(c, FIRST) && origin < getU32(c, END)) informOrigin(c);
    startTimers(c);
  }
  for (let node = firstActor(c); node != NONE; node = nextActor(c, node)) act(c, node);
}

function act(c: u32, node: u32): void {
  advance(c, node);
  const stage = getU8(field(c, STAGE_FIELD), node);
  if (stage != A && stage != D) countSent(c, ACTIVE);
  if (choosePeers(c, node) == 0) return;
  const peer = chosenPeer(c, 0);
  tell(c, peer, node, CALL, delayOf(c, node, peer, chosenEdge(c, 0)));
}

/** Sends the stage, and in states B and C the rumor with it. */
function tell(c: u32, to: u32, from: u32, kind: u32, delay: u32): void {
  const stage = getU8(field(c, STAGE_FIELD), from);
  const spreads = stage != A && stage != D;
  countSent(c, spreads ? SENT : REQUESTED);
  countLoad(c, from);
  if (isMessageLost(c, from, to, kind) == 1) countSent(c, spreads ? LOST : REQUESTS_LOST);
  else send(c, to, from, kind | (spreads ? COPY : CONTROL), delay, (stage << STAGE_SHIFT) | hops(c, from));
}

/** Takes the rumor, where the message carries it, and weighs the other's stage against one's own. */
function hear(c: u32, node: u32, payload: u32): void {
  const theirs = payload >>> STAGE_SHIFT;
  if (theirs != A && theirs != D) receiveRumor(c, node, payload & HOPS_MASK);
  else countArrived(c, REQUESTS_ARRIVED);
  if (theirs >= counterMax(c) && theirs != D) setU8(field(c, HEARD_FIELD), node, 1);
  const balance = field(c, BALANCE_FIELD);
  const isAhead = theirs >= getU8(field(c, STAGE_FIELD), node);
  // Counts below zero wrap; advance() reads the sign from the top bit.
  setU32(balance, node, isAhead ? getU32(balance, node) + 1 : getU32(balance, node) - 1);
}

/** Before a node acts: its stage after the contacts since its last action. */
function advance(c: u32, node: u32): void {
  const stages = field(c, STAGE_FIELD);
  const stage = getU8(stages, node);
  if (stage == D || since(c, node) == 0) return;
  const last = counterMax(c);
  const heard = getU8(field(c, HEARD_FIELD), node) == 1;
  const balance = getU32(field(c, BALANCE_FIELD), node);
  setU8(field(c, HEARD_FIELD), node, 0);
  setU32(field(c, BALANCE_FIELD), node, 0);
  let next: u32 = stage;
  if (stage >= last) next = stage + 1 == last + setting(c, LAST_ROUNDS) ? D : stage + 1;
  else if (heard) next = last;
  else if (stage == A) next = B1;
  else if (balance != 0 && balance < 0x80000000) next = stage + 1;
  setU8(stages, node, next);
}

/** First stage of state C: the parameter, or for 0 two more than ln ln n rounded up. */
function counterMax(c: u32): u32 {
  const own = setting(c, COUNTER_MAX);
  if (own > 0) return own;
  const nodes = getU32(c, NODES);
  // e^(e^1), e^(e^2), e^(e^3): where ln ln n passes a whole number.
  if (nodes <= 15) return 3;
  if (nodes <= 1618) return 4;
  return nodes <= 528491311 ? 5 : 6;
}
