/** Laws of the models that aggregate: mass, extremes, and what a size estimate tends to. */
import { describe, expect, it } from "vitest";
import { completeGraph, inlinePlayer } from "../../../bench/inline-trial.js";
import { factorPerRound } from "./aggregation.js";

const NODES = 2000;

describe.each(["wasm", "ts"] as const)("on %s", (backend) => {
  it.each(["push-sum", "push-pull-average"])("%s keeps the sum to rounding", async (protocol) => {
    for (const kind of ["round", "event"] as const) {
      const clock =
        kind === "round"
          ? {}
          : {
              clock: { kind, tickMs: 1, periodTicks: 50, timer: "fresh" as const },
              network: {
                ...completeGraph(NODES),
                latency: { kind: "constant" as const, ms: 3 },
              },
            };
      const parameters = { tolerance: 1e-12 };
      const options = { protocol, nodes: NODES, parameters, maxRounds: 40, ...clock };
      const { series } = (await inlinePlayer(backend, options)).play(5);
      // On an event clock some mass is under way: the round clock has none as a round ends.
      const drifts = kind === "round" ? series.measures.sumDrift! : [0];
      for (const drift of drifts) expect(Math.abs(drift)).toBeLessThan(1e-9);
      expect(
        series.measures.estimateMax!.at(-1)! - series.measures.estimateMin!.at(-1)!,
      ).toBeLessThan(1e-3);
    }
  });

  it("push-sum loses mass with messages, and its weights with it", async () => {
    const network = completeGraph(NODES, 0.1);
    const options = { protocol: "push-sum", nodes: NODES, network, maxRounds: 20 };
    const parameters = { tolerance: 1e-12 };
    const { series } = (await inlinePlayer(backend, { ...options, parameters })).play(1);
    // Half of the mass travels in each round, and a tenth of it is lost.
    const kept = 1 + series.measures.weightDrift![20]!;
    expect(kept).toBeGreaterThan(0.9 * 0.95 ** 20);
    expect(kept).toBeLessThan(1.1 * 0.95 ** 20);
    expect(series.lost.reduce((sum, lost) => sum + lost, 0)).toBeGreaterThan(0.08 * 20 * NODES);
  });

  it.each([
    ["count", 2, NODES],
    ["sum", 1, NODES / 2],
  ])("push-sum estimates the %s", async (_, aggregate, truth) => {
    const parameters = { aggregate, initial: 2, tolerance: 0.001 };
    const options = { protocol: "push-sum", nodes: NODES, parameters };
    const result = (await inlinePlayer(backend, options)).play(3);
    expect(result.stopped).toBe("coverage");
    const { estimateMin, estimateMax } = result.series.measures;
    expect(Math.abs(estimateMin!.at(-1)! / truth - 1)).toBeLessThan(0.0011);
    expect(Math.abs(estimateMax!.at(-1)! / truth - 1)).toBeLessThan(0.0011);
  });

  it.each([
    ["max", 1, 1 - 0.5 / NODES],
    ["min", 2, 0.5 / NODES],
  ])("push-pull-average spreads the %s", async (_, aggregate, truth) => {
    const parameters = { aggregate, initial: 2, tolerance: 1e-9 };
    const options = { protocol: "push-pull-average", nodes: NODES, parameters };
    const result = (await inlinePlayer(backend, options)).play(3);
    expect(result.stopped).toBe("coverage");
    expect(result.rounds).toBeLessThan(20);
    expect(result.series.measures.estimateMin!.at(-1)).toBe(truth);
    expect(result.series.measures.estimateMax!.at(-1)).toBe(truth);
  });
});

describe("factorPerRound", () => {
  it("is the geometric mean, up to where rounding takes over", () => {
    expect(factorPerRound([8, 4, 2, 1])).toBeCloseTo(0.5, 12);
    expect(factorPerRound([1, 1e-20, 1e-30, 1e-29])).toBeCloseTo(1e-20, 30);
    expect(factorPerRound([0, 0])).toBeNull();
    expect(factorPerRound([1])).toBeNull();
  });
});
