/** Where a row's noise comes from, what its arms took, and how many quads a round is best given. */
import type { MeasureRow, MeasuredRound, Quad } from "../history/measure-record.js";
import { median } from "../statistics/quantile.js";
import { bcaInterval } from "../statistics/bootstrap.js";
import { childSeed, uniform } from "./random.js";
import { quadLogRatio, roundLogRatio } from "../statistics/quads.js";

export interface VarianceSplit {
  /** Variance of a round's median by its quads alone: mean over rounds of 1.57 var / N. */
  readonly within: number;
  /** What rounds differ by besides; 0 where quads explain it all. */
  readonly between: number;
  /** Quads a round that make the most of the time; null where it cannot be told. */
  readonly bestQuads: number | null;
}

/** Variance of a median over that of a mean, for a normal law: pi / 2. */
const MEDIAN_COST = 1.57;
const QUADS = { min: 8, max: 400 };
const RESAMPLES = 2000;

/** Of the rounds that are judged, at least two. */
export function varianceSplit(rounds: readonly MeasuredRound[], blockCalls: number): VarianceSplit {
  const spreads = rounds.map(({ quads }) => varianceOf(quads.map(quadLogRatio)));
  const quadsMean = meanOf(rounds.map(({ quads }) => quads.length));
  const within = meanOf(
    rounds.map(({ quads }, index) => (MEDIAN_COST * spreads[index]!) / quads.length),
  );
  const between = Math.max(0, varianceOf(rounds.map(roundLogRatio)) - within);
  // Kalibera and Jones 2013: a round's cost without its quads, against that of one more quad.
  const quadMs = meanOf(rounds.flatMap(({ quads }) => quads.map((quad) => msOf(quad, blockCalls))));
  const startMs = meanOf(rounds.map(({ costMs }) => costMs)) - quadMs * quadsMean;
  const best = Math.sqrt((startMs / quadMs) * ((MEDIAN_COST * meanOf(spreads)) / between));
  const isTold = between > 0 && Number.isFinite(best);
  const bestQuads = isTold ? Math.round(Math.min(QUADS.max, Math.max(QUADS.min, best))) : null;
  return { within, between, bestQuads };
}

export interface ArmTime {
  /** Nanoseconds of one call: median of the medians of rounds. */
  readonly ns: number;
  readonly ci95: readonly [number, number] | null;
}

/**
 * For showing only, never for a verdict. Rounds are drawn again, then the quads inside each: a round's median is
 * replaced by one of its own resamples, so that both layers are in the interval.
 */
export function armTime(row: MeasureRow, side: "A" | "B", seed: number): ArmTime {
  const rounds = row.rounds.filter(({ confirms }) => !confirms);
  const times = rounds.map(({ quads }) => quads.map((quad) => sideNs(quad, side)));
  const centres = times.map(median);
  const ns = median(centres);
  if (rounds.length < 2) return { ns, ci95: null };
  const random = uniform(childSeed(seed, `${row.id} ${side}`));
  const indexes = times.map((_, index) => index);
  const seen = new Set(indexes);
  const drawn = (index: number): number => {
    const values = times[index]!;
    return median(values.map(() => values[Math.floor(random() * values.length)]!));
  };
  // The sample itself and the jackknife's have each round once or not at all: these are not redrawn.
  const statistic = (sample: readonly number[]): number => {
    const isOwn = new Set(sample).size === sample.length && sample.length >= seen.size - 1;
    return median(sample.map((index) => (isOwn ? centres[index]! : drawn(index))));
  };
  const ci95 = bcaInterval(indexes, statistic, { level: 0.95, resamples: RESAMPLES, random });
  return { ns, ci95 };
}

/** Mean of the two blocks that a side has in a quad. */
function sideNs({ order, ns }: Quad, side: "A" | "B"): number {
  const isOuter = order.startsWith(side);
  return isOuter ? (ns[0] + ns[3]) / 2 : (ns[1] + ns[2]) / 2;
}

function msOf({ ns }: Quad, blockCalls: number): number {
  return (ns.reduce((sum, value) => sum + value, 0) * blockCalls) / 1e6;
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function varianceOf(values: readonly number[]): number {
  const mean = meanOf(values);
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return values.length < 2 ? 0 : squares / (values.length - 1);
}
