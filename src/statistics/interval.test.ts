/** Intervals and quantiles against hand-worked samples, simple-statistics and their laws. */
import fc from "fast-check";
import * as oracle from "simple-statistics";
import { describe, expect, it } from "vitest";
import { normalQuantile } from "./distributions.js";
import { meanInterval, pairedRatio, ratioOfMeans } from "./interval.js";
import { quantile } from "./quantile.js";

const value = fc.double({ min: -1e9, max: 1e9, noNaN: true });
const sample = fc.array(value, { minLength: 2, maxLength: 50 });
const time = fc.double({ min: 1e-3, max: 1e6, noNaN: true });
const pairs = fc.array(fc.tuple(time, time), { minLength: 2, maxLength: 30 });

function closeTo(got: number | null, expected: number, scale: number): void {
  expect(got).not.toBeNull();
  expect(Math.abs(Number(got) - expected)).toBeLessThanOrEqual(1e-10 * Math.max(1, scale));
}

describe("mean interval", () => {
  it("gives a hand-worked interval", () => {
    // mean 3, s = sqrt(2.5), t(0.975, 4) = 2.776445: 3 -+ 2.776445 * sqrt(2.5 / 5).
    const { mean, stddev, ci95 } = meanInterval([1, 2, 3, 4, 5]);
    expect(mean).toBe(3);
    expect(stddev).toBeCloseTo(1.5811388, 7);
    expect(ci95[0]).toBeCloseTo(1.036757, 6);
    expect(ci95[1]).toBeCloseTo(4.963243, 6);
  });

  it("agrees with simple-statistics", () => {
    const check = fc.property(sample, (values) => {
      const scale = Math.max(...values.map(Math.abs));
      const { mean, stddev } = meanInterval(values);
      closeTo(mean, oracle.mean(values), scale);
      closeTo(stddev, oracle.sampleStandardDeviation(values), scale);
    });
    fc.assert(check);
  });

  it("moves and scales with the sample", () => {
    const check = fc.property(
      sample,
      value,
      fc.double({ min: 0, max: 1e3, noNaN: true }),
      (xs, shift, factor) => {
        const scale = 1e3 * Math.max(...xs.map(Math.abs)) + Math.abs(shift);
        const plain = meanInterval(xs);
        const moved = meanInterval(xs.map((x) => factor * x + shift));
        closeTo(moved.mean, factor * plain.mean + shift, scale);
        closeTo(moved.stddev, factor * Number(plain.stddev), scale);
        closeTo(moved.ci95[0], factor * Number(plain.ci95[0]) + shift, 20 * scale);
      },
    );
    fc.assert(check);
  });

  it("is a point for equal values and open for one", () => {
    const check = fc.property(value, fc.integer({ min: 2, max: 20 }), (drawn, count) => {
      const x = drawn + 0; // -0 and 0 are one value here
      const equal = meanInterval(new Array<number>(count).fill(x));
      expect(equal).toEqual({ mean: x, stddev: 0, ci95: [x, x] });
      expect(meanInterval([x])).toEqual({ mean: x, stddev: null, ci95: [null, null] });
    });
    fc.assert(check);
    expect(() => meanInterval([])).toThrow("mean of no values");
  });

  it("covers the true mean of normal samples in about 95 of 100 cases", () => {
    const words = fc.noBias(fc.integer({ min: 0, max: 0xffffffff }));
    const trials = fc.sample(fc.tuple(words, words, words, words), { numRuns: 4000, seed: 1 });
    const covered = trials.filter((trial) => {
      const deviates = trial.map((word) => normalQuantile((word + 0.5) / 2 ** 32));
      const [low, high] = meanInterval(deviates).ci95;
      return Number(low) <= 0 && Number(high) >= 0;
    });
    // Standard error of the share: sqrt(0.95 * 0.05 / 4000) = 0.0034; four of them allowed.
    expect(Math.abs(covered.length / trials.length - 0.95)).toBeLessThan(0.014);
  });
});

