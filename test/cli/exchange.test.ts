/**
 * Results of other tools, in test/foreign: each written by the tool itself (google benchmark 1.7.1, hyperfine,
 * pytest-benchmark 5.2.3, vitest 3.2.4 and 5.1.1, tinybench 6.2.3), but for Criterion.rs, whose files are made by hand
 * after its book and the files of version 0.5. Known figures are read off the files.
 */
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadForeign } from "../../src/cli/foreign-files.js";
import { packageRoot } from "../../src/artifacts.js";
import { InputError } from "../../src/errors.js";
import { readForeign } from "../../src/history/foreign/read.js";
import { compareForeign } from "../../src/measure/foreign-verdicts.js";
import { renderBencher, renderGithubAction } from "../../src/report/exchange.js";
import { emptyFolder, hearsay } from "./hearsay.js";
import { drawnRecord, drawnText } from "./measured.js";

const FOLDER = join(packageRoot, "test", "foreign");
const sample = (name: string): string => join(FOLDER, name);
const json = (name: string): unknown => JSON.parse(readFileSync(sample(name), "utf8"));

interface Known {
  readonly file: string;
  readonly tool: string;
  readonly ids: readonly string[];
  /** Samples of the first, 0 where the file has figures only; how many there were; their mean, as the file says. */
  readonly samples: number;
  readonly count: number;
  readonly meanNs: number;
}

/** Mean by Google Benchmark's own aggregate, hyperfine's and pytest-benchmark's own mean, and so on. */
function known(): Known[] {
  const google = json("google.json") as { benchmarks: { name: string; real_time: number }[] };
  const fine = json("hyperfine.json") as { results: { mean: number }[] };
  const pytest = json("pytest.json") as { benchmarks: { stats: { mean: number } }[] };
  const old = json("vitest-3.json") as {
    files: { groups: { benchmarks: { mean: number; sampleCount: number }[] }[] }[];
  };
  const now = json("vitest-5.json") as {
    testResults: { assertionResults: { benchmarks: { tasks: { latency: Latency }[] }[] }[] }[];
  };
  const tiny = json("tinybench.json") as { result: { latency: Latency } }[];
  const { latency } = now.testResults[0]!.assertionResults[0]!.benchmarks[0]!.tasks[0]!;
  const before = old.files[0]!.groups[0]!.benchmarks[0]!;
  const mean = google.benchmarks.find(({ name }) => name === "BM_StringCreation_mean")!.real_time;
  return [
    {
      ...{ file: "google.json", tool: "Google Benchmark", samples: 5, count: 5, meanNs: mean },
      ids: ["BM_StringCreation", "BM_Copy/64", "BM_Copy/4096"],
    },
    {
      ...{ file: "hyperfine.json", tool: "hyperfine", ids: ["true", "sleep 0.01"] },
      ...{ samples: 8, count: 8, meanNs: fine.results[0]!.mean * 1e9 },
    },
    {
      ...{ file: "pytest.json", tool: "pytest-benchmark", samples: 8, count: 8 },
      ids: ["test_sum.py::test_sum[100]", "test_sum.py::test_sum[1000]"],
      meanNs: pytest.benchmarks[0]!.stats.mean * 1e9,
    },
    {
      ...{ file: "vitest-3.json", tool: "vitest", samples: 0, count: before.sampleCount },
      ids: ["sum.bench.js > sums > loop 100", "sum.bench.js > sums > loop 1000"],
      meanNs: before.mean * 1e6,
    },
    {
      ...{ file: "vitest-5.json", tool: "vitest", ids: ["loops > loop 100", "loops > loop 1000"] },
      ...{ samples: 0, count: latency.samplesCount, meanNs: latency.mean * 1e6 },
    },
    {
      ...{ file: "tinybench.json", tool: "tinybench", ids: ["loop 100", "loop 1000"] },
      ...{ samples: 0, count: tiny[0]!.result.latency.samplesCount },
      meanNs: tiny[0]!.result.latency.mean * 1e6,
    },
    {
      ...{ file: "criterion", tool: "Criterion.rs", samples: 10, count: 10, meanNs: 50 },
      ids: ["sums/wrapping/100", "sums/wrapping/1000"],
    },
    {
      ...{ file: "criterion-messages.jsonl", tool: "Criterion.rs", ids: ["norm"] },
      ...{ samples: 5, count: 5, meanNs: 4140 },
    },
  ];
}

