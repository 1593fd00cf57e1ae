/** The table of a validation, as data. */
import type { ValidatedCase } from "../history/validate-record.js";
import type { Table } from "./table.js";
import type { Words } from "./validate-words.js";

const VERDICTS = { pass: "✓ pass", off: "△ off", fail: "✗ FAIL", shown: "shown" } as const;

/** One row per measure; a skipped case has one with its reason. */
export function caseTable(id: string, cases: readonly ValidatedCase[], words: Words): Table {
  const { expected, measured } = words;
  const both = cases.some(({ measures }) =>
    measures.some(({ expectedError }) => expectedError !== undefined),
  );
  return {
    caption: `${id}: ${expected.toLowerCase()} and ${measured.toLowerCase()}`,
    columns: [
      { title: "Case", align: "left" },
      { title: "Kind", align: "left" },
      { title: "Measure", align: "left" },
      ...[
        ...[expected, ...(both ? ["± standard error"] : [])],
        ...[measured, "± standard error", "May differ by", "Runs"],
      ].map((title) => ({ title, align: "right" as const })),
      { title: "Verdict", align: "left" },
    ],
    rows: cases.flatMap(({ label, acceptance, measures, verdict, note }) =>
      verdict === "skipped"
        ? [[label, acceptance, `skipped: ${note ?? ""}`, ...Array<string>(both ? 7 : 6).fill("–")]]
        : measures.map((measure) => [
            label,
            acceptance,
            measure.name,
            figure(measure.expected),
            ...(both ? [figure(measure.expectedError ?? null)] : []),
            ...[measure.measured, measure.standardError, measure.reach].map(figure),
            String(measure.runs),
            VERDICTS[measure.verdict],
          ]),
    ),
  };
}

function figure(value: number | null): string {
  return value === null ? "–" : String(Number(value.toPrecision(5)));
}
