/**
 * Probabilistic propagation: whoever hears the rumor decides once whether it passes it on, to `fanout`
 * peers or to all neighbours, and does nothing else. The probability falls with the hops of the rumor,
 * its age, the further copies heard while waiting, and the node's degree. Within the first hops it is 1;
 * a node that kept silent may still pass the rumor on when it heard too few copies.
 */
import { getU32, getU8, setU8, toF64 } from "../memory";
import { threefry } from "../kernels/random";
import { countSent, field, parameter, setting } from "../runtime/access";
import {
  ACTIVE, END, EVENT_CLOCK, FIRST, GRAPH, LOST, NODES, OFFSETS_AT, ORIGIN, PERIOD, ROUND, SEED, SENT,
  TARGETS_AT, TICK,
} from "../runtime/context";
import { delayOf } from "../runtime/delay";
import { countLoad, hops, informOrigin, knewAt, receiveRumor } from "../runtime/infection";
import { COPY } from "../runtime/links";
import { messageKind, messagePayload, messageTo, nextMessage, openInbox, send } from "../runtime/mailbox";
import { exponential, naturalLog } from "../runtime/math";
import { choosePeers, chosenEdge, chosenPeer, isMessageLost } from "../runtime/peers";
import { NONE, TIMER, firstActor, nextActor, startTimers, timerFires } from "../runtime/timers";

const RUMOR: u32 = 1;

/** Parameters, in the order of src/protocols/gossip-p/protocol.ts. */
const FANOUT: u32 = 0;
const P0: u32 = 1;
const HOP_FACTOR: u32 = 2;
const AGE_ROUNDS: u32 = 3;
const COPY_POWER: u32 = 4;
const COPIES_MAX: u32 = 5;
const WAIT: u32 = 6;
const KAPPA: u32 = 7;
const CERTAIN_HOPS: u32 = 8;
const REPAIR_COPIES: u32 = 9;
const REPAIR_WAIT: u32 = 10;

/** Fields after those of the rumor. */
const FATE: u32 = 4;
const REPEATS: u32 = 5;
const WAITED: u32 = 6;
/** Fates; 0 is undecided. A node on WATCH kept silent and still listens. */
const FORWARDED: u32 = 1;
const WATCH: u32 = 2;
const SILENT: u32 = 3;
/** Further copies are counted up to here. */
const REPEATS_MAX: u32 = 255;

/** Purpose of the draw of a node's one decision. */
const DECISION: u32 = 0x3e000000;

export function gossipPReceive(c: u32): void {
  openInbox(c);
  for (let m = nextMessage(c); m != 0; m = nextMessage(c)) {
    const node = messageTo(m);
    if (messageKind(m) == TIMER) {
      if (timerFires(c, m, node) == 1) act(c, node);
      continue;
    }
    countLoad(c, node);
    if (receiveRumor(c, node, messagePayload(m)) == 0) noteRepeat(c, node);
  }
}

export function gossipPAct(c: u32): void {
  if (getU32(c, TICK) == 0) {
    const origin = getU32(c, ORIGIN);
    if (origin >= getU32(c, FIRST) && origin < getU32(c, END)) informOrigin(c);
    startTimers(c);
  }
  for (let node = firstActor(c); node != NONE; node = nextActor(c, node)) act(c, node);
}

/** Copies count where, and as long as, they may still change what the node does. */
function noteRepeat(c: u32, node: u32): void {
  const counts = setting(c, COPIES_MAX) > 0 || setting(c, REPAIR_COPIES) > 0;
  if (!counts && parameter(c, COPY_POWER) == 0) return;
  const fate = getU8(field(c, FATE), node);
  if (fate == FORWARDED || fate == SILENT) return;
  const repeats = getU8(field(c, REPEATS), node);
  if (repeats < REPEATS_MAX) setU8(field(c, REPEATS), node, repeats + 1);
}

