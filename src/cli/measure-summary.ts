/** The table that compare, gate and calibrate print: one line a row, the worst first. */
import type { MeasureRecord, MeasureRow } from "../history/measure-record.js";
import { percent } from "../measure/verdicts.js";
import { printable } from "../report/escape.js";

const STATES = ["regressed", "improved", "equivalent", "inconclusive", "advisory"] as const;

/** @param accepted lines of the accept file's entries */
export function renderMeasureSummary(
  { header, rows }: MeasureRecord,
  file: string,
  accepted: readonly string[] = [],
): string {
  const judged = rows.filter(({ scope }) => scope !== "canary");
  const counts = STATES.map(
    (state) => `${judged.filter(({ verdict }) => verdict.state === state).length} ${state}`,
  );
  const width = Math.max(...judged.map(({ id }) => id.length));
  const ordered = judged.toSorted((a, b) => weight(b) - weight(a));
  const overhead = Math.max(...judged.map((row) => row.overhead ?? 0));
  const moved = header.canaries.filter(({ stable }) => !stable).map(({ id }) => id);
  const untried = judged.filter((row) => row.status === "measured" && row.verdict.look === 0);
  return [
    counts.join(", "),
    ...ordered.map((row) => printable(lineOf(row, width))),
    ...accepted,
    ...(untried.length === 0
      ? []
      : [`${untried.length} rows had no time for a first look: they are not decided`]),
    `canaries ${moved.length === 0 ? "held" : `moved: ${printable(moved.join(", "))}`}; ` +
      `a block's empty loop took at most ${(100 * overhead).toFixed(2)} % of it`,
    `record ${file}; arithmetic of a row: hearsay explain ID ${file}`,
    "",
  ].join("\n");
}

function lineOf({ id, status, note, verdict }: MeasureRow, width: number): string {
  const { delta, ci95, detectable, state } = verdict;
  if (status !== "measured") return `  ${id.padEnd(width)}  ${status}: ${note ?? ""}`;
  const change = delta === null ? "" : percent(delta);
  const interval = ci95 === null ? "" : `${percent(ci95[0])} to ${percent(ci95[1])}`;
  const finds = detectable === null ? "" : `finds ${(100 * detectable).toFixed(1)} %`;
  const reason = verdict.note === null ? "" : ` (${verdict.note})`;
  return (
    `  ${id.padEnd(width)}  ${change.padStart(9)}  ${interval.padEnd(22)}  ` +
    `${finds.padEnd(12)}  ${state}${reason}`
  );
}

function weight({ verdict }: MeasureRow): number {
  return Math.abs(verdict.delta ?? 0) / Math.max(verdict.floor, 1e-6);
}
