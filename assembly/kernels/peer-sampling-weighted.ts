/**
 * Weighted peers of many nodes in one call, in strips as in peer-sampling.ts: a slot takes its
 * words from two streams (column, side of the threshold), by group from three (and member). A peer
 * that is the node itself, repeated or excluded, and a word that would bias, are drawn again from
 * Threefry, keyed by the node. Twin: src/kernels/peer-sampling-weighted.ts.
 */
import { aliasItem } from "./alias";
import { NO_PEER, STRIP_NODES } from "./peer-sampling";
import { rawWords, rejectBelow, threefry, threefrySecond } from "./random";

/** Purposes; the low byte is the slot, bits 8 .. 27 of the last two count attempts. */
const DRAW: u32 = 0x80000000;
const CHOICE: u32 = 0x90000000;
const MEMBER: u32 = 0xa0000000;
const REDRAW: u32 = 0xb0000000;
const SINGLE: u32 = 0xc0000000;
/** Attempts at a peer before a place stays empty. */
const ATTEMPTS: u32 = 0x100000;

const STRIP_BYTES: u32 = STRIP_NODES << 2;

/**
 * Weighted peers of the nodes of whole strips, from one alias table.
 * @param outAt     u32[strips * STRIP_NODES * k]
 * @param tableAt   u32[2 * columns]
 * @param width     0: column c is node c, and a node never draws itself. Otherwise nodes lie row by
 *                  row on a torus `width` wide, and column c is the step c + 1 from the node; a
 *                  ring is one row
 * @param distinct  1: the k peers of a node differ
 * @param scratchAt u32[2 * STRIP_NODES]
 * @returns NO_PEER, or the first node for which ATTEMPTS draws found no peer; the rest is then not
 *   drawn
 */
export function weightedPeers(
  outAt: u32, strip: u32, strips: u32, nodes: u32, tableAt: u32, columns: u32, width: u32, k: u32,
  distinct: u32, seed: u32, tick: u32, scratchAt: u32,
): u32 {
  for (const end = strip + strips; strip != end; strip++) {
    const first = strip * STRIP_NODES;
    const count = min(STRIP_NODES, nodes - first);
    for (let slot: u32 = 0; slot < k; slot++) {
      // Where an item is the peer and there is but one slot, items stand where they belong.
      const done = width == 0 && k == 1;
      const itemsAt = done ? outAt : scratchAt;
      const marked = drawItems(
        itemsAt, scratchAt, strip, tableAt, columns, width, seed, slot, tick,
      );
      if (done && !marked) continue;
      const earlier = distinct != 0 ? slot : 0;
      for (let i: u32 = 0; i < count; i++) {
        const node = first + i;
        const item = load<u32>(itemsAt + (i << 2));
        let peer = peerOfItem(item, node, nodes, width);
        const cell = outAt + (i * k + slot << 2);
        if (item == NO_PEER || (earlier != 0 && isTaken(cell, earlier, peer))) {
          peer = redrawWeighted(
            cell, earlier, node, nodes, tableAt, columns, width, 0, 0, seed, REDRAW | slot, tick,
          );
          if (peer == NO_PEER) return node;
        }
        store<u32>(cell, peer);
      }
    }
    outAt += k * STRIP_BYTES;
  }
  return NO_PEER;
}

/**
 * Fills u32[STRIP_NODES] with items of a table, NO_PEER where the word has to be rejected or, with
 * width 0, the item is the node itself.
 * @param wordsAt u32[2 * STRIP_NODES], may begin at `at`
 * @returns true when any is NO_PEER
 */
