/**
 * Anti-entropy over a stream of updates: now and then every node compares its database with a peer's, by one
 * of several methods, and passes on what one of them lacks. With k > 0 rumor mongering goes before it: a
 * node pushes updates that are hot to it until k copies of each met a node that had it. A node's state is a
 * bit per recent update; all methods find the same difference, so they differ in cost alone.
 */
import {
  addF64, clearBit, clear, div32, getBit, getF64, getU32, getU8, lowestBit, mul32, popcount, setBit,
  setF64, setU32, setU8, toF64, toU32,
} from "../memory";
import { drawBelow, threefry } from "../kernels/random";
import { countArrived, countBytes, countSent, field, parameter, setting } from "../runtime/access";
import {
  ARRIVED, END, EVENT_CLOCK, FIRST, LOST, NODES, PERIOD, REDUNDANT, REQUESTED, REQUESTS_ARRIVED,
  REQUESTS_LOST, ROUND_TICKS, SEED, SENT, SHARD, TICK,
} from "../runtime/context";
import { delayOf, replyDelay } from "../runtime/delay";
import { CHECKSUM, HEADER, firstBytes, writeCosts } from "../runtime/exchange-costs";
import { CONTROL, COPY } from "../runtime/links";
import { nextUp } from "../runtime/lives";
import {
  messageFrom, messageKind, messagePayload, messageTo, nextMessage, openInbox, sendSized,
} from "../runtime/mailbox";
import {
  COST_BYTES, COST_TRIPS, EQUAL_KEYS, EXTRA, HELD, LEAF_KEYS, MISSING, PAIR_CELLS, SENT_ALL,
  YOUNG_EXTRA, YOUNG_HELD, YOUNG_MISSING, pairCosts,
} from "../runtime/pair-costs";
import { choosePeers, chosenEdge, chosenPeer, isMessageLost } from "../runtime/peers";
import { NONE, TIMER, firstActor, nextActor, startTimers, timerFires } from "../runtime/timers";
import {
  BORN, UNJOINED, birthsAt, countBits, delayBin, differingAt, dropReused, emptySlot, fillSlot,
  hasBits, markBorn, openSlots, rowBits, rowWords, settledAt, slotTableWords, usedAt, youngAt,
} from "../runtime/update-slots";
import { addCell, raiseCell } from "../runtime/values";

/** What a caller has; the callee's answer with what the caller lacks and without; what the callee lacks. */
const CALL: u32 = 1;
const ANSWER: u32 = 2;
const ANSWER_UPDATES: u32 = 3;
const UPDATES: u32 = 4;
/** Hot updates, and which of them the receiver had. */
const RUMOR: u32 = 5;
const FEEDBACK: u32 = 6;
/** Every message carries a row behind its header; its payload is how many updates were born when it left. */
const ROW_BYTES: u32 = 16;

/** Parameters and their choices, in the order of src/protocols/anti-entropy/protocol.ts. */
const DIRECTION: u32 = 0;
const PUSH: u32 = 0;
const PULL: u32 = 1;
const METHOD: u32 = 1;
const EVERY: u32 = 2;
const SLOTS: u32 = 4;
const KEYS: u32 = 5;
const RATE: u32 = 6;
const STREAM_ROUNDS: u32 = 7;
const INITIAL: u32 = 8;
const INITIAL_AT: u32 = 9;
const ONE_NODE: u32 = 0;
const SHARE: u32 = 1;
const SIDES: u32 = 2;
const INITIAL_SHARE: u32 = 10;
const K: u32 = 11;
const REDISTRIBUTE: u32 = 12;
const RECENT_ROUNDS: u32 = 13;
const LEAF_BITS: u32 = 14;
const CHILD_BITS: u32 = 15;
const LEVELS: u32 = 16;
const FIRST_SIZE: u32 = 17;
const ENTRY_BYTES: u32 = 18;

/** Fields: rows of what a node has, and learned in this round; what is hot, and for how long still. */
const KNOWN: u32 = 0;
const LEARNED: u32 = 1;
const HOT: u32 = 2;
const INTEREST: u32 = 3;
const TABLES: u32 = 4;
const TALLIES: u32 = 5;
const COSTS: u32 = 6;

