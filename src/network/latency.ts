/**
 * Delays that do not depend on who talks to whom: constant, or drawn per message from a table of
 * quantiles. Callers have checked the arguments (build.ts).
 */
import { invariant } from "../errors.js";
import type { Latency } from "./network.js";

type Quantiles = Extract<Latency, { kind: "quantiles" }>;

/** Steps of a quantile table: the p99.9 still has its own entry. */
export const QUANTILES_LENGTH = 1024;

/** Every message takes `ms`. */
export function constantLatency(ms: number): Latency {
  return { kind: "constant", ms };
}

/** Uniform from `minMs` to `maxMs`. */
export function uniformLatency({ minMs, maxMs }: { minMs: number; maxMs: number }): Quantiles {
  return fromQuantile((probability) => minMs + (maxMs - minMs) * probability);
}

/** Log-normal: ln(delay) has mean ln(medianMs) and standard deviation `sigma`. */
export function logNormalLatency(options: { medianMs: number; sigma: number }): Quantiles {
  const { medianMs, sigma } = options;
  return fromQuantile((probability) => medianMs * Math.exp(sigma * normalQuantile(probability)));
}

/**
 * The distribution of measured delays, linear between neighbouring samples (Hyndman, Fan 1996,
 * Sample Quantiles in Statistical Packages, type 7).
 * @param samplesMs at least one, in any order, not changed
 */
export function measuredLatency(samplesMs: ArrayLike<number>): Quantiles {
  invariant(samplesMs.length > 0, "measuredLatency without samples");
  const sorted = Float64Array.from(samplesMs).sort();
  return fromQuantile((probability) => {
    const place = probability * (sorted.length - 1);
    const below = sorted[Math.floor(place)]!;
    const above = sorted[Math.ceil(place)]!;
    return below + (above - below) * (place - Math.floor(place));
  });
}

/**
 * z with P(Z <= z) = `probability` of the standard normal, 0 < probability < 1; relative error
 * below 1.2e-9. Rational approximations of Acklam 2003, An algorithm for computing the inverse
 * normal cumulative distribution function.
 */
export function normalQuantile(probability: number): number {
  if (probability > 0.5) return -normalQuantile(1 - probability);
  if (probability < CENTRAL_FROM) {
    const depth = Math.sqrt(-2 * Math.log(probability));
    return polynomial(TAIL_TOP, depth) / polynomial(TAIL_BOTTOM, depth);
  }
  const centred = probability - 0.5;
  const square = centred * centred;
  return (centred * polynomial(CENTRAL_TOP, square)) / polynomial(CENTRAL_BOTTOM, square);
}

function fromQuantile(quantile: (probability: number) => number): Quantiles {
  const quantilesMs = new Float64Array(QUANTILES_LENGTH);
  for (let step = 0; step < QUANTILES_LENGTH; step++) {
    quantilesMs[step] = quantile((step + 0.5) / QUANTILES_LENGTH);
  }
  return { kind: "quantiles", quantilesMs };
}

function polynomial(coefficients: readonly number[], x: number): number {
  return coefficients.reduce((value, coefficient) => value * x + coefficient, 0);
}

/** Acklam's break point and coefficients, highest power first. */
const CENTRAL_FROM = 0.02425;
const CENTRAL_TOP = [
  -3.969683028665376e1, 2.209460984245205e2, -2.759285104469687e2, 1.38357751867269e2,
  -3.066479806614716e1, 2.506628277459239,
];
const CENTRAL_BOTTOM = [
  -5.447609879822406e1, 1.615858368580409e2, -1.556989798598866e2, 6.680131188771972e1,
  -1.328068155288572e1, 1,
];
const TAIL_TOP = [
  -7.784894002430293e-3, -3.223964580411365e-1, -2.400758277161838, -2.549732539343734,
  4.374664141464968, 2.938163982698783,
];
const TAIL_BOTTOM = [
  7.784695709041462e-3, 3.224671290700398e-1, 2.445134137142996, 3.754408661907416, 1,
];
