/**
 * Rumor mongering (Demers et al. 1987): susceptible nodes become infective with the rumor and removed when
 * they lose interest; removed nodes keep the rumor but spread it no more. One rule with parameters: push,
 * pull or both; blind or with feedback; by coin or counter; minimization; connection limit and hunting.
 */
import { getU32, getU8, mul32, setU32, setU8 } from "../memory";
import { drawBelow } from "../kernels/random";
import { countArrived, countSent, field, setting } from "../runtime/access";
import {
  ACTIVE, ARRIVAL_ROUND, END, EVENT_CLOCK, FIRST, LOST, ORIGIN, REQUESTED, REQUESTS_ARRIVED,
  REQUESTS_LOST, ROUND, SEED, SENT, TICK,
} from "../runtime/context";
import { delayOf, replyDelay } from "../runtime/delay";
import { huntPeer } from "../runtime/hunt";
import {
  countLoad, hops, informOrigin, isActive, knewAt, receiveRumor, since,
} from "../runtime/infection";
import { CONTROL, COPY } from "../runtime/links";
import {
  messageFrom, messageKind, messagePayload, messageTo, nextMessage, openInbox, previewInbox, send,
  setMessagePayload,
} from "../runtime/mailbox";
import { choosePeers, chosenEdge, chosenPeer, isMessageLost } from "../runtime/peers";
import { NONE, TIMER, firstActor, nextActor, startTimers, timerFires } from "../runtime/timers";

/** A caller's message; the callee's with the rumor and without; the caller's word on a received rumor. */
const CALL: u32 = 1;
const RUMOR: u32 = 2;
const ANSWER: u32 = 3;
const FEEDBACK: u32 = 4;

/** Payload: hops of the sender, above them its counter, and flags. */
const HOPS_MASK: u32 = 0xffff;
const COUNTER_SHIFT: u32 = 16;
/** The call carries the rumor. */
const WITH_RUMOR: u32 = 0x1000000;
/** What the receiver says of the copy it got. */
const NEW: u32 = 0x2000000;
const KNEW: u32 = 0x4000000;
const REFUSED: u32 = 0x8000000;
/** The sender is infective. */
const INFECTIVE: u32 = 0x10000000;
/** Refusals before this call. */
const ATTEMPT_SHIFT: u32 = 29;

/** Parameters and their choices, in the order of src/protocols/rumor-mongering/protocol.ts. */
const MODE: u32 = 0;
const PUSH: u32 = 0;
const PULL: u32 = 1;
const INTEREST: u32 = 1;
const BLIND: u32 = 1;
const REMOVAL: u32 = 2;
const COIN: u32 = 1;
const K: u32 = 3;
const COUNTER_RESET: u32 = 4;
const JUDGEMENT: u32 = 5;
const SEQUENTIAL: u32 = 1;
const MINIMIZATION: u32 = 6;
const SMALLER: u32 = 1;
const CONNECTION_LIMIT: u32 = 7;
const HUNT_LIMIT: u32 = 8;
const ACTIVE_ROUNDS: u32 = 9;

/** Fields after those of the rumor. */
const COUNTER_FIELD: u32 = 4;
const CONTACTS_FIELD: u32 = 5;
const ADMITTED_FIELD: u32 = 6;
const CALLERS_FIELD: u32 = 7;
const BEARERS_FIELD: u32 = 8;
/** Counter of a removed node. */
const REMOVED: u32 = 255;
/** What a node's contacts since its last action taught it. */
const USEFUL: u32 = 1;
const USELESS: u32 = 2;
const LOST_INTEREST: u32 = 4;

/** Purposes of draws: whom a limit admits, which copy of a tick came first, the coin. */
const ADMISSION: u32 = 0x3c000000;
const FIRST_COPY: u32 = 0x3d000000;
const COIN_DRAW: u32 = 0x3a000000;

