/** What a validation prints: one row per measure, then the counts of verdicts. */
import { styleText } from "node:util";
import type { ValidatedCase, ValidateRecord } from "../history/validate-record.js";
import { renderTable, TERMINAL_COLUMNS, type Column } from "./table.js";

const columnsOf = (expected: string, measured: string): readonly Column[] => [
  { title: "case", align: "left" },
  { title: "measure", align: "left" },
  { title: expected, align: "right" },
  { title: measured, align: "right" },
  { title: "may differ", align: "right" },
  { title: "verdict", align: "left" },
];

/** One table per source, at most 80 columns wide. */
export function renderValidation(record: ValidateRecord, stream: NodeJS.WritableStream): string {
  const columns =
    record.kind === "fidelity" ? columnsOf("real", "modelled") : columnsOf("published", "measured");
  const tables = Object.entries(record.sources).map(([source, citation]) => {
    const own = record.cases.filter((each) => each.source === source);
    const name = styleText("bold", source, { stream });
    return `${name}\n${shortened(citation)}\n${renderTable(columns, own.flatMap(caseRows))}`;
  });
  const counts = (["pass", "off", "fail", "shown", "skipped"] as const)
    .map((verdict) => ({
      verdict,
      count: record.cases.filter((each) => each.verdict === verdict).length,
    }))
    .filter(({ count }) => count > 0)
    .map(({ verdict, count }) => `${count} ${verdict}`);
  const hardFailures = record.cases.filter(
    ({ verdict, acceptance }) => verdict === "fail" && acceptance === "hard",
  );
  return [
    tables.join("\n\n"),
    "",
    `cases: ${counts.join(", ")}; hard cases failed: ${hardFailures.length}`,
  ].join("\n");
}

function caseRows({ label, measures, verdict, note }: ValidatedCase): string[][] {
  if (verdict === "skipped") return [[label, `skipped: ${note ?? ""}`, "", "", "", ""]];
  return measures.map((measure, index) => [
    index === 0 ? label : "",
    measure.name,
    figure(measure.expected),
    measure.measured === null ? "-" : figure(measure.measured),
    measure.reach === null ? "-" : figure(measure.reach),
    measure.verdict,
  ]);
}

function shortened(text: string): string {
  return text.length <= TERMINAL_COLUMNS ? text : `${text.slice(0, TERMINAL_COLUMNS - 1)}…`;
}

/** Five digits at most: published figures have no more. */
function figure(value: number): string {
  return String(Number(value.toPrecision(5)));
}
