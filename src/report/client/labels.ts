/** Plugins that write names and values into the plot: beside lines, above rows, behind bars. */
import type { Chart, Plugin } from "chart.js";
import type { BarsModel } from "../chart.js";
import { formatValue } from "../format.js";
import type { Theme } from "./theme.js";

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export const LABEL_HEIGHT = 14;
/** More names than this are no longer read in the plot; the key below lists them. */
const LINE_LABELS_MAX = 7;

/** Title of the y axis, above the plot at its left edge. */
export function axisTitle(text: string, theme: Theme): Plugin {
  return {
    id: "axisTitle",
    afterDraw({ ctx, width }) {
      ctx.save();
      ctx.font = `11px ${theme.font}`;
      ctx.fillStyle = theme.muted;
      ctx.textBaseline = "top";
      ctx.fillText(fitted(ctx, text, width - 4), 0, 2);
      ctx.restore();
    },
  };
}

/** What of a line its name needs. */
interface Named {
  /** Nothing is written where empty. */
  readonly label: string;
  readonly style: number;
}

/**
 * Names beside their lines, where each crosses no other. `done` hears whether all found a place; the
 * key is shown where not.
 * @param first `order` of the data set that holds the first line
 */
export function lineLabels(
  lines: readonly Named[],
  theme: Theme,
  done: (complete: boolean) => void,
  first = 0,
): Plugin {
  return {
    id: "lineLabels",
    afterDatasetsDraw(chart) {
      if (lines.length > LINE_LABELS_MAX) return done(false);
      const placed = placeLabels(chart, lines, first);
      done(placed !== undefined);
      const { ctx } = chart;
      ctx.save();
      ctx.font = `600 12px ${theme.font}`;
      ctx.textBaseline = "middle";
      ctx.lineWidth = 4;
      ctx.lineJoin = "round";
      ctx.strokeStyle = theme.paper;
      placed?.forEach((box, index) => {
        const { label, style } = lines[index]!;
        const y = (box.top + box.bottom) / 2;
        ctx.strokeText(label, box.left, y);
        ctx.fillStyle = theme.series[style % theme.series.length]!;
        ctx.fillText(label, box.left, y);
      });
      ctx.restore();
    },
  };
}

/** Overlaps nothing. */
const NOWHERE: Box = { left: -1e6, top: -1e6, right: -1e6, bottom: -1e6 };

/** One box per line; undefined where a name would lie on another name. */
function placeLabels(chart: Chart, named: readonly Named[], first: number): Box[] | undefined {
  const { ctx, chartArea } = chart;
  ctx.font = `600 12px ${String(chart.options.font?.family ?? "sans-serif")}`;
  const lines = named.map((_, index) => linePixels(chart, first + index));
  const placed: Box[] = [];
  for (const [index, { label }] of named.entries()) {
    if (label === "") {
      placed.push(NOWHERE);
      continue;
    }
    const width = ctx.measureText(label).width;
    let best: Box | undefined;
    let bestCost = Infinity;
    const line = lines[index]!;
    for (const [at, point] of line.entries()) {
      // All else equal, near the end of the line, where a reader looks for its name.
      const early = 2 * (1 - at / line.length);
      for (const box of boxesBeside(point, width)) {
        const inside =
          box.left >= chartArea.left &&
          box.right <= chartArea.right &&
          box.top >= chartArea.top - 2 &&
          box.bottom <= chartArea.bottom;
        if (!inside || placed.some((other) => overlaps(box, other))) continue;
        const cost = costOf(box, index, lines) + early;
        if (cost < bestCost) [best, bestCost] = [box, cost];
      }
    }
    if (best === undefined) return undefined;
    placed.push(best);
  }
  return placed;
}

/** Points along the drawn line, a few pixels apart, so that a crossing is seen between data points. */
export function linePixels(chart: Chart, order: number): Point[] {
  const index = chart.data.datasets.findIndex((dataset) => dataset.order === order);
  const elements = chart.getDatasetMeta(index).data as unknown as Point[];
  const pixels: Point[] = [];
  elements.forEach(({ x, y }, at) => {
    const before = elements[at - 1];
    if (before !== undefined) {
      const count = Math.min(60, Math.floor(Math.hypot(x - before.x, y - before.y) / 8));
      for (let step = 1; step < count; step++) {
        const share = step / count;
        pixels.push({ x: before.x + share * (x - before.x), y: before.y + share * (y - before.y) });
      }
    }
    pixels.push({ x, y });
  });
  return pixels;
}

