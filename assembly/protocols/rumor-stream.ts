/**
 * A stream of rumors: each is born at a drawn node, and a node that accepts one forwards it in its next
 * `activeRounds` actions to `fanout` peers, a message per copy. Whether a copy is new is for the node's
 * filter to say; which rumors it was really given is kept beside, as bits, to judge the filter by.
 */
import {
  addF64, div32, getF64, getU32, getU8, lowestBit, mul32, popcount, setF64, setU32, setU8, toF64, toU32,
} from "../memory";
import {
  classicInsert, classicQuery, filterClear, hashKeys32, populationAddUnseen,
} from "../kernels/bloom";
import { drawBelow, threefry } from "../kernels/random";
import {
  addArrived, countLatest, countSent, field, parameter, setting,
} from "../runtime/access";
import {
  ACTIVE, END, EVENT_CLOCK, FIRST, INFORMED, LAST_TICK, LOST, NODES, ORIGIN, PERIOD, REDUNDANT,
  SCRATCH_AT, SEED, SENT, SHARD, SHARDS, TICK,
} from "../runtime/context";
import {
  countDown, countdownWords, countingDown, setCountdown,
} from "../runtime/countdown";
import { delayOf } from "../runtime/delay";
import { COPY } from "../runtime/links";
import { isUp, nextUp } from "../runtime/lives";
import {
  messageKind, messagePayload, messageTo, nextMessage, openInbox, send,
} from "../runtime/mailbox";
import { choosePeers, chosenEdge, chosenPeer, isMessageLost } from "../runtime/peers";
import { bornBy, bornTick } from "../runtime/stream";
import { NONE, TIMER, firstActor, nextActor, startTimers, timerFires } from "../runtime/timers";
import { addCell, lowerCell, raiseCell } from "../runtime/values";

const RUMOR: u32 = 1;

/** Parameters and their choices, in the order of src/protocols/rumor-stream/protocol.ts. */
const ACTIVE_ROUNDS: u32 = 1;
const RUMORS_PER_ROUND: u32 = 2;
const RUMORS: u32 = 3;
const LIFETIME_ROUNDS: u32 = 4;
const FILTER: u32 = 5;
const EXACT: u32 = 0;
const CLASSIC: u32 = 2;
const ROTATING: u32 = 3;
const FILTER_BITS: u32 = 6;
const PROBES: u32 = 7;
const ROTATE_ROUNDS: u32 = 8;
const SALT: u32 = 9;
const OWN: u32 = 0;

/**
 * Fields. A node's row has a cell for every 32 slots: which rumors it was given, which of them its filter
 * refused, and the bits of the number of actions in which it will still forward each.
 */
const ROWS: u32 = 0;
const FILTERS: u32 = 1;
const TALLIES: u32 = 3;
const REACHED: u32 = 4;
const GIVEN: u32 = 0;
const REFUSED: u32 = 1;
const HOT: u32 = 2;
const HOT_AT: u32 = 8;
/** Bits of a block of a split-block filter. */
const BLOCK_BITS: u32 = 256;

/** A shard's tallies, the first ones also cells: finished pairs of node and rumor, then copies received. */
const OWED: u32 = 1;
const DELIVERED: u32 = 2;
const LOST_TO_FILTER: u32 = 3;
const FIRST_COPIES: u32 = 4;
const DUPLICATES: u32 = 5;
const FALSE_DROPS: u32 = 6;
const ACCEPTED_AGAIN: u32 = 7;
const EXPIRED: u32 = 8;
const DELIVERY_TICKS: u32 = 9;
/** Of the first shard: rumors looked at, the largest share of nodes that one missed, rumors below half. */
const JUDGED: u32 = 10;
const MISSED_MOST: u32 = 11;
const UNREACHED: u32 = 12;
/** Of every shard: slots of a row, words of a cell. */
const SLOTS: u32 = 13;
const WORDS: u32 = 14;
const TALLY_COUNT: u32 = 16;
/** Cells of their own. */
const COVERED: u32 = 0;
const PAIRS: u32 = 10;
const FINISHED: u32 = 13;

/**
 * Copies judged in one call of a kernel, and where their lists stand in the scratch (12 KiB or more). One by
 * one a trial of 3e5 nodes took 1.4 times as long (measured): the filters of a batch are fetched together.
 */
