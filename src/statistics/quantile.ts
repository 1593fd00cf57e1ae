/** Sample quantiles by linear interpolation: type 7 of Hyndman and Fan 1996, the default of R. */
import { invariant } from "../errors.js";

/**
 * Quantile of an ascending sample: the value at position (n - 1) * probability, interpolated.
 * @param sorted ascending, at least one value, no NaN; not changed
 * @param probability 0 .. 1
 */
export function quantile(sorted: ArrayLike<number>, probability: number): number {
  return quantileByRank(sorted.length, probability, (rank) => sorted[rank] ?? NaN);
}

/**
 * The same where the sample is not at hand as an array.
 * @param count sample size, at least 1
 * @param valueAt value at a zero-based rank of the ascending sample
 */
export function quantileByRank(
  count: number,
  probability: number,
  valueAt: (rank: number) => number,
): number {
  invariant(count > 0, "quantile of no values");
  invariant(probability >= 0 && probability <= 1, `quantile at probability ${probability}`);
  const position = (count - 1) * probability;
  const rank = Math.floor(position);
  const low = valueAt(rank);
  if (position === rank) return low;
  return low + (position - rank) * (valueAt(rank + 1) - low);
}

/** Median of at least one value in any order. */
export function median(values: readonly number[]): number {
  return quantile(
    values.toSorted((a, b) => a - b),
    0.5,
  );
}

/** Standard error of a median: sqrt(pi / 2) times that of a mean, with the deviation from median deviations. */
export function medianError(values: readonly number[]): number {
  const centre = median(values);
  const deviation = 1.4826 * median(values.map((value) => Math.abs(value - centre)));
  return Math.sqrt(Math.PI / 2 / values.length) * deviation;
}
