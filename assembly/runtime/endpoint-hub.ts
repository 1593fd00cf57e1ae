/**
 * A hub of watchers, as an API server or a Consul server is one: what it learns it sends to all its watchers, one
 * after the other, at the rate of its uplink; who comes back lists everything again. Hubs are the first nodes;
 * watcher w watches hub w mod hubs.
 */
import {
  addF64, clearBit, copy, getBit, getF64, getU32, lowestBit, mul32, popcount, setBit, setF64, setU32, toF64, toU32,
} from "../memory";
import { countBytes, countSent, field, parameter, setting } from "./access";
import { NODES, REQUESTED, SENT, TICK } from "./context";
import { delayOf } from "./delay";
import {
  CONSUL, HUBS, HUB_MBPS, LEASE_MS, MONITOR_MS, WATCH, deathOf, detectTicks, downFor, hasHappened, listBytes, modeOf,
  perMs, returnOf, rowWords, subjectsOf, ticksOf, watchBytes, wordsOf,
} from "./endpoint-truth";
import { CONTROL, COPY, isCut } from "./links";
import { sendSized } from "./mailbox";
import { isDownNow, subjectNode } from "./subjects";
import { resendTicks } from "./tcp";

/** Kinds of messages. */
export const EVENT: u32 = 1;
export const SNAPSHOT: u32 = 2;
export const PEER: u32 = 3;
/** First word of a message beyond its payload: bits of changes. */
export const BITS: u32 = 4;

const ROWS_FIELD: u32 = 2;
const HUBS_FIELD: u32 = 3;
const CREDITS_FIELD: u32 = 4;
const RESTARTED_FIELD: u32 = 5;
const BEHIND_FIELD: u32 = 6;
const TALLIES_FIELD: u32 = 7;
/** A hub: the change that it sends + 1, the watcher it has come to, who waits; leases; changes to send. */
const HEAD: u32 = 0;
const CURSOR: u32 = 1;
const WAITING: u32 = 2;
const LISTED: u32 = 3;
const RENEWED: u32 = 4;
const PENDING: u32 = 36;
const HUB_SHIFT: u32 = 8;
/** Tallies: bytes and messages from the hubs, lists that they sent. */
export const HUB_BYTES: u32 = 0;
export const HUB_MESSAGES: u32 = 1;
export const LISTS: u32 = 2;
export const TALLY_COUNT: u32 = 3;
/** Watchers that a hub looks at in a tick for one that waits. */
const LOOKS: u32 = 4096;
/** A message's own headers. */
const HEADER_BYTES: f64 = 400.0;

/** Bits of the changes that a node has heard of: the first words of its row. */
export function heardOf(c: u32, node: u32): u32 {
  return field(c, ROWS_FIELD) + (mul32(node, rowWords(c)) << 2);
}
function hubOf(c: u32, hub: u32): u32 {
  return field(c, HUBS_FIELD) + (hub << HUB_SHIFT);
}
export function tallyHub(c: u32, which: u32, amount: f64): void {
  addF64(field(c, TALLIES_FIELD), which, amount);
}
export function hubTally(c: u32, which: u32): f64 {
  return getF64(field(c, TALLIES_FIELD), which);
}
/** Watchers that wait for a list. */
export function listsWaiting(c: u32, hub: u32): u32 {
  return getU32(hubOf(c, hub), WAITING);
}

/** A hub hears of a change, and tells its watchers. @returns whether it is new */
export function hubLearns(c: u32, hub: u32, slot: u32): bool {
  const heard = heardOf(c, hub);
  if (getBit(heard, slot) == 1) return false;
  setBit(heard, slot);
  setBit(hubOf(c, hub) + (PENDING << 2), slot);
  return true;
}
/** A hub that heard from a node tells the other hubs at once: they share a store. */
export function tellHubs(c: u32, hub: u32, slot: u32): void {
  for (let other: u32 = 0; other < setting(c, HUBS); other++) {
    if (other == hub) continue;
    countSent(c, REQUESTED);
    const delay = delayOf(c, hub, other, 0) + resendTicks(c, hub, other, PEER);
    sendSized(c, other, hub, PEER | CONTROL, delay, slot, 0);
  }
}
/** A tracked node renewed its lease. */
export function renew(c: u32, s: u32): void {
  setU32(hubOf(c, 0), RENEWED + s, getU32(c, TICK) + 1);
}
/** A watcher connects again and wants everything. */
export function awaitList(c: u32, hub: u32, watcher: u32): void {
  const restarted = field(c, RESTARTED_FIELD);
  if (getBit(restarted, watcher) == 1) return;
  setBit(restarted, watcher);
  addWaiting(c, hub);
}
function addWaiting(c: u32, hub: u32): void {
  const at = hubOf(c, hub);
  setU32(at, WAITING, getU32(at, WAITING) + 1);
}

/** A tick of a hub that is up. */
export function actHub(c: u32, hub: u32): void {
  if (hub == 0) judgeNodes(c);
  const at = hubOf(c, hub);
  const credits = field(c, CREDITS_FIELD);
  // Megabits a second are 125 bytes a millisecond.
  const rate = (parameter(c, HUB_MBPS) * 125.0) / perMs(c);
  let credit = getF64(credits, hub) + rate;
  while (credit > 0.0) {
    if (getU32(at, HEAD) == 0 && !openNext(c, at)) {
      const spent = getU32(at, WAITING) == 0 ? 0.0 : sendList(c, hub, at);
      if (spent == 0.0) break;
      credit = credit - spent;
      continue;
    }
    credit = credit - sendHead(c, hub, at);
  }
  // An uplink that was idle has no more to give than its rate.
  setF64(credits, hub, credit < 0.0 ? credit : 0.0);
}

