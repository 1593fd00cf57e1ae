/**
 * The generic framework of peer sampling (Jelasity, Voulgaris, Guerraoui, Kermarrec, van Steen
 * 2007, figure 1): buffers of half a view, healer H, swapper S. Parameters: P0 = 1 when the oldest
 * peer is chosen (tail), 0 for any (rand); P1 = 1 when a peer that does not answer is dropped; P2 =
 * H; P3 = S; P4 = 1 for push-pull, 0 for push alone.
 */
import { getU16, getU32, getU8, setU16, setU32, setU8 } from "../memory";
import { drawBelow } from "../kernels/random";
import {
  ageEntries, listSlots, newItems, oldestSlot, rankedValue, shuffleFront, slotOf,
} from "../kernels/view-rows";
import {
  FRAMEWORK_PEER, FRAMEWORK_REMOVED, FRAMEWORK_REMOVED_TIES, FRAMEWORK_SENT, FRAMEWORK_SENT_TIES,
  NO_PEER, P0, P1, P2, P3, P4, PASSIVE_SIDE, ROUND, SCRATCH_AT, SEED, SLOTS, VIEW,
} from "./context";
import { drawOrder } from "./order";
import {
  BATCH_BYTES, BATCH_PEERS, agesOf, fetchRows, isAlive, openBatch, removeEntry, rowOf, sizeOf,
} from "./rows";

/** Scratch after the batch. Of each side: its list of slots, its buffer (ids, then ages). */
const ACTIVE_AT: u32 = BATCH_BYTES;
const PASSIVE_AT: u32 = ACTIVE_AT + 512;
const BUFFER_IDS: u32 = 144;
const BUFFER_AGES: u32 = BUFFER_IDS + 256;
/** Of the merge: tied ages of row and newcomers, ids of newcomers, slots that became free. */
const TIES: u32 = PASSIVE_AT + 512;
const MERGED_AGES: u32 = TIES + 144;
const NEW_IDS: u32 = MERGED_AGES + 272;
const FREED: u32 = NEW_IDS + 256;

/**
 * The live nodes at positions first .. end - 1 of this round's order exchange, one after another.
 */
export function frameworkRound(c: u32, first: u32, end: u32): void {
  drawOrder(c);
  const batch = getU32(c, SCRATCH_AT);
  for (let position = first; position < end;) {
    const count = openBatch(c, position, end);
    fetchPeers(c, batch, count);
    for (let k: u32 = 0; k < count; k++) {
      const node = getU32(batch, k);
      if (isAlive(c, node) == 1) exchange(c, node);
    }
    position += count;
  }
}

/** Fetches the rows of the peers that the nodes of a batch will most likely contact. */
function fetchPeers(c: u32, batch: u32, count: u32): void {
  const peers = batch + BATCH_PEERS;
  for (let k: u32 = 0; k < count; k++) {
    const node = getU32(batch, k);
    const row = rowOf(c, node);
    const size = sizeOf(c, row);
    setU32(peers, k, size == 0 ? node : getU32(row, chosenSlot(c, node, row, size)));
  }
  fetchRows(c, peers, count);
}

/** Slot of the peer that a node will contact in this round. */
function chosenSlot(c: u32, node: u32, row: u32, size: u32): u32 {
  if (getU32(c, P0) == 1) return oldestSlot(agesOf(c, row), size);
  return drawBelow(getU32(c, SEED), FRAMEWORK_PEER, getU32(c, ROUND), node, size);
}

function exchange(c: u32, node: u32): void {
  const row = rowOf(c, node);
  const size = sizeOf(c, row);
  if (size == 0) return;
  const slot = chosenSlot(c, node, row, size);
  const peer = getU32(row, slot);
  if (isAlive(c, peer) == 0) {
    if (getU32(c, P1) == 1) removeEntry(c, row, slot, size);
    ageEntries(agesOf(c, row), sizeOf(c, row));
    return;
  }
  const peerRow = rowOf(c, peer);
  const sent = fillBuffer(c, node, row, size, ACTIVE_AT, node, 0);
  const peerSize = sizeOf(c, peerRow);
  const answered = fillBuffer(c, peer, peerRow, peerSize, PASSIVE_AT, node, PASSIVE_SIDE);
  if (getU32(c, P4) == 1) {
    select(c, node, row, size, ACTIVE_AT, PASSIVE_AT, answered, node, 0);
  }
  ageEntries(agesOf(c, row), sizeOf(c, row));
  select(c, peer, peerRow, peerSize, PASSIVE_AT, ACTIVE_AT, sent, node, PASSIVE_SIDE);
  ageEntries(agesOf(c, peerRow), sizeOf(c, peerRow));
}

