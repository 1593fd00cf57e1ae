/** A Chromium to look at pages with, where the machine has one, and what such a page may not do. */
import { accessSync, constants, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, join } from "node:path";
import type axeCore from "axe-core";
import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright-core";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const SWITCHES = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
  "--disable-quic",
];

/** CHROMIUM_PATH, else what the PATH offers. */
export function findChromium(): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  const candidates = [
    process.env["CHROMIUM_PATH"] ?? "",
    ...NAMES.map((name) => `/usr/bin/${name}`),
    ...NAMES.flatMap((name) => folders.map((folder) => join(folder, name))),
  ];
  return candidates.find((file) => {
    try {
      if (file !== "") accessSync(file, constants.X_OK);
      return file !== "";
    } catch {
      return false;
    }
  });
}

export function launch(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, args: SWITCHES });
}

export interface Watched {
  readonly page: Page;
  /** Requests for anything but the page's own file and what stands in it. */
  readonly requests: string[];
  /** Console errors and warnings, uncaught errors, violations of the page's policy. */
  readonly complaints: string[];
}

/** Opens a file as a reader does: from disk, without a network; waits until all is drawn. */
export async function openFile(
  browser: Browser,
  file: string,
  options: BrowserContextOptions = {},
): Promise<Watched> {
  const context = await browser.newContext({ offline: true, ...options });
  const page = await context.newPage();
  const requests: string[] = [];
  const complaints: string[] = [];
  const own = `file://${file}`;
  page.on("request", (request) => {
    if (request.url() !== own && !/^(data|blob):/.test(request.url())) requests.push(request.url());
  });
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  await page.addInitScript(() => {
    addEventListener("securitypolicyviolation", (event) => {
      console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`);
    });
  });
  await page.goto(own);
  if (options.javaScriptEnabled !== false) await page.waitForSelector("html.ready");
  return { page, requests, complaints };
}

/** Pixels by which the page can be moved sideways: none, at any width. */
export function sidewaysPixels(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
}

export interface DrawnCanvas {
  readonly id: string;
  readonly height: number;
  readonly isInside: boolean;
  /** Share of pixels that are not transparent. */
  readonly drawnShare: number;
}

/** Every canvas that the page shows, with what stands on it. */
export function drawnCanvases(page: Page): Promise<DrawnCanvas[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll("canvas")]
      .filter((canvas) => canvas.getClientRects().length > 0)
      .map((canvas) => {
        const { left, right, height } = canvas.getBoundingClientRect();
        // Read from a copy: reading a canvas itself makes the browser warn, and slows its drawing.
        const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d")!;
        copy.drawImage(canvas, 0, 0);
        const { data } = copy.getImageData(0, 0, canvas.width, canvas.height);
        let drawn = 0;
        for (let at = 3; at < data.length; at += 4) if (data[at] !== 0) drawn++;
        return {
          id: canvas.dataset["chart"] ?? canvas.id,
          height,
          isInside: left >= 0 && right <= innerWidth,
          drawnShare: (drawn * 4) / data.length,
        };
      }),
  );
}

/** Violations of the rules of accessibility: the rule and the first element that breaks it. */
export async function axeViolations(page: Page): Promise<string[]> {
  await page.evaluate(
    readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8"),
  );
  return page.evaluate(async () => {
    const { run } = (globalThis as unknown as { axe: typeof axeCore }).axe;
    const results = await run();
    return results.violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ""}`);
  });
}
