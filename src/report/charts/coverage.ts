/** S-curves: share of nodes informed over rounds or simulated time. */
import { percentile, coverageCurve } from "../curves.js";
import type { ChartWithTable, LineSeries } from "../chart.js";
import { formatValue } from "../format.js";
import { milestoneName } from "../metrics.js";
import { meanOf, type Run } from "../runs.js";
import { figureColumns } from "../table.js";

/** Rows of the data table: the curve read at this many evenly spaced points. */
const TABLE_ROWS = 24;

export function coverageChart(
  runs: readonly Run[],
  clock: "round" | "event",
): ChartWithTable | undefined {
  const own = runs.filter(
    ({ record, trials }) => record.scenario.clock.kind === clock && trials.length > 0,
  );
  if (own.length === 0) return undefined;
  const series: LineSeries[] = own.map((run) => ({
    label: run.label,
    style: run.index,
    ...coverageCurve(run.trials),
  }));
  const isRound = clock === "round";
  return {
    model: {
      id: `coverage-${clock}`,
      title: isRound ? "Nodes informed, by round" : "Nodes informed, by simulated time",
      summary: coverageSummary(own, clock),
      kind: "lines",
      x: {
        label: isRound ? "round" : "simulated time, ms",
        format: "milliseconds",
        scale: "linear",
        min: 0,
      },
      y: { label: "share of nodes informed", format: "percent", scale: "linear", min: 0, max: 1 },
      series,
    },
    table: curveTable(
      isRound ? "Share of nodes informed after each round" : "Share of nodes informed over time",
      isRound ? "Round" : "Time, ms",
      series,
      (value) => formatValue(value, "percent"),
    ),
  };
}

function coverageSummary(runs: readonly Run[], clock: "round" | "event"): string {
  const reached = runs
    .flatMap((run) => {
      const at = meanOf(run, milestoneName(clock, 99));
      return at === null ? [] : [{ label: run.label, at }];
    })
    .sort((a, b) => a.at - b.at);
  const band = runs.some(({ trials }) => trials.length > 1)
    ? " Lines are medians over trials, bands reach from the 10th to the 90th percentile."
    : "";
  const first = reached[0];
  if (first === undefined) return `No run informed 99 % of its nodes.${band}`;
  const say = (at: number): string =>
    clock === "round" ? `round ${formatValue(at, "number")}` : formatValue(at, "duration");
  const last = reached.at(-1)!;
  const rest = last === first ? "" : `, ${last.label} last, at ${say(last.at)}`;
  const verb = reached.length === 1 ? "reaches 99 %" : "reaches 99 % first,";
  return `${first.label} ${verb} at ${say(first.at)}${rest}.${band}`;
}

/** Medians of all curves on one grid of x, decimated. */
export function curveTable(
  caption: string,
  xTitle: string,
  series: readonly LineSeries[],
  format: (value: number) => string,
): ChartWithTable["table"] {
  const grid = [...new Set(series.flatMap(({ points }) => points.map(([x]) => x)))];
  grid.sort((a, b) => a - b);
  const rows = Math.min(grid.length, Math.max(TABLE_ROWS, grid.length <= 60 ? grid.length : 0));
  const shown = Array.from({ length: rows }, (_, row) =>
    rows === 1 ? grid[0]! : grid[Math.round((row * (grid.length - 1)) / (rows - 1))]!,
  );
  return {
    caption,
    columns: figureColumns(xTitle, ...series.map(({ label }) => label)),
    rows: shown.map((x) => [
      formatValue(x, "milliseconds"),
      ...series.map(({ points }) => {
        const value = readAt(points, x);
        return value === undefined ? "–" : format(value);
      }),
    ]),
  };
}

function readAt(points: LineSeries["points"], x: number): number | undefined {
  const after = points.findIndex(([at]) => at >= x);
  if (after < 0) return undefined;
  const [x1, y1] = points[after]!;
  if (x1 === x) return y1;
  if (after === 0) return undefined;
  const [x0, y0] = points[after - 1]!;
  return percentile([y0, y1], (x - x0) / (x1 - x0));
}
