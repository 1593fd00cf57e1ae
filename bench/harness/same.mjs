/**
 * `node bench/harness/same.mjs [--runs 20] [--budget 10m] [--only PART] [--out reports/same]`: the A/A
 * study. HEAD is copied and built twice, in two folders; the whole suite is measured, copy against copy, RUNS times, each
 * with a seed of its own. Every regressed row is a false one: the goal is at most 5 % of runs with any.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { builtCopy, root } from "./copies.mjs";

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "20" },
    budget: { type: "string", default: "" },
    only: { type: "string", default: "" },
    out: { type: "string", default: join(root, "reports", "same") },
  },
});
const runs = Number(values.runs);

/** Rows of one run, canaries too. */
function measured(base, head, seed) {
  const budget = values.budget === "" ? [] : ["--budget", values.budget];
  const args = ["compare", base, head, "--only", values.only, "--seed", String(seed), ...budget];
  const found = spawnSync(
    process.execPath,
    [join(root, "dist/cli/main.js"), ...args, "--json", "--quiet", "--out", values.out],
    { encoding: "utf8", maxBuffer: 2 ** 30 },
  );
  if (found.status !== 0 && found.status !== 1)
    throw new Error(`exit ${found.status}: ${found.stderr}`);
  const [header, ...rows] = found.stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  return { header, rows };
}

const folder = mkdtempSync(join(tmpdir(), "hearsay-same-"));
const states = new Map();
let [red, redBefore, moved, judged] = [0, 0, 0, 0];
try {
  const [base, head] = [builtCopy(folder, "one"), builtCopy(folder, "another")];
  for (let run = 1; run <= runs; run++) {
    const start = performance.now();
    const { header, rows } = measured(base, head, run);
    const timed = rows.filter(({ scope }) => scope !== "canary");
    for (const { verdict } of timed) {
      states.set(verdict.state, (states.get(verdict.state) ?? 0) + 1);
    }
    const regressed = timed.filter(({ verdict }) => verdict.state === "regressed");
    // Confirmed or not: what a gate without a second look would have called.
    const suspected = timed.filter(({ rounds }) => rounds.some(({ confirms }) => confirms));
    const isUnstable = header.canaries.some(({ stable }) => !stable);
    if (regressed.length > 0) red++;
    if (suspected.length > 0) redBefore++;
    if (isUnstable) moved++;
    judged += timed.filter(({ verdict }) => verdict.look > 0).length;
    const names = regressed.map(({ id }) => id).join(", ");
    console.log(
      `run ${run}: ${((performance.now() - start) / 1000).toFixed(0)} s, ` +
        `${regressed.length} of ${timed.length} rows red${names === "" ? "" : `: ${names}`}; ` +
        `${suspected.length} were before their confirmation${isUnstable ? "; a canary moved" : ""}`,
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
const told = [...states].map(([state, count]) => `${count} ${state}`).join(", ");
console.log(`rows of ${runs} runs: ${told}; ${judged} reached a look`);
console.log(
  `runs with a red row: ${red} of ${runs} (goal: at most 5 %); before confirmation ${redBefore}; ` +
    `runs in which a canary moved: ${moved}`,
);
process.exitCode = red / runs > 0.05 ? 1 : 0;
