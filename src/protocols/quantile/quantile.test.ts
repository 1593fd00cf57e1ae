/** Quantiles of the averaged histogram against those of the values themselves. */
import { describe, expect, it } from "vitest";
import { completeGraph, inlinePlayer, type InlineOptions } from "../../../bench/inline-trial.js";
import type { TrialResult } from "../../engine/trial-run.js";
import { threefry } from "../../kernels/random.js";

const NODES = 2000;
type Rule = Readonly<Record<string, number>>;

async function play(parameters: Rule, options: Partial<InlineOptions> = {}): Promise<TrialResult> {
  const player = await inlinePlayer("wasm", {
    ...{ protocol: "quantile", nodes: NODES, parameters, maxRounds: 80, ...options },
  });
  return player.play(5);
}

describe("the estimate", () => {
  const LINEAR = 2;
  it.each([
    { level: 0.5, skew: 1, bins: 32 },
    { level: 0.9, skew: 1, bins: 7 },
    { level: 0.5, skew: 3, bins: 32 },
    { level: 0.99, skew: 3, bins: 64 },
    { level: 0.1, skew: 2, bins: 100 },
  ])("%j lies in the bin of the value at that rank", async ({ level, skew, bins }) => {
    const result = await play({ level, skew, bins, initial: LINEAR, tolerance: 1e-6 });
    expect(result.stopped).toBe("coverage");
    // Values are ((i + 0.5) / n)^skew.
    const exact = level ** skew;
    const { estimateMin, estimateMax } = result.series.measures;
    for (const estimate of [estimateMin!.at(-1)!, estimateMax!.at(-1)!]) {
      expect(Math.abs(estimate - exact)).toBeLessThan(1 / bins + 1 / NODES);
    }
    // On a flat distribution interpolation leaves next to nothing of that.
    if (skew === 1) expect(Math.abs(estimateMax!.at(-1)! - exact)).toBeLessThan(2 / NODES);
  });

  it("of drawn values is theirs, not that of the distribution", async () => {
    const VALUE = 0x38000000;
    for (const nodes of [101, 501]) {
      const values = Array.from(
        { length: nodes },
        (_, node) => threefry(5, VALUE, 0, node) / 2 ** 32,
      );
      const median = values.sort((a, b) => a - b)[(nodes - 1) / 2]!;
      const result = await play({ bins: 128, tolerance: 1e-9 }, { nodes });
      const estimate = result.series.measures.estimateMean!.at(-1)!;
      expect(Math.abs(estimate - median)).toBeLessThan(1 / 128);
      // Far enough from 1/2 to tell the two apart.
      if (nodes === 101) expect(Math.abs(median - 0.5)).toBeGreaterThan(1 / 128);
    }
  });
});

describe("averaging", () => {
  it("keeps the mass to rounding and settles as fast as the average of values", async () => {
    const result = await play({ tolerance: 1e-12 }, { untilQuiet: true, maxRounds: 40 });
    const { massDrift, errorRms } = result.series.measures;
    for (const drift of massDrift!) expect(Math.abs(drift)).toBeLessThan(1e-12);
    // On a round clock the variance falls by 0.49 a round, the error by its root.
    const factor = (errorRms![36]! / errorRms![12]!) ** (1 / 24);
    expect(factor).toBeGreaterThan(0.64);
    expect(factor).toBeLessThan(0.76);
  });

  it("with lost messages all nodes agree, on something else", async () => {
    const network = completeGraph(NODES, 0.2);
    const result = await play({ tolerance: 1e-12 }, { network, untilQuiet: true, maxRounds: 80 });
    const { estimateMin, estimateMax, massDrift, errorRms } = result.series.measures;
    expect(estimateMax!.at(-1)! - estimateMin!.at(-1)!).toBeLessThan(1e-6);
    expect(Math.abs(massDrift!.at(-1)!)).toBeLessThan(0.2);
    expect(errorRms!.at(-1)!).toBeGreaterThan(1e-5);
    expect(errorRms!.at(-1)!).toBeLessThan(0.1);
  });
});
