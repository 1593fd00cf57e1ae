/** Time against bytes, one mark per run, with the front of those that nothing beats in both. */
import { CHART_ROWS_MAX, type Axis, type ChartWithTable, type ScatterPoint } from "../chart.js";
import { formatValue, plural } from "../format.js";
import { meanOf } from "../runs.js";
import { figureColumns, type Table } from "../table.js";
import { frontOf, TRADE_OFF_PERCENT, type TradeOff, type TradeOffPoint } from "../trade-off.js";
import { logBounds } from "./log-bounds.js";

/** Residues from which a ring starts to grow, and where it is largest. */
const RING_RESIDUE_MIN = 1e-7;
/** Costs further apart than this factor need a log scale. */
const LINEAR_FACTOR_MAX = 20;

export function tradeOffChart(tradeOff: TradeOff): ChartWithTable {
  const shown = { ...tradeOff, points: tradeOff.points.slice(0, CHART_ROWS_MAX) };
  const x = timeAxis(shown);
  const front = frontOf(shown);
  const { nodes, clock, lossRatio } = tradeOff;
  const loss = lossRatio > 0 ? `-loss-${String(lossRatio).replace(".", "_")}` : "";
  return {
    model: {
      id: `trade-off-${clock}-${nodes}${loss}`,
      title: `Speed against cost, ${placeOf(tradeOff)}`,
      summary: tradeOffSummary(tradeOff),
      kind: "scatter",
      x,
      y: bytesAxis(shown.points.map(({ bytesPerNode }) => bytesPerNode)),
      series: [
        {
          label: "informed every node; a ring missed some, the wider the more",
          style: 0,
          points: shown.points.map((point) => markOf(point, clock, x.gutter?.at ?? 0)),
        },
      ],
      lines: [
        {
          label: "Pareto front: no run is both faster and cheaper",
          style: 4,
          points: stairs(front.map(({ time, bytesPerNode }) => [time, bytesPerNode])),
        },
      ],
    },
    table: tradeOffTable(tradeOff),
  };
}

function placeOf({ nodes, lossRatio }: TradeOff): string {
  const loss = lossRatio > 0 ? `, ${formatValue(lossRatio, "percent")} loss` : "";
  return `${formatValue(nodes, "count")} nodes${loss}`;
}

/** Between two runs of the front there is nothing: the line goes along their steps. */
function stairs(points: readonly (readonly [number, number])[]): (readonly [number, number])[] {
  return points.flatMap(([x, y], index) => {
    const before = points[index - 1];
    return before === undefined ? [[x, y] as const] : [[x, before[1]] as const, [x, y] as const];
  });
}

function markOf(point: TradeOffPoint, clock: TradeOff["clock"], never: number): ScatterPoint {
  const { run, time, bytesPerNode, residue } = point;
  const depth = Math.log10(Math.max(residue, RING_RESIDUE_MIN) / RING_RESIDUE_MIN);
  return {
    x: time ?? never,
    y: bytesPerNode,
    name: run.label,
    ...(residue > 0 ? { ring: Math.min(1, depth / -Math.log10(RING_RESIDUE_MIN)) } : {}),
    words: [
      run.label,
      timeText(point, clock),
      `${formatValue(bytesPerNode, "bytes")} per node`,
      missedText(residue),
    ],
  };
}

function timeText({ time }: TradeOffPoint, clock: TradeOff["clock"]): string {
  const share = `${TRADE_OFF_PERCENT} %`;
  if (time === null) return `not always at ${share}`;
  const text =
    clock === "round" ? `${formatValue(time, "number")} rounds` : formatValue(time, "duration");
  return `${text} to ${share}`;
}

function missedText(residue: number): string {
  return residue === 0 ? "nobody missed" : `${formatValue(residue, "percent")} missed`;
}

function timeAxis({ clock, points }: TradeOff): Axis {
  const times = points.flatMap(({ time }) => time ?? []);
  const isRound = clock === "round";
  const label = `${isRound ? "rounds" : "simulated time, ms,"} to ${TRADE_OFF_PERCENT} % of the nodes`;
  const shared = { label, format: "milliseconds", scale: "linear", min: 0 } as const;
  const last = Math.max(1, ...times);
  if (times.length === points.length) return shared;
  const gutter = { at: last * 1.16, label: "never" };
  return { ...shared, max: last * 1.24, gutter };
}

function bytesAxis(values: readonly number[]): Axis {
  const label = "bytes sent per node";
  const positive = values.filter((value) => value > 0);
  const isWide =
    positive.length > 0 && Math.max(...positive) / Math.min(...positive) > LINEAR_FACTOR_MAX;
  return isWide && positive.length === values.length
    ? { label: `${label}, log scale`, format: "bytes", scale: "log", ...logBounds(positive) }
    : { label, format: "bytes", scale: "linear", min: 0, max: Math.max(1, ...values) * 1.08 };
}

function tradeOffSummary(tradeOff: TradeOff): string {
  const front = frontOf(tradeOff);
  const missed = tradeOff.points.filter(({ time }) => time === null).length;
  const never =
    missed === 0
      ? ""
      : ` ${plural(missed, "run")} did not reach ${TRADE_OFF_PERCENT} % in every trial.`;
  if (front.length === 0) return `No run reached ${TRADE_OFF_PERCENT} % in every trial.`;
  const names = front.map(
    (point) =>
      `${point.run.label} (${timeText(point, tradeOff.clock).replace(/ to .*/, "")}, ${formatValue(point.bytesPerNode, "bytes")})`,
  );
  const lead = front.length === 1 ? "Nothing is as fast or as cheap as" : "Nothing beats";
  const rest = front.length === 1 ? "" : " in both speed and cost";
  return `${lead} ${listed(names)}${rest}.${never}`;
}

/** "a, b and c". */
function listed(names: readonly string[]): string {
  return names.length < 2
    ? names.join("")
    : `${names.slice(0, -1).join(", ")} and ${names.at(-1)!}`;
}

/** Fastest first, those that never got there last. */
export function tradeOffTable(tradeOff: TradeOff): Table {
  const { clock, points } = tradeOff;
  const time = clock === "round" ? "Rounds" : "Time";
  const sorted = points.toSorted(
    (a, b) => (a.time ?? Infinity) - (b.time ?? Infinity) || a.bytesPerNode - b.bytesPerNode,
  );
  return {
    caption: `Speed against cost on ${placeOf(tradeOff)} (${clock} clock): means over trials; never = not in every trial`,
    columns: figureColumns(
      "Run",
      `${time} to ${TRADE_OFF_PERCENT} %`,
      "Bytes per node",
      "Copies per node",
      "Never informed",
      "On the front",
    ),
    rows: sorted.map((point) => [
      point.run.label,
      point.time === null
        ? "never"
        : formatValue(point.time, clock === "round" ? "number" : "duration"),
      formatValue(point.bytesPerNode, "bytes"),
      formatValue(meanOf(point.run, "messagesPerNode"), "number"),
      formatValue(point.residue, "percent"),
      point.onFront ? "yes" : "",
    ]),
  };
}
