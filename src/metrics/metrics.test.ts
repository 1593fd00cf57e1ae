/** Metrics of hand-counted trials, and the laws that hold for every trial. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { summarySchema } from "../history/record.js";
import { coverageMetrics, timeTo } from "./coverage.js";
import type { TrialCounts } from "./counts.js";
import { loadDistribution } from "./load.js";
import { summarize } from "./summary.js";
import { trafficMetrics } from "./traffic.js";
import { zoneMetrics } from "./zones.js";

/** Ten nodes; push by hand: 1, 2, 4, 7, 10 informed; one copy of the last round lost. */
const trial: TrialCounts = {
  nodes: 10,
  time: [0, 1, 2, 3, 4],
  informed: [1, 2, 4, 7, 10],
  sent: [0, 1, 2, 4, 7],
  requests: [0, 0, 3, 0, 2],
  lost: [0, 0, 0, 0, 1],
};

const anyTrial: fc.Arbitrary<TrialCounts> = fc
  .record({
    spare: fc.nat({ max: 50 }),
    steps: fc.array(
      fc.record({
        gained: fc.nat({ max: 30 }),
        wasted: fc.nat({ max: 30 }),
        lost: fc.nat({ max: 9 }),
        requests: fc.nat({ max: 30 }),
      }),
      { minLength: 1, maxLength: 30 },
    ),
  })
  .map(({ spare, steps }) => {
    let informed = 1;
    const cumulative = steps.map(({ gained }) => (informed += gained));
    return {
      nodes: informed + spare + 1,
      time: steps.map((_, index) => (index + 1) * 40),
      informed: cumulative,
      sent: steps.map((step) => step.gained + step.wasted + step.lost),
      requests: steps.map((step) => step.requests),
      lost: steps.map((step) => step.lost),
    };
  });

describe("coverage", () => {
  it("reads the times off a hand-counted trial", () => {
    expect(coverageMetrics(trial, "round")).toEqual({
      coverage: 1,
      residue: 0,
      roundsTo50: 3,
      roundsTo90: 4,
      roundsTo99: 4,
      roundsTo99_9: 4,
      roundsTo100: 4,
    });
  });

  it("has no time for a share never reached, and names milliseconds on an event clock", () => {
    const stopped = { ...trial, time: [0, 40, 80, 120, 160], informed: [1, 2, 4, 7, 9] };
    expect(coverageMetrics(stopped, "event")).toEqual({
      coverage: 0.9,
      residue: 0.1,
      latencyMsTo50: 120,
      latencyMsTo90: 160,
      latencyMsTo99: null,
      latencyMsTo99_9: null,
      latencyMsTo100: null,
    });
  });

  it("counts the origin's own share as reached at time 0, with or without an entry for it", () => {
    const pair = { ...trial, nodes: 2, time: [1], informed: [2] };
    expect(timeTo(pair, 50)).toBe(0);
    expect(timeTo(pair, 51)).toBe(1);
    expect(timeTo({ ...pair, time: [0, 1], informed: [1, 2] }, 50)).toBe(0);
  });

  it("does not miss a share by rounding: exactly 99 of 100, 999 of 1000, …", () => {
    for (let nodes = 1000; nodes <= 1e9; nodes *= 10) {
      for (const percent of [99, 99.9]) {
        const needed = Math.round((nodes / 1000) * percent * 10);
        const counts = { ...trial, nodes, time: [1, 2], informed: [needed - 1, needed] };
        expect(timeTo(counts, percent), `${percent} % of ${nodes}`).toBe(2);
      }
    }
  });

  it("finds no earlier time than a plain search, in rising order; shares add up to one", () => {
    const check = fc.property(anyTrial, (counts) => {
      const metrics = coverageMetrics(counts, "round");
      expect(Number(metrics["coverage"]) + Number(metrics["residue"])).toBeCloseTo(1, 14);
      let last = 0;
      for (const percent of [50, 90, 99, 99.9, 100]) {
        const found = timeTo(counts, percent);
        const tenths = Math.round(percent * 10);
        const reached = counts.informed.map((n) => n * 1000 >= tenths * counts.nodes);
        if (counts.nodes * tenths > 1000) {
          expect(found).toBe(reached.includes(true) ? (reached.indexOf(true) + 1) * 40 : null);
        }
        expect(found ?? Infinity).toBeGreaterThanOrEqual(last);
        last = found ?? Infinity;
      }
    });
    fc.assert(check);
  });
});

describe("traffic", () => {
  it("adds up a hand-counted trial", () => {
    // 14 copies, 1 lost, 9 nodes newly informed: 4 redundant copies. 14 * 100 + 5 * 30 bytes.
    expect(trafficMetrics(trial, { rumor: 100, control: 30 })).toEqual({
      messages: 14,
      messagesPerNode: 1.4,
      requests: 5,
      lost: 1,
      bytes: 1550,
      bytesPerNode: 155,
      redundancy: 0.4,
    });
  });

  it("accepted + redundant + lost = sent", () => {
    const check = fc.property(anyTrial, (counts) => {
      const metrics = trafficMetrics(counts, { rumor: 1, control: 0 });
      const accepted = Number(counts.informed.at(-1)) - 1;
      const redundant = Number(metrics["redundancy"]) * counts.nodes;
      expect(accepted + redundant + Number(metrics["lost"])).toBeCloseTo(
        Number(metrics["messages"]),
        8,
      );
      expect(metrics["bytes"]).toBe(metrics["messages"]);
    });
    fc.assert(check);
  });
});

