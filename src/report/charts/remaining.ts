/** Share of nodes not informed yet on a log axis: the last phase, which the S-curve hides in its top line. */
import type { ChartWithTable, LineSeries } from "../chart.js";
import { remainingCurve } from "../curves.js";
import { formatValue } from "../format.js";
import { milestoneName } from "../metrics.js";
import { meanOf, summaryOf, type Run } from "../runs.js";
import { curveTable } from "./coverage.js";
import { logBounds } from "./log-bounds.js";

export function remainingChart(
  runs: readonly Run[],
  clock: "round" | "event",
): ChartWithTable | undefined {
  const own = runs.filter(
    ({ record, trials }) => record.scenario.clock.kind === clock && trials.length > 0,
  );
  const series = own.map((run): LineSeries => {
    const { points, band } = remainingCurve(run.trials);
    // A log axis has no place for nobody: the line ends with the last node that waits.
    return {
      label: run.label,
      style: run.index,
      points: points.filter(([, share]) => share > 0),
      ...(band === undefined ? {} : { band: band.filter(([, low]) => low > 0) }),
    };
  });
  const shares = series.flatMap(({ points }) => points.map(([, share]) => share));
  if (shares.length === 0 || Math.min(...shares) > 0.5) return undefined;
  const isRound = clock === "round";
  return {
    model: {
      id: `remaining-${clock}`,
      title: isRound
        ? "Nodes still to inform, by round"
        : "Nodes still to inform, by simulated time",
      summary: remainingSummary(own, clock),
      kind: "lines",
      x: {
        label: isRound ? "round" : "simulated time, ms",
        format: "milliseconds",
        scale: "linear",
        min: 0,
      },
      y: {
        label: "share of nodes not informed, log scale",
        format: "percent",
        scale: "log",
        min: logBounds(shares).min,
        max: 1,
      },
      series,
    },
    table: curveTable(
      isRound
        ? "Share of nodes not informed after each round, median over trials"
        : "Share of nodes not informed over time, median over trials",
      isRound ? "Round" : "Time, ms",
      series,
      (value) => formatValue(value, "percent"),
    ),
  };
}

/** Which run takes longest from 99 % to all, and which the shortest. */
function remainingSummary(runs: readonly Run[], clock: "round" | "event"): string {
  const ends = runs
    .flatMap((run) => {
      const [from, to] = [99, 100].map((percent) => milestoneName(clock, percent));
      const isComplete = summaryOf(run, to!)?.count === run.trials.length;
      const [start, end] = [meanOf(run, from!), meanOf(run, to!)];
      return isComplete && start !== null && end !== null
        ? [{ label: run.label, took: end - start }]
        : [];
    })
    .sort((a, b) => a.took - b.took);
  const first = ends[0];
  const last = ends.at(-1);
  if (first === undefined || last === undefined) return "No run informed all of its nodes.";
  const say = (took: number): string =>
    clock === "round"
      ? `${formatValue(took, "number")} ${took === 1 ? "round" : "rounds"}`
      : formatValue(took, "duration");
  const rest = last === first ? "" : `, ${last.label} ${say(last.took)}`;
  return `The last 1 % of the nodes take ${first.label} ${say(first.took)}${rest}.`;
}
