/**
 * A measured record for the services that keep time lines: times of the head, one number a row. Bencher Metric
 * Format: bencher.dev/docs/reference/bencher-metric-format. github-action-benchmark's customSmallerIsBetter: a list of
 * name, unit, value and, where there is one, range and extra (benchmark-action/github-action-benchmark README).
 */
import { InputError } from "../errors.js";
import type { MeasureRecord, MeasureRow } from "../history/measure-record.js";
import { bcaInterval } from "../statistics/bootstrap.js";
import { median } from "../statistics/quantile.js";

/** Bencher's longest name of a benchmark and of a measure. */
const NAME_MAX = 1024;
const MEASURE_MAX = 64;
const RESAMPLES = 10_000;

export interface Exported {
  readonly text: string;
  /** Rows that could not be told: not measured, or canaries. */
  readonly left: number;
}

interface Figure {
  readonly row: MeasureRow;
  readonly value: number;
  /** 95 % of the centre over rounds; null where there are fewer than two. */
  readonly ci95: readonly [number, number] | null;
}

export function renderBencher(record: MeasureRecord): Exported {
  const { figures, left } = figuresOf(record);
  const benchmarks = new Map<string, Record<string, object>>();
  for (const { row, value, ci95 } of figures) {
    // Times go to the measure that Bencher has built in, in nanoseconds.
    const measure = row.kind === "wall" && row.metric === "wall" ? "latency" : row.metric;
    if (row.id.length > NAME_MAX || measure.length > MEASURE_MAX) {
      throw new InputError(
        `Bencher takes names up to ${NAME_MAX} and measures up to ${MEASURE_MAX} characters, got ${row.id.length} and ${measure.length}`,
      );
    }
    const bounds = ci95 === null ? {} : { lower_value: ci95[0], upper_value: ci95[1] };
    benchmarks.set(row.id, { ...benchmarks.get(row.id), [measure]: { value, ...bounds } });
  }
  return { text: json(Object.fromEntries(benchmarks)), left };
}

export function renderGithubAction(record: MeasureRecord): Exported {
  const { figures, left } = figuresOf(record);
  const { commits } = record.header;
  const entries = figures.map(({ row, value, ci95 }) => ({
    name: row.metric === "wall" ? row.id : `${row.id} ${row.metric}`,
    unit: row.unit,
    value,
    ...(ci95 === null ? {} : { range: `± ${((ci95[1] - ci95[0]) / 2).toPrecision(3)}` }),
    extra: `${row.verdict.state} against ${commits.base ?? "the base"}, ${row.verdict.rounds} rounds`,
  }));
  return { text: json(entries), left };
}

function figuresOf({ rows }: MeasureRecord): { figures: Figure[]; left: number } {
  const told = rows.filter(({ scope }) => scope !== "canary");
  const figures = told.flatMap((row) => figureOf(row) ?? []);
  if (figures.length === 0) throw new InputError("the record has no row with a time of the head");
  return { figures, left: told.length - figures.length };
}

/** Median of the medians of rounds, the confirmation left out: it was made because something was slow. */
function figureOf(row: MeasureRow): Figure | null {
  if (row.kind === "exact") {
    return row.exact === null ? null : { row, value: row.exact.head, ci95: null };
  }
  if (row.status !== "measured") return null;
  const medians = row.rounds
    .filter(({ confirms }) => !confirms)
    .map(({ quads }) =>
      median(
        quads.flatMap(({ order, ns }) => (order === "ABBA" ? [ns[1], ns[2]] : [ns[0], ns[3]])),
      ),
    );
  if (medians.length === 0) return null;
  const ci95 =
    medians.length < 2
      ? null
      : bcaInterval(medians, median, { level: 0.95, resamples: RESAMPLES, random: fixedDraws() });
  return { row, value: median(medians), ci95 };
}

/** The same record, the same file: Numerical Recipes' generator from one state. */
function fixedDraws(): () => number {
  let state = 1;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
