/**
 * The work of `hearsay validate`: choose sources, run their cases, write the record and its page. The
 * cases stand in dist/bench/published.js, built from bench/, so that nothing in src/ imports them.
 */
import { randomUUID } from "node:crypto";
import { pathToFileURL } from "node:url";
import { artifact } from "../artifacts.js";
import { nearestName, shown } from "../check.js";
import { InputError } from "../errors.js";
import { readEnvironment } from "../history/environment.js";
import { RECORD_SCHEMA } from "../history/record.js";
import type { ValidatedCase, ValidateRecord } from "../history/validate-record.js";
import { commandText } from "./command-text.js";
import { EXIT } from "./exit.js";
import { catchInterrupt } from "./interrupt.js";
import { keepRecord, recordTargets, type RecordFlags } from "./record-output.js";
import { createStepProgress } from "./step-progress.js";
import { renderValidation } from "./validate-summary.js";

/** What commander hands over. */
export interface ValidateFlags extends RecordFlags {
  readonly quick?: true;
  readonly full?: true;
}

type Effort = ValidateRecord["effort"];

/** What dist/bench/published.js exports; see bench/published/suite.ts. */
interface Suite {
  readonly publishedSources: readonly { readonly id: string }[];
  citations(ids: readonly string[]): Record<string, string>;
  validate(
    ids: readonly string[],
    effort: Effort,
    signal: AbortSignal,
    hooks: {
      onStart(source: string, label: string, index: number, count: number): void;
      onCase(result: ValidatedCase): void;
      now(): number;
    },
  ): Promise<void>;
}

export async function runValidation(
  source: string,
  flags: ValidateFlags,
  args: readonly string[],
): Promise<number> {
  if (flags.quick === true && flags.full === true) {
    throw new InputError("--quick and --full cannot stand together");
  }
  const effort: Effort = flags.quick === true ? "quick" : flags.full === true ? "full" : "normal";
  const suite = (await import(pathToFileURL(artifact("bench", "published.js")).href)) as Suite;
  const ids = chosenSources(
    source,
    suite.publishedSources.map(({ id }) => id),
  );
  const targets = recordTargets("validate", source === "" ? "all" : source, flags);
  const progress = createStepProgress(process.stderr, flags.quiet === true);
  const interrupt = catchInterrupt(() => {
    progress.note("stopping after this case; Ctrl-C again to quit at once");
  });
  const cases: ValidatedCase[] = [];
  try {
    await suite.validate(ids, effort, interrupt.signal, {
      onStart: (id, label, index, count) => progress.step(`${id}: ${label}`, index, count),
      onCase: (result) => cases.push(result),
      now: () => performance.now(),
    });
  } finally {
    progress.end();
    interrupt.release();
  }
  const record: ValidateRecord = {
    ...{ schema: RECORD_SCHEMA, kind: "validate", id: randomUUID().slice(0, 8) },
    createdAt: new Date().toISOString(),
    status: interrupt.signal.aborted ? "partial" : "complete",
    command: commandText(args),
    environment: readEnvironment(),
    ...{ effort, sources: suite.citations(ids), cases },
  };
  await keepRecord(record, targets, flags, {
    page: async () => {
      const { renderValidateReport } = await import("../report/validate-page.js");
      return renderValidateReport([record], { generatedAt: record.createdAt });
    },
    summary: () => renderValidation(record, process.stdout),
  });
  if (cases.some(({ verdict }) => verdict === "fail")) return EXIT.failed;
  return record.status === "partial" ? EXIT.interrupted : EXIT.fine;
}

function chosenSources(source: string, ids: readonly string[]): readonly string[] {
  const found = ids.filter((id) => id.includes(source));
  if (found.length > 0) return found;
  const nearest = nearestName(source, ids);
  const hint = nearest === undefined ? "" : `; did you mean ${nearest}?`;
  throw new InputError(
    `SOURCE must be one of ${ids.join(", ")}, or part of one, got ${shown(source)}${hint}`,
  );
}
