/**
 * `node bench/harness/detect.mjs [--change 0] [--runs 10] [--only random/raw-words/ts] [--quads 20]`: how often a
 * change of CHANGE % is called a regression, by the paired sampler and by tinybench, one side after the
 * other. HEAD is copied and built twice, in two folders; the second copy's TypeScript rawWords gets a real
 * extra loop over CHANGE % of its words. --change 0 is the A/A study: every red is a false one.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const root = resolve(fileURLToPath(import.meta.url), "../../..");
const { values } = parseArgs({
  options: {
    change: { type: "string", default: "0" },
    runs: { type: "string", default: "10" },
    only: { type: "string", default: "random/raw-words/ts" },
    quads: { type: "string", default: "20" },
  },
});
const change = Number(values.change);
const runs = Number(values.runs);
/** What a common gate does: red when the mean rose by more than this. */
const SEQUENTIAL_LIMIT = 0.02;

/** A loop of the same steps as the lanes', over words that are written again afterwards. */
const EXTRA = `
  let e = 1, f = 2, g = 3, h = 4;
  for (let p = first; p < first + count * ${change / 100}; p++) {
    const extra = (e + h) | 0;
    words[p] = (((extra << 7) | (extra >>> 25)) + e) | 0;
    const s = f << 9;
    g ^= e; h ^= f; f ^= g; e ^= h; g ^= s;
    h = (h << 11) | (h >>> 21);
  }
`;

function builtCopy(folder, name, isSlower) {
  const copy = join(folder, name);
  execFileSync("git", ["clone", "--quiet", root, copy]);
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"), "dir");
  if (isSlower) {
    const file = join(copy, "src/kernels/random.ts");
    const text = readFileSync(file, "utf8");
    const place = "  const end = first + count;\n";
    if (text.split(place).length !== 2) throw new Error("rawWords looks different: mend detect.mjs");
    writeFileSync(file, text.replace(place, place + EXTRA));
  }
  execFileSync(process.execPath, ["tools/build/build.mjs", "--force"], { cwd: copy, stdio: "ignore" });
  return copy;
}

/** Mean time of one run in a fresh process, by tinybench. */
function sequentialMean(copy) {
  const [bench, arm] = [values.only.split("/").slice(0, 2).join("/"), values.only.split("/")[2]];
  const text = `
    import { Bench } from "tinybench";
    import { kernelBenches } from ${JSON.stringify(join(copy, "dist/bench/kernels.js"))};
    const declared = kernelBenches.find(({ id }) => id === ${JSON.stringify(bench)});
    const { arms } = await declared.prepare(declared.headlineSize);
    const task = new Bench({ time: 500 });
    task.add("arm", () => arms.find(({ name }) => name === ${JSON.stringify(arm)}).run());
    task.runSync();
    console.log(task.tasks[0].result.latency.mean);`;
  const args = ["--input-type=module", "--eval", text];
  return Number(execFileSync(process.execPath, args, { cwd: root, encoding: "utf8" }));
}

const folder = mkdtempSync(join(tmpdir(), "hearsay-detect-"));
try {
  const base = builtCopy(folder, "base", false);
  const head = builtCopy(folder, "head", change > 0);
  const red = { paired: 0, sequential: 0 };
  for (let run = 1; run <= runs; run++) {
    const options = ["--only", values.only, "--quads", values.quads, "--seed", String(run), "--json"];
    const args = [join(root, "dist/cli/main.js"), "compare", base, head, ...options, "--quiet"];
    const paired = spawnSync(process.execPath, [...args, "--out", folder], { encoding: "utf8" });
    if (paired.status !== 0 && paired.status !== 1) throw new Error(paired.stderr);
    if (paired.status === 1) red.paired++;
    const rows = paired.stdout.trim().split("\n").slice(1).map((line) => JSON.parse(line));
    const before = sequentialMean(base);
    const rise = sequentialMean(head) / before - 1;
    if (rise > SEQUENTIAL_LIMIT) red.sequential++;
    for (const { id, verdict } of rows.filter(({ scope }) => scope !== "canary")) {
      const { delta, state, rounds } = verdict;
      const ours = `${(100 * Math.expm1(delta ?? NaN)).toFixed(2)} %, ${state}, ${rounds} rounds`;
      console.log(`run ${run}: ${id}: ${ours}; tinybench ${(100 * rise).toFixed(2)} %`);
    }
  }
  console.log(`+${change} %: red in ${red.paired} of ${runs} (paired), ${red.sequential} (tinybench)`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
