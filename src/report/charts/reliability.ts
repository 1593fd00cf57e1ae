/** What every 9 of reliability costs: share missed against copies sent, along a parameter. */
import { leastSquares } from "../../statistics/regression.js";
import type { ChartWithTable, ScatterModel } from "../chart.js";
import { formatValue, plural } from "../format.js";
import { meanOf, type Run } from "../runs.js";
import type { Sweep } from "../sweeps.js";
import { figureColumns, type Table } from "../table.js";
import { logBounds } from "./log-bounds.js";

/** So many runs that missed somebody make a line. */
const POINTS_MIN = 3;

interface Reliability {
  readonly label: string;
  readonly style: number;
  /** "fanout". */
  readonly parameter: string;
  readonly points: readonly Measured[];
  /** Copies per node for each 9, with its interval; null where too few missed anybody. */
  readonly nine: {
    readonly cost: number;
    readonly low: number | null;
    readonly high: number | null;
  } | null;
}

interface Measured {
  readonly value: number;
  readonly run: Run;
  readonly copies: number;
  readonly residue: number;
  /** Trials in which nobody was missed. */
  readonly whole: number;
}

export function reliabilityChart(sweeps: readonly Sweep[]): ChartWithTable | undefined {
  const found = sweeps
    .filter(({ setting }) => setting.startsWith("parameter "))
    .flatMap((sweep, style) => reliability(sweep, style) ?? []);
  if (found.length === 0) return undefined;
  return {
    model: {
      id: "reliability",
      title: "What each 9 of reliability costs",
      summary: reliabilitySummary(found),
      ...picture(found),
    },
    table: reliabilityTable(found),
  };
}

function reliability(sweep: Sweep, style: number): Reliability | undefined {
  const points = sweep.runs.flatMap(({ value, run }): Measured[] => {
    const copies = meanOf(run, "messagesPerNode");
    const residue = meanOf(run, "residue");
    if (copies === null || residue === null) return [];
    const whole = run.trials.filter(({ metrics }) => metrics["residue"] === 0).length;
    return [{ value, run, copies, residue, whole }];
  });
  const missed = points.filter(({ residue }) => residue > 0);
  if (missed.length < POINTS_MIN) return undefined;
  const line = leastSquares(
    missed.map(({ residue }) => -Math.log10(residue)),
    missed.map(({ copies }) => copies),
  );
  const [low, high] = line?.ci95 ?? [null, null];
  const nine = line === null ? null : { cost: line.slope, low, high };
  const parameter = sweep.setting.slice("parameter ".length);
  return { label: sweep.label, style, parameter, points, nine };
}

function picture(
  found: readonly Reliability[],
): Pick<ScatterModel, "kind" | "x" | "y" | "series" | "lines"> {
  const drawn = found.map((each) => ({
    ...each,
    points: each.points.filter(({ residue }) => residue > 0),
  }));
  const all = drawn.flatMap(({ points }) => points);
  return {
    kind: "scatter",
    x: {
      label: "copies sent per node",
      format: "number",
      scale: "linear",
      min: 0,
    },
    y: {
      label: "share of nodes never informed, log scale",
      format: "percent",
      scale: "log",
      ...logBounds(all.map(({ residue }) => residue)),
    },
    series: drawn.map(({ label, style, parameter, points }) => ({
      label,
      style,
      points: points.map(({ value, copies, residue, whole, run }) => ({
        x: copies,
        y: residue,
        words: [
          `${label}, ${parameter} ${value}`,
          `${formatValue(copies, "number")} copies per node`,
          `${formatValue(residue, "percent")} missed`,
          `nobody missed in ${whole} of ${plural(run.trials.length, "trial")}`,
        ],
      })),
    })),
    lines: drawn.map(({ label, style, points }) => ({
      label,
      style,
      points: points.map(({ copies, residue }) => [copies, residue] as const),
    })),
  };
}

function reliabilitySummary(found: readonly Reliability[]): string {
  const costs = found.flatMap(({ label, nine }) => (nine === null ? [] : [{ label, ...nine }]));
  const texts = costs
    .toSorted((a, b) => a.cost - b.cost)
    .map(({ label, cost, low, high }) => {
      const interval =
        low === null || high === null
          ? ""
          : ` (${formatValue(low, "number")} to ${formatValue(high, "number")})`;
      return `${formatValue(cost, "number")}${interval} in ${label}`;
    });
  return `Copies per node for each further 9, with the 95 % interval of the fitted line: ${texts.join(", ")}`;
}

function reliabilityTable(found: readonly Reliability[]): Table {
  return {
    caption: "Copies sent and nodes missed along a parameter: means over trials",
    columns: figureColumns(
      "Runs",
      "Parameter",
      "Copies per node",
      "Informed",
      "Never informed",
      "Trials that informed all",
      "Trials",
    ),
    rows: found.flatMap(({ label, parameter, points }) =>
      points.map(({ value, run, copies, residue, whole }) => [
        label,
        `${parameter} ${value}`,
        formatValue(copies, "number"),
        formatValue(1 - residue, "percent"),
        formatValue(residue, "percent"),
        formatValue(whole, "count"),
        formatValue(run.trials.length, "count"),
      ]),
    ),
  };
}
