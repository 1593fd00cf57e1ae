/**
 * Uniform peers of many nodes in one call, drawn in strips of 128 nodes: slot s of a strip takes
 * the first words of the stream (seed, DRAW | s, tick, strip); a word that would bias (Lemire 2019)
 * is replaced by one of Threefry's, keyed by the node. Distinct peers are the first places of a
 * Fisher-Yates shuffle whose moved entries are looked up: k draws for k peers, each ordered k-tuple
 * equally likely. Results: u32[STRIP_NODES * k] per strip, node by node. Twin:
 * src/kernels/peer-sampling.ts.
 */
import { drawBelow, rawWords, rejectBelow } from "./random";

export const STRIP_NODES: u32 = 128;
/** Most peers of a node in one draw: the low byte of a purpose numbers them. */
export const SLOTS_MAX: u32 = 256;
/** Stands where a node has no peer to draw. */
export const NO_PEER: u32 = 0xffffffff;

/** Purposes of first draws, of draws again, of draws for one node; the low byte is the slot. */
const DRAW: u32 = 0x80000000;
const REDRAW: u32 = 0xb0000000;
const SINGLE: u32 = 0xc0000000;

const STRIP_BYTES: u32 = STRIP_NODES << 2;

/**
 * Uniform peers of whole strips.
 * @param outAt     u32[strips * STRIP_NODES * k]
 * @param bound     nodes - 1
 * @param distinct  1: the k peers of a node differ, k <= bound; 0: each is drawn from all
 * @param scratchAt u32[2 * k * STRIP_NODES]
 */
export function uniformPeers(
  outAt: u32, strip: u32, strips: u32, bound: u32, k: u32, distinct: u32, seed: u32, tick: u32,
  scratchAt: u32,
): void {
  for (const end = strip + strips; strip != end; strip++) {
    for (let slot: u32 = 0; slot < k; slot++) {
      uniformSlot(outAt, strip, bound, k, slot, distinct, seed, tick, scratchAt);
    }
    outAt += k * STRIP_BYTES;
  }
}

/** One slot of a strip: its words become the places taken, beside the entries moved there. */
function uniformSlot(
  outAt: u32, strip: u32, bound: u32, k: u32, slot: u32, distinct: u32, seed: u32, tick: u32,
  scratchAt: u32,
): void {
  const placesAt = scratchAt + slot * STRIP_BYTES;
  rawWords(placesAt, STRIP_NODES, seed, DRAW | slot, tick, strip);
  const first = distinct != 0 ? slot : 0;
  const left = bound - first;
  const moves = k * STRIP_BYTES;
  const lefts = i32x4.splat(left);
  const rejects = i32x4.splat(rejectBelow(left));
  const firsts = i32x4.splat(first);
  let self = i32x4.add(i32x4.splat(strip * STRIP_NODES), i32x4(0, 1, 2, 3));
  for (let offset: u32 = 0; offset < STRIP_BYTES; offset += 16) {
    const cell = placesAt + offset;
    const word = v128.load(cell);
    const low = i64x2.extmul_low_i32x4_u(word, lefts);
    const high = i64x2.extmul_high_i32x4_u(word, lefts);
    let place = v128.shuffle<i32>(low, high, 1, 3, 5, 7);
    const rest = v128.shuffle<i32>(low, high, 0, 2, 4, 6);
    const rejected = i32x4.bitmask(i32x4.lt_u(rest, rejects));
    if (rejected != 0) {
      v128.store(cell, place);
      redrawLanes(cell, rejected, left, seed, slot, tick, strip * STRIP_NODES + (offset >>> 2));
      place = v128.load(cell);
    }
    place = i32x4.add(place, firsts);
    let rank = place;
    if (distinct != 0 && k > 1) {
      v128.store(cell, place);
      let moved = firsts;
      for (let earlier = scratchAt + offset; earlier != cell; earlier += STRIP_BYTES) {
        const taken = v128.load(earlier);
        const entry = v128.load(earlier + moves);
        rank = v128.bitselect(entry, rank, i32x4.eq(taken, place));
        moved = v128.bitselect(entry, moved, i32x4.eq(taken, firsts));
      }
      v128.store(cell + moves, moved);
    }
    // Stepping over self keeps the choice uniform over the others.
    const peer = i32x4.sub(rank, i32x4.ge_u(rank, self));
    self = i32x4.add(self, i32x4.splat(4));
    if (k == 1) {
      v128.store(outAt + offset, peer);
    } else {
      const at = outAt + offset * k + (slot << 2);
      const next = k << 2;
      v128.store32_lane(at, peer, 0);
      v128.store32_lane(at + next, peer, 1);
      v128.store32_lane(at + 2 * next, peer, 2);
      v128.store32_lane(at + 3 * next, peer, 3);
    }
  }
}

