/** Time to inform all against the number of nodes: points with whiskers, fitted lines, known formulas. */
import type { ChartWithTable, ScatterLine } from "../chart.js";
import { formatValue, plural } from "../format.js";
import { decimals, slopeText, type Growth, type GrowthPoint } from "../growth.js";
import { figureColumns, type Table } from "../table.js";

/** Places at which a formula's curve is drawn. */
const CURVE_POINTS = 33;

export function growthChart(growths: readonly Growth[]): ChartWithTable | undefined {
  const first = growths[0];
  if (first === undefined) return undefined;
  const { clock, percent } = first;
  const isRound = clock === "round";
  const sizes = growths.flatMap(({ points }) => points.map(({ nodes }) => nodes));
  const [min, max] = [Math.min(...sizes), Math.max(...sizes)];
  const unit = isRound ? "rounds" : "simulated ms";
  return {
    model: {
      id: `growth-${clock}`,
      title: isRound ? "Rounds against the number of nodes" : "Time against the number of nodes",
      summary: growthSummary(growths),
      kind: "scatter",
      x: {
        label: "nodes, log scale",
        format: "nodes",
        scale: "log",
        min: min / 1.5,
        max: max * 1.5,
      },
      y: {
        label: `${unit} until ${percent} % of the nodes are informed`,
        format: isRound ? "number" : "milliseconds",
        scale: "linear",
        min: 0,
      },
      series: growths.map((growth) => ({
        label: growth.label,
        style: growth.style,
        points: growth.points.map((point) => ({
          x: point.nodes,
          y: point.mean,
          ...(point.high > point.low ? { low: point.low, high: point.high } : {}),
          words: [
            `${growth.label}, ${formatValue(point.nodes, "count")} nodes`,
            ...pointWords(growth, point),
          ],
        })),
      })),
      lines: [...growths.map(fittedLine), ...growths.flatMap(knownCurve)],
    },
    table: pointsTable(growths),
  };
}

function growthSummary(growths: readonly Growth[]): string {
  const slopes = growths.map((growth) => `${growth.label} takes ${slopeText(growth)}`);
  const known = growths.flatMap(({ label, known: rule }) =>
    rule === undefined ? [] : [`${label} ${rule.slopeText} = ${decimals(rule.slope)}`],
  );
  const theory =
    known.length === 0
      ? ""
      : ` Leading terms of theory: ${known.join(", ")}; thin dashes are the whole formula.`;
  return `${slopes.join("; ")}.${theory} Whiskers are 95 % intervals of the means, by the spread of all trials around the line.`;
}

function fittedLine({ label, style, points, line }: Growth): ScatterLine {
  const sizes = points.map(({ nodes }) => nodes);
  return {
    label: `${label}: +${decimals(line.slope)} per doubling`,
    style,
    points: [Math.min(...sizes), Math.max(...sizes)].map((nodes) => [
      nodes,
      line.intercept + line.slope * Math.log2(nodes),
    ]),
  };
}

function knownCurve({ style, points, known }: Growth): ScatterLine[] {
  if (known === undefined) return [];
  const sizes = points.map(({ nodes }) => nodes);
  const [low, high] = [Math.min(...sizes), Math.max(...sizes)];
  const places = Array.from(
    { length: CURVE_POINTS },
    (_, index) => low * (high / low) ** (index / (CURVE_POINTS - 1)),
  );
  return [
    {
      label: "published formula",
      style,
      isReference: true,
      points: places.map((nodes) => [nodes, known.rounds(nodes)]),
    },
  ];
}

function pointWords({ clock }: Growth, { mean, low, high, trials }: GrowthPoint): string[] {
  const format = clock === "round" ? "number" : "duration";
  const unit = clock === "round" ? " rounds" : "";
  const interval = `95 % interval ${formatValue(low, format)} to ${formatValue(high, format)}`;
  const words = [`${formatValue(mean, format)}${unit}`, plural(trials, "trial")];
  return high > low ? [words[0]!, interval, words[1]!] : words;
}

function pointsTable(growths: readonly Growth[]): Table {
  const { clock, percent } = growths[0]!;
  const text = (value: number | undefined): string =>
    formatValue(value, clock === "round" ? "number" : "duration");
  return {
    caption: `${clock === "round" ? "Rounds" : "Time"} until ${percent} % of the nodes are informed, by their number: mean over trials`,
    columns: figureColumns(
      "Runs",
      "Nodes",
      "Mean",
      "95 % from",
      "95 % to",
      "Fitted line",
      "Published formula",
      "Trials",
    ),
    rows: growths.flatMap(({ label, points, line, known }) =>
      points.map(({ nodes, mean, low, high, trials }) => [
        label,
        formatValue(nodes, "count"),
        text(mean),
        ...(high > low ? [low, high].map(text) : ["–", "–"]),
        text(line.intercept + line.slope * Math.log2(nodes)),
        text(known?.rounds(nodes)),
        formatValue(trials, "count"),
      ]),
    ),
  };
}

/** One row per line: what a doubling of the nodes costs, and what theory says of it. */
export function slopeTable(growths: readonly Growth[]): Table | undefined {
  const first = growths[0];
  if (first === undefined) return undefined;
  const unit = first.clock === "round" ? "Rounds" : "Milliseconds";
  return {
    caption: `${unit} per doubling of the nodes, until ${first.percent} % are informed: least squares over all trials against log₂ n`,
    columns: figureColumns(
      "Runs",
      "Per doubling",
      "95 % from",
      "95 % to",
      "Leading terms of theory",
      "Line through the published formula",
      "Spread around the line",
      "Sizes",
      "Trials",
    ),
    rows: growths.map(({ label, line, known, points }) => [
      label,
      decimals(line.slope),
      ...line.ci95.map((end) => (end === null ? "–" : decimals(end))),
      known === undefined ? "–" : `${known.slopeText} = ${decimals(known.slope)}`,
      known === undefined ? "–" : `${decimals(known.line.slope)} (${known.formula})`,
      line.residualStddev === null ? "–" : decimals(line.residualStddev),
      formatValue(points.length, "count"),
      formatValue(line.points, "count"),
    ]),
  };
}
