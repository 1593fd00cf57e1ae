/** Twin of assembly/kernels/peer-sampling-weighted.ts: the same draws in the same order. */
import { aliasItem } from "./alias.js";
import { u32 } from "./memory.js";
import { NO_PEER, STRIP_NODES } from "./peer-sampling.js";
import { rawWords, rejectBelow, threefry, threefrySecond } from "./random.js";

/** Purposes; the low byte is the slot, bits 8 .. 27 of the last two count attempts. */
const DRAW = 0x80000000;
const CHOICE = 0x90000000;
const MEMBER = 0xa0000000;
const REDRAW = 0xb0000000;
const SINGLE = 0xc0000000;
/** Attempts at a peer before a place stays empty. */
const ATTEMPTS = 0x100000;

const STRIP_BYTES = STRIP_NODES * 4;
/** The top bit, which turns an unsigned comparison into a signed one. */
const FLIP = 0x80000000;
const TWO_TO_MINUS_32 = 2 ** -32;

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
  outAt: number,
  strip: number,
  strips: number,
  nodes: number,
  tableAt: number,
  columns: number,
  width: number,
  k: number,
  distinct: number,
  seed: number,
  tick: number,
  scratchAt: number,
): number {
  const words = u32;
  const scratch = scratchAt >>> 2;
  for (let each = strip; each < strip + strips; each++) {
    const first = each * STRIP_NODES;
    const count = Math.min(STRIP_NODES, nodes - first);
    const out = (outAt >>> 2) + (each - strip) * STRIP_NODES * k;
    for (let slot = 0; slot < k; slot++) {
      // Where an item is the peer and there is but one slot, items stand where they belong.
      const done = width === 0 && k === 1;
      const items = done ? out : scratch;
      const marked = drawItems(items, scratchAt, each, tableAt, columns, width, seed, slot, tick);
      if (done && !marked) continue;
      const earlier = distinct !== 0 ? slot : 0;
      for (let i = 0; i < count; i++) {
        const node = first + i;
        const item = words[items + i]!;
        let peer = peerOfItem(item, node, nodes, width);
        const cell = out + i * k + slot;
        if (item === NO_PEER || (earlier !== 0 && isTaken(cell, earlier, peer))) {
          peer = redrawWeighted(
            cell,
            earlier,
            node,
            nodes,
            tableAt,
            columns,
            width,
            0,
            0,
            seed,
            REDRAW | slot,
            tick,
          );
          if (peer === NO_PEER) return node;
        }
        words[cell] = peer;
      }
    }
  }
  return NO_PEER;
}

/**
 * Fills u32[STRIP_NODES] from word `first` with items of a table, NO_PEER where the word has to be
 * rejected or, with width 0, the item is the node itself.
 * @param wordsAt u32[2 * STRIP_NODES], may begin at word `first`
 * @returns true when any is NO_PEER
 */
function drawItems(
  first: number,
  wordsAt: number,
  strip: number,
  tableAt: number,
  columns: number,
  width: number,
  seed: number,
  slot: number,
  tick: number,
): boolean {
  rawWords(wordsAt, STRIP_NODES, seed, DRAW | slot, tick, strip);
  rawWords(wordsAt + STRIP_BYTES, STRIP_NODES, seed, CHOICE | slot, tick, strip);
  const words = u32;
  const drawn = wordsAt >>> 2;
  const ratio = columns * TWO_TO_MINUS_32;
  const rejectFlipped = rejectBelow(columns) ^ FLIP;
  const self = width === 0 ? strip * STRIP_NODES : NO_PEER;
  const step = width === 0 ? 1 : 0;
  let marks = 0;
  for (let i = 0; i < STRIP_NODES; i++) {
    const word = words[drawn + i]!;
    const low = Math.imul(word, columns);
    const column = (word * ratio - (low >>> 0) * TWO_TO_MINUS_32 + 0.5) >>> 0;
    const item = aliasItem(tableAt, column, words[drawn + i + STRIP_NODES]!);
    const mark = -(+((low ^ FLIP) < rejectFlipped) | +(item === self + i * step));
    words[first + i] = item | mark;
    marks |= mark;
  }
  return marks !== 0;
}

/**
 * Weighted peers of one node, none of them excluded.
 * @param outAt      u32[k]
 * @param excludedAt u32[excluded], ascending
 * @returns peers found: less than k when ATTEMPTS draws found no other
 */
