/**
 * A mean against a margin: beyond it, within it, and how small a change would be found. Values are on a
 * scale with zero for no change (log ratios); freedom is samples less one.
 */
import { studentTCdf, studentTQuantile } from "./distributions.js";
import { meanInterval } from "./interval.js";

export interface MeanEstimate {
  readonly mean: number;
  readonly standardError: number;
  readonly count: number;
}

/** Mean and s / sqrt(n) of at least two values. */
export function meanEstimate(values: readonly number[]): MeanEstimate {
  const { mean, stddev } = meanInterval(values);
  const count = values.length;
  return { mean, standardError: (stddev ?? NaN) / Math.sqrt(count), count };
}

/** One-sided p of the mean being no larger than `margin`; without spread it is 0, 1/2 or 1. */
export function pAbove({ mean, standardError, count }: MeanEstimate, margin: number): number {
  const distance = mean - margin;
  if (standardError === 0) return distance > 0 ? 0 : distance < 0 ? 1 : 0.5;
  return studentTCdf(-distance / standardError, count - 1);
}

export function pBelow(estimate: MeanEstimate, margin: number): number {
  return pAbove({ ...estimate, mean: -estimate.mean }, -margin);
}

/** Two one-sided tests (Schuirmann 1987): small when the mean lies within +-margin. */
export function pWithin(estimate: MeanEstimate, margin: number): number {
  return Math.max(pAbove(estimate, -margin), pBelow(estimate, margin));
}

/** The mean that a one-sided test at `alpha` against `margin` finds with probability `power`. */
export function detectableMean(
  { standardError, count }: MeanEstimate,
  margin: number,
  { alpha, power }: { readonly alpha: number; readonly power: number },
): number {
  const reach = studentTQuantile(1 - alpha, count - 1) + studentTQuantile(power, count - 1);
  return margin + reach * standardError;
}

/**
 * Which of many p-values pass at false discovery rate `rate` (Benjamini, Hochberg 1995).
 * @returns one flag per p-value, in their order
 */
export function benjaminiHochberg(pValues: readonly number[], rate: number): boolean[] {
  const sorted = pValues.toSorted((a, b) => a - b);
  let cut = -1;
  for (const [index, p] of sorted.entries()) {
    if (p <= ((index + 1) / sorted.length) * rate) cut = p;
  }
  return pValues.map((p) => p <= cut);
}
