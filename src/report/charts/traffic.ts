/** Copies sent per node in each round, or per second of simulated time. */
import type { ChartWithTable, LineSeries } from "../chart.js";
import { trafficCurve } from "../curves.js";
import { formatValue } from "../format.js";
import type { Run } from "../runs.js";
import { curveTable } from "./coverage.js";

export function trafficChart(
  runs: readonly Run[],
  clock: "round" | "event",
): ChartWithTable | undefined {
  const own = runs.filter(
    ({ record, trials }) => record.scenario.clock.kind === clock && trials.length > 0,
  );
  if (own.length === 0) return undefined;
  const isRound = clock === "round";
  const series: LineSeries[] = own.map((run) => ({
    label: run.label,
    style: run.index,
    ...trafficCurve(run.trials, { nodes: run.record.scenario.nodes, perSecond: !isRound }),
  }));
  const unit = isRound ? "copies per node and round" : "copies per node and second";
  return {
    model: {
      id: `traffic-${clock}`,
      title: isRound ? "Copies sent, by round" : "Copies sent, by simulated time",
      summary: trafficSummary(series, isRound),
      kind: "lines",
      x: {
        label: isRound ? "round" : "simulated time, ms",
        format: "milliseconds",
        scale: "linear",
        min: 0,
      },
      y: { label: unit, format: "number", scale: "linear", min: 0 },
      series,
    },
    table: curveTable(
      `${unit.charAt(0).toUpperCase()}${unit.slice(1)}, median over trials`,
      isRound ? "Round" : "Time, ms",
      series,
      (value) => formatValue(value, "number"),
    ),
  };
}

function trafficSummary(series: readonly LineSeries[], isRound: boolean): string {
  const peaks = series.flatMap(({ label, points }) => {
    const peak = points.reduce((best, point) => (point[1] > best[1] ? point : best), [0, 0]);
    return points.length === 0 ? [] : [{ label, at: peak[0], value: peak[1] }];
  });
  peaks.sort((a, b) => b.value - a.value);
  const top = peaks[0];
  if (top === undefined) return "No copies were sent.";
  const place = isRound
    ? `round ${formatValue(top.at, "number")}`
    : formatValue(top.at, "duration");
  const rate = `${formatValue(top.value, "number")} per node and ${isRound ? "round" : "second"}`;
  return `Traffic is highest in ${top.label}: ${rate}, at ${place}.`;
}