/**
 * Orders the slots of a view as the paper's permute and "move the oldest H to the end" do, as far
 * as anything depends on it, and fills the side's buffer: the own fresh descriptor, then the head.
 * @returns entries in the buffer
 */
function fillBuffer(
  c: u32, self: u32, row: u32, size: u32, side: u32, drawer: u32, passive: u32,
): u32 {
  const list = getU32(c, SCRATCH_AT) + side;
  const ages = agesOf(c, row);
  const healer = getU32(c, P2);
  const half = getU32(c, VIEW) >>> 1;
  // The own descriptor takes one place of the buffer.
  const others: u32 = half == 0 ? 0 : half - 1;
  const head = size < others ? size : others;
  const swapper = getU32(c, P3);
  const wanted = head > swapper ? head : swapper;
  const young = listYoungFirst(c, list, ages, size, healer, drawer, passive);
  draw(c, list, 0, wanted < young ? wanted : young, young, FRAMEWORK_SENT | passive, drawer);

  const ids = list + BUFFER_IDS;
  const bufferAges = list + BUFFER_AGES;
  setU32(ids, 0, self);
  setU16(bufferAges, 0, 0);
  for (let k: u32 = 0; k < head; k++) {
    const slot = getU8(list, k);
    setU32(ids, k + 1, getU32(row, slot));
    setU16(bufferAges, k + 1, getU16(ages, slot));
  }
  return head + 1;
}

/**
 * Lists slots so that the oldest `healer` stand at the end; which of equal age count as old is
 * drawn.
 * @returns how many stand before them
 */
function listYoungFirst(
  c: u32, list: u32, ages: u32, size: u32, healer: u32, drawer: u32, passive: u32,
): u32 {
  if (healer == 0 || healer >= size) {
    listSlots(list, size);
    return healer == 0 ? size : 0;
  }
  const limit = rankedValue(ages, size, healer);
  const ties = getU32(c, SCRATCH_AT) + TIES;
  let young: u32 = 0;
  let tied: u32 = 0;
  let old: u32 = 0;
  for (let slot: u32 = 0; slot < size; slot++) {
    const age = getU16(ages, slot);
    // Each list is written at its end and only the right one grows: no branch to mispredict.
    setU8(list, young, slot);
    setU8(list, size - 1 - old, slot);
    setU8(ties, tied, slot);
    young += age < limit ? 1 : 0;
    old += age > limit ? 1 : 0;
    tied += age == limit ? 1 : 0;
  }
  const youngTied = size - healer - young;
  if (youngTied > 0) draw(c, ties, 0, youngTied, tied, FRAMEWORK_SENT_TIES | passive, drawer);
  for (let k: u32 = 0; k < tied; k++) setU8(list, young + k, getU8(ties, k));
  return size - healer;
}

/**
 * The paper's select(c, H, S, buffer): joins view and buffer, keeps the youngest of duplicates,
 * then removes H oldest, the S that went out first and drawn ones, as far as the view is too long.
 * What stays of the buffer takes the slots of what went.
 */
