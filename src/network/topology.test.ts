/** Laws of the graph builders: shape, degrees, connection, and the same bytes for the same seed. */
import { describe, expect, it } from "vitest";
import { largestComponent } from "./csr.js";
import type { Csr } from "./network.js";
import { grid, kOut, ring, scaleFree, smallWorld } from "./topology.js";

const SEED = 20260101;

const builders: readonly [string, (nodes: number, seed: number) => Csr][] = [
  ["k-out", (nodes, seed) => kOut(nodes, 3, seed)],
  ["ring", (nodes) => ring(nodes, 3)],
  ["small-world", (nodes, seed) => smallWorld(nodes, 3, 0.2, seed)],
  ["scale-free", (nodes, seed) => scaleFree(nodes, 3, seed)],
  ["grid", (nodes) => grid(nodes, { torus: false })],
  ["torus", (nodes) => grid(nodes, { torus: true })],
];

function degreesOf({ offsets }: Csr): number[] {
  return Array.from({ length: offsets.length - 1 }, (_, i) => offsets[i + 1]! - offsets[i]!);
}

function meanDegree(csr: Csr): number {
  return csr.targets.length / (csr.offsets.length - 1);
}

function rowOf({ offsets, targets }: Csr, node: number): number[] {
  return [...targets.subarray(offsets[node], offsets[node + 1])];
}

/** Share of a node's neighbour pairs that are neighbours themselves, over all nodes. */
function clustering(csr: Csr): number {
  let linked = 0;
  let pairs = 0;
  for (let node = 0; node + 1 < csr.offsets.length; node++) {
    const row = rowOf(csr, node);
    for (const one of row) {
      const others = new Set(rowOf(csr, one));
      for (const other of row) {
        if (one === other) continue;
        pairs++;
        if (others.has(other)) linked++;
      }
    }
  }
  return linked / pairs;
}

describe.each(builders)("%s", (_name, build) => {
  it.each([7, 100, 1009, 4096])("at %i nodes has ascending symmetric rows without loops", (n) => {
    const csr = build(n, SEED);
    expect(csr.offsets.length).toBe(n + 1);
    expect(csr.offsets[n]).toBe(csr.targets.length);
    const pairs = new Set<number>();
    for (let node = 0; node < n; node++) {
      const row = rowOf(csr, node);
      row.forEach((target, index) => {
        expect(target).not.toBe(node);
        expect(target).toBeLessThan(n);
        if (index > 0) expect(target).toBeGreaterThan(row[index - 1]!);
        pairs.add(node * n + target);
      });
    }
    for (const pair of pairs) {
      expect(pairs.has((pair % n) * n + Math.floor(pair / n))).toBe(true);
    }
  });

  it("gives the same bytes for the same seed", () => {
    expect(build(1000, SEED)).toEqual(build(1000, SEED));
  });
});