export function weightedPeersExcept(
  outAt: number,
  node: number,
  nodes: number,
  tableAt: number,
  columns: number,
  width: number,
  k: number,
  distinct: number,
  excludedAt: number,
  excluded: number,
  seed: number,
  tick: number,
): number {
  for (let slot = 0; slot < k; slot++) {
    const cell = (outAt >>> 2) + slot;
    const earlier = distinct !== 0 ? slot : 0;
    const purpose = SINGLE | slot;
    const peer = redrawWeighted(
      cell,
      earlier,
      node,
      nodes,
      tableAt,
      columns,
      width,
      excludedAt,
      excluded,
      seed,
      purpose,
      tick,
    );
    if (peer === NO_PEER) return slot;
    u32[cell] = peer;
  }
  return k;
}

/**
 * Draws from Threefry until a peer is neither self, excluded nor among the `earlier` before `cell`.
 */
function redrawWeighted(
  cell: number,
  earlier: number,
  node: number,
  nodes: number,
  tableAt: number,
  columns: number,
  width: number,
  excludedAt: number,
  excluded: number,
  seed: number,
  purpose: number,
  tick: number,
): number {
  const reject = rejectBelow(columns);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const word = threefry(seed, purpose | (attempt << 8), tick, node);
    const choice = threefrySecond();
    const low = Math.imul(word, columns) >>> 0;
    if (low < reject) continue;
    const column = ((word * columns - low) * TWO_TO_MINUS_32 + 0.5) >>> 0;
    const peer = peerOfItem(aliasItem(tableAt, column, choice), node, nodes, width);
    if (isFree(cell, earlier, node, peer, excludedAt, excluded)) return peer;
  }
  return NO_PEER;
}

function peerOfItem(item: number, node: number, nodes: number, width: number): number {
  if (width === 0) return item;
  const step = item + 1;
  if (width === nodes) return wrapped(node + step, nodes);
  const row = (node / width) >>> 0;
  const down = (step / width) >>> 0;
  const column = wrapped(node - row * width + step - down * width, width);
  return wrapped(row + down, (nodes / width) >>> 0) * width + column;
}

function wrapped(sum: number, size: number): number {
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
  outAt: number,
  strip: number,
  strips: number,
  nodes: number,
  groupsAt: number,
  startsAt: number,
  membersAt: number,
  tablesAt: number,
  groups: number,
  k: number,
  distinct: number,
  seed: number,
  tick: number,
  scratchAt: number,
): number {
  const words = u32;
  const scratch = scratchAt >>> 2;
  for (let each = strip; each < strip + strips; each++) {
    const first = each * STRIP_NODES;
    const count = Math.min(STRIP_NODES, nodes - first);
    const out = (outAt >>> 2) + (each - strip) * STRIP_NODES * k;
    for (let slot = 0; slot < k; slot++) {
      drawMembers(
        scratchAt,
        each,
        count,
        groupsAt,
        startsAt,
        membersAt,
        tablesAt,
        groups,
        seed,
        slot,
        tick,
      );
      const earlier = distinct !== 0 ? slot : 0;
      for (let i = 0; i < count; i++) {
        const node = first + i;
        let peer = words[scratch + i]!;
        const cell = out + i * k + slot;
        if (peer === NO_PEER || (earlier !== 0 && isTaken(cell, earlier, peer))) {
          peer = redrawMember(
            cell,
            earlier,
            node,
            groupsAt,
            startsAt,
            membersAt,
            tablesAt,
            groups,
            0,
            0,
            seed,
            REDRAW | slot,
            tick,
          );
          if (peer === NO_PEER) return node;
        }
        words[cell] = peer;
      }
    }
  }
  return NO_PEER;
}

/** Fills u32[count] with peers by group, NO_PEER where a word has to be rejected. */
function drawMembers(
  at: number,
  strip: number,
  count: number,
  groupsAt: number,
  startsAt: number,
  membersAt: number,
  tablesAt: number,
  groups: number,
  seed: number,
  slot: number,
  tick: number,
): void {
  rawWords(at, STRIP_NODES, seed, DRAW | slot, tick, strip);
  rawWords(at + STRIP_BYTES, STRIP_NODES, seed, CHOICE | slot, tick, strip);
  rawWords(at + 2 * STRIP_BYTES, STRIP_NODES, seed, MEMBER | slot, tick, strip);
  const words = u32;
  const first = at >>> 2;
  for (let i = 0; i < count; i++) {
    words[first + i] = memberDrawn(
      strip * STRIP_NODES + i,
      groupsAt,
      startsAt,
      membersAt,
      tablesAt,
      groups,
      words[first + i]!,
      words[first + i + STRIP_NODES]!,
      words[first + i + 2 * STRIP_NODES]!,
    );
  }
}

