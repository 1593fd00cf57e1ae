/**
 * `npm run bench [-- --full]`: the speed and memory figures of the engine, as ratios within one run. Each
 * comparison is interleaved over rounds and printed with the median and the range; nothing is asserted.
 * --full adds 1e8 and 1e9 nodes (minutes). A C twin is built when gcc or cc is there.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildNetwork, findProtocol, runScenario } from "../dist/index.js";

const full = process.argv.includes("--full");
const ROUNDS = 5;
const protocol = findProtocol("push-pull");

async function nsPerNodeRound(nodes, backend, workers, seed) {
  const network = await buildNetwork({ topology: "complete", latency: "round", lossRatio: 0 }, nodes, seed);
  const record = await runScenario({
    name: "bench", title: "bench", protocol, nodes, network, seed, workers,
    parameters: { fanout: 1, payloadBytes: 256 },
    clock: { kind: "round", tickMs: 0, periodTicks: 2, timer: "periodic" },
    trials: 1, backends: [backend], stop: { coverage: 1, maxRounds: 1000 }, observe: false,
  });
  const [arm] = record.arms;
  return { ns: arm.trials[0].nsPerNodeRound, bytesPerNode: arm.bytesPerNode, digest: arm.trials[0].digest };
}

function nativeNs(binary, nodes) {
  const lines = execFileSync(binary, [String(nodes), "2"], { encoding: "utf8" }).trim().split("\n");
  return Number(lines.at(-1).split(" ")[1]);
}

/** Builds the C twin; undefined where there is no compiler. */
function buildNative(folder) {
  const source = fileURLToPath(new URL("native/push-pull.c", import.meta.url));
  const binary = join(folder, "push-pull");
  for (const compiler of ["gcc", "cc"]) {
    const built = spawnSync(compiler, ["-O3", "-march=native", "-o", binary, source]);
    if (built.status === 0) return binary;
  }
  return undefined;
}

function spread(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const show = (value) => value.toFixed(2);
  return `${show(sorted[sorted.length >> 1])} (${show(sorted[0])} to ${show(sorted.at(-1))})`;
}

function row(name, value) {
  console.log(`${name.padEnd(58)} ${value}`);
}

const folder = mkdtempSync(join(tmpdir(), "hearsay-bench-"));
try {
  const binary = buildNative(folder);
  const times = { native: [], wasm: [], ts: [], one: [], two: [], peak: [] };
  for (let round = 1; round <= ROUNDS; round++) {
    if (binary !== undefined) times.native.push(nativeNs(binary, 1e6));
    const wasm = await nsPerNodeRound(1e6, "wasm", 1, round);
    const ts = await nsPerNodeRound(1e6, "ts", 1, round);
    if (wasm.digest !== ts.digest) throw new Error(`digests differ on seed ${round}`);
    times.wasm.push(wasm.ns);
    times.ts.push(ts.ns);
    times.one.push((await nsPerNodeRound(1e7, "wasm", 1, round)).ns);
    times.two.push((await nsPerNodeRound(1e7, "wasm", 2, round)).ns);
  }
  const ratios = (a, b) => spread(a.map((value, i) => value / b[i]));
  console.log(`push-pull to full coverage, ${ROUNDS} rounds: median (range)`);
  row("1e6 nodes, 1 worker, WASM: ns per node and round", spread(times.wasm));
  row("1e6 nodes, 1 worker, TypeScript: ns per node and round", spread(times.ts));
  row("TypeScript / WASM (aim: at least 2)", ratios(times.ts, times.wasm));
  if (binary === undefined) row("C twin", "no compiler here: apt-get install gcc");
  else {
    row("1e6 nodes, gcc -O3 -march=native: ns per node and round", spread(times.native));
    row("WASM / C (aim: at most 1.6)", ratios(times.wasm, times.native));
  }
  row("1e7 nodes, one worker / two workers (aim: at least 1.7)", ratios(times.one, times.two));
  if (full) {
    for (const nodes of [1e8, 1e9]) {
      const large = await nsPerNodeRound(nodes, "wasm", 2, 1);
      row(`${nodes.toExponential()} nodes, 2 workers, WASM: ns per node and round`, large.ns.toFixed(2));
      row("  model state, bits per node", (large.bytesPerNode * 8).toFixed(2));
      row("  peak resident memory of the process, MB", (process.resourceUsage().maxRSS / 1024).toFixed(0));
    }
  }
} finally {
  rmSync(folder, { recursive: true });
}
