/** Validation records as Markdown and as CSV, one row per measure. */
import type { ValidateRecord } from "../history/validate-record.js";
import { machineLine } from "./about.js";
import { csvCell } from "./csv.js";
import { escapeMarkdown } from "./escape.js";
import { renderMarkdownTable } from "./markdown.js";
import { caseTable } from "./validate-tables.js";
import { wordsOf } from "./validate-words.js";

export function renderValidateMarkdown(records: readonly ValidateRecord[]): string {
  const words = wordsOf(records);
  const parts = records.flatMap(({ sources, cases, environment, command }) => [
    `# ${words.title}`,
    ...Object.entries(sources).flatMap(([id, citation]) => [
      `## ${escapeMarkdown(id)}`,
      escapeMarkdown(citation),
      renderMarkdownTable(
        caseTable(
          id,
          cases.filter(({ source }) => source === id),
          words,
        ),
      ),
    ]),
    `Repeat it: ${escapeMarkdown(command)}`,
    escapeMarkdown(machineLine(environment)),
  ]);
  return `${parts.join("\n\n")}\n`;
}

const COLUMNS =
  "record,created_at,source,case,label,acceptance,measure,expected,measured,standard_error,reach,runs,verdict,note";

export function renderValidateCsv(records: readonly ValidateRecord[]): string {
  const lines = [COLUMNS];
  for (const { id, createdAt, cases } of records) {
    for (const { source, index, label, acceptance, measures, verdict, note } of cases) {
      const shared = [id, createdAt, source, index, label, acceptance];
      if (measures.length === 0) {
        lines.push([...shared, ...Array<null>(6).fill(null), verdict, note].map(csvCell).join(","));
      }
      for (const { name, expected, measured, standardError, reach, runs, ...rest } of measures) {
        const own = [name, expected, measured, standardError, reach, runs, rest.verdict, note];
        lines.push([...shared, ...own].map(csvCell).join(","));
      }
    }
  }
  return `${lines.join("\r\n")}\r\n`;
}
