/** Views of peer sampling as a user meets them: the command, its record, its page. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { main } from "../../src/cli/program.js";
import { viewsRecordSchema, type ViewsRecord } from "../../src/history/views-record.js";
import { renderViewsReport } from "../../src/report/views-page.js";
import { renderViewsCsv, renderViewsMarkdown } from "../../src/report/views-text.js";
import {
  axeViolations,
  drawnCanvases,
  findChromium,
  launch,
  openFile,
  sidewaysPixels,
} from "./browser.js";

const folder = mkdtempSync(join(tmpdir(), "hearsay-views-"));
const SETTINGS = ["--nodes", "400", "--rounds", "12", "--heal", "10", "--trials", "2"];
let record: ViewsRecord;

beforeAll(async () => {
  const names = ["cyclon", "newscast", "framework-healer"];
  const args = ["views", ...names, ...SETTINGS, "--quiet", "-o", folder];
  expect(await main(args)).toBe(0);
  const file = readdirSync(folder).find((name) => name.endsWith(".json"))!;
  record = viewsRecordSchema.parse(JSON.parse(readFileSync(join(folder, file), "utf8")));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the record", () => {
  it("has every overlay, trial, round and backend, agreed", () => {
    expect(record.overlays.map(({ name }) => name)).toEqual([
      "cyclon",
      "newscast",
      "framework-healer",
    ]);
    for (const { trials, digestsEqual } of record.overlays) {
      expect(digestsEqual).toBe(true);
      expect(trials.map(({ seed }) => seed)).toEqual([1, 2]);
      for (const { arms, points, inDegree, healing } of trials) {
        expect(arms.map(({ backend }) => backend)).toEqual(["wasm", "ts"]);
        expect(points.at(-1)!.round).toBe(12);
        expect(inDegree.reduce((sum, count) => sum + count, 0)).toBe(400);
        expect(healing.map(({ round }) => round)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
        expect(healing.at(-1)!.largestShare).toBeGreaterThan(0.9);
      }
    }
  });

  it("becomes Markdown, and CSV with a row for each look", () => {
    expect(renderViewsMarkdown([record])).toMatch(/\| cyclon \| +2 \|/);
    const rows = renderViewsCsv([record]).trim().split("\r\n");
    const looks = record.overlays.flatMap(({ trials }) =>
      trials.map(({ points, healing }) => points.length + healing.length),
    );
    expect(rows.length - 1).toBe(looks.reduce((sum, count) => sum + count, 0));
  });

  it.each([
    ["OVERLAY must be one of cyclon", ["cycln"]],
    ["--crash must be", ["cyclon", "--crash", "1"]],
    ["--backend must be one of", ["cyclon", "--backend", "rust"]],
  ])("is not written when %s", async (message, args) => {
    const said: string[] = [];
    const write = process.stderr.write.bind(process.stderr);
    process.stderr.write = (text) => said.push(String(text)) > 0;
    try {
      expect(await main(["views", ...args, "-o", join(folder, "none")])).toBe(2);
    } finally {
      process.stderr.write = write;
    }
    expect(said.join("")).toContain(message);
    expect(readdirSync(folder)).not.toContain("none");
  });
});

const executable = findChromium();
if (executable === undefined) {
  console.warn("browser tests of views skipped: no Chromium; apt-get install chromium");
}

describe.skipIf(executable === undefined)("the page", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch(executable!);
  });
  afterAll(() => browser.close());

  it.each([360, 1440])("draws five charts with their tables at %i px", async (width) => {
    const file = join(folder, "views-cyclon-newscast-framework-healer.html");
    expect(readFileSync(file, "utf8")).toBe(
      renderViewsReport([record], { generatedAt: record.createdAt }),
    );
    const { page, requests, complaints } = await openFile(browser, file, {
      viewport: { width, height: 900 },
      colorScheme: width === 360 ? "dark" : "light",
    });
    const canvases = await drawnCanvases(page);
    expect(canvases.map(({ id }) => id)).toEqual(
      ["degree", "sd", "clustering", "paths", "healing"].map((name) => `views-${name}`),
    );
    for (const canvas of canvases) {
      expect(canvas).toMatchObject({ isInside: true });
      expect(canvas.drawnShare, canvas.id).toBeGreaterThan(0.004);
      const rows = await page.locator(`#${canvas.id}-data tbody tr`).count();
      expect(rows, canvas.id).toBeGreaterThan(5);
    }
    expect(await page.textContent("#views")).toContain("Healed after rounds");
    expect(await sidewaysPixels(page)).toBe(0);
    expect(await axeViolations(page)).toEqual([]);
    expect([...requests, ...complaints]).toEqual([]);
    await page.context().close();
  });
});
