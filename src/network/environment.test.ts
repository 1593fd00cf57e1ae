/** Environments: what is refused and how it is said; laws of session lengths; traces. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { readChurnTrace } from "./churn-trace.js";
import { buildEnvironment, type EnvironmentSpec } from "./environment.js";
import { SESSION_ENTRIES, weibullTables } from "./sessions.js";

const place = { nodes: 1000, zones: { dcs: 4, racks: 5 }, clock: "event" } as const;
const build = (spec: EnvironmentSpec, clock: "round" | "event" = "event") =>
  buildEnvironment(spec, { ...place, clock });

/** Mean of a table: entry 32 z + s is exceeded by a share 2^-z (1 - s / 64). */
function meanOf(table: Float64Array): number {
  let sum = 0;
  for (let entry = 0; entry < SESSION_ENTRIES - 1; entry++) {
    const share = 2 ** -Math.floor(entry / 32) / 64;
    sum += (share * (table[entry]! + table[entry + 1]!)) / 2;
  }
  return sum;
}

describe("an environment", () => {
  it("turns shares and data centres into ranges of ids", () => {
    const { environment } = build({
      partitions: [
        { from: 1, until: 5, share: 0.3 },
        { from: "2 s", dc: 3 },
      ],
      outages: [{ from: 0, dc: 1, state: "lost" }],
    });
    expect(environment.partitions).toEqual([
      { from: { rounds: 1 }, until: { rounds: 5 }, first: 0, end: 300 },
      { from: { ms: 2000 }, until: null, first: 750, end: 1000 },
    ]);
    expect(environment.outages[0]).toMatchObject({
      stateLost: true,
      nodes: { kind: "range", first: 250, end: 500 },
    });
  });

  it("plays a rolling restart as batches, one after the other", () => {
    const roll = { from: "3 s", until: "5 s", first: 10, count: 25, batches: 3 } as const;
    const { environment, description } = build({ outages: [roll] });
    expect(environment.outages.map(({ from, until, nodes }) => [from, until, nodes])).toEqual([
      [{ ms: 3000 }, { ms: 5000 }, { kind: "range", first: 10, end: 18 }],
      [{ ms: 5000 }, { ms: 7000 }, { kind: "range", first: 18, end: 27 }],
      [{ ms: 7000 }, { ms: 9000 }, { kind: "range", first: 27, end: 35 }],
    ]);
    expect(description.outages).toBe(
      "nodes 10 to 34 down in 3 batches, the first from 3 s until 5 s, state kept",
    );
  });

  it("states itself for the record", () => {
    const { description } = build({
      duplicateRatio: 0.01,
      outages: [{ from: "3 s", until: "2 min", share: 0.2, of: "racks" }],
      churn: { session: "30 min", downtime: "5 min", state: "lost" },
      uplinkKbps: 5000,
    });
    expect(description).toEqual({
      duplicateRatio: 0.01,
      outages: "0.2 of all racks down from 3 s until 2 min, state kept",
      churn: "Weibull 0.5, up 30 min, down 5 min, state lost",
      uplinkKbps: 5000,
      downlinkKbps: 0,
      queueMs: 1000,
    });
  });

  it.each<[EnvironmentSpec, string]>([
    [{ duplicateRatio: 1 }, "environment.duplicateRatio must be a number from 0 to 0.99, got 1"],
    [
      { partitions: [{ from: 5, until: 5, share: 0.5 }] },
      "environment.partitions[0].until must be later than from, in the same unit (5 rounds), got 5",
    ],
    [
      { outages: [{ from: 5, until: 6, share: 0.1, batches: 2 }] },
      "environment.outages[0].batches needs ids in a row (first, count or dc), until, and no every, got 2",
    ],
    [
      { outages: [{ from: 5, until: 6, first: 0, count: 4, batches: 5 }] },
      "environment.outages[0].batches must be a whole number from 2 to 4, got 5",
    ],
    [
      {
        outages: [
          { from: 5, until: 6, first: 0, count: 40, batches: 31 },
          { from: 5, share: 0.1 },
        ],
      },
      "environment.outages must hold at most 31, each batch counted, got 32",
    ],
    [
      { outages: [{ from: 5, share: 0.1, effect: "paused", notice: 1 }] },
      "environment.outages[0].notice has no effect for pauses: leave it out",
    ],
    [
      { partitions: [{ from: 5 }] },
      "environment.partitions[0] must say either share or dc, got none",
    ],
    [
      { outages: [{ from: 1, dc: 4 }] },
      "environment.outages[0].dc must be a whole number from 0 to 3 (network.dcs tells how many), got 4",
    ],
    [
      { outages: [{ from: "soon", share: 1 }] },
      'environment.outages[0].from must be a number of rounds, or one with its unit (ms, s, min, h, d), got "soon"',
    ],
    [
      {
        partitions: [
          { from: 1, share: 0.5 },
          { from: 2, share: 0.5 },
        ],
      },
      "environment.partitions[1].from must not lie before the end of the one above (it has none), got 2 rounds",
    ],
    [{ churn: {} }, "environment.churn.session must be set for law weibull"],
    [
      { churn: { law: "exponential", session: 5, shape: 2 } },
      "environment.churn.shape has no effect with law exponential: leave it out",
    ],
    [
      { churn: { law: "trace" } },
      "environment.churn.file must name a trace for law trace, got nothing",
    ],
    [{ queueMs: 5 }, "environment.queueMs has no effect without uplinkKbps or downlinkKbps"],
  ])("refuses %j", (spec, message) => {
    expect(() => build(spec)).toThrow(message);
  });

  it("has no milliseconds on a round clock", () => {
    expect(() => build({ churn: { session: "30 min" } }, "round")).toThrow(
      "environment.churn.session must be a number of rounds on a round clock (set clock.kind to event " +
        'for times), got "30 min"',
    );
    expect(() => build({ uplinkKbps: 1 }, "round")).toThrow(
      "environment.uplinkKbps needs an event clock: set network.latency",
    );
  });
});

