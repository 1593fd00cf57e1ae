/**
 * Entry of a child process: holds one arm of one benchmark of one built checkout, and runs a block of calls
 * when its parent says so. It never measures by itself, so that only one arm runs at any time.
 */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { getHeapStatistics, type HeapInfo } from "node:v8";
import { canaries } from "./canaries.js";
import { CollectionLog } from "./collections.js";
import type { ArmSource, Reply, Request } from "./messages.js";
import { warmUp } from "./steady.js";
import { probeTiers, watchInstances } from "./tiers.js";

/** The part of a bench's declaration that is needed here; bench/kernels/bench.ts has it whole. */
interface DeclaredArm {
  readonly name: string;
  run(): unknown;
  digest?(): string;
  check?(): string | undefined;
}
interface DeclaredBench {
  readonly id: string;
  readonly headlineSize: number;
  readonly sizes: readonly number[];
  /** `only`: the arm that will run; a bench may leave the others out. */
  prepare(size: number, only?: string): Promise<{ readonly arms: readonly DeclaredArm[] }>;
}

type Loop = (run: () => unknown, calls: number) => number;

/** A block lasts at least 2 ms, and 1000 times the clock's resolution (about 1 us at worst). */
const BLOCK_NS_MIN = 2e6;
/** One call that lasts longer than this is a block by itself. */
const CALL_NS_MAX = 2e7;
const CALLS_MAX = 2 ** 24;

const collect = (globalThis as { gc?: () => void }).gc;
let arm: DeclaredArm | undefined;
let loop: Loop = generatedLoop();
const log = new CollectionLog();
const isProbe = process.execArgv.includes("--allow-natives-syntax");
if (isProbe) watchInstances();

process.on("message", (request: Request) => {
  void answer(request).then(
    (reply) => process.send!(reply),
    (error: unknown) => process.send!({ failure: String((error as Error).message ?? error) }),
  );
});
process.on("disconnect", () => process.exit(0));

async function answer(request: Request): Promise<Reply> {
  if (request.ask === "prepare") return prepare(request.source);
  if (arm === undefined) throw new Error("no arm was prepared");
  if (request.ask === "calibrate") return { calls: callsOfBlock() };
  if (request.ask === "warm-up") {
    const warm = warmUp(() => block(request.calls).ns, request);
    log.begin();
    return { warmUp: warm };
  }
  if (request.ask === "inspect") return inspect(request.calls);
  if (request.ask === "collections") return { collections: await log.end() };
  if (request.ask === "tiers") {
    const { calls } = request;
    const tiers = probeTiers(arm, loop, calls, (run) => void block(calls, run));
    return tiers === null ? {} : { tiers };
  }
  if (request.collects) collectGarbage();
  const start = performance.now();
  const timed = block(request.calls);
  log.block(start, performance.now());
  return { block: timed };
}

/** A full collection takes 5 ms: it is left out where less than this was allocated since the last. */
const COLLECT_BYTES_MIN = 2 ** 20;
let collectedAt = -Infinity;

function collectGarbage(): void {
  if (allocatedBytes() - collectedAt < COLLECT_BYTES_MIN) return;
  collect?.();
  collectedAt = allocatedBytes();
}

/** By V8 since the process began, buffers outside the heap too; what it frees does not count. */
function allocatedBytes(): number {
  const { total_allocated_bytes, used_heap_size, external_memory } =
    getHeapStatistics() as HeapInfo & {
      /** Since Node 25; before, growth of the heap stands for it. */
      total_allocated_bytes?: number;
    };
  return (total_allocated_bytes ?? used_heap_size) + external_memory;
}

async function prepare(source: ArmSource): Promise<Reply> {
  const benches = source.root === null ? canaries : await benchesOf(source.root);
  const bench = benches.find(({ id }) => id === source.bench);
  if (bench === undefined) return { missing: true };
  const size = source.smallest ? bench.sizes[0]! : bench.headlineSize;
  const prepared = await bench.prepare(size, source.arm);
  arm = prepared.arms.find(({ name }) => name === source.arm);
  if (arm === undefined) return { missing: true };
  arm.run();
  const wrong = arm.check?.();
  if (wrong !== undefined) throw new Error(wrong);
  loop = generatedLoop();
  return { digest: arm.digest?.() ?? null, size };
}

async function benchesOf(root: string): Promise<readonly DeclaredBench[]> {
  const url = pathToFileURL(join(root, "dist", "bench", "kernels.js")).href;
  return ((await import(url)) as { kernelBenches: readonly DeclaredBench[] }).kernelBenches;
}

/**
 * A loop of its own from source text: its call site sees one function only, so that V8 may inline it,
 * unrolled by four. Results are folded into a sum, so that they cannot be left out.
 */
function generatedLoop(): Loop {
  const call = "sum = (sum + (run() | 0)) | 0;";
  const text =
    `"use strict"; let sum = 0; const whole = calls - (calls & 3); ` +
    `for (let i = 0; i < whole; i += 4) { ${call.repeat(4)} } ` +
    `for (let i = whole; i < calls; i++) { ${call} } return sum;`;
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- see above
  return new Function("run", "calls", text) as Loop;
}

const sink = new Int32Array(new SharedArrayBuffer(4));

/** Start and end are the machine's monotonic clock, so that blocks of both processes can be ordered. */
function block(calls: number, run = arm!.run.bind(arm)): { ns: number; from: string; to: string } {
  const from = process.hrtime.bigint();
  const start = performance.now();
  sink[0] = loop(run, calls);
  const end = performance.now();
  const to = process.hrtime.bigint();
  const ns = Math.max((end - start) * 1e6, 1) / calls;
  return { ns, from: from.toString(), to: to.toString() };
}

/** The smallest power of two of calls whose block is long enough. */
function callsOfBlock(): number {
  for (let calls = 1; ; calls *= 2) {
    const ns = Math.min(block(calls).ns, block(calls).ns) * calls;
    if (ns >= BLOCK_NS_MIN || calls >= CALLS_MAX || (calls === 1 && ns > CALL_NS_MAX)) return calls;
  }
}

/** Long blocks are repeated three times only. */
const INSPECT_NS = 5e7;

/** Half a block against a block, and a block of empty calls against a block: the least of up to nine, which noise moves least. */
function inspect(calls: number): Reply {
  const half = Math.max(1, calls / 2);
  const before = allocatedBytes();
  const first = Math.min(block(half * 2).ns, block(half * 2).ns) * half * 2;
  // Reading the clock allocates a little itself, which is lost in the calls.
  const allocated = Math.max(0, allocatedBytes() - before) / (2 * half * 2);
  const repeats = Math.max(3, Math.min(9, Math.round(INSPECT_NS / first)));
  const least = (count: number, run?: () => unknown): number =>
    Math.min(...Array.from({ length: repeats }, () => block(count, run).ns * count));
  const whole = Math.min(first, least(half * 2));
  const halving = least(half) / whole;
  // Another loop: the arm's own must not see a second function.
  const own = loop;
  loop = generatedLoop();
  const empty = least(half * 2, () => 0);
  loop = own;
  return { halving, overhead: empty / whole, allocated };
}
