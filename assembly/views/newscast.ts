/**
 * Newscast (Jelasity, van Steen 2002; Voulgaris, Jelasity, van Steen 2003): two nodes join their
 * views and their own fresh descriptors, and each keeps the freshest entries. The ages of the rows
 * hold timestamps here: the round in which a descriptor was made, plus one. A peer that does not
 * answer is kept; its entries give way to fresher ones. No parameters.
 */
import { getU16, getU32, getU8, setU16, setU32, setU8 } from "../memory";
import { drawBelow } from "../kernels/random";
import { newItems, rankedValue, shuffleFront, slotOf } from "../kernels/view-rows";
import {
  NEWSCAST_PEER, NEWSCAST_TIES, PASSIVE_SIDE, ROUND, SCRATCH_AT, SEED, SLOTS, VIEW,
} from "./context";
import { drawOrder } from "./order";
import {
  BATCH_BYTES, BATCH_PEERS, agesOf, fetchRows, isAlive, openBatch, rowOf, sizeOf,
} from "./rows";

/** Scratch after the batch: ids and stamps of the joined views, tied positions. */
const JOINED_IDS: u32 = BATCH_BYTES;
const JOINED_STAMPS: u32 = JOINED_IDS + 576;
const TIES: u32 = JOINED_STAMPS + 288;

/** Entries that newItems looks up at once. */
const ITEMS: u32 = 32;

/**
 * The live nodes at positions first .. end - 1 of this round's order exchange, one after another.
 */
export function newscastRound(c: u32, first: u32, end: u32): void {
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
    setU32(peers, k, size == 0 ? node : getU32(row, chosenSlot(c, node, size)));
  }
  fetchRows(c, peers, count);
}

function chosenSlot(c: u32, node: u32, size: u32): u32 {
  return drawBelow(getU32(c, SEED), NEWSCAST_PEER, getU32(c, ROUND), node, size);
}

function exchange(c: u32, node: u32): void {
  const row = rowOf(c, node);
  const size = sizeOf(c, row);
  if (size == 0) return;
  const peer = getU32(row, chosenSlot(c, node, size));
  if (isAlive(c, peer) == 0) return;
  const peerRow = rowOf(c, peer);
  const ids = getU32(c, SCRATCH_AT) + JOINED_IDS;
  const stamps = getU32(c, SCRATCH_AT) + JOINED_STAMPS;
  const total = join(c, node, row, size, peer, peerRow, sizeOf(c, peerRow), ids, stamps);
  // The first two of the joined views are the descriptors of both: each leaves its own out.
  const own = getU32(ids, 0);
  keepFreshest(c, row, ids + 4, stamps + 2, total - 1, NEWSCAST_TIES, node);
  setU32(ids, 1, own);
  keepFreshest(c, peerRow, ids + 4, stamps + 2, total - 1, NEWSCAST_TIES | PASSIVE_SIDE, node);
}

/**
 * Writes both fresh descriptors and all distinct other entries of two views, the fresher of
 * duplicates.
 * @returns how many there are
 */
function join(
  c: u32, node: u32, row: u32, size: u32, peer: u32, peerRow: u32, peerSize: u32, ids: u32,
  stamps: u32,
): u32 {
  const ages = agesOf(c, row);
  const peerAges = agesOf(c, peerRow);
  const slots = getU32(c, SLOTS);
  const now = getU32(c, ROUND) + 1;
  setU32(ids, 0, node);
  setU16(stamps, 0, now);
  setU32(ids, 1, peer);
  setU16(stamps, 1, now);
  let total: u32 = 2;
  for (let slot: u32 = 0; slot < size; slot++) {
    const id = getU32(row, slot);
    setU32(ids, total, id);
    setU16(stamps, total, getU16(ages, slot));
    // The peer's old descriptor is overwritten by the next entry.
    total += id == peer ? 0 : 1;
  }
  const peerAt = slotOf(row, slots, peer);
  for (let first: u32 = 0; first < peerSize; first += ITEMS) {
    const count = peerSize - first < ITEMS ? peerSize - first : ITEMS;
    const fresh = newItems(row, slots, peerRow + (first << 2), count, node);
    for (let k: u32 = 0; k < count; k++) {
      const id = getU32(peerRow, first + k);
      const stamp = getU16(peerAges, first + k);
      if (((fresh >>> k) & 1) == 1) {
        setU32(ids, total, id);
        setU16(stamps, total, stamp);
        total++;
      } else if (id != node) {
        const slot = slotOf(row, slots, id);
        const at = 2 + slot - (slot > peerAt ? 1 : 0);
        if (stamp > getU16(stamps, at)) setU16(stamps, at, stamp);
      }
    }
  }
  return total;
}

/** Fills a row with the `view` freshest of the entries; which of equal stamp is drawn. */
function keepFreshest(
  c: u32, row: u32, ids: u32, stamps: u32, total: u32, purpose: u32, drawer: u32,
): void {
  const view = getU32(c, VIEW);
  const ages = agesOf(c, row);
  const ties = getU32(c, SCRATCH_AT) + TIES;
  const kept = total < view ? total : view;
  const limit = rankedValue(stamps, total, kept);
  let size: u32 = 0;
  let tied: u32 = 0;
  for (let k: u32 = 0; k < total; k++) {
    const stamp = getU16(stamps, k);
    if (stamp > limit) {
      setU32(row, size, getU32(ids, k));
      setU16(ages, size, stamp);
      size++;
    }
    setU8(ties, tied, k);
    tied += stamp == limit ? 1 : 0;
  }
  const wanted = kept - size;
  if (wanted < tied) {
    shuffleFront(ties, 0, wanted, tied, getU32(c, SEED), purpose, getU32(c, ROUND), drawer);
  }
  for (let k: u32 = 0; k < wanted; k++) {
    setU32(row, size, getU32(ids, getU8(ties, k)));
    setU16(ages, size, limit);
    size++;
  }
}
