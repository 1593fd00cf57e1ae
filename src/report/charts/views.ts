/** Overlays as curves: the in-degree's distribution, clustering and paths by round, healing. */
import type { Overlay, ViewTrial } from "../../history/views-record.js";
import type { Axis, ChartWithTable, LineSeries } from "../chart.js";
import { formatValue, type Format } from "../format.js";
import { curveTable } from "./coverage.js";
import { logBounds } from "./log-bounds.js";

/** An overlay with the label that no other has, and its style. */
export interface LabelledOverlay {
  readonly label: string;
  readonly style: number;
  readonly overlay: Overlay;
}

type Point = readonly [x: number, y: number];

interface Curve {
  readonly id: string;
  readonly title: string;
  readonly caption: string;
  readonly first: string;
  readonly x: string;
  readonly y: string;
  readonly format: Format;
  readonly scale: Axis["scale"];
  readonly points: (trial: ViewTrial) => readonly Point[];
  /** What is said of the lowest and the highest line at its end. */
  readonly verb: string;
}

const byRound =
  (name: "clustering" | "pathLength" | "inDegreeSd") =>
  ({ points }: ViewTrial): Point[] =>
    points.map((point) => [point.round, point[name]]);

const CURVES: readonly Curve[] = [
  {
    ...{ id: "views-degree", title: "In-degree", first: "In-degree" },
    caption: "Share of nodes by in-degree, before the crash",
    ...{
      x: "nodes that know a node",
      y: "share of nodes, log scale",
      format: "percent",
      scale: "log",
    },
    points: inDegreeShares,
    verb: "",
  },
  {
    ...{ id: "views-sd", title: "Spread of the in-degree", first: "Round" },
    caption: "Standard deviation of the in-degree by round",
    ...{ x: "round", y: "standard deviation, nodes", format: "number", scale: "linear" },
    points: byRound("inDegreeSd"),
    verb: "in-degrees differ by",
  },
  {
    ...{ id: "views-clustering", title: "Clustering", first: "Round" },
    caption: "Clustering coefficient by round",
    ...{ x: "round", y: "clustering coefficient, log scale", format: "number", scale: "log" },
    points: byRound("clustering"),
    verb: "clustering is",
  },
  {
    ...{ id: "views-paths", title: "Path length", first: "Round" },
    caption: "Mean path length by round",
    ...{ x: "round", y: "links between two nodes, mean", format: "number", scale: "linear" },
    points: byRound("pathLength"),
    verb: "paths have",
  },
  {
    ...{ id: "views-healing", title: "Dead links after the crash", first: "Round after the crash" },
    caption: "Dead links per live node, by round after the crash",
    ...{ x: "rounds after the crash", y: "dead links per node", format: "number", scale: "linear" },
    points: ({ healing }) =>
      healing.map(({ round, deadLinksPerNode }): Point => [round, deadLinksPerNode]),
    verb: "dead links per node are",
  },
];

/** Every curve that any overlay has points for. */
export function viewCharts(overlays: readonly LabelledOverlay[]): ChartWithTable[] {
  return CURVES.flatMap((curve) => {
    const series = overlays.flatMap((each) => lineOf(curve, each) ?? []);
    return series.length === 0 ? [] : [chartOf(curve, series)];
  });
}

function chartOf(curve: Curve, series: readonly LineSeries[]): ChartWithTable {
  const { id, title, caption, first, x, y, format, scale } = curve;
  return {
    model: {
      ...{ id, title, kind: "lines", summary: summaryOf(curve, series) },
      x: { label: x, format: "count", scale: "linear", min: 0 },
      y: { label: y, format, scale, ...boundsOf(scale, series) },
      series,
    },
    table: curveTable(caption, first, series, (value) => formatValue(value, format)),
  };
}

function boundsOf(
  scale: Axis["scale"],
  series: readonly LineSeries[],
): { readonly min: number; readonly max?: number } {
  if (scale === "linear") return { min: 0 };
  return logBounds(series.flatMap(({ points }) => points.map(([, y]) => y)));
}

/** Means over trials, with a band from the least to the most where there are several. */
function lineOf(
  { points, scale }: Curve,
  { label, style, overlay }: LabelledOverlay,
): LineSeries | undefined {
  const values = new Map<number, number[]>();
  for (const trial of overlay.trials) {
    for (const [x, y] of points(trial)) values.set(x, [...(values.get(x) ?? []), y]);
  }
  if (values.size === 0) return undefined;
  // A log scale has no place for zero.
  const shown = [...values].filter(([, all]) => scale !== "log" || all.some((value) => value > 0));
  const sorted = shown.sort(([a], [b]) => a - b);
  const count = overlay.trials.length;
  const mean = (all: readonly number[]): number =>
    Number((all.reduce((sum, value) => sum + value, 0) / count).toPrecision(6));
  const line = sorted.map(([x, all]): Point => [x, mean(all)]);
  if (count < 2) return { label, style, points: line };
  const band = sorted.map(([x, all]) => {
    const known = scale === "log" ? all.filter((value) => value > 0) : all;
    const low = all.length < count && scale !== "log" ? 0 : Math.min(...known);
    return [x, low, Math.max(...known)] as const;
  });
  return { label, style, points: line, band };
}

function inDegreeShares({ inDegree }: ViewTrial): Point[] {
  const nodes = inDegree.reduce((sum, count) => sum + count, 0);
  return inDegree.map((count, degree): Point => [degree, count / nodes]);
}

function summaryOf({ id, verb, format }: Curve, series: readonly LineSeries[]): string {
  if (id === "views-degree") {
    const peaks = series.map(({ label, points }) => {
      const [degree] = points.reduce((best, point) => (point[1] > best[1] ? point : best));
      return `${degree} in ${label}`;
    });
    return `Most often a node is known by ${listed(peaks)} others.`;
  }
  const ends = series
    .map(({ label, points }) => ({ label, value: points.at(-1)![1] }))
    .sort((a, b) => a.value - b.value);
  const [low, high] = [ends[0]!, ends.at(-1)!];
  const text = (value: number): string => formatValue(value, format);
  if (low === high) return `At the end ${verb} ${text(low.value)} in ${low.label}.`;
  return `At the end ${verb} ${text(low.value)} in ${low.label} and ${text(high.value)} in ${high.label}.`;
}

function listed(parts: readonly string[]): string {
  return parts.length < 2
    ? (parts[0] ?? "")
    : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)!}`;
}
