/**
 * HyParView (Leitao, Pereira, Rodrigues 2007): a small symmetric active view, kept by connections
 * that notice a dead peer at once, and a larger passive view from which it is repaired. A row is
 * u32 words: sizes of both views, ids of the active one, ids of the passive one. Parameters: P0 =
 * active view size, P1 = passive view size, P2 = active random walk length, P3 = passive random
 * walk length, P4 and P5 = active and passive entries in a shuffle.
 */
import { getU32, mul32, setU32 } from "../memory";
import {
  HYPARVIEW_ACTION, HYPARVIEW_JOIN, NO_PEER, P0, P1, P2, P3, P4, P5, ROWS_AT, ROW_BYTES, SCRATCH_AT,
} from "./context";
import { drawContact, drawNext, openEvent } from "./draws";
import { drawOrder, nodeInOrder } from "./order";
import { isAlive } from "./rows";

/**
 * Scratch: entries sent, entries answered, candidates of a repair, nodes that were disconnected.
 */
const SENT_IDS: u32 = 0;
const ANSWER_IDS: u32 = 512;
const CANDIDATES: u32 = 1024;
const CUT_OFF: u32 = 1536;
/** So many disconnected nodes are repaired at once; any further ones in their own turn. */
const CUT_OFF_MAX: u32 = 64;

/** A view within a row: where its size stands, where its ids. */
const ACTIVE: u32 = 0;
const PASSIVE: u32 = 1;

function rowOf(c: u32, node: u32): u32 {
  return getU32(c, ROWS_AT) + mul32(node, getU32(c, ROW_BYTES));
}

function idsOf(c: u32, row: u32, view: u32): u32 {
  return row + 8 + (view == ACTIVE ? 0 : getU32(c, P0) << 2);
}

function capacityOf(c: u32, view: u32): u32 {
  return getU32(c, view == ACTIVE ? P0 : P1);
}

function sizeOf(row: u32, view: u32): u32 {
  return getU32(row, view);
}

/** Slot of `peer` in a view; its size when it is not there. */
function slotIn(c: u32, row: u32, view: u32, peer: u32): u32 {
  const ids = idsOf(c, row, view);
  const size = sizeOf(row, view);
  let slot: u32 = 0;
  while (slot < size && getU32(ids, slot) != peer) slot++;
  return slot;
}

function isIn(c: u32, row: u32, view: u32, peer: u32): bool {
  return slotIn(c, row, view, peer) < sizeOf(row, view);
}

function add(c: u32, row: u32, view: u32, peer: u32): void {
  const size = sizeOf(row, view);
  setU32(idsOf(c, row, view), size, peer);
  setU32(row, view, size + 1);
}

/** Removes `peer` if it is there; the last entry takes its slot. */
function drop(c: u32, row: u32, view: u32, peer: u32): void {
  const slot = slotIn(c, row, view, peer);
  const size = sizeOf(row, view);
  if (slot == size) return;
  const ids = idsOf(c, row, view);
  setU32(ids, slot, getU32(ids, size - 1));
  setU32(ids, size - 1, NO_PEER);
  setU32(row, view, size - 1);
}

/** A drawn entry of a view other than `except`; `except` when there is none. */
function drawOther(c: u32, row: u32, view: u32, except: u32): u32 {
  const ids = idsOf(c, row, view);
  const size = sizeOf(row, view);
  const slot = slotIn(c, row, view, except);
  const others = slot < size ? size - 1 : size;
  if (others == 0) return except;
  const drawn = drawNext(c, others);
  return getU32(ids, drawn >= slot ? drawn + 1 : drawn);
}

/** Takes `peer` into the passive view, if it is new there; a drawn entry makes room. */
function remember(c: u32, node: u32, peer: u32): void {
  const row = rowOf(c, node);
  if (peer == node || isIn(c, row, ACTIVE, peer) || isIn(c, row, PASSIVE, peer)) return;
  if (sizeOf(row, PASSIVE) == capacityOf(c, PASSIVE)) {
    drop(c, row, PASSIVE, getU32(idsOf(c, row, PASSIVE), drawNext(c, capacityOf(c, PASSIVE))));
  }
  add(c, row, PASSIVE, peer);
}

/**
 * Makes room in a full active view: DISCONNECT to a drawn peer, which goes into the passive view.
 */
