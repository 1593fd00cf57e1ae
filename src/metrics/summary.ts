/** One measure over all trials: mean with its interval, and quantiles. */
import { invariant } from "../errors.js";
import { meanInterval, type Interval } from "../statistics/interval.js";
import { quantile } from "../statistics/quantile.js";

/** Shape of a summary in the record; null where there are too few values for it. */
export interface SampleSummary {
  /** Trials that have the measure; the others are in none of the figures. */
  count: number;
  mean: number | null;
  /** Of the sample, divisor n - 1. */
  stddev: number | null;
  min: number | null;
  p50: number | null;
  p90: number | null;
  p99: number | null;
  max: number | null;
  /** Of the mean, by Student's t. */
  ci95: Interval;
}

/**
 * Summarises one measure, one entry per trial; a null entry (a coverage never reached) is left out.
 * Standard deviation and interval need two values. All values must be finite.
 */
export function summarize(samples: readonly (number | null)[]): SampleSummary {
  const values = samples.filter((sample) => sample !== null);
  invariant(values.every(Number.isFinite), "a sample is neither finite nor null");
  if (values.length === 0) return emptySummary();
  const sorted = values.toSorted((a, b) => a - b);
  return {
    count: values.length,
    ...meanInterval(values),
    min: quantile(sorted, 0),
    p50: quantile(sorted, 0.5),
    p90: quantile(sorted, 0.9),
    p99: quantile(sorted, 0.99),
    max: quantile(sorted, 1),
  };
}

function emptySummary(): SampleSummary {
  const none = { mean: null, stddev: null, min: null, p50: null, p90: null, p99: null, max: null };
  return { count: 0, ...none, ci95: [null, null] };
}
