/** Rows from edge lists: hand-worked cases, and random lists against a plain set of pairs. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { buildCsr, csrBytes, firstDeadEnd, largestComponent } from "./csr.js";
import type { Csr } from "./network.js";

function edgesOf(nodes: number, pairs: readonly (readonly [number, number])[]) {
  return {
    nodes,
    sources: Uint32Array.from(pairs, ([source]) => source),
    targets: Uint32Array.from(pairs, ([, target]) => target),
  };
}

function rowsOf({ offsets, targets }: Csr): number[][] {
  return Array.from({ length: offsets.length - 1 }, (_, node) => [
    ...targets.subarray(offsets[node], offsets[node + 1]),
  ]);
}

describe("buildCsr", () => {
  it("sorts rows and drops self-loops and repeats", () => {
    const edges = edgesOf(4, [
      [2, 1],
      [0, 3],
      [0, 1],
      [1, 1],
      [0, 3],
      [1, 0],
    ]);
    expect(rowsOf(buildCsr(edges, { symmetric: false }))).toEqual([[1, 3], [0], [1], []]);
    expect(rowsOf(buildCsr(edges, { symmetric: true }))).toEqual([[1, 3], [0, 2], [1], [0]]);
  });

  it("keeps the latency of a listed direction, mirrors the other, lets the first repeat count", () => {
    const edges = edgesOf(3, [
      [1, 0],
      [0, 1],
      [1, 2],
      [1, 2],
      [2, 2],
    ]);
    const latencyMs = Float32Array.of(10, 20, 30, 40, 50);
    const csr = buildCsr({ ...edges, latencyMs }, { symmetric: true });
    expect(rowsOf(csr)).toEqual([[1], [0, 2], [1]]);
    expect([...csr.latencyMs!]).toEqual([20, 10, 30, 30]);
  });

  it("holds the same pairs as a set, whatever the list", () => {
    const pair = fc.tuple(fc.nat(11), fc.nat(11));
    fc.assert(
      fc.property(fc.array(pair, { maxLength: 80 }), fc.boolean(), (pairs, symmetric) => {
        const csr = buildCsr(edgesOf(12, pairs), { symmetric });
        const expected = new Set<number>();
        for (const [source, target] of pairs) {
          if (source === target) continue;
          expected.add(source * 12 + target);
          if (symmetric) expected.add(target * 12 + source);
        }
        const got = rowsOf(csr).flatMap((row, node) => row.map((target) => node * 12 + target));
        expect(got).toEqual([...expected].sort((one, other) => one - other));
      }),
    );
  });

  it("gives empty rows for an empty list", () => {
    const csr = buildCsr(edgesOf(3, []), { symmetric: true });
    expect([...csr.offsets]).toEqual([0, 0, 0, 0]);
    expect(csr.targets.length).toBe(0);
  });
});

describe("facts of a graph", () => {
  it("counts the largest component, directions ignored", () => {
    const edges = edgesOf(7, [
      [0, 4],
      [2, 4],
      [1, 3],
    ]);
    expect(largestComponent(buildCsr(edges, { symmetric: false }))).toBe(3);
    expect(largestComponent(buildCsr(edges, { symmetric: true }))).toBe(3);
  });

  it("agrees with a walk over the graph on the largest component", () => {
    const pair = fc.tuple(fc.nat(19), fc.nat(19));
    fc.assert(
      fc.property(fc.array(pair, { maxLength: 25 }), (pairs) => {
        const csr = buildCsr(edgesOf(20, pairs), { symmetric: true });
        const rows = rowsOf(csr);
        const reach = (start: number): number => {
          const seen = new Set([start]);
          for (const node of seen) for (const other of rows[node]!) seen.add(other);
          return seen.size;
        };
        expect(largestComponent(csr)).toBe(Math.max(...rows.keys().map(reach)));
      }),
    );
  });

  it("finds the first node without an outgoing edge", () => {
    const cycle = edgesOf(3, [
      [0, 1],
      [1, 2],
      [2, 0],
    ]);
    expect(firstDeadEnd(buildCsr(cycle, { symmetric: false }))).toBeUndefined();
    const gap = edgesOf(3, [
      [0, 1],
      [2, 0],
    ]);
    expect(firstDeadEnd(buildCsr(gap, { symmetric: false }))).toBe(1);
  });

  it("states the bytes of the rows", () => {
    const csr = buildCsr(edgesOf(3, [[0, 1]]), { symmetric: true });
    expect(csrBytes(3, 2)).toBe(csr.offsets.byteLength + csr.targets.byteLength);
  });
});
