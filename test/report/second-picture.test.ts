/** What was lost, from the engine to the pixels: who was down, cut off, never reached, and the world map. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { InputError } from "../../src/errors.js";
import { recordSchema, type Observed, type RunRecord } from "../../src/history/record.js";
import { buildNetwork } from "../../src/network/build.js";
import { completeNetwork } from "../../src/network/complete.js";
import { buildEnvironment, type EnvironmentSpec } from "../../src/network/environment.js";
import type { Network } from "../../src/network/network.js";
import { countLosses } from "../../src/report/loss-data.js";
import { renderReport } from "../../src/report/page.js";
import { axeViolations, findChromium, launch, openFile, sidewaysPixels } from "./browser.js";
import { makeRecord } from "./fixture.js";
import { observedTrial } from "./observed-trial.js";

const NODES = 2000;
const ROUNDS = { kind: "round", tickMs: 0, periodTicks: 1, timer: "periodic" } as const;
const EVENTS = { kind: "event", tickMs: 10, periodTicks: 20, timer: "periodic" } as const;
const CITIES = { topology: "complete", latency: "cities", lossRatio: 0 } as const;

function within(spec: EnvironmentSpec, network: Network, clock: "round" | "event"): Network {
  const { environment } = buildEnvironment(spec, { nodes: NODES, zones: undefined, clock });
  return { ...network, environment };
}

const CRASHES: EnvironmentSpec = {
  outages: [{ from: 3, until: 8, share: 0.3 }],
  partitions: [{ from: 2, until: 6, share: 0.25 }],
};
const CHURN: EnvironmentSpec = { churn: { law: "weibull", shape: 0.5, session: 30, downtime: 10 } };

describe("a traced trial", () => {
  it.each(["wasm", "ts"] as const)("keeps who was down at each step, on %s", async (backend) => {
    for (const [spec, clock] of [
      [CRASHES, ROUNDS],
      [CHURN, ROUNDS],
      [CHURN, EVENTS],
    ] as const) {
      const plain: Network =
        clock === ROUNDS
          ? completeNetwork(NODES)
          : { ...completeNetwork(NODES), latency: { kind: "constant", ms: 30 } };
      const options = {
        ...{ protocol: "push", nodes: NODES, clock, maxRounds: 25 },
        network: within(spec, plain, clock.kind),
        untilQuiet: true,
      };
      const { observed, result } = await observedTrial(backend, options, 7);
      const counts = countLosses("it", observed.losses!, observed.picture!);
      const { down, cutNodes } = counts;
      // Sessions of a round or two: a few nodes change more often than is kept.
      expect(cutNodes).toBeLessThan(spec === CHURN ? NODES / 20 : 1);
      // A step later than its time: step 1 is the start. Steps of several ticks see their last window.
      const { steps } = observed.picture!;
      const { time, live } = result.series;
      const isEvent = clock === EVENTS;
      const size = isEvent ? Number.parseFloat(observed.picture!.stepUnit) / clock.tickMs : 1;
      expect(time.length).toBeGreaterThan(20);
      for (const [index, at] of time.entries()) {
        const step = isEvent ? 1 + Math.ceil((at - 1) / size) : at + 1;
        const next = time[index + 1];
        const isLast = next === undefined || !isEvent || 1 + Math.ceil((next - 1) / size) > step;
        const off = Math.abs(down[step]! - (NODES - live[index]!));
        if (isLast) expect([step, off <= cutNodes]).toEqual([step, true]);
        expect(step).toBeLessThanOrEqual(steps);
      }
      expect(Math.max(...down)).toBeGreaterThan(NODES / 8);
    }
  });

  it("keeps at which node each message was lost, and changes no digest", async () => {
    const crashes: EnvironmentSpec = { ...CRASHES, outages: [{ from: 3, share: 0.3 }] };
    const network = within(crashes, completeNetwork(NODES), "round");
    const options = { protocol: "push", nodes: NODES, network, maxRounds: 25, untilQuiet: true };
    const [wasm, ts] = await Promise.all([
      observedTrial("wasm", options, 3),
      observedTrial("ts", options, 3),
    ]);
    const lostAt = wasm.field("lostAt");
    const lost = wasm.result.series.lost.reduce((sum, count) => sum + count, 0);
    expect(lost).toBeGreaterThan(NODES);
    // Nothing but down nodes and the cut loses a message here. The last round's are still under way.
    const counted = lostAt.reduce((sum, count) => sum + count, 0);
    expect(counted).toBeGreaterThanOrEqual(lost);
    expect(counted - lost).toBeLessThan(NODES / 3);
    expect(ts.observed).toEqual(wasm.observed);
    const { inlinePlayer } = await import("../../bench/inline-trial.js");
    expect((await inlinePlayer("wasm", options)).play(3).digest).toBe(wasm.result.digest);
  });

  it("is refused when the record says otherwise", async () => {
    const network = within(CRASHES, completeNetwork(NODES), "round");
    const { observed } = await observedTrial(
      "wasm",
      { protocol: "push", nodes: NODES, network },
      1,
    );
    const { losses, picture } = observed;
    for (const broken of [
      { lost: "AAAA" },
      { changes: losses!.lost },
      { cuts: [{ first: 0, end: NODES + 1, from: 1, until: 2 }] },
    ]) {
      expect(() => countLosses("it", { ...losses!, ...broken }, picture!)).toThrow(InputError);
    }
  });
});

const executable = findChromium();
if (executable === undefined) {
  console.warn("browser tests of pictures skipped: no Chromium; apt-get install chromium");
}

describe.skipIf(executable === undefined)("in a browser", () => {
  const folder = mkdtempSync(join(tmpdir(), "hearsay-pictures-"));
  const file = join(folder, "pictures.html");
  const record = makeRecord({ name: "world", mode: "push", nodes: NODES, trials: 2 });
  let browser: Browser;
  let observed: Observed;

  beforeAll(async () => {
    const cities = await buildNetwork(CITIES, NODES, 1);
    const network = within(CRASHES, cities, "event");
    const options = { protocol: "push", nodes: NODES, network, clock: EVENTS };
    ({ observed } = await observedTrial("wasm", { ...options, maxRounds: 7 }, 5));
    const world: RunRecord = recordSchema.parse({ ...record, observed });
    const old = { ...record, schema: "hearsay.record/1" };
    writeFileSync(
      file,
      renderReport([world, recordSchema.parse(old)], { generatedAt: "2026-03-14T09:20:00.000Z" }),
    );
    browser = await launch(executable!);
  });
  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("the second picture shows what was lost at the slider's moment", async () => {
    const { page, complaints } = await openFile(browser, file);
    const { steps } = observed.picture!;
    const counts = countLosses("it", observed.losses!, observed.picture!);
    for (const step of [1, Math.round(steps * 0.6), steps]) {
      await page.fill("#picture-step", String(step));
      const down = Number((await legend(page, "down"))!.replaceAll(",", ""));
      expect(down).toBe(counts.down[step]);
      expect(await pixelsOf(page, [213, 94, 0])).toBe(down);
      const never = Number((await legend(page, "never informed"))!.replaceAll(",", ""));
      expect(await pixelsOf(page, [240, 228, 66])).toBe(never);
      expect(await pixelsOf(page, [86, 180, 233])).toBeLessThanOrEqual(counts.cut[step]!);
    }
    const words = await page.textContent("#picture-table-0 .summary:nth-of-type(2)");
    expect(words).toContain("600 of 2,000 nodes were down at some time");
    await page.selectOption("#losses-mode", "lost");
    expect(await page.textContent("#losses-legend")).toMatch(/none lost.*1 message lost/);
    // An old record has no losses: only who was never informed is shown.
    await page.selectOption("#picture-run", "1");
    await expect.poll(() => page.$eval("#losses-mode", valueOf)).toBe("fates");
    expect(await legend(page, "down")).toBe("0");
    expect(await page.isHidden("#picture-layout")).toBe(true);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it.each([360, 1440])("the map gives each node a pixel of its own at %i px", async (width) => {
    const { page, complaints } = await openFile(browser, file, {
      viewport: { width, height: 900 },
      colorScheme: width === 360 ? "dark" : "light",
    });
    await page.selectOption("#picture-layout", "map");
    await expect.poll(() => page.$eval("#losses-canvas", ratioOf)).toBeCloseTo(2.05, 1);
    const { steps } = observed.picture!;
    const counts = countLosses("it", observed.losses!, observed.picture!);
    for (const step of [Math.round(steps * 0.7), steps]) {
      await page.fill("#picture-step", String(step));
      expect(await pixelsOf(page, [213, 94, 0])).toBe(counts.down[step]);
    }
    expect(await sidewaysPixels(page)).toBe(0);
    expect(await axeViolations(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});

function valueOf(element: Element): string {
  return (element as HTMLSelectElement).value;
}

function ratioOf(element: Element): number {
  const { width, height } = element as HTMLCanvasElement;
  return width / height;
}

/** The figure of an entry: "down: 600" -> "600". */
async function legend(page: Page, text: string): Promise<string | undefined> {
  const entries = await page.locator("#losses-legend li").allTextContents();
  const found = entries.find((entry) => entry.trim().startsWith(`${text}: `));
  return found?.split(": ")[1];
}

/** Pixels of one colour on the second picture. */
function pixelsOf(page: Page, colour: readonly number[]): Promise<number> {
  return page.$eval(
    "#losses-canvas",
    (element, [red, green, blue]) => {
      const { width, height } = element as HTMLCanvasElement;
      const copy = new OffscreenCanvas(width, height).getContext("2d")!;
      copy.drawImage(element as HTMLCanvasElement, 0, 0);
      const { data } = copy.getImageData(0, 0, width, height);
      let count = 0;
      for (let at = 0; at < data.length; at += 4) {
        const isIt = data[at] === red && data[at + 1] === green && data[at + 2] === blue;
        if (isIt && data[at + 3] === 255) count++;
      }
      return count;
    },
    colour,
  );
}
