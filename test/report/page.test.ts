/** The report as a reader meets it: drawn, offline, readable without scripts, safe with any names. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inflateRawSync } from "node:zlib";
import { HtmlValidate } from "html-validate";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Picture, RunRecord } from "../../src/history/record.js";
import { renderCsv } from "../../src/report/csv.js";
import { gilbertCells } from "../../src/report/gilbert.js";
import { renderIndex } from "../../src/report/index-page.js";
import { renderReport } from "../../src/report/page.js";
import { readHeading } from "../../src/report/read-heading.js";
import {
  axeViolations,
  drawnCanvases,
  findChromium,
  launch,
  openFile,
  sidewaysPixels,
} from "./browser.js";
import {
  demoRecords,
  HOSTILE_TEXTS,
  hostileRecord,
  makeRecord,
  manyRecords,
  partialRecord,
  suiteRecords,
  withLargePicture,
} from "./fixture.js";

const GENERATED_AT = "2026-03-14T09:20:00.000Z";
const WIDTHS = [360, 768, 1440];
const PAGE_BYTES_MAX = 4_000_000;
/** Colour of nodes that are not informed, as ImageData has it: alpha, blue, green, red. */
const GROUND = 0xff1c1410;

const folder = mkdtempSync(join(tmpdir(), "hearsay-report-"));
const demo = demoRecords(3000, 4);
const suite = suiteRecords();
/** The same protocol without and with loss, the second on another machine. */
const pair = [0, 0.3].map((lossRatio, index) => {
  const settings = { name: "push", mode: "push", nodes: 600, trials: 5, lossRatio } as const;
  const record = makeRecord(settings);
  const environment = { ...record.environment, cpu: `CPU ${index}`, class: `class${index}` };
  return { ...record, environment };
});
const isCompared = ({ scenario }: RunRecord): boolean =>
  scenario.nodes === 512 && scenario.network["lossRatio"] === 0;
const hostile = HOSTILE_TEXTS.map(hostileRecord);

function written(name: string, records: readonly RunRecord[]): string {
  const file = join(folder, name);
  writeFileSync(file, renderReport(records, { generatedAt: GENERATED_AT }));
  return file;
}

