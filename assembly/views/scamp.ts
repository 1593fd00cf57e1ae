/**
 * SCAMP (Ganesh, Kermarrec, Massoulie 2003): a newcomer's subscription is copied to all whom its
 * contact knows and to `copies` more, and each copy walks until a node keeps it, with probability
 * 1 / (1 + size of its view). Every node has two lists: whom it knows, and who knows it. Parameters:
 * P0 = copies (c), P1 = rounds of a lease, 0 for subscriptions that never end.
 */
import { getU32, mul32, setU32 } from "../memory";
import { drawBelow } from "../kernels/random";
import {
  CHUNKS_LEFT, NO_PEER, P0, P1, ROUND, ROWS_AT, SCAMP_JOIN, SCAMP_PHASE, SCAMP_RENEWAL, SCRATCH_AT,
  SEED,
} from "./context";
import { drawContact, drawNext, openEvent } from "./draws";
import { LIST_BYTES, appendValue, listIndex, listLength, listValue, removeValueAt } from "./lists";
import { drawOrder, nodeInOrder } from "./order";
import { isAlive } from "./rows";

/** A copy is dropped after so many steps: views that all hold the newcomer would never keep it. */
const FORWARDS_MAX: u32 = 4096;
/** Copies that walk at the same time. */
const WALKERS_MAX: u32 = 512;

/** Whom a node knows: its view. */
export function scampView(c: u32, node: u32): u32 {
  return getU32(c, ROWS_AT) + mul32(node, LIST_BYTES << 1);
}

/** Who knows a node. */
function knownBy(c: u32, node: u32): u32 {
  return scampView(c, node) + LIST_BYTES;
}

/**
 * Nodes `first` .. `end` - 1 subscribe one after another, each through a live node drawn among
 * those before it.
 * @returns the first node that has not, for want of chunks; `end` when all have
 */
export function scampJoin(c: u32, first: u32, end: u32): u32 {
  for (let node = first; node < end; node++) {
    const contact = drawContact(c, node);
    if (!hasRoom(c, contact)) return node;
    openEvent(c, SCAMP_JOIN, node);
    link(c, node, contact);
    subscribe(c, node, contact, getU32(c, P0));
  }
  return end;
}

/** Enough chunks for all copies of a subscription, in a list on either side. */
function hasRoom(c: u32, contact: u32): bool {
  return getU32(c, CHUNKS_LEFT) >= (listLength(scampView(c, contact)) + getU32(c, P0) + 2) << 1;
}

/** Copies to all whom the contact knows, and to `more` drawn ones of them; a dead one's is lost. */
function subscribe(c: u32, newcomer: u32, contact: u32, more: u32): void {
  const view = scampView(c, contact);
  const known = listLength(view);
  if (known == 0) {
    link(c, contact, newcomer);
    return;
  }
  const walkers = getU32(c, SCRATCH_AT);
  let count: u32 = 0;
  for (let k: u32 = 0; k < known + more; k++) {
    const start = listValue(view, k < known ? k : drawNext(c, known));
    if (isAlive(c, start) == 0) continue;
    setU32(walkers, count++, start);
    if (count == WALKERS_MAX) {
      walk(c, walkers, count, newcomer);
      count = 0;
    }
  }
  walk(c, walkers, count, newcomer);
}

/** All copies of a subscription take a step each, again and again, until each has been kept. */
function walk(c: u32, walkers: u32, walking: u32, newcomer: u32): void {
  let count = walking;
  for (let hop: u32 = 0; hop < FORWARDS_MAX && count > 0; hop++) {
    fetchLists(c, walkers, count);
    let left: u32 = 0;
    for (let k: u32 = 0; k < count; k++) {
      const at = step(c, getU32(walkers, k), newcomer);
      setU32(walkers, left, at);
      left += at == NO_PEER ? 0 : 1;
    }
    count = left;
  }
}

/** Reads of every walker's list, in a loop of loads alone: they wait for memory together. */
function fetchLists(c: u32, walkers: u32, count: u32): void {
  let sum: u32 = 0;
  for (let k: u32 = 0; k < count; k++) {
    sum = sum ^ getU32(getU32(scampView(c, getU32(walkers, k)), 1), 0);
  }
  // Kept, so that no compiler leaves the reading out.
  setU32(walkers, WALKERS_MAX, sum);
}