const BATCH: u32 = 512;
const KEYS_AT: u32 = 2048;
const RUMORS_AT: u32 = 4096;
const HASHES_AT: u32 = 6144;
const RESULTS_AT: u32 = 10240;

/** Purposes of draws: where a rumor is born, and what sets this trial's keys apart from another's. */
const BIRTHPLACE: u32 = 0xf4000000;
const TRIAL_SALT: u32 = 0xf5000000;
const NODE_SALT: u32 = 0x9e3779b1;

/** Works out the shape of the rows once, for all that follows. */
export function rumorStreamStart(c: u32): void {
  // As in protocol.ts: a power of two that holds all rumors alive at once.
  const alive = parameter(c, RUMORS_PER_ROUND) * (parameter(c, LIFETIME_ROUNDS) + 2.0) + 2.0;
  let slots: u32 = 32;
  while (toF64(slots) < alive && slots < setting(c, RUMORS)) slots = slots << 1;
  setF64(tallies(c), SLOTS, toF64(slots));
  setF64(tallies(c), WORDS, toF64(HOT + countdownWords(setting(c, ACTIVE_ROUNDS))));
}

export function rumorStreamReceive(c: u32): void {
  const tick = getU32(c, TICK);
  const finished = finishedBy(c, tick);
  turnFilters(c);
  for (let rumor = finishedBefore(c, tick); rumor < finished; rumor++) retire(c, rumor);
  const batch = getU32(c, SCRATCH_AT);
  let count: u32 = 0;
  let expired: u32 = 0;
  openInbox(c);
  for (let m = nextMessage(c); m != 0; m = nextMessage(c)) {
    const node = messageTo(m);
    if (messageKind(m) == TIMER) {
      if (timerFires(c, m, node) == 1) {
        takeBatch(c, count);
        count = 0;
        act(c, node, finished);
      }
      continue;
    }
    const rumor = messagePayload(m);
    if (rumor < finished) {
      expired++;
      continue;
    }
    setU32(batch, count, node);
    setU32(batch + RUMORS_AT, count, rumor);
    count++;
    if (count == BATCH) {
      takeBatch(c, count);
      count = 0;
    }
  }
  takeBatch(c, count);
  addF64(tallies(c), EXPIRED, toF64(expired));
  addArrived(c, REDUNDANT, toF64(expired));
}

export function rumorStreamAct(c: u32): void {
  const tick = getU32(c, TICK);
  if (tick == 0) startTimers(c);
  const rumors = setting(c, RUMORS);
  const interval = birthInterval(c);
  const finished = finishedBy(c, tick);
  const born = bornBy(tick, interval, rumors);
  const before: u32 = tick == 0 ? 0 : bornBy(tick - 1, interval, rumors);
  for (let rumor = before; rumor < born; rumor++) giveBirth(c, rumor);
  // The trial goes on until the last rumor's lifetime is over.
  if (finished < rumors && getU32(c, FIRST) == 0) countSent(c, ACTIVE);
  for (let node = firstActor(c); node != NONE; node = nextActor(c, node)) act(c, node, finished);
}

/** Adds up what finished, what is given so far, and (for all nodes, in the first shard) whom rumors reached. */
export function rumorStreamMeasure(c: u32): void {
  const tick = getU32(c, TICK);
  const own = tallies(c);
  const finished = finishedBy(c, tick);
  const born: u32 = tick == 0 ? 0 : bornBy(tick - 1, birthInterval(c), setting(c, RUMORS));
  const live: u32 = born > finished ? born - finished : 0;
  const words = cellWords(c);
  const rowWords = mul32(slotCount(c) >>> 5, words);
  const rows = field(c, ROWS);
  const end = getU32(c, END);
  let up: u32 = 0;
  let given: f64 = 0.0;
  for (let node = nextUp(c, getU32(c, FIRST), end); node < end; node = nextUp(c, node + 1, end)) {
    up++;
    const row = rows + (mul32(node, rowWords) << 2);
    for (let at = GIVEN; at < rowWords; at += words) given = given + toF64(popcount(getU32(row, at)));
  }
  const pairs = getF64(own, OWED) + toF64(up) * toF64(live);
  if (pairs > 0) addCell(c, COVERED, (toF64(up) * (getF64(own, DELIVERED) + given)) / pairs);
  addCell(c, PAIRS, pairs);
  for (let tally = OWED; tally < DELIVERY_TICKS; tally++) addCell(c, tally, getF64(own, tally));
  addCell(c, DELIVERY_TICKS, getF64(own, DELIVERY_TICKS) / toF64(roundTicks(c)));
  raiseCell(c, FINISHED, toF64(finished));
  if (getU32(c, FIRST) > 0) return;
  judgeRumors(c, own);
  raiseCell(c, MISSED_MOST, getF64(own, MISSED_MOST));
  addCell(c, UNREACHED, getF64(own, UNREACHED));
}