function makeRoom(c: u32, node: u32): void {
  const row = rowOf(c, node);
  if (sizeOf(row, ACTIVE) < capacityOf(c, ACTIVE)) return;
  const peer = getU32(idsOf(c, row, ACTIVE), drawNext(c, capacityOf(c, ACTIVE)));
  drop(c, row, ACTIVE, peer);
  remember(c, node, peer);
  if (isAlive(c, peer) == 0) return;
  drop(c, rowOf(c, peer), ACTIVE, node);
  remember(c, peer, node);
  const cutOff = getU32(c, SCRATCH_AT) + CUT_OFF;
  const count = getU32(cutOff, 0);
  if (count == CUT_OFF_MAX) return;
  setU32(cutOff, count + 1, peer);
  setU32(cutOff, 0, count + 1);
}

/** Nodes that lost a connection to somebody's newer one look for another. */
function repairCutOff(c: u32): void {
  const cutOff = getU32(c, SCRATCH_AT) + CUT_OFF;
  // A repair may disconnect others, which join the list.
  for (let k: u32 = 0; k < getU32(cutOff, 0); k++) repair(c, getU32(cutOff, k + 1));
  setU32(cutOff, 0, 0);
}

/** Two live nodes enter each other's active views. */
function connect(c: u32, node: u32, peer: u32): void {
  if (node == peer || isIn(c, rowOf(c, node), ACTIVE, peer)) return;
  makeRoom(c, node);
  makeRoom(c, peer);
  enter(c, node, peer);
  enter(c, peer, node);
}

function enter(c: u32, node: u32, peer: u32): void {
  const row = rowOf(c, node);
  drop(c, row, PASSIVE, peer);
  add(c, row, ACTIVE, peer);
}

/** Nodes `first` .. `end` - 1 join one after another, each through a live node drawn before it. */
export function hyparviewJoin(c: u32, first: u32, end: u32): void {
  const words = getU32(c, ROW_BYTES) >>> 2;
  for (let node = first; node < end; node++) {
    const row = rowOf(c, node);
    for (let word: u32 = 0; word < words; word++) setU32(row, word, word < 2 ? 0 : NO_PEER);
    if (node == 0) continue;
    openEvent(c, HYPARVIEW_JOIN, node);
    const contact = drawContact(c, node);
    connect(c, contact, node);
    forwardJoin(c, contact, node);
    repairCutOff(c);
  }
}

/**
 * FORWARDJOIN to every other peer of the contact; each walks until a node takes the newcomer in.
 */
function forwardJoin(c: u32, contact: u32, newcomer: u32): void {
  const row = rowOf(c, contact);
  // The walks may change the contact's view: its peers of this moment are copied first.
  const peers = getU32(c, SCRATCH_AT) + SENT_IDS;
  const count = sizeOf(row, ACTIVE);
  for (let k: u32 = 0; k < count; k++) setU32(peers, k, getU32(idsOf(c, row, ACTIVE), k));
  for (let k: u32 = 0; k < count; k++) {
    if (getU32(peers, k) != newcomer) walkJoin(c, contact, getU32(peers, k), newcomer);
  }
}

function walkJoin(c: u32, contact: u32, start: u32, newcomer: u32): void {
  let sender = contact;
  let node = start;
  for (let left = getU32(c, P2); isAlive(c, node) == 1; left--) {
    const row = rowOf(c, node);
    if (left == 0 || sizeOf(row, ACTIVE) <= 1) {
      connect(c, node, newcomer);
      return;
    }
    if (left == getU32(c, P3)) remember(c, node, newcomer);
    const next = drawOther(c, row, ACTIVE, sender);
    if (next == sender) {
      connect(c, node, newcomer);
      return;
    }
    sender = node;
    node = next;
  }
}

/**
 * The live nodes at positions first .. end - 1 of this round's order repair their active views and
 * shuffle, one after another.
 */
export function hyparviewRound(c: u32, first: u32, end: u32): void {
  drawOrder(c);
  for (let position = first; position < end; position++) {
    const node = nodeInOrder(c, position);
    if (isAlive(c, node) == 0) continue;
    openEvent(c, HYPARVIEW_ACTION, node);
    repair(c, node);
    repairCutOff(c);
    shuffle(c, node);
  }
}

/**
 * Drops dead active peers and asks passive ones, in a drawn order, until the active view is full.
 * NEIGHBOR has high priority, which is never refused, when the active view is empty.
 */