function drawItems(
  at: u32, wordsAt: u32, strip: u32, tableAt: u32, columns: u32, width: u32, seed: u32, slot: u32,
  tick: u32,
): bool {
  rawWords(wordsAt, STRIP_NODES, seed, DRAW | slot, tick, strip);
  rawWords(wordsAt + STRIP_BYTES, STRIP_NODES, seed, CHOICE | slot, tick, strip);
  const bounds = i32x4.splat(columns);
  const rejects = i32x4.splat(rejectBelow(columns));
  const none = i32x4.splat(NO_PEER);
  let self = width == 0 ? i32x4.add(i32x4.splat(strip * STRIP_NODES), i32x4(0, 1, 2, 3)) : none;
  const step = i32x4.splat(width == 0 ? 4 : 0);
  let any = i32x4.splat(0);
  for (const end = at + STRIP_BYTES; at < end; at += 16, wordsAt += 16) {
    const word = v128.load(wordsAt);
    const low = i64x2.extmul_low_i32x4_u(word, bounds);
    const high = i64x2.extmul_high_i32x4_u(word, bounds);
    const column = v128.shuffle<i32>(low, high, 1, 3, 5, 7);
    const rest = v128.shuffle<i32>(low, high, 0, 2, 4, 6);
    const cells01 = cellsOf(tableAt, i32x4.extract_lane(column, 0), i32x4.extract_lane(column, 1));
    const cells23 = cellsOf(tableAt, i32x4.extract_lane(column, 2), i32x4.extract_lane(column, 3));
    const threshold = v128.shuffle<i32>(cells01, cells23, 0, 2, 4, 6);
    const alias = v128.shuffle<i32>(cells01, cells23, 1, 3, 5, 7);
    const choice = v128.load(wordsAt, STRIP_BYTES);
    const item = v128.bitselect(column, alias, i32x4.lt_u(choice, threshold));
    const mark = v128.or(i32x4.lt_u(rest, rejects), i32x4.eq(item, self));
    v128.store(at, v128.or(item, mark));
    any = v128.or(any, mark);
    self = i32x4.add(self, step);
  }
  return v128.any_true(any);
}

/** Two cells of 8 bytes side by side. */
function cellsOf(tableAt: u32, first: u32, second: u32): v128 {
  const cell = v128.load64_zero(tableAt + (first << 3));
  return v128.load64_lane(tableAt + (second << 3), cell, 1);
}

/**
 * Weighted peers of one node, none of them excluded.
 * @param outAt      u32[k]
 * @param excludedAt u32[excluded], ascending
 * @returns peers found: less than k when ATTEMPTS draws found no other
 */
export function weightedPeersExcept(
  outAt: u32, node: u32, nodes: u32, tableAt: u32, columns: u32, width: u32, k: u32, distinct: u32,
  excludedAt: u32, excluded: u32, seed: u32, tick: u32,
): u32 {
  for (let slot: u32 = 0; slot < k; slot++) {
    const cell = outAt + (slot << 2);
    const earlier = distinct != 0 ? slot : 0;
    const peer = redrawWeighted(
      cell, earlier, node, nodes, tableAt, columns, width, excludedAt, excluded, seed,
      SINGLE | slot, tick,
    );
    if (peer == NO_PEER) return slot;
    store<u32>(cell, peer);
  }
  return k;
}

/**
 * Draws from Threefry until a peer is neither self, excluded nor among the `earlier` before `cell`.
 */
function redrawWeighted(
  cell: u32, earlier: u32, node: u32, nodes: u32, tableAt: u32, columns: u32, width: u32,
  excludedAt: u32, excluded: u32, seed: u32, purpose: u32, tick: u32,
): u32 {
  const reject = rejectBelow(columns);
  for (let attempt: u32 = 0; attempt < ATTEMPTS; attempt++) {
    const word = threefry(seed, purpose | (attempt << 8), tick, node);
    const choice = threefrySecond();
    const product = <u64>word * <u64>columns;
    if (<u32>product < reject) continue;
    const peer = peerOfItem(aliasItem(tableAt, <u32>(product >>> 32), choice), node, nodes, width);
    if (isFree(cell, earlier, node, peer, excludedAt, excluded)) return peer;
  }
  return NO_PEER;
}

