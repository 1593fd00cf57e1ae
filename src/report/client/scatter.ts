/** Points with whiskers or names, and lines through or beside them: model -> configuration of Chart.js. */
import type { ChartConfiguration, ChartDataset } from "chart.js";
import {
  DASHES,
  MARKERS,
  type ScatterLine,
  type ScatterModel,
  type ScatterPoint,
  type Shade,
} from "../chart.js";
import { valueAxis } from "./axes.js";
import { axisTitle, lineLabels } from "./labels.js";
import { pointNames } from "./names.js";
import { faded, type Theme } from "./theme.js";
import { textTooltip } from "./tooltip.js";

const RADIUS = 5;
/** Of one point among hundreds. */
const FINE_RADIUS = 1.75;
/** What a ring of size 1 has more. */
const RING_GROWTH = 8;

export interface Hidden {
  /** All lines, all points have their names beside them. */
  lines(complete: boolean): void;
  points(complete: boolean): void;
}

export function scatterConfig(
  model: ScatterModel,
  theme: Theme,
  named: Hidden,
): ChartConfiguration {
  const first = model.series.length;
  // Whiskers of Chart.js are drawn with their points; lines follow, so that they lie below.
  const datasets = [
    ...model.series.map((series, index) => pointsOf(series, index, theme, model.isFine === true)),
    ...model.lines.map((line, index) => pathOf(line, first + index, theme)),
  ];
  const isNamed = model.series.some(({ points }) => points.some(({ name }) => name !== undefined));
  const labelled = model.lines.map(({ label, style, isReference }) => {
    return { label: isReference === true || isNamed ? "" : label, style };
  });
  return {
    type: "scatterWithErrorBars",
    data: { datasets: datasets as never },
    options: {
      animation: false,
      maintainAspectRatio: false,
      font: { family: theme.font },
      layout: { padding: { top: 24, right: 14 } },
      interaction: { mode: "nearest", axis: "xy", intersect: false },
      scales: { x: valueAxis(model.x, "x", theme), y: valueAxis(model.y, "y", theme) },
      plugins: {
        legend: { display: false },
        tooltip: textTooltip(theme, (index) => index < first),
        ...(model.x.gutter === undefined ? {} : gutterLine(model, theme)),
        ...(model.shades === undefined ? {} : shadedBoxes(model.shades, theme)),
      },
    },
    plugins: [
      axisTitle(model.y.label, theme),
      isNamed
        ? pointNames(model, theme, (complete) => named.points(complete))
        : lineLabels(labelled, theme, (complete) => named.lines(complete), first),
    ],
  };
}

function pointsOf(
  { label, style, points, isLarge }: ScatterModel["series"][number],
  index: number,
  theme: Theme,
  isFine: boolean,
): object {
  const colour = theme.series[style % theme.series.length]!;
  const isSmall = isFine && isLarge !== true;
  const radii = isSmall ? points.map(() => FINE_RADIUS) : points.map(pointRadius);
  return {
    label,
    // What sums up the others lies above them.
    order: isLarge === true ? -1 : index,
    data: points.map(({ x, y, low, high, words }) => ({
      ...{ x, y, words },
      ...(low === undefined || high === undefined ? {} : { yMin: low, yMax: high }),
    })),
    pointStyle: MARKERS[style % MARKERS.length],
    // Elements of the error bars plugin take their options without the prefix `point`.
    radius: radii,
    hoverRadius: radii.map((radius) => radius + 2),
    borderWidth: isSmall ? 0.5 : 2,
    borderColor: colour,
    backgroundColor: points.map(({ ring }) => (ring === undefined ? colour : faded(colour, 0.12))),
    errorBarColor: colour,
    errorBarWhiskerColor: colour,
    errorBarLineWidth: 1.5,
    errorBarWhiskerLineWidth: 1.5,
    errorBarWhiskerSize: 8,
    clip: 14,
  };
}

function pointRadius({ ring }: ScatterPoint): number {
  return RADIUS + (ring ?? 0) * RING_GROWTH;
}

function pathOf(line: ScatterLine, order: number, theme: Theme): ChartDataset<"line"> {
  const { label, style, points, isReference } = line;
  const colour = theme.series[style % theme.series.length]!;
  return {
    type: "line",
    label,
    order,
    data: points.map(([x, y]) => ({ x, y })),
    borderColor: isReference === true ? theme.muted : colour,
    borderWidth: isReference === true ? 1 : 1.5,
    borderDash: isReference === true ? [3, 3] : [...DASHES[style % DASHES.length]!],
    pointRadius: 0,
    pointHoverRadius: 0,
    pointHitRadius: 0,
    fill: false,
    clip: 6,
  };
}

function shadedBoxes(shades: readonly Shade[], theme: Theme): object {
  const boxes = shades.map(({ from, to }, index) => [
    `shade-${index}`,
    {
      ...{ type: "box", xMin: from, xMax: to, borderWidth: 0, drawTime: "beforeDatasetsDraw" },
      backgroundColor: faded(theme.muted, 0.16),
    },
  ]);
  return { annotation: { annotations: Object.fromEntries(boxes) as object } };
}

/** A faint line before what has no value on the scale. */
function gutterLine({ x, series }: ScatterModel, theme: Theme): object {
  const never = x.gutter!.at;
  const last = Math.max(
    ...series.flatMap(({ points }) => points.map((point) => point.x)).filter((at) => at < never),
    0,
  );
  const at = (last + never) / 2;
  const line = { type: "line", xMin: at, xMax: at, borderColor: theme.rule, borderWidth: 1 };
  return { annotation: { annotations: { gutter: line } } };
}
