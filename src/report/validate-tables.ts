/** The table of a validation, as data. */
import type { ValidatedCase } from "../history/validate-record.js";
import type { Table } from "./table.js";

const VERDICTS = { pass: "✓ pass", off: "△ off", fail: "✗ FAIL", shown: "shown" } as const;

/** One row per measure; a skipped case has one with its reason. */
export function caseTable(id: string, cases: readonly ValidatedCase[]): Table {
  return {
    caption: `${id}: published and measured`,
    columns: [
      { title: "Case", align: "left" },
      { title: "Kind", align: "left" },
      { title: "Measure", align: "left" },
      ...(["Published", "Measured", "± standard error", "May differ by", "Runs"] as const).map(
        (title) => ({ title, align: "right" as const }),
      ),
      { title: "Verdict", align: "left" },
    ],
    rows: cases.flatMap(({ label, acceptance, measures, verdict, note }) =>
      verdict === "skipped"
        ? [[label, acceptance, `skipped: ${note ?? ""}`, "–", "–", "–", "–", "–", "–"]]
        : measures.map((measure) => [
            label,
            acceptance,
            measure.name,
            ...[measure.expected, measure.measured, measure.standardError, measure.reach].map(
              figure,
            ),
            String(measure.runs),
            VERDICTS[measure.verdict],
          ]),
    ),
  };
}

function figure(value: number | null): string {
  return value === null ? "–" : String(Number(value.toPrecision(5)));
}