describe("zones", () => {
  it("adds up what crosses, as a share of what was carried", () => {
    const carriedBytes = [0, 400, 300, 500, 220];
    const crossDcBytes = [0, 100, 30, 200, 0];
    const crossRackBytes = [0, 0, 0, 100, 60];
    expect(zoneMetrics({ carriedBytes, crossDcBytes, crossRackBytes })).toEqual({
      crossDcBytes: 330,
      crossDcShare: 330 / 1420,
      crossRackBytes: 160,
      crossRackShare: 160 / 1420,
    });
    const silent = { carriedBytes: [0], crossDcBytes: [0], crossRackBytes: [0] };
    expect(zoneMetrics(silent)).toMatchObject({ crossDcBytes: 0, crossDcShare: null });
  });
});

describe("load", () => {
  it("describes a hand-counted load", () => {
    expect(loadDistribution(Uint32Array.of(0, 1, 1, 2, 9))).toEqual({
      mean: 2.6,
      p50: 1,
      p99: expect.closeTo(8.72, 10),
      max: 9,
      topShare: 9 / 13,
      edges: [0, 1, 2, 3, 4, 5, 6, 7, 8, 10],
      bins: [1, 2, 1, 0, 0, 0, 0, 0, 1],
    });
    expect(loadDistribution(Uint32Array.of(0))).toMatchObject({ bins: [1], topShare: 0 });
    // Two of 200 nodes are the busiest 1 %; one of three equals counts.
    const flat = loadDistribution(Uint32Array.from({ length: 200 }, (_, v) => (v < 3 ? 10 : 1)));
    expect(flat.topShare).toBeCloseTo(20 / 227, 12);
    expect(() => loadDistribution(new Uint32Array(0))).toThrow("no nodes");
  });

  it("equals sorting, over the whole range of u32; every node is in one bin", () => {
    const small = fc.uint32Array({ max: 40, minLength: 1, maxLength: 60 });
    const wide = fc.uint32Array({ minLength: 1, maxLength: 60 });
    const check = fc.property(fc.oneof(small, wide), (counts) => {
      const load = loadDistribution(counts);
      const expected = summarize([...counts]);
      expect(load.p50).toBeCloseTo(Number(expected.p50), 5);
      expect(load.p99).toBeCloseTo(Number(expected.p99), 5);
      expect(load.max).toBe(expected.max);
      expect(load.mean).toBeCloseTo(Number(expected.mean), 5);
      const falling = [...counts].sort((a, b) => b - a);
      const sum = (values: number[]): number => values.reduce((all, each) => all + each, 0);
      const top = sum(falling.slice(0, Math.ceil(counts.length / 100)));
      expect(load.topShare).toBeCloseTo(top === 0 ? 0 : top / sum(falling), 10);
      expect(load.bins.length).toBe(load.edges.length - 1);
      for (const [i, bin] of load.bins.entries()) {
        const [from, to] = [Number(load.edges[i]), Number(load.edges[i + 1])];
        expect(to).toBeGreaterThan(from);
        expect(bin).toBe([...counts].filter((count) => count >= from && count < to).length);
      }
    });
    fc.assert(check);
  });
});

describe("summary", () => {
  it("leaves missing values out and has the record's shape", () => {
    const summary = summarize([3, null, 1, 2, null, 4, 5]);
    expect(summary).toMatchObject({ count: 5, mean: 3, min: 1, p50: 3, max: 5 });
    expect(summary.p90).toBeCloseTo(4.6, 12);
    expect(summary.p99).toBeCloseTo(4.96, 12);
    expect(summary.ci95[0]).toBeCloseTo(1.036757, 6);
    expect(summarySchema.parse(summary)).toEqual(summary);
  });

  it("is all null without values, and has no spread for one", () => {
    const none = summarize([null, null]);
    expect(summarySchema.parse(none)).toEqual(none);
    expect(
      Object.values(none)
        .flat()
        .filter((value) => value !== null),
    ).toEqual([0]);
    expect(summarize([7])).toEqual({
      count: 1,
      mean: 7,
      stddev: null,
      min: 7,
      p50: 7,
      p90: 7,
      p99: 7,
      max: 7,
      ci95: [null, null],
    });
    expect(() => summarize([1, NaN])).toThrow("neither finite nor null");
  });

  it("does not depend on the order of trials and keeps its quantiles in order", () => {
    const samples = fc.array(fc.option(fc.integer({ min: 0, max: 1000 })), { maxLength: 40 });
    const check = fc.property(samples, (values) => {
      const summary = summarize(values);
      const reversed = summarize(values.toReversed());
      expect(reversed.count).toBe(summary.count);
      expect(Number(reversed.mean)).toBeCloseTo(Number(summary.mean), 9);
      const { min, p50, p90, p99, max } = summary;
      const ladder = [min, p50, p90, p99, max].map(Number);
      expect(ladder).toEqual(ladder.toSorted((a, b) => a - b));
    });
    fc.assert(check);
  });
});