interface Latency {
  readonly mean: number;
  readonly samplesCount: number;
}

describe("reading", () => {
  it.each(known())("$file", ({ file, tool, ids, samples, count, meanNs }) => {
    const run = loadForeign(sample(file));
    expect(run).toMatchObject({ tool, quality: "low: order lost" });
    expect(run.benches.map(({ id }) => id)).toEqual(ids);
    const [first] = run.benches;
    expect({ samples: first!.samplesNs.length, count: first!.count }).toEqual({ samples, count });
    // Criterion's own estimate is a regression through all samples: near the mean of ratios, not it.
    expect(first!.meanNs / meanNs).toBeCloseTo(1, tool === "Criterion.rs" ? 2 : 9);
    // Imported, and read again from our own record of it.
    expect(readForeign(run.source, JSON.stringify(run))).toEqual(run);
  });

  it("takes aggregates of Google Benchmark and figures of Criterion.rs where samples are missing", () => {
    const google = json("google.json") as { benchmarks: { run_type: string }[] };
    const benchmarks = google.benchmarks.filter((each) => each.run_type === "aggregate");
    const kept = readForeign("g", JSON.stringify({ ...google, benchmarks }));
    const whole = loadForeign(sample("google.json"));
    expect(kept.benches[0]!.meanNs / whole.benches[0]!.meanNs).toBeCloseTo(1, 9);
    expect(kept.benches[0]!.stddevNs! / whole.benches[0]!.stddevNs!).toBeCloseTo(1, 9);
    expect(kept.benches[0]).toMatchObject({ count: 5, samplesNs: [] });
  });

  const google = { context: {}, benchmarks: [{ name: "a", real_time: 1, time_unit: "ns" }] };
  const entry = google.benchmarks[0]!;
  it.each<readonly [string, unknown, RegExp]>([
    ["nothing of ours", { files: ["a"] }, /is no result of Google Benchmark/],
    ["an empty list", [], /^"f": the file: /],
    ["time zero", { ...google, benchmarks: [{ ...entry, real_time: 0 }] }, /samplesNs/],
    ["a time below zero", { ...google, benchmarks: [{ ...entry, real_time: -1 }] }, /samplesNs/],
    [
      "a unit that is none",
      { ...google, benchmarks: [{ ...entry, time_unit: "constructor" }] },
      /unit must be/,
    ],
    [
      "a failed bench",
      { ...google, benchmarks: [{ ...entry, error_occurred: true }] },
      /a: failed/,
    ],
    ["no time", { ...google, benchmarks: [{ name: "a" }] }, /no real_time/],
    [
      "a command that failed",
      { results: [{ command: "x", times: [1], exit_codes: [1] }] },
      /ended with 1/,
    ],
    [
      "a name twice",
      { results: [1, 1].map((time) => ({ command: "x", times: [time] })) },
      /"x" twice/,
    ],
    ["a measured record", { schema: 1, kind: "measure" }, /holds both sides/],
    [
      "more counts than times",
      {
        reason: "benchmark-complete",
        id: "a",
        iteration_count: [1, 2],
        measured_values: [1],
        unit: "ns",
      },
      /2 counts of calls for 1/,
    ],
    ["no message of a bench", { reason: "group-complete" }, /no benchmark in it/],
  ])("refuses %s in one line", (_, value, message) => {
    const read = () => readForeign('"f"', JSON.stringify(value));
    expect(read).toThrow(InputError);
    expect(read).toThrow(message);
    expect(read).not.toThrow(/\n/);
  });
});

