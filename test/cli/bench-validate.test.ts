/** `bench` and `validate` as a user types them: their records, their pages, and what they refuse. */
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type axeCore from "axe-core";
import { HtmlValidate } from "html-validate";
import { describe, expect, it } from "vitest";
import { benchRecordSchema } from "../../src/history/bench-record.js";
import { validateRecordSchema } from "../../src/history/validate-record.js";
import { findChromium, launch, openFile } from "../report/browser.js";
import { emptyFolder, hearsay } from "./hearsay.js";

const COMMANDS = {
  bench: ["bench", "xxhash", "--quick", "--rounds", "2"],
  validate: ["validate", "merkle", "--quick"],
} as const;

describe.each(Object.entries(COMMANDS))("hearsay %s", (kind, args) => {
  it("prints a table of at most 80 columns, writes a record and a page", () => {
    const cwd = emptyFolder();
    const { code, stdout } = hearsay([...args], { cwd });
    expect(code).toBe(0);
    for (const line of stdout.split("\n")) expect([...line].length).toBeLessThanOrEqual(80);
    const files = readdirSync(join(cwd, "reports")).sort();
    expect(files.map((file) => file.replace(/-[0-9a-f]{8}\./, "-ID."))).toEqual(
      [`${kind}-ID.json`, `${kind}-${args[1]}.html`, "index.html"].sort(),
    );
  });

  it("prints its record alone with --json, from which every format can be made", () => {
    const cwd = emptyFolder();
    const { code, stdout } = hearsay([...args, "--json", "--quiet", "--no-report"], { cwd });
    expect(code).toBe(0);
    const record: unknown = JSON.parse(stdout);
    const schema = kind === "bench" ? benchRecordSchema : validateRecordSchema;
    expect(schema.parse(record)).toEqual(record);
    for (const [flag, start] of [
      ["--md", "# "],
      ["--csv", "record,created_at,"],
      ["--json", "["],
    ] as const) {
      const made = hearsay(["report", "-", flag], { cwd, input: stdout });
      expect([made.code, made.stdout.startsWith(start)]).toEqual([0, true]);
    }
  });

  it.each([
    [["--quick", "--full"], "--quick and --full cannot stand together"],
    [["--out", "/proc/nowhere"], "--out must be a folder that can be written"],
  ])("refuses %j in one line, with exit code 2", (flags, text) => {
    const cwd = emptyFolder();
    const { code, stdout, stderr } = hearsay([...args.slice(0, 2), ...flags], { cwd });
    expect([code, stdout, stderr.trim().split("\n").length]).toEqual([2, "", 1]);
    expect(stderr).toContain(text);
    expect(readdirSync(cwd)).toEqual([]);
  });
});

describe("bad names", () => {
  it.each([
    [["bench", "blom"], "did you mean bloom?"],
    [["bench", "nothing-of-this"], "FILTER must be kernels"],
    [["bench", "bloom", "--rounds", "0"], "--rounds must be a whole number from 1 to 1000"],
    [["bench", "bloom", "--seed", "-1"], "--seed must be"],
    [["validate", "pitel-1987-push"], "did you mean pittel-1987-push?"],
    [["validate", "nobody"], "SOURCE must be one of"],
  ])("%j is refused in one line, with exit code 2", (args, text) => {
    const cwd = emptyFolder();
    const { code, stdout, stderr } = hearsay(args, { cwd });
    expect([code, stdout, stderr.trim().split("\n").length]).toEqual([2, "", 1]);
    expect(stderr).toContain(text);
    expect(readdirSync(cwd)).toEqual([]);
  });

  it("records of two kinds make no report", () => {
    const cwd = emptyFolder();
    const records = Object.values(COMMANDS).map(
      (args) => hearsay([...args, "--json", "--quiet", "--no-report"], { cwd }).stdout,
    );
    const input = `[${records.join(",")}]`;
    const { code, stderr } = hearsay(["report", "-", "--md"], { cwd, input });
    expect(code).toBe(2);
    expect(stderr).toContain("records of one kind, got bench and validate");
  });
});

const chromium = findChromium();
const hint = chromium === undefined ? " (skipped: apt-get install chromium)" : "";

describe.each(Object.entries(COMMANDS))("the page of %s", (kind, args) => {
  it("is valid HTML", async () => {
    const cwd = emptyFolder();
    hearsay([...args], { cwd });
    const validator = new HtmlValidate({
      extends: ["html-validate:recommended"],
      rules: { "no-trailing-whitespace": "off", "long-title": "off" },
    });
    const html = readFileSync(join(cwd, "reports", `${kind}-${args[1]}.html`), "utf8");
    const { results } = await validator.validateString(html);
    const messages = results.flatMap(({ messages: all }) =>
      all.map(({ ruleId, line, message }) => `${line}: ${ruleId} ${message}`),
    );
    expect(messages).toEqual([]);
  });

  it.skipIf(chromium === undefined)(
    `draws its charts, asks for nothing, fits a phone${hint}`,
    async () => {
      const cwd = emptyFolder();
      hearsay([...args], { cwd });
      const browser = await launch(chromium!);
      try {
        const file = join(cwd, "reports", `${kind}-${args[1]}.html`);
        const viewport = { width: 360, height: 800 };
        const { page, requests, complaints } = await openFile(browser, file, { viewport });
        expect([requests, complaints]).toEqual([[], []]);
        expect(await page.locator("canvas").count()).toBeGreaterThan(0);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth);
        expect(wide).toBeLessThanOrEqual(360);
        const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
        await page.evaluate(readFileSync(axe, "utf8"));
        const violations = await page.evaluate(async () => {
          const { run } = (globalThis as unknown as { axe: typeof axeCore }).axe;
          const results = await run();
          return results.violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ""}`);
        });
        expect(violations).toEqual([]);
      } finally {
        await browser.close();
      }
    },
  );
});
