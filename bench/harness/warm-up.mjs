/**
 * `node bench/harness/warm-up.mjs [--only PART] [--busy MS]`: how long an arm has to run before its times are those of a
 * warm one. A fresh process of every arm of ours takes turns, ABBA, with a twin that has run for 1.2 s: the twin
 * shares the machine's moods, so that ln(fresh / warm) is warm-up alone. Bins are the fresh side's own busy time.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { Child, median } from "./child.mjs";
import { root } from "./copies.mjs";

const { values } = parseArgs({
  options: { only: { type: "string", default: "" }, busy: { type: "string", default: "700" } },
});
const busyMs = Number(values.busy);
/** Milliseconds that the twin runs before. */
const TWIN_MS = 1200;
const EDGES = [0, 15, 30, 60, 100, 150, 200, 300, 450, busyMs];

/** ln(fresh / warm), by the edges' bins. */
async function curve(bench, arm) {
  const [warm, fresh] = [new Child(), new Child()];
  try {
    const source = { root, bench, arm, smallest: false };
    for (const side of [warm, fresh]) await side.ask({ ask: "prepare", source });
    const { calls } = await warm.ask({ ask: "calibrate" });
    const block = { ask: "block", calls, collects: false };
    for (let ms = 0; ms < TWIN_MS;) ms += ((await warm.ask(block)).block.ns * calls) / 1e6;
    const bins = EDGES.map(() => []);
    for (let ms = 0; ms < busyMs;) {
      const before = (await warm.ask(block)).block.ns;
      const ours = [(await fresh.ask(block)).block.ns, (await fresh.ask(block)).block.ns];
      const after = (await warm.ask(block)).block.ns;
      const bin = EDGES.findLastIndex((edge) => edge <= ms);
      bins[bin].push((Math.log(ours[0] * ours[1]) - Math.log(before * after)) / 2);
      ms += ((ours[0] + ours[1]) * calls) / 1e6;
    }
    return bins.slice(0, -1).map(median);
  } finally {
    warm.stop();
    fresh.stop();
  }
}

const { kernelBenches } = await import(join(root, "dist/bench/kernels.js"));
const curves = [];
console.log(`% slower than the warm twin, from ms of busy time: ${EDGES.slice(0, -1).join(" ")}`);
for (const { id } of kernelBenches) {
  for (const arm of ["wasm", "ts"]) {
    if (!`${id}/${arm}`.includes(values.only)) continue;
    const found = await curve(id, arm);
    curves.push(found);
    const cells = found.map((value) => (100 * value).toFixed(1).padStart(7));
    console.log(`${`${id}/${arm}`.padEnd(38)}${cells.join("")}`);
  }
}
for (const [bin, edge] of EDGES.slice(0, -1).entries()) {
  const off = curves.map((found) => Math.abs(found[bin])).filter((value) => !Number.isNaN(value));
  const within = (limit) =>
    Math.round((100 * off.filter((value) => value < limit).length) / off.length);
  console.log(
    `from ${edge} ms: within 1 %: ${within(0.01)} % of ${off.length} arms; within 2 %: ${within(0.02)} %; ` +
      `median ${(100 * median(off)).toFixed(2)} %`,
  );
}
