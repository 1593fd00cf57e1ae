/**
 * The work of `hearsay bench`: choose, measure, write the record and its page. The benches stand in
 * dist/bench/kernels.js, built from bench/, so that nothing in src/ imports them.
 */
import { randomUUID } from "node:crypto";
import { pathToFileURL } from "node:url";
import { artifact } from "../artifacts.js";
import { nearestName, shown } from "../check.js";
import { InputError, TrialFailure } from "../errors.js";
import type { BenchRecord, BenchRow, ReconcileRow } from "../history/bench-record.js";
import { readEnvironment } from "../history/environment.js";
import { RECORD_SCHEMA } from "../history/record.js";
import { renderBenchSummary } from "./bench-summary.js";
import { commandText } from "./command-text.js";
import { EXIT } from "./exit.js";
import { catchInterrupt } from "./interrupt.js";
import { keepRecord, recordTargets, type RecordFlags } from "./record-output.js";
import { createStepProgress } from "./step-progress.js";

/** What commander hands over. */
export interface BenchFlags extends RecordFlags {
  readonly quick?: true;
  readonly full?: true;
  readonly rounds?: number;
  readonly seed: number;
}

/** What dist/bench/kernels.js exports; see bench/kernels/suite.ts. */
interface Suite {
  readonly kernelBenches: readonly { readonly id: string; readonly sizes: readonly number[] }[];
  runBenches(
    options: {
      readonly ids: readonly string[];
      readonly sizes: "smallest" | "headline" | "all";
      readonly rounds: number;
      readonly blockMs: number;
      readonly seed: number;
      readonly signal: AbortSignal;
    },
    hooks: {
      onStart(id: string, size: number, index: number, count: number): void;
      onRow(row: BenchRow): void;
    },
  ): Promise<void>;
  reconciliation(seed: number): readonly ReconcileRow[];
}

/** How thorough: rounds per bench, least time of a block, sizes. */
const EFFORTS = {
  quick: { rounds: 3, blockMs: 4, sizes: "smallest" },
  normal: { rounds: 5, blockMs: 15, sizes: "headline" },
  full: { rounds: 9, blockMs: 40, sizes: "all" },
} as const;

export async function runKernelBenches(
  filter: string,
  flags: BenchFlags,
  args: readonly string[],
): Promise<number> {
  if (flags.quick === true && flags.full === true) {
    throw new InputError("--quick and --full cannot stand together");
  }
  const suite = await loadSuite();
  const ids = chosenIds(
    filter,
    suite.kernelBenches.map(({ id }) => id),
  );
  const effort = EFFORTS[flags.quick === true ? "quick" : flags.full === true ? "full" : "normal"];
  const { sizes, blockMs } = effort;
  const { seed } = flags;
  const rounds = flags.rounds ?? effort.rounds;
  const targets = recordTargets("bench", filter, flags);
  const progress = createStepProgress(process.stderr, flags.quiet === true);
  const interrupt = catchInterrupt(() => {
    progress.note("stopping after this round; Ctrl-C again to quit at once");
  });
  const rows: BenchRow[] = [];
  try {
    await suite.runBenches(
      { ids, sizes, rounds, blockMs, seed, signal: interrupt.signal },
      {
        onStart: (id, size, index, count) => progress.step(`${id} ${size}`, index, count),
        onRow: (row) => rows.push(row),
      },
    );
  } finally {
    progress.end();
    interrupt.release();
  }
  const isWhole = !interrupt.signal.aborted;
  const withCurve = isWhole && ids.some((id) => id.startsWith("reconcile/"));
  const record: BenchRecord = {
    ...{ schema: RECORD_SCHEMA, kind: "bench", id: randomUUID().slice(0, 8) },
    createdAt: new Date().toISOString(),
    status: isWhole ? "complete" : "partial",
    command: commandText(args),
    environment: readEnvironment(),
    ...{ rounds, blockMs, seed, rows },
    reconciliation: withCurve ? [...suite.reconciliation(seed)] : [],
  };
  await keepRecord(record, targets, flags, {
    page: async () => {
      const { renderBenchReport } = await import("../report/bench-page.js");
      return renderBenchReport([record], { generatedAt: record.createdAt });
    },
    summary: () => renderBenchSummary(record, process.stdout),
  });
  return outcome(record);
}

/** The peers that kernels are compared with are development dependencies. */
async function loadSuite(): Promise<Suite> {
  try {
    return (await import(pathToFileURL(artifact("bench", "kernels.js")).href)) as Suite;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw error;
    const missing = /'([^']+)'/.exec((error as Error).message)?.[1] ?? "a package";
    throw new InputError(
      `bench needs ${shown(missing)} to compare with: run it in a clone of the repository, after npm ci`,
    );
  }
}

/** Ids that the filter means: all, a family, or those it is part of. */
function chosenIds(filter: string, ids: readonly string[]): readonly string[] {
  const wanted = filter.replace(/^kernels\/?/, "");
  if (wanted === "") return ids;
  const found = ids.filter((id) => id.includes(wanted));
  if (found.length > 0) return found;
  const families = [...new Set(ids.map((id) => id.split("/")[0]!))];
  const nearest = nearestName(wanted, families);
  const hint = nearest === undefined ? "" : `; did you mean ${nearest}?`;
  throw new InputError(
    `FILTER must be kernels, one of ${families.join(", ")}, or part of a bench's name, ` +
      `got ${shown(filter)}${hint}`,
  );
}

/** Throws TrialFailure when any arm of ours or C gave another result. */
function outcome(record: BenchRecord): number {
  const wrong = record.rows.flatMap(({ id, size, arms }) =>
    arms
      .filter(({ status }) => status === "wrong")
      .map(({ name, note }) => `${id} at ${size}: ${name}: ${note ?? ""}`),
  );
  if (wrong.length > 0) throw new TrialFailure(`wrong results: ${wrong.join("; ")}`);
  return record.status === "partial" ? EXIT.interrupted : EXIT.fine;
}