function peerOfItem(item: u32, node: u32, nodes: u32, width: u32): u32 {
  if (width == 0) return item;
  const step = item + 1;
  if (width == nodes) return wrapped(node + step, nodes);
  const row = node / width;
  const down = step / width;
  const column = wrapped(node - row * width + step - down * width, width);
  return wrapped(row + down, nodes / width) * width + column;
}

function wrapped(sum: u32, size: u32): u32 {
  return sum >= size ? sum - size : sum;
}

/**
 * Peers by group (rack, data centre): first a group by the table of the node's own group, then any
 * of its members but the node.
 * @param outAt     u32[strips * STRIP_NODES * k]
 * @param groupsAt  u32[strips * STRIP_NODES], group of each node, then any that has members
 * @param startsAt  u32[groups + 1]
 * @param membersAt u32[nodes + 1], members of each group ascending; the last word may be any
 * @param tablesAt  u32[2 * groups * groups], an alias table per group; a group whose only member is
 *                  the node itself has weight 0 in its own table
 * @param scratchAt u32[4 * STRIP_NODES]
 * @returns NO_PEER, or the first node for which ATTEMPTS draws found no peer; the rest is then not
 *   drawn
 */
export function groupPeers(
  outAt: u32, strip: u32, strips: u32, nodes: u32, groupsAt: u32, startsAt: u32, membersAt: u32,
  tablesAt: u32, groups: u32, k: u32, distinct: u32, seed: u32, tick: u32, scratchAt: u32,
): u32 {
  for (const end = strip + strips; strip != end; strip++) {
    const first = strip * STRIP_NODES;
    const count = min(STRIP_NODES, nodes - first);
    for (let slot: u32 = 0; slot < k; slot++) {
      const peersAt = k == 1 ? outAt : scratchAt + 3 * STRIP_BYTES;
      const marked = drawMembers(
        peersAt, scratchAt, strip, groupsAt, startsAt, membersAt, tablesAt, groups, seed, slot,
        tick,
      );
      if (k == 1 && !marked) continue;
      const earlier = distinct != 0 ? slot : 0;
      for (let i: u32 = 0; i < count; i++) {
        const node = first + i;
        let peer = load<u32>(peersAt + (i << 2));
        const cell = outAt + (i * k + slot << 2);
        if (peer == NO_PEER || (earlier != 0 && isTaken(cell, earlier, peer))) {
          peer = redrawMember(
            cell, earlier, node, groupsAt, startsAt, membersAt, tablesAt, groups, 0, 0, seed,
            REDRAW | slot, tick,
          );
          if (peer == NO_PEER) return node;
        }
        store<u32>(cell, peer);
      }
    }
    outAt += k * STRIP_BYTES;
  }
  return NO_PEER;
}

/**
 * Fills u32[STRIP_NODES] at `at` with peers by group, NO_PEER where a word has to be rejected. Four
 * nodes at a time; the few whose place may have to be rejected are drawn again one by one.
 * @param wordsAt u32[3 * STRIP_NODES], apart from `at`
 * @returns true when any may be NO_PEER
 */
