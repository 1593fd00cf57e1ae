/** Charts of a validation: our points beside the published ones, and how far each figure is off. */
import type { ValidatedCase } from "../../history/validate-record.js";
import { CHART_ROWS_MAX, type ChartWithTable, type LineSeries } from "../chart.js";
import { formatValue } from "../format.js";
import { figureColumns } from "../table.js";
import type { Words } from "../validate-words.js";
import { logBounds } from "./log-bounds.js";

/** A chart is drawn over a parameter that takes at least this many values. */
const POINTS_MIN = 3;
/** Measures of a source that are drawn; all stand in the table. */
const CHARTS_MAX = 4;

/**
 * Per measure: published and measured against the number that varies most among the cases, one pair of
 * lines per setting of the other parameters.
 */
export function publishedCharts(id: string, cases: readonly ValidatedCase[]): ChartWithTable[] {
  const judged = cases.filter(({ measures }) => measures.length > 0);
  const axis = widestParameter(judged);
  if (axis === undefined) return [];
  const names = [...new Set(judged.flatMap(({ measures }) => measures.map(({ name }) => name)))];
  return names
    .map((name) => publishedChart(id, name, axis, judged))
    .filter((chart) => chart !== undefined)
    .slice(0, CHARTS_MAX);
}

interface Point {
  readonly group: string;
  readonly at: number;
  readonly published: number;
  readonly measured: number;
}

function publishedChart(
  id: string,
  name: string,
  axis: string,
  cases: readonly ValidatedCase[],
): ChartWithTable | undefined {
  const points = cases.flatMap((each): Point[] => {
    const at = numberOf(each.parameters[axis]);
    const measure = each.measures.find((own) => own.name === name);
    if (at === undefined || measure === undefined || measure.measured === null) return [];
    const group = groupOf(each, axis, cases);
    return [{ group, at, published: measure.expected, measured: measure.measured }];
  });
  const groups = [...new Set(points.map(({ group }) => group))].filter(
    (group) => points.filter((point) => point.group === group).length >= POINTS_MIN,
  );
  if (groups.length === 0) return undefined;
  const shown = points.filter(({ group }) => groups.includes(group));
  const series = groups.flatMap((group, index): LineSeries[] => {
    const own = shown.filter((point) => point.group === group).sort((a, b) => a.at - b.at);
    const suffix = group === "" ? "" : `, ${group}`;
    return [
      {
        label: `published${suffix}`,
        style: 2 * index,
        points: own.map(({ at, published }) => [at, published]),
      },
      {
        label: `hearsay${suffix}`,
        style: 2 * index + 1,
        points: own.map(({ at, measured }) => [at, measured]),
      },
    ];
  });
  const places = shown.map(({ at }) => at);
  const values = shown.flatMap(({ published, measured }) => [published, measured]);
  const [low, high] = [Math.min(...places), Math.max(...places)];
  const isWide = low > 0 && high / low > 30;
  const isTall = Math.min(...values) > 0 && Math.max(...values) / Math.min(...values) > 30;
  return {
    model: {
      id: `published-${id}-${name}`.replaceAll(/[^a-zA-Z0-9-]+/g, "-"),
      title: `${name} against ${axis}`,
      summary: missSummary(name, axis, shown),
      kind: "lines",
      x: {
        label: isWide ? `${axis}, log scale` : axis,
        format: "number",
        scale: isWide ? "log" : "linear",
        min: low,
        max: high,
      },
      y: {
        label: isTall ? `${name}, log scale` : name,
        format: "number",
        scale: isTall ? "log" : "linear",
        ...(isTall ? logBounds(values) : { min: Math.min(0, ...values) }),
      },
      series,
    },
    table: {
      caption: `${id}: ${name} against ${axis}`,
      columns: figureColumns("Setting", axis, "Published", "Measured"),
      rows: shown.map(({ group, at, published, measured }) => [
        group === "" ? id : group,
        ...[at, published, measured].map((value) => formatValue(value, "number")),
      ]),
    },
  };
}