/** Cells: nodes that have all there will be, that have all but the youngest, pairs that lack an update. */
const COVERED: u32 = 0;
const IN_SYNC: u32 = 1;
const LACKING: u32 = 2;
const LIVE_NODES: u32 = 3;
const ELAPSED: u32 = 4;
const BORN_CELL: u32 = 5;
/** Cells from here on are the tallies of the shards: sums since the start. */
const TALLY_CELL: u32 = 6;
const OVERWRITTEN: u32 = 0;
const EXCHANGES: u32 = 1;
const TRIPS: u32 = 2;
const DIFFERENCES: u32 = 3;
const LEAF_SENT: u32 = 4;
const LEAF_EQUAL: u32 = 5;
const SENT_ALL_COUNT: u32 = 6;
const COMPARING_BYTES: u32 = 7;
const UPDATE_BYTES: u32 = 8;
const RUMOR_BYTES: u32 = 9;
const BY_EXCHANGE: u32 = 10;
const BY_RUMOR: u32 = 11;
/** How long after its birth a node learned an update, in rounds, by ever wider bins. */
const DELAYS: u32 = 12;
const DELAY_BINS: u32 = 58;
/** The cells of the pair at hand stand behind them. */
const TALLY_COUNT: u32 = 70;

/** Purposes of draws: where an update is born, who has it at first, its place among keys, a node's turn. */
const BIRTH: u32 = 0x3f000000;
const HOLDS: u32 = 0xf8000000;
const PLACE: u32 = 0xf9000000;
const TURN: u32 = 0xfa000000;

export function antiEntropyStart(c: u32): void {
  const t = slotTable(c);
  openSlots(t, ((setting(c, SLOTS) + 31) >>> 5) << 5);
  if (getU32(c, FIRST) == 0) {
    const size = setting(c, FIRST_SIZE);
    writeCosts(field(c, COSTS), setting(c, METHOD), parameter(c, KEYS), rowBits(t), size);
  }
  clear(tallies(c), (TALLY_COUNT + PAIR_CELLS) << 3);
  const initial = setting(c, INITIAL);
  for (let update: u32 = 0; update < initial; update++) {
    bear(c, t, update, setting(c, INITIAL_AT) == ONE_NODE);
    place(c, t, update);
  }
  markAges(c, t);
}

export function antiEntropyMeasure(c: u32): void {
  const t = slotTable(c);
  const words = rowWords(t);
  const elapsed = roundsBy(c, getU32(c, TICK));
  const isOver = parameter(c, RATE) == 0 || elapsed >= parameter(c, STREAM_ROUNDS);
  const end = getU32(c, END);
  // Updates of the last round are too young to be expected everywhere.
  const tick = getU32(c, TICK);
  markBorn(t, settledAt(t), tick < roundTicks(c) ? 0 : tick - roundTicks(c), 1);
  for (let node = nextUp(c, getU32(c, FIRST), end); node < end; node = nextUp(c, node + 1, end)) {
    const row = mul32(node, words);
    let lacking: u32 = 0;
    let settled: u32 = 0;
    for (let w: u32 = 0; w < words; w++) {
      const lacks = getU32(usedAt(t), w) & ~hasNow(c, row + w);
      lacking += popcount(lacks);
      settled = settled | (lacks & getU32(settledAt(t), w));
    }
    addCell(c, LIVE_NODES, 1.0);
    addCell(c, LACKING, toF64(lacking));
    if (settled == 0) addCell(c, IN_SYNC, 1.0);
    if (isOver && lacking == 0) addCell(c, COVERED, 1.0);
  }
  raiseCell(c, ELAPSED, elapsed);
  raiseCell(c, BORN_CELL, toF64(getU32(t, BORN)));
  for (let i: u32 = 0; i < TALLY_COUNT; i++) addCell(c, TALLY_CELL + i, getF64(tallies(c), i));
}

export function antiEntropyReceive(c: u32): void {
  const t = slotTable(c);
  const slots = setting(c, SLOTS);
  openInbox(c);
  for (let m = nextMessage(c); m != 0; m = nextMessage(c)) {
    const node = messageTo(m);
    const kind = messageKind(m);
    if (kind == TIMER) {
      if (timerFires(c, m, node) == 1) act(c, t, node);
      continue;
    }
    dropReused(t, m + ROW_BYTES, messagePayload(m), slots);
    if (kind == CALL) receiveCall(c, t, m, node);
    else if (kind == RUMOR) receiveRumor(c, t, m, node);
    else if (kind == FEEDBACK) receiveFeedback(c, t, m, node);
    else receiveAnswer(c, t, m, node, kind);
  }
}

