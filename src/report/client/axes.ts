/** Scales of all charts: thin grid, few ticks, units in the title. */
import type { Scale, ScaleOptions } from "chart.js";
import type { Axis } from "../chart.js";
import { formatValue } from "../format.js";
import type { Theme } from "./theme.js";

type Position = "x" | "y";

const BYTE_TICKS_MAX = 6;

/** Options of a value axis. The y title stands above the plot (see labels.ts), not sideways. */
export function valueAxis(
  axis: Axis,
  position: Position,
  theme: Theme,
): ScaleOptions<"linear" | "logarithmic"> {
  const isLog = axis.scale === "log";
  return {
    type: isLog ? "logarithmic" : "linear",
    ...(axis.min === undefined ? {} : { min: axis.min }),
    ...(axis.max === undefined ? {} : { max: axis.max }),
    border: { display: position === "x", color: theme.rule },
    grid: { color: theme.rule, lineWidth: 0.5, drawTicks: false },
    ticks: {
      color: theme.muted,
      font: { family: theme.font, size: 11 },
      padding: 6,
      maxRotation: 0,
      autoSkipPadding: 14,
      maxTicksLimit: position === "x" ? 9 : 6,
      callback: (value: string | number) =>
        isLog && !isRoundTick(Number(value)) ? null : tickText(Number(value), axis),
    },
    title: {
      display: position === "x",
      text: axis.label,
      align: "end",
      color: theme.muted,
      font: { family: theme.font, size: 11 },
      padding: { top: 2 },
    },
    ...ownTicks(axis),
  };
}

/** Ticks where the chart library's decimal steps would read badly. */
function ownTicks({ scale, format, gutter }: Axis): object {
  if (gutter !== undefined) {
    return {
      afterBuildTicks: (axis: Scale) =>
        void (axis.ticks = [
          ...axis.ticks.filter(({ value }) => value < gutter.at * 0.94),
          { value: gutter.at },
        ]),
    };
  }
  if (scale === "log") {
    return { afterBuildTicks: (axis: Scale) => void (axis.ticks = logTicks(axis.min, axis.max)) };
  }
  if (format !== "bytes") return {};
  return { afterBuildTicks: (axis: Scale) => void (axis.ticks = byteTicks(axis.max)) };
}

/** From zero in steps of a power of two: whole KiB, not 1.95. */
function byteTicks(max: number): { value: number }[] {
  const step = 2 ** Math.ceil(Math.log2(Math.max(1, max / BYTE_TICKS_MAX)));
  return Array.from({ length: Math.floor(max / step) + 1 }, (_, index) => ({
    value: index * step,
  }));
}

/** Powers of ten, with 2 and 5 between where there are few. */
function logTicks(min: number, max: number): { value: number }[] {
  const ticks: { value: number }[] = [];
  const decades = Math.log10(max / min);
  const steps = decades > 3 ? [1] : decades > 2.2 ? [1, 3] : [1, 2, 5];
  for (let power = Math.floor(Math.log10(min)); 10 ** power <= max; power++) {
    for (const step of steps) {
      const value = Number((step * 10 ** power).toPrecision(3));
      if (value >= min * 0.999 && value <= max * 1.001) ticks.push({ value });
    }
  }
  return ticks;
}

function isRoundTick(value: number): boolean {
  const mantissa = value / 10 ** Math.floor(Math.log10(value) + 1e-9);
  return [1, 2, 3, 5].some((step) => Math.abs(mantissa - step) < 1e-6);
}

function tickText(value: number, axis: Axis): string {
  if (axis.gutter?.at === value) return axis.gutter.label;
  const text = formatValue(value, axis.format);
  return axis.format === "percent" ? text.replace("\u00a0%", "%") : text;
}

/**
 * Options of an axis that only holds rows: names stand above the rows, see labels.ts.
 * @param below free space under the last row, in rows
 */
export function rowAxis(rows: number, below = 0): ScaleOptions<"linear"> {
  return {
    type: "linear",
    min: -0.6,
    max: rows - 0.55 + below,
    reverse: true,
    display: false,
  };
}
