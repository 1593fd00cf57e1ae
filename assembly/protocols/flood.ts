/**
 * Flood: a node that hears the rumor for the first time forwards it at once to all neighbours but the
 * one it came from; `ttl` bounds the hops (0 = no bound).
 */
import { getU32 } from "../memory";
import { countSent, setting } from "../runtime/access";
import {
  END, FIRST, GRAPH, LOST, NODES, OFFSETS_AT, ORIGIN, SENT, TARGETS_AT, TICK,
} from "../runtime/context";
import { delayOf } from "../runtime/delay";
import { countLoad, hops, informOrigin, receiveRumor } from "../runtime/infection";
import { COPY } from "../runtime/links";
import {
  messageFrom, messagePayload, messageTo, nextMessage, openInbox, send,
} from "../runtime/mailbox";
import { isMessageLost } from "../runtime/peers";
import { NONE } from "../runtime/timers";

const RUMOR: u32 = 1;
const TTL: u32 = 0;

export function floodReceive(c: u32): void {
  openInbox(c);
  for (let m = nextMessage(c); m != 0; m = nextMessage(c)) {
    const node = messageTo(m);
    countLoad(c, node);
    if (receiveRumor(c, node, messagePayload(m)) == 1) forward(c, node, messageFrom(m));
  }
}

export function floodAct(c: u32): void {
  if (getU32(c, TICK) != 0) return;
  const origin = getU32(c, ORIGIN);
  if (origin < getU32(c, FIRST) || origin >= getU32(c, END)) return;
  informOrigin(c);
  forward(c, origin, NONE);
}

function forward(c: u32, node: u32, source: u32): void {
  const ttl = setting(c, TTL);
  if (ttl != 0 && hops(c, node) >= ttl) return;
  if (getU32(c, GRAPH) == 0) {
    for (let peer: u32 = 0; peer < getU32(c, NODES); peer++) {
      if (peer != node && peer != source) relay(c, node, peer, 0);
    }
    return;
  }
  const end = getU32(getU32(c, OFFSETS_AT), node + 1);
  for (let edge = getU32(getU32(c, OFFSETS_AT), node); edge < end; edge++) {
    const peer = getU32(getU32(c, TARGETS_AT), edge);
    if (peer != source) relay(c, node, peer, edge);
  }
}

function relay(c: u32, node: u32, peer: u32, edge: u32): void {
  countSent(c, SENT);
  countLoad(c, node);
  if (isMessageLost(c, node, peer, RUMOR) == 1) countSent(c, LOST);
  else send(c, peer, node, RUMOR | COPY, delayOf(c, node, peer, edge), hops(c, node));
}
