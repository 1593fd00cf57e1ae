/**
 * Edge lists in typed arrays -> compressed sparse rows, and what can be said of a finished graph.
 * Two counting sorts: by target into columns, then column by column into rows, which leaves each
 * row ascending. No object per edge.
 */
import type { Csr } from "./network.js";

/** Edges as parallel arrays: edge e goes from sources[e] to targets[e]. */
export interface Edges {
  /** Nodes 0 .. nodes - 1; 1 .. 2^32 - 2. */
  readonly nodes: number;
  readonly sources: Uint32Array;
  readonly targets: Uint32Array;
  /** One-way ms of each edge, where known. */
  readonly latencyMs?: Float32Array | undefined;
}

/**
 * Rows of `edges`, without self-loops and repeats. Symmetrised, every edge also goes back; a
 * direction that is listed keeps its own latency, one that is not takes that of its mirror, and of
 * repeated edges the first counts.
 * @param edges read only; ends below `nodes`
 */
export function buildCsr(edges: Edges, options: { readonly symmetric: boolean }): Csr {
  const { nodes } = edges;
  const mirrored: Edges = { ...edges, sources: edges.targets, targets: edges.sources };
  const directions = options.symmetric ? [edges, mirrored] : [edges];
  const entries = edges.sources.length * directions.length;
  const hasLatency = edges.latencyMs !== undefined;

  const columnStarts = starts(
    nodes,
    directions.map((direction) => direction.targets),
  );
  const columns = new Uint32Array(entries);
  const columnLatencies = new Float32Array(hasLatency ? entries : 0);
  const next = columnStarts.slice();
  for (const { sources, targets, latencyMs } of directions) {
    for (let edge = 0; edge < sources.length; edge++) {
      const place = next[targets[edge]!]!++;
      columns[place] = sources[edge]!;
      if (latencyMs !== undefined) columnLatencies[place] = latencyMs[edge]!;
    }
  }

  const offsets = starts(
    nodes,
    directions.map((direction) => direction.sources),
  );
  const targets = new Uint32Array(entries);
  const latencyMs = hasLatency ? new Float32Array(entries) : undefined;
  next.set(offsets);
  for (let target = 0; target < nodes; target++) {
    const end = columnStarts[target + 1]!;
    for (let place = columnStarts[target]!; place < end; place++) {
      const entry = next[columns[place]!]!++;
      targets[entry] = target;
      if (latencyMs !== undefined) latencyMs[entry] = columnLatencies[place]!;
    }
  }
  return withoutLoopsAndRepeats(offsets, targets, latencyMs);
}

/** Bytes of a graph's rows: what a builder states before it allocates. */
export function csrBytes(nodes: number, entries: number): number {
  return 4 * (nodes + 1 + entries);
}

/** First node with an empty row, undefined when every node has a neighbour to send to. */
export function firstDeadEnd({ offsets }: Csr): number | undefined {
  for (let node = 0; node + 1 < offsets.length; node++) {
    if (offsets[node] === offsets[node + 1]) return node;
  }
  return undefined;
}

/**
 * Nodes of the largest component, directions ignored: a rumor that starts there reaches no more.
 * Disjoint sets with path halving; the root of a set is its smallest node.
 */
export function largestComponent({ offsets, targets }: Csr): number {
  const nodes = offsets.length - 1;
  const parents = new Uint32Array(nodes);
  for (let node = 0; node < nodes; node++) parents[node] = node;
  for (let node = 0; node < nodes; node++) {
    let root = rootOf(parents, node);
    for (let entry = offsets[node]!; entry < offsets[node + 1]!; entry++) {
      const other = rootOf(parents, targets[entry]!);
      if (other < root) {
        parents[root] = other;
        root = other;
      } else {
        parents[other] = root;
      }
    }
  }
  const sizes = new Uint32Array(nodes);
  let largest = 0;
  for (let node = 0; node < nodes; node++) {
    const size = ++sizes[rootOf(parents, node)]!;
    if (size > largest) largest = size;
  }
  return largest;
}

function rootOf(parents: Uint32Array, node: number): number {
  let at = node;
  while (parents[at] !== at) {
    parents[at] = parents[parents[at]!]!;
    at = parents[at]!;
  }
  return at;
}

/** u32[nodes + 1]: where each node's entries begin when those of `lists` are grouped by node. */
function starts(nodes: number, lists: readonly Uint32Array[]): Uint32Array {
  const result = new Uint32Array(nodes + 1);
  for (const list of lists) {
    for (let entry = 0; entry < list.length; entry++) result[list[entry]! + 1]!++;
  }
  for (let node = 0; node < nodes; node++) result[node + 1]! += result[node]!;
  return result;
}

/** Compacts ascending rows in place; of equal targets the first stays. */
function withoutLoopsAndRepeats(
  offsets: Uint32Array,
  targets: Uint32Array,
  latencyMs: Float32Array | undefined,
): Csr {
  let kept = 0;
  let entry = 0;
  for (let node = 0; node + 1 < offsets.length; node++) {
    const rowStart = kept;
    const end = offsets[node + 1]!;
    for (; entry < end; entry++) {
      const target = targets[entry]!;
      if (target === node || (kept > rowStart && targets[kept - 1] === target)) continue;
      targets[kept] = target;
      if (latencyMs !== undefined) latencyMs[kept] = latencyMs[entry]!;
      kept++;
    }
    offsets[node + 1] = kept;
  }
  // A copy only where something went: the rows live as long as the network.
  const fitted = kept === targets.length ? targets : targets.slice(0, kept);
  if (latencyMs === undefined) return { offsets, targets: fitted };
  return { offsets, targets: fitted, latencyMs: latencyMs.slice(0, kept) };
}