/** Where ours and the published figures are furthest apart. */
function missSummary(name: string, axis: string, points: readonly Point[]): string {
  const furthest = points.reduce((most, point) => (miss(point) > miss(most) ? point : most));
  const { at, measured, published } = furthest;
  const [place, ours, theirs] = [at, measured, published].map((value) =>
    formatValue(value, "number"),
  );
  return `Ours and the published ${name} differ most at ${axis} ${place}: ${ours} and ${theirs}`;
}

function miss({ published, measured }: Point): number {
  return Math.abs(measured - published) / Math.max(Math.abs(published), 1e-12);
}

/** Numeric parameter with most values. */
function widestParameter(cases: readonly ValidatedCase[]): string | undefined {
  const names = [...new Set(cases.flatMap(({ parameters }) => Object.keys(parameters)))];
  const counted = names.map((name) => {
    const values = cases.map(({ parameters }) => numberOf(parameters[name]));
    return { name, count: new Set(values.filter((value) => value !== undefined)).size };
  });
  counted.sort((a, b) => b.count - a.count);
  const [widest] = counted;
  return widest !== undefined && widest.count >= POINTS_MIN ? widest.name : undefined;
}

/** The other parameters that tell cases apart, in words. */
function groupOf(
  { parameters }: ValidatedCase,
  axis: string,
  cases: readonly ValidatedCase[],
): string {
  return Object.entries(parameters)
    .filter(([name]) => name !== axis)
    .filter(([name]) => {
      const values = cases.map((each) => JSON.stringify(each.parameters[name]));
      return new Set(values.filter((value) => value !== undefined)).size > 1;
    })
    .map(([name, value]) => (typeof value === "string" ? value : `${name} ${String(value)}`))
    .join(", ");
}

function numberOf(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

/** One dot per judged measure: the difference in parts of what is allowed; beyond 1 it does not pass. */
export function deviationChart(
  id: string,
  cases: readonly ValidatedCase[],
  words: Words,
): ChartWithTable | undefined {
  const rows = cases.flatMap(({ label, measures }) =>
    measures.flatMap(({ name, expected, expectedError = 0, measured, standardError, reach }) => {
      if (reach === null || reach === 0 || measured === null) return [];
      const off = (measured - expected) / reach;
      const error = (1.96 * Math.hypot(standardError, expectedError)) / reach;
      return [{ label: `${label}: ${name}`, off, low: off - error, high: off + error }];
    }),
  );
  if (rows.length === 0) return undefined;
  const shown = rows.slice(0, CHART_ROWS_MAX);
  const far = Math.max(1, ...shown.flatMap(({ low, high }) => [-low, high])) * 1.05;
  const beyond = rows.filter(({ off }) => Math.abs(off) > 1).length;
  return {
    model: {
      id: `deviation-${id}`.replaceAll(/[^a-zA-Z0-9-]+/g, "-"),
      title: "Difference, in parts of what may differ",
      summary: `${beyond === 0 ? "Every figure lies" : `${rows.length - beyond} of ${rows.length} figures lie`} between −1 and 1, where it passes`,
      kind: "dots",
      x: { label: "difference ÷ allowed", format: "number", scale: "linear", min: -far, max: far },
      rows: shown.map(({ label }) => label),
      series: [
        {
          label: "difference with its 95 % interval",
          style: 0,
          values: shown.map(({ off, low, high }) => [off, low, high] as const),
        },
      ],
      reference: { at: 0, label: `as ${words.expected.toLowerCase()}` },
    },
    table: {
      caption: `${id}: difference in parts of what may differ`,
      columns: figureColumns("Case", "Difference", "95 % from", "95 % to"),
      rows: rows.map(({ label, off, low, high }) => [
        label,
        ...[off, low, high].map((value) => formatValue(value, "number")),
      ]),
    },
  };
}
