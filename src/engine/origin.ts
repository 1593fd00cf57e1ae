/** Where a trial's rumor starts, and how far it can get. */
import { InputError } from "../errors.js";
import { mulHigh } from "../kernels/memory.js";
import { threefry } from "../kernels/random.js";
import type { Network, Topology } from "../network/network.js";
import { zoneSizes } from "../network/zones.js";
import { eachHit } from "./outage-hits.js";

/** Purpose of the draw of the origin. */
const ORIGIN_DRAW = 0x37000000;

export interface Origin {
  readonly origin: number;
  /** Nodes that a path from the origin reaches, itself included. */
  readonly reachable: number;
}

/** So many draws in vain mean that there is no node to start from. */
const ATTEMPTS_MAX = 100_000;

/**
 * A node drawn by the seed that is up at the start; on a graph one that has a neighbour.
 * @throws InputError when outages or a trace leave none up
 */
export function drawOrigin(network: Network, seed: number): Origin {
  const { topology } = network;
  const isDown = downAtStart(network, seed);
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const origin = mulHigh(threefry(seed, ORIGIN_DRAW, 0, attempt), topology.nodes);
    if (isDown(origin)) continue;
    if (topology.kind === "complete") return { origin, reachable: topology.nodes };
    const { offsets } = topology.csr;
    if (topology.csr.targets.length > 0 && offsets[origin] === offsets[origin + 1]) continue;
    return { origin, reachable: countReachable(topology, origin) };
  }
  throw new InputError(
    "environment must leave nodes up at the start, to tell the rumor to one; got none",
  );
}

/** Whom an outage of the first tick hits, and whose host a trace shows down as it begins. */
function downAtStart(network: Network, seed: number): (node: number) => boolean {
  const { topology, environment, zones } = network;
  const { nodes } = topology;
  const down = new Set<number>();
  environment?.outages.forEach(({ from, nodes: who }, index) => {
    if (("rounds" in from ? from.rounds : from.ms) > 0) return;
    eachHit({ nodes, zones: zoneSizes(nodes, zones) }, who, index, seed, (node) => down.add(node));
  });
  const churn = environment?.churn;
  return (node) => {
    if (down.has(node)) return true;
    if (churn?.kind !== "trace") return false;
    const first = churn.offsets[node];
    return first === undefined || churn.timesMs[first] !== 0;
  };
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
