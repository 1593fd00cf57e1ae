/**
 * What the bus of a Redis Cluster must do: PFAIL after node_timeout, FAIL by a majority alone, one new master in a
 * new epoch, few pings; and tracked subjects like all nodes. Seeds of trials are fixed.
 */
import { describe, expect, it } from "vitest";
import { completeGraph, inlinePlayer, type InlinePlayer } from "../../../bench/inline-trial.js";
import type { TrialResult } from "../../engine/trial-run.js";
import { compileWasm } from "../../kernels/wasm.js";
import { buildEnvironment, type EnvironmentSpec } from "../../network/environment.js";
import { redisCluster } from "./protocol.js";

const module = compileWasm();
/** Steps of the series in a second, and of the default node_timeout. */
const STEPS = 10;
const TIMEOUT = 150;

interface Settings {
  readonly nodes: number;
  readonly seconds: number;
  readonly parameters?: Readonly<Record<string, number>>;
  readonly environment?: EnvironmentSpec;
}

/** 100 ticks of 10 ms to a second. */
async function player({ nodes, seconds, ...rest }: Settings): Promise<InlinePlayer> {
  const { environment: spec = {}, parameters = {} } = rest;
  const place = { nodes, zones: undefined, clock: "event" } as const;
  const { environment } = buildEnvironment(spec, place);
  return inlinePlayer("wasm", {
    ...{ protocol: "redis-cluster", nodes, module, maxRounds: seconds },
    parameters: { subjects: Math.min(32, nodes - 1), ...parameters },
    network: { ...completeGraph(nodes), latency: { kind: "constant", ms: 1 }, environment },
    clock: { kind: "event", tickMs: 10, periodTicks: 100, timer: "periodic" },
  });
}

function summaryOf({ series }: TrialResult): Readonly<Record<string, number | null>> {
  return redisCluster.measures!.summary(series.measures);
}
const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
/** Pings of a node in a second, from `from` seconds on. */
function pingRate({ series }: TrialResult, nodes: number, from: number): number {
  return (mean(series.requests.slice(from * STEPS)) * STEPS) / nodes;
}
/** A field as the trial has left it. */
function fieldOf({ plan, memory }: InlinePlayer, name: string): Uint16Array | Uint32Array {
  const { at, count } = plan.fields[name]!;
  const type = name === "owners" ? Uint16Array : Uint32Array;
  return new type(memory.buffer, at, count);
}
/** Nodes that have some bit set in a field of bits. */
function nodesWith(trial: InlinePlayer, name: string): number[] {
  const words = fieldOf(trial, name);
  const perNode = words.length / trial.plan.nodes;
  return Array.from({ length: trial.plan.nodes }, (_, node) => node).filter((node) =>
    words.subarray(node * perNode, (node + 1) * perNode).some((word) => word !== 0),
  );
}

const crash = { outages: [{ from: 30, first: 0 }] };

describe("a crash of a master", () => {
  it("is PFAIL after one timeout, FAIL within two, and ends with one new master", async () => {
    for (const nodes of [6, 60, 300]) {
      const trial = await player({ nodes, seconds: 80, environment: crash });
      for (const seed of [1, 2, 3]) {
        const summary = summaryOf(trial.play(seed));
        const fail = summary.firstDetectionSteps!;
        // The ping that is not answered may be as old as the crash.
        expect(summary.pfailFirstSteps).toBeGreaterThanOrEqual(TIMEOUT - 1);
        expect(fail).toBeGreaterThan(summary.pfailFirstSteps!);
        expect(fail).toBeLessThan(2 * TIMEOUT);
        expect(summary.allKnowSteps! - fail).toBeLessThan(STEPS);
        // 500 ms, up to 500 ms by chance; the votes come with the next run of the cron.
        expect(summary.promotedFirstSteps! - fail).toBeGreaterThanOrEqual(5);
        expect(summary.promotedFirstSteps! - fail).toBeLessThan(20);
        expect([summary.elections, summary.promotions]).toEqual([1, 1]);
        expect(summary.adoptedAllSteps! - summary.promotedFirstSteps!).toBeLessThan(STEPS);
        expect(summary.falseAlarms).toBe(0);
      }
    }
  });

  it("leaves one owner of the slots, whom the old master follows when it returns", async () => {
    const environment = { outages: [{ from: 30, until: 70, first: 0 }] };
    const parameters = { replicas: 2 };
    const trial = await player({ nodes: 45, seconds: 90, environment, parameters });
    for (const seed of [1, 2, 3]) {
      const summary = summaryOf(trial.play(seed));
      expect(summary.promotions).toBe(1);
      const owners = fieldOf(trial, "owners");
      const [own = 0] = owners;
      expect(own & 15, "a replica").toBeGreaterThan(0);
      expect(own >>> 4, "in a new epoch").toBeGreaterThan(0);
      for (let node = 0; node < 45; node++) expect(owners[node * 45]).toBe(own);
      // Nobody holds anything against it any more.
      expect([nodesWith(trial, "fails"), nodesWith(trial, "pfails")]).toEqual([[], []]);
    }
  });

  it("has no election without replicas, and no end without a majority of masters", async () => {
    const alone = await player({
      ...{ nodes: 40, seconds: 80, environment: crash, parameters: { replicas: 0 } },
    });
    expect(summaryOf(alone.play(1))).toMatchObject({ elections: 0, promotions: 0 });
    const environment = { outages: [{ from: 30, share: 0.7 }] };
    const few = await player({ nodes: 60, seconds: 120, environment });
    const { firstDetectionSteps, pfailFirstSteps, promotions } = summaryOf(few.play(1));
    expect(pfailFirstSteps).toBeGreaterThan(0);
    expect([firstDetectionSteps, promotions]).toEqual([null, 0]);
  });
});

