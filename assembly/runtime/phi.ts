/**
 * Phi of an accrual detector: how unlikely it is that a heartbeat still comes after such a silence, as
 * minus log10 of the tail of the law that intervals follow (Hayashibara et al. 2004).
 */
import { exponential, naturalLog } from "./math";

export const LN_10: f64 = 2.302585092994046;
/** ln sqrt(2 pi), 1 / sqrt(2 pi). */
const LN_SQRT_2_PI: f64 = 0.9189385332046727;
const DENSITY_AT_0: f64 = 0.3989422804014327;
/** From here on the tail is taken from a continued fraction, below from a series. */
const FAR: f64 = 3.0;
/** So far below the mean nothing is unusual: phi is less than 1e-6. */
const EARLY: f64 = -5.0;

/** Intervals are exponential (Cassandra): phi = silence / (mean ln 10). @param mean in the unit of silence, > 0 */
export function phiExponential(silence: f64, mean: f64): f64 {
  return silence / mean / LN_10;
}

/** Intervals are normal. @param deviation standard deviation, > 0 */
export function phiNormal(silence: f64, mean: f64, deviation: f64): f64 {
  const z = (silence - mean) / deviation;
  if (z < EARLY) return 0.0;
  if (z < FAR) return 0.0 - naturalLog(normalTail(z)) / LN_10;
  return (z * z * 0.5 + LN_SQRT_2_PI - naturalLog(tailOverDensity(z))) / LN_10;
}

/** P(Z > z) for |z| <= 5: half minus the density times sum of z^(2k+1) / (1 3 5 … (2k+1)). */
function normalTail(z: f64): f64 {
  const square = z * z;
  let term = z;
  let sum = z;
  for (let odd: f64 = 3; odd < 140; odd = odd + 2.0) {
    term = (term * square) / odd;
    sum = sum + term;
  }
  return 0.5 - DENSITY_AT_0 * exponential(square * -0.5) * sum;
}

/** Laplace's continued fraction of tail over density, z >= 3: 60 terms give 12 digits. */
function tailOverDensity(z: f64): f64 {
  let rest = z;
  for (let k: f64 = 60; k > 0; k = k - 1.0) rest = z + k / rest;
  return 1.0 / rest;
}

/** Square root of x >= 0 by Newton's steps from above; both backends take the same ones. */
export function squareRoot(x: f64): f64 {
  if (x <= 0) return 0.0;
  let root: f64 = x > 1.0 ? x : 1.0;
  for (let step: u32 = 0; step < 80; step++) {
    const next = 0.5 * (root + x / root);
    if (next >= root) return root;
    root = next;
  }
  return root;
}
