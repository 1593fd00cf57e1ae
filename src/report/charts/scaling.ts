/** Time of a node's round against the number of nodes, on both backends: where a cache ends it rises. */
import type { ChartWithTable, LineSeries } from "../chart.js";
import { formatValue } from "../format.js";
import type { Run } from "../runs.js";
import type { Sweep } from "../sweeps.js";
import { figureColumns } from "../table.js";
import { logBounds } from "./log-bounds.js";

const BACKENDS = [
  { backend: "wasm", name: "WASM" },
  { backend: "ts", name: "TypeScript" },
] as const;

type Backend = (typeof BACKENDS)[number]["backend"];

interface Point {
  readonly nodes: number;
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  readonly memoryBytes: number;
}

interface Curve {
  readonly label: string;
  readonly backend: Backend;
  readonly points: readonly Point[];
}

/** @param sweeps those over nodes; undefined where none has two sizes that were timed */
export function scalingChart(sweeps: readonly Sweep[]): ChartWithTable | undefined {
  const own = sweeps.filter(({ setting }) => setting === "nodes");
  const curves = own.flatMap((sweep) =>
    BACKENDS.flatMap(({ backend, name }) => {
      const points = sweep.runs.flatMap(({ value, run }) => pointOf(run, value, backend) ?? []);
      const label = own.length === 1 ? name : `${sweep.label}, ${name}`;
      return new Set(points.map(({ nodes }) => nodes)).size < 2 ? [] : [{ label, backend, points }];
    }),
  );
  if (curves.length === 0) return undefined;
  const series = curves.map(lineOf);
  const sizes = curves.flatMap(({ points }) => points.map(({ nodes }) => nodes));
  const times = curves.flatMap(({ points }) => points.flatMap(({ low, high }) => [low, high]));
  return {
    model: {
      ...{ id: "scaling", title: "Time of a node's round against size", kind: "lines" },
      summary: summaryOf(curves),
      x: {
        ...{ label: "nodes, log scale", format: "nodes", scale: "log" },
        ...{ min: Math.min(...sizes), max: Math.max(...sizes) },
      },
      y: {
        ...{ label: "wall time per node and round, log scale", format: "nanoseconds" },
        ...{ scale: "log", ...logBounds(times) },
      },
      series,
    },
    table: {
      caption: "Time per node and round by size, and the memory of the trial",
      columns: figureColumns("Run", "Nodes", "Memory", "Mean", "95 % from", "95 % to"),
      rows: curves.flatMap(({ label, points }) =>
        points.map(({ nodes, mean, low, high, memoryBytes }) => [
          label,
          formatValue(nodes, "nodes"),
          formatValue(memoryBytes, "bytes"),
          ...[mean, low, high].map((value) => formatValue(value, "nanoseconds")),
        ]),
      ),
    },
  };
}

function pointOf({ record }: Run, nodes: number, backend: Backend): Point | undefined {
  const arm = record.arms.find((each) => each.backend === backend);
  const summary = arm?.summary["nsPerNodeRound"];
  const mean = summary?.mean ?? null;
  if (arm === undefined || summary === undefined || mean === null || mean <= 0) return undefined;
  const [low, high] = summary.ci95;
  const floor = summary.min !== null && summary.min > 0 ? summary.min : mean;
  const { memoryBytes } = arm;
  return {
    nodes,
    mean,
    low: low !== null && low > 0 ? low : floor,
    high: high ?? mean,
    memoryBytes,
  };
}

function lineOf({ label, points }: Curve, style: number): LineSeries {
  return {
    ...{ label, style },
    points: points.map(({ nodes, mean }) => [nodes, mean]),
    band: points.map(({ nodes, low, high }) => [nodes, low, high]),
  };
}

/** The steepest step between two sizes: there the state has outgrown a cache. */
function summaryOf(curves: readonly Curve[]): string {
  const steps = curves.flatMap(({ label, points }) =>
    points.slice(1).map((point, index) => ({
      ...{ label, from: points[index]!, to: point },
      growth: point.mean / points[index]!.mean,
    })),
  );
  const steepest = steps.reduce((most, step) => (step.growth > most.growth ? step : most));
  if (steepest.growth < 1.1) return "Time per node and round does not rise with size.";
  const { label, from, to, growth } = steepest;
  const size = (point: Point): string =>
    `${formatValue(point.nodes, "nodes")} (${formatValue(point.memoryBytes, "bytes")})`;
  return `The steepest step is in ${label}, from ${size(from)} to ${size(to)}: ${formatValue(growth, "ratio")} the time per node and round.`;
}
