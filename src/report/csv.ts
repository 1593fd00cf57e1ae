/**
 * Records as CSV (RFC 4180: CRLF, quotes doubled): one row per trial and metric. A text that a
 * spreadsheet would take for a formula gets an apostrophe in front.
 */
import type { RunRecord, TrialRecord } from "../history/record.js";
import { printable } from "./escape.js";

const COLUMNS = [
  "record",
  "created_at",
  "status",
  "scenario",
  "protocol",
  "nodes",
  "backend",
  "workers",
  "trial",
  "seed",
  "digest",
  "stopped",
  "metric",
  "value",
] as const;

export function renderCsv(records: readonly RunRecord[]): string {
  const lines = [COLUMNS.join(",")];
  for (const { id, createdAt, status, scenario, arms } of records) {
    for (const { backend, workers, trials } of arms) {
      trials.forEach((trial, index) => {
        const { name, protocol, nodes } = scenario;
        const shared = [id, createdAt, status, name, protocol, nodes, backend, workers, index];
        const own = [trial.seed, trial.digest, trial.stopped];
        for (const [metric, value] of measures(trial)) {
          lines.push([...shared, ...own, metric, value].map(csvCell).join(","));
        }
      });
    }
  }
  return `${lines.join("\r\n")}\r\n`;
}

/** What was measured besides the metrics stands first. */
function measures({
  rounds,
  elapsedMs,
  nsPerNodeRound,
  metrics,
}: TrialRecord): [name: string, value: number | null][] {
  return [...Object.entries({ rounds, elapsedMs, nsPerNodeRound }), ...Object.entries(metrics)];
}

/** null (never reached) is an empty cell. */
export function csvCell(value: string | number | null): string {
  if (value === null) return "";
  if (typeof value === "number") return String(value);
  // Shown on a terminal, codes in a name would act on it; in a cell they are nothing.
  const plain = value.replace(/[^\r\n\t]+/g, printable);
  const text = /^\s*[=+\-@]|^[\t\r]/.test(value) ? `'${plain}` : plain;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