/** Peers of one node by group, none of them excluded; see weightedPeersExcept and groupPeers. */
export function groupPeersExcept(
  outAt: number,
  node: number,
  groupsAt: number,
  startsAt: number,
  membersAt: number,
  tablesAt: number,
  groups: number,
  k: number,
  distinct: number,
  excludedAt: number,
  excluded: number,
  seed: number,
  tick: number,
): number {
  for (let slot = 0; slot < k; slot++) {
    const cell = (outAt >>> 2) + slot;
    const earlier = distinct !== 0 ? slot : 0;
    const purpose = SINGLE | slot;
    const peer = redrawMember(
      cell,
      earlier,
      node,
      groupsAt,
      startsAt,
      membersAt,
      tablesAt,
      groups,
      excludedAt,
      excluded,
      seed,
      purpose,
      tick,
    );
    if (peer === NO_PEER) return slot;
    u32[cell] = peer;
  }
  return k;
}

/** The peer that three words give; NO_PEER when one of them has to be rejected. */
function memberDrawn(
  node: number,
  groupsAt: number,
  startsAt: number,
  membersAt: number,
  tablesAt: number,
  groups: number,
  word: number,
  choice: number,
  placeWord: number,
): number {
  const words = u32;
  const low = Math.imul(word, groups) >>> 0;
  if (low < groups && low < rejectBelow(groups)) return NO_PEER;
  const column = ((word * groups - low) * TWO_TO_MINUS_32 + 0.5) >>> 0;
  const own = words[(groupsAt >>> 2) + node]!;
  const group = aliasItem(tablesAt + own * groups * 8, column, choice);
  const start = words[(startsAt >>> 2) + group]!;
  const inOwn = +(group === own);
  const size = words[(startsAt >>> 2) + group + 1]! - start - inOwn;
  const rest = Math.imul(placeWord, size) >>> 0;
  if (rest < size && rest < rejectBelow(size)) return NO_PEER;
  const place = ((placeWord * size - rest) * TWO_TO_MINUS_32 + 0.5) >>> 0;
  const at = (membersAt >>> 2) + start + place;
  const peer = words[at]!;
  // Members ascend, so those from self on stand one place further.
  return words[at + (inOwn & +(peer >= node))]!;
}

/** Draws from Threefry, two calls an attempt, until a peer is free. */
function redrawMember(
  cell: number,
  earlier: number,
  node: number,
  groupsAt: number,
  startsAt: number,
  membersAt: number,
  tablesAt: number,
  groups: number,
  excludedAt: number,
  excluded: number,
  seed: number,
  purpose: number,
  tick: number,
): number {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 2) {
    const placeWord = threefry(seed, purpose | ((attempt + 1) << 8), tick, node);
    const word = threefry(seed, purpose | (attempt << 8), tick, node);
    const choice = threefrySecond();
    const peer = memberDrawn(
      node,
      groupsAt,
      startsAt,
      membersAt,
      tablesAt,
      groups,
      word,
      choice,
      placeWord,
    );
    if (peer !== NO_PEER && isFree(cell, earlier, node, peer, excludedAt, excluded)) return peer;
  }
  return NO_PEER;
}

/** true when `peer` is not self, not among the `earlier` words before `cell`, and not excluded. */
function isFree(
  cell: number,
  earlier: number,
  node: number,
  peer: number,
  excludedAt: number,
  excluded: number,
): boolean {
  if (peer === node || isTaken(cell, earlier, peer)) return false;
  const list = excludedAt >>> 2;
  let from = 0;
  let to = excluded;
  while (from < to) {
    const middle = (from + to) >>> 1;
    const id = u32[list + middle]!;
    if (id === peer) return false;
    if (id < peer) from = middle + 1;
    else to = middle;
  }
  return true;
}

/** true when one of the `earlier` words before word `cell` is `peer`. */
function isTaken(cell: number, earlier: number, peer: number): boolean {
  for (let at = cell - earlier; at < cell; at++) {
    if (u32[at] === peer) return true;
  }
  return false;
}