describe("comparing", () => {
  /** hyperfine's format, times in seconds. */
  const fine = (times: readonly number[]) =>
    readForeign("f", JSON.stringify({ results: [{ command: "x", times }] }));
  const base = [1, 1.01, 0.99, 1, 1.005, 0.995];

  it("says what the interval says, and that it is advisory", () => {
    const reading = (head: readonly number[]) => compareForeign(fine(base), fine(head), 0.02)[0]!;
    expect(reading(base.map((each) => each * 1.1))).toMatchObject({
      state: "advisory",
      reading: "slower",
    });
    expect(reading(base.map((each) => each * 0.9)).reading).toBe("faster");
    expect(reading(base).reading).toBe("within");
    expect(reading([0.5, 2, 1]).reading).toBe("undecided");
    expect(reading([1.1])).toMatchObject({ reading: "undecided", ci95: null });
    expect(reading(base.map((each) => each * 1.1)).note).toBe("low quality: order lost");
  });

  it("never gates, and exits as the manual says", () => {
    const cwd = emptyFolder();
    for (const [name, factor] of [
      ["a", 1],
      ["b", 3],
    ] as const) {
      const results = [{ command: "x\u001b[31m", times: base.map((each) => each * factor) }];
      const more = name === "a" ? [{ command: "gone", times: [1, 2] }] : [];
      writeFileSync(join(cwd, name), JSON.stringify({ results: [...results, ...more] }));
    }
    const told = hearsay(["compare", "a", "b"], { cwd });
    expect(told).toMatchObject({ code: 0, stderr: "" });
    expect(told.stdout).toMatch(/\+200\.00 % .* slower/);
    expect(told.stdout).toContain("order lost");
    expect(told.stdout).not.toContain("\u001b");
    expect(Math.max(...told.stdout.split("\n").map(({ length }) => length))).toBeLessThan(81);
    expect(hearsay(["compare", "a", "b", "--strict"], { cwd }).code).toBe(3);
    expect(hearsay(["compare", "a", "b", "--require-all"], { cwd }).code).toBe(5);
    expect(hearsay(["compare", "a", sample("google.json")], { cwd }).code).toBe(2);
    expect(hearsay(["compare", "a", "none"], { cwd }).stderr).toBe(
      'hearsay: there is no record "none"\n',
    );
  });

  it("reads the folder of Criterion.rs, not what it keeps of the run before", () => {
    const cwd = emptyFolder();
    const folder = join(cwd, "criterion");
    cpSync(sample("criterion"), folder, { recursive: true });
    const place = join(folder, "sums", "wrapping", "100");
    mkdirSync(join(place, "base"));
    writeFileSync(join(place, "base", "benchmark.json"), "{}");
    expect(loadForeign(folder).benches).toHaveLength(2);
    writeFileSync(join(place, "new", "sample.json"), '{"iters":[1],"times":[]}');
    expect(() => loadForeign(folder)).toThrow(/1 counts of calls for 0 times/);
  });
});

describe("exporting", () => {
  const record = drawnRecord([
    { id: "a/ts", percent: 5 },
    { id: "b/ts", percent: 0 },
  ]);

  it("gives Bencher the head's nanoseconds with bounds", () => {
    const { text, left } = renderBencher(record);
    const made = JSON.parse(text) as Record<string, { latency: Record<string, number> }>;
    expect(left).toBe(0);
    expect(Object.keys(made)).toEqual(["a/ts", "b/ts"]);
    for (const [id, ns] of [
      ["a/ts", 105],
      ["b/ts", 100],
    ] as const) {
      const { value, lower_value: low, upper_value: high } = made[id]!.latency;
      expect(value! / ns).toBeCloseTo(1, 2);
      expect(low).toBeLessThanOrEqual(value!);
      expect(high).toBeGreaterThanOrEqual(value!);
    }
    expect(renderBencher(record).text).toBe(text);
  });

  it("gives github-action-benchmark a list of name, unit and value", () => {
    const { text } = renderGithubAction(record);
    const [first] = JSON.parse(text) as Record<string, unknown>[];
    expect(first).toMatchObject({ name: "a/ts", unit: "ns/call" });
    expect(first!["value"]).toBeGreaterThan(100);
    expect(first!["range"]).toMatch(/^± [\d.e-]+$/);
    expect(first!["extra"]).toContain("regressed against a");
  });

  it("leaves out what was not measured, and refuses what has nothing or is partial", () => {
    const rows = record.rows.map((row) =>
      row.id === "a/ts" ? { ...row, status: "failed" as const } : row,
    );
    expect(renderBencher({ ...record, rows }).left).toBe(1);
    expect(() => renderBencher({ ...record, rows: rows.slice(0, 2) })).toThrow(InputError);
    const cwd = emptyFolder();
    const text = drawnText([{ id: "a/ts", percent: 0 }]);
    writeFileSync(join(cwd, "whole"), text);
    writeFileSync(join(cwd, "cut"), text.slice(0, -9));
    expect(hearsay(["export", "whole", "--bencher"], { cwd }).code).toBe(0);
    expect(hearsay(["export", "cut", "--bencher"], { cwd })).toMatchObject({ code: 2, stdout: "" });
    expect(hearsay(["export", "whole"], { cwd }).code).toBe(2);
  });
});
