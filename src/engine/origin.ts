/** Where a trial's rumor starts, and how far it can get. */
import { mulHigh } from "../kernels/memory.js";
import { threefry } from "../kernels/random.js";
import type { Topology } from "../network/network.js";

/** Purpose of the draw of the origin. */
const ORIGIN_DRAW = 0x37000000;

export interface Origin {
  readonly origin: number;
  /** Nodes that a path from the origin reaches, itself included. */
  readonly reachable: number;
}

/** A node drawn by the seed; on a graph one that has a neighbour. */
export function drawOrigin(topology: Topology, seed: number): Origin {
  for (let attempt = 0; ; attempt++) {
    const origin = mulHigh(threefry(seed, ORIGIN_DRAW, 0, attempt), topology.nodes);
    if (topology.kind === "complete") return { origin, reachable: topology.nodes };
    const { offsets } = topology.csr;
    if (topology.csr.targets.length > 0 && offsets[origin] === offsets[origin + 1]) continue;
    return { origin, reachable: countReachable(topology, origin) };
  }
}

/** Breadth-first search along the directed edges. */
function countReachable(topology: Topology & { kind: "graph" }, origin: number): number {
  const { offsets, targets } = topology.csr;
  const seen = new Uint8Array(topology.nodes);
  const queue = new Uint32Array(topology.nodes);
  let end = 1;
  queue[0] = origin;
  seen[origin] = 1;
  for (let head = 0; head < end; head++) {
    const node = queue[head]!;
    for (let edge = offsets[node]!; edge < offsets[node + 1]!; edge++) {
      const peer = targets[edge]!;
      if (seen[peer] !== 0) continue;
      seen[peer] = 1;
      queue[end++] = peer;
    }
  }
  return end;
}