/** Who is dead: by leases that ran out, or by what Consul's leader hears from memberlist. */
function judgeNodes(c: u32): void {
  const subjects = subjectsOf(c);
  const tick = getU32(c, TICK);
  const mode = modeOf(c);
  if (mode == WATCH && tick % ticksOf(c, MONITOR_MS) != 0) return;
  const lease = ticksOf(c, LEASE_MS);
  const patience = mode == CONSUL ? detectTicks(c) : 0;
  for (let s: u32 = 0; s < subjects; s++) {
    if (subjectNode(c, subjects, s) < setting(c, HUBS)) continue;
    const renewed = getU32(hubOf(c, 0), RENEWED + s);
    const isSilent = mode == WATCH ? tick + 1 - renewed > lease : downFor(c, s) > patience;
    const slot = isSilent ? deathOf(c, s) : returnOf(c, s);
    const isBack = mode == WATCH ? true : hasHappened(c, slot);
    if (!isSilent && (!isBack || getBit(heardOf(c, 0), deathOf(c, s)) == 0)) continue;
    if (hubLearns(c, 0, slot)) tellHubs(c, 0, slot);
  }
}

/** Takes up the next change; false when there is none. */
function openNext(c: u32, at: u32): bool {
  for (let word: u32 = 0; word < wordsOf(c); word++) {
    const pending = getU32(at, PENDING + word);
    if (pending == 0) continue;
    setU32(at, HEAD, (word << 5) + lowestBit(pending) + 1);
    setU32(at, CURSOR, 0);
    return true;
  }
  return false;
}
/** Sends the change at hand to the next watcher. @returns bytes that it took */
function sendHead(c: u32, hub: u32, at: u32): f64 {
  const slot = getU32(at, HEAD) - 1;
  const watcher = watcherAt(c, hub, getU32(at, CURSOR));
  if (watcher >= getU32(c, NODES)) {
    clearBit(at + (PENDING << 2), slot);
    setU32(at, HEAD, 0);
    return 0.0;
  }
  setU32(at, CURSOR, getU32(at, CURSOR) + 1);
  if (isDownNow(c, watcher) == 1) return 0.0;
  if (isCut(c, hub, watcher)) {
    // The watch breaks; it goes on where it stopped once the cut is gone.
    if (getBit(field(c, BEHIND_FIELD), watcher) == 0) {
      setBit(field(c, BEHIND_FIELD), watcher);
      addWaiting(c, hub);
    }
    return 0.0;
  }
  return post(c, hub, watcher, EVENT, slot, watchBytes(c, slot));
}
function watcherAt(c: u32, hub: u32, index: u32): u32 {
  return hub + mul32(index + 1, setting(c, HUBS));
}

/** Sends what it lacks to one of those that wait. @returns bytes; 0 when nobody can be served now */
function sendList(c: u32, hub: u32, at: u32): f64 {
  const restarted = field(c, RESTARTED_FIELD);
  const behind = field(c, BEHIND_FIELD);
  let index = getU32(at, LISTED);
  for (let look: u32 = 0; look < LOOKS; look++) {
    const watcher = watcherAt(c, hub, index);
    index++;
    if (watcher >= getU32(c, NODES)) {
      index = 0;
      continue;
    }
    const isNew = getBit(restarted, watcher) == 1;
    if (!isNew && getBit(behind, watcher) == 0) continue;
    if (isDownNow(c, watcher) == 1 || isCut(c, hub, watcher)) continue;
    setU32(at, LISTED, index);
    const waited: u32 = getBit(behind, watcher) + (isNew ? 1 : 0);
    clearBit(restarted, watcher);
    clearBit(behind, watcher);
    setU32(at, WAITING, getU32(at, WAITING) - waited);
    if (isNew) tallyHub(c, LISTS, 1.0);
    return post(c, hub, watcher, SNAPSHOT, 0, isNew ? listBytes(c) : heardBytes(c, hub));
  }
  setU32(at, LISTED, index);
  return 0.0;
}
/** Bytes of all changes that a hub has heard of. */
function heardBytes(c: u32, hub: u32): f64 {
  let count: u32 = 0;
  let first: u32 = 0xffffffff;
  for (let word: u32 = 0; word < wordsOf(c); word++) {
    const heard = getU32(heardOf(c, hub), word);
    count += popcount(heard);
    if (heard != 0 && first == 0xffffffff) first = (word << 5) + lowestBit(heard);
  }
  return count == 0 ? HEADER_BYTES : toF64(count) * watchBytes(c, first);
}

/** Sends over the hub's uplink. @returns bytes with headers */
function post(c: u32, hub: u32, watcher: u32, kind: u32, slot: u32, body: f64): f64 {
  const bytes = body + HEADER_BYTES;
  countSent(c, SENT);
  countBytes(c, body);
  tallyHub(c, HUB_BYTES, bytes);
  tallyHub(c, HUB_MESSAGES, 1.0);
  const delay = delayOf(c, hub, watcher, 0) + resendTicks(c, hub, watcher, kind);
  const size: u32 = body < 4294967295.0 ? toU32(body) : 0xffffffff;
  const m = sendSized(c, watcher, hub, kind | COPY, delay, slot, size);
  if (kind == SNAPSHOT) copy(m + (BITS << 2), heardOf(c, hub), wordsOf(c) << 2);
  return bytes;
}