/** Draws again for the marked lanes of the vector at `cell`, whose first node is `node`. */
function redrawLanes(
  cell: u32, rejected: u32, bound: u32, seed: u32, slot: u32, tick: u32, node: u32,
): void {
  for (; rejected != 0; rejected &= rejected - 1) {
    const lane = ctz(rejected);
    store<u32>(cell + (lane << 2), drawBelow(seed, REDRAW | slot, tick, node + lane, bound));
  }
}

/**
 * Neighbours of the nodes of whole strips; a distinct draw of k or more than there are gives all of
 * them, in drawn order. Places without a neighbour to draw receive NO_PEER.
 * @param outAt     u32[strips * STRIP_NODES * k]
 * @param offsetsAt u32[nodes + 1], targetsAt u32[offsets[nodes]]
 * @param scratchAt u32[k * (STRIP_NODES + 2)]
 */
export function neighbourPeers(
  outAt: u32, strip: u32, strips: u32, nodes: u32, offsetsAt: u32, targetsAt: u32, k: u32,
  distinct: u32, seed: u32, tick: u32, scratchAt: u32,
): void {
  const placesAt = scratchAt + k * STRIP_BYTES;
  const moves = k << 2;
  for (const end = strip + strips; strip != end; strip++) {
    for (let slot: u32 = 0; slot < k; slot++) {
      rawWords(scratchAt + slot * STRIP_BYTES, STRIP_NODES, seed, DRAW | slot, tick, strip);
    }
    const first = strip * STRIP_NODES;
    const count = min(STRIP_NODES, nodes - first);
    for (let i: u32 = 0; i < count; i++) {
      const row = load<u32>(offsetsAt + ((first + i) << 2));
      const degree = load<u32>(offsetsAt + ((first + i) << 2), 4) - row;
      const rowAt = targetsAt + (row << 2);
      for (let slot: u32 = 0; slot < k; slot++, outAt += 4) {
        const start = distinct != 0 ? slot : 0;
        if (start >= degree) {
          store<u32>(outAt, NO_PEER);
          continue;
        }
        const left = degree - start;
        const product = <u64>load<u32>(scratchAt + slot * STRIP_BYTES + (i << 2)) * <u64>left;
        let place = <u32>(product >>> 32);
        if (<u32>product < left && <u32>product < rejectBelow(left)) {
          place = drawBelow(seed, REDRAW | slot, tick, first + i, left);
        }
        place += start;
        if (distinct != 0 && k > 1) place = shuffled(placesAt, slot, place, moves);
        store<u32>(outAt, load<u32>(rowAt + (place << 2)));
      }
    }
    outAt += (STRIP_NODES - count) * (k << 2);
  }
}

/**
 * Entry at `place` once the earlier slots have moved theirs; takes it and moves entry `slot` there.
 */
function shuffled(placesAt: u32, slot: u32, place: u32, moves: u32): u32 {
  let rank = place;
  let moved = slot;
  const end = placesAt + (slot << 2);
  for (let at = placesAt; at != end; at += 4) {
    const taken = load<u32>(at);
    const entry = load<u32>(at + moves);
    rank = taken == place ? entry : rank;
    moved = taken == slot ? entry : moved;
  }
  store<u32>(end, place);
  store<u32>(end + moves, moved);
  return rank;
}

/**
 * `k` distinct ranks, or with distinct = 0 any, of those 0 .. candidates + excluded - 1 that are
 * not excluded, for one node.
 * @param outAt      u32[k]; k <= candidates where they are distinct
 * @param candidates ranks that are not excluded, at least 1
 * @param excludedAt u32[excluded], ascending
 * @param scratchAt  u32[2 * k]
 */
export function ranksExcept(
  outAt: u32, node: u32, candidates: u32, k: u32, distinct: u32, excludedAt: u32, excluded: u32,
  seed: u32, tick: u32, scratchAt: u32,
): void {
  for (let slot: u32 = 0; slot < k; slot++) {
    const start = distinct != 0 ? slot : 0;
    let rank = start + drawBelow(seed, SINGLE | slot, tick, node, candidates - start);
    if (distinct != 0) rank = shuffled(scratchAt, slot, rank, k << 2);
    // The excluded that stand before the rank: entry i counts when entry - i <= rank.
    let from: u32 = 0;
    let to = excluded;
    while (from < to) {
      const middle = (from + to) >>> 1;
      if (load<u32>(excludedAt + (middle << 2)) - middle <= rank) from = middle + 1;
      else to = middle;
    }
    store<u32>(outAt + (slot << 2), rank + from);
  }
}
