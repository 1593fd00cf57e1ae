/** "Try it here": trials in the reader's browser end in the command line's digests. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunRecord, TrialRecord } from "../../src/history/record.js";
import { panelProtocols } from "../../src/panel/trial.js";
import { renderReport } from "../../src/report/page.js";
import { trimmed } from "../../src/units.js";
import {
  axeViolations,
  drawnCanvases,
  findChromium,
  launch,
  openFile,
  sidewaysPixels,
} from "./browser.js";

const GENERATED_AT = "2026-03-14T09:20:00.000Z";
const MAIN = join(import.meta.dirname, "../../dist/cli/main.js");
const SAME =
  "✓ The same digest, and the same messages in every round, as the command line's run of these settings.";
const folder = mkdtempSync(join(tmpdir(), "hearsay-try-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What the command line says to the words that a page printed. */
function commandLine(command: string): RunRecord {
  const [, ...args] = command.split(" ");
  const flags = ["--json", "--quiet", "--no-report", "--no-observe", "--out", folder];
  const text = execFileSync(process.execPath, [MAIN, ...args, ...flags], { encoding: "utf8" });
  return JSON.parse(text) as RunRecord;
}

const recorded = commandLine("hearsay run push --nodes 2000 --seed 7 --trials 2 --loss 0.05");
const file = join(folder, "page.html");
writeFileSync(file, renderReport([recorded], { generatedAt: GENERATED_AT }));

interface Outcome {
  readonly status: string;
  readonly digest: string;
  readonly command: string;
  readonly facts: string;
}

async function run(page: Page, values: Readonly<Record<string, string>> = {}): Promise<Outcome> {
  for (const [name, value] of Object.entries(values)) await page.fill(`#try-${name}`, value);
  await page.click("#try-run");
  await page.waitForSelector("#try-run:not([disabled])");
  await page.waitForSelector("#try-status:not(:empty)");
  const text = async (id: string): Promise<string> => (await page.textContent(`#try-${id}`)) ?? "";
  return {
    status: await text("status"),
    digest: await text("digest"),
    command: await text("command"),
    facts: await text("facts"),
  };
}

const executable = findChromium();

describe.skipIf(executable === undefined)("in a browser", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch(executable!);
  });
  afterAll(() => browser.close());

  it("opens with the settings of the page's first run, and ends in its digest", async () => {
    const { page, requests, complaints } = await openFile(browser, file);
    const first = await run(page);
    const digests = recorded.arms[0]!.trials.map(({ digest }) => digest);
    expect(first.digest).toBe(digests[0]);
    expect(first.status).toBe(SAME);
    const second = await run(page, { seed: "8" });
    expect(second.digest).toBe(digests[1]);
    expect(second.status).toBe(SAME);
    const other = await run(page, { seed: "9" });
    expect(other.status).toMatch(/^No run in this page has these settings/);
    expect(requests).toEqual([]);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it("says so when a record ended in other bytes, or went another way", async () => {
    for (const change of [
      (trial: TrialRecord) => (trial.digest = "0123456789abcdef"),
      (trial: TrialRecord) => trial.series.messages[3]!++,
    ]) {
      const changed = structuredClone(recorded);
      for (const { trials } of changed.arms) change(trials[0]!);
      const wrong = join(folder, "wrong.html");
      writeFileSync(wrong, renderReport([changed], { generatedAt: GENERATED_AT }));
      const { page } = await openFile(browser, wrong);
      expect((await run(page)).status).toMatch(
        /^✗ The command line's run .* ended after \d+ rounds/,
      );
      await page.context().close();
    }
  });

  it.each(panelProtocols.map(({ id }) => id))(
    "%s ends as the printed command does on the command line",
    async (id) => {
      const { page, complaints } = await openFile(browser, file);
      await page.selectOption("#try-protocol", id);
      const outcome = await run(page, { nodes: "3001", seed: "5", loss: "0.1" });
      expect(outcome.command).toBe(`hearsay run ${id} --nodes 3001 --seed 5 --trials 1 --loss 0.1`);
      const [trial] = commandLine(`${outcome.command} --backend ts`).arms[0]!.trials;
      expect(outcome.digest).toBe(trial!.digest);
      // Each seed takes its own time and number of copies, also where all end informed.
      expect(outcome.facts).toContain(`after ${trial!.rounds} rounds`);
      expect(outcome.facts).toContain(trimmed(trial!.metrics["messagesPerNode"]!));
      expect(complaints).toEqual([]);
      await page.context().close();
    },
  );

  it("plays a million nodes, and the picture moves", async () => {
    const { page, complaints } = await openFile(browser, file);
    const from = performance.now();
    await run(page, { nodes: "1000000", loss: "0", "set-fanout": "3" });
    console.info(`1,000,000 nodes in the browser: ${Math.round(performance.now() - from)} ms`);
    expect(await page.textContent("#try-now")).toContain("1,000,000 nodes");
    await page.focus("#try-step");
    await page.keyboard.press("Home");
    expect(await page.textContent("#try-now")).toContain("Round 0");
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it.each(["light", "dark"] as const)(
    "draws within the page, accessible in %s",
    async (colorScheme) => {
      const { page } = await openFile(browser, file, { colorScheme });
      await run(page);
      for (const width of [360, 768, 1440]) {
        await page.setViewportSize({ width, height: 800 });
        await expect.poll(() => sidewaysPixels(page)).toBe(0);
        const canvases = await drawnCanvases(page);
        for (const [id, share] of [
          ["try-canvas", 0.9],
          ["try-coverage", 0.004],
        ] as const) {
          const canvas = canvases.find((each) => each.id === id)!;
          expect(canvas.isInside, `${id} at ${width}`).toBe(true);
          expect(canvas.height).toBeGreaterThanOrEqual(200);
          expect(canvas.drawnShare).toBeGreaterThan(share);
        }
      }
      expect(await axeViolations(page)).toEqual([]);
      await page.context().close();
    },
  );

  it("runs nothing that is out of range", async () => {
    const { page } = await openFile(browser, file);
    await page.fill("#try-nodes", "1000001");
    await page.click("#try-run");
    expect(
      await page.$eval("#try-nodes", (input) => (input as HTMLInputElement).validity.valid),
    ).toBe(false);
    expect(await page.locator("#try-status").count()).toBe(0);
    await page.context().close();
  });

  it("needs wasm-unsafe-eval beside the hashes, and nothing more", () => {
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(
      readFileSync(file, "utf8"),
    )![1]!;
    expect(policy.replace(/'sha256-[^']+'/g, "HASH")).toBe(
      "default-src 'none'; script-src HASH 'wasm-unsafe-eval'; style-src HASH; img-src data:; base-uri 'none'; form-action 'none'",
    );
  });
});
