/**
 * The laws by which a sampler draws, each a set of tables in kernel memory and two calls: for whole
 * strips of nodes, and for one node with peers left out.
 */
import { NO_PEER } from "../kernels/peer-sampling.js";
import type { Workspace } from "../kernels/workspace.js";
import type { PeerGraph } from "./weights.js";

/** What every draw is keyed by and shaped like. */
export interface Draw {
  readonly seed: number;
  readonly tick: number;
  readonly k: number;
  /** 1: the k peers of a node differ; 0: each is drawn from all. */
  readonly distinct: 0 | 1;
  /** u32[(k + 2) * 2 * STRIP_NODES] */
  readonly scratchAt: number;
}

export interface Law {
  /**
   * Draws for strips `strip` .. `strip + strips - 1` into u32[strips * STRIP_NODES * k] at `outAt`.
   * @returns NO_PEER, or the first node that finds no peer
   */
  draw(outAt: number, strip: number, strips: number, draw: Draw): number;
  /**
   * Draws for one node into u32[k] at `outAt`, without those of u32[excluded] at `excludedAt`.
   * @param exclude the same, ascending, the node itself among them
   * @returns peers found; less than k when fewer are left
   */
  drawExcept(outAt: number, node: number, exclude: Excluded, draw: Draw): number;
}

/** Ids that must not be drawn: ascending, in kernel memory. */
export interface Excluded {
  readonly ids: Uint32Array;
  readonly at: number;
}

/** Room for the tables of a law, owned by `owner`. */
export interface Place {
  readonly space: Workspace;
  readonly owner: object;
}

/** Copies words into memory that `owner` holds, with zeros up to `room` words behind them. */
export function storeWords(
  { space, owner }: Place,
  words: Uint32Array | Uint8Array,
  room = words.length,
): number {
  const at = space.allocate(owner, room * 4);
  space.u32.set(words, at / 4);
  return at;
}

/** Every other node alike. */
export function uniformLaw({ space: { kernels } }: Place, nodes: number): Law {
  return {
    draw(outAt, strip, strips, { k, distinct, seed, tick, scratchAt }) {
      kernels.uniformPeers(outAt, strip, strips, nodes - 1, k, distinct, seed, tick, scratchAt);
      return NO_PEER;
    },
    drawExcept(outAt, node, { ids, at }, { k, distinct, seed, tick, scratchAt }) {
      const left = nodes - ids.length;
      const wanted = distinct === 1 ? Math.min(k, left) : k;
      if (left === 0) return 0;
      kernels.ranksExcept(
        outAt,
        node,
        left,
        wanted,
        distinct,
        at,
        ids.length,
        seed,
        tick,
        scratchAt,
      );
      return wanted;
    },
  };
}

/** Every neighbour alike. */
export function graphLaw(place: Place, graph: PeerGraph): Law & GraphAddresses {
  const { space } = place;
  const { kernels } = space;
  const nodes = graph.offsets.length - 1;
  const offsetsAt = storeWords(place, graph.offsets);
  const targetsAt = storeWords(place, graph.targets);
  return {
    offsetsAt,
    targetsAt,
    draw(outAt, strip, strips, { k, distinct, seed, tick, scratchAt }) {
      kernels.neighbourPeers(
        outAt,
        strip,
        strips,
        nodes,
        offsetsAt,
        targetsAt,
        k,
        distinct,
        seed,
        tick,
        scratchAt,
      );
      return NO_PEER;
    },
    drawExcept(outAt, node, { ids, at }, { k, distinct, seed, tick, scratchAt }) {
      const row = space.u32[offsetsAt / 4 + node]!;
      const degree = space.u32[offsetsAt / 4 + node + 1]! - row;
      const targets = space.u32.subarray(targetsAt / 4 + row, targetsAt / 4 + row + degree);
      // Excluded ids become excluded places of the row, over the ids, which are no longer needed.
      let excluded = 0;
      let edge = 0;
      for (const id of ids) {
        while (edge < degree && targets[edge]! < id) edge++;
        if (targets[edge] === id) space.u32[at / 4 + excluded++] = edge;
      }
      const left = degree - excluded;
      const wanted = distinct === 1 ? Math.min(k, left) : k;
      if (left === 0) return 0;
      kernels.ranksExcept(outAt, node, left, wanted, distinct, at, excluded, seed, tick, scratchAt);
      const out = outAt / 4;
      for (let i = out; i < out + wanted; i++) space.u32[i] = targets[space.u32[i]!]!;
      return wanted;
    },
  };
}

/** Where the rows of a graph stand, for the order of probes. */
export interface GraphAddresses {
  readonly offsetsAt: number;
  readonly targetsAt: number;
}