/** Looks at whom the rumors reached that all shards have retired in an earlier tick. */
function judgeRumors(c: u32, own: u32): void {
  const end = finishedBefore(c, getU32(c, TICK));
  const slots = slotCount(c);
  const table = field(c, REACHED);
  for (let rumor = toU32(getF64(own, JUDGED)); rumor < end; rumor++) {
    let reached: f64 = 0.0;
    let owed: f64 = 0.0;
    for (let shard: u32 = 0; shard < getU32(c, SHARDS); shard++) {
      const entry = (mul32(shard, slots) + (rumor & (slots - 1))) << 1;
      reached = reached + toF64(getU32(table, entry));
      owed = owed + toF64(getU32(table, entry + 1));
    }
    const missed = owed > 0 ? 1.0 - reached / owed : 0.0;
    if (missed > getF64(own, MISSED_MOST)) setF64(own, MISSED_MOST, missed);
    if (missed > 0.5) addF64(own, UNREACHED, 1.0);
  }
  setF64(own, JUDGED, toF64(end));
}

/** A rumor comes into the world; where its node is down nobody ever has it. */
function giveBirth(c: u32, rumor: u32): void {
  const node = rumor == 0
    ? getU32(c, ORIGIN)
    : drawBelow(getU32(c, SEED), BIRTHPLACE, rumor, 0, getU32(c, NODES));
  if (node < getU32(c, FIRST) || node >= getU32(c, END) || isUp(c, node) == 0) return;
  const batch = getU32(c, SCRATCH_AT);
  setU32(batch, 0, node);
  setU32(batch + RUMORS_AT, 0, rumor);
  askFilter(c, 1);
  const slot = rumor & (slotCount(c) - 1);
  const words = cellWords(c);
  const cell = rowOf(c, node) + (mul32(slot >>> 5, words) << 2);
  const bit: u32 = 1 << (slot & 31);
  setU32(cell, GIVEN, getU32(cell, GIVEN) | bit);
  setCountdown(cell + HOT_AT, words - HOT, bit, setting(c, ACTIVE_ROUNDS));
}

/** The end of a rumor's lifetime: counts whom it reached, and frees its slot. */
function retire(c: u32, rumor: u32): void {
  const slot = rumor & (slotCount(c) - 1);
  const words = cellWords(c);
  const rowBytes = mul32(slotCount(c) >>> 5, words) << 2;
  const column = field(c, ROWS) + (mul32(slot >>> 5, words) << 2);
  const bit: u32 = 1 << (slot & 31);
  let owed: u32 = 0;
  let delivered: u32 = 0;
  let refused: u32 = 0;
  for (let node = getU32(c, FIRST); node < getU32(c, END); node++) {
    const cell = column + mul32(node, rowBytes);
    if (isUp(c, node) == 1) {
      owed++;
      if ((getU32(cell, GIVEN) & bit) != 0) delivered++;
      else if ((getU32(cell, REFUSED) & bit) != 0) refused++;
    }
    for (let word: u32 = 0; word < words; word++) setU32(cell, word, getU32(cell, word) & ~bit);
  }
  const own = tallies(c);
  addF64(own, OWED, toF64(owed));
  addF64(own, DELIVERED, toF64(delivered));
  addF64(own, LOST_TO_FILTER, toF64(refused));
  const entry = (mul32(getU32(c, SHARD), slotCount(c)) + slot) << 1;
  setU32(field(c, REACHED), entry, delivered);
  setU32(field(c, REACHED), entry + 1, owed);
}

