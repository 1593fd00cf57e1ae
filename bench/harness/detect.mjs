/**
 * `node bench/harness/detect.mjs [--changes 0,5,10] [--runs 10] [--only random/raw-words/ts] [--quads 20]`: how often a
 * change of so many % is called a regression: by the paired sampler, by tinybench, one side after the other, by vitest's
 * bench.compare, both sides in one process, and by hyperfine, whole processes. The last is left out where it is not
 * installed. HEAD is copied and built once for each change and once for the base, each in a folder of its own; the
 * changed copies' TypeScript rawWords gets a real extra loop over so many % of its words. At 0 every red is a false one.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { builtCopy, root } from "./copies.mjs";

const { values } = parseArgs({
  options: {
    changes: { type: "string", default: "0,5,10" },
    runs: { type: "string", default: "10" },
    only: { type: "string", default: "random/raw-words/ts" },
    quads: { type: "string", default: "20" },
  },
});
const changes = values.changes.split(",").map(Number);
const runs = Number(values.runs);
/** What a common gate does: red when the mean rose by more than this. */
const LIMIT = 0.02;

/** A loop of the same steps as the lanes', over words that are written again afterwards. */
const extra = (change) => `
  let e = 1, f = 2, g = 3, h = 4;
  for (let p = first; p < first + count * ${change / 100}; p++) {
    const extra = (e + h) | 0;
    words[p] = (((extra << 7) | (extra >>> 25)) + e) | 0;
    const s = f << 9;
    g ^= e; h ^= f; f ^= g; e ^= h; g ^= s;
    h = (h << 11) | (h >>> 21);
  }
`;

function withExtra(copy, change) {
  if (change === 0) return;
  const file = join(copy, "src/kernels/random.ts");
  const text = readFileSync(file, "utf8");
  const place = "  const end = first + count;\n";
  if (text.split(place).length !== 2) throw new Error("rawWords looks different: mend detect.mjs");
  writeFileSync(file, text.replace(place, place + extra(change)));
}

const [bench, arm] = [values.only.split("/").slice(0, 2).join("/"), values.only.split("/")[2]];
/** Text of a module's first lines: `run` is one call of the arm of the copy. */
const armOf = (copy, name) => `
  const ${name} = await (async () => {
    const { kernelBenches } = await import(${JSON.stringify(join(copy, "dist/bench/kernels.js"))});
    const declared = kernelBenches.find(({ id }) => id === ${JSON.stringify(bench)});
    const { arms } = await declared.prepare(declared.headlineSize);
    return arms.find(({ name }) => name === ${JSON.stringify(arm)}).run;
  })();`;
const evaluate = (text) =>
  execFileSync(process.execPath, ["--input-type=module", "--eval", text], {
    cwd: root,
    encoding: "utf8",
  });

