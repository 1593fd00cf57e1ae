/** Curves with bands: model -> configuration of Chart.js. */
import type { ChartConfiguration, ChartDataset } from "chart.js";
import { DASHES, MARKERS, type LineSeries, type LinesModel } from "../chart.js";
import { valueAxis } from "./axes.js";
import { axisTitle, lineLabels } from "./labels.js";
import { faded, type Theme } from "./theme.js";
import { tooltip } from "./tooltip.js";

/** Markers along a line: enough to tell lines apart without colour. */
const MARKERS_ALONG = 7;
/** Bands of more lines than this cover each other and the lines. */
const BANDS_MAX = 12;

export function linesConfig(
  model: LinesModel,
  theme: Theme,
  onLabels: (complete: boolean) => void,
): ChartConfiguration<"line"> {
  const isCrowded = model.series.length > BANDS_MAX;
  const lines = model.series.map((series, index) => lineOf(series, index, theme));
  const bands = model.series.flatMap((series, index) => bandOf(series, index, theme, isCrowded));
  return {
    type: "line",
    data: { datasets: [...lines, ...bands] },
    options: {
      parsing: false,
      animation: false,
      maintainAspectRatio: false,
      normalized: true,
      font: { family: theme.font },
      layout: { padding: { top: 24, right: 10 } },
      interaction: { mode: "nearest", axis: "x", intersect: false },
      scales: {
        x: { ...valueAxis(model.x, "x", theme), offset: false },
        y: valueAxis(model.y, "y", theme),
      },
      plugins: {
        legend: { display: false },
        tooltip: tooltip(theme, model.x, model.y, (index) => index < lines.length),
      },
    },
    plugins: [axisTitle(model.y.label, theme), lineLabels(model.series, theme, onLabels)],
  };
}

function lineOf(series: LineSeries, order: number, theme: Theme): ChartDataset<"line"> {
  const { label, style, points } = series;
  const colour = theme.series[style % theme.series.length]!;
  const stride = Math.max(1, Math.ceil(points.length / MARKERS_ALONG));
  // Lines with the same stride would carry their markers in the same places.
  const shift = (style * 2) % stride;
  return {
    label,
    order,
    data: points.map(([x, y]) => ({ x, y })),
    borderColor: colour,
    backgroundColor: colour,
    borderWidth: 2,
    borderDash: [...DASHES[style % DASHES.length]!],
    borderJoinStyle: "round",
    pointStyle: MARKERS[style % MARKERS.length]!,
    pointRadius: points.map((_, index) => (index % stride === shift ? 3.5 : 0)),
    pointHitRadius: 6,
    pointHoverRadius: 5,
    clip: 6,
  };
}

/** Two unseen lines with the space between them filled. */
function bandOf(
  series: LineSeries,
  index: number,
  theme: Theme,
  isCrowded: boolean,
): ChartDataset<"line">[] {
  const { band, style } = series;
  if (band === undefined || isCrowded) return [];
  const colour = theme.series[style % theme.series.length]!;
  const edge = { order: 1000 + index, borderWidth: 0, pointRadius: 0, pointHoverRadius: 0 };
  return [
    { ...edge, label: "", data: band.map(([x, low]) => ({ x, y: low })) },
    {
      ...edge,
      label: "",
      data: band.map(([x, , high]) => ({ x, y: high })),
      fill: "-1",
      backgroundColor: faded(colour, 0.16),
    },
  ];
}
