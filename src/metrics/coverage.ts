/** How far the rumor came and how fast: coverage, residue and the times at which shares were reached. */
import type { ClockKind, Metrics, TrialCounts } from "./counts.js";

/** Shares of nodes, in percent, whose times are reported. */
export const COVERAGE_PERCENTS: readonly number[] = [50, 90, 99, 99.9, 100];

/** Parts of a percent that are told apart: 99.9 is a whole number of tenths. */
const TENTHS = 10;

/** Name of the measure "time to `percent` % of nodes": roundsTo99, latencyMsTo99_9. */
export function timeToName(clock: ClockKind, percent: number): string {
  return `${clock === "round" ? "roundsTo" : "latencyMsTo"}${String(percent).replace(".", "_")}`;
}

/**
 * First time at which at least `percent` % of the nodes that are up are informed, null when never.
 * A share that the origin alone makes up is reached at time 0.
 * @param percent 0 .. 100, in whole tenths
 */
export function timeTo(counts: TrialCounts, percent: number): number | null {
  // Whole numbers on both sides, so that a share is not missed by a rounding error.
  const whole = 100 * TENTHS;
  const tenths = Math.round(percent * TENTHS);
  if (tenths * counts.nodes <= whole) return 0;
  const step = counts.informed.findIndex(
    (informed, index) => informed * whole >= tenths * (counts.live?.[index] ?? counts.nodes),
  );
  return counts.time[step] ?? null;
}

/**
 * coverage (share of nodes informed at the end), residue (share never informed) and, for each of
 * COVERAGE_PERCENTS, roundsTo… on a round clock or latencyMsTo… on an event clock.
 */
export function coverageMetrics(counts: TrialCounts, clock: ClockKind): Metrics {
  const informed = counts.informed.at(-1) ?? 1;
  const live = counts.live?.at(-1) ?? counts.nodes;
  const metrics: Metrics = { coverage: informed / live, residue: (live - informed) / live };
  for (const percent of COVERAGE_PERCENTS) {
    metrics[timeToName(clock, percent)] = timeTo(counts, percent);
  }
  return metrics;
}
