/** The page of paired measuring as a reader meets it: 200 rows drawn, small, offline, safe, readable without scripts. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HtmlValidate } from "html-validate";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  parseMeasureRecord,
  renderMeasureRecord,
  type MeasureRecord,
} from "../../src/history/measure-record.js";
import { packRaw } from "../../src/report/measure-pack.js";
import { renderMeasureReport } from "../../src/report/measure-page.js";
import { decodeTimes, encodeTimes } from "../../src/report/measure-raw.js";
import { readHeading } from "../../src/report/read-heading.js";
import {
  axeViolations,
  drawnCanvases,
  findChromium,
  launch,
  openFile,
  sidewaysPixels,
} from "./browser.js";
import { HOSTILE_TEXTS } from "./fixture.js";
import { measureRecord } from "./measure-fixture.js";

const GENERATED_AT = "2026-03-14T09:20:00.000Z";
const PAGE_BYTES_MAX = 2_000_000;

const names = Array.from({ length: 200 }, (_, index) => `family-${index % 7}/bench-${index}/ts`);
const large = measureRecord({ names, rounds: 20, quads: 20, changes: [0, 0.08, 0, -0.06] });
const small = measureRecord({ names: ["a/one", "a/two"], rounds: 8, quads: 4, changes: [0.3] });
const partial: MeasureRecord = { ...small, header: { ...small.header, status: "partial" } };
const hostile = HOSTILE_TEXTS.map((text) =>
  measureRecord({ names: [text, `${text}2`], rounds: 8, quads: 2, changes: [0.3], text }),
);

const folder = mkdtempSync(join(tmpdir(), "hearsay-measure-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function written(name: string, records: readonly MeasureRecord[]): string {
  const file = join(folder, `${name}.html`);
  writeFileSync(file, renderMeasureReport(records, { generatedAt: GENERATED_AT }));
  return file;
}

const files = {
  large: written("large", [large]),
  small: written("small", [small]),
  pair: written("pair", [small, { ...partial, header: { ...partial.header, id: "other" } }]),
  partial: written("partial", [partial]),
  hostile: written("hostile", hostile),
  empty: written("empty", []),
};

describe("times in a page", () => {
  it("come back as they were, or to the nanosecond of a block", () => {
    const ns = [1234.56789, 0.25, 1e6 / 3];
    expect(decodeTimes(encodeTimes(ns, 0), 0)).toEqual(ns);
    const decoded = decodeTimes(encodeTimes(ns, 1000), 1000);
    decoded.forEach((time, index) => expect(time).toBeCloseTo(ns[index]!, 3));
  });

  it("are left out from the least important row on where they do not fit", () => {
    const all = packRaw([small]);
    expect(all).toMatchObject({ quads: 3, warmUps: 3, packed: { isExact: true } });
    const length = (text: string | null): number => text?.length ?? 0;
    const first = length(packRaw([small], 1e6).packed.rows[0]!.quads);
    const few = packRaw([small], first);
    expect(few.packed.rows[0]).toMatchObject({ name: "a/one", warmUps: null });
    expect(few.packed.isExact).toBe(false);
    expect(few.quads).toBeLessThan(3);
    expect(packRaw([small], 0)).toMatchObject({ quads: 0, warmUps: 0 });
  });
});

describe("the markup", () => {
  it.each(Object.entries(files))("of the %s page is valid", async (_, file) => {
    const validator = new HtmlValidate({
      extends: ["html-validate:recommended"],
      rules: { "no-trailing-whitespace": "off", "long-title": "off" },
    });
    const { results } = await validator.validateString(readFileSync(file, "utf8"));
    const messages = results.flatMap(({ messages: all }) =>
      all.map(({ ruleId, line, message }) => `${line}: ${ruleId} ${message}`),
    );
    expect([...new Set(messages)].slice(0, 10)).toEqual([]);
  });

  it("says in one sentence what was found, and that a record is partial", () => {
    const html = readFileSync(files.large, "utf8");
    expect(html.length).toBeLessThan(PAGE_BYTES_MAX);
    expect(readHeading(html)?.sentence).toMatch(
      /^Family-1\/bench-1\/ts is slower: \+[78]\S*\u00a0% time \(95\u00a0% interval .*\); family-3\/bench-3\/ts is faster: −[56]/,
    );
    expect(html).toContain("200 rows: 1 regressed, 198 equivalent, 1 improved.");
    expect(readFileSync(files.partial, "utf8")).toContain("cut short: what is shown is true");
    expect(readFileSync(files.small, "utf8")).not.toContain("cut short");
  });
});

const executable = findChromium();
if (executable === undefined) {
  console.warn("browser tests of measured pages skipped: no Chromium; apt-get install chromium");
}

describe.skipIf(executable === undefined)("in a browser", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch(executable!);
  });
  afterAll(() => browser.close());

  const CHARTS = { large: 8, small: 4, pair: 4, hostile: 4, empty: 0 } as const;

  it.each(Object.keys(CHARTS) as (keyof typeof CHARTS)[])(
    "the %s page draws every chart, quietly",
    async (name) => {
      const from = performance.now();
      const { page, requests, complaints } = await openFile(browser, files[name]);
      const ms = Math.round(performance.now() - from);
      const bytes = readFileSync(files[name]).length;
      if (name === "large") console.info(`page of 200 rows: ${bytes} bytes, drawn after ${ms} ms`);
      for (const width of [360, 1280]) {
        await page.setViewportSize({ width, height: 800 });
        await page.evaluate(() => new Promise((done) => requestAnimationFrame(done)));
        await expect.poll(() => sidewaysPixels(page)).toBe(0);
        const canvases = await drawnCanvases(page);
        expect(canvases.length).toBe(CHARTS[name]);
        for (const canvas of canvases) {
          expect(canvas, `${canvas.id} at ${width}`).toMatchObject({ isInside: true });
          expect(canvas.height, `${canvas.id} at ${width}`).toBeGreaterThanOrEqual(200);
          expect(canvas.drawnShare, `${canvas.id} at ${width}`).toBeGreaterThan(0.004);
        }
      }
      expect({ requests, complaints }).toEqual({ requests: [], complaints: [] });
      await page.context().close();
    },
  );

  it.each(["light", "dark"] as const)("axe finds nothing in %s", async (colorScheme) => {
    const { page } = await openFile(browser, files.pair, { colorScheme });
    expect(await axeViolations(page)).toEqual([]);
    await page.context().close();
  });

  it("walks rows by keyboard, and shows another row closely", async () => {
    const { page } = await openFile(browser, files.large);
    await page.focus('canvas[data-chart="forest-1"]');
    await page.keyboard.press("ArrowDown");
    const reading = page.locator("#forest-1-reading");
    expect(await reading.textContent()).toMatch(
      /^family-1\/bench-1\/ts: ▲ regressed, \+[78]\S*\u00a0%, 95 % interval .*, floor ±2\u00a0%\.$/,
    );
    await page.keyboard.press("ArrowDown");
    expect(await reading.textContent()).toMatch(/= equivalent/);
    await page.keyboard.press("ArrowUp");
    expect(await reading.textContent()).toMatch(/▲ regressed/);
    expect(await page.textContent("#row-distribution-summary")).toContain("family-1/bench-1/ts");
    await page.click("#row-next");
    await expect
      .poll(() => page.textContent("#row-distribution-summary"))
      .toContain("family-3/bench-3/ts");
    await page.focus('canvas[data-chart="row-blocks"]');
    await page.keyboard.press("ArrowRight");
    expect(await page.textContent("#row-blocks-reading")).toMatch(
      /^round 1, warm-up block 1: base/,
    );
    await page.context().close();
  });

  it("gives the record away as it came, and every quad as CSV", async () => {
    const { page } = await openFile(browser, files.small);
    const download = async (button: string): Promise<string> => {
      const [file] = await Promise.all([page.waitForEvent("download"), page.click(button)]);
      return readFileSync(await file.path(), "utf8");
    };
    const text = await download("#download-record");
    expect(text).toBe(renderMeasureRecord(small));
    expect(parseMeasureRecord("it", text)).toEqual(small);
    const lines = (await download("#download-quads")).trimEnd().split("\r\n");
    const blocks = small.rows.flatMap(({ rounds }) =>
      rounds.flatMap(({ quads }) => quads.flatMap(({ ns }) => ns)),
    );
    expect(lines.length).toBe(1 + blocks.length);
    expect(lines[1]).toMatch(/^0a1b2c3d,a\/one,time,1,false,1,(ABBA|BAAB),1,(base|head),[\d.]+$/);
    await page.context().close();
  });

  it("shows its tables with scripts off, prints on A4, and follows dark mode", async () => {
    const plain = await openFile(browser, files.small, { javaScriptEnabled: false });
    const visible = await Promise.all(
      (await plain.page.locator("canvas, button, select").all()).map((each) => each.isVisible()),
    );
    expect(visible).not.toContain(true);
    expect(await plain.page.locator("#verdicts tbody tr").allTextContents()).toHaveLength(2);
    await plain.page.click("#row details > summary");
    expect(await plain.page.locator("#row details table").first().isVisible()).toBe(true);
    await plain.page.context().close();
    const { page } = await openFile(browser, files.small);
    const pixels = (): Promise<string> => page.$eval("canvas", (canvas) => canvas.toDataURL());
    const light = await pixels();
    await page.emulateMedia({ colorScheme: "dark" });
    await expect.poll(pixels).not.toBe(light);
    const pdf = await page.pdf({ format: "A4" });
    const sheets = pdf.toString("latin1").match(/\/Type\s*\/Page\b/g)!.length;
    expect(sheets).toBeGreaterThan(1);
    expect(sheets).toBeLessThan(8);
    await page.context().close();
  });

  it("shows hostile names as text", async () => {
    const { page, requests, complaints } = await openFile(browser, files.hostile);
    const found = await page.evaluate(() => ({
      pwned: "pwned" in globalThis,
      foreign: document.querySelectorAll("img, svg[onload], iframe, [onmouseover], [onerror]")
        .length,
      scripts: document.querySelectorAll("script:not([type])").length,
      controls: /[\u0000-\u0008\u000b-\u001f\u007f\u202e]/.test(document.body.innerText),
    }));
    expect(found).toEqual({ pwned: false, foreign: 0, scripts: 1, controls: false });
    expect(await page.textContent("main")).toContain("<img src=x onerror=window.pwned=1>");
    expect({ requests, complaints }).toEqual({ requests: [], complaints: [] });
    await page.context().close();
  });

  it("says of two records first what differs", async () => {
    const { page } = await openFile(browser, files.pair);
    expect(await page.locator("section").first().getAttribute("id")).toBe("differences");
    expect(await page.locator("#differences tbody tr").allTextContents()).toEqual([
      "statuscompletepartial",
    ]);
    await page.context().close();
  });
});