/** How the mean time of a call rises from base to head, each tool as its manual has it used. */
const TOOLS = {
  tinybench(base, head) {
    const [before, after] = [base, head].map((copy) =>
      Number(
        evaluate(`import { Bench } from "tinybench"; ${armOf(copy, "run")}
          const task = new Bench({ time: 500 });
          task.add("arm", () => run());
          task.runSync();
          console.log(task.tasks[0].result.latency.mean);`),
      ),
    );
    return after / before - 1;
  },
  vitest(base, head, folder) {
    const result = join(folder, "compared.json");
    const file = join(root, "bench", "harness", ".compared.bench.mjs");
    writeFileSync(
      file,
      `import { writeFileSync } from "node:fs"; import { test } from "vitest";
       ${armOf(base, "base")} ${armOf(head, "head")}
       test("compared", async ({ bench }) => {
         const found = await bench.compare(bench("base", () => base()), bench("head", () => head()));
         const rise = found.get("head").latency.mean / found.get("base").latency.mean - 1;
         writeFileSync(${JSON.stringify(result)}, String(rise));
       });`,
    );
    try {
      const config = ["bench", "--run", "--config", join(root, "bench/harness/vitest.config.mjs")];
      execFileSync(process.execPath, [join(root, "node_modules/vitest/vitest.mjs"), ...config], {
        cwd: root,
        stdio: "pipe",
      });
    } finally {
      rmSync(file, { force: true });
    }
    return Number(readFileSync(result, "utf8"));
  },
  hyperfine(base, head, folder) {
    const result = join(folder, "hyperfine.json");
    const commands = [base, head].map((copy, index) => {
      const script = join(folder, `arm-${index}.mjs`);
      const loop = "const start = performance.now(); for (let i = 0; i < CALLS; i++) run();";
      writeFileSync(
        script,
        `${armOf(copy, "run")} ${loop.replace("CALLS", String(hyperfineCalls))}`,
      );
      return `${process.execPath} ${script}`;
    });
    const options = ["--shell=none", "--warmup", "1", "--runs", "10", "--export-json", result];
    execFileSync("hyperfine", [...options, ...commands], { stdio: "pipe" });
    const [before, after] = JSON.parse(readFileSync(result, "utf8")).results;
    return after.mean / before.mean - 1;
  },
};
const hasHyperfine = spawnSync("hyperfine", ["--version"]).status === 0;
if (!hasHyperfine) console.log("hyperfine is not installed (apt install hyperfine): left out");
const tools = Object.keys(TOOLS).filter((name) => name !== "hyperfine" || hasHyperfine);
/** Calls of a quarter of a second, so that starting Node is little of a process. */
let hyperfineCalls = 1;

/** One run of every tool: who calls head slower than base. */
function redOf(base, head, seed, folder) {
  const only = ["--only", values.only, "--quads", values.quads, "--seed", String(seed)];
  const args = [join(root, "dist/cli/main.js"), "compare", base, head, ...only];
  const paired = spawnSync(process.execPath, [...args, "--json", "--quiet", "--out", folder], {
    encoding: "utf8",
    maxBuffer: 2 ** 28,
  });
  if (paired.status !== 0 && paired.status !== 1) throw new Error(paired.stderr);
  const rows = paired.stdout.trim().split("\n").slice(1);
  const row = rows.map((line) => JSON.parse(line)).find(({ scope }) => scope !== "canary");
  const rises = tools.map((name) => [name, TOOLS[name](base, head, folder)]);
  const { delta, state, rounds } = row.verdict;
  const percents = [["paired", Math.expm1(delta ?? NaN)], ...rises].map(
    ([name, rise]) => `${name} ${(100 * rise).toFixed(2)} %`,
  );
  console.log(`  run ${seed}: ${percents.join(", ")}; ${state} after ${rounds} rounds`);
  return [
    ...(paired.status === 1 ? ["paired"] : []),
    ...rises.filter(([, rise]) => rise > LIMIT).map(([name]) => name),
  ];
}

const folder = mkdtempSync(join(tmpdir(), "hearsay-detect-"));
try {
  const base = builtCopy(folder, "base");
  const once = `${armOf(base, "run")} for (let i = 0; i < 50; i++) run(); const start = performance.now();
    for (let i = 0; i < 50; i++) run(); console.log((performance.now() - start) / 50);`;
  hyperfineCalls = Math.ceil(250 / Number(evaluate(once)));
  const names = ["paired", ...tools];
  const reds = new Map(names.map((name) => [name, changes.map(() => 0)]));
  for (const [column, change] of changes.entries()) {
    const head = builtCopy(folder, `head-${column}`, (copy) => withExtra(copy, change));
    console.log(`+${change} %`);
    for (let run = 1; run <= runs; run++) {
      for (const name of redOf(base, head, run, folder)) reds.get(name)[column]++;
    }
  }
  console.log(`called slower, of ${runs} runs of ${values.only}`);
  console.log(`${"".padEnd(12)}${changes.map((change) => `+${change} %`.padStart(8)).join("")}`);
  for (const [name, counts] of reds) {
    console.log(`${name.padEnd(12)}${counts.map((count) => String(count).padStart(8)).join("")}`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