describe("session lengths", () => {
  // Mean of what is left: E[X^2] / (2 E[X]^2) = G(1 + 2/k) / (2 G(1 + 1/k)^2).
  it.each([
    [1, 1],
    [0.5, 24 / (2 * 2 ** 2)],
    [2, 1 / (2 * (Math.PI / 4))],
  ])("of shape %d have mean 1, and what is left of them mean %d", (shape, restMean) => {
    const { whole, rest } = weibullTables(shape);
    expect(meanOf(whole)).toBeCloseTo(1, 2);
    expect(meanOf(rest) / restMean).toBeCloseTo(1, 2);
  });

  it("of shape 1 are exponential, whole and left", () => {
    const { whole, rest } = weibullTables(1);
    for (const entry of [1, 16, 32, 100, 300]) {
      const exact = -Math.log(2 ** -Math.floor(entry / 32) * (1 - (entry % 32) / 64));
      expect(whole[entry]! / exact).toBeCloseTo(1, 3);
      expect(rest[entry]! / exact).toBeCloseTo(1, 2);
    }
  });
});

describe("a churn trace", () => {
  const folder = mkdtempSync(join(tmpdir(), "hearsay-trace-"));
  const write = (name: string, content: string | Buffer): string => {
    const file = join(folder, name);
    writeFileSync(file, content);
    return file;
  };

  it("is read plain or gzipped, in any order, with touching sessions joined", () => {
    const csv = "node,up_s,down_s\n7,30,-1\n3,10,20\n3,20,25\n7,0,10\n";
    for (const file of [write("plain.csv", csv), write("packed.csv.gz", gzipSync(csv))]) {
      const { hosts, offsets, timesMs, lengthMs } = readChurnTrace(file);
      expect([hosts, [...offsets], lengthMs]).toEqual([2, [0, 2, 6], 31_000]);
      expect([...timesMs]).toEqual([10_000, 25_000, 0, 10_000, 30_000, 31_000]);
    }
  });

  it.each([
    ["node,up\n", ":1: the header must be node,up_s,down_s"],
    ["node,up_s,down_s\n1,5,4\n", ":2: expected node,up_s,down_s with up_s < down_s"],
    ["node,up_s,down_s\n1,5,9\n1,7,12\n", "sessions of node 1 must not overlap, got two at 7 s"],
    ["node,up_s,down_s\n", "must hold at least one session, got 0"],
  ])("that says %j is refused", (csv, message) => {
    expect(() => readChurnTrace(write("bad.csv", csv))).toThrow(message);
  });

  it("that is not there is refused", () => {
    expect(() => readChurnTrace(join(folder, "gone.csv"))).toThrow("cannot be read: no such file");
  });
});
