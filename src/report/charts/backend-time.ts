/** Time per node and round on each backend, with the interval of its mean. */
import type { Arm } from "../../history/record.js";
import { CHART_ROWS_MAX, type ChartWithTable, type DotsModel } from "../chart.js";
import { formatValue, type Format } from "../format.js";
import type { Run } from "../runs.js";
import { figureColumns } from "../table.js";
import { logBounds } from "./log-bounds.js";

const BACKENDS = [
  { backend: "wasm", label: "WASM" },
  { backend: "ts", label: "TypeScript" },
] as const;

interface Measure {
  readonly metric: "nsPerNodeRound" | "elapsedMs";
  readonly format: Format;
  readonly id: string;
  readonly title: string;
  readonly axis: string;
}

const MEASURES: readonly Measure[] = [
  {
    metric: "nsPerNodeRound",
    format: "nanoseconds",
    id: "time-per-node",
    title: "Time per node and round",
    axis: "wall time per node and round, log scale",
  },
  {
    metric: "elapsedMs",
    format: "duration",
    id: "time-per-trial",
    title: "Time of one trial",
    axis: "wall time of a whole trial, log scale",
  },
];

export function backendTimeCharts(runs: readonly Run[]): ChartWithTable[] {
  return MEASURES.flatMap((measure) => backendTimeChart(runs, measure) ?? []);
}

function backendTimeChart(runs: readonly Run[], measure: Measure): ChartWithTable | undefined {
  const rows = runs.filter(({ record }) =>
    record.arms.some((arm) => timeOf(arm, measure) !== null),
  );
  if (rows.length === 0) return undefined;
  const shown = rows.slice(0, CHART_ROWS_MAX);
  const series: DotsModel["series"] = BACKENDS.map(({ backend, label }, style) => ({
    label,
    style,
    values: shown.map(({ record }) =>
      timeOf(
        record.arms.find((arm) => arm.backend === backend),
        measure,
      ),
    ),
  })).filter(({ values }) => values.some((value) => value !== null));
  const all = series.flatMap(({ values }) => values.flatMap((value) => value ?? []));
  const best = fastest(rows, measure);
  return {
    model: {
      id: measure.id,
      title: measure.title,
      summary: `The shortest is ${best.label} on ${best.backend}: ${formatValue(best.value, measure.format)}. Whiskers are 95 % intervals of the mean.`,
      kind: "dots",
      x: { label: measure.axis, format: measure.format, scale: "log", ...logBounds(all) },
      rows: shown.map(({ label }) => label),
      series,
    },
    table: {
      caption: `${measure.title}: mean over trials and 95 % interval`,
      columns: figureColumns("Run", ...BACKENDS.flatMap(({ label }) => [label, "95 % interval"])),
      rows: rows.map(({ label, record }) => [
        label,
        ...BACKENDS.flatMap(({ backend }) => {
          const time = timeOf(
            record.arms.find((arm) => arm.backend === backend),
            measure,
          );
          if (time === null) return ["–", "–"];
          const [mean, low, high] = time.map((value) => formatValue(value, measure.format));
          return [mean!, low === high ? "–" : `${low} to ${high}`];
        }),
      ]),
    },
  };
}

/** Mean and interval; where one trial leaves no interval, the mean three times. */
function timeOf(arm: Arm | undefined, { metric }: Measure): [number, number, number] | null {
  const summary = arm?.summary[metric];
  const mean = summary?.mean ?? null;
  if (summary === undefined || mean === null || mean <= 0) return null;
  const [low, high] = summary.ci95;
  // An interval may reach below zero, where a log axis ends: it is then cut at the smallest value.
  const floor = summary.min !== null && summary.min > 0 ? summary.min : mean;
  return [mean, low === null ? mean : low > 0 ? low : floor, high ?? mean];
}

function fastest(
  runs: readonly Run[],
  measure: Measure,
): { label: string; backend: string; value: number } {
  const all = runs.flatMap(({ label, record }) =>
    BACKENDS.flatMap(({ backend, label: name }) => {
      const time = timeOf(
        record.arms.find((arm) => arm.backend === backend),
        measure,
      );
      return time === null ? [] : [{ label, backend: name, value: time[0] }];
    }),
  );
  return all.reduce((best, each) => (each.value < best.value ? each : best));
}
