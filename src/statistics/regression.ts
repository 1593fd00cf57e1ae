/**
 * Straight line through points by least squares, with the 95 % interval of its slope by Student's t.
 * It assumes independent errors of equal spread around a true line.
 */
import { invariant } from "../errors.js";
import { studentTQuantile } from "./distributions.js";
import type { Interval } from "./interval.js";

export interface Line {
  readonly slope: number;
  readonly intercept: number;
  /** Of the slope; both ends null for two points, which leave no freedom. */
  readonly ci95: Interval;
  /** Standard deviation of the points around the line, divisor n - 2; null for two points. */
  readonly residualStddev: number | null;
  readonly points: number;
}

/**
 * @param xs, ys of equal length, all finite
 * @returns null when fewer than two values of x differ: no line is determined
 */
export function leastSquares(xs: readonly number[], ys: readonly number[]): Line | null {
  invariant(xs.length === ys.length, "coordinates differ in number");
  invariant([...xs, ...ys].every(Number.isFinite), "a coordinate is not finite");
  const points = xs.length;
  if (new Set(xs).size < 2) return null;
  const [meanX, meanY] = [mean(xs), mean(ys)];
  let [spreadX, common] = [0, 0];
  for (let i = 0; i < points; i++) {
    const dx = xs[i]! - meanX;
    spreadX += dx * dx;
    common += dx * (ys[i]! - meanY);
  }
  // Differing values whose squares underflow determine no line either.
  if (spreadX === 0) return null;
  const slope = common / spreadX;
  const intercept = meanY - slope * meanX;
  if (points === 2) {
    return { slope, intercept, ci95: [null, null], residualStddev: null, points };
  }
  // Around the means, so that a large intercept does not cancel digits.
  let squares = 0;
  for (let i = 0; i < points; i++) squares += (ys[i]! - meanY - slope * (xs[i]! - meanX)) ** 2;
  const freedom = points - 2;
  const residualStddev = Math.sqrt(squares / freedom);
  const reach = (studentTQuantile(0.975, freedom) * residualStddev) / Math.sqrt(spreadX);
  return { slope, intercept, ci95: [slope - reach, slope + reach], residualStddev, points };
}

/** Sums are taken over differences from the first value, so that equal values give exactly it. */
function mean(values: readonly number[]): number {
  const first = values[0]!;
  return first + values.reduce((total, value) => total + (value - first), 0) / values.length;
}