function drawMembers(
  at: u32, wordsAt: u32, strip: u32, groupsAt: u32, startsAt: u32, membersAt: u32, tablesAt: u32,
  groups: u32, seed: u32, slot: u32, tick: u32,
): bool {
  rawWords(wordsAt, STRIP_NODES, seed, DRAW | slot, tick, strip);
  rawWords(wordsAt + STRIP_BYTES, STRIP_NODES, seed, CHOICE | slot, tick, strip);
  rawWords(wordsAt + 2 * STRIP_BYTES, STRIP_NODES, seed, MEMBER | slot, tick, strip);
  const bounds = i32x4.splat(groups);
  const rejects = i32x4.splat(rejectBelow(groups));
  let node = strip * STRIP_NODES;
  let any = i32x4.splat(0);
  for (const end = at + STRIP_BYTES; at < end; at += 16, wordsAt += 16, node += 4) {
    const word = v128.load(wordsAt);
    const low = i64x2.extmul_low_i32x4_u(word, bounds);
    const high = i64x2.extmul_high_i32x4_u(word, bounds);
    const rejected = i32x4.lt_u(v128.shuffle<i32>(low, high, 0, 2, 4, 6), rejects);
    const column = v128.shuffle<i32>(low, high, 1, 3, 5, 7);
    const own = v128.load(groupsAt + (node << 2));
    const cell = i32x4.add(i32x4.mul(own, bounds), column);
    const cells01 = cellsOf(tablesAt, i32x4.extract_lane(cell, 0), i32x4.extract_lane(cell, 1));
    const cells23 = cellsOf(tablesAt, i32x4.extract_lane(cell, 2), i32x4.extract_lane(cell, 3));
    const isColumn = i32x4.lt_u(
      v128.load(wordsAt, STRIP_BYTES), v128.shuffle<i32>(cells01, cells23, 0, 2, 4, 6),
    );
    const group = v128.bitselect(column, v128.shuffle<i32>(cells01, cells23, 1, 3, 5, 7), isColumn);
    const bounds01 = pairsOf(startsAt, i32x4.extract_lane(group, 0), i32x4.extract_lane(group, 1));
    const bounds23 = pairsOf(startsAt, i32x4.extract_lane(group, 2), i32x4.extract_lane(group, 3));
    const start = v128.shuffle<i32>(bounds01, bounds23, 0, 2, 4, 6);
    const isOwn = i32x4.eq(group, own);
    const stop = v128.shuffle<i32>(bounds01, bounds23, 1, 3, 5, 7);
    const size = i32x4.add(i32x4.sub(stop, start), isOwn);
    const placeWord = v128.load(wordsAt, 2 * STRIP_BYTES);
    const placeLow = i64x2.extmul_low_i32x4_u(placeWord, size);
    const placeHigh = i64x2.extmul_high_i32x4_u(placeWord, size);
    const place = i32x4.add(start, v128.shuffle<i32>(placeLow, placeHigh, 1, 3, 5, 7));
    const doubtful = i32x4.lt_u(v128.shuffle<i32>(placeLow, placeHigh, 0, 2, 4, 6), size);
    const peers01 = pairsOf(membersAt, i32x4.extract_lane(place, 0), i32x4.extract_lane(place, 1));
    const peers23 = pairsOf(membersAt, i32x4.extract_lane(place, 2), i32x4.extract_lane(place, 3));
    const peer = v128.shuffle<i32>(peers01, peers23, 0, 2, 4, 6);
    const next = v128.shuffle<i32>(peers01, peers23, 1, 3, 5, 7);
    // Members ascend, so those from self on stand one place further.
    const self = i32x4.add(i32x4.splat(node), i32x4(0, 1, 2, 3));
    const drawn = v128.bitselect(next, peer, v128.and(isOwn, i32x4.ge_u(peer, self)));
    v128.store(at, v128.or(drawn, rejected));
    any = v128.or(any, v128.or(rejected, doubtful));
    let lanes: u32 = i32x4.bitmask(v128.andnot(doubtful, rejected));
    for (; lanes != 0; lanes &= lanes - 1) {
      const lane = ctz(lanes);
      const words = wordsAt + (lane << 2);
      const again = memberDrawn(
        node + lane, groupsAt, startsAt, membersAt, tablesAt, groups, load<u32>(words),
        load<u32>(words, STRIP_BYTES), load<u32>(words, 2 * STRIP_BYTES),
      );
      store<u32>(at + (lane << 2), again);
    }
  }
  return v128.any_true(any);
}

/** Words `first`, first + 1, `second` and second + 1 of a list. */
function pairsOf(listAt: u32, first: u32, second: u32): v128 {
  const pair = v128.load64_zero(listAt + (first << 2));
  return v128.load64_lane(listAt + (second << 2), pair, 1);
}

