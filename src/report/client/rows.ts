/** Bars and dots, one row per run: models -> configurations of Chart.js. */
import type { ChartConfiguration, ChartDataset } from "chart.js";
import { MARKERS, type BarsModel, type DotsModel } from "../chart.js";
import { formatValue } from "../format.js";
import { rowAxis, valueAxis } from "./axes.js";
import { barTotals, rowLabels } from "./labels.js";
import { faded, type Theme } from "./theme.js";
import { tooltip } from "./tooltip.js";

/** Space for the figure behind the longest bar. */
const TOTAL_WIDTH = 64;
/** Markers of one row stand this far apart, in rows, so that equal values do not hide each other. */
const MARKER_STEP = 0.2;

export function barsConfig(model: BarsModel, theme: Theme): ChartConfiguration {
  const looks = [theme.accent, theme.tint, hatched(theme)];
  const datasets: object[] = model.parts.map(
    ({ label, values }, part) =>
      ({
        label,
        order: part,
        data: values.map((value, row) => ({ x: value ?? 0, y: row })) as never,
        backgroundColor: looks[part % looks.length]!,
        borderColor: part === 2 ? theme.accent : theme.paper,
        borderWidth: part === 2 ? 1 : { right: 1, left: 0, top: 0, bottom: 0 },
        borderSkipped: false,
        barThickness: model.rows.length > 12 ? 8 : 12,
        stack: "all",
      }) satisfies ChartDataset<"bar">,
  );
  return {
    type: "bar",
    data: { datasets: datasets as never },
    options: {
      indexAxis: "y",
      parsing: { xAxisKey: "x", yAxisKey: "y" },
      animation: false,
      maintainAspectRatio: false,
      layout: { padding: { right: TOTAL_WIDTH, top: 4 } },
      interaction: { mode: "nearest", axis: "y", intersect: false },
      scales: {
        x: { ...valueAxis(model.x, "x", theme), stacked: true },
        // Bars make room at the ends of their axis, which rowAxis has made already.
        y: { ...rowAxis(model.rows.length), stacked: true, offset: false },
      },
      plugins: {
        legend: { display: false },
        tooltip: tooltip(theme, model.rows, model.x, () => true),
      },
    },
    plugins: [rowLabels(model.rows, theme), barTotals(model, theme)],
  };
}

export function dotsConfig(model: DotsModel, theme: Theme): ChartConfiguration {
  const middle = (model.series.length - 1) / 2;
  const datasets = model.series.map(({ label, style, values }, index) => {
    const colour = theme.series[style % theme.series.length]!;
    const points = values.flatMap((value, row) => {
      if (value === null) return [];
      const [x, xMin, xMax] = value;
      return [{ x, xMin, xMax, y: row + 0.08 + (index - middle) * MARKER_STEP, row }];
    });
    return {
      label,
      order: index,
      data: points,
      pointStyle: MARKERS[style % MARKERS.length],
      pointRadius: index === 0 ? 5 : 7,
      pointHoverRadius: 7,
      pointBorderWidth: 2,
      borderColor: colour,
      backgroundColor: index === 0 ? colour : theme.paper,
      errorBarColor: colour,
      errorBarWhiskerColor: colour,
      errorBarLineWidth: 1.5,
      errorBarWhiskerLineWidth: 1.5,
      errorBarWhiskerSize: 8,
    };
  });
  return {
    type: "scatterWithErrorBars",
    data: { datasets },
    options: {
      animation: false,
      maintainAspectRatio: false,
      layout: { padding: { right: 14, left: 4, top: 4 } },
      interaction: { mode: "nearest", axis: "xy", intersect: false },
      scales: {
        x: valueAxis(model.x, "x", theme),
        y: rowAxis(model.rows.length, model.reference === undefined ? 0 : 0.35),
      },
      plugins: {
        legend: { display: false },
        tooltip: tooltip(theme, model.rows, model.x, () => true),
        ...(model.reference === undefined ? {} : referenceLine(model.reference, theme)),
      },
    },
    plugins: [
      rowLabels(
        model.rows,
        theme,
        model.rows.map((_, row) => figuresOf(model, row)),
      ),
    ],
  };
}

/** "3.3 ns, 10.7 ns": the values of a row, in the order of the key. */
function figuresOf({ series, x }: DotsModel, row: number): string {
  return series
    .flatMap(({ values }) => {
      const value = values[row];
      return value === null || value === undefined ? [] : [formatValue(value[0], x.format)];
    })
    .join(" · ");
}

function referenceLine(reference: { at: number; label: string }, theme: Theme): object {
  return {
    annotation: {
      annotations: {
        reference: {
          type: "line",
          xMin: reference.at,
          xMax: reference.at,
          borderColor: theme.muted,
          borderWidth: 1,
          borderDash: [3, 3],
          label: {
            display: true,
            content: reference.label,
            position: "end",
            backgroundColor: theme.paper,
            color: theme.muted,
            font: { family: theme.font, size: 11, weight: "normal" },
            padding: 2,
          },
        },
      },
    },
  };
}

/** Diagonal lines: a third part that is told apart without colour. */
function hatched(theme: Theme): CanvasPattern | string {
  const tile = document.createElement("canvas");
  tile.width = tile.height = 6;
  const ctx = tile.getContext("2d");
  if (ctx === null) return faded(theme.accent, 0.3);
  ctx.strokeStyle = theme.accent;
  ctx.lineWidth = 1;
  ctx.beginPath();
  for (const shift of [-6, 0, 6]) {
    ctx.moveTo(shift, 6);
    ctx.lineTo(shift + 6, 0);
  }
  ctx.stroke();
  return ctx.createPattern(tile, "repeat") ?? faded(theme.accent, 0.3);
}
