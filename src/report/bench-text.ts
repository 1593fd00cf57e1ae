/** Bench records as Markdown, for an issue or a CI log, and as CSV, one row per round. */
import type { BenchRecord } from "../history/bench-record.js";
import { machineLine } from "./about.js";
import { benchTable, reconcileTable } from "./bench-tables.js";
import { csvCell } from "./csv.js";
import { escapeMarkdown } from "./escape.js";
import { renderMarkdownTable } from "./markdown.js";

export function renderBenchMarkdown(records: readonly BenchRecord[]): string {
  const parts = records.flatMap(({ rows, reconciliation, environment, command }) => [
    "# Kernel benchmark",
    renderMarkdownTable(benchTable("kernels", rows)),
    ...(reconciliation.length === 0 ? [] : [renderMarkdownTable(reconcileTable(reconciliation))]),
    `Repeat it: ${escapeMarkdown(command)}`,
    escapeMarkdown(machineLine(environment)),
  ]);
  return `${parts.join("\n\n")}\n`;
}

const COLUMNS = "record,created_at,bench,scope,size,arm,status,digest,round,ns_per_operation";

export function renderBenchCsv(records: readonly BenchRecord[]): string {
  const lines = [COLUMNS];
  for (const { id, createdAt, rows } of records) {
    for (const row of rows) {
      for (const { name, status, digest, nsPerOperation } of row.arms) {
        const shared = [id, createdAt, row.id, row.scope, row.size, name, status, digest];
        const times = nsPerOperation.length === 0 ? [null] : nsPerOperation;
        times.forEach((time, round) => {
          lines.push([...shared, time === null ? null : round + 1, time].map(csvCell).join(","));
        });
      }
    }
  }
  return `${lines.join("\r\n")}\r\n`;
}
