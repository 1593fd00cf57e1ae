/** JUnit and OpenMetrics of records: what counts as a failure, what a parser of each format would refuse. */
import { describe, expect, it } from "vitest";
import {
  demoRecords,
  HOSTILE_TEXTS,
  hostileRecord,
  partialRecord,
} from "../../test/report/fixture.js";
import type { BenchRecord } from "../history/bench-record.js";
import type { ValidateRecord } from "../history/validate-record.js";
import { renderBenchJunit, renderRunJunit, renderValidateJunit } from "./junit.js";
import {
  renderBenchOpenMetrics,
  renderOpenMetrics,
  renderRunOpenMetrics,
  renderValidateOpenMetrics,
} from "./openmetrics.js";

const [demo] = demoRecords(500, 2);
const wrong = { ...demo!, agreement: { ...demo!.agreement, digestsEqual: false } };
const { schema, environment } = demo!;
const shared = {
  schema,
  id: "r",
  createdAt: "2026-03-14T09:20:00.000Z",
  command: "x",
  environment,
};

const arm = (name: string, status: "timed" | "wrong" | "missing") => ({
  ...{ name, status, note: status === "timed" ? null : `${status} <&>`, digest: null },
  nsPerOperation: status === "timed" ? [2, 4] : [],
  summary: status === "timed" ? { p50: 3, min: 2, max: 4 } : null,
  overWasm: null,
});

const bench: BenchRecord = {
  ...shared,
  ...{ kind: "bench", status: "complete", rounds: 2, blockMs: 1, seed: 1, reconciliation: [] },
  rows: [
    {
      ...{ id: "a/b", title: "t", scope: "call", operation: "op", size: 8, headline: true },
      ...{ operations: 1, workingSetBytes: 8 },
      arms: [arm("wasm", "timed"), arm("ts", "wrong"), arm("c", "missing")],
    },
  ],
};

const measure = { name: "mean", expected: 5, standardError: 0.1, runs: 9 };
const place = { source: "s", parameters: {}, acceptance: "hard", elapsedMs: 1500 } as const;
const validate: ValidateRecord = {
  ...shared,
  ...{ kind: "validate", status: "complete", effort: "quick", sources: { s: "S" } },
  cases: [
    {
      ...{ ...place, index: 0, label: "good", verdict: "pass", note: null },
      measures: [{ ...measure, measured: 5.1, reach: 0.5, verdict: "pass" }],
    },
    {
      ...{ ...place, index: 1, label: "bad", verdict: "fail", note: null },
      measures: [{ ...measure, measured: 7, reach: 0.5, verdict: "fail" }],
    },
    {
      ...{ ...place, index: 2, label: "left", verdict: "skipped", note: "too large" },
      measures: [],
    },
  ],
};

describe("JUnit", () => {
  it("fails where digests differ, and marks what was cut short", () => {
    expect(renderRunJunit([demo!])).toMatch(/tests="1" failures="0" errors="0" skipped="0"/);
    expect(renderRunJunit([wrong])).toContain(
      '<failure message="the digests of the backends differ"/>',
    );
    expect(renderRunJunit([partialRecord()])).toContain('<error message="cut short');
  });

  it("fails wrong arms and failed cases, and skips what was not there", () => {
    const benches = renderBenchJunit([bench]);
    expect(benches).toMatch(
      /<testsuites .*tests="3" failures="1" errors="0" skipped="1" time="0.000000003">/,
    );
    expect(benches).toContain('<failure message="wrong &lt;&amp;&gt;"/>');
    const cases = renderValidateJunit([validate]);
    expect(cases).toMatch(
      /<testsuites .*tests="3" failures="1" errors="0" skipped="1" time="4.5">/,
    );
    expect(cases).toContain('<failure message="mean is 7, not 5 within 0.5"/>');
    expect(cases).toContain('<skipped message="too large"/>');
  });

  it("has every tag closed and no name that acts, whatever names are", () => {
    const text = renderRunJunit(HOSTILE_TEXTS.map(hostileRecord));
    expect(text).not.toMatch(/<(?!\/?(?:testsuites?|testcase|failure|error|skipped)\b|\?xml )/);
    expect(text).not.toMatch(/[\u0000-\u0008\u000b-\u001f]/);
    expect(text.match(/<testcase[ >]/g)).toHaveLength(HOSTILE_TEXTS.length);
    expect(renderRunJunit([])).toMatch(/<testsuites .*tests="0"/);
  });
});

const SAMPLE =
  /^[a-z_]+\{(?:[a-z]+="(?:[^"\\\n]|\\[\\"n])*",?)+\} (?:-?\d+(?:\.\d+)?(?:e[+-]?\d+)?|NaN|[+-]Inf)$/;

describe("OpenMetrics", () => {
  it.each([
    ["run", renderRunOpenMetrics([demo!, wrong, ...HOSTILE_TEXTS.map(hostileRecord)])],
    ["bench", renderBenchOpenMetrics([bench])],
    ["validate", renderValidateOpenMetrics([validate])],
  ])(
    "of %s records: each line is a comment or a sample, families do not mix, the end is told",
    (_, text) => {
      const lines = text.split("\n");
      expect(lines.splice(-2)).toEqual(["# EOF", ""]);
      const seen = new Set<string>();
      let family = "";
      for (const line of lines) {
        const type = /^# TYPE (\S+) gauge$/.exec(line)?.[1];
        if (type !== undefined) {
          expect(seen.has(type)).toBe(false);
          seen.add((family = type));
        } else if (line.startsWith("#")) {
          expect(line).toMatch(new RegExp(`^# (UNIT|HELP) ${family} `));
          if (line.startsWith("# UNIT")) expect(family.endsWith(line.split(" ")[3]!)).toBe(true);
        } else {
          expect(line).toMatch(SAMPLE);
          expect(line.startsWith(`${family}{`)).toBe(true);
        }
      }
      expect(seen.size).toBeGreaterThan(1);
    },
  );

  it("leaves out what was not measured, and says what was", () => {
    const text = renderBenchOpenMetrics([bench]);
    expect(text).toContain('size="8",arm="wasm"} 3e-9\n');
    expect(text).toContain(
      'hearsay_bench_correct{record="r",bench="a/b",scope="call",size="8",arm="ts"} 0\n',
    );
    expect(text).not.toContain("over_wasm");
    expect(renderRunOpenMetrics([])).toBe("# EOF\n");
    const samples = [{ labels: { a: 'q"\\\n' }, value: Infinity }];
    expect(renderOpenMetrics([{ name: "x", help: "h", samples }])).toContain(
      'x{a="q\\"\\\\\\n"} +Inf',
    );
  });
});
