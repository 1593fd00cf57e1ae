/**
 * Normal and Student t distributions: relative error below 1e-12 for tails down to 1e-16.
 * Pure functions; probabilities outside their range give NaN, as Math functions do.
 */

/** Relative change at which a series or continued fraction has converged. */
const PRECISION = 1e-16;
/** Bound on the terms of the beta fraction; Student's t needs fewer than 200 of them. */
const TERMS_MAX = 1000;
/** Stands in for zero in Lentz's method, where a zero denominator would end the recurrence. */
const TINY = 1e-300;
/** Above this many degrees of freedom the expansion is exact and the beta fraction loses digits. */
const FREEDOM_EXACT_MAX = 200;
/** Below this distance the series converges fast, above it the continued fraction does. */
const NORMAL_SERIES_MAX = 2.5;

/** P(Z <= z) of the standard normal; z may be infinite. */
export function normalCdf(z: number): number {
  if (Number.isNaN(z)) return NaN;
  const tail = normalUpperTail(Math.abs(z));
  return z < 0 ? tail : 1 - tail;
}

/**
 * z with P(Z <= z) = `probability`; -Infinity at 0 and Infinity at 1.
 * Algorithm AS 241, routine PPND16: Wichura 1988, Applied Statistics 37(3).
 */
export function normalQuantile(probability: number): number {
  if (!(probability >= 0 && probability <= 1)) return NaN;
  if (probability === 0 || probability === 1) return probability === 0 ? -Infinity : Infinity;
  const centred = probability - 0.5;
  if (Math.abs(centred) <= 0.425) {
    return centred * rational(CENTRAL, 0.180625 - centred * centred);
  }
  const depth = Math.sqrt(-Math.log(Math.min(probability, 1 - probability)));
  const z = depth <= 5 ? rational(MIDDLE, depth - 1.6) : rational(FAR, depth - 5);
  return centred < 0 ? -z : z;
}

/** P(T <= t) of Student's t with `freedom` > 0 degrees of freedom, fractions allowed. */
export function studentTCdf(t: number, freedom: number): number {
  if (!(freedom > 0) || Number.isNaN(t)) return NaN;
  const tail = studentTUpperTail(Math.abs(t), freedom);
  return t < 0 ? tail : 1 - tail;
}

/**
 * t with P(T <= t) = `probability`, `freedom` > 0: bisection on the tail, to the last bit.
 * -Infinity at 0 and Infinity at 1.
 */
export function studentTQuantile(probability: number, freedom: number): number {
  if (!(probability >= 0 && probability <= 1) || !(freedom > 0)) return NaN;
  if (probability === 0.5) return 0;
  const sign = probability < 0.5 ? -1 : 1;
  const tail = Math.min(probability, 1 - probability);
  if (tail === 0) return sign * Infinity;
  let low = 0;
  let high = 1;
  while (studentTUpperTail(high, freedom) > tail) {
    low = high;
    high *= 2;
  }
  if (high === Infinity) return sign * Infinity;
  for (;;) {
    const middle = low + (high - low) / 2;
    if (middle <= low || middle >= high) return sign * middle;
    if (studentTUpperTail(middle, freedom) > tail) low = middle;
    else high = middle;
  }
}

/**
 * Regularised incomplete beta function I_x(a, b) for a, b > 0 and 0 <= x <= 1.
 * Continued fraction of DLMF 8.17.22, evaluated by Lentz's method (Thompson, Barnett 1986).
 * @param complement 1 - x, given apart because it may be known without cancellation
 */
export function regularizedBeta(x: number, a: number, b: number, complement = 1 - x): number {
  if (!(a > 0 && b > 0 && x >= 0 && x <= 1)) return NaN;
  if (x === 0 || complement === 0) return x === 0 ? 0 : 1;
  // The fraction converges fast left of the mean; right of it the mirrored one does.
  if (x > (a + 1) / (a + b + 2)) return 1 - regularizedBeta(complement, b, a, x);
  const logFront = a * logOf(x, complement) + b * logOf(complement, x) - logBeta(a, b);
  return (Math.exp(logFront) / a) * betaFraction(x, a, b);
}

/** Natural logarithm of the gamma function for x > 0: Lanczos 1964 with g = 7 and nine terms. */
export function logGamma(x: number): number {
  if (!(x > 0)) return NaN;
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  let sum = LANCZOS[0] ?? NaN;
  for (let k = 1; k < LANCZOS.length; k++) sum += (LANCZOS[k] ?? NaN) / (x - 1 + k);
  const shifted = x + LANCZOS_G - 0.5;
  return HALF_LOG_TWO_PI + (x - 0.5) * Math.log(shifted) - shifted + Math.log(sum);
}

function normalDensity(z: number): number {
  return Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);
}

/**
 * P(Z > z) for z >= 0. Near: 1/2 - phi(z) (z + z^3/3 + z^5/(3*5) + ...), Marsaglia 2004, Evaluating
 * the Normal Distribution. Far: phi(z) / (z + 1/(z + 2/(z + ...))), DLMF 7.9.2.
 */
function normalUpperTail(z: number): number {
  if (z === Infinity) return 0;
  if (z < NORMAL_SERIES_MAX) {
    let term = z;
    let sum = z;
    for (let odd = 3; term > PRECISION * sum; odd += 2) {
      term *= (z * z) / odd;
      sum += term;
    }
    return 0.5 - sum * normalDensity(z);
  }
  let value = z;
  for (let k = 120; k > 0; k--) value = z + k / value; // 120 terms: exact to 1e-16 from z = 2.5
  return normalDensity(z) / value;
}

