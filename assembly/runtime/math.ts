/**
 * Functions whose library versions may differ in the last bit between engines, written in one order
 * of f64 operations so that both backends agree. Errors are stated per function.
 */

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
