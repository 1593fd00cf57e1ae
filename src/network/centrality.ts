/**
 * How central the nodes of a graph are: f64[nodes], above 0. Computed once per network on the host,
 * from the edges alone (and the seed, where sources are sampled).
 */
import { invariant } from "../errors.js";
import type { Csr } from "./network.js";
import { seededStream } from "./seeded.js";

/** What the draws of sources are for; topology.ts has 1 .. 3. */
const SOURCES_PURPOSE = 4;
/** Damping of Brin and Page 1998. */
const DAMPING = 0.85;
/** Ranks move by less than this share of all rank in the last pass, or the passes are used up. */
const PAGERANK_CHANGE = 1e-6;
const PAGERANK_PASSES = 60;

/** Number of neighbours, at least 1. */
export function degrees({ offsets }: Csr): Float64Array {
  return Float64Array.from({ length: offsets.length - 1 }, (_, node) =>
    Math.max(1, offsets[node + 1]! - offsets[node]!),
  );
}

/**
 * Coreness: the largest k such that the node belongs to a subgraph in which all have k neighbours;
 * at least 1. O(edges) by bins: Batagelj, Zaversnik 2003, An O(m) Algorithm for Cores Decomposition.
 * @param csr with every edge in both directions
 */
export function coreness({ offsets, targets }: Csr): Float64Array {
  const nodes = offsets.length - 1;
  const left = Uint32Array.from({ length: nodes }, (_, v) => offsets[v + 1]! - offsets[v]!);
  const most = left.reduce((max, degree) => Math.max(max, degree), 0);
  // order lists nodes by neighbours left; starts[d] is where those with d begin, places inverts order.
  const starts = new Uint32Array(most + 2);
  for (const degree of left) starts[degree + 1]!++;
  for (let d = 0; d <= most; d++) starts[d + 1]! += starts[d]!;
  const next = starts.slice();
  const order = new Uint32Array(nodes);
  const places = new Uint32Array(nodes);
  for (let node = 0; node < nodes; node++) order[(places[node] = next[left[node]!]!++)] = node;
  for (let place = 0; place < nodes; place++) {
    const node = order[place]!;
    for (let edge = offsets[node]!; edge < offsets[node + 1]!; edge++) {
      const peer = targets[edge]!;
      const degree = left[peer]!;
      if (degree <= left[node]!) continue;
      // Swaps the peer with the first of its bin, which then starts one further on.
      const start = starts[degree]!;
      const other = order[start]!;
      order[places[peer]!] = other;
      places[other] = places[peer]!;
      order[start] = peer;
      places[peer] = start;
      starts[degree] = start + 1;
      left[peer] = degree - 1;
    }
  }
  return Float64Array.from(left, (core) => Math.max(1, core));
}

/** PageRank, scaled to mean 1; a node without neighbours gives its rank to all alike. */
export function pagerank({ offsets, targets }: Csr): Float64Array {
  const nodes = offsets.length - 1;
  let ranks = new Float64Array(nodes).fill(1);
  let next = new Float64Array(nodes);
  for (let pass = 0; pass < PAGERANK_PASSES; pass++) {
    next.fill(0);
    let stray = 0;
    for (let node = 0; node < nodes; node++) {
      const degree = offsets[node + 1]! - offsets[node]!;
      if (degree === 0) stray += ranks[node]!;
      const share = ranks[node]! / degree;
      for (let edge = offsets[node]!; edge < offsets[node + 1]!; edge++)
        next[targets[edge]!]! += share;
    }
    const base = 1 - DAMPING + (DAMPING * stray) / nodes;
    let change = 0;
    for (let node = 0; node < nodes; node++) {
      next[node] = base + DAMPING * next[node]!;
      change += Math.abs(next[node]! - ranks[node]!);
    }
    [ranks, next] = [next, ranks];
    if (change < PAGERANK_CHANGE * nodes) break;
  }
  return ranks;
}

/**
 * 1 + betweenness, estimated from shortest paths that start at `sources` nodes drawn without
 * repetition and scaled to all: Brandes 2001, A Faster Algorithm for Betweenness Centrality; Brandes,
 * Pich 2007, Centrality Estimation in Large Networks. O(sources * edges). The 1 keeps leaves in reach.
 */
export function betweenness(csr: Csr, sources: number, seed: number): Float64Array {
  const nodes = csr.offsets.length - 1;
  const count = Math.min(sources, nodes);
  const scores = new Float64Array(nodes);
  const paths = new ShortestPaths(csr);
  const stream = seededStream(seed, SOURCES_PURPOSE);
  const drawn = new Set<number>();
  while (drawn.size < count) drawn.add(stream.below(nodes));
  for (const source of drawn) paths.addFrom(source, scores);
  return scores.map((score) => 1 + (score * nodes) / count);
}

/** Breadth-first searches that add up how many shortest paths lead through each node. */
class ShortestPaths {
  readonly #csr: Csr;
  /** Nodes in order of distance. */
  readonly #order: Uint32Array;
  /** Distance + 1, 0 = not reached. */
  readonly #levels: Uint32Array;
  readonly #counts: Float64Array;
  readonly #through: Float64Array;

  constructor(csr: Csr) {
    const nodes = csr.offsets.length - 1;
    this.#csr = csr;
    this.#order = new Uint32Array(nodes);
    this.#levels = new Uint32Array(nodes);
    this.#counts = new Float64Array(nodes);
    this.#through = new Float64Array(nodes);
  }

  addFrom(source: number, scores: Float64Array): void {
    const reached = this.#search(source);
    const { offsets, targets } = this.#csr;
    // Backwards: a node hands what runs through it to its neighbours one level nearer.
    for (let index = reached - 1; index >= 0; index--) {
      const node = this.#order[index]!;
      let through = 0;
      for (let edge = offsets[node]!; edge < offsets[node + 1]!; edge++) {
        const peer = targets[edge]!;
        if (this.#levels[peer] !== this.#levels[node]! + 1) continue;
        through += (this.#counts[node]! / this.#counts[peer]!) * (1 + this.#through[peer]!);
      }
      this.#through[node] = through;
      if (node !== source) scores[node]! += through;
    }
  }

  #search(source: number): number {
    const { offsets, targets } = this.#csr;
    this.#levels.fill(0);
    this.#levels[source] = 1;
    this.#counts[source] = 1;
    this.#order[0] = source;
    let end = 1;
    for (let head = 0; head < end; head++) {
      const node = this.#order[head]!;
      const below = this.#levels[node]! + 1;
      for (let edge = offsets[node]!; edge < offsets[node + 1]!; edge++) {
        const peer = targets[edge]!;
        if (this.#levels[peer] === 0) {
          this.#levels[peer] = below;
          this.#counts[peer] = 0;
          this.#order[end++] = peer;
        }
        if (this.#levels[peer] === below) this.#counts[peer]! += this.#counts[node]!;
      }
    }
    invariant(end <= this.#order.length, "a search met more nodes than there are");
    return end;
  }
}
