/**
 * Twin of assembly/kernels/peer-sampling.ts: the same peers, node after node. The high word of a
 * product comes from a double that the exact low word corrects, as in random.ts.
 */
import { u32 } from "./memory.js";
import { drawBelow, rawWords, rejectBelow } from "./random.js";

export const STRIP_NODES = 128;
/** Most peers of a node in one draw: the low byte of a purpose numbers them. */
export const SLOTS_MAX = 256;
/** Stands where a node has no peer to draw. */
export const NO_PEER = 0xffffffff;

/** Purposes of first draws, of draws again, of draws for one node; the low byte is the slot. */
const DRAW = 0x80000000;
const REDRAW = 0xb0000000;
const SINGLE = 0xc0000000;
/** The top bit, which turns an unsigned comparison into a signed one. */
const FLIP = 0x80000000;
const TWO_TO_MINUS_32 = 2 ** -32;

const STRIP_BYTES = STRIP_NODES * 4;

/** Nodes of a strip whose words were rejected. */
const rejected = new Uint8Array(STRIP_NODES);

/**
 * Uniform peers of whole strips.
 * @param outAt     u32[strips * STRIP_NODES * k]
 * @param bound     nodes - 1
 * @param distinct  1: the k peers of a node differ, k <= bound; 0: each is drawn from all
 * @param scratchAt u32[2 * k * STRIP_NODES]
 */
export function uniformPeers(
  outAt: number,
  strip: number,
  strips: number,
  bound: number,
  k: number,
  distinct: number,
  seed: number,
  tick: number,
  scratchAt: number,
): void {
  const words = u32;
  const scratch = scratchAt >>> 2;
  const moves = k * STRIP_NODES;
  for (let each = 0; each < strips; each++) {
    const self = (strip + each) * STRIP_NODES;
    for (let slot = 0; slot < k; slot++) {
      const places = scratch + slot * STRIP_NODES;
      const first = distinct !== 0 ? slot : 0;
      placesOfSlot(places, strip + each, bound - first, first, slot, seed, tick);
      const out = (outAt >>> 2) + each * moves + slot;
      if (first === 0) {
        // Stepping over self keeps the choice uniform over the others; `+` of a boolean: no branch.
        for (let i = 0; i < STRIP_NODES; i++) {
          const rank = words[places + i]!;
          words[out + i * k] = rank + +(rank >= self + i);
        }
        if (k > 1) words.fill(0, places + moves, places + moves + STRIP_NODES);
        continue;
      }
      for (let i = 0; i < STRIP_NODES; i++) {
        const place = words[places + i]!;
        let rank = place;
        let moved = slot;
        for (let earlier = scratch + i; earlier < places; earlier += STRIP_NODES) {
          if (words[earlier] === place) rank = words[earlier + moves]!;
          if (words[earlier] === slot) moved = words[earlier + moves]!;
        }
        words[places + i + moves] = moved;
        words[out + i * k] = rank + +(rank >= self + i);
      }
    }
  }
}

/** Fills u32[STRIP_NODES] from word `places` with first + a value below `left`. */
function placesOfSlot(
  places: number,
  strip: number,
  left: number,
  first: number,
  slot: number,
  seed: number,
  tick: number,
): void {
  rawWords(places * 4, STRIP_NODES, seed, DRAW | slot, tick, strip);
  const words = u32;
  const ratio = left * TWO_TO_MINUS_32;
  const rejectFlipped = rejectBelow(left) ^ FLIP;
  let rejections = 0;
  for (let i = 0; i < STRIP_NODES; i++) {
    const word = words[places + i]!;
    const low = Math.imul(word, left);
    if ((low ^ FLIP) < rejectFlipped) rejected[rejections++] = i;
    words[places + i] = ((word * ratio - (low >>> 0) * TWO_TO_MINUS_32 + 0.5) >>> 0) + first;
  }
  for (let r = 0; r < rejections; r++) {
    const node = strip * STRIP_NODES + rejected[r]!;
    words[places + rejected[r]!] = drawBelow(seed, REDRAW | slot, tick, node, left) + first;
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
  outAt: number,
  strip: number,
  strips: number,
  nodes: number,
  offsetsAt: number,
  targetsAt: number,
  k: number,
  distinct: number,
  seed: number,
  tick: number,
  scratchAt: number,
): void {
  const words = u32;
  const scratch = scratchAt >>> 2;
  const offsets = offsetsAt >>> 2;
  for (let each = strip; each < strip + strips; each++) {
    for (let slot = 0; slot < k; slot++) {
      rawWords(scratchAt + slot * STRIP_BYTES, STRIP_NODES, seed, DRAW | slot, tick, each);
    }
    const first = each * STRIP_NODES;
    const count = Math.min(STRIP_NODES, nodes - first);
    let out = (outAt >>> 2) + (each - strip) * STRIP_NODES * k;
    for (let i = 0; i < count; i++) {
      const row = words[offsets + first + i]!;
      const degree = words[offsets + first + i + 1]! - row;
      const targets = (targetsAt >>> 2) + row;
      for (let slot = 0; slot < k; slot++) {
        const start = distinct !== 0 ? slot : 0;
        if (start >= degree) {
          words[out++] = NO_PEER;
          continue;
        }
        const left = degree - start;
        const word = words[scratch + slot * STRIP_NODES + i]!;
        const low = Math.imul(word, left) >>> 0;
        let place = ((word * left - low) * TWO_TO_MINUS_32 + 0.5) >>> 0;
        if (low < left && low < rejectBelow(left)) {
          place = drawBelow(seed, REDRAW | slot, tick, first + i, left);
        }
        place += start;
        if (distinct !== 0 && k > 1) place = shuffled(scratch + k * STRIP_NODES, slot, place, k);
        words[out++] = words[targets + place]!;
      }
    }
  }
}

/**
 * Entry at `place` once the earlier slots have moved theirs; takes it and moves entry `slot` there.
 */
function shuffled(places: number, slot: number, place: number, moves: number): number {
  const words = u32;
  let rank = place;
  let moved = slot;
  const end = places + slot;
  for (let at = places; at < end; at++) {
    if (words[at] === place) rank = words[at + moves]!;
    if (words[at] === slot) moved = words[at + moves]!;
  }
  words[end] = place;
  words[end + moves] = moved;
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
  outAt: number,
  node: number,
  candidates: number,
  k: number,
  distinct: number,
  excludedAt: number,
  excluded: number,
  seed: number,
  tick: number,
  scratchAt: number,
): void {
  const words = u32;
  const list = excludedAt >>> 2;
  for (let slot = 0; slot < k; slot++) {
    const start = distinct !== 0 ? slot : 0;
    let rank = start + drawBelow(seed, SINGLE | slot, tick, node, candidates - start);
    if (distinct !== 0) rank = shuffled(scratchAt >>> 2, slot, rank, k);
    // The excluded that stand before the rank: entry i counts when entry - i <= rank.
    let from = 0;
    let to = excluded;
    while (from < to) {
      const middle = (from + to) >>> 1;
      if (words[list + middle]! - middle <= rank) from = middle + 1;
      else to = middle;
    }
    words[(outAt >>> 2) + slot] = rank + from;
  }
}
