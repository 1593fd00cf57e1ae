/**
 * `npm run fidelity [serf] [redis]`: real systems on loopback beside our models at the same size and
 * settings. Installs nothing; says what is missing; writes a record and a page. Exit codes as everywhere.
 */
import { randomUUID } from "node:crypto";
import { parseArgs } from "node:util";
import { errorLine, EXIT, exitCodeOf } from "../../src/cli/exit.js";
import { catchInterrupt } from "../../src/cli/interrupt.js";
import { keepRecord, recordTargets } from "../../src/cli/record-output.js";
import { createStepProgress, type StepProgress } from "../../src/cli/step-progress.js";
import { renderValidation } from "../../src/cli/validate-summary.js";
import { InputError } from "../../src/errors.js";
import { readEnvironment } from "../../src/history/environment.js";
import { RECORD_SCHEMA } from "../../src/history/record.js";
import type { ValidatedCase, ValidateRecord } from "../../src/history/validate-record.js";
import { findProgram } from "./fleet.js";
import { systems, type FidelitySystem } from "./systems.js";

const USAGE = `Usage: npm run fidelity [-- SYSTEM ... --minutes M --out FOLDER]
SYSTEM is one of ${systems.map(({ id }) => id).join(", ")}; without one all that are installed.`;

const MINUTES_MAX = 60;

async function main(): Promise<number> {
  const { values, positionals } = readArguments();
  if (values.help) {
    process.stdout.write(`${USAGE}\n`);
    return EXIT.fine;
  }
  const minutes = Number(values.minutes);
  if (!(minutes > 0 && minutes <= MINUTES_MAX)) {
    throw new InputError(
      `--minutes must be above 0 and at most ${MINUTES_MAX}, got ${values.minutes}`,
    );
  }
  const present = chosenSystems(positionals).filter(isPresent);
  if (present.length === 0) throw new InputError("none of the systems is installed");
  const flags = { out: values.out, report: true };
  const targets = recordTargets("fidelity", "real", flags);
  const progress = createStepProgress(process.stderr, false);
  const interrupt = catchInterrupt(() => progress.note("stopping the real systems"));
  const bound = AbortSignal.any([interrupt.signal, AbortSignal.timeout(minutes * 60_000)]);
  const { cases, failure } = await compare(present, bound, progress);
  interrupt.release();
  const record = recordOf(present, cases, failure === undefined);
  await keepRecord(record, targets, flags, {
    page: async () => {
      const { renderValidateReport } = await import("../../src/report/validate-page.js");
      return renderValidateReport([record], { generatedAt: record.createdAt });
    },
    summary: () => renderValidation(record, process.stdout),
  });
  if (interrupt.signal.aborted) return EXIT.interrupted;
  const isMissed = cases.some(({ verdict }) => verdict === "fail");
  return failure !== undefined || isMissed ? EXIT.failed : EXIT.fine;
}

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        minutes: { type: "string", default: "8" },
        out: { type: "string", default: "reports" },
        help: { type: "boolean", default: false },
      },
    });
  } catch (error) {
    throw new InputError((error as Error).message);
  }
}

/** Measures one system after the other; what was measured before a failure is kept. */
async function compare(
  present: readonly FidelitySystem[],
  bound: AbortSignal,
  progress: StepProgress,
): Promise<{ cases: ValidatedCase[]; failure?: unknown }> {
  const cases: ValidatedCase[] = [];
  try {
    for (const [position, system] of present.entries()) {
      progress.step(`${system.id}: starting`, position, present.length);
      const step = (name: string): void => progress.note(`  ${system.id}: ${name}`);
      cases.push(...(await system.measure(bound, cases.length, step)));
    }
    return { cases };
  } catch (failure) {
    progress.note(failure instanceof Error ? failure.message : String(failure));
    return { cases, failure };
  } finally {
    progress.end();
  }
}

function recordOf(
  present: readonly FidelitySystem[],
  cases: ValidatedCase[],
  isComplete: boolean,
): ValidateRecord {
  return {
    ...{ schema: RECORD_SCHEMA, kind: "fidelity", id: randomUUID().slice(0, 8) },
    createdAt: new Date().toISOString(),
    status: isComplete ? "complete" : "partial",
    command: `npm run fidelity -- ${present.map(({ id }) => id).join(" ")}`,
    environment: readEnvironment(),
    effort: "normal",
    sources: Object.fromEntries(present.map(({ id, describe }) => [id, describe()])),
    cases,
  };
}

function chosenSystems(names: readonly string[]): readonly FidelitySystem[] {
  const ids = systems.map(({ id }) => id);
  const stranger = names.find((name) => !ids.includes(name));
  if (stranger !== undefined) {
    throw new InputError(`SYSTEM must be one of ${ids.join(", ")}, got ${stranger}`);
  }
  return names.length === 0 ? systems : systems.filter(({ id }) => names.includes(id));
}

/** Says of a system that is not installed how to get it. */
function isPresent({ id, programs, debianPackage }: FidelitySystem): boolean {
  const missing = programs.filter((program) => findProgram(program) === undefined);
  if (missing.length === 0) return true;
  process.stderr.write(
    `${id}: left out, since ${missing.join(" and ")} is not installed ` +
      `(Debian: apt-get install ${debianPackage})\n`,
  );
  return false;
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${errorLine(error)}\n`);
  process.exitCode = exitCodeOf(error);
}