export function antiEntropyAct(c: u32): void {
  const t = slotTable(c);
  const tick = getU32(c, TICK);
  if (tick == 0) startTimers(c);
  if (getU32(c, EVENT_CLOCK) == 1 || tick % getU32(c, ROUND_TICKS) == 0) {
    joinLearned(c, t);
    const born = bornBy(c, roundsBy(c, tick + 1));
    for (let update = getU32(t, BORN); update < born; update++) bear(c, t, update, true);
    markAges(c, t);
  }
  for (let node = firstActor(c); node != NONE; node = nextActor(c, node)) act(c, t, node);
}

/** Rounds that are over as tick `tick` begins; on an event clock with the part of the current one. */
function roundsBy(c: u32, tick: u32): f64 {
  if (getU32(c, EVENT_CLOCK) == 1) return toF64(tick) / toF64(getU32(c, PERIOD));
  return toF64(div32(tick + getU32(c, ROUND_TICKS) - 1, getU32(c, ROUND_TICKS)));
}
function roundTicks(c: u32): u32 {
  return getU32(c, getU32(c, EVENT_CLOCK) == 1 ? PERIOD : ROUND_TICKS);
}
/** Updates born in so many rounds, the initial ones among them. */
function bornBy(c: u32, rounds: f64): u32 {
  const stream = parameter(c, STREAM_ROUNDS);
  return setting(c, INITIAL) + toU32(parameter(c, RATE) * (rounds < stream ? rounds : stream));
}

/** An update is born: it takes its slot, and one drawn node has it, as a hot one or not. */
function bear(c: u32, t: u32, update: u32, isHot: bool): void {
  const slot = update % setting(c, SLOTS);
  const words = rowWords(t);
  if (emptySlot(t, slot) == 1) overwrite(c, words, slot);
  const seed = getU32(c, SEED);
  fillSlot(t, slot, getU32(c, TICK), threefry(seed, PLACE, update, 0));
  setU32(t, BORN, update + 1);
  const node = drawBelow(seed, BIRTH, update, 0, getU32(c, NODES));
  if (node < getU32(c, FIRST) || node >= getU32(c, END)) return;
  const index = mul32(node, words << 5) + slot;
  setBit(field(c, KNOWN), index);
  if (isHot) heat(c, index);
}

/** An update makes room for another: whoever lacks it never gets it from here. */
function overwrite(c: u32, words: u32, slot: u32): void {
  const isMongering = setting(c, K) > 0;
  for (let node = getU32(c, FIRST); node < getU32(c, END); node++) {
    const index = mul32(node, words << 5) + slot;
    if (getBit(field(c, KNOWN), index) == 0) tally(c, OVERWRITTEN, 1.0);
    clearBit(field(c, KNOWN), index);
    if (!isMongering) continue;
    clearBit(field(c, HOT), index);
    setU8(field(c, INTEREST), index, 0);
  }
}

/** Gives an initial update to more nodes: a drawn share, or one of two sides that were apart. */
function place(c: u32, t: u32, update: u32): void {
  const where = setting(c, INITIAL_AT);
  if (where == ONE_NODE) return;
  const below = parameter(c, INITIAL_SHARE) * 4294967296.0;
  const bits = rowBits(t);
  const slot = update % setting(c, SLOTS);
  for (let node = getU32(c, FIRST); node < getU32(c, END); node++) {
    const draw = where == SHARE ? update : 0xffffffff;
    const isBelow = toF64(threefry(getU32(c, SEED), HOLDS, draw, node)) < below;
    const index = mul32(node, bits) + slot;
    // Of two sides, the first has the even updates and the second the odd ones.
    const isHeld = where == SHARE || (update & 1) == 0 ? isBelow : !isBelow;
    if (isHeld) setBit(field(c, KNOWN), index);
    else if (where == SIDES) clearBit(field(c, KNOWN), index);
  }
}

