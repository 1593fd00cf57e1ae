/**
 * What a comparison over a network costs. One side sends hashes, the other answers with a bit per hash:
 * differs or not. The next message holds hashes from below the nodes that differ, in the same order, so
 * no index travels.
 */
import type { MerkleShape } from "./shape.js";

/** Bytes of a message beside its payload: 20 of IPv4 (RFC 791), 8 of UDP (RFC 768). */
export const MESSAGE_HEADER_BYTES = 28;

export interface ExchangeCost {
  /** Hashes sent to be compared. */
  readonly hashesCompared: number;
  /** Requests and answers. */
  readonly messages: number;
  /** Headers, hashes and answer bits. */
  readonly bytes: number;
  readonly roundTrips: number;
}

/**
 * Cost of an exchange in which a message settles `levelsPerMessage` levels. Only the hashes of the
 * deepest of them travel: those above follow from them. One level per message is the classic way down
 * from the root; as many as there are sends all leaves at once.
 * @param differing differing nodes per level, root first
 */
export function exchangeCost(
  { levels }: MerkleShape,
  differing: readonly number[],
  levelsPerMessage: number,
  hashBytes: number,
): ExchangeCost {
  const cost = { hashesCompared: 0, messages: 0, bytes: 0, roundTrips: 0 };
  let parents = 1;
  let parentNodes = 1;
  for (let first = 0; first < levels.length && parents > 0; first += levelsPerMessage) {
    const deepest = Math.min(first + levelsPerMessage, levels.length) - 1;
    const { nodes } = levels[deepest]!;
    const hashes = parents * (nodes / parentNodes);
    cost.hashesCompared += hashes;
    cost.messages += 2;
    cost.bytes += 2 * MESSAGE_HEADER_BYTES + hashes * hashBytes + Math.ceil(hashes / 8);
    cost.roundTrips += 1;
    parents = differing[deepest]!;
    parentNodes = nodes;
  }
  return cost;
}

/** A run of adjacent leaves, both ends included. */
export interface LeafRange {
  readonly first: number;
  readonly last: number;
}

/** Joins neighbours among ascending leaf indexes. */
export function mergeLeaves(leaves: Uint32Array): LeafRange[] {
  const ranges: LeafRange[] = [];
  let start = 0;
  for (let i = 1; i <= leaves.length; i++) {
    if (i < leaves.length && leaves[i] === leaves[i - 1]! + 1) continue;
    ranges.push({ first: leaves[start]!, last: leaves[i - 1]! });
    start = i;
  }
  return ranges;
}
