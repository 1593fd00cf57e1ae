/**
 * Cyclon, enhanced shuffling (Voulgaris, Gavidia, van Steen 2005, section 2.2): each node swaps a
 * few entries with its oldest peer. A peer that does not answer is dropped. Parameters: P0 =
 * entries swapped, own descriptor included; P1 = steps of the walks of a join.
 */
import { getU16, getU32, getU8, setU16, setU32, setU8 } from "../memory";
import {
  ageEntries, listSlots, newItems, oldestSlot, shuffleFront, slotOf,
} from "../kernels/view-rows";
import {
  CYCLON_ANSWERED, CYCLON_JOIN, CYCLON_SENT, P0, P1, ROUND, SCRATCH_AT, SEED, SLOTS, VIEW,
} from "./context";
import { drawContact, drawNext, openEvent } from "./draws";
import { drawOrder } from "./order";
import {
  BATCH_BYTES, BATCH_PEERS, agesOf, fetchRows, isAlive, openBatch, removeEntry, rowOf, setEntry,
  sizeOf,
} from "./rows";

/**
 * Scratch after the batch, for either side: a list of its slots, then ids and ages it gives away.
 */
const ACTIVE_AT: u32 = BATCH_BYTES;
const PASSIVE_AT: u32 = ACTIVE_AT + 384;
const ITEMS: u32 = 144;
const ITEM_AGES: u32 = ITEMS + 128;

/**
 * The live nodes at positions first .. end - 1 of this round's order shuffle, one after another.
 */
export function cyclonRound(c: u32, first: u32, end: u32): void {
  drawOrder(c);
  const batch = getU32(c, SCRATCH_AT);
  for (let position = first; position < end;) {
    const count = openBatch(c, position, end);
    fetchPeers(c, batch, count);
    for (let k: u32 = 0; k < count; k++) {
      const node = getU32(batch, k);
      if (isAlive(c, node) == 1) shuffle(c, node);
    }
    position += count;
  }
}

/**
 * Nodes first .. end - 1 join one after another: as many walks as a view has entries start from a
 * live node drawn among those before it; where one ends a drawn entry gives place to the newcomer
 * and goes into its view, so that no other node's in-degree changes (section 2.3).
 */
export function cyclonJoin(c: u32, first: u32, end: u32): void {
  const view = getU32(c, VIEW);
  const slots = getU32(c, SLOTS);
  for (let node = first; node < end; node++) {
    openEvent(c, CYCLON_JOIN, node);
    const contact = drawContact(c, node);
    const row = rowOf(c, node);
    let size: u32 = 0;
    for (let walk: u32 = 0; walk < view; walk++) {
      const host = walkEnd(c, contact);
      const hostRow = rowOf(c, host);
      const hostSize = sizeOf(c, hostRow);
      if (host == node || slotOf(hostRow, slots, node) < slots) continue;
      if (hostSize < view) {
        setEntry(c, hostRow, hostSize, node, 0);
        continue;
      }
      const slot = drawNext(c, view);
      const given = getU32(hostRow, slot);
      const age = getU16(agesOf(c, hostRow), slot);
      setEntry(c, hostRow, slot, node, 0);
      if (slotOf(row, slots, given) == slots) setEntry(c, row, size++, given, age);
    }
    if (size < view && slotOf(row, slots, contact) == slots) setEntry(c, row, size, contact, 0);
  }
}

function walkEnd(c: u32, contact: u32): u32 {
  let at = contact;
  for (let step: u32 = 0; step < getU32(c, P1); step++) {
    const row = rowOf(c, at);
    const size = sizeOf(c, row);
    if (size == 0) return at;
    const next = getU32(row, drawNext(c, size));
    if (isAlive(c, next) == 1) at = next;
  }
  return at;
}

/** Fetches the rows of the peers that the nodes of a batch will most likely shuffle with. */
function fetchPeers(c: u32, batch: u32, count: u32): void {
  const peers = batch + BATCH_PEERS;
  for (let k: u32 = 0; k < count; k++) {
    const node = getU32(batch, k);
    const row = rowOf(c, node);
    const size = sizeOf(c, row);
    setU32(peers, k, size == 0 ? node : getU32(row, oldestSlot(agesOf(c, row), size)));
  }
  fetchRows(c, peers, count);
}

function shuffle(c: u32, node: u32): void {
  const row = rowOf(c, node);
  const ages = agesOf(c, row);
  const size = sizeOf(c, row);
  if (size == 0) return;
  ageEntries(ages, size);
  const oldest = oldestSlot(ages, size);
  const peer = getU32(row, oldest);
  if (isAlive(c, peer) == 0) {
    removeEntry(c, row, oldest, size);
    return;
  }
  const peerRow = rowOf(c, peer);
  const peerAges = agesOf(c, peerRow);
  const peerSize = sizeOf(c, peerRow);
  const scratch = getU32(c, SCRATCH_AT);
  const active = scratch + ACTIVE_AT;
  const passive = scratch + PASSIVE_AT;
  const shared = getU32(c, P0);
  const sent = size < shared ? size : shared;
  const answered = peerSize < shared ? peerSize : shared;

  // The oldest entry makes place for the own descriptor; the others that go are drawn.
  listSlots(active, size);
  setU8(active, oldest, 0);
  setU8(active, 0, oldest);
  draw(c, active, 1, sent, size, CYCLON_SENT, node);
  copyOut(active, 1, sent, row, ages);
  setU32(active + ITEMS, 0, node);
  setU16(active + ITEM_AGES, 0, 0);

  listSlots(passive, peerSize);
  draw(c, passive, 0, answered, peerSize, CYCLON_ANSWERED, node);
  copyOut(passive, 0, answered, peerRow, peerAges);

  const slots = getU32(c, SLOTS);
  const newToPeer = newItems(peerRow, slots, active + ITEMS, sent, peer);
  const newToSelf = newItems(row, slots, passive + ITEMS, answered, node);
  const view = getU32(c, VIEW);
  takeIn(newToPeer, sent, active, passive, peerRow, peerAges, peerSize, view);
  takeIn(newToSelf, answered, passive, active, row, ages, size, view);
}

function draw(c: u32, list: u32, from: u32, to: u32, size: u32, purpose: u32, node: u32): void {
  shuffleFront(list, from, to, size, getU32(c, SEED), purpose, getU32(c, ROUND), node);
}

/** Copies the entries in the listed slots, positions from .. to - 1, to the items of the side. */
function copyOut(side: u32, from: u32, to: u32, row: u32, ages: u32): void {
  for (let k = from; k < to; k++) {
    const slot = getU8(side, k);
    setU32(side + ITEMS, k, getU32(row, slot));
    setU16(side + ITEM_AGES, k, getU16(ages, slot));
  }
}

/**
 * Puts the giver's items marked in `fresh` into free slots of the taker's view while there are any,
 * then over the entries that went out, in the order of the taker's list. Entries that nothing
 * replaces stay, so none is ever lost.
 */
function takeIn(
  fresh: u32, count: u32, giver: u32, taker: u32, row: u32, ages: u32, size: u32, view: u32,
): void {
  let free = size;
  let replaced: u32 = 0;
  for (let k: u32 = 0; k < count; k++) {
    if (((fresh >>> k) & 1) == 0) continue;
    let slot = free;
    if (free < view) free++;
    else slot = getU8(taker, replaced++);
    setU32(row, slot, getU32(giver + ITEMS, k));
    setU16(ages, slot, getU16(giver + ITEM_AGES, k));
  }
}
