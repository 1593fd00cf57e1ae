/** Records of strangers: refused in one line, or shown so that nothing in them acts on page, sheet or terminal. */
import { readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { main } from "../../src/cli/program.js";
import { renderMeasureRecord, type MeasureRecord } from "../../src/history/measure-record.js";
import { HOSTILE_TEXTS, hostileRecord, makeRecord } from "../report/fixture.js";
import { emptyFolder } from "./hearsay.js";
import { drawnRecord } from "./measured.js";

/** In this process: a hundred of them take a second. */
async function said(args: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  const texts = { out: "", err: "" };
  const into = (key: "out" | "err") => (text: unknown) => {
    texts[key] += String(text);
    return true;
  };
  const spies = [
    vi.spyOn(process.stdout, "write").mockImplementation(into("out")),
    vi.spyOn(process.stderr, "write").mockImplementation(into("err")),
  ];
  try {
    return { code: await main(args), ...texts };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

const run = makeRecord({ name: "x", mode: "push", nodes: 64, trials: 1, observe: false });
const { environment } = run;
const shared = { schema: "hearsay.record/1", createdAt: "2026-01-01", status: "complete" };

function benchRecord(text: string): object {
  const arm = { name: text, status: "timed", note: text, digest: null, nsPerOperation: [1, 2] };
  const arms = [{ ...arm, summary: { p50: 1, min: 1, max: 2 }, overWasm: null }];
  const row = { id: text, title: text, scope: "call", operation: text, size: 1, headline: true };
  return {
    ...{ ...shared, kind: "bench", id: text, command: text, environment: withText(text) },
    ...{ rounds: 2, blockMs: 1, seed: 1 },
    rows: [{ ...row, operations: 1, workingSetBytes: 1, arms }],
    reconciliation: [{ method: text, items: 1, differences: 1, bytes: 1, roundTrips: 1 }],
  };
}

function validateRecord(text: string): object {
  const measure = { name: text, expected: 1, measured: 1, standardError: 0, runs: 1, reach: 1 };
  const each = { source: text, index: 0, label: text, parameters: { [text]: text } };
  const measures = [{ ...measure, verdict: "pass" }];
  return {
    ...{ ...shared, kind: "validate", id: text, command: text, environment: withText(text) },
    ...{ effort: "quick", sources: { [text]: text } },
    cases: [{ ...each, acceptance: "hard", measures, verdict: "pass", note: text, elapsedMs: 1 }],
  };
}

function withText(text: string): object {
  return { ...environment, cpu: text, os: text, flags: [text], commit: text, class: text };
}

function importRecord(text: string): object {
  const figures = { count: 2, meanNs: 1.5, stddevNs: 0.7, medianNs: 1.5, minNs: 1, maxNs: 2 };
  return {
    ...{ schema: "hearsay.record/2", kind: "import", source: text, tool: text, createdAt: text },
    ...{ machine: text, quality: "low: order lost" },
    benches: [{ id: text, samplesNs: [1, 2], ...figures }],
  };
}

function measureRecord(text: string): MeasureRecord {
  const { header, rows } = drawnRecord([{ id: text, percent: 5 }]);
  const { commits: _, ...rest } = header;
  return { header: { ...rest, command: text, commits: { base: text, head: text } }, rows };
}

/** A good record of each kind, and the command that reads it. */
const KINDS: readonly (readonly [kind: string, text: string, args: readonly string[]])[] = [
  ["run", JSON.stringify(run), ["report", "FILE", "--md"]],
  ["bench", JSON.stringify(benchRecord("x")), ["report", "FILE", "--md"]],
  ["validate", JSON.stringify(validateRecord("x")), ["report", "FILE", "--md"]],
  ["measure", renderMeasureRecord(measureRecord("x")), ["explain", "x", "FILE"]],
  ["measure, merged", renderMeasureRecord(measureRecord("x")), ["merge", "FILE", "-o", "FILE.out"]],
];

/** A field of its first object. */
const withField = (field: string) => (text: string) => text.replace("{", `{${field},`);
const DAMAGE: readonly (readonly [what: string, damage: (text: string) => string])[] = [
  ["nothing", () => ""],
  ["null", () => "null"],
  ["an empty list", () => "[]"],
  ["a number", () => "42"],
  ["a text", () => '"x"'],
  ["the first half", (text) => text.slice(0, text.indexOf("\n") / 2 || text.length / 2)],
  ["bytes of a program", () => "\u007fELF\u0002\u0001\u0000\u001b[2J"],
  ["something else's file", () => '{"name":"package","version":"1.0.0","files":["a"]}'],
  [
    "a newer schema",
    (text) => text.replace(/"schema":("hearsay.record\/[12]"|1)/, '"schema":"hearsay.record/9"'),
  ],
  ["NaN", (text) => text.replace(/"cores":\d+/, '"cores":NaN')],
  ["a number without end", (text) => text.replace(/"(memoryBytes|seed)":\d+/, '"$1":1e999')],
  ["a number for a name", (text) => text.replace(/"id":"[^"]*"/, '"id":7')],
  ["an unknown field", withField('"x":1')],
  ["an unknown field with codes", withField('"\\u001b[31m\\n\\u202ered":1')],
  ["a name of a million letters", withField(`"${"a".repeat(1e6)}":1`)],
  ["a million levels", withField(`"x":${"[".repeat(1e6)}${"]".repeat(1e6)}`)],
  ["a field twice", withField('"kind":"run"')],
  ["a prototype", withField('"__proto__":{"polluted":1}')],
  ["a constructor", withField('"constructor":{"prototype":{"polluted":1}}')],
];

describe.each(KINDS)("a record of kind %s", (_, text, args) => {
  it("is read when it is whole", async () => {
    const file = join(emptyFolder(), "record");
    writeFileSync(file, text);
    const { code, err } = await said(args.map((arg) => arg.replace("FILE", file)));
    expect([0, 1], err).toContain(code);
  });

  it.each(DAMAGE)("is refused in one line: %s", async (_what, damage) => {
    const file = join(emptyFolder(), "record");
    writeFileSync(file, damage(text));
    expect(damage(text)).not.toBe(text);
    const { code, out, err } = await said(args.map((arg) => arg.replace("FILE", file)));
    expect({ code, out }, err).toEqual({ code: 2, out: "" });
    expect(err).toMatch(/^hearsay: [^\p{Cc}\p{Cs}\u202a-\u202e]{1,1000}\n$/u);
    expect(err).not.toContain("unexpected");
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });
});

// One of each reader: the others share them.
describe.each(KINDS.filter(([kind]) => kind === "run" || kind === "measure"))(
  "a %s record",
  (_, __, args) => {
    it("is refused when it is a line of 100 MB, or a file of 300 MB", async () => {
      const file = join(emptyFolder(), "record");
      writeFileSync(file, Buffer.alloc(100e6, "a"));
      const used = args.map((arg) => arg.replace("FILE", file));
      expect(await said(used)).toMatchObject({
        code: 2,
        err: expect.stringMatching(/100000000 characters/) as string,
      });
      truncateSync(file, 300e6);
      expect(await said(used)).toMatchObject({
        code: 2,
        err: expect.stringMatching(/300000000 bytes/) as string,
      });
    });
  },
);

const TEXTS = [
  ...HOSTILE_TEXTS,
  '=HYPERLINK("http://x","y")',
  "+1+cmd|' /C calc'!A0",
  "@SUM(1)",
  " =1+1",
  "a\r\n=1+1,b",
  "__proto__",
  "constructor",
  "\u009b31m [x](javascript:alert(1)) ![i](http://x/i.png) | # `",
];

/** What acts on a terminal or turns text around; line ends and tabs are left to the formats. */
const ACTING = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/;

const MARKUP = /<img src=x|<svg\/onload|<script>window\.pwned/;
const LINK = /(?<!\\)\]\(javascript/;
/** What a sheet computes; a number is none. */
const FORMULA = /^\s*([=@]|[+-](?!\d+(\.|e|$)))/;

describe.each(TEXTS)("names like %j", (text) => {
  const records = [
    ["run", hostileRecord(text)],
    ["bench", benchRecord(text)],
    ["validate", validateRecord(text)],
    ["import", importRecord(text)],
  ] as const;

  it.each(records)("are harmless in reports of a %s record", async (_, record) => {
    const file = join(emptyFolder(), "record");
    writeFileSync(file, JSON.stringify(record));
    for (const format of ["--html", "--md", "--csv"]) {
      const target = `${file}.out`;
      const { code, err } = await said(["report", file, format, "-o", target, "--quiet"]);
      expect(code, err).toBe(0);
      const made = readFileSync(target, "utf8");
      expect(made, format).not.toMatch(ACTING);
      if (format === "--csv") for (const cell of cells(made)) expect(cell).not.toMatch(FORMULA);
      // A fence holds the command as it is typed: nothing in it is markup, and it is one line.
      const markup = format === "--md" ? made.replace(/^```sh\n.*\n```$/gm, "") : made;
      if (format !== "--csv") expect(markup, format).not.toMatch(MARKUP);
      if (format === "--md") expect(markup).not.toMatch(LINK);
    }
  });

  it("are harmless in what merge and explain print", async () => {
    const file = join(emptyFolder(), "record");
    writeFileSync(file, renderMeasureRecord(measureRecord(text)));
    for (const args of [
      ["merge", file, "-o", `${file}.out`],
      ["explain", text, file],
    ]) {
      const { out, err } = await said(args);
      expect(out, err).toContain("regressed");
      expect(out).not.toMatch(ACTING);
      expect(out.split("\n").length).toBeLessThan(40);
    }
  });
});

/** Cells of RFC 4180, quotes taken away. */
function cells(csv: string): string[] {
  return [...csv.matchAll(/(?:^|,|\r\n)(?:"((?:[^"]|"")*)"|([^,"\r\n]*))/g)].map(
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? "",
  );
}