export function rumorMongeringReceive(c: u32): void {
  // A round's calls arrive together: who comes first among them is drawn, not read from their order.
  if (getU32(c, EVENT_CLOCK) == 0) {
    if (isLimited(c)) admitCallers(c);
    if (setting(c, JUDGEMENT) == SEQUENTIAL) countBearers(c);
  }
  openInbox(c);
  for (let m = nextMessage(c); m != 0; m = nextMessage(c)) {
    const node = messageTo(m);
    const kind = messageKind(m);
    if (kind == TIMER) {
      if (timerFires(c, m, node) == 1) act(c, node);
      continue;
    }
    countLoad(c, node);
    if (kind == CALL) receiveCall(c, m, node);
    else if (kind == FEEDBACK) receiveFeedback(c, m, node);
    else receiveAnswer(c, m, node, kind);
  }
}

export function rumorMongeringAct(c: u32): void {
  if (getU32(c, TICK) == 0) {
    const origin = getU32(c, ORIGIN);
    if (origin >= getU32(c, FIRST) && origin < getU32(c, END)) informOrigin(c);
    startTimers(c);
  }
  for (let node = firstActor(c); node != NONE; node = nextActor(c, node)) act(c, node);
}

function act(c: u32, node: u32): void {
  if (isLimited(c)) setU8(field(c, ADMITTED_FIELD), node, 0);
  drawConclusions(c, node);
  const state = stateOf(c, node, getU32(c, ROUND));
  if ((state & INFECTIVE) != 0) countSent(c, ACTIVE);
  else if (setting(c, MODE) == PUSH) return;
  if (choosePeers(c, node) > 0) call(c, node, state, 0);
}

/** Calls the chosen peer. Under a connection limit the rumor counts as sent only once it is let in. */
function call(c: u32, node: u32, state: u32, attempt: u32): void {
  const peer = chosenPeer(c, 0);
  const carries = (state & INFECTIVE) != 0 && setting(c, MODE) != PULL;
  const sends = carries && !isLimited(c);
  countSent(c, sends ? SENT : REQUESTED);
  countLoad(c, node);
  if (sends && setting(c, INTEREST) == BLIND) noteContact(c, node, peer, false, 0);
  if (isMessageLost(c, node, peer, CALL) == 1) {
    countSent(c, sends ? LOST : REQUESTS_LOST);
    return;
  }
  const payload = state | (attempt << ATTEMPT_SHIFT) | (carries ? WITH_RUMOR : 0);
  const kind = CALL | (sends ? COPY : CONTROL);
  send(c, peer, node, kind, delayOf(c, node, peer, chosenEdge(c, 0)), payload);
}

function receiveCall(c: u32, m: u32, node: u32): void {
  const payload = messagePayload(m);
  const carries = (payload & WITH_RUMOR) != 0;
  const limited = isLimited(c);
  if (limited || !carries) countArrived(c, REQUESTS_ARRIVED);
  if (limited && isRefused(c, node, payload)) {
    answer(c, m, node, ANSWER, REFUSED | (payload & ~(REFUSED - 1)));
    return;
  }
  let state = stateOf(c, node, getU32(c, ARRIVAL_ROUND));
  const infective = (state & INFECTIVE) != 0;
  if (carries) {
    if (limited) countSent(c, SENT);
    state = state | takeRumor(c, m, node, infective, isFirstCopy(c, m, node));
  }
  if (infective && setting(c, MODE) != PUSH) {
    if (setting(c, INTEREST) == BLIND) noteContact(c, node, messageFrom(m), false, 0);
    answer(c, m, node, RUMOR, state);
  } else if (carries && (limited || setting(c, INTEREST) != BLIND)) {
    answer(c, m, node, ANSWER, state);
  }
}

function receiveAnswer(c: u32, m: u32, node: u32, kind: u32): void {
  const payload = messagePayload(m);
  if (kind == ANSWER) countArrived(c, REQUESTS_ARRIVED);
  if ((payload & REFUSED) != 0) {
    hunt(c, m, node);
    return;
  }
  const other = messageFrom(m);
  if ((payload & (NEW | KNEW)) != 0 && (isLimited(c) || setting(c, INTEREST) != BLIND)) {
    noteContact(c, node, other, (payload & NEW) != 0, payload);
  }
  if (kind != RUMOR) return;
  const state = stateOf(c, node, getU32(c, ARRIVAL_ROUND));
  const needed = setting(c, JUDGEMENT) == SEQUENTIAL ? since(c, node) == 0 : !knew(c, node);
  const word = takeRumor(c, m, node, (state & INFECTIVE) != 0, needed);
  if (setting(c, INTEREST) != BLIND) answer(c, m, node, FEEDBACK, state | word);
}

