/** How a value reads, by the name of its format; shared by tables and by the charts in the page. */
import { formatBytes, formatCount, formatDuration, formatNodes, trimmed } from "../units.js";

/**
 * percent: a share 0..1. change: a share with its sign: 0.03 is +3 %. nodes: 1e6. milliseconds: axis of
 * times, the unit stands in the axis label.
 */
export type Format =
  | "count"
  | "nodes"
  | "number"
  | "percent"
  | "duration"
  | "milliseconds"
  | "bytes"
  | "nanoseconds"
  | "ratio"
  | "change";

export function formatValue(value: number | null | undefined, format: Format): string {
  if (value === null || value === undefined) return "–";
  switch (format) {
    case "count":
    case "milliseconds":
      return Number.isInteger(value) || Math.abs(value) >= 100
        ? formatCount(value)
        : trimmed(value);
    case "nodes":
      return formatNodes(value);
    case "number":
      return trimmed(value);
    case "percent":
      return formatPercent(value);
    case "duration":
      return formatDuration(value);
    case "bytes":
      return formatBytes(value);
    case "nanoseconds":
      return `${trimmed(value)} ns`;
    case "ratio":
      return `${trimmed(value)}×`;
    case "change":
      return formatChange(value);
  }
}

/** "+3.1 %": two decimals below 10 %, with a minus that lines up with the plus. */
function formatChange(share: number): string {
  const percent = Math.abs(share) * 100;
  const text = percent >= 10 ? trimmed(percent) : String(Number(percent.toFixed(2)));
  return `${text === "0" ? "" : share < 0 ? "−" : "+"}${text}\u00a0%`;
}

/** "99.9998 %": enough digits that only a share of exactly 1 reads as 100 %. */
function formatPercent(share: number): string {
  const percent = share * 100;
  if (percent === 0 || percent === 100) return `${percent}\u00a0%`;
  if (percent > 99 && percent < 100) {
    const digits = Math.min(8, Math.max(1, Math.ceil(-Math.log10(100 - percent)) + 1));
    return `${Number(Math.min(percent, 100 - 10 ** -digits).toFixed(digits))}\u00a0%`;
  }
  return `${trimmed(percent)}\u00a0%`;
}

/** "10.4 ± 0.61 s": the half-width in the unit of the mean, to two digits. */
export function formatMean(mean: number, half: number, format: Format): string {
  const text = formatValue(mean, format);
  if (half <= 0) return text;
  const found = /^([\d.,]+)(\D*)$/.exec(text);
  const shown = Number(found?.[1]?.replaceAll(",", ""));
  if (found === null || !(shown > 0)) return `${text} ± ${formatValue(half, format)}`;
  const scaled = half * (shown / mean);
  const digits = scaled >= 100 ? formatCount(scaled) : String(Number(scaled.toPrecision(2)));
  return `${found[1]} ± ${digits}${found[2]}`;
}

/** With a capital at its start, also where a name comes first, and no line break before a %. */
export function asSentence(text: string): string {
  return (text.charAt(0).toUpperCase() + text.slice(1)).replaceAll(" %", "\u00a0%");
}

/** "1 run", "4 runs". */
export function plural(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? "" : "s"}`;
}
