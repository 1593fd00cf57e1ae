/**
 * Functions whose library versions may differ in the last bit between engines, written in one order
 * of f64 operations so that both backends agree. Errors are stated per function.
 */
import { toF64, toU32 } from "../memory";

/** Natural logarithm of x > 0, relative error below 1e-15 for 2^-64 <= x <= 1. */
export function naturalLog(x: f64): f64 {
  let mantissa = x;
  let exponent: f64 = 0;
  while (mantissa < 0.7071067811865476) {
    mantissa = mantissa * 2.0;
    exponent = exponent - 1.0;
  }
  while (mantissa > 1.4142135623730951) {
    mantissa = mantissa * 0.5;
    exponent = exponent + 1.0;
  }
  // ln m = 2 artanh(t), t = (m - 1) / (m + 1), |t| <= 0.172: the series gains 1.5 digits a term.
  const t = (mantissa - 1.0) / (mantissa + 1.0);
  const square = t * t;
  let sum: f64 = 0;
  for (let k: f64 = 25; k > 0; k = k - 2.0) sum = sum * square + 1.0 / k;
  return exponent * 0.6931471805599453 + 2.0 * t * sum;
}

/** e^x for x <= 0, relative error below 1e-15 (1 + |x|); 0 from x < -700 on. */
export function exponential(x: f64): f64 {
  if (x < -700.0) return 0.0;
  // x = r - halvings ln 2 with |r| <= ln 2 / 2, where 18 terms of the series leave 1e-24.
  const halvings = toF64(toU32(0.5 - x * 1.4426950408889634));
  const rest = x + halvings * 0.6931471805599453 + halvings * 2.3190468138462996e-17;
  let sum: f64 = 1.0;
  for (let k: f64 = 18; k > 0; k = k - 1.0) sum = 1.0 + (sum * rest) / k;
  for (let k: f64 = halvings; k > 0; k = k - 1.0) sum = sum * 0.5;
  return sum;
}

/** Share of a standard normal variable below x, error below 1e-7 (Abramowitz and Stegun 26.2.17). */
export function normalBelow(x: f64): f64 {
  const size: f64 = x < 0 ? 0.0 - x : x;
  const t = 1.0 / (1.0 + 0.2316419 * size);
  let tail = 1.330274429 * t - 1.821255978;
  tail = tail * t + 1.781477937;
  tail = tail * t - 0.356563782;
  tail = tail * t + 0.31938153;
  const above = tail * t * 0.3989422804014327 * exponential(-0.5 * size * size);
  return x < 0 ? above : 1.0 - above;
}