/** Sends every hot rumor of a node to every chosen peer, a peer's copies in a row. */
function act(c: u32, node: u32, finished: u32): void {
  const words = cellWords(c);
  const cells = slotCount(c) >>> 5;
  const hot = field(c, ROWS) + (mul32(mul32(node, cells), words) << 2) + HOT_AT;
  let any: u32 = 0;
  for (let cell: u32 = 0; cell < cells; cell++) {
    any = any | countingDown(hot + (mul32(cell, words) << 2), words - HOT);
  }
  if (any == 0) return;
  const peers = choosePeers(c, node);
  for (let index: u32 = 0; index < peers; index++) {
    for (let cell: u32 = 0; cell < cells; cell++) {
      const bits = countingDown(hot + (mul32(cell, words) << 2), words - HOT);
      if (bits != 0) sendCopies(c, node, index, bits, cell << 5, finished);
    }
  }
  for (let cell: u32 = 0; cell < cells; cell++) {
    countDown(hot + (mul32(cell, words) << 2), words - HOT);
  }
}

/** Sends the rumors of a cell's set bits. @param first slot of the cell's lowest bit */
function sendCopies(c: u32, node: u32, index: u32, bits: u32, first: u32, finished: u32): void {
  const peer = chosenPeer(c, index);
  const edge = chosenEdge(c, index);
  const mask = slotCount(c) - 1;
  let left = bits;
  while (left != 0) {
    const slot = first + lowestBit(left);
    left = left & (left - 1);
    countSent(c, SENT);
    // The slot keeps the losses of a node's copies to one peer apart.
    if (isMessageLost(c, node, peer, RUMOR + slot) == 1) {
      countSent(c, LOST);
      continue;
    }
    // Of the numbers that share a slot only one is alive.
    const rumor = finished + ((slot - finished) & mask);
    send(c, peer, node, RUMOR | COPY, delayOf(c, node, peer, edge), rumor);
  }
}

/** Has the filter judge the collected copies, and does as it says. */
function takeBatch(c: u32, count: u32): void {
  if (count == 0) return;
  askFilter(c, count);
  const batch = getU32(c, SCRATCH_AT);
  const exact = setting(c, FILTER) == EXACT;
  const rounds = setting(c, ACTIVE_ROUNDS);
  const words = cellWords(c);
  const mask = slotCount(c) - 1;
  const rowBytes = mul32(slotCount(c) >>> 5, words) << 2;
  const rows = field(c, ROWS);
  const interval = birthInterval(c);
  const tick = getU32(c, TICK);
  let firsts: u32 = 0;
  let again: u32 = 0;
  let falseDrops: u32 = 0;
  let ages: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const rumor = getU32(batch + RUMORS_AT, i);
    const slot = rumor & mask;
    const cell = rows + mul32(getU32(batch, i), rowBytes) + (mul32(slot >>> 5, words) << 2);
    const bit: u32 = 1 << (slot & 31);
    const given = getU32(cell, GIVEN);
    const had = (given & bit) != 0;
    if (exact ? had : getU8(batch + RESULTS_AT, i) == 0) {
      if (had) continue;
      falseDrops++;
      setU32(cell, REFUSED, getU32(cell, REFUSED) | bit);
      continue;
    }
    setCountdown(cell + HOT_AT, words - HOT, bit, rounds);
    if (had) {
      again++;
      continue;
    }
    setU32(cell, GIVEN, given | bit);
    firsts++;
    ages = ages + (tick - bornTick(rumor, interval));
  }
  const own = tallies(c);
  addF64(own, FIRST_COPIES, toF64(firsts));
  addF64(own, ACCEPTED_AGAIN, toF64(again));
  addF64(own, FALSE_DROPS, toF64(falseDrops));
  addF64(own, DUPLICATES, toF64(count - firsts - again - falseDrops));
  addF64(own, DELIVERY_TICKS, toF64(ages));
  addArrived(c, INFORMED, toF64(firsts));
  addArrived(c, REDUNDANT, toF64(count - firsts));
  if (firsts > 0) countLatest(c, LAST_TICK, toF64(tick + 1));
}

