/**
 * Whom a node addresses in one action: up to SLOTS distinct peers, uniform over the other nodes or
 * over its neighbours (or as selection.ts says), or a Poisson number of them. On a round clock the words come from the blocks
 * that the bit-level kernel uses too, so both ways to play a round draw the same peers; on an event
 * clock each draw is keyed by (node, tick).
 */
import { getU32, mulHigh, mul32, setU32 } from "../memory";
import { BLOCK_WORDS, drawBelow, peerBlock, rawBlock, rejectBelow, threefry } from "../kernels/random";
import { drawTick, forgetDraws } from "./access";
import {
  DRAWN_BLOCK, DRAWN_PUSH_LOSS, DRAWN_REPLY_LOSS, DRAWN_SLOTS, EDGES_AT, EVENT_CLOCK,
  FANOUT_TABLE_AT, GRAPH, LOSS_BELOW, NODES, OFFSETS_AT, PEERS_AT, SCRATCH_AT, SEED, SLOTS,
  TARGETS_AT,
} from "./context";
import { chooseSelected, isListed, isSelecting } from "./selection";

/** Purposes of draws; the low byte numbers the slot, bits 8..17 count attempts, 18..27 repeats. */
const NEIGHBOUR: u32 = 0x40000000;
const REPEAT: u32 = 0x50000000;
const FANOUT: u32 = 0x60000000;
const EVENT_PEER: u32 = 0x70000000;
/** The same purposes as in kernels/rumor.ts: a lost push is lost on both paths. */
const LOSS_OF_PUSH: u32 = 0x30000000;
const LOSS_OF_REPLY: u32 = 0x31000000;
/** Purpose of losses of single messages on an event clock. */
const LOSS_OF_MESSAGE: u32 = 0x32000000;

/**
 * Draws the peers of `node` for its action now and leaves them in the list at PEERS_AT.
 * @returns how many there are, 0 .. SLOTS
 */
export function choosePeers(c: u32, node: u32): u32 {
  const wanted = wantedPeers(c, node);
  if (isSelecting(c)) return chooseSelected(c, node, wanted);
  if (getU32(c, GRAPH) == 1) return chooseNeighbours(c, node, wanted);
  const list = getU32(c, PEERS_AT);
  if (getU32(c, EVENT_CLOCK) == 1) {
    for (let slot: u32 = 0; slot < wanted; slot++) {
      const bound = getU32(c, NODES) - 1;
      let peer = drawPeer(c, EVENT_PEER | slot, node, bound);
      let salt: u32 = 1;
      while (isListed(list, slot, peer)) {
        peer = drawPeer(c, EVENT_PEER | (salt << 18) | slot, node, bound);
        salt++;
      }
      setU32(list, slot, peer);
    }
    return wanted;
  }
  const words = getU32(c, SCRATCH_AT) + ((node & (BLOCK_WORDS - 1)) << 2);
  for (let slot: u32 = 0; slot < wanted; slot++) {
    drawSlots(c, node >>> 10, slot + 1);
    setU32(list, slot, getU32(words + (slot << 12), 0));
  }
  return wanted;
}

export function chosenPeer(c: u32, index: u32): u32 {
  return getU32(getU32(c, PEERS_AT), index);
}
/** Edge that leads to the peer, an index into the targets; 0 on the complete graph. */
export function chosenEdge(c: u32, index: u32): u32 {
  return getU32(c, GRAPH) == 1 ? getU32(getU32(c, EDGES_AT), index) : 0;
}

/** Number of peers of this action: fixed, or by inversion from the table of a distribution. */
function wantedPeers(c: u32, node: u32): u32 {
  const slots = getU32(c, SLOTS);
  const table = getU32(c, FANOUT_TABLE_AT);
  if (table == 0) return slots;
  const word = threefry(getU32(c, SEED), FANOUT, drawTick(c), node);
  let count: u32 = 0;
  while (count < slots && word >= getU32(table, count)) count++;
  return count;
}

function drawPeer(c: u32, purpose: u32, node: u32, bound: u32): u32 {
  const peer = drawBelow(getU32(c, SEED), purpose, drawTick(c), node, bound);
  return peer >= node ? peer + 1 : peer;
}