const files = {
  demo: written("demo.html", demo),
  many: written("many.html", manyRecords(40)),
  suite: written("suite.html", suite),
  pair: written("pair.html", pair),
  partial: written("partial.html", [partialRecord()]),
  hostile: written("hostile.html", hostile),
  empty: written("empty.html", []),
};

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("the markup", () => {
  it.each(Object.entries(files))("of the %s page is valid", async (_, file) => {
    const validator = new HtmlValidate({
      extends: ["html-validate:recommended"],
      // Style of writing, not validity.
      rules: { "no-trailing-whitespace": "off", "long-title": "off" },
    });
    const { results } = await validator.validateString(readFileSync(file, "utf8"));
    const messages = results.flatMap(({ messages: all }) =>
      all.map(({ ruleId, line, message }) => `${line}: ${ruleId} ${message}`),
    );
    expect([...new Set(messages)].slice(0, 10)).toEqual([]);
  });

  it("asks for nothing outside the file, and has no inline style or handler", () => {
    // Hostile texts name such attributes themselves; the browser looks through that page below.
    for (const file of [files.demo, files.many, files.partial, files.empty]) {
      const html = readFileSync(file, "utf8").replace(/<(script|style)[^]*?<\/\1>/g, "");
      expect(html).not.toMatch(/<[^>]+\s(?:src|style|on\w+)=/);
      expect(html).not.toMatch(/\shref="(?!#|data:|\.\/)/);
      expect(html).toContain("default-src 'none'");
      expect(html).not.toMatch(/(?<!'wasm-)unsafe|\bhttps?:\/\/(?!www\.w3\.org\/2000\/svg)/);
    }
  });

  it("is the same for the same records", () => {
    expect(renderReport(demo, { generatedAt: GENERATED_AT })).toBe(
      readFileSync(files.demo, "utf8"),
    );
  });
});

const executable = findChromium();
if (executable === undefined) {
  console.warn("browser tests of the report skipped: no Chromium; apt-get install chromium");
}

describe.skipIf(executable === undefined)("in a browser", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch(executable!);
  });
  afterAll(() => browser.close());

  it.each(Object.keys(files) as (keyof typeof files)[])(
    "the %s page draws every chart at every width, quietly",
    async (name) => {
      const { page, requests, complaints } = await openFile(browser, files[name], {
        viewport: { width: WIDTHS[0]!, height: 800 },
      });
      for (const width of name === "demo" ? WIDTHS : [360, 1440]) {
        await page.setViewportSize({ width, height: 800 });
        await page.evaluate(() => new Promise((done) => requestAnimationFrame(done)));
        await expect.poll(() => sidewaysPixels(page)).toBe(0);
        const canvases = await drawnCanvases(page);
        expect(canvases.length).toBe(
          { demo: 14, many: 13, suite: 14, pair: 12, partial: 6, hostile: 12, empty: 0 }[name],
        );
        for (const canvas of canvases) {
          expect(canvas, `${canvas.id} at ${width}`).toMatchObject({ isInside: true });
          expect(canvas.height, `${canvas.id} at ${width}`).toBeGreaterThanOrEqual(200);
          expect(canvas.drawnShare, `${canvas.id} at ${width}`).toBeGreaterThan(0.004);
        }
      }
      expect(requests).toEqual([]);
      expect(complaints).toEqual([]);
      await page.context().close();
    },
  );

  it.each(["light", "dark"] as const)("axe finds nothing in %s", async (colorScheme) => {
    for (const file of [files.demo, files.partial]) {
      const { page } = await openFile(browser, file, { colorScheme });
      expect(await axeViolations(page)).toEqual([]);
      await page.context().close();
    }
  });

  it("follows the reader's dark mode, and prints in light", async () => {
    const { page } = await openFile(browser, files.demo, { colorScheme: "light" });
    const light = await canvasText(page, "coverage-round");
    await page.emulateMedia({ colorScheme: "dark" });
    await expect.poll(() => canvasText(page, "coverage-round")).not.toBe(light);
    await page.emulateMedia({ media: "print" });
    expect(await misfits(page)).toEqual([]);
    const pdf = await page.pdf({ format: "A4" });
    expect(pdf.subarray(0, 5).toString()).toBe("%PDF-");
    expect(pdf.toString("latin1").match(/\/Type\s*\/Page\b/g)!.length).toBeGreaterThan(2);
    await page.emulateMedia({ media: "screen" });
    await page.evaluate(() => dispatchEvent(new Event("beforeprint")));
    expect(await canvasText(page, "coverage-round")).toBe(light);
    await page.context().close();
  });

  it("paints each node where and when it was informed, and the scrubber moves the time", async () => {
    const { page } = await openFile(browser, files.demo);
    for (const [index, record] of demo.entries()) {
      const picture = record.observed!.picture!;
      await page.selectOption("#picture-run", String(index));
      await expect
        .poll(() => page.getAttribute("#picture-step", "max"))
        .toBe(String(picture.steps));
      const middle = Math.round(picture.steps * 0.6);
      for (const step of [picture.steps, middle, 1]) {
        await page.fill("#picture-step", String(step));
        expect(await informedNodes(page)).toEqual(expectedNodes(picture, step));
      }
    }
    await page.context().close();
  });

  it("plays by itself, and step by step where motion is to be reduced", async () => {
    const { page } = await openFile(browser, files.demo, { reducedMotion: "no-preference" });
    const step = (): Promise<number> =>
      page.$eval("#picture-step", (input) => Number((input as HTMLInputElement).value));
    const last = await step();
    await page.click("#picture-play");
    await expect.poll(step).toBeGreaterThan(2);
    expect(await page.textContent("#picture-play")).toBe("Pause");
    await page.click("#picture-play");
    const paused = await step();
    expect(paused).toBeLessThan(last);
    await page.emulateMedia({ reducedMotion: "reduce" });
    await page.click("#picture-play");
    expect(await step()).toBe(paused + 1);
    await page.waitForTimeout(600);
    expect(await step()).toBe(paused + 1);
    await page.context().close();
  });

  it("is reached by keyboard: charts read their points, the slider moves the picture", async () => {
    const { page } = await openFile(browser, files.demo);
    const reached = new Set<string>();
    for (let press = 0; press < 60; press++) {
      await page.keyboard.press("Tab");
      reached.add(
        await page.evaluate(() => {
          const { id, dataset } = document.activeElement as HTMLElement;
          return id === "" ? (dataset["chart"] ?? "") : id;
        }),
      );
    }
    for (const id of ["coverage-round", "load", "speedup", "picture-step", "picture-play"]) {
      expect([...reached]).toContain(id);
    }
    await page.focus('canvas[data-chart="coverage-round"]');
    await page.keyboard.press("End");
    const reading = page.locator("#coverage-round-reading");
    expect(await reading.textContent()).toMatch(/^push, round: \d+: 100\u00a0%\.$/);
    await page.keyboard.press("ArrowDown");
    expect(await reading.textContent()).toMatch(/^pull, round: \d+: /);
    await page.keyboard.press("Home");
    await page.keyboard.press("ArrowRight");
    expect(await reading.textContent()).toMatch(/^pull, round: 1: 0\.\d+\u00a0%\.$/);
    await page.keyboard.press("Escape");
    expect(await reading.textContent()).toBe("");

    await page.focus('canvas[data-chart="speedup"]');
    await page.keyboard.press("Home");
    const { ratio } = demo[0]!.comparison.speedup!;
    expect(await page.textContent("#speedup-reading")).toContain(
      `push: ${Number(ratio.toPrecision(3))}×, 95 % interval`,
    );

    await page.focus("#picture-step");
    const before = await informedNodes(page);
    await page.keyboard.press("Home");
    expect((await informedNodes(page)).length).toBe(1);
    expect(before.length).toBe(3000);
    await page.context().close();
  });

  it("names points beside their marks or by number, and reads them by keyboard", async () => {
    const { page } = await openFile(browser, files.suite, {
      viewport: { width: 1440, height: 900 },
    });
    const id = "trade-off-round-512";
    const names = await page.locator(`#${id}-names li`).allTextContents();
    expect(names).toEqual(suite.filter(isCompared).map(({ scenario }) => scenario.name));
    expect(await page.locator(`#${id}-names`).isVisible()).toBe(false);
    await page.focus(`canvas[data-chart="${id}"]`);
    await page.keyboard.press("ArrowRight");
    expect(await page.textContent(`#${id}-reading`)).toMatch(
      /^push-512: \S+ rounds to 99\.9 %, .* per node, nobody missed\.$/,
    );
    await page.focus('canvas[data-chart="growth-round"]');
    await page.keyboard.press("End");
    expect(await page.textContent("#growth-round-reading")).toMatch(
      /^push, 512 nodes: \S+ rounds, 95 % interval \S+ to \S+, 3 trials\.$/,
    );
    const captions = await page.locator("caption").allTextContents();
    expect(new Set(captions).size).toBe(captions.length);
    await page.context().close();
  });

  it("gives the records away as they came, as JSON and as CSV", async () => {
    const { page } = await openFile(browser, files.demo);
    const download = async (button: string): Promise<string> => {
      const [file] = await Promise.all([page.waitForEvent("download"), page.click(button)]);
      return readFileSync(await file.path(), "utf8");
    };
    expect(JSON.parse(await download("#download-json"))).toEqual(demo);
    expect(await download("#download-csv")).toBe(renderCsv(demo));
    expect((await download("#picture-save")).slice(1, 4)).toBe("PNG");
    await page.click("#coverage-round-data > summary");
    const [png, csv] = ["PNG", "CSV"].map((name) => `#coverage-round-data button:text("${name}")`);
    expect((await download(png!)).slice(1, 4)).toBe("PNG");
    const rows = (await download(csv!)).trimEnd().split("\r\n");
    expect(rows[0]).toBe("Round,push,pull,push-pull");
    expect(rows.at(-1)).toMatch(/^\d+,100\u00a0%/);
    await page.context().close();
  });

  it("shows its tables with scripts off, and nothing that is dead then", async () => {
    const { page } = await openFile(browser, files.demo, { javaScriptEnabled: false });
    const visible = async (selector: string): Promise<number> =>
      (
        await Promise.all((await page.locator(selector).all()).map((each) => each.isVisible()))
      ).filter(Boolean).length;
    expect(await visible("canvas, button, select, input")).toBe(0);
    expect(await visible("#spread > .scroll table")).toBe(2);
    expect(await visible("#cost > .scroll table")).toBe(1);
    expect(await visible("#backends > .scroll table")).toBe(1);
    expect(await visible("#metrics table")).toBe(4);
    expect(await visible("#coverage-round-data table")).toBe(0);
    await page.click("#coverage-round-data > summary");
    expect(await visible("#coverage-round-data table")).toBe(1);
    await page.context().close();
  });

  it("shows hostile names as text", async () => {
    const { page, requests, complaints } = await openFile(browser, files.hostile);
    const found = await page.evaluate(() => ({
      pwned: "pwned" in globalThis,
      foreign: document.querySelectorAll("img, svg[onload], iframe, [onmouseover], [onerror]")
        .length,
      scripts: document.querySelectorAll("script:not([type])").length,
      text: document.querySelector("main")!.textContent,
      controls: /[\u0000-\u0008\u000b-\u001f\u007f\u202e]/.test(document.body.innerText),
    }));
    expect(found).toMatchObject({ pwned: false, foreign: 0, scripts: 1, controls: false });
    expect(found.text).toContain("<img src=x onerror=window.pwned=1>");
    expect(requests).toEqual([]);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it("stays under 4 MB with four pictures of a million nodes, and opens at once", async () => {
    const records = demoRecords(20_000, 1).map((record) => withLargePicture(record, 1_000_000));
    const million = written("million.html", records);
    const bytes = readFileSync(million).length;
    expect(bytes).toBeLessThan(PAGE_BYTES_MAX);
    const from = performance.now();
    const { page, complaints } = await openFile(browser, million);
    const ms = Math.round(performance.now() - from);
    console.info(`report of 4 x 1,000,000 nodes: ${bytes} bytes, drawn after ${ms} ms`);
    expect(await page.locator("#picture-panel").count()).toBe(1);
    expect(await page.locator("#picture-run option").count()).toBe(4);
    expect(await groundShare(page)).toBe(0);
    await page.fill("#picture-step", "1");
    expect(await groundShare(page)).toBeGreaterThan(0.99);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it("the sample that the README links is small, quiet, and runs trials", async () => {
    const root = join(import.meta.dirname, "../..");
    expect(readFileSync(join(root, "README.md"), "utf8")).toContain("](reports/sample.html)");
    const sample = join(root, "reports", "sample.html");
    expect(readFileSync(sample).length).toBeLessThan(PAGE_BYTES_MAX);
    const { page, requests, complaints } = await openFile(browser, sample);
    expect(await page.locator("#picture-run option").count()).toBe(5);
    await page.fill("#try-nodes", "1000");
    await page.click("#try-run");
    await page.waitForSelector("#try-digest");
    expect({ requests, complaints }).toEqual({ requests: [], complaints: [] });
    await page.context().close();
  });

  it("says of two runs first what differs, then each measure with its verdict", async () => {
    const { page } = await openFile(browser, files.pair);
    expect(await page.locator("section").first().getAttribute("id")).toBe("changes");
    expect(await page.textContent("#changes .lead")).toBe(
      "The scenarios differ in network lossRatio. Machine or build differ in cpu, class, so wall times are not compared.",
    );
    const settings = page.locator("#changes > .scroll tbody tr");
    expect(await settings.allTextContents()).toEqual([
      "network lossRatio00.3",
      "cpuCPU 0CPU 1",
      "classclass0class1",
    ]);
    await page.click("#change-ratios-data > summary");
    const row = async (name: string): Promise<string> =>
      (await page
        .locator("#change-ratios-data tbody tr", { hasText: name })
        .first()
        .textContent())!;
    expect(await row("Rounds to 99")).toMatch(/×▲ higher$/);
    expect(await row("Coverage")).toMatch(/= the same$/);
    expect(await row("Wall time of a trial")).toMatch(/not compared: other machine$/);
    await page.context().close();
  });

  it("finds title, time and sentence in a page it has written", () => {
    const html = renderReport(demo, { generatedAt: GENERATED_AT, title: "a <b> & 'c'" });
    expect(readHeading(html)).toEqual({
      title: "a <b> & 'c'",
      createdAt: GENERATED_AT,
      sentence: expect.stringMatching(/^Push-pull was the fastest of 3 runs .*\.$/),
    });
    expect(readHeading("<h1>Another page</h1>")).toBeUndefined();
  });

  it("lists reports in an index without a script", async () => {
    const file = join(folder, "index.html");
    const title = "</title><img src=x>";
    writeFileSync(
      file,
      renderIndex([
        { file: "demo.html", title, createdAt: "2026-03-14T09:20:00Z", sentence: "Old." },
        { file: "a b#.html", title: "New", createdAt: "2026-03-15T09:20:00Z", sentence: "New." },
      ]),
    );
    const { page, complaints } = await openFile(browser, file, { javaScriptEnabled: false });
    expect(await page.locator("h2 a").allTextContents()).toEqual(["New", title]);
    await page.locator("h2 a", { hasText: "img" }).click();
    await page.waitForURL(/demo\.html$/);
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});

/** Charts that are squeezed, or reach out of their place. */
function misfits(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll<HTMLCanvasElement>("canvas[data-chart]")]
      .filter((canvas) => {
        const own = canvas.getBoundingClientRect();
        const place = canvas.parentElement!.getBoundingClientRect();
        const squeezed = own.width / own.height / (canvas.width / canvas.height);
        const isInside = own.bottom <= place.bottom + 1 && own.right <= place.right + 1;
        return !isInside || Math.abs(squeezed - 1) > 0.02;
      })
      .map((canvas) => canvas.dataset["chart"] ?? ""),
  );
}

function canvasText(page: Page, id: string): Promise<string> {
  return page.$eval(`canvas[data-chart="${id}"]`, (canvas) =>
    (canvas as HTMLCanvasElement).toDataURL(),
  );
}

/** Cells of the picture that are neither empty nor of the ground's colour, ascending. */
function informedNodes(page: Page): Promise<number[]> {
  return page.$eval(
    "#picture-canvas",
    (element, ground) => {
      const canvas = element as HTMLCanvasElement;
      const { width, height } = canvas;
      const copy = new OffscreenCanvas(width, height).getContext("2d", {
        willReadFrequently: true,
      })!;
      copy.drawImage(canvas, 0, 0);
      const { data } = copy.getImageData(0, 0, width, height);
      const pixels = new Uint32Array(data.buffer);
      const cells: number[] = [];
      pixels.forEach((pixel, cell) => {
        if (pixel !== 0 && pixel !== ground) cells.push(cell);
      });
      return cells;
    },
    GROUND,
  );
}

/** Share of the picture's cells in the ground's colour: cheaper to send than a million cells. */
function groundShare(page: Page): Promise<number> {
  return page.$eval(
    "#picture-canvas",
    (element, ground) => {
      const { width, height } = element as HTMLCanvasElement;
      const copy = new OffscreenCanvas(width, height).getContext("2d")!;
      copy.drawImage(element as HTMLCanvasElement, 0, 0);
      const pixels = new Uint32Array(copy.getImageData(0, 0, width, height).data.buffer);
      return pixels.filter((pixel) => pixel === ground).length / pixels.length;
    },
    GROUND,
  );
}

function expectedNodes({ data, order, width, height }: Picture, step: number): number[] {
  const values = inflateRawSync(Buffer.from(data, "base64"));
  const cells = gilbertCells(width, height);
  const informed: number[] = [];
  values.forEach((value, node) => {
    if (value >= 1 && value <= step) informed.push(order === "id" ? node : cells[node]!);
  });
  return informed.sort((a, b) => a - b);
}
