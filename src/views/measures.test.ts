/** Measures of overlays against hand-worked graphs and against plain definitions on drawn ones. */
import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { snapshot, type ViewGraph } from "./graph.js";
import { clustering, components, inDegree, pathLength } from "./measures.js";

function graphOf(views: readonly (readonly number[])[], dead: readonly number[] = []): ViewGraph {
  return snapshot({
    nodes: views.length,
    isAlive: (node) => !dead.includes(node),
    sizeOf: (node) => views[node]!.length,
    copyView: (node, into, at) => {
      into.set(views[node]!, at);
      return views[node]!.length;
    },
  });
}

describe("measures of an overlay", () => {
  // A triangle 0 1 2 in which 0 and 1 know each other, a tail 2 - 3, and a pair 4 - 5.
  const views = [[1, 2], [0], [1, 3], [], [5], []];

  it("are right on a small graph", () => {
    const graph = graphOf(views);
    const degree = inDegree(graph);
    expect(degree.histogram).toEqual([1, 4, 1]);
    expect(degree).toMatchObject({ mean: 1, min: 0, max: 2, shareWithin5Percent: 4 / 6 });
    expect(degree.sd).toBeCloseTo(Math.sqrt(2 / 6), 12);
    // 0 and 1: both neighbours know each other; 2: one of three pairs; the others have one neighbour.
    expect(clustering(graph, graph.live)).toBeCloseTo((1 + 1 + 1 / 3) / 3, 12);
    expect(components(graph)).toEqual({ count: 2, largest: 4 });
    const { mean, eccentricityMean } = pathLength(graph, graph.live);
    // Ordered pairs: 0, 1, 2 and 3: distances 1 1 2 | 1 1 2 | 1 1 1 | 2 2 1; 4 and 5: 1 | 1.
    expect(mean).toBeCloseTo(18 / 14, 12);
    expect(eccentricityMean).toBeCloseTo((2 + 2 + 1 + 2 + 1 + 1) / 6, 12);
  });

  it("leave the dead out and count links to them", () => {
    const graph = graphOf(views, [2]);
    expect([...graph.live]).toEqual([0, 1, 3, 4, 5]);
    expect(graph.deadLinks).toBe(1);
    expect(components(graph)).toEqual({ count: 3, largest: 2 });
    expect(inDegree(graph).mean).toBe(3 / 5);
  });

  const drawn = fc
    .integer({ min: 2, max: 12 })
    .chain((nodes) =>
      fc.tuple(
        ...Array.from({ length: nodes }, (_, node) =>
          fc
            .uniqueArray(fc.integer({ min: 0, max: nodes - 1 }), { maxLength: nodes - 1 })
            .map((view) => view.filter((peer) => peer !== node)),
        ),
      ),
    );

  test.prop([drawn])("agree with their definitions", (lists) => {
    const nodes = lists.length;
    const linked = (a: number, b: number): boolean =>
      lists[a]!.includes(b) || lists[b]!.includes(a);
    const all = Array.from({ length: nodes }, (_, node) => node);
    const graph = graphOf(lists);
    const coefficients = all.flatMap((node) => {
      const near = all.filter((peer) => peer !== node && linked(node, peer));
      const pairs = near.flatMap((a) => near.filter((b) => b > a).map((b) => [a, b] as const));
      if (pairs.length === 0) return [];
      return [pairs.filter(([a, b]) => linked(a, b)).length / pairs.length];
    });
    const sum = coefficients.reduce((total, value) => total + value, 0);
    const mean = coefficients.length === 0 ? 0 : sum / coefficients.length;
    expect(clustering(graph, graph.live)).toBeCloseTo(mean, 12);

    // Floyd-Warshall.
    const distance = all.map((a) => all.map((b) => (a === b ? 0 : linked(a, b) ? 1 : Infinity)));
    for (const k of all) {
      for (const i of all) {
        for (const j of all) {
          const through = distance[i]![k]! + distance[k]![j]!;
          if (through < distance[i]![j]!) distance[i]![j] = through;
        }
      }
    }
    const reached = distance.flat().filter((value) => value > 0 && value < Infinity);
    const path = reached.reduce((total, value) => total + value, 0) / Math.max(1, reached.length);
    expect(pathLength(graph, graph.live).mean).toBeCloseTo(path, 12);
    const sets = new Set(distance.map((row) => row.map((d) => Number(d < Infinity)).join("")));
    expect(components(graph).count).toBe(sets.size);
  });
});
