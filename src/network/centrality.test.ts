/** Centralities against hand-worked graphs and against their definitions, taken literally. */
import { describe, expect, it } from "vitest";
import { betweenness, coreness, degrees, pagerank } from "./centrality.js";
import { buildCsr } from "./csr.js";
import type { Csr } from "./network.js";
import { kOut, ring, scaleFree } from "./topology.js";

function graphOf(nodes: number, pairs: readonly (readonly [number, number])[]): Csr {
  const sources = Uint32Array.from(pairs, ([from]) => from);
  const targets = Uint32Array.from(pairs, ([, to]) => to);
  return buildCsr({ nodes, sources, targets }, { symmetric: true });
}

const nodesOf = ({ offsets }: Csr): number => offsets.length - 1;
const rowOf = ({ offsets, targets }: Csr, node: number): number[] => [
  ...targets.slice(offsets[node], offsets[node + 1]),
];

/** Takes away whoever has fewer than k neighbours left, for every k. */
function corenessByDefinition(csr: Csr): number[] {
  const cores = new Array<number>(nodesOf(csr)).fill(1);
  for (let k = 1; k <= 64; k++) {
    let kept = new Set(cores.keys());
    for (let before = -1; before !== kept.size;) {
      before = kept.size;
      const now = kept;
      kept = new Set([...now].filter((v) => rowOf(csr, v).filter((w) => now.has(w)).length >= k));
    }
    for (const node of kept) cores[node] = k;
  }
  return cores;
}

/** Distances and numbers of shortest paths between all pairs, then the share that leads through v. */
function betweennessByDefinition(csr: Csr): number[] {
  const nodes = nodesOf(csr);
  const all = Array.from({ length: nodes }, (_, source) => {
    const far = new Array<number>(nodes).fill(Infinity);
    const paths = new Array<number>(nodes).fill(0);
    far[source] = 0;
    paths[source] = 1;
    for (let level = 0; level < nodes; level++) {
      for (const v of far.keys()) {
        if (far[v] !== level) continue;
        for (const w of rowOf(csr, v)) {
          if (far[w]! > level) far[w] = level + 1;
          if (far[w] === level + 1) paths[w]! += paths[v]!;
        }
      }
    }
    return { far, paths };
  });
  return Array.from({ length: nodes }, (_, v) => {
    let sum = 0;
    for (let s = 0; s < nodes; s++) {
      for (let t = 0; t < nodes; t++) {
        if (s === v || t === v || s === t || all[s]!.far[t] === Infinity) continue;
        if (all[s]!.far[v]! + all[v]!.far[t]! !== all[s]!.far[t]) continue;
        sum += (all[s]!.paths[v]! * all[v]!.paths[t]!) / all[s]!.paths[t]!;
      }
    }
    return sum;
  });
}

describe("coreness", () => {
  it("of a triangle with a tail, and of a clique beside a lone node", () => {
    const tail = graphOf(5, [
      [0, 1],
      [1, 2],
      [2, 0],
      [2, 3],
      [3, 4],
    ]);
    expect([...coreness(tail)]).toEqual([2, 2, 2, 1, 1]);
    const clique = graphOf(5, [
      [0, 1],
      [0, 2],
      [0, 3],
      [1, 2],
      [1, 3],
      [2, 3],
    ]);
    expect([...coreness(clique)]).toEqual([3, 3, 3, 3, 1]);
  });

  it("is what taking nodes away leaves", () => {
    for (let seed = 1; seed <= 20; seed++) {
      for (const csr of [kOut(60, 1 + (seed % 5), seed), scaleFree(50, 3, seed), ring(20, 2)]) {
        expect([...coreness(csr)]).toEqual(corenessByDefinition(csr));
      }
    }
  });
});

describe("PageRank", () => {
  it("of a star, by hand", () => {
    const star = graphOf(5, [
      [0, 1],
      [0, 2],
      [0, 3],
      [0, 4],
    ]);
    const [first = 0, ...leaves] = pagerank(star);
    // c = 0.15 + 0.85 * 4 l, l = 0.15 + 0.85 c / 4.
    const exact = (0.15 + 0.85 * 4 * 0.15) / (1 - 0.85 * 0.85);
    expect(first).toBeCloseTo(exact, 3);
    for (const leaf of leaves) expect(leaf).toBeCloseTo((5 - exact) / 4, 3);
  });

  it("keeps its sum, also where nodes know nobody", () => {
    const csr = graphOf(6, [
      [0, 1],
      [1, 2],
      [2, 3],
    ]);
    const ranks = pagerank(csr);
    expect(ranks.reduce((sum, rank) => sum + rank, 0)).toBeCloseTo(6, 9);
    expect(Math.min(...ranks)).toBeGreaterThan(0);
  });
});

describe("betweenness", () => {
  it("from all sources is 1 more than its definition gives", () => {
    for (let seed = 1; seed <= 5; seed++) {
      for (const csr of [
        kOut(24, 2, seed),
        scaleFree(24, 2, seed),
        graphOf(4, [
          [0, 1],
          [1, 2],
        ]),
      ]) {
        const expected = betweennessByDefinition(csr);
        betweenness(csr, nodesOf(csr), seed).forEach((score, node) => {
          expect(score).toBeCloseTo(1 + expected[node]!, 8);
        });
      }
    }
  });

  it("from a few sources finds the same hubs, and is the same again for the same seed", () => {
    const csr = scaleFree(3000, 4, 7);
    const top = (scores: Float64Array): number[] =>
      [...scores.keys()].sort((a, b) => scores[b]! - scores[a]!).slice(0, 30);
    const sampled = betweenness(csr, 64, 5);
    const exact = top(betweenness(csr, 3000, 5));
    expect(top(sampled).filter((node) => exact.includes(node)).length).toBeGreaterThan(22);
    expect(betweenness(csr, 64, 5)).toEqual(sampled);
    expect(betweenness(csr, 64, 6)).not.toEqual(sampled);
  });
});

describe("degrees", () => {
  it("count neighbours, at least one", () => {
    expect([
      ...degrees(
        graphOf(4, [
          [0, 1],
          [0, 2],
        ]),
      ),
    ]).toEqual([2, 1, 1, 1]);
  });
});
