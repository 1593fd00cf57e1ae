import { describe, expect, it } from "vitest";
import { InputError } from "../errors.js";
import {
  demoRecords,
  HOSTILE_TEXTS,
  hostileRecord,
  makeRecord,
  manyRecords,
  partialRecord,
} from "../../test/report/fixture.js";
import { csvCell, renderCsv } from "./csv.js";
import { escape, escapeJson, escapeMarkdown } from "./escape.js";
import { findingsSentence } from "./findings.js";
import { formatMean, formatValue } from "./format.js";
import { renderJson } from "./json.js";
import { renderMarkdown } from "./markdown.js";
import { describeMetric } from "./metrics.js";
import { readPictures } from "./picture-data.js";
import { prepareRuns } from "./runs.js";

const demo = demoRecords(2000, 3);

describe("escaping", () => {
  it("leaves no character that markup acts on", () => {
    expect(escape(`<a href="x" b='y'>&amp;`)).toBe(
      "&lt;a href=&quot;x&quot; b=&#39;y&#39;&gt;&amp;amp;",
    );
    expect(escape("\u001b[31m\u0000\u202e")).toBe("·[31m··");
    expect(escape(3.5)).toBe("3.5");
  });

  it("leaves no < in JSON for a script, and the same value", () => {
    for (const text of HOSTILE_TEXTS) {
      const json = escapeJson({ text });
      expect(json).not.toContain("<");
      expect(JSON.parse(json)).toEqual({ text });
    }
  });

  it("keeps a table cell of Markdown in its cell", () => {
    expect(escapeMarkdown("a|b\n`c` <img> *d*")).toBe("a\\|b \\`c\\` &lt;img&gt; \\*d\\*");
  });
});

describe("CSV", () => {
  it("quotes as RFC 4180 says, and defuses formulas", () => {
    expect(csvCell('say "hi", twice')).toBe('"say ""hi"", twice"');
    expect(csvCell("two\r\nlines")).toBe('"two\r\nlines"');
    expect(csvCell("=1+1")).toBe("'=1+1");
    expect(csvCell(-1.5)).toBe("-1.5");
    expect(csvCell(null)).toBe("");
  });

  it("has one row per trial and metric, all of one width", () => {
    const lines = renderCsv(demo).trimEnd().split("\r\n");
    const metrics = Object.keys(demo[0]!.arms[0]!.trials[0]!.metrics).length + 3;
    expect(lines.length).toBe(1 + demo.length * 2 * 3 * metrics);
    for (const line of lines) expect(line.split(",").length).toBe(14);
    const messages = demo[0]!.arms[0]!.trials[0]!.metrics["messages"]!;
    expect(lines.find((line) => line.includes(",messages,"))).toMatch(new RegExp(`,${messages}$`));
  });
});