describe("verdicts about nodes that are up", () => {
  it("are FAIL on the larger side of a partition alone, and end after it heals", async () => {
    const environment = { partitions: [{ from: 30, until: 100, share: 0.3 }] };
    for (const [seconds, share] of [
      [75, 0.7],
      [150, 0],
    ] as const) {
      const trial = await player({ nodes: 60, seconds, environment });
      trial.play(1);
      expect(nodesWith(trial, "fails").length).toBe(60 * share);
    }
  });

  it("come for nodes that stop for longer than the timeout, and go when they go on", async () => {
    const pause = { share: 0.1, effect: "paused" } as const;
    for (const [until, isLate] of [
      [40, false],
      [62, true],
    ] as const) {
      const environment = { outages: [{ ...pause, from: 30, until }] };
      const trial = await player({ nodes: 64, seconds: 110, environment });
      const { series } = trial.play(1);
      expect(series.measures.falsePfails!.at(-1)! > 0).toBe(isLate);
      expect(series.measures.wrongly!.at(-1)).toBe(0);
    }
  });
});

describe("traffic", () => {
  it("is far below two pings a timeout for each other node, thanks to what others tell", async () => {
    const nodes = 200;
    const naive = (2 * nodes) / (TIMEOUT / STEPS);
    const rates: number[] = [];
    for (const trustPongs of [0, 1]) {
      const trial = await player({ nodes, seconds: 60, parameters: { trustPongs } });
      rates.push(pingRate(trial.play(1), nodes, 30));
    }
    const [alone = 0, trusting = 0] = rates;
    expect(alone / naive).toBeGreaterThan(0.9);
    expect(alone / naive).toBeLessThan(1.05);
    expect(trusting / naive).toBeLessThan(0.4);
  });

  it("tells of a node 0.8 N times in two timeouts, as the original's comment has it", async () => {
    const nodes = 200;
    const trial = await player({ nodes, seconds: 90, parameters: { trustPongs: 0 } });
    const { mentionsPerPair = [] } = trial.play(1).series.measures;
    const mentions = mentionsPerPair.at(-1)! - mentionsPerPair.at(-1 - 2 * TIMEOUT)!;
    // 8 packets from each of N nodes, a tenth of all nodes in each.
    expect(mentions / nodes).toBeGreaterThan(0.72);
    expect(mentions / nodes).toBeLessThan(0.88);
  });
});

describe("size", () => {
  it("is cautioned about above the thousand nodes that the system is made for", () => {
    const caution = (nodes: number) => redisCluster.outsideDomain!({ nodes, parameters: {} });
    expect(caution(1000)).toBeUndefined();
    expect(caution(1001)).toContain("outside its design domain");
  });
});

describe("tracked subjects", () => {
  it("are found as fast as with a cell for every node, by as many pings", async () => {
    const sample = async (exactNodes: number): Promise<{ times: number[]; rate: number }> => {
      const parameters = { subjects: 16, exactNodes };
      const trial = await player({ nodes: 64, seconds: 80, environment: crash, parameters });
      const results = Array.from({ length: 40 }, (_, seed) => trial.play(1 + seed));
      return {
        times: results.map((result) => summaryOf(result).firstDetectionSteps!),
        rate: mean(results.map((result) => pingRate(result, 64, 15))),
      };
    };
    const [tracked, exact] = [await sample(0), await sample(64)];
    // Kolmogorov-Smirnov: 1.95 sqrt(2 / 40) is exceeded once in a thousand.
    expect(distance(tracked.times, exact.times)).toBeLessThan(1.95 * Math.sqrt(2 / 40));
    expect(tracked.rate / exact.rate).toBeGreaterThan(0.85);
    expect(tracked.rate / exact.rate).toBeLessThan(1.25);
  });

  it("are suspected as often when they only stop", async () => {
    const outages = [{ from: 30, until: 50, share: 0.2, effect: "paused" }] as const;
    const sample = async (exactNodes: number): Promise<number[]> => {
      const parameters = { subjects: 16, exactNodes };
      const environment = { outages };
      const trial = await player({ nodes: 64, seconds: 60, parameters, environment });
      return Array.from({ length: 24 }, (_, seed) => summaryOf(trial.play(1 + seed)).falsePfails!);
    };
    const [tracked, exact] = [await sample(0), await sample(64)];
    expect(mean(exact)).toBeGreaterThan(10);
    const apart = Math.abs(mean(tracked) - mean(exact));
    expect(apart).toBeLessThan(3 * Math.hypot(errorOf(tracked), errorOf(exact)));
  });
});

/** Standard error of a mean. */
function errorOf(values: readonly number[]): number {
  const center = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - center) ** 2, 0);
  return Math.sqrt(squares / (values.length - 1) / values.length);
}

/** Largest distance of two empirical distributions. */
function distance(a: readonly number[], b: readonly number[]): number {
  const below = (values: readonly number[], limit: number): number =>
    values.filter((value) => value <= limit).length / values.length;
  return Math.max(...[...a, ...b].map((limit) => Math.abs(below(a, limit) - below(b, limit))));
}
