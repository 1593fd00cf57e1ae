/** Records as JUnit XML: wrong results and failed validations are failures; nothing is judged by time. */
import type { BenchRecord } from "../history/bench-record.js";
import type { RunRecord } from "../history/record.js";
import type { ValidatedCase, ValidateRecord } from "../history/validate-record.js";
import { escape } from "./escape.js";
import { formatValue } from "./format.js";
import { prepareRuns } from "./runs.js";

export interface JunitCase {
  readonly suite: string;
  readonly name: string;
  readonly seconds: number;
  readonly outcome: "passed" | "failure" | "error" | "skipped";
  /** Why, in one line; empty for what passed. */
  readonly message: string;
}

export function renderRunJunit(records: readonly RunRecord[]): string {
  const cases = prepareRuns(records).map(({ label, record }): JunitCase => {
    const { scenario, arms, agreement, status } = record;
    const ms = arms.flatMap(({ trials }) => trials.map(({ elapsedMs }) => elapsedMs));
    const isWrong = agreement.digestsEqual === false;
    return {
      suite: scenario.protocol,
      name: label,
      seconds: ms.reduce((sum, each) => sum + each, 0) / 1000,
      outcome: isWrong ? "failure" : status === "partial" ? "error" : "passed",
      message: isWrong
        ? "the digests of the backends differ"
        : status === "partial"
          ? "cut short: trials are missing"
          : "",
    };
  });
  return renderJunit("hearsay run", cases);
}

const ARM_OUTCOMES = { wrong: "failure", timed: "passed", missing: "skipped" } as const;

export function renderBenchJunit(records: readonly BenchRecord[]): string {
  const cases = records.flatMap(({ rows }) =>
    rows.flatMap((row) =>
      row.arms.map((arm): JunitCase => ({
        suite: row.id,
        name: `${arm.name}, size ${row.size}`,
        // Time of one operation: a bench has no other that means anything.
        seconds: (arm.summary?.p50 ?? 0) / 1e9,
        outcome: ARM_OUTCOMES[arm.status],
        message: arm.status === "timed" ? "" : (arm.note ?? arm.status),
      })),
    ),
  );
  return renderJunit("hearsay bench", cases);
}

export function renderValidateJunit(records: readonly ValidateRecord[]): string {
  const cases = records.flatMap(({ cases: all }) =>
    all.map((each): JunitCase => {
      const isFailure = each.verdict === "fail";
      const isSkipped = each.verdict === "skipped";
      return {
        suite: each.source,
        name: each.label,
        seconds: each.elapsedMs / 1000,
        outcome: isFailure ? "failure" : isSkipped ? "skipped" : "passed",
        message: isFailure ? failureOf(each) : isSkipped ? (each.note ?? "skipped") : "",
      };
    }),
  );
  return renderJunit("hearsay validate", cases);
}

function failureOf({ measures }: ValidatedCase): string {
  return measures
    .filter(({ verdict }) => verdict === "fail")
    .map(({ name, expected, measured, reach }) => {
      const [want, got, within] = [expected, measured, reach].map((value) =>
        formatValue(value, "number"),
      );
      return `${name} is ${got}, not ${want} within ${within}`;
    })
    .join("; ");
}

/** Suites in the order of their first case. */
export function renderJunit(name: string, cases: readonly JunitCase[]): string {
  const suites = [...new Set(cases.map(({ suite }) => suite))];
  const body = suites.map((suite) => {
    const own = cases.filter((each) => each.suite === suite);
    return `  <testsuite name="${escape(suite)}" ${countsOf(own)}>\n${own.map(caseOf).join("")}  </testsuite>\n`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="${escape(name)}" ${countsOf(cases)}>
${body.join("")}</testsuites>
`;
}

function countsOf(cases: readonly JunitCase[]): string {
  const count = (outcome: JunitCase["outcome"]): number =>
    cases.filter((each) => each.outcome === outcome).length;
  const seconds = cases.reduce((sum, each) => sum + each.seconds, 0);
  return `tests="${cases.length}" failures="${count("failure")}" errors="${count("error")}" skipped="${count("skipped")}" time="${decimal(seconds)}"`;
}

function caseOf({ suite, name, seconds, outcome, message }: JunitCase): string {
  const open = `    <testcase classname="${escape(suite)}" name="${escape(name)}" time="${decimal(seconds)}"`;
  if (outcome === "passed") return `${open}/>\n`;
  return `${open}>\n      <${outcome} message="${escape(message)}"/>\n    </testcase>\n`;
}

/** Never with an exponent: readers of JUnit do not agree about those. */
function decimal(seconds: number): string {
  return seconds.toFixed(9).replace(/\.?0+$/, "");
}
