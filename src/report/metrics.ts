/** What a metric's name tells a reader: label, format. Unknown names are read by their words. */
import type { Format } from "./format.js";

export interface MetricText {
  readonly label: string;
  readonly format: Format;
}

const KNOWN: Readonly<Record<string, MetricText>> = {
  coverage: { label: "Coverage: share of nodes informed", format: "percent" },
  residue: { label: "Residue: share never informed", format: "percent" },
  messages: { label: "Copies sent", format: "count" },
  messagesPerNode: { label: "Copies sent per node", format: "number" },
  requests: { label: "Requests sent", format: "count" },
  lost: { label: "Copies lost", format: "count" },
  bytes: { label: "Bytes sent", format: "bytes" },
  bytesPerNode: { label: "Bytes sent per node", format: "bytes" },
  bytesPerNodeSecond: { label: "Bytes sent per node and second", format: "bytes" },
  crossDcBytes: { label: "Bytes between data centres", format: "bytes" },
  crossDcShare: { label: "Share of bytes between data centres", format: "percent" },
  crossRackBytes: { label: "Bytes between racks of a data centre", format: "bytes" },
  crossRackShare: { label: "Share of bytes between racks of a data centre", format: "percent" },
  redundancy: { label: "Redundant copies per node", format: "number" },
  rounds: { label: "Rounds run", format: "number" },
  elapsedMs: { label: "Wall time of a trial", format: "duration" },
  nsPerNodeRound: { label: "Wall time per node and round", format: "nanoseconds" },
};

/** Percents of nodes informed whose times the spread table lists, as the metric names spell them. */
export function milestonesOf(metricNames: Iterable<string>): number[] {
  const found = new Set<number>();
  for (const name of metricNames) {
    const percent = /^(?:rounds|latencyMs)To(\d+(?:_\d+)?)$/.exec(name)?.[1];
    if (percent !== undefined) found.add(Number(percent.replace("_", ".")));
  }
  return [...found].sort((a, b) => a - b);
}

/** "roundsTo99", "latencyMsTo99_9". */
export function milestoneName(clock: "round" | "event", percent: number): string {
  return `${clock === "round" ? "roundsTo" : "latencyMsTo"}${String(percent).replace(".", "_")}`;
}

/** true for what one model measures of itself, false for what every run has. */
export function isModelMetric(name: string): boolean {
  return !Object.hasOwn(KNOWN, name) && milestonesOf([name]).length === 0;
}

export function describeMetric(name: string): MetricText {
  const known = Object.hasOwn(KNOWN, name) ? KNOWN[name] : undefined;
  if (known !== undefined) return known;
  const milestone = /^(rounds|latencyMs)To(\d+(?:_\d+)?)$/.exec(name);
  if (milestone !== null) {
    const percent = milestone[2]!.replace("_", ".");
    return milestone[1] === "rounds"
      ? { label: `Rounds to ${percent}\u00a0%`, format: "number" }
      : { label: `Time to ${percent}\u00a0%`, format: "duration" };
  }
  return { label: words(name), format: formatOf(name) };
}

/** "sentBytesMax" -> "Sent bytes max". */
function words(name: string): string {
  const text = name
    .replace(/([a-z\d])([A-Z])/g, "$1 $2")
    .replaceAll(/[_-]+/g, " ")
    .toLowerCase();
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Unit words of the naming rules: most significant word first, unit and qualifier last. */
function formatOf(name: string): Format {
  if (/Ms(?=$|[A-Z])/.test(name)) return "duration";
  if (/Ns(?=$|[A-Z])/.test(name)) return "nanoseconds";
  if (/[bB]ytes(?=$|[A-Z])/.test(name)) return "bytes";
  if (/(?:Ratio|Share)(?=$|[A-Z])/.test(name)) return "percent";
  if (/Count(?=$|[A-Z])/.test(name)) return "count";
  return "number";
}