describe("degrees", () => {
  it("k-out: at least k each, mean 2k less the pairs that pick each other", () => {
    const nodes = 10_000;
    const csr = kOut(nodes, 4, SEED);
    expect(Math.min(...degreesOf(csr))).toBeGreaterThanOrEqual(4);
    // Expected mean: 2k - k^2 / (n - 1); the count of mutual picks has a deviation of about 3.
    expect(meanDegree(csr)).toBeCloseTo(8 - 16 / (nodes - 1), 2);
    expect(largestComponent(csr)).toBe(nodes);
  });

  it("k-out: in-degree is Poisson-like, so degree variance is near k", () => {
    const degrees = degreesOf(kOut(20_000, 5, SEED));
    const variance = degrees.reduce((sum, degree) => sum + (degree - 10) ** 2, 0) / degrees.length;
    expect(variance).toBeGreaterThan(4.7);
    expect(variance).toBeLessThan(5.3);
  });

  it("k-out: every other node when k is nodes - 1", () => {
    expect(degreesOf(kOut(5, 4, SEED))).toEqual([4, 4, 4, 4, 4]);
    expect(degreesOf(kOut(2, 1, SEED))).toEqual([1, 1]);
  });

  it("ring: exactly 2k, the nearest on either side", () => {
    const csr = ring(10, 2);
    expect(rowOf(csr, 0)).toEqual([1, 2, 8, 9]);
    expect(degreesOf(csr).every((degree) => degree === 4)).toBe(true);
    expect(degreesOf(ring(4, 2))).toEqual([3, 3, 3, 3]);
    expect(degreesOf(ring(2, 1))).toEqual([1, 1]);
  });

  it("small-world: mean exactly 2k, never below k, whatever is rewired", () => {
    for (const rewire of [0, 0.1, 0.5, 1]) {
      const csr = smallWorld(2000, 3, rewire, SEED);
      expect(meanDegree(csr)).toBe(6);
      expect(Math.min(...degreesOf(csr))).toBeGreaterThanOrEqual(3);
    }
    expect(smallWorld(2000, 3, 0, SEED)).toEqual(ring(2000, 3));
    expect(degreesOf(smallWorld(5, 2, 1, SEED))).toEqual([4, 4, 4, 4, 4]);
  });

  it("small-world: clustering falls as (1 - p)^3 from the ring's 3(k - 1) / (2(2k - 1))", () => {
    // Barrat, Weigt 2000, On the properties of small-world network models, with K = 2k = 6.
    const ringClustering = (3 * 2) / (2 * 5);
    expect(clustering(ring(3000, 3))).toBeCloseTo(ringClustering, 10);
    for (const rewire of [0.1, 0.3]) {
      const expected = ringClustering * (1 - rewire) ** 3;
      expect(clustering(smallWorld(3000, 3, rewire, SEED))).toBeCloseTo(expected, 1);
    }
  });

  it("scale-free: mean near 2m, least m, tail (degree + 1)^-2 of the exact solution", () => {
    const nodes = 50_000;
    const m = 3;
    const csr = scaleFree(nodes, m, SEED);
    const degrees = degreesOf(csr);
    expect(csr.targets.length).toBe(2 * ((m * (m + 1)) / 2 + (nodes - m - 1) * m));
    expect(Math.min(...degrees)).toBe(m);
    // P(degree >= d) = m(m + 1) / (d(d + 1)): Dorogovtsev, Mendes, Samukhin 2000, and Bollobas 2001.
    for (const d of [4, 6, 12, 30, 60]) {
      const share = degrees.filter((degree) => degree >= d).length / nodes;
      const expected = (m * (m + 1)) / (d * (d + 1));
      const tolerance = 5 * Math.sqrt(expected / nodes) + 0.02 * expected;
      expect(Math.abs(share - expected)).toBeLessThan(tolerance);
    }
    expect(Math.max(...degrees)).toBeGreaterThan(Math.sqrt(nodes));
    expect(largestComponent(csr)).toBe(nodes);
    expect(degreesOf(scaleFree(4, 3, SEED))).toEqual([3, 3, 3, 3]);
  });

  it("grid: corners 2, borders 3, inside 4; a torus 4 everywhere", () => {
    expect(degreesOf(grid(9, { torus: false }))).toEqual([2, 3, 2, 3, 4, 3, 2, 3, 2]);
    expect(degreesOf(grid(9, { torus: true })).every((degree) => degree === 4)).toBe(true);
    expect(rowOf(grid(9, { torus: true }), 0)).toEqual([1, 2, 3, 6]);
  });

  it("grid: a last row that is not full still hangs together, at any size", () => {
    for (let nodes = 2; nodes < 60; nodes++) {
      for (const torus of [false, true]) {
        const csr = grid(nodes, { torus });
        expect(largestComponent(csr)).toBe(nodes);
        expect(Math.max(...degreesOf(csr))).toBeLessThanOrEqual(4);
      }
    }
    expect(rowOf(grid(10, { torus: true }), 9)).toEqual([0, 6]);
  });
});

describe("seeds", () => {
  it("change the random graphs", () => {
    expect(kOut(100, 3, 1)).not.toEqual(kOut(100, 3, 2));
    expect(smallWorld(100, 3, 0.5, 1)).not.toEqual(smallWorld(100, 3, 0.5, 2));
    expect(scaleFree(100, 3, 1)).not.toEqual(scaleFree(100, 3, 2));
  });
});