function repair(c: u32, node: u32): void {
  const row = rowOf(c, node);
  const active = idsOf(c, row, ACTIVE);
  for (let slot = sizeOf(row, ACTIVE); slot > 0; slot--) {
    const peer = getU32(active, slot - 1);
    if (isAlive(c, peer) == 0) drop(c, row, ACTIVE, peer);
  }
  if (sizeOf(row, ACTIVE) == capacityOf(c, ACTIVE)) return;
  const candidates = getU32(c, SCRATCH_AT) + CANDIDATES;
  let left = copyView(c, row, PASSIVE, candidates);
  while (left > 0 && sizeOf(row, ACTIVE) < capacityOf(c, ACTIVE)) {
    const peer = takeDrawn(c, candidates, left);
    left--;
    if (isAlive(c, peer) == 0) {
      drop(c, row, PASSIVE, peer);
      continue;
    }
    const hasFree = sizeOf(rowOf(c, peer), ACTIVE) < capacityOf(c, ACTIVE);
    if (sizeOf(row, ACTIVE) == 0 || hasFree) connect(c, node, peer);
  }
}

/** Copies a view; returns its size. */
function copyView(c: u32, row: u32, view: u32, into: u32): u32 {
  const ids = idsOf(c, row, view);
  const size = sizeOf(row, view);
  for (let slot: u32 = 0; slot < size; slot++) setU32(into, slot, getU32(ids, slot));
  return size;
}

/** Takes a drawn one out of `size` ids; the last takes its place. */
function takeDrawn(c: u32, ids: u32, size: u32): u32 {
  const slot = drawNext(c, size);
  const peer = getU32(ids, slot);
  setU32(ids, slot, getU32(ids, size - 1));
  return peer;
}

/** Copies `wanted` drawn entries of a view, all when there are no more; returns how many. */
function copyDrawn(c: u32, node: u32, view: u32, wanted: u32, into: u32): u32 {
  const size = copyView(c, rowOf(c, node), view, into);
  const count = wanted < size ? wanted : size;
  for (let k: u32 = 0; k < count; k++) {
    const slot = k + drawNext(c, size - k);
    const peer = getU32(into, slot);
    setU32(into, slot, getU32(into, k));
    setU32(into, k, peer);
  }
  return count;
}

/** Sends some entries on a walk; the node where it ends answers with as many passive ones. */
function shuffle(c: u32, node: u32): void {
  const row = rowOf(c, node);
  if (sizeOf(row, ACTIVE) == 0) return;
  const scratch = getU32(c, SCRATCH_AT);
  const sentIds = scratch + SENT_IDS;
  setU32(sentIds, 0, node);
  let sent: u32 = 1;
  sent += copyDrawn(c, node, ACTIVE, getU32(c, P4), sentIds + 4);
  const fromPassive = sentIds + (sent << 2);
  sent += copyDrawn(c, node, PASSIVE, getU32(c, P5), fromPassive);

  let sender = node;
  let end = drawOther(c, row, ACTIVE, node);
  for (let left = getU32(c, P2); left > 1 && isAlive(c, end) == 1; left--) {
    const endRow = rowOf(c, end);
    if (sizeOf(endRow, ACTIVE) <= 1) break;
    const next = drawOther(c, endRow, ACTIVE, sender);
    sender = end;
    end = next;
  }
  if (end == node || isAlive(c, end) == 0) return;
  const answerIds = scratch + ANSWER_IDS;
  const answered = copyDrawn(c, end, PASSIVE, sent, answerIds);
  integrate(c, end, sentIds, sent, answerIds, answered);
  integrate(c, node, answerIds, answered, sentIds, sent);
}

/** Takes received entries into the passive view; what was sent away goes first, then drawn ones. */
function integrate(c: u32, node: u32, ids: u32, count: u32, gone: u32, goneCount: u32): void {
  const row = rowOf(c, node);
  let next: u32 = 0;
  for (let k: u32 = 0; k < count; k++) {
    const peer = getU32(ids, k);
    if (peer == node || isIn(c, row, ACTIVE, peer) || isIn(c, row, PASSIVE, peer)) continue;
    while (next < goneCount && sizeOf(row, PASSIVE) == capacityOf(c, PASSIVE)) {
      drop(c, row, PASSIVE, getU32(gone, next++));
    }
    remember(c, node, peer);
  }
}
