/** Names beside points: all of them where they find room, else their numbers, which the key explains. */
import type { Chart, Plugin } from "chart.js";
import type { ScatterModel } from "../chart.js";
import { LABEL_HEIGHT, linePixels, overlaps, type Box, type Point } from "./labels.js";
import type { Theme } from "./theme.js";

interface Drawn extends Point {
  readonly options: { readonly radius: number };
}

interface Mark extends Point {
  readonly name: string;
  readonly radius: number;
}

/** Distances from the mark's edge at which a name may stand; from the second on a thin line leads to it. */
const GAPS = [5, 16, 30] as const;
/** Directions in the order in which readers expect a name: beside, above, below, then aslant. */
const DIRECTIONS = [
  [1, 0],
  [0, -1],
  [0, 1],
  [-1, 0],
  [0.7, -0.7],
  [0.7, 0.7],
  [-0.7, -0.7],
  [-0.7, 0.7],
] as const;

/** @param done hears whether the names themselves stand in the plot */
export function pointNames(
  model: ScatterModel,
  theme: Theme,
  done: (complete: boolean) => void,
): Plugin {
  return {
    id: "pointNames",
    afterDatasetsDraw(chart) {
      const { ctx } = chart;
      const marks = marksOf(chart, model);
      const path = model.lines.flatMap((_, index) =>
        linePixels(chart, model.series.length + index),
      );
      ctx.save();
      ctx.textBaseline = "middle";
      ctx.textAlign = "left";
      ctx.font = `600 12px ${theme.font}`;
      const names = marks.map(({ name }) => name);
      const placed = placeNames(chart, marks, names, path);
      done(placed !== undefined);
      const texts = placed === undefined ? marks.map((_, index) => String(index + 1)) : names;
      const boxes = placed ?? placeNames(chart, marks, texts, path);
      boxes?.forEach((box, index) =>
        drawName(chart, { box, mark: marks[index]!, text: texts[index]! }, theme),
      );
      ctx.restore();
    },
  };
}

function marksOf(chart: Chart, model: ScatterModel): Mark[] {
  return model.series.flatMap(({ points }, series) => {
    const elements = chart.getDatasetMeta(series).data as unknown as Drawn[];
    return points.flatMap((point, index) => {
      const { x, y, options } = elements[index]!;
      return point.name === undefined ? [] : [{ x, y, name: point.name, radius: options.radius }];
    });
  });
}

/** One box per mark, on no mark, no other name and if possible no line; the crowded marks choose first. */
function placeNames(
  chart: Chart,
  marks: readonly Mark[],
  texts: readonly string[],
  path: readonly Point[],
): Box[] | undefined {
  const order = marks
    .map((mark, index) => ({ index, crowd: crowdOf(mark, marks) }))
    .sort((a, b) => b.crowd - a.crowd);
  const placed = new Array<Box | undefined>(marks.length);
  for (const { index } of order) {
    const width = chart.ctx.measureText(texts[index]!).width;
    const free = boxesAround(marks[index]!, width).filter(
      (candidate) =>
        isInside(candidate, chart) &&
        !marks.some((mark) => touches(candidate, mark)) &&
        !placed.some((other) => other !== undefined && overlaps(candidate, other)),
    );
    const box =
      free.find((candidate) => !path.some((point) => distance(candidate, point) < 2)) ?? free[0];
    if (box === undefined) return undefined;
    placed[index] = box;
  }
  return placed.flatMap((box) => box ?? []);
}

function crowdOf(mark: Mark, marks: readonly Mark[]): number {
  return marks.reduce((sum, { x, y }) => sum + 1 / (20 + Math.hypot(x - mark.x, y - mark.y)), 0);
}

function boxesAround({ x, y, radius }: Mark, width: number): Box[] {
  return GAPS.flatMap((gap) =>
    DIRECTIONS.map(([dx, dy]) => {
      const reach = radius + gap;
      const left = x + dx * reach - (width * (1 - Math.sign(dx))) / 2;
      const top = y + dy * (reach + (dx === 0 ? LABEL_HEIGHT / 2 : 0)) - LABEL_HEIGHT / 2;
      return { left, top, right: left + width, bottom: top + LABEL_HEIGHT };
    }),
  );
}

function isInside({ left, right, top, bottom }: Box, { chartArea, width }: Chart): boolean {
  return (
    left >= chartArea.left + 2 &&
    right <= width &&
    top >= chartArea.top - 4 &&
    bottom <= chartArea.bottom
  );
}

function touches(box: Box, { x, y, radius }: Mark): boolean {
  return distance(box, { x, y }) < radius + 2;
}

function distance(box: Box, { x, y }: Point): number {
  const nearest = nearestPoint(box, { x, y });
  return Math.hypot(nearest.x - x, nearest.y - y);
}

function nearestPoint(box: Box, { x, y }: Point): Point {
  return {
    x: Math.min(box.right, Math.max(box.left, x)),
    y: Math.min(box.bottom, Math.max(box.top, y)),
  };
}

function drawName(
  { ctx }: Chart,
  { box, mark, text }: { readonly box: Box; readonly mark: Mark; readonly text: string },
  theme: Theme,
): void {
  const end = nearestPoint(box, mark);
  const far = distance(box, mark) - mark.radius;
  if (far > GAPS[0] * 2) {
    const share = mark.radius / (far + mark.radius);
    ctx.beginPath();
    ctx.moveTo(mark.x + (end.x - mark.x) * share, mark.y + (end.y - mark.y) * share);
    ctx.lineTo(end.x, end.y);
    ctx.lineWidth = 1;
    ctx.strokeStyle = theme.muted;
    ctx.stroke();
  }
  const y = (box.top + box.bottom) / 2;
  ctx.lineWidth = 4;
  ctx.lineJoin = "round";
  ctx.strokeStyle = theme.paper;
  ctx.strokeText(text, box.left, y);
  ctx.fillStyle = theme.ink;
  ctx.fillText(text, box.left, y);
}
