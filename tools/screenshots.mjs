/** Screenshots of the sample report for docs/, by the system's Chromium: node tools/screenshots.mjs */
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { chromium } from "playwright-core";

const root = resolve(import.meta.dirname, "..");
const sample = join(root, "reports", "sample.html");
const browsers = [
  process.env["CHROMIUM_PATH"] ?? "",
  "/usr/bin/chromium",
  "/usr/bin/google-chrome",
];

/** `choose`, `step`: selections by id, and the slider. `run`: a trial is played in the page first. `part`: only that element, `tall`: no more than its first pixels. */
const SHOTS = [
  { file: "report.png", width: 1440, height: 1060, scheme: "light" },
  {
    file: "report-try.png",
    width: 768,
    height: 2600,
    scheme: "dark",
    part: "#try",
    tall: 1500,
    run: true,
  },
  { file: "report-picture.png", width: 360, height: 1200, scheme: "light", part: "#picture-panel" },
  {
    file: "report-map.png",
    width: 1000,
    height: 1000,
    scheme: "dark",
    part: "#picture-panel",
    choose: { "picture-run": "4", "picture-layout": "map" },
    step: "150",
  },
];

const executablePath = browsers.find((path) => path !== "" && existsSync(path));
if (executablePath === undefined) throw new Error("no Chromium: apt-get install chromium");
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
for (const { file, width, height, scheme, part, tall, run, choose, step } of SHOTS) {
  const context = await browser.newContext({
    viewport: { width, height },
    colorScheme: scheme,
    offline: true,
  });
  const page = await context.newPage();
  await page.goto(`file://${sample}`);
  await page.waitForSelector("html.ready");
  if (run === true) {
    await page.click("#try-run");
    await page.waitForSelector("#try-status:not(:empty)");
  }
  for (const [id, value] of Object.entries(choose ?? {})) {
    await page.selectOption(`#${id}`, value);
    await page.waitForTimeout(1500);
  }
  if (step !== undefined) await page.fill("#picture-step", step);
  const path = join(root, "docs", file);
  if (part === undefined) await page.screenshot({ path });
  else {
    // A noise of a million pixels would make megabytes of PNG: `tall` leaves it out.
    const box = await page.locator(part).boundingBox();
    const scrolled = await page.evaluate(() => scrollY);
    const rows = Math.min(box.height, tall ?? Infinity);
    const clip = { ...box, y: box.y + scrolled, height: rows };
    await page.screenshot({ path, clip, fullPage: true });
  }
  console.log(`docs/${file}`);
  await context.close();
}
await browser.close();
