/**
 * One bench at one size: results are compared before anything is timed, then rounds run every arm once
 * each, in a drawn order, so that drift of the machine falls on all arms alike.
 */
import { Bench } from "tinybench";
import type { BenchArm, BenchRow } from "../../src/history/bench-record.js";
import { pairedRatio } from "../../src/statistics/interval.js";
import { quantile } from "../../src/statistics/quantile.js";
import type { Arm, KernelBench, Prepared } from "./bench.js";
import type { NativeTwins, NativeTime } from "./native.js";

export interface MeasureOptions {
  readonly rounds: number;
  /** A block repeats an arm for at least this long. */
  readonly blockMs: number;
  /** Draws the order of the arms. */
  readonly seed: number;
  readonly natives: NativeTwins;
  readonly signal: AbortSignal;
}

interface Timed {
  readonly name: string;
  readonly digest: string | null;
  /** Median nanoseconds of one operation over a block. */
  block(): number;
  readonly times: number[];
}

interface Contest {
  readonly timed: readonly Timed[];
  readonly left: readonly BenchArm[];
}

export async function measure(
  bench: KernelBench,
  size: number,
  options: MeasureOptions,
): Promise<BenchRow> {
  const prepared = await bench.prepare(size);
  try {
    const contest = admit(bench, size, prepared, options);
    const { timed } = contest;
    for (const arm of timed) arm.block();
    for (let round = 0; round < options.rounds && !options.signal.aborted; round++) {
      for (const arm of shuffled(timed, options.seed + round)) arm.times.push(arm.block());
      // Lets Ctrl-C and the progress line through.
      await new Promise((resolve) => setImmediate(resolve));
    }
    const wasm = timed.find(({ name }) => name === "wasm")?.times;
    const { id, title, scope, operation, headlineSize } = bench;
    const { operations, workingSetBytes } = prepared;
    return {
      ...{ id, title, scope, operation, size, headline: size === headlineSize },
      ...{ operations, workingSetBytes },
      arms: [...timed.map((arm) => finished(arm, wasm)), ...contest.left],
    };
  } finally {
    for (const arm of prepared.arms) arm.dispose?.();
  }
}

/** Runs every arm once and lets those take part whose result is right. */
function admit(
  bench: KernelBench,
  size: number,
  { arms, operations }: Prepared,
  { blockMs, natives }: MeasureOptions,
): Contest {
  const timed: Timed[] = [];
  const left: BenchArm[] = [];
  let agreed: string | undefined;
  for (const arm of arms) {
    arm.run();
    const digest = arm.digest?.() ?? null;
    const wrong = arm.check?.() ?? disagreement(digest, agreed);
    agreed ??= digest ?? undefined;
    if (wrong !== undefined) left.push(untimed(arm.name, "wrong", wrong, digest));
    else {
      const block = (): number => blockNs(arm, blockMs) / operations;
      timed.push({ name: arm.name, digest, block, times: [] });
    }
  }
  if (bench.native === undefined) return { timed, left };
  const { source, kernel } = bench.native;
  const once = (): NativeTime => natives.time(source, kernel, size);
  try {
    const { digest } = once();
    const wrong = disagreement(digest, agreed);
    if (wrong !== undefined) left.push(untimed("c", "wrong", wrong, digest));
    else timed.push({ name: "c", digest, block: () => once().nsPerOperation, times: [] });
  } catch (error) {
    left.push(untimed("c", "missing", (error as Error).message, null));
  }
  return { timed, left };
}

function disagreement(digest: string | null, agreed: string | undefined): string | undefined {
  if (digest === null || agreed === undefined || digest === agreed) return undefined;
  return `its digest is ${digest}, not ${agreed}`;
}

/** Median time of one run in nanoseconds, by tinybench. */
function blockNs(arm: Arm, blockMs: number): number {
  const task = new Bench({ time: blockMs, iterations: 1, warmup: false });
  task.add(arm.name, () => {
    arm.run();
  });
  task.runSync();
  const result = task.tasks[0]!.result;
  if (!("latency" in result)) throw new Error(`${arm.name} was not timed: ${result.state}`);
  return result.latency.p50 * 1e6;
}

function finished({ name, digest, times }: Timed, wasm: readonly number[] | undefined): BenchArm {
  const sorted = times.toSorted((a, b) => a - b);
  const ratio =
    wasm === undefined || wasm.length === 0
      ? null
      : pairedRatio(times.slice(0, wasm.length), wasm.slice(0, times.length));
  return {
    ...{ name, status: "timed", note: null, digest, nsPerOperation: times },
    summary:
      sorted.length === 0
        ? null
        : { p50: quantile(sorted, 0.5), min: sorted[0]!, max: sorted.at(-1)! },
    overWasm: ratio === null ? null : { ratio: ratio.ratio, ci95: ratio.ci95 },
  };
}

function untimed(
  name: string,
  status: "wrong" | "missing",
  note: string,
  digest: string | null,
): BenchArm {
  return { name, status, note, digest, nsPerOperation: [], summary: null, overWasm: null };
}

/** Fisher-Yates with a small multiplicative generator: the order has to vary, not to be good. */
function shuffled<T>(values: readonly T[], seed: number): T[] {
  const result = [...values];
  let state = (Math.imul(seed, 0x9e3779b1) ^ 0x5bd1e995) >>> 0;
  for (let last = result.length - 1; last > 0; last--) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const other = Math.floor((state / 2 ** 32) * (last + 1));
    [result[last], result[other]] = [result[other]!, result[last]!];
  }
  return result;
}