function boxesBeside({ x, y }: Point, width: number): Box[] {
  const half = LABEL_HEIGHT / 2;
  const at = (left: number, top: number): Box => {
    return { left, top, right: left + width, bottom: top + LABEL_HEIGHT };
  };
  return [
    at(x + 9, y - half),
    at(x - width - 9, y - half),
    at(x + 6, y + 4),
    at(x - width - 6, y - LABEL_HEIGHT - 4),
    at(x - width / 2, y - LABEL_HEIGHT - 5),
  ];
}

/** Pixels of any line under the name weigh most, the own line least; then nearness of other lines. */
function costOf(box: Box, own: number, lines: readonly (readonly Point[])[]): number {
  let cost = 0;
  lines.forEach((line, index) => {
    let nearest = Infinity;
    for (const { x, y } of line) {
      const dx = Math.max(box.left - x, 0, x - box.right);
      const dy = Math.max(box.top - y, 0, y - box.bottom);
      const distance = Math.hypot(dx, dy);
      if (distance < 2) cost += 10;
      nearest = Math.min(nearest, distance);
    }
    if (index !== own) cost += 40 / (1 + nearest);
  });
  return cost;
}

export function overlaps(a: Box, b: Box): boolean {
  return a.left < b.right + 4 && b.left < a.right + 4 && a.top < b.bottom && b.top < a.bottom;
}

/** Names of rows at the left edge, above what is drawn in the row; figures at the right edge. */
export function rowLabels(
  rows: readonly string[],
  theme: Theme,
  figures: readonly string[] = [],
): Plugin {
  return {
    id: "rowLabels",
    afterDatasetsDraw(chart) {
      const { ctx, chartArea, scales } = chart;
      const axis = scales["y"];
      if (axis === undefined) return;
      const pitch = Math.abs(axis.getPixelForValue(1) - axis.getPixelForValue(0));
      ctx.save();
      ctx.font = `${pitch < 36 ? 11 : 12}px ${theme.font}`;
      ctx.textBaseline = "middle";
      rows.forEach((row, index) => {
        const y = axis.getPixelForValue(index) - pitch * 0.34;
        const figure = figures[index] ?? "";
        const room = chartArea.width - ctx.measureText(figure).width - 8;
        ctx.fillStyle = theme.ink;
        ctx.textAlign = "left";
        ctx.fillText(fitted(ctx, row, room), chartArea.left, y);
        ctx.fillStyle = theme.muted;
        ctx.textAlign = "right";
        ctx.fillText(figure, chartArea.right, y);
      });
      ctx.restore();
    },
  };
}

/** The sum of a row's parts, behind its bar. */
export function barTotals(model: BarsModel, theme: Theme): Plugin {
  return {
    id: "barTotals",
    afterDatasetsDraw({ ctx, scales }) {
      const { x, y } = scales;
      if (x === undefined || y === undefined) return;
      ctx.save();
      ctx.font = `600 12px ${theme.font}`;
      ctx.fillStyle = theme.ink;
      ctx.textBaseline = "middle";
      model.rows.forEach((_, row) => {
        const total = model.parts.reduce((sum, { values }) => sum + (values[row] ?? 0), 0);
        const text = formatValue(total, model.x.format);
        ctx.fillText(text, x.getPixelForValue(total) + 6, y.getPixelForValue(row));
      });
      ctx.restore();
    },
  };
}

/** Text cut with an ellipsis to `width` pixels. */
function fitted(ctx: CanvasRenderingContext2D, text: string, width: number): string {
  if (ctx.measureText(text).width <= width) return text;
  const characters = [...text];
  while (characters.length > 1 && ctx.measureText(`${characters.join("")}…`).width > width) {
    characters.pop();
  }
  return `${characters.join("")}…`;
}
