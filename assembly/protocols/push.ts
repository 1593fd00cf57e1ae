/**
 * Push: in each round (or at each timer) an informed node sends the rumor to `fanout` peers; with
 * activeRounds it stops after that many actions (1 = infect and die).
 */
import { getU32 } from "../memory";
import { countSent, setting } from "../runtime/access";
import { ACTIVE, FIRST, END, LOST, ORIGIN, SENT, TICK } from "../runtime/context";
import { delayOf } from "../runtime/delay";
import { countLoad, hops, informOrigin, isActive, receiveRumor } from "../runtime/infection";
import { COPY } from "../runtime/links";
import {
  messageKind, messagePayload, messageTo, nextMessage, openInbox, send,
} from "../runtime/mailbox";
import { choosePeers, chosenEdge, chosenPeer, isPushLost } from "../runtime/peers";
import { NONE, TIMER, firstActor, nextActor, startTimers, timerFires } from "../runtime/timers";

const RUMOR: u32 = 1;
const ACTIVE_ROUNDS: u32 = 1;

export function pushReceive(c: u32): void {
  openInbox(c);
  for (let m = nextMessage(c); m != 0; m = nextMessage(c)) {
    const node = messageTo(m);
    if (messageKind(m) == TIMER) {
      if (timerFires(c, m, node) == 1) act(c, node);
      continue;
    }
    countLoad(c, node);
    receiveRumor(c, node, messagePayload(m));
  }
}

export function pushAct(c: u32): void {
  if (getU32(c, TICK) == 0) {
    const origin = getU32(c, ORIGIN);
    if (origin >= getU32(c, FIRST) && origin < getU32(c, END)) informOrigin(c);
    startTimers(c);
  }
  for (let node = firstActor(c); node != NONE; node = nextActor(c, node)) act(c, node);
}

function act(c: u32, node: u32): void {
  if (!isActive(c, node, setting(c, ACTIVE_ROUNDS))) return;
  countSent(c, ACTIVE);
  const count = choosePeers(c, node);
  for (let slot: u32 = 0; slot < count; slot++) {
    const peer = chosenPeer(c, slot);
    countSent(c, SENT);
    countLoad(c, node);
    if (isPushLost(c, node, slot) == 1) countSent(c, LOST);
    else send(c, peer, node, RUMOR | COPY, delayOf(c, node, peer, chosenEdge(c, slot)), hops(c, node));
  }
}
