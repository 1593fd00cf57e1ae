/** Trials -> one curve: the median over trials with the band from the 10th to the 90th percentile. */
import type { TrialRecord } from "../history/record.js";

export interface Curve {
  readonly points: [x: number, y: number][];
  /** From two trials on. */
  readonly band?: [x: number, low: number, high: number][];
}

/** More points than a chart of a page's width can show are not drawn, so they are not embedded. */
const POINTS_MAX = 240;
const BAND = [0.1, 0.9] as const;

interface Sample {
  readonly time: readonly number[];
  readonly values: readonly number[];
  /** The last value stands after the end: the trial ended because nothing would change. */
  readonly holds: boolean;
}

/** Share of nodes informed over time. */
export function coverageCurve(trials: readonly TrialRecord[]): Curve {
  return curve(
    trials.map(({ series, stopped }) => ({
      time: series.time,
      values: series.coverage,
      holds: stopped === "coverage" || stopped === "quiescent",
    })),
  );
}

/** Share of nodes not informed yet, over time. */
export function remainingCurve(trials: readonly TrialRecord[]): Curve {
  return curve(
    trials.map(({ series, stopped }) => ({
      time: series.time,
      values: series.coverage.map((share) => 1 - share),
      holds: stopped === "coverage" || stopped === "quiescent",
    })),
  );
}

/**
 * Copies sent per node and unit of time (round, or second where `perSecond`). A trial counts as long as
 * it runs: what it would have sent later is not known.
 */
export function trafficCurve(
  trials: readonly TrialRecord[],
  { nodes, perSecond }: { nodes: number; perSecond: boolean },
): Curve {
  return curve(
    trials.map(({ series: { time, messages } }) => ({
      time: time.slice(1),
      values: messages.slice(1).map((sent, index) => {
        const span = time[index + 1]! - time[index]!;
        const unit = perSecond ? span / 1000 : span;
        return unit > 0 ? sent / nodes / unit : 0;
      }),
      holds: false,
    })),
  );
}

function curve(samples: readonly Sample[]): Curve {
  const grid = gridOf(samples);
  const points: [number, number][] = [];
  const band: [number, number, number][] = [];
  for (const x of grid) {
    const values = samples
      .map((sample) => valueAt(sample, x))
      .filter((value) => value !== undefined)
      .sort((a, b) => a - b);
    if (values.length === 0) continue;
    points.push([short(x), short(percentile(values, 0.5))]);
    if (values.length > 1) {
      band.push([short(x), short(percentile(values, BAND[0])), short(percentile(values, BAND[1]))]);
    }
  }
  return band.length > 1 ? { points, band } : { points };
}

/** All times of all trials, or evenly spaced ones where these are too many. */
function gridOf(samples: readonly Sample[]): number[] {
  const times = [...new Set(samples.flatMap(({ time }) => time))].sort((a, b) => a - b);
  if (times.length <= POINTS_MAX) return times;
  const first = times[0]!;
  const step = (times.at(-1)! - first) / (POINTS_MAX - 1);
  return Array.from({ length: POINTS_MAX }, (_, index) => first + index * step);
}

/** Interpolated between points; undefined before the start, and after the end of a cut trial. */
function valueAt({ time, values, holds }: Sample, x: number): number | undefined {
  const after = time.findIndex((t) => t >= x);
  if (after < 0) return holds ? values.at(-1) : undefined;
  if (time[after] === x) return values[after];
  if (after === 0) return undefined;
  const share = (x - time[after - 1]!) / (time[after]! - time[after - 1]!);
  return values[after - 1]! + share * (values[after]! - values[after - 1]!);
}

/** Of an ascending sample, by linear interpolation between ranks. */
export function percentile(sorted: readonly number[], probability: number): number {
  const position = (sorted.length - 1) * probability;
  const low = sorted[Math.floor(position)]!;
  return low + (position - Math.floor(position)) * (sorted[Math.ceil(position)]! - low);
}

/** Six significant digits: finer than a pixel, and a third of the bytes. */
function short(value: number): number {
  return Number(value.toPrecision(6));
}