function act(c: u32, node: u32): void {
  if (!knewAt(c, node, getU32(c, ROUND))) return;
  const fate = getU8(field(c, FATE), node);
  if (fate == FORWARDED || fate == SILENT) return;
  if (isWaiting(c, node, fate)) {
    countSent(c, ACTIVE);
    return;
  }
  const goes = fate == WATCH ? isMissed(c, node) : decides(c, node);
  if (goes) {
    setU8(field(c, FATE), node, FORWARDED);
    forward(c, node);
  } else if (fate == WATCH || setting(c, REPAIR_COPIES) == 0) {
    setU8(field(c, FATE), node, SILENT);
  } else {
    setU8(field(c, FATE), node, WATCH);
    setU8(field(c, WAITED), node, 1);
    countSent(c, ACTIVE);
  }
}

/** true, and one action more waited, while the node has not waited long enough for its next step. */
function isWaiting(c: u32, node: u32, fate: u32): bool {
  const waited = getU8(field(c, WAITED), node);
  if (waited >= setting(c, fate == WATCH ? REPAIR_WAIT : WAIT)) return false;
  setU8(field(c, WAITED), node, waited + 1);
  return true;
}

/** Too few copies beyond the first for a silent node to believe that its neighbours have the rumor. */
function isMissed(c: u32, node: u32): bool {
  return getU8(field(c, REPEATS), node) < setting(c, REPAIR_COPIES);
}

/** The node's one decision; its word depends on the node alone, so a larger probability adds nodes. */
function decides(c: u32, node: u32): bool {
  if (hops(c, node) < setting(c, CERTAIN_HOPS)) return true;
  const most = setting(c, COPIES_MAX);
  if (most > 0 && getU8(field(c, REPEATS), node) + 1 >= most) return false;
  const word = threefry(getU32(c, SEED), DECISION, 0, node);
  return toF64(word) < probability(c, node) * 4294967296.0;
}

function probability(c: u32, node: u32): f64 {
  const kappa = parameter(c, KAPPA);
  let p = parameter(c, P0);
  if (kappa > 0) {
    const share = kappa / toF64(degreeOf(c, node));
    p = share < p ? share : p;
  }
  const age = parameter(c, AGE_ROUNDS);
  const factor = parameter(c, HOP_FACTOR);
  let exponent: f64 = 0.0;
  if (factor < 1) exponent = exponent + toF64(hops(c, node)) * naturalLog(factor);
  if (age > 0) exponent = exponent - roundsOf(c) / age;
  const power = parameter(c, COPY_POWER);
  const repeats = getU8(field(c, REPEATS), node);
  if (repeats > 0) exponent = exponent - power * naturalLog(toF64(repeats + 1));
  return exponent == 0 ? p : p * exponential(exponent);
}

/** Rounds since the rumor began, with fractions on an event clock. */
function roundsOf(c: u32): f64 {
  if (getU32(c, EVENT_CLOCK) == 0) return toF64(getU32(c, ROUND));
  return toF64(getU32(c, TICK)) / toF64(getU32(c, PERIOD));
}

function degreeOf(c: u32, node: u32): u32 {
  if (getU32(c, GRAPH) == 0) return getU32(c, NODES) - 1;
  return getU32(getU32(c, OFFSETS_AT), node + 1) - getU32(getU32(c, OFFSETS_AT), node);
}

function forward(c: u32, node: u32): void {
  if (setting(c, FANOUT) == 0) {
    forwardToAll(c, node);
    return;
  }
  const count = choosePeers(c, node);
  for (let slot: u32 = 0; slot < count; slot++) {
    relay(c, node, chosenPeer(c, slot), chosenEdge(c, slot));
  }
}

function forwardToAll(c: u32, node: u32): void {
  if (getU32(c, GRAPH) == 0) {
    for (let peer: u32 = 0; peer < getU32(c, NODES); peer++) {
      if (peer != node) relay(c, node, peer, 0);
    }
    return;
  }
  const end = getU32(getU32(c, OFFSETS_AT), node + 1);
  for (let edge = getU32(getU32(c, OFFSETS_AT), node); edge < end; edge++) {
    relay(c, node, getU32(getU32(c, TARGETS_AT), edge), edge);
  }
}

function relay(c: u32, node: u32, peer: u32, edge: u32): void {
  countSent(c, SENT);
  countLoad(c, node);
  if (isMessageLost(c, node, peer, RUMOR) == 1) countSent(c, LOST);
  else send(c, peer, node, RUMOR | COPY, delayOf(c, node, peer, edge), hops(c, node));
}
