/**
 * Builders of graphs by rule, all undirected: each lists its edges once in typed arrays and lets
 * buildCsr symmetrise them. Callers have checked the arguments (build.ts); same seed, same bytes.
 */
import { buildCsr, type Edges } from "./csr.js";
import type { Csr } from "./network.js";
import { seededStream } from "./seeded.js";

/** What the draws of a builder are for, so that no two builders share a stream. */
const K_OUT_PURPOSE = 1;
const SMALL_WORLD_PURPOSE = 2;
const SCALE_FREE_PURPOSE = 3;

/**
 * Each node picks `degree` distinct others uniformly; neighbours are those it picked and those that
 * picked it, so the mean degree is just below 2 * degree (a pair that picks each other is one edge).
 * @param degree 1 .. nodes - 1
 */
export function kOut(nodes: number, degree: number, seed: number): Csr {
  const stream = seededStream(seed, K_OUT_PURPOSE);
  const edges = emptyEdges(nodes, nodes * degree);
  const { sources, targets } = edges;
  for (let node = 0, edge = 0; node < nodes; node++) {
    for (const first = edge; edge < first + degree; edge++) {
      let peer: number;
      do {
        peer = stream.below(nodes - 1);
        if (peer >= node) peer++;
      } while (holds(targets, first, edge, peer));
      sources[edge] = node;
      targets[edge] = peer;
    }
  }
  return buildCsr(edges, { symmetric: true });
}

/**
 * Node v and the `degree` nodes on either side of it; 2 * degree neighbours, or all others.
 * @param degree 1 .. nodes / 2
 */
export function ring(nodes: number, degree: number): Csr {
  return buildCsr(ringEdges(nodes, degree), { symmetric: true });
}

/**
 * A ring in which each edge, with probability `rewire`, keeps its first end and moves the other to
 * a uniform node that is not yet a neighbour: Watts, Strogatz 1998, Collective dynamics of
 * small-world networks. The number of edges stays nodes * degree.
 * @param degree neighbours on either side before rewiring, 1 .. (nodes - 1) / 2
 * @param rewire 0 .. 1
 */
export function smallWorld(nodes: number, degree: number, rewire: number, seed: number): Csr {
  const stream = seededStream(seed, SMALL_WORLD_PURPOSE);
  const edges = ringEdges(nodes, degree);
  const { targets } = edges;
  const degrees = new Uint32Array(nodes).fill(2 * degree);
  // Edge `side` of node v stands at v * degree + side: a pair is linked when either lists the other.
  const linked = (one: number, other: number): boolean =>
    holds(targets, one * degree, (one + 1) * degree, other) ||
    holds(targets, other * degree, (other + 1) * degree, one);
  for (let side = 0; side < degree; side++) {
    for (let node = 0; node < nodes; node++) {
      if (stream.unit() >= rewire || degrees[node] === nodes - 1) continue;
      let peer: number;
      do {
        peer = stream.below(nodes - 1);
        if (peer >= node) peer++;
      } while (linked(node, peer));
      const edge = node * degree + side;
      degrees[targets[edge]!]!--;
      degrees[peer]!++;
      targets[edge] = peer;
    }
  }
  return buildCsr(edges, { symmetric: true });
}

/**
 * Starts from degree + 1 nodes that all know each other; every further node links to `degree`
 * distinct earlier ones, each chosen in proportion to its number of links: Barabasi, Albert 1999,
 * Emergence of scaling in random networks. Choosing a random end of a random edge does that:
 * Batagelj, Brandes 2005, Efficient generation of large random networks. Low ids are the hubs.
 * @param degree 1 .. nodes - 1
 */
export function scaleFree(nodes: number, degree: number, seed: number): Csr {
  const stream = seededStream(seed, SCALE_FREE_PURPOSE);
  const core = degree + 1;
  const edges = emptyEdges(nodes, scaleFreeEdges(nodes, degree));
  const { sources, targets } = edges;
  let edge = 0;
  for (let node = 1; node < core; node++) {
    for (let other = 0; other < node; other++, edge++) {
      sources[edge] = node;
      targets[edge] = other;
    }
  }
  for (let node = core; node < nodes; node++) {
    const first = edge;
    for (; edge < first + degree; edge++) {
      let peer: number;
      do {
        const end = stream.below(2 * first);
        peer = end < first ? sources[end]! : targets[end - first]!;
      } while (holds(targets, first, edge, peer));
      sources[edge] = node;
      targets[edge] = peer;
    }
  }
  return buildCsr(edges, { symmetric: true });
}

/** Edges of scaleFree: those of the core, then `degree` per further node. */
export function scaleFreeEdges(nodes: number, degree: number): number {
  return (degree * (degree + 1)) / 2 + (nodes - degree - 1) * degree;
}

/**
 * Nodes in rows of round(sqrt(nodes)), the last row as long as they last; neighbours are left,
 * right, above, below. As a torus each row and each column closes on itself.
 */
export function grid(nodes: number, options: { readonly torus: boolean }): Csr {
  const width = Math.round(Math.sqrt(nodes));
  const edges = emptyEdges(nodes, 2 * nodes);
  const { sources, targets } = edges;
  for (let node = 0; node < nodes; node++) {
    const column = node % width;
    const rowStart = node - column;
    const atRowEnd = column === width - 1 || node === nodes - 1;
    const atColumnEnd = node + width >= nodes;
    // Without a torus the last of a row or column points at itself, which buildCsr drops.
    sources[2 * node] = node;
    targets[2 * node] = atRowEnd ? (options.torus ? rowStart : node) : node + 1;
    sources[2 * node + 1] = node;
    targets[2 * node + 1] = atColumnEnd ? (options.torus ? column : node) : node + width;
  }
  return buildCsr(edges, { symmetric: true });
}

/** Edge `side` of node v, to v + side + 1, stands at v * degree + side. */
function ringEdges(nodes: number, degree: number): Edges {
  const edges = emptyEdges(nodes, nodes * degree);
  const { sources, targets } = edges;
  for (let node = 0, edge = 0; node < nodes; node++) {
    for (let side = 1; side <= degree; side++, edge++) {
      sources[edge] = node;
      targets[edge] = (node + side) % nodes;
    }
  }
  return edges;
}

function emptyEdges(nodes: number, edges: number): Edges {
  return { nodes, sources: new Uint32Array(edges), targets: new Uint32Array(edges) };
}

/** Whether list[from .. to) holds `value`; at most 64 entries. */
function holds(list: Uint32Array, from: number, to: number, value: number): boolean {
  for (let index = from; index < to; index++) if (list[index] === value) return true;
  return false;
}
