/** Bias-corrected and accelerated bootstrap (Efron 1987), with the caller's generator. */
import { normalCdf, normalQuantile } from "./distributions.js";
import { quantile } from "./quantile.js";

export interface BootstrapOptions {
  readonly level: number;
  readonly resamples: number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

/** Interval of `statistic` over at least two values. */
export function bcaInterval(
  values: readonly number[],
  statistic: (sample: readonly number[]) => number,
  { level, resamples, random }: BootstrapOptions,
): [number, number] {
  const seen = statistic(values);
  const draws = Array.from({ length: resamples }, () =>
    statistic(values.map(() => values[Math.floor(random() * values.length)]!)),
  ).sort((a, b) => a - b);
  if (draws[0] === draws.at(-1)) return [draws[0]!, draws[0]!];
  const below = draws.filter((draw) => draw < seen).length;
  const equal = draws.filter((draw) => draw === seen).length;
  // Ties count half: a median resamples to itself often. Half a draw keeps both ends finite.
  const ratio = (below + equal / 2) / resamples;
  const half = 0.5 / resamples;
  const bias = normalQuantile(Math.min(1 - half, Math.max(half, ratio)));
  const acceleration = skewOfJackknife(values, statistic);
  const end = (probability: number): number => {
    const shift = bias + normalQuantile(probability);
    return quantile(draws, normalCdf(bias + shift / (1 - acceleration * shift)));
  };
  return [end((1 - level) / 2), end((1 + level) / 2)];
}

/** A sixth of the skewness of the values left out one by one; 0 where they do not differ. */
function skewOfJackknife(
  values: readonly number[],
  statistic: (sample: readonly number[]) => number,
): number {
  const left = values.map((_, out) => statistic(values.filter((_, index) => index !== out)));
  const mean = left.reduce((sum, value) => sum + value, 0) / left.length;
  const squares = left.reduce((sum, value) => sum + (mean - value) ** 2, 0);
  const cubes = left.reduce((sum, value) => sum + (mean - value) ** 3, 0);
  return squares === 0 ? 0 : cubes / (6 * squares ** 1.5);
}