/**
 * One step of a copy that is at a live node: kept there, or forwarded to one whom that node knows.
 * A choice that does not answer leaves the copy where it is.
 * @returns where it is then; NO_PEER when it walks no more
 */
function step(c: u32, at: u32, newcomer: u32): u32 {
  const view = scampView(c, at);
  const size = listLength(view);
  // One draw decides both: 0 keeps the copy, any other names who gets it.
  let drawn = drawNext(c, size + 1);
  if (drawn == 0) {
    if (at != newcomer && listIndex(view, newcomer) == size) {
      link(c, at, newcomer);
      return NO_PEER;
    }
    if (size == 0) return NO_PEER;
    drawn = 1 + drawNext(c, size);
  }
  const next = listValue(view, drawn - 1);
  return isAlive(c, next) == 1 ? next : at;
}

function link(c: u32, from: u32, to: u32): void {
  appendValue(c, scampView(c, from), to);
  appendValue(c, knownBy(c, to), from);
}

function unlink(c: u32, from: u32, to: u32): void {
  removeValueAt(c, scampView(c, from), listIndex(scampView(c, from), to));
  removeValueAt(c, knownBy(c, to), listIndex(knownBy(c, to), from));
}

/**
 * A node leaves by unsubscribing: all but copies + 1 of those who know it get one whom it knew in
 * its place, so that links and nodes shrink together.
 * @returns 0 when chunks are wanting and nothing was done, else 1
 */
export function scampLeave(c: u32, node: u32): u32 {
  const view = scampView(c, node);
  const known = listLength(view);
  const holders = knownBy(c, node);
  const replacing = listLength(holders);
  if (getU32(c, CHUNKS_LEFT) < replacing << 1) return 0;
  const kept = getU32(c, P0) + 1;
  for (let k: u32 = 0; k < replacing; k++) {
    const holder = listValue(holders, listLength(holders) - 1);
    unlink(c, holder, node);
    if (k + kept >= replacing || known == 0) continue;
    const heir = listValue(view, k % known);
    const theirs = scampView(c, holder);
    if (heir != holder && listIndex(theirs, heir) == listLength(theirs)) link(c, holder, heir);
  }
  while (listLength(view) > 0) unlink(c, node, listValue(view, listLength(view) - 1));
  return 1;
}

/**
 * Leases of the nodes at positions first .. end - 1 of this round's order: subscriptions that end
 * are forgotten by all, and a live node whose own ended, or whom no live node knows, subscribes
 * again through one it knows. The `copies` beyond those to the contact's view are left out here: at
 * every renewal they would add links, and views would grow for ever.
 * @returns the position at which chunks were wanting; `end` when all acted
 */
export function scampRound(c: u32, first: u32, end: u32): u32 {
  const lease = getU32(c, P1);
  if (lease == 0) return end;
  drawOrder(c);
  for (let position = first; position < end; position++) {
    const node = nodeInOrder(c, position);
    const phase = drawBelow(getU32(c, SEED), SCAMP_PHASE, 0, node, lease);
    const ends = getU32(c, ROUND) % lease == phase;
    openEvent(c, SCAMP_RENEWAL, node);
    const renews = isAlive(c, node) == 1 && (ends || !isKnown(c, node));
    const contact = renews ? liveContact(c, node) : node;
    if (contact != node && !hasRoom(c, contact)) return position;
    if (ends) {
      const holders = knownBy(c, node);
      while (listLength(holders) > 0) unlink(c, listValue(holders, listLength(holders) - 1), node);
    }
    if (contact != node) subscribe(c, node, contact, 0);
  }
  return end;
}

function isKnown(c: u32, node: u32): bool {
  const holders = knownBy(c, node);
  for (let k: u32 = 0; k < listLength(holders); k++) {
    if (isAlive(c, listValue(holders, k)) == 1) return true;
  }
  return false;
}

/** A live node that `node` knows, tried in a drawn order; `node` itself when there is none. */
function liveContact(c: u32, node: u32): u32 {
  const view = scampView(c, node);
  const known = listLength(view);
  if (known == 0) return node;
  const start = drawNext(c, known);
  for (let k: u32 = 0; k < known; k++) {
    const contact = listValue(view, (start + k) % known);
    if (isAlive(c, contact) == 1) return contact;
  }
  return node;
}
