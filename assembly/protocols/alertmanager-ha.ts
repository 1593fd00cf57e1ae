/**
 * Alertmanager's cluster: every peer gets every alert, and waits its position's turn before it notifies; whoever
 * notified tells the others through the notification log, which is gossiped, and a peer whose turn comes later
 * stays silent when its log has the alert. At most 32 alerts, a bit each.
 */
import {
  addF64, getF64, getU32, lowestBit, mul32, popcount, setU32, toF64, toU32,
} from "../memory";
import { countArrived, countBytes, countSent, field, parameter, setting } from "../runtime/access";
import {
  ARRIVED, END, FIRST, LOST, NODES, PERIOD, REDUNDANT, REQUESTED, REQUESTS_ARRIVED, SENT, SHARD, TICK,
} from "../runtime/context";
import { countDown, countdownWords, countingDown, setCountdown } from "../runtime/countdown";
import { delayOf, replyDelay } from "../runtime/delay";
import { CONTROL, COPY } from "../runtime/links";
import { nextUp } from "../runtime/lives";
import {
  messageFrom, messageKind, messagePayload, messageTo, nextMessage, openInbox, sendSized,
} from "../runtime/mailbox";
import { hasTurn, retransmitLimit, ticksPerMs } from "../runtime/members";
import { choosePeers, chosenEdge, chosenPeer, isMessageLost } from "../runtime/peers";
import { NONE, TIMER, firstActor, nextActor, startTimers, timerFires } from "../runtime/timers";
import { addCell, raiseCell } from "../runtime/values";

const ENTRIES: u32 = 1;
const SYNC: u32 = 2;
const SYNC_ANSWER: u32 = 3;

/** Parameters, in the order of src/protocols/alertmanager-ha/protocol.ts; times in milliseconds. */
const ALERTS: u32 = 1;
const ALERT_INTERVAL: u32 = 2;
const PEER_TIMEOUT: u32 = 3;
const GOSSIP_INTERVAL: u32 = 4;
const RETRANSMIT_MULT: u32 = 5;
const PUSH_PULL_INTERVAL: u32 = 6;
const ENTRY_BYTES: u32 = 7;
/** In gossip intervals. */
const SETTLE: u32 = 8;

/** A row: alerts in the log, alerts decided, tick + 1 of its start and of its last act, and transmits left of each. */
const ROWS: u32 = 0;
const TALLIES: u32 = 1;
const LOGGED: u32 = 0;
const DECIDED: u32 = 1;
const SINCE: u32 = 2;
const ACTED: u32 = 3;
const HOT_AT: u32 = 16;
const ROW_WORDS: u32 = 4;
const ALERTS_MAX: u32 = 32;
/** Intervals without an act that only a peer that was down has. */
const MISSED: u32 = 8;

/** Cells: peers whose log is complete, peers that run, alerts fired, and notifications of each alert. */
const COMPLETE: u32 = 0;
const RUNNING: u32 = 1;
const FIRED: u32 = 2;
const NOTIFICATIONS: u32 = 3;

/** Rows of zeros are peers that have not started: nothing to write. */
export function alertmanagerStart(_c: u32): void {}

export function alertmanagerMeasure(c: u32): void {
  const end = getU32(c, END);
  const fired = firedBy(c);
  // Whoever notified keeps an entry that nobody may have yet: complete is who has them all.
  const all: u32 = fired == ALERTS_MAX ? 0xffffffff : (1 << fired) - 1;
  for (let node = nextUp(c, getU32(c, FIRST), end); node < end; node = nextUp(c, node + 1, end)) {
    addCell(c, RUNNING, 1.0);
    if ((all & ~getU32(rowOf(c, node), LOGGED)) == 0) addCell(c, COMPLETE, 1.0);
  }
  raiseCell(c, FIRED, toF64(fired));
  const own = tallies(c);
  for (let alert: u32 = 0; alert < ALERTS_MAX; alert++) {
    addCell(c, NOTIFICATIONS + alert, getF64(own, alert));
  }
}

export function alertmanagerReceive(c: u32): void {
  openInbox(c);
  for (let m = nextMessage(c); m != 0; m = nextMessage(c)) {
    const node = messageTo(m);
    const kind = messageKind(m);
    if (kind == TIMER) {
      if (timerFires(c, m, node) == 1) act(c, node);
      continue;
    }
    const row = rowOf(c, node);
    const before = getU32(row, LOGGED);
    const isNews = learn(c, row, messagePayload(m)) != 0;
    if (kind != ENTRIES) countArrived(c, REQUESTS_ARRIVED);
    else countArrived(c, isNews ? ARRIVED : REDUNDANT);
    if (kind != SYNC) continue;
    const peer = messageFrom(m);
    sendLog(c, peer, node, SYNC_ANSWER, replyDelay(c, m, node, peer), before);
  }
}

export function alertmanagerAct(c: u32): void {
  if (getU32(c, TICK) == 0) startTimers(c);
  for (let node = firstActor(c); node != NONE; node = nextActor(c, node)) act(c, node);
}

