/**
 * Measures of an overlay. In-degree follows the directions of links; clustering, paths and components
 * take links as undirected, as Jelasity et al. 2007 (section 5) do. All are of live nodes.
 */
import type { ViewGraph } from "./graph.js";

export interface InDegree {
  readonly mean: number;
  /** Standard deviation over the nodes. */
  readonly sd: number;
  readonly min: number;
  readonly max: number;
  /** histogram[d] = live nodes that d live nodes know. */
  readonly histogram: readonly number[];
  /** Share of nodes whose in-degree is within 5 % of the mean. */
  readonly shareWithin5Percent: number;
}

export interface PathLength {
  /** Mean over sampled sources and all that they reach. */
  readonly mean: number;
  /** Mean over sampled sources of the distance of the farthest node that they reach. */
  readonly eccentricityMean: number;
  readonly sources: number;
}

export interface Components {
  readonly count: number;
  readonly largest: number;
}

export function inDegree({ live, inOffsets }: ViewGraph): InDegree {
  const histogram: number[] = [];
  let sum = 0;
  for (const node of live) {
    const degree = inOffsets[node + 1]! - inOffsets[node]!;
    histogram[degree] = (histogram[degree] ?? 0) + 1;
    sum += degree;
  }
  const mean = sum / live.length;
  let squares = 0;
  let near = 0;
  let min = Infinity;
  for (let degree = 0; degree < histogram.length; degree++) {
    const count = (histogram[degree] ??= 0);
    squares += count * (degree - mean) ** 2;
    if (Math.abs(degree - mean) <= 0.05 * mean) near += count;
    if (count > 0 && degree < min) min = degree;
  }
  const sd = Math.sqrt(squares / live.length);
  const max = histogram.length - 1;
  return { mean, sd, min, max, histogram, shareWithin5Percent: near / live.length };
}

/**
 * Mean share of pairs of neighbours that are neighbours themselves, over the nodes of `sample` with
 * two neighbours at least.
 */
export function clustering(graph: ViewGraph, sample: Uint32Array): number {
  const { outOffsets, outTargets } = graph;
  // mark[u] = sampled node + 1 whose neighbour u is.
  const mark = new Uint32Array(graph.nodes);
  const neighbours: number[] = [];
  let sum = 0;
  let counted = 0;
  for (const node of sample) {
    neighbours.length = 0;
    eachNeighbour(graph, node, (peer) => {
      if (mark[peer] === node + 1) return;
      mark[peer] = node + 1;
      neighbours.push(peer);
    });
    if (neighbours.length < 2) continue;
    let links = 0;
    for (const peer of neighbours) {
      for (let entry = outOffsets[peer]!; entry < outOffsets[peer + 1]!; entry++) {
        const other = outTargets[entry]!;
        if (mark[other] !== node + 1) continue;
        // Of two that know each other the smaller one's link counts.
        if (other > peer || !knows(graph, other, peer)) links++;
      }
    }
    sum += links / ((neighbours.length * (neighbours.length - 1)) / 2);
    counted++;
  }
  return counted === 0 ? 0 : sum / counted;
}

/** Breadth-first search over undirected links from every node of `sources`. */
export function pathLength(graph: ViewGraph, sources: Uint32Array): PathLength {
  const queue = new Uint32Array(graph.live.length);
  const distances = new Int32Array(graph.nodes);
  let sum = 0;
  let reached = 0;
  let farthest = 0;
  for (const source of sources) {
    distances.fill(-1);
    distances[source] = 0;
    queue[0] = source;
    let end = 1;
    for (let at = 0; at < end; at++) {
      const node = queue[at]!;
      const distance = distances[node]! + 1;
      end = visit(graph.outTargets, graph.outOffsets, node, distance, distances, queue, end);
      end = visit(graph.inSources, graph.inOffsets, node, distance, distances, queue, end);
      sum += distance - 1;
    }
    reached += end - 1;
    farthest += distances[queue[end - 1]!]!;
  }
  return {
    mean: reached === 0 ? 0 : sum / reached,
    eccentricityMean: farthest / sources.length,
    sources: sources.length,
  };
}

/** Queues the neighbours of one direction that were not reached yet; returns the queue's end. */
function visit(
  targets: Uint32Array,
  offsets: Uint32Array,
  node: number,
  distance: number,
  distances: Int32Array,
  queue: Uint32Array,
  queued: number,
): number {
  let end = queued;
  for (let entry = offsets[node]!; entry < offsets[node + 1]!; entry++) {
    const peer = targets[entry]!;
    if (distances[peer] !== -1) continue;
    distances[peer] = distance;
    queue[end++] = peer;
  }
  return end;
}

/** Connected components of live nodes: disjoint sets with path halving. */
export function components({ nodes, live, outOffsets, outTargets }: ViewGraph): Components {
  const parents = new Uint32Array(nodes);
  for (let node = 0; node < nodes; node++) parents[node] = node;
  for (const node of live) {
    let root = rootOf(parents, node);
    for (let entry = outOffsets[node]!; entry < outOffsets[node + 1]!; entry++) {
      const other = rootOf(parents, outTargets[entry]!);
      if (other < root) {
        parents[root] = other;
        root = other;
      } else {
        parents[other] = root;
      }
    }
  }
  const sizes = new Uint32Array(nodes);
  let count = 0;
  let largest = 0;
  for (const node of live) {
    const size = ++sizes[rootOf(parents, node)]!;
    if (size === 1) count++;
    if (size > largest) largest = size;
  }
  return { count, largest };
}

function rootOf(parents: Uint32Array, node: number): number {
  let at = node;
  while (parents[at] !== at) {
    parents[at] = parents[parents[at]!]!;
    at = parents[at]!;
  }
  return at;
}

/** Calls `see` for every link to or from a node: one that goes both ways is seen twice. */
function eachNeighbour(graph: ViewGraph, node: number, see: (peer: number) => void): void {
  const { outOffsets, outTargets, inOffsets, inSources } = graph;
  for (let entry = outOffsets[node]!; entry < outOffsets[node + 1]!; entry++) {
    see(outTargets[entry]!);
  }
  for (let entry = inOffsets[node]!; entry < inOffsets[node + 1]!; entry++) {
    see(inSources[entry]!);
  }
}

function knows({ outOffsets, outTargets }: ViewGraph, node: number, peer: number): boolean {
  for (let entry = outOffsets[node]!; entry < outOffsets[node + 1]!; entry++) {
    if (outTargets[entry] === peer) return true;
  }
  return false;
}
