/** Thin rows with their intervals before the band of what does not count: model -> configuration of Chart.js. */
import type { Chart, ChartConfiguration, Plugin } from "chart.js";
import { FOREST_LOOKS, type ForestModel, type ForestRow } from "../chart.js";
import { formatValue } from "../format.js";
import { rowAxis, valueAxis } from "./axes.js";
import { faded, type Theme } from "./theme.js";
import { textTooltip } from "./tooltip.js";

/** Share of the width for names, and its bounds in pixels. */
const NAME_SHARE = 0.34;
const NAME_MAX = 320;
/** The change of a row, right of the plot. */
const FIGURE_WIDTH = 64;

export function forestConfig(model: ForestModel, theme: Theme): ChartConfiguration {
  const { rows, x } = model;
  const held = (value: number): number => Math.min(x.max, Math.max(x.min, value));
  const look = ({ state }: ForestRow) => FOREST_LOOKS[state] ?? FOREST_LOOKS["inconclusive"]!;
  const colours = rows.map((row) => theme.series[look(row).style % theme.series.length]!);
  return {
    type: "scatterWithErrorBars",
    data: {
      datasets: [
        {
          label: "",
          data: rows.map(({ value, low, high, words }, row) => ({
            ...{ x: held(value), y: row, xMin: held(low), xMax: held(high), words },
          })),
          pointStyle: rows.map((row) => look(row).marker),
          radius: 4,
          hoverRadius: 6,
          borderWidth: 1.5,
          borderColor: colours,
          backgroundColor: rows.map((row, index) =>
            look(row).isFull ? colours[index]! : theme.paper,
          ),
          errorBarColor: colours,
          errorBarWhiskerColor: colours,
          errorBarLineWidth: 1.25,
          errorBarWhiskerLineWidth: 1.25,
          errorBarWhiskerSize: 6,
          clip: 8,
        },
      ],
    },
    options: {
      animation: false,
      maintainAspectRatio: false,
      layout: { padding: ({ chart }) => ({ left: nameWidth(chart), right: FIGURE_WIDTH, top: 2 }) },
      interaction: { mode: "nearest", axis: "y", intersect: false },
      scales: { x: valueAxis(x, "x", theme), y: rowAxis(rows.length) },
      plugins: { legend: { display: false }, tooltip: textTooltip(theme, () => true) },
    },
    plugins: [bands(model, theme), names(model, theme)],
  };
}

function nameWidth({ width }: Chart): number {
  return Math.min(NAME_MAX, width * NAME_SHARE);
}

/** What does not count, behind every row: rows may have floors of their own. */
function bands({ rows, x: { min, max } }: ForestModel, theme: Theme): Plugin {
  return {
    id: "bands",
    beforeDatasetsDraw({ ctx, scales }) {
      const { x, y } = scales;
      if (x === undefined || y === undefined) return;
      ctx.save();
      ctx.fillStyle = faded(theme.accent, 0.13);
      rows.forEach(({ band }, row) => {
        const [left, right] = band.map((end) =>
          x.getPixelForValue(Math.min(max, Math.max(min, end))),
        ) as [number, number];
        // Whole pixels: neighbours that overlapped would show as lines.
        const [top, bottom] = [row - 0.5, row + 0.5].map((at) =>
          Math.round(y.getPixelForValue(at)),
        );
        ctx.fillRect(left, top!, right - left, bottom! - top!);
      });
      ctx.fillStyle = theme.muted;
      const zero = Math.round(x.getPixelForValue(0));
      ctx.fillRect(zero, y.top, 1, y.bottom - y.top);
      ctx.restore();
    },
  };
}

function names({ rows, x: axis }: ForestModel, theme: Theme): Plugin {
  return {
    id: "names",
    afterDatasetsDraw(chart) {
      const { ctx, scales, width } = chart;
      const { y } = scales;
      if (y === undefined) return;
      ctx.save();
      ctx.font = `11px ${theme.font}`;
      ctx.textBaseline = "middle";
      rows.forEach(({ name, value }, row) => {
        const at = y.getPixelForValue(row);
        ctx.fillStyle = theme.ink;
        ctx.textAlign = "left";
        ctx.fillText(fitTail(ctx, name, nameWidth(chart) - 12), 0, at);
        const isBeyond = value > axis.max || value < axis.min;
        ctx.fillStyle = isBeyond ? theme.ink : theme.muted;
        ctx.textAlign = "right";
        ctx.fillText(`${isBeyond ? "▸ " : ""}${formatValue(value, axis.format)}`, width, at);
      });
      ctx.restore();
    },
  };
}

/** Text that loses its beginning: names of one family differ at their ends. */
function fitTail(ctx: CanvasRenderingContext2D, text: string, width: number): string {
  if (ctx.measureText(text).width <= width) return text;
  const characters = [...text];
  while (characters.length > 1 && ctx.measureText(`…${characters.join("")}`).width > width) {
    characters.shift();
  }
  return `…${characters.join("")}`;
}
