/**
 * All published sources and the loop over their cases. Built into dist/bench/published.js, which the
 * command line loads: src/ imports nothing from here.
 */
import type { ValidatedCase } from "../../src/history/validate-record.js";
import { averagingFigures, pushSumFigures } from "./aggregation.js";
import { asynchronous } from "./asynchronous.js";
import { demers } from "./demers.js";
import { filterFigures, stableFigures } from "./filters.js";
import { fanout } from "./fanout.js";
import { merkleFigures } from "./merkle.js";
import { cassandraFigures, phiFigures } from "./phi.js";
import { reconciliationFigures } from "./reconciliation.js";
import { roundsSources } from "./rounds.js";
import { serfFigures } from "./serf.js";
import { citation, judge, readPublished, type Effort, type PublishedSource } from "./source.js";
import { lifeguardFigures, swimFigures } from "./swim.js";
import { viewFigures } from "./views.js";

export const publishedSources: readonly PublishedSource[] = [
  ...roundsSources,
  asynchronous,
  fanout,
  filterFigures,
  stableFigures,
  demers,
  merkleFigures,
  ...reconciliationFigures,
  pushSumFigures,
  averagingFigures,
  ...viewFigures,
  phiFigures,
  cassandraFigures,
  swimFigures,
  lifeguardFigures,
  ...serfFigures,
];

export interface ValidateHooks {
  onStart(source: string, label: string, index: number, count: number): void;
  onCase(result: ValidatedCase): void;
  /** Monotonic milliseconds. */
  now(): number;
}

/** Citations by source. */
export function citations(ids: readonly string[]): Record<string, string> {
  return Object.fromEntries(ids.map((id) => [id, citation(readPublished(id))]));
}

/** Measures every case of the chosen sources; stops between cases when the signal says so. */
export async function validate(
  ids: readonly string[],
  effort: Effort,
  signal: AbortSignal,
  hooks: ValidateHooks,
): Promise<void> {
  const plan = publishedSources
    .filter(({ id }) => ids.includes(id))
    .flatMap((source) => {
      const file = readPublished(source.id);
      return file.cases.map((_, index) => ({ source, file, index }));
    });
  for (const [position, { source, file, index }] of plan.entries()) {
    if (signal.aborted) return;
    hooks.onStart(source.id, `case ${index + 1}`, position, plan.length);
    // Lets Ctrl-C and the progress line through.
    await new Promise((resolve) => setImmediate(resolve));
    const start = hooks.now();
    const { parameters, acceptance } = file.cases[index]!;
    const outcome =
      acceptance === "reference-only" && source.showsReferences !== true
        ? { skipped: "for reference: nothing to reproduce" }
        : await source.measure(parameters, effort);
    hooks.onCase(judge(source.id, file, index, outcome, hooks.now() - start));
  }
}
