/** What the sketch estimates, how wrong it is, and how fast it spreads. */
import { describe, expect, it } from "vitest";
import { completeGraph, inlinePlayer, type InlineOptions } from "../../../bench/inline-trial.js";
import type { TrialResult } from "../../engine/trial-run.js";
import { buildEnvironment } from "../../network/environment.js";

const NODES = 1000;
type Rule = Readonly<Record<string, number>>;

async function play(
  parameters: Rule,
  runs: number,
  options: Partial<InlineOptions> = {},
): Promise<TrialResult[]> {
  const player = await inlinePlayer("wasm", {
    ...{ protocol: "sketch", nodes: NODES, parameters, maxRounds: 60, ...options },
  });
  return Array.from({ length: runs }, (_, index) => player.play(index + 1));
}

const last = ({ series }: TrialResult, name: string): number => series.measures[name]!.at(-1)!;
const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

describe("the estimate", () => {
  it.each([
    [{ variates: 8 }, 1500],
    [{ variates: 32 }, 500],
    [{ variates: 32, aggregate: 1, initial: 2 }, 500],
    [{ variates: 32, aggregate: 1 }, 500],
  ] as const)("%j is unbiased, its error 1 / sqrt(variates - 2)", async (rule, runs) => {
    const results = await play(rule, runs, { nodes: 150 });
    const errors = results.map((result) => last(result, "errorRelative"));
    const deviation = 1 / Math.sqrt(rule.variates - 2);
    expect(Math.abs(mean(errors))).toBeLessThan((4 * deviation) / Math.sqrt(runs));
    const spread = Math.sqrt(mean(errors.map((error) => error ** 2)));
    // The square of an inverse gamma has heavy tails: a generous 15 %.
    expect(Math.abs(spread / deviation - 1)).toBeLessThan(0.15);
    for (const result of results) expect(result.stopped).toBe("coverage");
  });

  it("is the same at all nodes once they have converged, however many contacts follow", async () => {
    const [result] = await play({ variates: 20 }, 1, { untilQuiet: true, maxRounds: 40 });
    const { convergedShare, estimateMin, estimateMax } = result!.series.measures;
    expect(convergedShare!.at(-1)).toBe(1);
    const full = convergedShare!.indexOf(1);
    expect(full).toBeLessThan(20);
    for (let round = full; round <= 40; round++) {
      expect(estimateMin![round]).toBe(estimateMax![round]);
      expect(estimateMax![round]).toBe(estimateMax![full]);
    }
    // Minima only fall, so estimates only grow.
    for (let round = 1; round <= full; round++) {
      expect(estimateMin![round]!).toBeGreaterThanOrEqual(estimateMin![round - 1]!);
    }
  });

  it("is what the variates say: recomputed here from all nodes' first vectors", async () => {
    const variates = 12;
    const player = await inlinePlayer("wasm", {
      ...{ protocol: "sketch", nodes: 300, parameters: { variates }, maxRounds: 60 },
    });
    const result = player.play(4);
    const { at } = player.plan.fields.inverses!;
    const vectors = new Float32Array(player.memory.buffer, at, 300 * variates);
    for (let node = 0; node < 300; node++) {
      expect(vectors.subarray(node * variates, (node + 1) * variates)).toEqual(
        vectors.subarray(0, variates),
      );
    }
    const total = vectors.subarray(0, variates).reduce((sum, inverse) => sum + 1 / inverse, 0);
    expect(last(result, "estimateMean")).toBeCloseTo((variates - 1) / total, 6);
  });
});

describe("spreading", () => {
  it("takes about as long as a rumor, and messages may be lost", async () => {
    const rounds = async (lossRatio: number): Promise<number> =>
      mean(
        (await play({ variates: 64 }, 20, { network: completeGraph(NODES, lossRatio) })).map(
          (result) => result.rounds,
        ),
      );
    const [full, lossy] = [await rounds(0), await rounds(0.3)];
    expect(full).toBeGreaterThan(5);
    expect(full).toBeLessThan(14);
    expect(lossy).toBeGreaterThan(full);
    expect(lossy).toBeLessThan(2 * full);
  });

  it("reaches all that are up, and those who crashed early may be missing", async () => {
    const nodes = NODES;
    const outages = [{ from: 0, share: 0.3 }];
    const { environment } = buildEnvironment(
      { outages },
      { nodes, zones: undefined, clock: "round" },
    );
    const [result] = await play({ variates: 32 }, 1, {
      network: { ...completeGraph(nodes), environment },
      untilQuiet: true,
      maxRounds: 40,
    });
    const { estimateMin, estimateMax, convergedShare } = result!.series.measures;
    expect(estimateMin!.at(-1)).toBe(estimateMax!.at(-1));
    // Their variates were never sent, so nobody has all the minima.
    expect(convergedShare!.at(-1)).toBe(0);
    expect(Math.abs(estimateMax!.at(-1)! / (0.7 * nodes) - 1)).toBeLessThan(4 / Math.sqrt(30));
  });

  it("works on an event clock with latency", async () => {
    const [result] = await play({ variates: 16 }, 1, {
      clock: { kind: "event", tickMs: 1, periodTicks: 50, timer: "poisson" },
      network: { ...completeGraph(NODES), latency: { kind: "constant", ms: 7 } },
    });
    expect(result!.stopped).toBe("coverage");
  });
});