/** P(T > t) for t >= 0, precise however small it is. */
function studentTUpperTail(t: number, freedom: number): number {
  if (t === Infinity) return 0;
  if (freedom > FREEDOM_EXACT_MAX) return normalUpperTail(equivalentZ(t, freedom));
  // freedom / (freedom + t^2), in a form in which a huge t does not overflow.
  const ratio = (t / freedom) * t;
  const x = 1 / (1 + ratio);
  const complement = ratio === Infinity ? 1 : ratio / (1 + ratio);
  if (x < Number.EPSILON) return farTail(t, freedom);
  return regularizedBeta(x, freedom / 2, 0.5, complement) / 2;
}

/** z with the same upper tail as t: the expansion of Hill 1970, Algorithm 395, CACM 13(10). */
function equivalentZ(t: number, freedom: number): number {
  if (freedom === Infinity) return t;
  const a = freedom - 0.5;
  const b = 48 * a * a;
  const y = a * Math.log1p((t / freedom) * t);
  const correction = (((-0.4 * y - 3.3) * y - 24) * y - 85.5) / (0.8 * y * y + 100 + b);
  return ((correction + y + 3) / b + 1) * Math.sqrt(y);
}

/** Leading term of the t tail where t^2 dwarfs the degrees of freedom: relative error below 1e-13. */
function farTail(t: number, freedom: number): number {
  const a = freedom / 2;
  return Math.exp(a * (Math.log(freedom) - 2 * Math.log(t)) - logBeta(a, 0.5)) / freedom;
}

function betaFraction(x: number, a: number, b: number): number {
  let numerator = 1;
  let denominator = 1 / awayFromZero(1 - ((a + b) * x) / (a + 1));
  let value = denominator;
  for (let m = 1; m < TERMS_MAX; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    denominator = 1 / awayFromZero(1 + even * denominator);
    numerator = awayFromZero(1 + even / numerator);
    value *= numerator * denominator;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    denominator = 1 / awayFromZero(1 + odd * denominator);
    numerator = awayFromZero(1 + odd / numerator);
    const factor = numerator * denominator;
    value *= factor;
    if (Math.abs(factor - 1) <= PRECISION) return value;
  }
  return value;
}

function awayFromZero(value: number): number {
  return Math.abs(value) < TINY ? TINY : value;
}

/** ln(value) by way of 1 - value where value is near 1 and its complement is known exactly. */
function logOf(value: number, complement: number): number {
  return value > 0.5 ? Math.log1p(-complement) : Math.log(value);
}

function logBeta(a: number, b: number): number {
  return logGamma(a) + logGamma(b) - logGamma(a + b);
}

/** Numerator and denominator coefficients, constant term first. */
type Rational = readonly [readonly number[], readonly number[]];

function rational([numerator, denominator]: Rational, x: number): number {
  return polynomial(numerator, x) / polynomial(denominator, x);
}

function polynomial(coefficients: readonly number[], x: number): number {
  return coefficients.reduceRight((sum, coefficient) => sum * x + coefficient, 0);
}

const HALF_LOG_TWO_PI = 0.5 * Math.log(2 * Math.PI);
const LANCZOS_G = 7;
/** Coefficients for g = 7, n = 9 as tabulated by Godfrey 2001, A note on Lanczos. */
const LANCZOS: readonly number[] = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313,
  -176.61502916214059, 12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6,
  1.5056327351493116e-7,
];

/** Coefficients of AS 241: |p - 1/2| <= 0.425; then sqrt(-ln tail) up to 5; then beyond. */
const CENTRAL: Rational = [
  [
    3.387132872796366608, 133.14166789178437745, 1971.5909503065514427, 13731.693765509461125,
    45921.953931549871457, 67265.770927008700853, 33430.575583588128105, 2509.0809287301226727,
  ],
  [
    1, 42.313330701600911252, 687.1870074920579083, 5394.1960214247511077, 21213.794301586595867,
    39307.89580009271061, 28729.085735721942674, 5226.495278852545925,
  ],
];
const MIDDLE: Rational = [
  [
    1.42343711074968357734, 4.6303378461565452959, 5.7694972214606914055, 3.64784832476320460504,
    1.27045825245236838258, 0.24178072517745061177, 0.0227238449892691845833,
    7.7454501427834140764e-4,
  ],
  [
    1, 2.05319162663775882187, 1.6763848301838038494, 0.68976733498510000455,
    0.14810397642748007459, 0.0151986665636164571966, 5.475938084995344946e-4,
    1.05075007164441684324e-9,
  ],
];
const FAR: Rational = [
  [
    6.6579046435011037772, 5.4637849111641143699, 1.7848265399172913358, 0.29656057182850489123,
    0.026532189526576123093, 0.0012426609473880784386, 2.71155556874348757815e-5,
    2.01033439929228813265e-7,
  ],
  [
    1, 0.59983220655588793769, 0.13692988092273580531, 0.0148753612908506148525,
    7.868691311456132591e-4, 1.8463183175100546818e-5, 1.4215117583164458887e-7,
    2.04426310338993978564e-15,
  ],
];
