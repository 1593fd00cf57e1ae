/**
 * Where a series of measured values changes its level: an exact piecewise-constant fit under weighted L1 cost,
 * then only those breaks that a Welch test, a least size and enough points on both sides support.
 */
import { studentTCdf } from "./distributions.js";

export interface SeriesPoint {
  readonly value: number;
  /** One over the width of the value's interval: what is known better counts more. */
  readonly weight: number;
}

export interface ChangePoint {
  /** Index of the first point of the new level; the last of the old level is the one before. */
  readonly index: number;
  /** New level minus old level. */
  readonly size: number;
  /** Of Welch's test, two-sided. */
  readonly p: number;
}

export interface Fit {
  /** First index of each segment; the first is 0. */
  readonly starts: readonly number[];
  /** Sum of w |y - weighted median| over all segments, penalties left out. */
  readonly cost: number;
}

/** Older points say nothing of what is slow now, and the fit takes quadratic time. */
export const SERIES_POINTS_MAX = 400;
const SIDE_POINTS_MIN = 3;
const WELCH_P_MAX = 0.001;
const GRID_VALUES = 20;
/** Smallest penalty of the grid, as a share of the cost without a break. */
const GRID_LEAST = 1e-4;

/**
 * Breaks of the last 400 points, oldest first; indices count in the whole series.
 * @param floor smallest difference of levels that counts, in the unit of the values
 */
export function changePoints(
  series: readonly SeriesPoint[],
  floor: number,
): readonly ChangePoint[] {
  const offset = Math.max(0, series.length - SERIES_POINTS_MAX);
  const points = series.slice(offset);
  if (points.length < 2 * SIDE_POINTS_MIN) return [];
  let starts = chosenFit(points).starts;
  for (;;) {
    const breaks = breaksOf(points, starts);
    const weak = breaks.filter(
      (found) => !found.isLong || !(found.p <= WELCH_P_MAX) || Math.abs(found.size) < floor,
    );
    if (weak.length === 0) {
      return breaks.map(({ index, size, p }) => ({ index: index + offset, size, p }));
    }
    const weakest = weak.reduce((a, b) =>
      b.p > a.p || (b.p === a.p && Math.abs(b.size) < Math.abs(a.size)) ? b : a,
    );
    starts = starts.filter((start) => start !== weakest.index);
  }
}

/** The fit whose penalty, of a geometric grid, has the least (4 ln n / n) jumps + ln(cost). */
export function chosenFit(points: readonly SeriesPoint[]): Fit {
  const costs = segmentCosts(points);
  const count = points.length;
  const whole = costs[0]![count - 1]!;
  // Exact fits of noiseless series cost 0, and rounding must not decide between them.
  const least =
    1e-12 * points.reduce((sum, { value, weight }) => sum + weight * Math.abs(value), 0);
  if (whole <= least) return { starts: [0], cost: whole };
  let best: Fit = { starts: [0], cost: whole };
  let bestScore = Math.log(whole);
  for (let step = 0; step < GRID_VALUES; step++) {
    const gamma = whole * GRID_LEAST ** (step / (GRID_VALUES - 1));
    const fit = fitOf(costs, gamma);
    const jumps = fit.starts.length - 1;
    const score = ((4 * Math.log(count)) / count) * jumps + Math.log(Math.max(fit.cost, least));
    if (score < bestScore) [best, bestScore] = [fit, score];
  }
  return best;
}

/** Least sum of segment costs plus `gamma` for each segment: exact, by dynamic programming. */
export function penalisedFit(points: readonly SeriesPoint[], gamma: number): Fit {
  return fitOf(segmentCosts(points), gamma);
}

function fitOf(costs: readonly Float64Array[], gamma: number): Fit {
  const count = costs.length;
  const best = new Float64Array(count + 1);
  const from = new Int32Array(count + 1);
  for (let right = 1; right <= count; right++) {
    best[right] = Infinity;
    for (let left = 0; left < right; left++) {
      const cost = best[left]! + gamma + costs[left]![right - 1]!;
      if (cost < best[right]!) [best[right], from[right]] = [cost, left];
    }
  }
  const starts: number[] = [];
  let cost = 0;
  for (let right = count; right > 0; right = from[right]!) {
    starts.unshift(from[right]!);
    cost += costs[from[right]!]![right - 1]!;
  }
  return { starts, cost };
}

/** [left][right]: sum of w |y - weighted median| from left to right, both within. */
function segmentCosts(points: readonly SeriesPoint[]): readonly Float64Array[] {
  const count = points.length;
  return points.map((_, left) => {
    const row = new Float64Array(count);
    const sorted: SeriesPoint[] = [];
    for (let right = left; right < count; right++) {
      insert(sorted, points[right]!);
      row[right] = costAround(sorted, weightedMedian(sorted));
    }
    return row;
  });
}

function insert(sorted: SeriesPoint[], point: SeriesPoint): void {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]!.value < point.value) low = middle + 1;
    else high = middle;
  }
  sorted.splice(low, 0, point);
}

/** Lower weighted median of points in order of value. */
function weightedMedian(sorted: readonly SeriesPoint[]): number {
  let half = 0;
  for (const { weight } of sorted) half += weight / 2;
  let below = 0;
  for (const { value, weight } of sorted) {
    below += weight;
    if (below >= half) return value;
  }
  return sorted.at(-1)!.value;
}

function costAround(points: readonly SeriesPoint[], level: number): number {
  let cost = 0;
  for (const { value, weight } of points) cost += weight * Math.abs(value - level);
  return cost;
}

function breaksOf(
  points: readonly SeriesPoint[],
  starts: readonly number[],
): readonly (ChangePoint & { readonly isLong: boolean })[] {
  const segments = starts.map((start, at) => points.slice(start, starts[at + 1]));
  return starts.slice(1).map((index, at) => {
    const [old, young] = [segments[at]!, segments[at + 1]!];
    return {
      index,
      size: levelOf(young) - levelOf(old),
      p: welchP(
        old.map(({ value }) => value),
        young.map(({ value }) => value),
      ),
      isLong: Math.min(old.length, young.length) >= SIDE_POINTS_MIN,
    };
  });
}

function levelOf(points: readonly SeriesPoint[]): number {
  return weightedMedian(points.toSorted((a, b) => a.value - b.value));
}

/** Two-sided p of equal means with unequal variances; 1 where a side has a single value. */
export function welchP(a: readonly number[], b: readonly number[]): number {
  if (a.length < 2 || b.length < 2) return 1;
  const [first, second] = [momentsOf(a), momentsOf(b)];
  const [u, v] = [first.variance / a.length, second.variance / b.length];
  const difference = first.mean - second.mean;
  if (u + v === 0) return difference === 0 ? 1 : 0;
  const freedom = (u + v) ** 2 / (u ** 2 / (a.length - 1) + v ** 2 / (b.length - 1));
  return Math.min(1, 2 * studentTCdf(-Math.abs(difference) / Math.sqrt(u + v), freedom));
}

function momentsOf(values: readonly number[]): { mean: number; variance: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, variance: squares / (values.length - 1) };
}
