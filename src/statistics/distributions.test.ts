/** Distributions against printed tables, closed forms, simple-statistics and each other. */
import fc from "fast-check";
import * as oracle from "simple-statistics";
import { describe, expect, it } from "vitest";
import {
  logGamma,
  normalCdf,
  normalQuantile,
  regularizedBeta,
  studentTCdf,
  studentTQuantile,
} from "./distributions.js";

function relativeError(got: number, expected: number): number {
  return Math.abs(got - expected) / Math.abs(expected);
}

describe("Student t", () => {
  // NIST/SEMATECH e-Handbook of Statistical Methods, table 1.3.6.7.2; freedom: 0.90 0.975 0.995.
  it.each([
    [1, 3.078, 12.706, 63.657],
    [2, 1.886, 4.303, 9.925],
    [3, 1.638, 3.182, 5.841],
    [4, 1.533, 2.776, 4.604],
    [5, 1.476, 2.571, 4.032],
    [7, 1.415, 2.365, 3.499],
    [10, 1.372, 2.228, 3.169],
    [20, 1.325, 2.086, 2.845],
    [30, 1.31, 2.042, 2.75],
    [100, 1.29, 1.984, 2.626],
    [Infinity, 1.282, 1.96, 2.576],
  ])("quantiles at %d degrees of freedom match the table", (freedom, t90, t975, t995) => {
    expect(studentTQuantile(0.9, freedom)).toBeCloseTo(t90, 3);
    expect(studentTQuantile(0.975, freedom)).toBeCloseTo(t975, 3);
    expect(studentTQuantile(0.995, freedom)).toBeCloseTo(t995, 3);
  });

  it("equals the closed forms at 1, 2 and 4 degrees of freedom", () => {
    const finite = fc.double({ min: -1e6, max: 1e6, noNaN: true });
    const check = fc.property(finite, (t) => {
      const s = t / Math.sqrt(4 + t * t);
      expect(studentTCdf(t, 1)).toBeCloseTo(0.5 + Math.atan(t) / Math.PI, 13);
      expect(studentTCdf(t, 2)).toBeCloseTo(0.5 + t / (2 * Math.sqrt(2 + t * t)), 13);
      expect(studentTCdf(t, 4)).toBeCloseTo(0.5 + (3 / 4) * (s - s ** 3 / 3), 13);
    });
    fc.assert(check);
  });

  it("keeps its digits far out in the tail", () => {
    // Cauchy: P(T < -t) = atan(1 / t) / pi.
    for (const t of [1e3, 1e7, 1e9, 1e12]) {
      expect(relativeError(studentTCdf(-t, 1), Math.atan(1 / t) / Math.PI)).toBeLessThan(1e-12);
    }
  });

  it("has no seam where the method changes, at 200 degrees of freedom", () => {
    for (const t of [0.01, 0.5, 1.5, 2.5, 5]) {
      const below = studentTCdf(-t, 200);
      const above = studentTCdf(-t, 200.000001);
      expect(relativeError(below, above)).toBeLessThan(1e-7);
      expect(above).toBeLessThanOrEqual(below + 1e-12);
    }
  });

  it("inverts its own CDF, rises with p and is symmetric", () => {
    const probability = fc.double({ min: 1e-9, max: 1 - 1e-9, noNaN: true });
    const freedom = fc.double({ min: 0.5, max: 1e6, noNaN: true });
    const check = fc.property(probability, probability, freedom, (p, other, f) => {
      const t = studentTQuantile(p, f);
      expect(studentTCdf(t, f)).toBeCloseTo(p, 11);
      expect(studentTCdf(t, f) + studentTCdf(-t, f)).toBeCloseTo(1, 14);
      if (other > p) expect(studentTQuantile(other, f)).toBeGreaterThanOrEqual(t);
    });
    fc.assert(check);
  });

  it("nears the normal from outside as freedom grows", () => {
    const check = fc.property(fc.double({ min: 0.01, max: 6, noNaN: true }), (z) => {
      const tails = [1, 5, 50, 500, 5e4, Infinity].map((freedom) => studentTCdf(-z, freedom));
      expect(tails).toEqual(tails.toSorted((a, b) => b - a));
      expect(tails.at(-1)).toBe(normalCdf(-z));
    });
    fc.assert(check);
  });

  it("gives infinite ends and NaN outside its domain", () => {
    expect(studentTQuantile(0, 3)).toBe(-Infinity);
    expect(studentTQuantile(1, 3)).toBe(Infinity);
    expect(studentTQuantile(0.5, 3)).toBe(0);
    for (const bad of [-0.1, 1.1, NaN]) expect(studentTQuantile(bad, 3)).toBeNaN();
    for (const bad of [0, -1, NaN]) expect(studentTQuantile(0.9, bad)).toBeNaN();
    for (const bad of [0, -1, NaN]) expect(studentTCdf(1, bad)).toBeNaN();
    expect(studentTCdf(-Infinity, 3)).toBe(0);
    expect(studentTCdf(Infinity, 3)).toBe(1);
  });
});

