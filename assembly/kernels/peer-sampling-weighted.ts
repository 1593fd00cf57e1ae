/**
 * Weighted peers of many nodes in one call, in strips as in peer-sampling.ts: a slot takes its words from
 * two streams (column, side of the threshold), by group from three (and member). A peer that is the node
 * itself, repeated or excluded, and a word that would bias, are drawn again from Threefry, keyed by the
 * node. Twin: src/kernels/peer-sampling-weighted.ts.
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
 * @param width     0: column c is node c, and a node never draws itself. Otherwise nodes lie row by row on
 *                  a torus `width` wide, and column c is the step c + 1 from the node; a ring is one row
 * @param distinct  1: the k peers of a node differ
 * @param scratchAt u32[2 * STRIP_NODES]
 * @returns peers that ATTEMPTS draws did not find; NO_PEER stands in their place
 */
export function weightedPeers(
  outAt: u32, strip: u32, strips: u32, nodes: u32, tableAt: u32, columns: u32, width: u32, k: u32,
  distinct: u32, seed: u32, tick: u32, scratchAt: u32,
): u32 {
  const reject = rejectBelow(columns);
  const choicesAt = scratchAt + STRIP_BYTES;
  let missing: u32 = 0;
  for (const end = strip + strips; strip != end; strip++) {
    const first = strip * STRIP_NODES;
    const count = min(STRIP_NODES, nodes - first);
    for (let slot: u32 = 0; slot < k; slot++) {
      rawWords(scratchAt, STRIP_NODES, seed, DRAW | slot, tick, strip);
      rawWords(choicesAt, STRIP_NODES, seed, CHOICE | slot, tick, strip);
      for (let i: u32 = 0; i < count; i++) {
        const node = first + i;
        const product = <u64>load<u32>(scratchAt + (i << 2)) * <u64>columns;
        const item = aliasItem(tableAt, <u32>(product >>> 32), load<u32>(choicesAt + (i << 2)));
        let peer = peerOfItem(item, node, nodes, width);
        const cell = outAt + (i * k + slot << 2);
        const earlier = distinct != 0 ? slot : 0;
        if (<u32>product < reject || peer == node || (earlier != 0 && isTaken(cell, earlier, peer))) {
          peer = redrawWeighted(
            cell, earlier, node, nodes, tableAt, columns, width, 0, 0, seed, REDRAW | slot, tick,
          );
          missing += u32(peer == NO_PEER);
        }
        store<u32>(cell, peer);
      }
    }
    outAt += k * STRIP_BYTES;
  }
  return missing;
}

/**
 * Weighted peers of one node, none of them excluded.
 * @param outAt      u32[k]
 * @param excludedAt u32[excluded], ascending
 * @returns peers that were not found, as for weightedPeers
 */
export function weightedPeersExcept(
  outAt: u32, node: u32, nodes: u32, tableAt: u32, columns: u32, width: u32, k: u32, distinct: u32,
  excludedAt: u32, excluded: u32, seed: u32, tick: u32,
): u32 {
  let missing: u32 = 0;
  for (let slot: u32 = 0; slot < k; slot++) {
    const cell = outAt + (slot << 2);
    const earlier = distinct != 0 ? slot : 0;
    const peer = redrawWeighted(
      cell, earlier, node, nodes, tableAt, columns, width, excludedAt, excluded, seed, SINGLE | slot, tick,
    );
    missing += u32(peer == NO_PEER);
    store<u32>(cell, peer);
  }
  return missing;
}

/** Draws from Threefry until a peer is neither self, excluded nor among the `earlier` before `cell`. */
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
 * Peers by group (rack, data centre): first a group by the table of the node's own group, then any of
 * its members but the node.
 * @param outAt     u32[strips * STRIP_NODES * k]
 * @param groupsAt  u32[nodes], group of each node
 * @param startsAt  u32[groups + 1], membersAt u32[nodes]: members of each group, ascending
 * @param tablesAt  u32[2 * groups * groups], an alias table per group; a group whose only member is
 *                  the node itself has weight 0 in its own table
 * @param scratchAt u32[3 * STRIP_NODES]
 * @returns peers that ATTEMPTS draws did not find; NO_PEER stands in their place
 */
export function groupPeers(
  outAt: u32, strip: u32, strips: u32, nodes: u32, groupsAt: u32, startsAt: u32, membersAt: u32,
  tablesAt: u32, groups: u32, k: u32, distinct: u32, seed: u32, tick: u32, scratchAt: u32,
): u32 {
  let missing: u32 = 0;
  const choicesAt = scratchAt + STRIP_BYTES;
  const placesAt = choicesAt + STRIP_BYTES;
  for (const end = strip + strips; strip != end; strip++) {
    const first = strip * STRIP_NODES;
    const count = min(STRIP_NODES, nodes - first);
    for (let slot: u32 = 0; slot < k; slot++) {
      rawWords(scratchAt, STRIP_NODES, seed, DRAW | slot, tick, strip);
      rawWords(choicesAt, STRIP_NODES, seed, CHOICE | slot, tick, strip);
      rawWords(placesAt, STRIP_NODES, seed, MEMBER | slot, tick, strip);
      for (let i: u32 = 0; i < count; i++) {
        const node = first + i;
        let peer = memberDrawn(
          node, groupsAt, startsAt, membersAt, tablesAt, groups, load<u32>(scratchAt + (i << 2)),
          load<u32>(choicesAt + (i << 2)), load<u32>(placesAt + (i << 2)),
        );
        const cell = outAt + (i * k + slot << 2);
        const earlier = distinct != 0 ? slot : 0;
        if (peer == NO_PEER || (earlier != 0 && isTaken(cell, earlier, peer))) {
          peer = redrawMember(
            cell, earlier, node, groupsAt, startsAt, membersAt, tablesAt, groups, 0, 0, seed, REDRAW | slot,
            tick,
          );
          missing += u32(peer == NO_PEER);
        }
        store<u32>(cell, peer);
      }
    }
    outAt += k * STRIP_BYTES;
  }
  return missing;
}

/** Peers of one node by group, none of them excluded; see weightedPeersExcept and groupPeers. */
export function groupPeersExcept(
  outAt: u32, node: u32, groupsAt: u32, startsAt: u32, membersAt: u32, tablesAt: u32, groups: u32, k: u32,
  distinct: u32, excludedAt: u32, excluded: u32, seed: u32, tick: u32,
): u32 {
  let missing: u32 = 0;
  for (let slot: u32 = 0; slot < k; slot++) {
    const cell = outAt + (slot << 2);
    const earlier = distinct != 0 ? slot : 0;
    const peer = redrawMember(
      cell, earlier, node, groupsAt, startsAt, membersAt, tablesAt, groups, excludedAt, excluded, seed,
      SINGLE | slot, tick,
    );
    missing += u32(peer == NO_PEER);
    store<u32>(cell, peer);
  }
  return missing;
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