/** One gossip interval of a peer: decides what is due, then passes entries on. */
function act(c: u32, node: u32): void {
  const row = rowOf(c, node);
  const isNew = hasStarted(c, row);
  decide(c, row, node);
  const words = hotWords(c);
  const hot = countingDown(row + HOT_AT, words);
  const syncs = isNew || hasTurn(c, node, parameter(c, PUSH_PULL_INTERVAL) / parameter(c, GOSSIP_INTERVAL));
  if (hot == 0 && !syncs) return;
  const peers = choosePeers(c, node);
  for (let index: u32 = 0; index < peers; index++) {
    const peer = chosenPeer(c, index);
    const delay = delayOf(c, node, peer, chosenEdge(c, index));
    if (hot != 0) sendEntries(c, peer, node, delay, hot);
    if (syncs && index == 0) sendLog(c, peer, node, SYNC, delay, getU32(row, LOGGED));
  }
  if (hot != 0) countDown(row + HOT_AT, words);
}

/** Whether a peer runs for the first time, or again after it missed intervals: it joins as a new one does. */
function hasStarted(c: u32, row: u32): bool {
  const tick = getU32(c, TICK);
  const acted = getU32(row, ACTED);
  setU32(row, ACTED, tick + 1);
  if (acted != 0 && tick + 1 - acted < mul32(MISSED, getU32(c, PERIOD))) return false;
  setU32(row, SINCE, tick + 1);
  return true;
}

/** Notifies of alerts whose turn has come and that the log does not have. */
function decide(c: u32, row: u32, node: u32): void {
  const fired = firedBy(c);
  const perMs = ticksPerMs(c, parameter(c, GOSSIP_INTERVAL));
  const tick = toF64(getU32(c, TICK));
  const since = toF64(getU32(row, SINCE) - 1);
  // Until the cluster has settled a peer notifies of nothing.
  if (tick - since < toF64(mul32(setting(c, SETTLE), getU32(c, PERIOD)))) return;
  const turn = toF64(node) * parameter(c, PEER_TIMEOUT) * perMs;
  for (let alert: u32 = 0; alert < fired; alert++) {
    const bit: u32 = 1 << alert;
    if ((getU32(row, DECIDED) & bit) != 0) continue;
    const firedAt = toF64(alert) * parameter(c, ALERT_INTERVAL) * perMs;
    // A peer that starts later learns of what fires as it starts.
    if ((firedAt > since ? firedAt : since) + turn > tick) continue;
    setU32(row, DECIDED, getU32(row, DECIDED) | bit);
    if ((getU32(row, LOGGED) & bit) != 0) continue;
    addF64(tallies(c), alert, 1.0);
    learn(c, row, bit);
  }
}

/** Puts entries in the log, to be passed on. @returns those that were not there */
function learn(c: u32, row: u32, entries: u32): u32 {
  const news = entries & ~getU32(row, LOGGED);
  if (news == 0) return 0;
  setU32(row, LOGGED, getU32(row, LOGGED) | news);
  for (let left = news; left != 0; left = left & (left - 1)) {
    const bit: u32 = 1 << lowestBit(left);
    setCountdown(row + HOT_AT, hotWords(c), bit, transmits(c));
  }
  return news;
}

function sendEntries(c: u32, peer: u32, node: u32, delay: u32, entries: u32): void {
  const bytes = toF64(popcount(entries)) * parameter(c, ENTRY_BYTES);
  countSent(c, SENT);
  countBytes(c, bytes);
  if (isMessageLost(c, node, peer, ENTRIES) == 1) {
    countSent(c, LOST);
    return;
  }
  sendSized(c, peer, node, ENTRIES | COPY, delay, entries, toU32(bytes));
}

/** The whole log, over TCP: no datagram to lose. */
function sendLog(c: u32, peer: u32, node: u32, kind: u32, delay: u32, log: u32): void {
  const bytes = toF64(popcount(log)) * parameter(c, ENTRY_BYTES);
  countSent(c, REQUESTED);
  countBytes(c, bytes);
  sendSized(c, peer, node, kind | CONTROL, delay, log, toU32(bytes));
}

/** Alerts that fired so far: the first at the start. */
function firedBy(c: u32): u32 {
  const alerts = setting(c, ALERTS);
  const interval = parameter(c, ALERT_INTERVAL) * ticksPerMs(c, parameter(c, GOSSIP_INTERVAL));
  const count = toF64(getU32(c, TICK)) / interval + 1.0;
  return count < toF64(alerts) ? toU32(count) : alerts;
}
function transmits(c: u32): u32 {
  return retransmitLimit(setting(c, RETRANSMIT_MULT), getU32(c, NODES));
}
function hotWords(c: u32): u32 {
  return countdownWords(transmits(c));
}
function rowOf(c: u32, node: u32): u32 {
  return field(c, ROWS) + (mul32(node, ROW_WORDS + hotWords(c)) << 2);
}
function tallies(c: u32): u32 {
  return field(c, TALLIES) + (mul32(getU32(c, SHARD), ALERTS_MAX) << 3);
}
