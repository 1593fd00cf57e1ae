/**
 * Push-pull: in each round (or at each timer) every node contacts `fanout` peers. An informed caller's
 * call carries the rumor, an informed callee's answer does. A contact of two informed nodes costs two
 * copies (the counting of Karp et al. 2000).
 */
import { getU32 } from "../memory";
import { countArrived, countSent } from "../runtime/access";
import {
  ARRIVAL_ROUND, END, FIRST, LOST, ORIGIN, REQUESTED, REQUESTS_ARRIVED, ROUND, SENT, TICK,
} from "../runtime/context";
import { delayOf, replyDelay } from "../runtime/delay";
import { countLoad, hops, informOrigin, knewAt, receiveRumor } from "../runtime/infection";
import { CONTROL, COPY } from "../runtime/links";
import {
  messageFrom, messageKind, messagePayload, messageTo, nextMessage, openInbox, send,
} from "../runtime/mailbox";
import { choosePeers, chosenEdge, chosenPeer, isPushLost, isReplyLost } from "../runtime/peers";
import { NONE, TIMER, firstActor, nextActor, startTimers, timerFires } from "../runtime/timers";

/** An answer with the rumor, or a call that carries it. */
const ANSWER: u32 = 1;
const CALL: u32 = 2;
/** Payload of a call: the caller's hops, and above them what the call carries. */
const WITH_RUMOR: u32 = 0x10000;
const RUMOR_LOST: u32 = 0x20000;
const ANSWER_LOST: u32 = 0x40000;

export function pushPullReceive(c: u32): void {
  openInbox(c);
  for (let m = nextMessage(c); m != 0; m = nextMessage(c)) {
    const node = messageTo(m);
    const kind = messageKind(m);
    if (kind == TIMER) {
      if (timerFires(c, m, node) == 1) act(c, node);
      continue;
    }
    countLoad(c, node);
    if (kind == ANSWER) receiveRumor(c, node, messagePayload(m));
    else receiveCall(c, m, node);
  }
}

export function pushPullAct(c: u32): void {
  if (getU32(c, TICK) == 0) {
    const origin = getU32(c, ORIGIN);
    if (origin >= getU32(c, FIRST) && origin < getU32(c, END)) informOrigin(c);
    startTimers(c);
  }
  for (let node = firstActor(c); node != NONE; node = nextActor(c, node)) act(c, node);
}

function act(c: u32, node: u32): void {
  const informed = knewAt(c, node, getU32(c, ROUND));
  const count = choosePeers(c, node);
  for (let slot: u32 = 0; slot < count; slot++) {
    const peer = chosenPeer(c, slot);
    let kind: u32 = CALL | CONTROL;
    let payload: u32 = isReplyLost(c, node, slot) == 1 ? ANSWER_LOST : 0;
    countSent(c, REQUESTED);
    countLoad(c, node);
    if (informed) {
      payload = payload | WITH_RUMOR | hops(c, node);
      countSent(c, SENT);
      if (isPushLost(c, node, slot) == 1) {
        countSent(c, LOST);
        payload = payload | RUMOR_LOST;
      } else {
        kind = kind | COPY;
      }
    }
    send(c, peer, node, kind, delayOf(c, node, peer, chosenEdge(c, slot)), payload);
  }
}

/** Answers from the state before the call, then takes what the call carries. */
function receiveCall(c: u32, m: u32, node: u32): void {
  const payload = messagePayload(m);
  countArrived(c, REQUESTS_ARRIVED);
  if (knewAt(c, node, getU32(c, ARRIVAL_ROUND))) {
    countSent(c, SENT);
    countLoad(c, node);
    const caller = messageFrom(m);
    if ((payload & ANSWER_LOST) != 0) countSent(c, LOST);
    else send(c, caller, node, ANSWER | COPY, replyDelay(c, m, node, caller), hops(c, node));
  }
  if ((payload & WITH_RUMOR) != 0 && (payload & RUMOR_LOST) == 0) {
    receiveRumor(c, node, payload & 0xffff);
  }
}