/** Distinct neighbours; all of them when there are no more than wanted. */
function chooseNeighbours(c: u32, node: u32, wanted: u32): u32 {
  const row = getU32(getU32(c, OFFSETS_AT), node);
  const degree = getU32(getU32(c, OFFSETS_AT), node + 1) - row;
  const edges = getU32(c, EDGES_AT);
  const count = degree < wanted ? degree : wanted;
  for (let slot: u32 = 0; slot < count; slot++) {
    if (degree <= wanted) {
      setU32(edges, slot, row + slot);
      continue;
    }
    let edge = row + drawNeighbour(c, node, slot, degree);
    let salt: u32 = 1;
    while (isListed(edges, slot, edge)) {
      edge = row + drawBelow(
        getU32(c, SEED), REPEAT | (salt << 18) | slot, drawTick(c), node, degree,
      );
      salt++;
    }
    setU32(edges, slot, edge);
  }
  const list = getU32(c, PEERS_AT);
  const targets = getU32(c, TARGETS_AT);
  for (let slot: u32 = 0; slot < count; slot++) {
    setU32(list, slot, getU32(targets, getU32(edges, slot)));
  }
  return count;
}

function drawNeighbour(c: u32, node: u32, slot: u32, degree: u32): u32 {
  if (getU32(c, EVENT_CLOCK) == 0) {
    drawSlots(c, node >>> 10, slot + 1);
    const at = getU32(c, SCRATCH_AT) + (slot << 12);
    const word = getU32(at, node & (BLOCK_WORDS - 1));
    if (mul32(word, degree) >= rejectBelow(degree)) return mulHigh(word, degree);
  }
  return drawBelow(getU32(c, SEED), NEIGHBOUR | slot, drawTick(c), node, degree);
}

/** Makes sure that the words of the first `slots` slots of a block stand in the scratch. */
function drawSlots(c: u32, block: u32, slots: u32): void {
  openBlock(c, block);
  const scratch = getU32(c, SCRATCH_AT);
  for (let slot = getU32(c, DRAWN_SLOTS); slot < slots; slot++) {
    const at = scratch + (slot << 12);
    if (getU32(c, GRAPH) == 1) {
      rawBlock(at, getU32(c, SEED), NEIGHBOUR | slot, drawTick(c), block);
    } else {
      peerBlock(at, getU32(c, NODES), getU32(c, SEED), slot, drawTick(c), block);
    }
    setU32(c, DRAWN_SLOTS, slot + 1);
  }
}

function openBlock(c: u32, block: u32): void {
  if (getU32(c, DRAWN_BLOCK) == block) return;
  forgetDraws(c);
  setU32(c, DRAWN_BLOCK, block);
  setU32(c, DRAWN_SLOTS, 0);
  setU32(c, DRAWN_PUSH_LOSS, 0xffffffff);
  setU32(c, DRAWN_REPLY_LOSS, 0xffffffff);
}

/** 1 when the push in `slot` of `node` is lost in this round or tick. */
export function isPushLost(c: u32, node: u32, slot: u32): u32 {
  return isSlotLost(c, node, slot, LOSS_OF_PUSH, DRAWN_PUSH_LOSS, getU32(c, SLOTS));
}
/** 1 when the reply to the request in `slot` of `node` will be lost. */
export function isReplyLost(c: u32, node: u32, slot: u32): u32 {
  return isSlotLost(c, node, slot, LOSS_OF_REPLY, DRAWN_REPLY_LOSS, getU32(c, SLOTS) + 1);
}

/** Loss of slot `slot`; the block of words is drawn into scratch block `cell` when it is not there. */
function isSlotLost(c: u32, node: u32, slot: u32, purpose: u32, drawn: u32, cell: u32): u32 {
  const below = getU32(c, LOSS_BELOW);
  if (below == 0) return 0;
  if (getU32(c, EVENT_CLOCK) == 1) {
    return threefry(getU32(c, SEED), purpose | slot, drawTick(c), node) < below ? 1 : 0;
  }
  openBlock(c, node >>> 10);
  const at = getU32(c, SCRATCH_AT) + (cell << 12);
  if (getU32(c, drawn) != slot) {
    rawBlock(at, getU32(c, SEED), purpose | slot, drawTick(c), node >>> 10);
    setU32(c, drawn, slot);
  }
  return getU32(at, node & (BLOCK_WORDS - 1)) < below ? 1 : 0;
}

/** 1 when one message between two nodes is lost; keyed by the pair, the tick and the kind. */
export function isMessageLost(c: u32, from: u32, to: u32, kind: u32): u32 {
  const below = getU32(c, LOSS_BELOW);
  if (below == 0) return 0;
  const key = mul32(drawTick(c), 0x9e3779b1) ^ (LOSS_OF_MESSAGE | kind);
  return threefry(getU32(c, SEED), key, from, to) < below ? 1 : 0;
}
