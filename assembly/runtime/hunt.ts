/**
 * Another peer after a refusal (hunting): uniform over the others without the node itself and the peer
 * that refused last.
 */
import { getU32, setU32 } from "../memory";
import { drawBelow } from "../kernels/random";
import { drawTick } from "./access";
import { EDGES_AT, GRAPH, NODES, OFFSETS_AT, PEERS_AT, SEED, TARGETS_AT } from "./context";

/** Purpose of the draw; the low byte numbers the attempt, bits 8..17 count rejected words. */
const HUNT: u32 = 0x3b000000;

/**
 * Draws a peer other than `refused` and leaves it where chosenPeer(c, 0) and chosenEdge(c, 0) find it.
 * @param attempt 1, 2, … within one action of the node
 * @returns 1, or 0 when there is no other
 */
export function huntPeer(c: u32, node: u32, refused: u32, attempt: u32): u32 {
  return getU32(c, GRAPH) == 1
    ? huntNeighbour(c, node, refused, attempt)
    : huntAnyone(c, node, refused, attempt);
}

function huntAnyone(c: u32, node: u32, refused: u32, attempt: u32): u32 {
  const others = getU32(c, NODES) - 2;
  if (others == 0) return 0;
  const low = node < refused ? node : refused;
  const high = node < refused ? refused : node;
  let peer = drawBelow(getU32(c, SEED), HUNT | attempt, drawTick(c), node, others);
  if (peer >= low) peer++;
  if (peer >= high) peer++;
  setU32(getU32(c, PEERS_AT), 0, peer);
  return 1;
}

/** Neighbours are distinct, so leaving one out is leaving out its place in the row. */
function huntNeighbour(c: u32, node: u32, refused: u32, attempt: u32): u32 {
  const row = getU32(getU32(c, OFFSETS_AT), node);
  const degree = getU32(getU32(c, OFFSETS_AT), node + 1) - row;
  if (degree < 2) return 0;
  const targets = getU32(c, TARGETS_AT);
  let edge = row + drawBelow(getU32(c, SEED), HUNT | attempt, drawTick(c), node, degree - 1);
  if (getU32(targets, edge) == refused) edge = row + degree - 1;
  setU32(getU32(c, EDGES_AT), 0, edge);
  setU32(getU32(c, PEERS_AT), 0, getU32(targets, edge));
  return 1;
}
