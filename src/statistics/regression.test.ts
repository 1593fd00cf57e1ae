/** The fitted line against hand-worked points, simple-statistics, its laws and its own promise. */
import fc from "fast-check";
import * as oracle from "simple-statistics";
import { describe, expect, it } from "vitest";
import { normalQuantile } from "./distributions.js";
import { leastSquares } from "./regression.js";

const value = fc.double({ min: -1e6, max: 1e6, noNaN: true });
const cloud = fc
  .array(fc.tuple(value, value), { minLength: 3, maxLength: 40 })
  .filter((points) => spread(points.map(([x]) => x)) > 1e-3);

function spread(values: readonly number[]): number {
  return Math.max(...values) - Math.min(...values);
}

describe("least squares", () => {
  it("gives a hand-worked line with its interval", () => {
    // Means 3 and 4; Sxy / Sxx = 6 / 10; residuals -0.8, 0.6, 1, -0.6, -0.2: squares 2.4.
    // s = sqrt(2.4 / 3), t(0.975, 3) = 3.182446: 0.6 -+ 3.182446 * sqrt(0.8 / 10).
    const line = leastSquares([1, 2, 3, 4, 5], [2, 4, 5, 4, 5])!;
    expect(line.slope).toBeCloseTo(0.6, 14);
    expect(line.intercept).toBeCloseTo(2.2, 14);
    expect(line.residualStddev).toBeCloseTo(Math.sqrt(0.8), 14);
    expect(line.ci95[0]).toBeCloseTo(-0.300132, 6);
    expect(line.ci95[1]).toBeCloseTo(1.500132, 6);
    expect(line.points).toBe(5);
  });

  it("has no width on a line, no interval through two points, and no line through one place", () => {
    const exact = leastSquares([0, 1, 2, 3], [7, 9, 11, 13])!;
    expect(exact).toMatchObject({ slope: 2, intercept: 7, ci95: [2, 2], residualStddev: 0 });
    expect(leastSquares([1, 3], [5, 1])).toEqual({
      slope: -2,
      intercept: 7,
      ci95: [null, null],
      residualStddev: null,
      points: 2,
    });
    expect(leastSquares([], [])).toBeNull();
    expect(leastSquares([4], [1])).toBeNull();
    expect(leastSquares([4, 4, 4], [1, 2, 3])).toBeNull();
    expect(leastSquares([0, 1e-200, 0], [1, 2, 3])).toBeNull();
  });

  it("refuses what is no point", () => {
    expect(() => leastSquares([1, 2], [1])).toThrow("differ in number");
    expect(() => leastSquares([1, NaN], [1, 2])).toThrow("not finite");
    expect(() => leastSquares([1, 2], [1, Infinity])).toThrow("not finite");
  });

  it("agrees with simple-statistics", () => {
    const check = fc.property(cloud, (points) => {
      const line = leastSquares(
        points.map(([x]) => x),
        points.map(([, y]) => y),
      )!;
      const { m } = oracle.linearRegression(points.map(([x, y]) => [x, y]));
      const scale = spread(points.map(([, y]) => y)) / spread(points.map(([x]) => x));
      expect(Math.abs(line.slope - m)).toBeLessThanOrEqual(1e-6 * Math.max(scale, Math.abs(m)));
    });
    fc.assert(check);
  });

  it("turns with the axes: y moved and stretched, x stretched", () => {
    const check = fc.property(cloud, fc.integer({ min: 1, max: 64 }), (points, factor) => {
      const xs = points.map(([x]) => x);
      const ys = points.map(([, y]) => y);
      const line = leastSquares(xs, ys)!;
      // Powers of two only: these products lose no digit.
      const two = 2 ** Math.floor(Math.log2(factor));
      const stretched = leastSquares(
        xs.map((x) => x * two),
        ys.map((y) => y * 8),
      )!;
      const near = (got: number, expected: number): void => {
        expect(Math.abs(got - expected)).toBeLessThanOrEqual(1e-9 * (1 + Math.abs(expected)));
      };
      near(stretched.slope, (line.slope * 8) / two);
      near(stretched.ci95[0]!, (line.ci95[0]! * 8) / two);
      near(stretched.ci95[1]!, (line.ci95[1]! * 8) / two);
    });
    fc.assert(check);
  });

  it("covers the true slope in 95 of 100 samples", () => {
    // 2000 samples of 8 points around 3 + 1.5 x: hits are binomial, 1900 -+ 9.7; five of these off.
    let state = 12_345;
    const uniform = (): number => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return (state + 0.5) / 2 ** 32;
    };
    const xs = [1, 2, 3, 5, 8, 13, 21, 34];
    let hits = 0;
    for (let sample = 0; sample < 2000; sample++) {
      const ys = xs.map((x) => 3 + 1.5 * x + 4 * normalQuantile(uniform()));
      const [low, high] = leastSquares(xs, ys)!.ci95;
      if (low! <= 1.5 && 1.5 <= high!) hits++;
    }
    expect(hits).toBeGreaterThan(1900 - 49);
    expect(hits).toBeLessThan(1900 + 49);
  });
});
