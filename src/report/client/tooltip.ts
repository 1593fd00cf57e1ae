/** What stands beside the pointer, and what a keyboard reader hears: the same words for both. */
import type { Chart, TooltipItem, TooltipOptions } from "chart.js";
import type { Axis } from "../chart.js";
import { formatValue } from "../format.js";
import type { Theme } from "./theme.js";

interface Point {
  /** Where they are there, all that is to be said. */
  readonly words?: readonly string[];
  readonly x: number;
  readonly y: number;
  /** Interval of a dot. */
  readonly xMin?: number;
  readonly xMax?: number;
  readonly row?: number;
}

/**
 * @param where the x axis of lines, or the names of rows
 * @param value the axis that holds the value
 */
export function tooltip(
  theme: Theme,
  where: Axis | readonly string[],
  value: Axis,
  isShown: (datasetIndex: number) => boolean,
): TooltipOptions {
  const words = pointWords(where, value);
  return {
    ...look(theme),
    filter: ({ datasetIndex }: TooltipItem<"line">) => isShown(datasetIndex),
    callbacks: {
      title: (items: TooltipItem<"line">[]) =>
        items[0] === undefined ? "" : words.place(items[0].raw as Point),
      label: ({ dataset, raw }: TooltipItem<"line">) =>
        `${dataset.label ?? ""}: ${words.value(raw as Point)}`,
    },
  } as unknown as TooltipOptions;
}

/** For points that bring their own words: the first is the title. */
export function textTooltip(
  theme: Theme,
  isShown: (datasetIndex: number) => boolean,
): TooltipOptions {
  return {
    ...look(theme),
    usePointStyle: false,
    displayColors: false,
    filter: ({ datasetIndex }: TooltipItem<"line">) => isShown(datasetIndex),
    callbacks: {
      title: (items: TooltipItem<"line">[]) =>
        (items[0]?.raw as Point | undefined)?.words?.[0] ?? "",
      label: ({ raw }: TooltipItem<"line">) => (raw as Point).words?.slice(1) ?? [],
    },
  } as unknown as TooltipOptions;
}

function look(theme: Theme): object {
  return {
    animation: false,
    backgroundColor: theme.paper,
    borderColor: theme.rule,
    borderWidth: 1,
    titleColor: theme.muted,
    bodyColor: theme.ink,
    titleFont: { family: theme.font, size: 11, weight: "normal" },
    bodyFont: { family: theme.font, size: 12 },
    padding: 8,
    cornerRadius: 3,
    caretSize: 0,
    usePointStyle: true,
    boxPadding: 4,
  };
}

interface PointWords {
  place(point: Point): string;
  value(point: Point): string;
}

function pointWords(where: Axis | readonly string[], value: Axis): PointWords {
  if (isRows(where)) {
    return {
      place: ({ row, y }) => where[row ?? Math.round(y)] ?? "",
      value: ({ x, xMin, xMax }) => {
        const text = formatValue(x, value.format);
        if (xMin === undefined || xMax === undefined || xMin === xMax) return text;
        const [low, high] = [xMin, xMax].map((end) => formatValue(end, value.format));
        return `${text}, 95 % interval ${low} to ${high}`;
      },
    };
  }
  return {
    place: ({ x }) => `${where.label}: ${formatValue(x, where.format)}`,
    value: ({ y }) => formatValue(y, value.format),
  };
}

function isRows(where: Axis | readonly string[]): where is readonly string[] {
  return Array.isArray(where);
}

/** The sentence for one point of a chart. */
export function readPoint(
  chart: Chart,
  where: Axis | readonly string[],
  value: Axis,
  place: { datasetIndex: number; index: number },
): string {
  const dataset = chart.data.datasets[place.datasetIndex];
  const point = dataset?.data[place.index] as unknown as Point | undefined;
  if (dataset === undefined || point === undefined) return "";
  if (point.words !== undefined) return `${point.words[0]!}: ${point.words.slice(1).join(", ")}.`;
  const words = pointWords(where, value);
  return `${dataset.label ?? ""}, ${words.place(point)}: ${words.value(point)}.`;
}
