/** Quantile tables against closed forms, and the normal quantile against printed values. */
import { probit } from "simple-statistics";
import { describe, expect, it } from "vitest";
import {
  QUANTILES_LENGTH,
  constantLatency,
  logNormalLatency,
  measuredLatency,
  normalQuantile,
  uniformLatency,
} from "./latency.js";

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

describe("normalQuantile", () => {
  it.each([
    // Abramowitz, Stegun 1964, table 26.5 and 26.6, upper tails.
    [0.5, 0],
    [0.9, 1.2815515655],
    [0.975, 1.9599639845],
    [0.99, 2.326347874],
    [0.999, 3.0902323062],
    [0.000001, -4.7534243088],
  ])("at %f is %f", (probability, z) => {
    expect(normalQuantile(probability)).toBeCloseTo(z, 7);
  });

  it("inverts the integral of the density", () => {
    for (const probability of [0.51, 0.6, 0.8, 0.975, 0.976, 0.99, 0.9995]) {
      expect(0.5 + densityUpTo(normalQuantile(probability))).toBeCloseTo(probability, 8);
    }
  });

  it("is odd around the median, and where simple-statistics puts it", () => {
    for (let step = 1; step < 1000; step++) {
      const z = normalQuantile(step / 1000);
      expect(z).toBeCloseTo(-normalQuantile(1 - step / 1000), 8);
      expect(Math.abs(z - probit(step / 1000))).toBeLessThan(0.02); // probit is off by 0.01
    }
  });
});

/** Integral of the standard normal density from 0 to z, by Simpson's rule. */
function densityUpTo(z: number): number {
  const steps = 2000;
  let sum = 0;
  for (let step = 0; step <= steps; step++) {
    const weight = step === 0 || step === steps ? 1 : step % 2 === 1 ? 4 : 2;
    sum += weight * Math.exp(-0.5 * ((z * step) / steps) ** 2);
  }
  return (sum * z) / steps / 3 / Math.sqrt(2 * Math.PI);
}

describe("tables", () => {
  it("constant keeps its delay", () => {
    expect(constantLatency(25)).toEqual({ kind: "constant", ms: 25 });
  });

  it("uniform has the mean and variance of its range, and stays inside", () => {
    const { quantilesMs } = uniformLatency({ minMs: 10, maxMs: 70 });
    expect(quantilesMs.length).toBe(QUANTILES_LENGTH);
    expect(mean(quantilesMs)).toBeCloseTo(40, 9);
    expect(mean(quantilesMs.map((ms) => (ms - 40) ** 2))).toBeCloseTo(60 ** 2 / 12, 2);
    expect(quantilesMs[0]).toBeGreaterThanOrEqual(10);
    expect(quantilesMs.at(-1)).toBeLessThanOrEqual(70);
    expect(uniformLatency({ minMs: 5, maxMs: 5 }).quantilesMs.every((ms) => ms === 5)).toBe(true);
  });

  it("log-normal has its median and its mean, median * exp(sigma^2 / 2)", () => {
    const { quantilesMs } = logNormalLatency({ medianMs: 80, sigma: 0.5 });
    const middle = QUANTILES_LENGTH / 2;
    expect(Math.sqrt(quantilesMs[middle - 1]! * quantilesMs[middle]!)).toBeCloseTo(80, 9);
    expect(mean(quantilesMs) / (80 * Math.exp(0.125))).toBeCloseTo(1, 3);
    expect(quantilesMs.every((ms, i) => i === 0 || ms > quantilesMs[i - 1]!)).toBe(true);
  });

  it("measured delays keep their order and distribution", () => {
    const samples = Array.from({ length: 5001 }, (_, i) => ((i * 7919) % 5001) ** 2 / 1000);
    const { quantilesMs } = measuredLatency(samples);
    quantilesMs.forEach((ms, i) => {
      const exact = (((i + 0.5) / QUANTILES_LENGTH) * 5000) ** 2 / 1000;
      expect(Math.abs(ms - exact)).toBeLessThan(0.01);
    });
    expect(measuredLatency([7]).quantilesMs.every((ms) => ms === 7)).toBe(true);
    expect(() => measuredLatency([])).toThrow("without samples");
  });
});
