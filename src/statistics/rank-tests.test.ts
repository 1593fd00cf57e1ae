/** Tests and bounds against published examples, simple-statistics and their laws. */
import fc from "fast-check";
import * as oracle from "simple-statistics";
import { describe, expect, it } from "vitest";
import { bcaInterval } from "./bootstrap.js";
import { studentTCdf } from "./distributions.js";
import {
  benjaminiHochberg,
  detectableMean,
  meanEstimate,
  pAbove,
  pBelow,
  pWithin,
} from "./margin.js";
import { hodgesLehmann, mannKendall, mannWhitney, signFlipP } from "./rank-tests.js";

/** Darwin's corn, crossed less self-fertilised, eighths of an inch (Fisher 1935, section 17). */
const CORN = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48];
const whole = fc.integer({ min: -20, max: 20 });

/** Few values are tried in all patterns, so nothing is drawn. */
const unused = (): number => NaN;

function xorshift(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

describe("sign flips", () => {
  it("gives Fisher's 863 of 32768 for Darwin's corn, by drawing", () => {
    const p = signFlipP(CORN, xorshift(1));
    const expected = 863 / 32768;
    // Four standard errors of 20 000 draws.
    expect(Math.abs(p - expected)).toBeLessThan(4 * Math.sqrt(expected / 20_000));
  });

  it("is exact for few values, and equals a count by hand", () => {
    expect(signFlipP([1, 2, 3], unused)).toBe(1 / 8);
    expect(signFlipP([1, -2, 3], unused)).toBe(3 / 8); // 6, 4, 2, of 8 sums
    expect(signFlipP([0, 0], unused)).toBe(1);
  });

  it("mirrored p-values overlap only where sums equal the one seen", () => {
    fc.assert(
      fc.property(fc.array(whole, { minLength: 1, maxLength: 10 }), (values) => {
        const p = signFlipP(values, unused);
        const q = signFlipP(
          values.map((v) => -v),
          unused,
        );
        expect(p + q).toBeGreaterThanOrEqual(1 + 2 ** -values.length - 1e-12);
      }),
    );
  });
});

describe("ranks", () => {
  it("Hodges-Lehmann of a hand-worked sample, and shift moves it by the shift", () => {
    expect(hodgesLehmann([1, 2, 10])).toBe(3.75); // 1 1.5 2 5.5 6 10
    expect(hodgesLehmann(CORN.map((v) => v + 100))).toBeCloseTo(hodgesLehmann(CORN) + 100, 10);
  });

  it("Mann-Whitney's U is the rank sum of simple-statistics less n (n + 1) / 2", () => {
    const values = fc.array(whole, { minLength: 2, maxLength: 15 });
    fc.assert(
      fc.property(values, values, (a, b) => {
        const { u, p } = mannWhitney(a, b);
        expect(u).toBeCloseTo(oracle.wilcoxonRankSum(a, b) - (a.length * (a.length + 1)) / 2, 8);
        expect(mannWhitney(b, a).p).toBeCloseTo(p, 12);
      }),
    );
  });

  it("Mann-Whitney is near the published exact p, and ties shrink its variance", () => {
    // n = 10 and 5 (Hollander, Wolfe 1973, p. 69): W = 35, exact p = 0.2544; z = 9.5 / sqrt(200 / 3).
    const first = [0.8, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46];
    const second = [1.15, 0.88, 0.9, 0.74, 1.21];
    expect(mannWhitney(first, second).u).toBe(35);
    expect(mannWhitney(first, second).p).toBeCloseTo(0.24462, 4);
    expect(Math.abs(mannWhitney(first, second).p - 0.2544)).toBeLessThan(0.01);
    // Two and two, three tied: variance 4/12 (5 - 24 / 12) = 1, z = 0.5.
    expect(mannWhitney([1, 2], [1, 1]).p).toBeCloseTo(0.6171, 4);
    expect(mannWhitney([1, 1], [1, 1]).p).toBe(1);
  });

  it("Mann-Kendall: S and p of hand-worked series", () => {
    // Rising 1..10: S = 45, variance 125, z = 44 / sqrt(125), p = 8.3e-5.
    const rising = mannKendall([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(rising.s).toBe(45);
    expect(rising.p).toBeCloseTo(8.3e-5, 6);
    // Gilbert 1987, table 16.2 way: ties shrink the variance: 1 1 2: S = 2, (66 - 18) / 18.
    expect(mannKendall([1, 1, 2]).p).toBeCloseTo(2 * (1 - 0.7299), 3);
    expect(mannKendall([4, 4, 4]).p).toBe(1);
  });
});

describe("margins", () => {
  it("one-sided p-values are those of simple-statistics' t", () => {
    fc.assert(
      fc.property(fc.array(whole, { minLength: 3, maxLength: 20 }), whole, (values, margin) => {
        const estimate = meanEstimate(values);
        fc.pre(estimate.standardError > 0);
        // It divides by n where Student's t divides by n - 1.
        const t = oracle.tTest(values, margin) * Math.sqrt((values.length - 1) / values.length);
        expect(pAbove(estimate, margin)).toBeCloseTo(studentTCdf(-t, values.length - 1), 8);
        expect(pAbove(estimate, margin) + pBelow(estimate, margin)).toBeCloseTo(1, 10);
      }),
    );
  });

  it("equivalence is the worse side, and needs a tight sample", () => {
    const tight = meanEstimate([0.1, -0.1, 0.05, -0.05, 0, 0.02]);
    expect(pWithin(tight, 1)).toBeLessThan(1e-4);
    expect(pWithin(tight, 0.01)).toBeGreaterThan(0.05);
    expect(pWithin({ mean: 0.3, standardError: 0.1, count: 6 }, 0.5)).toBeCloseTo(
      pBelow({ mean: 0.3, standardError: 0.1, count: 6 }, 0.5),
      12,
    );
    expect(pWithin({ mean: 0, standardError: 0, count: 6 }, 0.5)).toBe(0);
  });

  it("the detectable change has the power it is said to have", () => {
    const at = { alpha: 0.05, power: 0.8 };
    // t(0.95, 9) = 1.8331, t(0.8, 9) = 0.8834.
    expect(detectableMean({ mean: 0, standardError: 1, count: 10 }, 2, at)).toBeCloseTo(4.7165, 3);
  });

  it("Benjamini-Hochberg finds the four of the published example", () => {
    // Benjamini, Hochberg 1995, section 3.1: 15 p-values, q = 0.05: four are rejected.
    const p = [
      ...[0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344],
      ...[0.0459, 0.324, 0.4262, 0.5719, 0.6528, 0.759, 1],
    ];
    expect(benjaminiHochberg(p, 0.05).filter(Boolean)).toHaveLength(4);
    expect(benjaminiHochberg(p.toReversed(), 0.05).slice(-4)).toEqual([true, true, true, true]);
    // Passing is decided from above: 0.04 pulls 0.03 along.
    expect(benjaminiHochberg([0.03, 0.04], 0.04)).toEqual([true, true]);
    expect(benjaminiHochberg([], 0.05)).toEqual([]);
  });
});

describe("BCa bootstrap", () => {
  const mean = (values: readonly number[]): number => oracle.mean([...values]);

  it("covers the mean of a skewed distribution about as often as it says", () => {
    const random = xorshift(7);
    let hits = 0;
    for (let run = 0; run < 200; run++) {
      const values = Array.from({ length: 30 }, () => -Math.log(1 - random()));
      const [low, high] = bcaInterval(values, mean, { level: 0.9, resamples: 400, random });
      if (low <= 1 && high >= 1) hits++;
    }
    // 90 % of 200, four standard errors, and what 30 skewed values lose.
    expect(hits).toBeGreaterThan(155);
    expect(hits).toBeLessThan(198);
  });

  it("leans to the long tail, where the plain interval does not", () => {
    const skewed = [1, 1, 1, 2, 2, 3, 4, 8, 15, 40];
    const options = { level: 0.95, resamples: 5000, random: xorshift(3) };
    const [low, high] = bcaInterval(skewed, mean, options);
    expect(high - mean(skewed)).toBeGreaterThan(1.5 * (mean(skewed) - low));
    expect(bcaInterval([5, 5, 5], mean, options)).toEqual([5, 5]);
  });
});
