/**
 * Whom a node addresses where that is not uniform: neighbours by weight, peers by zone, the nearest of
 * a few, peers by distance. Single draws keyed by (node, tick) on both clocks, so the same peers come
 * out whatever the order. Tables: src/network/selection.ts.
 */
import { div32, getU32, mul32, mulHigh, setU32, toF64 } from "../memory";
import { aliasItem } from "../kernels/alias";
import { drawBelow, rejectBelow, threefry, threefrySecond } from "../kernels/random";
import { drawTick } from "./access";
import {
  CANDIDATES, EDGES_AT, GRAPH, NODES, OFFSETS_AT, OUTSIDE_DC_BELOW, OUTSIDE_RACK_BELOW, PEERS_AT,
  ROW_NODES, SEED, SELECTED_UNTIL, SELECTION, SELECTION_AT, TARGETS_AT, TICK,
} from "./context";
import { delayOf } from "./delay";
import { dcEnd, dcFirst, rackEnd, rackFirst } from "./zones";

const WEIGHTED: u32 = 1;
const ZONES: u32 = 2;
const NEAREST: u32 = 3;

/** Purposes; the low byte is the slot, bits 8 .. 17 belong to drawBelow, 18 .. 27 count draws. */
const CHOICE: u32 = 0xf0000000;
const MEMBER: u32 = 0xf1000000;
const REST: u32 = 0xf2000000;
const NOBODY: u32 = 0xffffffff;
/** Draws of one slot, as many as ten bits number: then the slot stays empty. */
const DRAWS: u32 = 1024;
/** Draws from a row by its table; after that one over what is left of the row, which takes a pass. */
const ROW_DRAWS: u32 = 64;
const WORD_SPAN: f64 = 4294967296.0;

/** true while peers are not uniform. */
export function isSelecting(c: u32): bool {
  return getU32(c, SELECTION) != 0 && getU32(c, TICK) < getU32(c, SELECTED_UNTIL);
}

/**
 * Leaves distinct peers where chosenPeer and chosenEdge find them.
 * @returns how many; fewer than `wanted` where a zone or a row has no more, or DRAWS found none
 */
export function chooseSelected(c: u32, node: u32, wanted: u32): u32 {
  if (getU32(c, GRAPH) == 1) return chooseEdges(c, node, wanted);
  const list = getU32(c, PEERS_AT);
  for (let slot: u32 = 0; slot < wanted; slot++) {
    const peer = drawAnyone(c, node, list, slot);
    if (peer == NOBODY) return slot;
    setU32(list, slot, peer);
  }
  return wanted;
}

export function isListed(list: u32, count: u32, value: u32): bool {
  for (let i: u32 = 0; i < count; i++) {
    if (getU32(list, i) == value) return true;
  }
  return false;
}

/** A peer on the complete graph that is none of the first `slot` of the list. */
function drawAnyone(c: u32, node: u32, list: u32, slot: u32): u32 {
  const kind = getU32(c, SELECTION);
  if (kind == NEAREST) return nearest(c, node, slot, list, 0, getU32(c, NODES) - 1);
  for (let draw: u32 = 0; draw < DRAWS; draw++) {
    const purpose = (draw << 18) | slot;
    const peer = kind == ZONES ? zonePeer(c, node, purpose) : spatialPeer(c, node, purpose);
    if (peer != NOBODY && !isListed(list, slot, peer)) return peer;
  }
  return NOBODY;
}

/** Distinct neighbours; all of them when there are no more than wanted. */
function chooseEdges(c: u32, node: u32, wanted: u32): u32 {
  const row = getU32(getU32(c, OFFSETS_AT), node);
  const degree = getU32(getU32(c, OFFSETS_AT), node + 1) - row;
  const edges = getU32(c, EDGES_AT);
  const peers = getU32(c, PEERS_AT);
  const targets = getU32(c, TARGETS_AT);
  const count = degree < wanted ? degree : wanted;
  for (let slot: u32 = 0; slot < count; slot++) {
    let edge = row + slot;
    if (degree > wanted) {
      edge = getU32(c, SELECTION) == WEIGHTED
        ? weightedEdge(c, node, slot, row, degree)
        : nearest(c, node, slot, edges, row, degree);
      if (edge == NOBODY) return slot;
    }
    setU32(edges, slot, edge);
    setU32(peers, slot, getU32(targets, edge));
  }
  return count;
}

/** An edge of the row by its alias table, none of the first `slot` of the list. */
function weightedEdge(c: u32, node: u32, slot: u32, row: u32, degree: u32): u32 {
  const edges = getU32(c, EDGES_AT);
  const table = getU32(c, SELECTION_AT) + (row << 3);
  for (let draw: u32 = 0; draw < ROW_DRAWS; draw++) {
    const word = threefry(getU32(c, SEED), CHOICE | (draw << 18) | slot, drawTick(c), node);
    const side = threefrySecond();
    const low = mul32(word, degree);
    if (low < degree && low < rejectBelow(degree)) continue;
    const edge = row + aliasItem(table, mulHigh(word, degree), side);
    if (!isListed(edges, slot, edge)) return edge;
  }
  return remainingEdge(c, node, slot, row, degree);
}

