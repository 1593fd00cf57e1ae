/** Each chart as SVG: well-formed, text as text, and drawn as on the canvas. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { renderReport } from "../../src/report/page.js";
import { findChromium, launch, openFile } from "./browser.js";
import { demoRecords, manyRecords, suiteRecords } from "./fixture.js";

const executable = findChromium();
if (executable === undefined) {
  console.warn("browser tests of SVG skipped: no Chromium; apt-get install chromium");
}

describe.skipIf(executable === undefined)("charts as SVG", () => {
  const folder = mkdtempSync(join(tmpdir(), "hearsay-svg-"));
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch(executable!);
  });
  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it.each([
    ["demo", () => demoRecords(400, 3)],
    ["suite", suiteRecords],
    ["many", () => manyRecords(14)],
  ] as const)("of the %s page", async (name, records) => {
    const file = join(folder, `${name}.html`);
    writeFileSync(file, renderReport(records(), { generatedAt: "2026-03-14T09:20:00.000Z" }));
    const { page, complaints } = await openFile(browser, file);
    const ids = await page.$$eval("canvas[data-chart]", (all) =>
      all.map((canvas) => (canvas as HTMLElement).dataset["chart"]!),
    );
    expect(ids.length).toBeGreaterThan(8);
    await page.evaluate(keepSaved);
    for (const id of ids) {
      await page.$eval(`#${id}-data`, (details) => ((details as HTMLDetailsElement).open = true));
      await page.click(`#${id}-data button:text("SVG")`);
      const text = await page.evaluate(savedText, `${id}.svg`);
      const [seen, drawn] = await page.evaluate(inspect, { text, id });
      const title = await page.textContent(`#${id}-title`);
      expect(seen!.error, id).toBe("");
      expect(seen!.texts, id).toContain(title);
      expect(seen!.texts.filter((each) => /\d/.test(each)).length, id).toBeGreaterThan(2);
      // The canvas without its paper, title and key draws as many pixels, give or take edges.
      expect(seen!.ink / drawn!.ink, id).toBeGreaterThan(0.6);
      expect(seen!.ink / drawn!.ink, id).toBeLessThan(1.7);
      expect(text, id).not.toMatch(/NaN|undefined|style=/);
    }
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});

/** Files that the page saves are kept in it: dozens of downloads take a browser's time. */
function keepSaved(): void {
  const saved = ((globalThis as { saved?: Map<string, Blob> }).saved = new Map<string, Blob>());
  let last: Blob | undefined;
  URL.createObjectURL = (blob) => {
    last = blob as Blob;
    return "blob:kept";
  };
  HTMLAnchorElement.prototype.click = function (this: HTMLAnchorElement) {
    saved.set(this.download, last!);
  };
}

function savedText(name: string): Promise<string> {
  return (globalThis as { saved?: Map<string, Blob> }).saved!.get(name)!.text();
}

interface Seen {
  readonly error: string;
  readonly texts: string[];
  readonly ink: number;
}

/** What stands in an SVG, and how many pixels differ from the paper; of the canvas the same. */
async function inspect({ text, id }: { text: string; id: string }): Promise<Seen[]> {
  const parsed = new DOMParser().parseFromString(text, "image/svg+xml");
  const error = parsed.querySelector("parsererror")?.textContent ?? "";
  const texts = [...parsed.querySelectorAll("text")].map((each) => each.textContent);
  const inkOf = (source: CanvasImageSource, width: number, height: number, top = 0): number => {
    const ctx = new OffscreenCanvas(width, height + top).getContext("2d")!;
    ctx.fillStyle = "#fdfdfc";
    ctx.fillRect(0, 0, width, height + top);
    ctx.drawImage(source, 0, 0);
    const { data } = ctx.getImageData(0, top, width, height);
    let ink = 0;
    for (let at = 0; at < data.length; at += 4) {
      if (data[at]! < 200 || data[at + 1]! < 200 || data[at + 2]! < 200) ink++;
    }
    return ink;
  };
  const image = new Image();
  image.src = `data:image/svg+xml,${encodeURIComponent(text)}`;
  await image.decode();
  const canvas = document.querySelector<HTMLCanvasElement>(`canvas[data-chart="${id}"]`)!;
  // Below the title, and as high as the canvas: the key is not on that.
  const svgInk = inkOf(image, image.width, canvas.height, 46);
  return [
    { error, texts, ink: svgInk },
    { error: "", texts: [], ink: inkOf(canvas, canvas.width, canvas.height) },
  ];
}
