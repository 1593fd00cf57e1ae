/**
 * Pull: in each round (or at each timer) every node asks `fanout` peers; a peer that knew the rumor
 * as the round began answers with it. A lost transmission is a lost answer.
 */
import { getU32 } from "../memory";
import { countArrived, countSent } from "../runtime/access";
import {
  ARRIVAL_ROUND, END, FIRST, LOST, ORIGIN, REQUESTED, REQUESTS_ARRIVED, SENT, TICK,
} from "../runtime/context";
import { delayOf, replyDelay } from "../runtime/delay";
import { countLoad, hops, informOrigin, knewAt, receiveRumor } from "../runtime/infection";
import { CONTROL, COPY } from "../runtime/links";
import {
  messageFrom, messageKind, messagePayload, messageTo, nextMessage, openInbox, send,
} from "../runtime/mailbox";
import { choosePeers, chosenEdge, chosenPeer, isReplyLost } from "../runtime/peers";
import { NONE, TIMER, firstActor, nextActor, startTimers, timerFires } from "../runtime/timers";

const RUMOR: u32 = 1;
const REQUEST: u32 = 2;

export function pullReceive(c: u32): void {
  openInbox(c);
  for (let m = nextMessage(c); m != 0; m = nextMessage(c)) {
    const node = messageTo(m);
    const kind = messageKind(m);
    if (kind == TIMER) {
      if (timerFires(c, m, node) == 1) act(c, node);
      continue;
    }
    countLoad(c, node);
    if (kind == RUMOR) receiveRumor(c, node, messagePayload(m));
    else answer(c, m, node);
  }
}

export function pullAct(c: u32): void {
  if (getU32(c, TICK) == 0) {
    const origin = getU32(c, ORIGIN);
    if (origin >= getU32(c, FIRST) && origin < getU32(c, END)) informOrigin(c);
    startTimers(c);
  }
  for (let node = firstActor(c); node != NONE; node = nextActor(c, node)) act(c, node);
}

/** The request carries in its payload whether the answer to it will be lost. */
function act(c: u32, node: u32): void {
  const count = choosePeers(c, node);
  for (let slot: u32 = 0; slot < count; slot++) {
    const peer = chosenPeer(c, slot);
    countSent(c, REQUESTED);
    countLoad(c, node);
    const delay = delayOf(c, node, peer, chosenEdge(c, slot));
    send(c, peer, node, REQUEST | CONTROL, delay, isReplyLost(c, node, slot));
  }
}

function answer(c: u32, m: u32, node: u32): void {
  countArrived(c, REQUESTS_ARRIVED);
  if (!knewAt(c, node, getU32(c, ARRIVAL_ROUND))) return;
  countSent(c, SENT);
  countLoad(c, node);
  if (messagePayload(m) == 1) {
    countSent(c, LOST);
    return;
  }
  const caller = messageFrom(m);
  send(c, caller, node, RUMOR | COPY, replyDelay(c, m, node, caller), hops(c, node));
}