describe("other formats", () => {
  it("JSON gives the records back", () => {
    expect(JSON.parse(renderJson(demo))).toEqual(demo);
  });

  it("Markdown has a row per run in every table and keeps hostile names in theirs", () => {
    const markdown = renderMarkdown(demo);
    expect(markdown.match(/^\| push-pull-cities \|/gm)).toHaveLength(3);
    expect(markdown).toContain("hearsay run demo");
    const hostile = renderMarkdown(HOSTILE_TEXTS.map(hostileRecord));
    const outside = hostile.replace(/^(`{3,}).*\n[^]*?\n\1$/gm, "");
    expect(outside).not.toMatch(/<(?:img|script|svg)|\u001b/);
    const tables = outside.match(/(?:^\|.*\|\n)+/gm)!;
    expect(tables).toHaveLength(4);
    for (const table of tables) {
      const widths = table
        .trimEnd()
        .split("\n")
        .map((row) => row.split(/(?<!\\)\|/).length);
      expect(new Set(widths).size).toBe(1);
    }
  });
});

describe("the sentence of findings", () => {
  it("names the fastest, its cost and the gain of WASM with its interval", () => {
    const runs = prepareRuns(demo);
    const best = demo[2]!;
    const rounds = best.arms[0]!.summary["roundsTo99"]!.mean!;
    const { ratio } = best.comparison.speedup!;
    const sentence = findingsSentence(runs);
    expect(sentence).toMatch(
      /^Push-pull was the fastest of 3 runs on 2,000 nodes \(complete graph\)/,
    );
    expect(sentence).toContain(`99\u00a0% informed in ${Number(rounds.toPrecision(3))} rounds at`);
    expect(sentence).toContain("slowest: push,");
    expect(sentence).toContain(
      `${Number(ratio.toPrecision(3))} times as fast as TypeScript (95\u00a0% interval`,
    );
    expect(sentence.match(/\./g)!.length - sentence.match(/\d\.\d/g)!.length).toBe(1);
  });

  it("claims nothing that was not reached or not run", () => {
    expect(findingsSentence(prepareRuns([partialRecord()]))).toBe(
      "Cut-short did not inform 99\u00a0% of 4,096 nodes (complete graph).",
    );
    expect(findingsSentence([])).toMatch(/^No trial was finished/);
    const empty = { ...demo[0]!, arms: [{ ...demo[0]!.arms[0]!, trials: [], summary: {} }] };
    expect(findingsSentence(prepareRuns([empty]))).toMatch(/^No trial was finished/);
  });
});

describe("runs, metrics and pictures", () => {
  it("labels are unique, also for namesakes", () => {
    const records = [...manyRecords(12), ...manyRecords(12), demo[0]!, { ...demo[0]! }];
    const labels = prepareRuns(records).map(({ label }) => label);
    expect(new Set(labels).size).toBe(labels.length);
    const settings = { name: "push", mode: "push", trials: 1 } as const;
    const namesakes = [500, 600].map((nodes) => makeRecord({ ...settings, nodes }));
    expect(prepareRuns(namesakes).map(({ label }) => label)).toEqual([
      "push, nodes 500",
      "push, nodes 600",
    ]);
  });

  it("reads an unknown metric by its words and its unit", () => {
    expect(describeMetric("probeDelayMsP99")).toEqual({
      label: "Probe delay ms p99",
      format: "duration",
    });
    expect(describeMetric("roundsTo99_9").label).toBe("Rounds to 99.9\u00a0%");
    expect(describeMetric("sentBytesMax").format).toBe("bytes");
    expect(describeMetric("constructor").format).toBe("number");
  });

  it("says 100 % of a whole only", () => {
    expect(formatValue(1, "percent")).toBe("100\u00a0%");
    expect(formatValue(0.999999, "percent")).toBe("99.9999\u00a0%");
    expect(formatValue(1 - 1e-12, "percent")).not.toMatch(/^100/);
    expect(formatMean(10.4, 0.612, "number")).toBe("10.4 ± 0.61");
    expect(formatMean(10_400, 612, "duration")).toBe("10.4 ± 0.61 s");
  });

  it("refuses a picture that is not what its record says", () => {
    const [record] = demoRecords(500, 1);
    const broken = (change: object): (() => unknown) => {
      const observed = record!.observed!;
      const picture = { ...observed.picture!, ...change };
      return () => readPictures(prepareRuns([{ ...record!, observed: { ...observed, picture } }]));
    };
    expect(broken({})).not.toThrow();
    for (const change of [
      { data: "AAAA" },
      { data: "" },
      { nodes: 400 },
      { steps: 1 },
      { width: 3 },
    ]) {
      expect(broken(change), JSON.stringify(change)).toThrow(InputError);
    }
  });

  it("leaves out pictures beyond the page's budget and says whose", () => {
    const [record] = demoRecords(500, 1);
    const observed = record!.observed!;
    const picture = { ...observed.picture!, data: "A".repeat(4_000_000) };
    const { shown, leftOut } = readPictures(
      prepareRuns([{ ...record!, observed: { ...observed, picture } }, record!]),
    );
    expect(leftOut.map(({ index }) => index)).toEqual([0]);
    expect(shown.map(({ run }) => run.index)).toEqual([1]);
  });
});