function select(
  c: u32, self: u32, row: u32, size: u32, side: u32, from: u32, count: u32, drawer: u32,
  passive: u32,
): void {
  const scratch = getU32(c, SCRATCH_AT);
  const ages = agesOf(c, row);
  const slots = getU32(c, SLOTS);
  const ids = scratch + from + BUFFER_IDS;
  const bufferAges = scratch + from + BUFFER_AGES;
  const merged = scratch + MERGED_AGES;
  const newcomers = scratch + NEW_IDS;
  const freed = scratch + FREED;
  for (let word: u32 = 0; word < (size + 1) >>> 1; word++) setU32(merged, word, getU32(ages, word));

  const fresh = newItems(row, slots, ids, count, self);
  let free: u32 = 0;
  let total = size;
  for (let k: u32 = 0; k < count; k++) {
    const id = getU32(ids, k);
    const age = getU16(bufferAges, k);
    if (((fresh >>> k) & 1) == 0) {
      if (id == self) continue;
      const slot = slotOf(row, slots, id);
      if (getU16(ages, slot) <= age) continue;
      free = release(row, merged, freed, slot, free);
    }
    setU32(newcomers, total - size, id);
    setU16(merged, total, age);
    total++;
  }
  const view = getU32(c, VIEW);
  if (total - free > view) {
    free = shrink(c, row, size, total, free, total - free - view, side, drawer, passive);
  }
  for (let k: u32 = 0; k < total - size; k++) {
    const id = getU32(newcomers, k);
    if (id == NO_PEER) continue;
    let slot = size;
    if (free > 0) {
      free--;
      slot = getU8(freed, free);
    } else {
      while (getU32(row, slot) != NO_PEER) slot++;
    }
    setU32(row, slot, id);
    setU16(ages, slot, getU16(merged, size + k));
  }
}

/** Marks a slot as free and as youngest; returns how many are free now. */
function release(row: u32, merged: u32, freed: u32, slot: u32, free: u32): u32 {
  setU32(row, slot, NO_PEER);
  setU16(merged, slot, 0);
  setU8(freed, free, slot);
  return free + 1;
}

/**
 * Removes `excess` of the merged entries. Positions below `size` are slots of the row, those from
 * `size` to `total` - 1 the newcomers. Returns how many slots are free.
 */
function shrink(
  c: u32, row: u32, size: u32, total: u32, freeBefore: u32, excess: u32, side: u32, drawer: u32,
  passive: u32,
): u32 {
  const scratch = getU32(c, SCRATCH_AT);
  const merged = scratch + MERGED_AGES;
  const newcomers = scratch + NEW_IDS;
  const freed = scratch + FREED;
  const ties = scratch + TIES;
  let free = freeBefore;
  let left = excess;
  const old = getU32(c, P2) < left ? getU32(c, P2) : left;
  if (old > 0) {
    const limit = rankedValue(merged, total, old);
    let tied: u32 = 0;
    let older: u32 = 0;
    for (let position: u32 = 0; position < total; position++) {
      const age = getU16(merged, position);
      if (age < limit) continue;
      if (age == limit) {
        if (isThere(row, newcomers, size, position)) setU8(ties, tied++, position);
        continue;
      }
      older++;
      free = remove(row, merged, newcomers, freed, size, position, free);
    }
    const removed = old - older;
    if (removed < tied) draw(c, ties, 0, removed, tied, FRAMEWORK_REMOVED_TIES | passive, drawer);
    for (let k: u32 = 0; k < removed; k++) {
      free = remove(row, merged, newcomers, freed, size, getU8(ties, k), free);
    }
    left -= old;
  }
  const list = scratch + side;
  let swaps = getU32(c, P3) < left ? getU32(c, P3) : left;
  left -= swaps;
  for (let k: u32 = 0; swaps > 0 && k < size; k++) {
    const slot = getU8(list, k);
    if (getU32(row, slot) == NO_PEER) continue;
    free = remove(row, merged, newcomers, freed, size, slot, free);
    swaps--;
  }
  if (left == 0) return free;
  let remaining: u32 = 0;
  for (let position: u32 = 0; position < total; position++) {
    if (isThere(row, newcomers, size, position)) setU8(ties, remaining++, position);
  }
  draw(c, ties, 0, left, remaining, FRAMEWORK_REMOVED | passive, drawer);
  for (let k: u32 = 0; k < left; k++) {
    free = remove(row, merged, newcomers, freed, size, getU8(ties, k), free);
  }
  return free;
}

function isThere(row: u32, newcomers: u32, size: u32, position: u32): bool {
  return (position < size ? getU32(row, position) : getU32(newcomers, position - size)) != NO_PEER;
}

function remove(
  row: u32, merged: u32, newcomers: u32, freed: u32, size: u32, position: u32, free: u32,
): u32 {
  if (position < size) return release(row, merged, freed, position, free);
  setU32(newcomers, position - size, NO_PEER);
  return free;
}

function draw(c: u32, list: u32, from: u32, to: u32, size: u32, purpose: u32, drawer: u32): void {
  shuffleFront(list, from, to, size, getU32(c, SEED), purpose, getU32(c, ROUND), drawer);
}
