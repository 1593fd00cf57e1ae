/**
 * Reports in the states a reader may meet, as pictures to look at: node tools/states.mjs FOLDER
 * Nothing, one trial, a run cut short, 40 runs, long names, sizes and losses, what was lost; at three
 * widths, light and dark. Prints what a page shows too wide or complains of.
 */
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { chromium } from "playwright-core";

const WIDTHS = [360, 768, 1440];
const SCHEMES = ["light", "dark"];
/** A longer picture is shrunk until nothing can be read. */
const SLICE_PIXELS = 2600;

const root = resolve(import.meta.dirname, "..");
const folder = resolve(process.argv[2] ?? join(root, "reports", "states"));
const browsers = [process.env["CHROMIUM_PATH"] ?? "", "/usr/bin/chromium"];
const executablePath = browsers.find((path) => path !== "" && existsSync(path));
if (executablePath === undefined) throw new Error("no Chromium: apt-get install chromium");
mkdirSync(folder, { recursive: true });

const bundle = join(root, "dist", "states.tmp.js");
await build({
  entryPoints: [join(root, "test", "report", "states.ts")],
  outfile: bundle,
  bundle: true,
  format: "esm",
  platform: "node",
  packages: "external",
  logLevel: "warning",
});
const { pages } = await import(pathToFileURL(bundle).href);
rmSync(bundle);

const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu"] });
for (const [name, html] of Object.entries(await pages())) {
  const file = join(folder, `${name}.html`);
  writeFileSync(file, html);
  for (const width of WIDTHS) {
    for (const scheme of SCHEMES) await shoot(file, name, width, scheme);
  }
}
await browser.close();

async function shoot(file, name, width, scheme) {
  const context = await browser.newContext({
    ...{ viewport: { width, height: 1000 }, colorScheme: scheme, offline: true },
    reducedMotion: "reduce",
  });
  const page = await context.newPage();
  const said = [];
  page.on("console", (message) => said.push(message.text()));
  page.on("pageerror", (error) => said.push(String(error)));
  await page.goto(pathToFileURL(file).href);
  await page.waitForSelector("html.ready");
  const wide = await page.evaluate(() => {
    const over = document.documentElement.scrollWidth - innerWidth;
    if (over <= 0) return "";
    const all = [...document.querySelectorAll("main *")];
    const found = all.find(
      (each) => each.getBoundingClientRect().right > innerWidth && !each.closest(".scroll"),
    );
    return `${over} px too wide: ${found?.outerHTML.slice(0, 120) ?? "?"}`;
  });
  const height = await page.evaluate(() => document.documentElement.scrollHeight);
  for (let top = 0, part = 1; top < height; top += SLICE_PIXELS, part++) {
    const clip = { x: 0, y: top, width, height: Math.min(SLICE_PIXELS, height - top) };
    const path = join(folder, `${name}-${width}-${scheme}-${part}.png`);
    await page.screenshot({ path, clip, fullPage: true });
  }
  const words = [wide, ...said].filter((text) => text !== "").join("; ");
  console.log(`${name} ${width} ${scheme}: ${height} px high${words === "" ? "" : `; ${words}`}`);
  await context.close();
}