/** Peers of one node by group, none of them excluded; see weightedPeersExcept and groupPeers. */
export function groupPeersExcept(
  outAt: u32, node: u32, groupsAt: u32, startsAt: u32, membersAt: u32, tablesAt: u32, groups: u32,
  k: u32, distinct: u32, excludedAt: u32, excluded: u32, seed: u32, tick: u32,
): u32 {
  for (let slot: u32 = 0; slot < k; slot++) {
    const cell = outAt + (slot << 2);
    const earlier = distinct != 0 ? slot : 0;
    const peer = redrawMember(
      cell, earlier, node, groupsAt, startsAt, membersAt, tablesAt, groups, excludedAt, excluded,
      seed, SINGLE | slot, tick,
    );
    if (peer == NO_PEER) return slot;
    store<u32>(cell, peer);
  }
  return k;
}

/** The peer that three words give; NO_PEER when one of them has to be rejected. */
function memberDrawn(
  node: u32, groupsAt: u32, startsAt: u32, membersAt: u32, tablesAt: u32, groups: u32, word: u32,
  choice: u32, placeWord: u32,
): u32 {
  const product = <u64>word * <u64>groups;
  if (<u32>product < groups && <u32>product < rejectBelow(groups)) return NO_PEER;
  const own = load<u32>(groupsAt + (node << 2));
  const group = aliasItem(tablesAt + (own * groups << 3), <u32>(product >>> 32), choice);
  const start = load<u32>(startsAt + (group << 2));
  const size = load<u32>(startsAt + (group << 2), 4) - start - u32(group == own);
  const place = <u64>placeWord * <u64>size;
  if (<u32>place < size && <u32>place < rejectBelow(size)) return NO_PEER;
  const at = membersAt + (start + <u32>(place >>> 32) << 2);
  const peer = load<u32>(at);
  // Members ascend, so those from self on stand one place further.
  return load<u32>(at + (u32(group == own) & u32(peer >= node)) * 4);
}

/** Draws from Threefry, two calls an attempt, until a peer is free. */
function redrawMember(
  cell: u32, earlier: u32, node: u32, groupsAt: u32, startsAt: u32, membersAt: u32, tablesAt: u32,
  groups: u32, excludedAt: u32, excluded: u32, seed: u32, purpose: u32, tick: u32,
): u32 {
  for (let attempt: u32 = 0; attempt < ATTEMPTS; attempt += 2) {
    const placeWord = threefry(seed, purpose | ((attempt + 1) << 8), tick, node);
    const word = threefry(seed, purpose | (attempt << 8), tick, node);
    const choice = threefrySecond();
    const peer = memberDrawn(
      node, groupsAt, startsAt, membersAt, tablesAt, groups, word, choice, placeWord,
    );
    if (peer != NO_PEER && isFree(cell, earlier, node, peer, excludedAt, excluded)) return peer;
  }
  return NO_PEER;
}

/** true when `peer` is not self, not among the `earlier` words before `cell`, and not excluded. */
function isFree(
  cell: u32, earlier: u32, node: u32, peer: u32, excludedAt: u32, excluded: u32,
): bool {
  if (peer == node || isTaken(cell, earlier, peer)) return false;
  let from: u32 = 0;
  let to = excluded;
  while (from < to) {
    const middle = (from + to) >>> 1;
    const id = load<u32>(excludedAt + (middle << 2));
    if (id == peer) return false;
    if (id < peer) from = middle + 1;
    else to = middle;
  }
  return true;
}

/** true when one of the `earlier` words before `cell` is `peer`. */
function isTaken(cell: u32, earlier: u32, peer: u32): bool {
  for (let at = cell - (earlier << 2); at != cell; at += 4) {
    if (load<u32>(at) == peer) return true;
  }
  return false;
}