describe("paired ratio", () => {
  it("gives a hand-worked ratio", () => {
    // ln 2, ln 4, ln 8: mean ln 4, s = ln 2, t(0.975, 2) = 4.302653; 4 * 2^(-+4.302653 / sqrt 3).
    const found = pairedRatio([2, 8, 80], [1, 2, 10]);
    expect(found?.ratio).toBeCloseTo(4, 12);
    expect(found?.ci95[0]).toBeCloseTo(4 * 2 ** (-4.302652729911275 / Math.sqrt(3)), 9);
    expect(found?.ci95[1]).toBeCloseTo(4 * 2 ** (4.302652729911275 / Math.sqrt(3)), 8);
    expect(found?.rounds).toBe(3);
  });

  it("lies within its interval and the pairs' ratios; swapping the arms inverts it", () => {
    const check = fc.property(pairs, (both) => {
      const a = both.map(([first]) => first);
      const b = both.map(([, second]) => second);
      const ratios = both.map(([first, second]) => first / second);
      const forth = pairedRatio(a, b);
      const back = pairedRatio(b, a);
      if (forth === null || back === null) throw new Error("no ratio");
      expect(forth.ratio).toBeGreaterThanOrEqual(Math.min(...ratios) * (1 - 1e-12));
      expect(forth.ratio).toBeLessThanOrEqual(Math.max(...ratios) * (1 + 1e-12));
      expect(forth.ratio * back.ratio).toBeCloseTo(1, 10);
      expect(Number(forth.ci95[0])).toBeLessThanOrEqual(forth.ratio);
      expect(Number(forth.ci95[1])).toBeGreaterThanOrEqual(forth.ratio);
      expect(Number(forth.ci95[0]) * Number(back.ci95[1])).toSatisfy(
        (product: number) => Number.isNaN(product) || Math.abs(product - 1) < 1e-9,
      );
    });
    fc.assert(check);
  });

  it("leaves the interval open for one pair and leaves out pairs without a ratio", () => {
    expect(pairedRatio([6], [2])).toEqual({
      ratio: expect.closeTo(3, 12),
      ci95: [null, null],
      rounds: 1,
    });
    expect(pairedRatio([6, 0, 1, NaN], [2, 1, 0, 1])?.rounds).toBe(1);
    expect(pairedRatio([], [])).toBeNull();
    expect(pairedRatio([0], [1])).toBeNull();
    expect(() => pairedRatio([1, 2], [1])).toThrow("differ in number");
  });
});

describe("quantile", () => {
  it("is type 7: R's quantile(c(1, 2, 4, 8), c(0.1, 0.25, 0.5, 0.9))", () => {
    const got = [0.1, 0.25, 0.5, 0.9].map((p) => quantile([1, 2, 4, 8], p));
    for (const [i, expected] of [1.3, 1.75, 3, 6.8].entries())
      expect(got[i]).toBeCloseTo(expected, 12);
  });

  it("has the median of simple-statistics, and stays between the ends, rising", () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    const check = fc.property(sample, share, share, (values, p, other) => {
      const sorted = values.toSorted((a, b) => a - b);
      expect(quantile(sorted, 0)).toBe(sorted[0]);
      expect(quantile(sorted, 1)).toBe(sorted.at(-1));
      closeTo(quantile(sorted, 0.5), oracle.medianSorted(sorted), 1e9);
      const slack = 1e-6;
      if (other > p)
        expect(quantile(sorted, other)).toBeGreaterThanOrEqual(quantile(sorted, p) - slack);
    });
    fc.assert(check);
  });

  it("refuses an empty sample and a probability outside 0 .. 1", () => {
    expect(() => quantile([], 0.5)).toThrow("no values");
    for (const bad of [-0.01, 1.01, NaN]) expect(() => quantile([1], bad)).toThrow("probability");
  });
});

describe("ratio of means", () => {
  it("gives a hand-worked interval", () => {
    // cv 0.1 and 0.2, n = 4 and 16: se^2 = 0.01 / 4 + 0.04 / 16 = 0.005;
    // freedom = 0.005^2 / (0.0025^2 / 3 + 0.0025^2 / 15) = 10; t(0.975, 10) = 2.228139.
    const { ratio, ci95 } = ratioOfMeans(
      { count: 4, mean: 20, stddev: 2 },
      { count: 16, mean: 10, stddev: 2 },
    );
    expect(ratio).toBe(2);
    expect(ci95[0]).toBeCloseTo(2 * Math.exp(-2.228139 * Math.sqrt(0.005)), 6);
    expect(ci95[1]).toBeCloseTo(2 * Math.exp(2.228139 * Math.sqrt(0.005)), 6);
  });

  it("has no interval for a single value, and a point where nothing varies", () => {
    const still = { count: 3, mean: 5, stddev: 0 };
    expect(ratioOfMeans({ count: 1, mean: 10, stddev: null }, still).ci95).toEqual([null, null]);
    expect(ratioOfMeans({ ...still, mean: 10 }, still)).toEqual({ ratio: 2, ci95: [2, 2] });
    expect(() => ratioOfMeans({ ...still, mean: 0 }, still)).toThrow(/ratio of means/);
  });
});