function receiveFeedback(c: u32, m: u32, node: u32): void {
  const payload = messagePayload(m);
  countArrived(c, REQUESTS_ARRIVED);
  noteContact(c, node, messageFrom(m), (payload & NEW) != 0, payload);
}

/** After a refusal: another peer, while the hunt limit allows. */
function hunt(c: u32, m: u32, node: u32): void {
  const attempt = (messagePayload(m) >>> ATTEMPT_SHIFT) + 1;
  if (attempt > setting(c, HUNT_LIMIT)) return;
  const state = stateOf(c, node, getU32(c, ARRIVAL_ROUND));
  if (setting(c, MODE) == PUSH && (state & INFECTIVE) == 0) return;
  if (huntPeer(c, node, messageFrom(m), attempt) == 1) call(c, node, state, attempt);
}

/**
 * Takes a copy of the rumor.
 * @returns NEW or KNEW, the receiver's word on it
 */
function takeRumor(c: u32, m: u32, node: u32, infective: bool, needed: bool): u32 {
  receiveRumor(c, node, messagePayload(m) & HOPS_MASK);
  if (needed) return NEW;
  // Where counters are compared a contact of two that knew may count for either of them.
  if (infective && comparesCounters(c)) {
    noteContact(c, node, messageFrom(m), false, messagePayload(m));
  }
  return KNEW;
}

/** Sends what answers message `m`. */
function answer(c: u32, m: u32, node: u32, kind: u32, payload: u32): void {
  const to = messageFrom(m);
  const carries = kind == RUMOR;
  countSent(c, carries ? SENT : REQUESTED);
  countLoad(c, node);
  if (isMessageLost(c, node, to, kind) == 1) countSent(c, carries ? LOST : REQUESTS_LOST);
  else send(c, to, node, kind | (carries ? COPY : CONTROL), replyDelay(c, m, node, to), payload);
}

/** Hops, counter and INFECTIVE of a node that may spread the rumor in `round`, 0 of any other. */
function stateOf(c: u32, node: u32, round: u32): u32 {
  const counter = getU8(field(c, COUNTER_FIELD), node);
  if (counter == REMOVED || !knewAt(c, node, round)) return 0;
  return INFECTIVE | (counter << COUNTER_SHIFT) | hops(c, node);
}

function knew(c: u32, node: u32): bool {
  return knewAt(c, node, getU32(c, ARRIVAL_ROUND));
}

function isLimited(c: u32): bool {
  return setting(c, CONNECTION_LIMIT) > 0;
}

function comparesCounters(c: u32): bool {
  if (setting(c, MINIMIZATION) == 0) return false;
  return setting(c, REMOVAL) != COIN && setting(c, INTEREST) != BLIND;
}

/**
 * `node` learns how a contact in which it gave the rumor away went.
 * @param needed the other lacked the rumor; a blind node takes no notice of it
 * @param stateOfOther payload of the other's message, 0 when it said nothing
 */
function noteContact(c: u32, node: u32, other: u32, needed: bool, stateOfOther: u32): void {
  const contacts = field(c, CONTACTS_FIELD);
  let lesson: u32 = USELESS;
  if (needed && setting(c, INTEREST) != BLIND) {
    lesson = USEFUL;
  } else if (setting(c, REMOVAL) == COIN) {
    const key = mul32(getU32(c, TICK), 0x9e3779b1) ^ other;
    if (drawBelow(getU32(c, SEED), COIN_DRAW, key, node, setting(c, K)) > 0) return;
    lesson = LOST_INTEREST;
  } else if (isSpared(c, node, stateOfOther)) {
    return;
  }
  setU8(contacts, node, getU8(contacts, node) | lesson);
}

/** Minimization: of two infective nodes only the one with the smaller (larger) counter counts. */
function isSpared(c: u32, node: u32, stateOfOther: u32): bool {
  if (!comparesCounters(c) || (stateOfOther & INFECTIVE) == 0) return false;
  const own = getU8(field(c, COUNTER_FIELD), node);
  const theirs = (stateOfOther >>> COUNTER_SHIFT) & 0xff;
  return setting(c, MINIMIZATION) == SMALLER ? own > theirs : own < theirs;
}