/** An update becomes hot to a node, where updates are spread as rumors. */
function heat(c: u32, index: u32): void {
  const k = setting(c, K);
  if (k == 0) return;
  setBit(field(c, HOT), index);
  setU8(field(c, INTEREST), index, k);
}

/** Marks the updates that are young enough for a list of recent ones. */
function markAges(c: u32, t: u32): void {
  if (setting(c, METHOD) != CHECKSUM) return;
  const window = mul32(setting(c, RECENT_ROUNDS), roundTicks(c));
  const tick = getU32(c, TICK);
  markBorn(t, youngAt(t), tick < window ? 0 : tick - window + 1, 0);
}

/** As a round begins nodes have what they learned in the last. */
function joinLearned(c: u32, t: u32): void {
  if (getU32(t, UNJOINED) == 0) return;
  setU32(t, UNJOINED, 0);
  const end = mul32(getU32(c, END), rowWords(t));
  for (let w = mul32(getU32(c, FIRST), rowWords(t)); w < end; w++) {
    const learned = getU32(field(c, LEARNED), w);
    if (learned == 0) continue;
    setU32(field(c, KNOWN), w, getU32(field(c, KNOWN), w) | learned);
    setU32(field(c, LEARNED), w, 0);
  }
}

function act(c: u32, t: u32, node: u32): void {
  const isHot = setting(c, K) > 0 && hasBits(rowOf(c, t, HOT, node), rowWords(t));
  const isTurn = hasTurn(c, node);
  if (!isHot && !isTurn) return;
  const count = choosePeers(c, node);
  for (let slot: u32 = 0; slot < count; slot++) {
    const peer = chosenPeer(c, slot);
    const delay = delayOf(c, node, peer, chosenEdge(c, slot));
    if (isHot) sendRumor(c, t, node, peer, delay);
    if (isTurn) {
      const bytes = firstBytes(field(c, COSTS));
      sendRow(c, t, peer, node, CALL | CONTROL, delay, rowOf(c, t, KNOWN, node), bytes);
    }
  }
}

/** Whether a node compares databases in this round: every `every` rounds, from a drawn one on. */
function hasTurn(c: u32, node: u32): bool {
  const every = setting(c, EVERY);
  if (every <= 1) return every == 1;
  const round = div32(getU32(c, TICK), roundTicks(c));
  return (round + drawBelow(getU32(c, SEED), TURN, 0, node, every)) % every == 0;
}

function sendRumor(c: u32, t: u32, node: u32, peer: u32, delay: u32): void {
  const row = rowOf(c, t, HOT, node);
  const bytes = toF64(countBits(row, rowWords(t))) * parameter(c, ENTRY_BYTES);
  tally(c, RUMOR_BYTES, HEADER + bytes);
  sendRow(c, t, peer, node, RUMOR | COPY, delay, row, bytes);
}

/** Sends a row of a node that is due to `to`, with `bytes` on the wire beyond the header. */
function sendRow(
  c: u32, t: u32, to: u32, from: u32, kind: u32, delay: u32, row: u32, bytes: f64,
): void {
  const isCopy = (kind & COPY) != 0;
  countSent(c, isCopy ? SENT : REQUESTED);
  countBytes(c, bytes);
  if (isMessageLost(c, from, to, kind & 0x3f) == 1) {
    countSent(c, isCopy ? LOST : REQUESTS_LOST);
    return;
  }
  const m = sendSized(c, to, from, kind, delay, getU32(t, BORN), toU32(bytes));
  for (let w: u32 = 0; w < rowWords(t); w++) setU32(m + ROW_BYTES, w, getU32(row, w));
}

/** The callee finds the difference, and gives the caller what it lacks or tells what itself lacks. */
function receiveCall(c: u32, t: u32, m: u32, node: u32): void {
  countArrived(c, REQUESTS_ARRIVED);
  const p = comparePair(c, t, m, node);
  const row = rowOf(c, t, KNOWN, node);
  const caller = messageFrom(m);
  const given: f64 = setting(c, DIRECTION) == PUSH ? 0.0 : getF64(p, MISSING);
  const updateBytes = given * parameter(c, ENTRY_BYTES);
  tally(c, UPDATE_BYTES, updateBytes);
  // The exchange is counted whole here, but for the headers of call and answer and what the call held.
  const bytes = getF64(p, COST_BYTES) - 2.0 * HEADER - firstBytes(field(c, COSTS)) + updateBytes;
  const kind = given > 0 ? ANSWER_UPDATES | COPY : ANSWER | CONTROL;
  sendRow(c, t, caller, node, kind, replyDelay(c, m, node, caller), row, bytes);
}