/** Leaves 1 for each collected copy that the filter of its node does not have, and puts it in there. */
function askFilter(c: u32, count: u32): void {
  const kind = setting(c, FILTER);
  if (kind == EXACT) return;
  const batch = getU32(c, SCRATCH_AT);
  const salt = threefry(getU32(c, SEED), TRIAL_SALT, 0, 0);
  const factor: u32 = setting(c, SALT) == OWN ? NODE_SALT : 0;
  for (let i: u32 = 0; i < count; i++) {
    const key = (mul32(getU32(batch, i), factor) + salt) ^ getU32(batch + RUMORS_AT, i);
    setU32(batch + KEYS_AT, i, key);
  }
  if (kind == CLASSIC) {
    askClassic(c, count);
    return;
  }
  const bits = setting(c, FILTER_BITS);
  const rotates = kind == ROTATING;
  const active: u32 = rotates ? generation(c) : 0;
  const other: u32 = rotates ? field(c, FILTERS + 1 - active) : 0;
  populationAddUnseen(
    field(c, FILTERS + active), other, blocksOf(rotates ? (bits + 1) >>> 1 : bits), batch,
    batch + KEYS_AT, count, batch + RESULTS_AT,
  );
}

function askClassic(c: u32, count: u32): void {
  const batch = getU32(c, SCRATCH_AT);
  const filters = field(c, FILTERS);
  const bits = ((setting(c, FILTER_BITS) + 63) >>> 6) << 6;
  const probes = setting(c, PROBES);
  hashKeys32(batch + KEYS_AT, count, batch + HASHES_AT);
  for (let i: u32 = 0; i < count; i++) {
    const filter = filters + mul32(getU32(batch, i), bits >>> 3);
    const hash = batch + HASHES_AT + (i << 3);
    const seen = classicQuery(filter, bits, probes, hash, 1, batch + RESULTS_AT + i);
    setU8(batch + RESULTS_AT, i, 1 - seen);
    if (seen == 0) classicInsert(filter, bits, probes, hash, 1);
  }
}

/** Which of the two generations takes new rumors in. */
function generation(c: u32): u32 {
  return div32(getU32(c, TICK), ticksOf(c, ROTATE_ROUNDS)) & 1;
}
function blocksOf(bits: u32): u32 {
  return (bits + BLOCK_BITS - 1) >>> 8;
}

/** At a turn the older generation is emptied and takes over. */
function turnFilters(c: u32): void {
  if (setting(c, FILTER) != ROTATING) return;
  const tick = getU32(c, TICK);
  if (tick == 0 || tick % ticksOf(c, ROTATE_ROUNDS) != 0) return;
  const bytes = blocksOf((setting(c, FILTER_BITS) + 1) >>> 1) << 5;
  const first = getU32(c, FIRST);
  const at = field(c, FILTERS + generation(c)) + mul32(first, bytes);
  filterClear(at, mul32(getU32(c, END) - first, bytes));
}

/** Slots of a row, a power of two, and words of a cell. */
function slotCount(c: u32): u32 {
  return toU32(getF64(tallies(c), SLOTS));
}
function cellWords(c: u32): u32 {
  return toU32(getF64(tallies(c), WORDS));
}
function rowOf(c: u32, node: u32): u32 {
  return field(c, ROWS) + (mul32(mul32(node, slotCount(c) >>> 5), cellWords(c)) << 2);
}
function tallies(c: u32): u32 {
  return field(c, TALLIES) + (mul32(getU32(c, SHARD), TALLY_COUNT) << 3);
}

function roundTicks(c: u32): u32 {
  return getU32(c, EVENT_CLOCK) == 1 ? getU32(c, PERIOD) : 1;
}
/** A parameter in rounds as ticks, 2^31 - 1 at most. */
function ticksOf(c: u32, index: u32): u32 {
  const ticks = parameter(c, index) * toF64(roundTicks(c));
  return ticks < 2147483647.0 ? toU32(ticks) : 0x7fffffff;
}
function birthInterval(c: u32): f64 {
  return toF64(roundTicks(c)) / parameter(c, RUMORS_PER_ROUND);
}

/** How many rumors' lifetimes are over at a tick. */
function finishedBy(c: u32, tick: u32): u32 {
  const lifetime = ticksOf(c, LIFETIME_ROUNDS);
  return tick < lifetime ? 0 : bornBy(tick - lifetime, birthInterval(c), setting(c, RUMORS));
}
function finishedBefore(c: u32, tick: u32): u32 {
  return tick == 0 ? 0 : finishedBy(c, tick - 1);
}
