/** Charts of a bench: ratios to WASM at the headline sizes, times against size. */
import type { BenchRow } from "../../history/bench-record.js";
import { armLabel } from "../bench-tables.js";
import { CHART_ROWS_MAX, type ChartWithTable, type LineSeries } from "../chart.js";
import { formatValue } from "../format.js";
import { figureColumns } from "../table.js";
import { logBounds } from "./log-bounds.js";

/** Forest plot: TypeScript and C over WASM, one row per bench at its headline size. */
export function kernelRatioChart(rows: readonly BenchRow[]): ChartWithTable | undefined {
  const judged = headlineRows(rows);
  const shown = judged.slice(0, CHART_ROWS_MAX);
  const series = ["ts", "c"].map((name, style) => ({
    label: armLabel(name),
    style,
    values: shown.map((row) => ratioOf(row, name)),
  }));
  const values = series.flatMap(({ values: all }) => all.filter((value) => value !== null).flat());
  if (values.length === 0) return undefined;
  const ts = judged.map((row) => ratioOf(row, "ts")).filter((value) => value !== null);
  const faster = ts.filter(([, low]) => low > 1).length;
  return {
    model: {
      id: "kernel-ratios",
      title: "How many times as long as WASM",
      summary: `WASM is faster than TypeScript in ${faster} of ${ts.length} benches: an interval that leaves out 1 decides.${judged.length > shown.length ? ` The first ${shown.length} are drawn, all stand in the tables.` : ""}`,
      kind: "dots",
      x: {
        label: "time ÷ time of WASM, log scale",
        format: "ratio",
        scale: "log",
        ...logBounds([1, ...values]),
      },
      rows: shown.map(({ id }) => id),
      series: series.filter(({ values: all }) => all.some((value) => value !== null)),
      reference: { at: 1, label: "equal" },
    },
    table: {
      caption: "Time over time of WASM at the headline size, with 95 % intervals",
      columns: figureColumns("Bench", ...series.map(({ label }) => label)),
      rows: shown.map((row, index) => [
        row.id,
        ...series.map(({ values: all }) => ratioCell(all[index] ?? null)),
      ]),
    },
  };
}

/** Times of one bench against its size, all arms; undefined where only one size was measured. */
export function kernelSizeChart(id: string, rows: readonly BenchRow[]): ChartWithTable | undefined {
  const own = rows.filter((row) => row.id === id);
  const first = own[0];
  if (first === undefined || own.length < 2) return undefined;
  const names = [...new Set(own.flatMap(({ arms }) => arms.map(({ name }) => name)))];
  const series: LineSeries[] = names
    .map((name, style) => ({
      label: armLabel(name),
      style,
      points: own.flatMap(({ size, arms }): [number, number][] => {
        const summary = arms.find((arm) => arm.name === name)?.summary;
        return summary === undefined || summary === null ? [] : [[size, summary.p50]];
      }),
    }))
    .filter(({ points }) => points.length > 0);
  if (series.length === 0) return undefined;
  const times = series.flatMap(({ points }) => points.map(([, time]) => time));
  return {
    model: {
      id: `size-${id.replaceAll(/[^a-z0-9]+/gi, "-")}`,
      title: first.title,
      summary: sizeSummary(first, series),
      kind: "lines",
      x: {
        label: "size",
        format: "count",
        scale: "log",
        min: own[0]!.size,
        max: own.at(-1)!.size,
      },
      y: {
        label: `ns per ${first.operation}, log scale`,
        format: "number",
        scale: "log",
        ...logBounds(times),
      },
      series,
    },
    table: {
      caption: `${id}: ns per ${first.operation} (${first.scope})`,
      columns: figureColumns("Size", ...series.map(({ label }) => label)),
      rows: own.map(({ size }) => [
        formatValue(size, "count"),
        ...series.map(({ points }) =>
          formatValue(points.find(([at]) => at === size)?.[1], "number"),
        ),
      ]),
    },
  };
}

/** Rows at headline sizes; where none was measured (--quick), the ones there are. */
export function headlineRows(rows: readonly BenchRow[]): readonly BenchRow[] {
  const judged = rows.filter(({ headline }) => headline);
  return judged.length > 0 ? judged : rows;
}

function sizeSummary(row: BenchRow, series: readonly LineSeries[]): string {
  const ends = series.map(({ label, points }) => ({ label, time: points.at(-1)![1] }));
  ends.sort((a, b) => a.time - b.time);
  const [best] = ends;
  return `At the largest size ${best!.label} is fastest: ${formatValue(best!.time, "nanoseconds")} per ${row.operation} (${row.scope})`;
}

type Interval = readonly [value: number, low: number, high: number];

function ratioOf({ arms }: BenchRow, name: string): Interval | null {
  const over = arms.find((arm) => arm.name === name)?.overWasm;
  if (over === undefined || over === null) return null;
  const [low, high] = over.ci95;
  return [over.ratio, low ?? over.ratio, high ?? over.ratio];
}

function ratioCell(value: Interval | null): string {
  if (value === null) return "–";
  const [ratio, low, high] = value;
  return `${formatValue(ratio, "ratio")} (${formatValue(low, "number")} to ${formatValue(high, "number")})`;
}