/** Compares the rows of caller and callee, and counts what it costs them. @returns the pair's cells */
function comparePair(c: u32, t: u32, m: u32, node: u32): u32 {
  const p = tallies(c) + (TALLY_COUNT << 3);
  const words = rowWords(t);
  const own = rowOf(c, t, KNOWN, node);
  let extra: u32 = 0;
  let missing: u32 = 0;
  for (let w: u32 = 0; w < words; w++) {
    const has = getU32(own, w);
    const theirs = getU32(m + ROW_BYTES, w);
    setU32(differingAt(t), w, has ^ theirs);
    extra += popcount(theirs & ~has);
    missing += popcount(has & ~theirs);
  }
  setF64(p, EXTRA, toF64(extra));
  setF64(p, MISSING, toF64(missing));
  setF64(p, HELD, toF64(countBits(own, words)));
  const method = setting(c, METHOD);
  if (method == CHECKSUM) compareYoung(t, p, own, m + ROW_BYTES);
  pairCosts(
    p, t, field(c, COSTS), method, parameter(c, KEYS), setting(c, LEAF_BITS),
    setting(c, CHILD_BITS), setting(c, LEVELS),
  );
  tally(c, EXCHANGES, 1.0);
  tally(c, TRIPS, getF64(p, COST_TRIPS));
  tally(c, DIFFERENCES, toF64(extra + missing));
  tally(c, LEAF_SENT, getF64(p, LEAF_KEYS));
  tally(c, LEAF_EQUAL, getF64(p, EQUAL_KEYS));
  tally(c, SENT_ALL_COUNT, getF64(p, SENT_ALL));
  tally(c, COMPARING_BYTES, getF64(p, COST_BYTES));
  return p;
}

/** Counts the young updates of a pair. */
function compareYoung(t: u32, p: u32, own: u32, theirs: u32): void {
  let extra: u32 = 0;
  let missing: u32 = 0;
  let held: u32 = 0;
  for (let w: u32 = 0; w < rowWords(t); w++) {
    const young = getU32(youngAt(t), w);
    extra += popcount(getU32(theirs, w) & ~getU32(own, w) & young);
    missing += popcount(getU32(own, w) & ~getU32(theirs, w) & young);
    held += popcount(getU32(own, w) & young);
  }
  setF64(p, YOUNG_EXTRA, toF64(extra));
  setF64(p, YOUNG_MISSING, toF64(missing));
  setF64(p, YOUNG_HELD, toF64(held));
}

/** The caller takes what it lacked, and sends what the callee lacks. */
function receiveAnswer(c: u32, t: u32, m: u32, node: u32, kind: u32): void {
  const words = rowWords(t);
  const row = m + ROW_BYTES;
  if (kind == ANSWER) countArrived(c, REQUESTS_ARRIVED);
  else countCopy(c, learn(c, t, node, row, BY_EXCHANGE));
  if (kind == UPDATES || setting(c, DIRECTION) == PULL) return;
  let lacking: u32 = 0;
  for (let w: u32 = 0; w < words; w++) {
    const extra = getU32(field(c, KNOWN), mul32(node, words) + w) & ~getU32(row, w);
    lacking += popcount(extra);
    setU32(differingAt(t), w, extra);
  }
  if (lacking == 0) return;
  const bytes = toF64(lacking) * parameter(c, ENTRY_BYTES);
  tally(c, UPDATE_BYTES, HEADER + bytes);
  const peer = messageFrom(m);
  const delay = replyDelay(c, m, node, peer);
  sendRow(c, t, peer, node, UPDATES | COPY, delay, differingAt(t), bytes);
}

