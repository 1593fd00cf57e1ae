/**
 * Push-pull in three messages, as Cassandra's SYN, ACK, ACK2: digests first, the rumor only where it
 * is missing. Any of the three may be lost, and the exchange is not atomic: a lost ACK2 leaves only one
 * side updated. On a round clock decisions use the state as the round began.
 */
import { getU32 } from "../memory";
import { countArrived, countSent } from "../runtime/access";
import {
  ARRIVAL_ROUND, END, FIRST, LOST, ORIGIN, REQUESTED, REQUESTS_ARRIVED, REQUESTS_LOST, ROUND,
  SENT, TICK,
} from "../runtime/context";
import { delayOf, replyDelay } from "../runtime/delay";
import { countLoad, hops, informOrigin, knewAt, receiveRumor } from "../runtime/infection";
import { CONTROL, COPY } from "../runtime/links";
import {
  messageFrom, messageKind, messagePayload, messageTo, nextMessage, openInbox, send,
} from "../runtime/mailbox";
import { choosePeers, chosenEdge, chosenPeer, isMessageLost } from "../runtime/peers";
import { NONE, TIMER, firstActor, nextActor, startTimers, timerFires } from "../runtime/timers";

const SYN: u32 = 1;
/** ACK without the rumor: payload 1 asks for it. */
const ACK: u32 = 2;
const ACK_RUMOR: u32 = 3;
const ACK2_RUMOR: u32 = 4;

export function pushPull3Receive(c: u32): void {
  openInbox(c);
  for (let m = nextMessage(c); m != 0; m = nextMessage(c)) {
    const node = messageTo(m);
    const kind = messageKind(m);
    if (kind == TIMER) {
      if (timerFires(c, m, node) == 1) act(c, node);
      continue;
    }
    countLoad(c, node);
    if (kind == ACK_RUMOR || kind == ACK2_RUMOR) receiveRumor(c, node, messagePayload(m));
    else if (kind == SYN) receiveSyn(c, m, node);
    else receiveAck(c, m, node);
  }
}

export function pushPull3Act(c: u32): void {
  if (getU32(c, TICK) == 0) {
    const origin = getU32(c, ORIGIN);
    if (origin >= getU32(c, FIRST) && origin < getU32(c, END)) informOrigin(c);
    startTimers(c);
  }
  for (let node = firstActor(c); node != NONE; node = nextActor(c, node)) act(c, node);
}

function act(c: u32, node: u32): void {
  const informed: u32 = knewAt(c, node, getU32(c, ROUND)) ? 1 : 0;
  const count = choosePeers(c, node);
  for (let slot: u32 = 0; slot < count; slot++) {
    const peer = chosenPeer(c, slot);
    control(c, peer, node, SYN, delayOf(c, node, peer, chosenEdge(c, slot)), informed);
  }
}

function receiveSyn(c: u32, m: u32, node: u32): void {
  countArrived(c, REQUESTS_ARRIVED);
  const caller = messageFrom(m);
  const callerKnows = messagePayload(m) == 1;
  const knows = knewAt(c, node, getU32(c, ARRIVAL_ROUND));
  const delay = replyDelay(c, m, node, caller);
  if (knows && !callerKnows) rumor(c, caller, node, ACK_RUMOR, delay);
  else control(c, caller, node, ACK, delay, callerKnows && !knows ? 1 : 0);
}

function receiveAck(c: u32, m: u32, node: u32): void {
  countArrived(c, REQUESTS_ARRIVED);
  if (messagePayload(m) == 0) return;
  const peer = messageFrom(m);
  rumor(c, peer, node, ACK2_RUMOR, replyDelay(c, m, node, peer));
}

/** Sends a message without the rumor. */
function control(c: u32, to: u32, from: u32, kind: u32, delay: u32, payload: u32): void {
  countSent(c, REQUESTED);
  countLoad(c, from);
  if (isMessageLost(c, from, to, kind) == 1) countSent(c, REQUESTS_LOST);
  else send(c, to, from, kind | CONTROL, delay, payload);
}

/** Sends a copy of the rumor. */
function rumor(c: u32, to: u32, from: u32, kind: u32, delay: u32): void {
  countSent(c, SENT);
  countLoad(c, from);
  if (isMessageLost(c, from, to, kind) == 1) countSent(c, LOST);
  else send(c, to, from, kind | COPY, delay, hops(c, from));
}