/** Before a node acts: what its contacts since the last action mean for its interest. */
function drawConclusions(c: u32, node: u32): void {
  const contacts = field(c, CONTACTS_FIELD);
  const lessons = getU8(contacts, node);
  const rounds = setting(c, ACTIVE_ROUNDS);
  if (lessons == 0 && rounds == 0) return;
  setU8(contacts, node, 0);
  const counters = field(c, COUNTER_FIELD);
  let counter = getU8(counters, node);
  if (counter == REMOVED || since(c, node) == 0) return;
  if ((lessons & USEFUL) != 0) {
    if (setting(c, COUNTER_RESET) == 1) counter = 0;
  } else if ((lessons & USELESS) != 0) {
    counter++;
  }
  const spent = setting(c, REMOVAL) != COIN && counter >= setting(c, K);
  const lost = (lessons & LOST_INTEREST) != 0;
  if (spent || lost || !isActive(c, node, rounds)) counter = REMOVED;
  setU8(counters, node, counter);
}

/** Refused by the draw of this round, or on an event clock once the period's connections are used up. */
function isRefused(c: u32, node: u32, payload: u32): bool {
  if (getU32(c, EVENT_CLOCK) == 0) return (payload & REFUSED) != 0;
  const admitted = field(c, ADMITTED_FIELD);
  const used = getU8(admitted, node);
  if (used >= setting(c, CONNECTION_LIMIT)) return true;
  setU8(admitted, node, used + 1);
  return false;
}

/** Marks REFUSED on the calls beyond the limit: those let in are a uniform choice of this tick's. */
function admitCallers(c: u32): void {
  const callers = field(c, CALLERS_FIELD);
  const admitted = field(c, ADMITTED_FIELD);
  const limit = setting(c, CONNECTION_LIMIT);
  previewInbox(c);
  for (let m = nextMessage(c); m != 0; m = nextMessage(c)) {
    if (messageKind(m) != CALL) continue;
    setU32(callers, messageTo(m), getU32(callers, messageTo(m)) + 1);
  }
  previewInbox(c);
  for (let m = nextMessage(c); m != 0; m = nextMessage(c)) {
    if (messageKind(m) != CALL) continue;
    const node = messageTo(m);
    const left = getU32(callers, node);
    const free = limit - getU8(admitted, node);
    setU32(callers, node, left - 1);
    if (free > 0 && drawAmong(c, ADMISSION, messageFrom(m), left) < free) {
      setU8(admitted, node, getU8(admitted, node) + 1);
    } else {
      setMessagePayload(m, messagePayload(m) | REFUSED);
    }
  }
}

/** Counts the copies that reach each node still without the rumor in this tick. */
function countBearers(c: u32): void {
  const bearers = field(c, BEARERS_FIELD);
  previewInbox(c);
  for (let m = nextMessage(c); m != 0; m = nextMessage(c)) {
    const node = messageTo(m);
    if (messageKind(m) != CALL || since(c, node) != 0) continue;
    const flags = messagePayload(m) & (WITH_RUMOR | REFUSED);
    if (flags == WITH_RUMOR) setU32(bearers, node, getU32(bearers, node) + 1);
  }
}

/**
 * Whether the caller's copy is needed: on a snapshot all copies of a round are that reach a node which
 * lacked the rumor as it began; in sequence only the first, each of a tick's as likely.
 */
function isFirstCopy(c: u32, m: u32, node: u32): bool {
  if (setting(c, JUDGEMENT) != SEQUENTIAL || getU32(c, EVENT_CLOCK) == 1) return !knew(c, node);
  const bearers = field(c, BEARERS_FIELD);
  const left = getU32(bearers, node);
  if (left == 0) return false;
  const isFirst = drawAmong(c, FIRST_COPY, messageFrom(m), left) == 0;
  setU32(bearers, node, isFirst ? 0 : left - 1);
  return isFirst;
}

/** A number below `bound` for the one call that `caller` made in this tick. */
function drawAmong(c: u32, purpose: u32, caller: u32, bound: u32): u32 {
  return drawBelow(getU32(c, SEED), purpose, getU32(c, TICK), caller, bound);
}
