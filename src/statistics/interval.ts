/**
 * 95 % confidence intervals of a mean and of the ratio of paired times, both by Student's t.
 * They assume independent samples, roughly normal (for the ratio: in the logarithm).
 */
import { invariant } from "../errors.js";
import { studentTQuantile } from "./distributions.js";

/** Lower and upper end; both null where fewer than two samples leave it open. */
export type Interval = [low: number | null, high: number | null];

export interface MeanInterval {
  readonly mean: number;
  /** Of the sample, divisor n - 1; null for a single value. */
  readonly stddev: number | null;
  readonly ci95: Interval;
}

/** Arithmetic mean and its interval; needs at least one value, all finite. */
export function meanInterval(values: readonly number[]): MeanInterval {
  const count = values.length;
  const first = values[0];
  invariant(first !== undefined, "mean of no values");
  // Sums are taken over differences from the first value, so equal values give exactly that mean.
  const mean = first + sum(values, (value) => value - first) / count;
  if (count < 2) return { mean, stddev: null, ci95: [null, null] };
  const stddev = Math.sqrt(sum(values, (value) => (value - mean) ** 2) / (count - 1));
  const reach = (studentTQuantile(0.975, count - 1) * stddev) / Math.sqrt(count);
  return { mean, stddev, ci95: [mean - reach, mean + reach] };
}

export interface PairedRatio {
  /** Geometric mean of the pairs' ratios. */
  readonly ratio: number;
  readonly ci95: Interval;
  /** Pairs the ratio stands on. */
  readonly rounds: number;
}

/**
 * How many times longer `times` took than `baseTimes`, measured in pairs: exp of the mean of
 * ln(times[i] / baseTimes[i]), with the t interval of that mean.
 * A pair in which either time is not above zero has no ratio and is left out; `rounds` tells.
 * @returns null when no pair has a ratio
 */
export function pairedRatio(
  times: readonly number[],
  baseTimes: readonly number[],
): PairedRatio | null {
  invariant(times.length === baseTimes.length, "paired times differ in number");
  const logRatios: number[] = [];
  for (const [index, time] of times.entries()) {
    const logRatio = Math.log(time) - Math.log(baseTimes[index] ?? NaN);
    if (Number.isFinite(logRatio)) logRatios.push(logRatio);
  }
  if (logRatios.length === 0) return null;
  const { mean, ci95 } = meanInterval(logRatios);
  const [low, high] = ci95;
  return {
    ratio: Math.exp(mean),
    ci95: [low === null ? null : Math.exp(low), high === null ? null : Math.exp(high)],
    rounds: logRatios.length,
  };
}

/** A sample by its figures; `stddev` is null for a single value. */
export interface SampleFigures {
  readonly count: number;
  readonly mean: number;
  readonly stddev: number | null;
}

/**
 * Mean of one sample over the mean of an independent one, with the interval of its logarithm: the delta
 * method's standard error and Welch's degrees of freedom. Both means must be above zero.
 */
export function ratioOfMeans(
  sample: SampleFigures,
  base: SampleFigures,
): { readonly ratio: number; readonly ci95: Interval } {
  invariant(sample.mean > 0 && base.mean > 0, "a ratio of means that are not above zero");
  const ratio = sample.mean / base.mean;
  const parts: { variance: number; freedom: number }[] = [];
  for (const { count, mean, stddev } of [sample, base]) {
    if (stddev === null || count < 2) return { ratio, ci95: [null, null] };
    parts.push({ variance: (stddev / mean) ** 2 / count, freedom: count - 1 });
  }
  const variance = sum(
    parts.map((part) => part.variance),
    (each) => each,
  );
  if (variance === 0) return { ratio, ci95: [ratio, ratio] };
  const spent = parts.map((part) => part.variance ** 2 / part.freedom);
  const freedom = variance ** 2 / sum(spent, (each) => each);
  const reach = studentTQuantile(0.975, freedom) * Math.sqrt(variance);
  return { ratio, ci95: [ratio * Math.exp(-reach), ratio * Math.exp(reach)] };
}

function sum(values: readonly number[], term: (value: number) => number): number {
  let total = 0;
  for (const value of values) total += term(value);
  return total;
}
