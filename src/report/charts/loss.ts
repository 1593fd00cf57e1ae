/** What lost messages cost: time to all and copies sent, against the rate of loss. */
import type { ChartWithTable } from "../chart.js";
import { formatValue } from "../format.js";
import { milestoneName } from "../metrics.js";
import { meanOf, summaryOf, type Run } from "../runs.js";
import type { Sweep } from "../sweeps.js";
import { figureColumns, type Table } from "../table.js";

interface Losses {
  readonly label: string;
  readonly style: number;
  readonly points: readonly Measured[];
}

interface Measured {
  readonly lossRatio: number;
  /** Mean time to all, null unless every trial got there. */
  readonly time: number | null;
  readonly copies: number | null;
  readonly residue: number | null;
}

export function lossCharts(sweeps: readonly Sweep[], clock: "round" | "event"): ChartWithTable[] {
  const found = sweeps
    .filter(
      ({ setting, runs }) =>
        setting === "network lossRatio" && runs[0]!.run.record.scenario.clock.kind === clock,
    )
    .map(({ label, runs }, style) => ({
      label,
      style,
      points: runs.map(({ value, run }) => measured(value, run, clock)),
    }));
  if (found.length === 0) return [];
  const timeFormat = clock === "round" ? "number" : "milliseconds";
  const time = clock === "round" ? "rounds to 100 %" : "simulated ms to 100 %";
  const missed = "share of nodes never informed";
  const charts = [
    chart(`loss-time-${clock}`, "Time against loss", time, timeFormat, found, "time"),
    chart(
      `loss-copies-${clock}`,
      "Copies against loss",
      "copies per node",
      "number",
      found,
      "copies",
    ),
    chart(
      `loss-residue-${clock}`,
      "Nodes missed against loss",
      missed,
      "percent",
      found,
      "residue",
    ),
  ];
  return charts.flatMap((model) =>
    model.series.length === 0 ? [] : [{ model, table: lossTable(found, clock, model.title) }],
  );
}

function measured(lossRatio: number, run: Run, clock: "round" | "event"): Measured {
  const summary = summaryOf(run, milestoneName(clock, 100));
  const isComplete = summary !== undefined && summary.count === run.trials.length;
  return {
    lossRatio,
    time: isComplete ? summary.mean : null,
    copies: meanOf(run, "messagesPerNode"),
    residue: meanOf(run, "residue"),
  };
}

function chart(
  id: string,
  title: string,
  label: string,
  format: "number" | "milliseconds" | "percent",
  found: readonly Losses[],
  measure: "time" | "copies" | "residue",
): Extract<ChartWithTable["model"], { kind: "lines" }> {
  return {
    id,
    title,
    summary: extraSummary(found, measure),
    kind: "lines",
    x: { label: "share of messages lost", format: "percent", scale: "linear", min: 0 },
    y: { label, format, scale: "linear", min: 0 },
    series: found.flatMap(({ label: name, style, points }) => {
      const own = points.flatMap((point): (readonly [number, number])[] => {
        const value = point[measure];
        return value === null ? [] : [[point.lossRatio, value]];
      });
      // Nobody missed at any rate, or somebody at every rate: nothing to draw.
      return own.every(([, value]) => value === 0) ? [] : [{ label: name, style, points: own }];
    }),
  };
}

/** The largest rate against the smallest, which is none where the suite has such a run. */
function extraSummary(found: readonly Losses[], measure: "time" | "copies" | "residue"): string {
  const rates = found.flatMap(({ points }) => points.map(({ lossRatio }) => lossRatio));
  const [least, most] = [Math.min(...rates), Math.max(...rates)].map((rate) =>
    formatValue(rate, "percent"),
  );
  const texts = found.flatMap(({ label, points }) => {
    const [from, to] = [points[0]?.[measure] ?? null, points.at(-1)?.[measure] ?? null];
    if (measure === "residue") {
      return to === null || to === 0 ? [] : [`${label} ${formatValue(to, "percent")}`];
    }
    if (from === null) return [];
    return [`${label} ${to === null ? "misses nodes" : formatValue(to / from, "ratio")}`];
  });
  if (measure === "residue") {
    return `Never informed at ${most} loss: ${texts.length === 0 ? "nobody" : texts.join(", ")}`;
  }
  const what = measure === "time" ? "Time to inform all" : "Copies";
  const rest = texts.length === 0 ? "no run informed all" : texts.join(", ");
  return `${what} at ${most} loss over that at ${least}: ${rest}`;
}

function lossTable(found: readonly Losses[], clock: "round" | "event", title: string): Table {
  const unit = clock === "round" ? "Rounds" : "Time";
  const format = clock === "round" ? "number" : "duration";
  const extra = (
    value: number | null,
    base: number | null | undefined,
    of: typeof format,
  ): string =>
    value === null || base === null || base === undefined ? "–" : formatValue(value - base, of);
  return {
    caption: `${title} (${clock} clock): means over trials; extra = beyond the run with least loss`,
    columns: figureColumns(
      "Runs",
      "Loss",
      `${unit} to 100 %`,
      `Extra ${unit.toLowerCase()}`,
      "Copies per node",
      "Extra copies",
      "Never informed",
    ),
    rows: found.flatMap(({ label, points }) =>
      points.map(({ lossRatio, time, copies, residue }) => [
        label,
        formatValue(lossRatio, "percent"),
        time === null ? "never" : formatValue(time, format),
        extra(time, points[0]?.time, format),
        formatValue(copies, "number"),
        extra(copies, points[0]?.copies, "number"),
        formatValue(residue, "percent"),
      ]),
    ),
  };
}