/** A node takes hot updates, and tells the sender which of them it had. */
function receiveRumor(c: u32, t: u32, m: u32, node: u32): void {
  const words = rowWords(t);
  const row = m + ROW_BYTES;
  const told = countBits(row, words);
  let had: u32 = 0;
  for (let w: u32 = 0; w < words; w++) {
    const both = getU32(row, w) & getU32(field(c, KNOWN), mul32(node, words) + w);
    had += popcount(both);
    setU32(differingAt(t), w, both);
  }
  countCopy(c, learn(c, t, node, row, BY_RUMOR));
  if (had == 0) return;
  // A bit for each update of the message.
  const bytes = toF64((told + 7) >>> 3);
  tally(c, RUMOR_BYTES, HEADER + bytes);
  const sender = messageFrom(m);
  const delay = replyDelay(c, m, node, sender);
  sendRow(c, t, sender, node, FEEDBACK | CONTROL, delay, differingAt(t), bytes);
}

/** Copies that were not needed cost interest; without any left the update is no longer hot. */
function receiveFeedback(c: u32, t: u32, m: u32, node: u32): void {
  countArrived(c, REQUESTS_ARRIVED);
  const first = mul32(node, rowBits(t));
  for (let w: u32 = 0; w < rowWords(t); w++) {
    const hot = getU32(field(c, HOT), mul32(node, rowWords(t)) + w);
    for (let had = getU32(m + ROW_BYTES, w) & hot; had != 0; had = had & (had - 1)) {
      const index = first + (w << 5) + lowestBit(had);
      const left = getU8(field(c, INTEREST), index) - 1;
      setU8(field(c, INTEREST), index, left);
      if (left == 0) clearBit(field(c, HOT), index);
    }
  }
}

/** A node takes the updates of a row. @param by BY_EXCHANGE or BY_RUMOR @returns how many were new */
function learn(c: u32, t: u32, node: u32, row: u32, by: u32): u32 {
  const words = rowWords(t);
  const isRound = getU32(c, EVENT_CLOCK) == 0;
  const isHot = by == BY_RUMOR || setting(c, REDISTRIBUTE) == 1;
  let count: u32 = 0;
  for (let w: u32 = 0; w < words; w++) {
    const at = mul32(node, words) + w;
    const news = getU32(row, w) & ~hasNow(c, at);
    if (news == 0) continue;
    count += popcount(news);
    // What comes in a round counts as known from the next on, whatever the order of messages.
    const to = field(c, isRound ? LEARNED : KNOWN);
    setU32(to, at, getU32(to, at) | news);
    for (let left = news; left != 0; left = left & (left - 1)) {
      const slot = (w << 5) + lowestBit(left);
      countDelay(c, t, slot);
      if (isHot) heat(c, mul32(node, words << 5) + slot);
    }
  }
  if (count > 0 && isRound) setU32(t, UNJOINED, 1);
  tally(c, by, toF64(count));
  return count;
}

/** What a node has now, learned in this round or before: a word of its row. */
function hasNow(c: u32, word: u32): u32 {
  const known = getU32(field(c, KNOWN), word);
  if (getU32(c, EVENT_CLOCK) == 1) return known;
  return known | getU32(field(c, LEARNED), word);
}

function countDelay(c: u32, t: u32, slot: u32): void {
  const unit = roundTicks(c);
  const bin = delayBin(div32(getU32(c, TICK) - getU32(birthsAt(t), slot) + unit - 1, unit));
  tally(c, DELAYS + (bin < DELAY_BINS ? bin : DELAY_BINS - 1), 1.0);
}

/** A node's row in a field of rows. */
function rowOf(c: u32, t: u32, rows: u32, node: u32): u32 {
  return field(c, rows) + (mul32(node, rowWords(t)) << 2);
}
function countCopy(c: u32, news: u32): void {
  countArrived(c, news > 0 ? ARRIVED : REDUNDANT);
}
function tally(c: u32, index: u32, amount: f64): void {
  addF64(tallies(c), index, amount);
}
function tallies(c: u32): u32 {
  return field(c, TALLIES) + (mul32(getU32(c, SHARD), TALLY_COUNT + PAIR_CELLS) << 3);
}
function slotTable(c: u32): u32 {
  const words = slotTableWords(((setting(c, SLOTS) + 31) >>> 5) << 5);
  return field(c, TABLES) + (mul32(getU32(c, SHARD), words) << 2);
}
