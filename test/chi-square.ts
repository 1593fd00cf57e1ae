/**
 * Tests of fit as normal deviates, so that one threshold serves all. Draws are keyed by fixed seeds: a
 * threshold states how likely a sound generator was to be rejected once, not how often a test flickers.
 */

/** Two-sided chance 1e-6 that a sound source passes it: 4.89 standard deviations. */
export const Z_MAX = 4.89;

/**
 * Deviate of Pearson's statistic, by the cube root of Wilson and Hilferty 1931; high for a bad fit, low
 * for one that is too good.
 * @param expected counts expected, each 5 or more; their sum is that of `counts`
 */
export function chiSquareZ(counts: ArrayLike<number>, expected: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < counts.length; i++) sum += (counts[i]! - expected[i]!) ** 2 / expected[i]!;
  const spread = 2 / (9 * (counts.length - 1));
  return (Math.cbrt(sum / (counts.length - 1)) - (1 - spread)) / Math.sqrt(spread);
}

/** The same where all cells are alike. */
export function uniformZ(counts: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < counts.length; i++) total += counts[i]!;
  return chiSquareZ(counts, new Array<number>(counts.length).fill(total / counts.length));
}

/** Deviate of a count of successes in `draws` draws of chance `share`. */
export function binomialZ(count: number, draws: number, share: number): number {
  return (count - draws * share) / Math.sqrt(draws * share * (1 - share));
}
