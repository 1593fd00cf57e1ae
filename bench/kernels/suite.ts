/**
 * All benches of kernels, and the loop over them. Built into dist/bench/kernels.js, which the command
 * line loads: src/ imports nothing from here.
 */
import type { BenchRow, ReconcileRow } from "../../src/history/bench-record.js";
import { reconcileCurve } from "../../src/reconcile/curve.js";
import type { KernelBench } from "./bench.js";
import { bloomCellsBenches } from "./bloom-cells.js";
import { bloomFilterBenches } from "./bloom-filters.js";
import { bloomBenches } from "./bloom.js";
import { fingerprintsBenches } from "./fingerprints.js";
import { measure } from "./measure.js";
import { merkleBenches } from "./merkle.js";
import { NativeTwins } from "./native.js";
import { peersBenches } from "./peers.js";
import { randomBenches } from "./random.js";
import { reconcileBenches } from "./reconcile.js";
import { viewsBenches } from "./views.js";
import { xxhashBenches } from "./xxhash.js";

export const kernelBenches: readonly KernelBench[] = [
  ...bloomBenches,
  ...bloomFilterBenches,
  ...bloomCellsBenches,
  ...fingerprintsBenches,
  ...merkleBenches,
  ...peersBenches,
  ...randomBenches,
  ...reconcileBenches,
  ...viewsBenches,
  ...xxhashBenches,
];

export interface SuiteOptions {
  readonly ids: readonly string[];
  /** Of each bench: the smallest, the one that is judged, or all. */
  readonly sizes: "smallest" | "headline" | "all";
  readonly rounds: number;
  readonly blockMs: number;
  readonly seed: number;
  readonly signal: AbortSignal;
}

export interface SuiteHooks {
  /** Told before each bench and size. */
  onStart(id: string, size: number, index: number, count: number): void;
  onRow(row: BenchRow): void;
}

/** Measures the chosen benches one after the other; stops between rounds when the signal says so. */
export async function runBenches(options: SuiteOptions, hooks: SuiteHooks): Promise<void> {
  const plan = kernelBenches
    .filter(({ id }) => options.ids.includes(id))
    .flatMap((bench) => {
      const sizes = {
        smallest: bench.sizes.slice(0, 1),
        headline: [bench.headlineSize],
        all: bench.sizes,
      }[options.sizes];
      return sizes.map((size) => ({ bench, size }));
    });
  const natives = new NativeTwins();
  try {
    for (const [index, { bench, size }] of plan.entries()) {
      if (options.signal.aborted) return;
      hooks.onStart(bench.id, size, index, plan.length);
      hooks.onRow(await measure(bench, size, { ...options, natives }));
    }
  } finally {
    natives.dispose();
  }
}

/** Bytes and round trips of every reconciler against the number of differences. */
export function reconciliation(seed: number): readonly ReconcileRow[] {
  const differences = [1, 3, 10, 30, 100, 300, 1000];
  return reconcileCurve({ items: 10_000, differences, seed }).map((row) => {
    const { method, items, differences: count, bytes, roundTrips } = row;
    return { method, items, differences: count, bytes, roundTrips };
  });
}