/**
 * An edge in proportion to its weight among those not listed: one of the list has nearly all weight of
 * the row. The parts of an edge are read off the columns of the table.
 */
function remainingEdge(c: u32, node: u32, slot: u32, row: u32, degree: u32): u32 {
  const edges = getU32(c, EDGES_AT);
  const table = getU32(c, SELECTION_AT);
  let rest: f64 = 0.0;
  for (let edge = row; edge < row + degree; edge++) {
    rest = rest + openPart(table, edges, slot, row, edge, 0) + openPart(table, edges, slot, row, edge, 1);
  }
  const word = threefry(getU32(c, SEED), REST | slot, drawTick(c), node);
  let at = ((toF64(word) + 0.5) / WORD_SPAN) * rest;
  let last = NOBODY;
  for (let edge = row; edge < row + degree; edge++) {
    for (let side: u32 = 0; side < 2; side++) {
      const part = openPart(table, edges, slot, row, edge, side);
      if (part > 0) last = side == 0 ? edge : row + getU32(table, (edge << 1) + 1);
      at = at - part;
      if (at < 0 && last != NOBODY) return last;
    }
  }
  return last;
}

/** What one side of a column gives to its edge, in units of 2^-32 of a column; 0 when it is listed. */
function openPart(table: u32, edges: u32, count: u32, row: u32, edge: u32, side: u32): f64 {
  const threshold = toF64(getU32(table, edge << 1));
  if (side == 0) return isListed(edges, count, edge) ? 0.0 : threshold;
  const other = row + getU32(table, (edge << 1) + 1);
  // A column that is full names itself.
  return other == edge || isListed(edges, count, other) ? 0.0 : WORD_SPAN - threshold;
}

/**
 * The one with the shortest delay among CANDIDATES uniform draws that are not listed; of equals the
 * first drawn. On a graph draws and result are edges, else peers.
 */
function nearest(c: u32, node: u32, slot: u32, list: u32, row: u32, count: u32): u32 {
  const candidates = getU32(c, CANDIDATES);
  const graph = getU32(c, GRAPH) == 1;
  const targets = getU32(c, TARGETS_AT);
  let best = NOBODY;
  let shortest: u32 = NOBODY;
  for (let draw: u32 = 0; draw < DRAWS && (draw < candidates || best == NOBODY); draw++) {
    const purpose = CHOICE | (draw << 18) | slot;
    let item = row + drawBelow(getU32(c, SEED), purpose, drawTick(c), node, count);
    if (!graph && item >= node) item++;
    if (isListed(list, slot, item)) continue;
    const peer = graph ? getU32(targets, item) : item;
    const delay = delayOf(c, node, peer, item);
    if (delay < shortest) {
      best = item;
      shortest = delay;
    }
  }
  return best;
}

/** The peer a drawn step away on ring or torus, NOBODY when the word has to be rejected. */
function spatialPeer(c: u32, node: u32, purpose: u32): u32 {
  const nodes = getU32(c, NODES);
  const columns = nodes - 1;
  const word = threefry(getU32(c, SEED), CHOICE | purpose, drawTick(c), node);
  const side = threefrySecond();
  const low = mul32(word, columns);
  if (low < columns && low < rejectBelow(columns)) return NOBODY;
  const step = aliasItem(getU32(c, SELECTION_AT), mulHigh(word, columns), side) + 1;
  const width = getU32(c, ROW_NODES);
  if (width == nodes) return wrapped(node, step, nodes);
  const row = div32(node, width);
  const down = div32(step, width);
  const column = wrapped(node - mul32(row, width), step - mul32(down, width), width);
  return mul32(wrapped(row, down, div32(nodes, width)), width) + column;
}

/** (a + b) modulo size for a, b < size, also where the sum needs 33 bits. */
function wrapped(a: u32, b: u32, size: u32): u32 {
  return a >= size - b ? a - (size - b) : a + b;
}

/** A uniform peer of a drawn zone: another data centre, another rack, the own rack; empty ones give way. */
function zonePeer(c: u32, node: u32, purpose: u32): u32 {
  const seed = getU32(c, SEED);
  const tick = drawTick(c);
  const word = threefry(seed, CHOICE | purpose, tick, node);
  const side = threefrySecond();
  const first = dcFirst(c, node);
  const members = dcEnd(c, node) - first;
  const outside = getU32(c, NODES) - members;
  if (members == 1 || (outside > 0 && isBelow(word, getU32(c, OUTSIDE_DC_BELOW)))) {
    const place = drawBelow(seed, MEMBER | purpose, tick, node, outside);
    return place < first ? place : place + members;
  }
  const rack = rackFirst(c, node);
  const mates = rackEnd(c, node) - rack;
  if (mates == 1 || (members > mates && isBelow(side, getU32(c, OUTSIDE_RACK_BELOW)))) {
    const place = first + drawBelow(seed, MEMBER | purpose, tick, node, members - mates);
    return place < rack ? place : place + mates;
  }
  const mate = rack + drawBelow(seed, MEMBER | purpose, tick, node, mates - 1);
  return mate < node ? mate : mate + 1;
}

function isBelow(word: u32, below: u32): bool {
  return word < below || below == 0xffffffff;
}