describe("normal", () => {
  it("matches 20-digit values of the tail", () => {
    // Evaluated with mpmath 1.3.0 at 40 digits: ncdf(z).
    const values: [number, number][] = [
      [-1, 0.15865525393145705],
      [-1.959963984540054, 0.025],
      [-2.5, 0.006209665325776135],
      [-6, 9.865876450376946e-10],
      [-10, 7.619853024160527e-24],
      [-30, 4.906713927148187e-198],
    ];
    for (const [z, tail] of values) expect(relativeError(normalCdf(z), tail)).toBeLessThan(1e-12);
  });

  it("agrees with simple-statistics as far as its digits go", () => {
    const check = fc.property(fc.double({ min: -3, max: 3, noNaN: true }), (z) => {
      const expected = (1 + oracle.errorFunction(z / Math.SQRT2)) / 2;
      expect(Math.abs(normalCdf(z) - expected)).toBeLessThan(2e-7);
    });
    fc.assert(check);
  });

  it("quantile and CDF, written from two sources, invert each other", () => {
    const check = fc.property(fc.double({ min: -35, max: 5, noNaN: true }), (z) => {
      const scale = z > 0 ? 1e-9 : 1e-13; // above zero 1 - p has lost the digits
      expect(Math.abs(normalQuantile(normalCdf(z)) - z)).toBeLessThan(scale * Math.max(1, -z));
    });
    fc.assert(check, { numRuns: 1000 });
  });

  it("gives infinite ends and NaN outside its domain", () => {
    expect(normalQuantile(0)).toBe(-Infinity);
    expect(normalQuantile(1)).toBe(Infinity);
    expect(normalQuantile(0.5)).toBe(0);
    for (const bad of [-0.1, 1.1, NaN]) expect(normalQuantile(bad)).toBeNaN();
    expect([normalCdf(-Infinity), normalCdf(Infinity)]).toEqual([0, 1]);
    expect(normalCdf(NaN)).toBeNaN();
  });
});

describe("beta and gamma", () => {
  it("log gamma is the log of the factorial at whole numbers", () => {
    let logFactorial = 0;
    for (let n = 1; n <= 170; n++) {
      expect(Math.abs(logGamma(n) - logFactorial)).toBeLessThan(1e-12 * Math.max(1, logFactorial));
      logFactorial += Math.log(n);
    }
    expect(logGamma(0.5)).toBeCloseTo(Math.log(Math.PI) / 2, 13);
    expect(logGamma(0)).toBeNaN();
  });

  it("the incomplete beta at whole arguments is a binomial tail", () => {
    const whole = fc.integer({ min: 1, max: 20 });
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    const check = fc.property(whole, whole, share, (a, b, x) => {
      // DLMF 8.17.5: I_x(a, b) = P(at least a successes in a + b - 1 trials).
      let tail = 0;
      const trials = a + b - 1;
      for (let k = a; k <= trials; k++)
        tail += binomial(trials, k) * x ** k * (1 - x) ** (trials - k);
      expect(regularizedBeta(x, a, b)).toBeCloseTo(tail, 12);
    });
    fc.assert(check);
    expect([regularizedBeta(0, 2, 3), regularizedBeta(1, 2, 3)]).toEqual([0, 1]);
    for (const bad of [-0.1, 1.1, NaN]) expect(regularizedBeta(bad, 2, 3)).toBeNaN();
  });
});

function binomial(n: number, k: number): number {
  let product = 1;
  for (let i = 1; i <= k; i++) product = (product * (n - k + i)) / i;
  return product;
}
