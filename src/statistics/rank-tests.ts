/**
 * Tests and estimates that ask for no normal distribution: Hodges-Lehmann, sign flips, Mann-Whitney,
 * Mann-Kendall. Pure functions of their samples; p-values lie in 0 .. 1.
 */
import { normalCdf } from "./distributions.js";
import { median } from "./quantile.js";

/** Up to this many values all 2^n sign patterns are tried: 16384 sums. */
const EXACT_FLIPS_MAX = 14;
const SAMPLED_FLIPS = 20_000;

/** Median of all pairwise means, each value with itself too (Hodges, Lehmann 1963). */
export function hodgesLehmann(values: readonly number[]): number {
  const means: number[] = [];
  for (let i = 0; i < values.length; i++) {
    for (let j = i; j < values.length; j++) means.push((values[i]! + values[j]!) / 2);
  }
  return median(means);
}

/**
 * P(mean >= the one seen) if each value were as likely to have the other sign: exact up to 14 values,
 * else over 20 000 patterns drawn by `random`, the one seen counted in (Phipson, Smyth 2010).
 * @param random uniform in [0, 1)
 */
export function signFlipP(values: readonly number[], random: () => number): number {
  const seen = values.reduce((sum, value) => sum + value, 0);
  // Sums in another order differ in their last bits; equal patterns must count as equal.
  const slack = values.reduce((sum, value) => sum + Math.abs(value), 0) * 1e-12;
  const reaches = (isFlipped: (index: number) => boolean): boolean => {
    const sum = values.reduce((acc, value, index) => acc + (isFlipped(index) ? -value : value), 0);
    return sum >= seen - slack;
  };
  let hits = 0;
  if (values.length <= EXACT_FLIPS_MAX) {
    const patterns = 2 ** values.length;
    for (let bits = 0; bits < patterns; bits++) {
      if (reaches((index) => ((bits >>> index) & 1) === 1)) hits++;
    }
    return hits / patterns;
  }
  for (let draw = 0; draw < SAMPLED_FLIPS; draw++) if (reaches(() => random() < 0.5)) hits++;
  return (hits + 1) / (SAMPLED_FLIPS + 1);
}

export interface MannWhitney {
  /** Pairs in which the first sample is larger, ties half. */
  readonly u: number;
  readonly p: number;
}

/** Two-sided Mann-Whitney by the normal approximation, corrected for ties and continuity. */
export function mannWhitney(first: readonly number[], second: readonly number[]): MannWhitney {
  const pooled = [...first, ...second].sort((a, b) => a - b);
  const n = pooled.length;
  let u = 0;
  for (const a of first) {
    for (const b of second) u += a > b ? 1 : a === b ? 0.5 : 0;
  }
  const pairs = first.length * second.length;
  const variance = (pairs / 12) * (n + 1 - tieSum(pooled, (t) => t ** 3 - t) / (n * (n - 1)));
  if (!(variance > 0)) return { u, p: 1 };
  const z = Math.max(0, Math.abs(u - pairs / 2) - 0.5) / Math.sqrt(variance);
  return { u, p: Math.min(1, 2 * normalCdf(-z)) };
}

export interface MannKendall {
  /** Pairs that rise less pairs that fall. */
  readonly s: number;
  readonly p: number;
}

/** Two-sided Mann-Kendall test for a trend in time order, corrected for ties (Kendall 1975). */
export function mannKendall(values: readonly number[]): MannKendall {
  const n = values.length;
  let s = 0;
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) s += Math.sign(values[j]! - values[i]!);
  }
  const sorted = values.toSorted((a, b) => a - b);
  const ties = tieSum(sorted, (t) => t * (t - 1) * (2 * t + 5));
  const variance = (n * (n - 1) * (2 * n + 5) - ties) / 18;
  if (!(variance > 0)) return { s, p: 1 };
  const z = Math.max(0, Math.abs(s) - 1) / Math.sqrt(variance);
  return { s, p: Math.min(1, 2 * normalCdf(-z)) };
}

/** Sum of `weight` over the lengths of runs of equal values. */
function tieSum(sorted: readonly number[], weight: (length: number) => number): number {
  let sum = 0;
  for (let from = 0; from < sorted.length;) {
    let to = from + 1;
    while (to < sorted.length && sorted[to] === sorted[from]) to++;
    sum += weight(to - from);
    from = to;
  }
  return sum;
}
