/**
 * The work of `hearsay run`: resolve everything, prove the target writable, then run scenario by
 * scenario. Each record is on disk before the next scenario starts.
 */
import { join } from "node:path";
import { planTrial } from "../engine/plan.js";
import { TrialFailure } from "../errors.js";
import type { RunRecord } from "../history/record.js";
import { runScenario } from "../run/run-scenario.js";
import type { Scenario, TrialProgress } from "../run/types.js";
import { findSuite } from "../scenario/find.js";
import { resolveScenario } from "../scenario/resolve.js";
import { commandText } from "./command-text.js";
import { EXIT } from "./exit.js";
import { checkFileWritable, checkFolderWritable, shownPath, writeWhole } from "./files.js";
import { catchInterrupt } from "./interrupt.js";
import { flagLayer, type RunFlags } from "./options.js";
import { createProgress, type Progress } from "./progress.js";
import { writeIndex } from "./report-index.js";
import { renderSummary } from "./summary.js";

/** Runs a suite of one or more scenarios; returns the exit code. Throws InputError before it writes. */
export async function runSuite(
  name: string,
  flags: RunFlags,
  args: readonly string[],
): Promise<number> {
  const suite = await findSuite(name);
  const flagged = flagLayer(flags);
  const resolved = suite.scenarios.map((layer) => resolveScenario([layer, flagged]));
  const scenarios: Scenario[] = [];
  for (const scenario of resolved) scenarios.push(await scenario.build());
  scenarios.forEach(checkFits);
  const page = join(flags.out, `${suite.name}.html`);
  checkFolderWritable("--out", flags.out);
  if (flags.report) checkFileWritable("--out", page);

  const progress = createProgress(process.stderr, flags.quiet === true);
  const interrupt = catchInterrupt(() => {
    progress.note("stopping after this step; Ctrl-C again to quit at once");
  });
  const records: RunRecord[] = [];
  const files: string[] = [];
  let failure: unknown;
  try {
    await runAll(scenarios, interrupt.signal, commandText(args), progress, (record) => {
      const file = join(flags.out, `${record.scenario.name}-${record.id}.json`);
      writeWhole(file, `${JSON.stringify(record, null, 1)}\n`);
      records.push(record);
      files.push(file);
    });
  } catch (error) {
    // What is finished is still true: it gets its page before the failure is told.
    failure = error;
  } finally {
    interrupt.release();
  }
  if (flags.report && records.length > 0) {
    const { renderReport } = await import("../report/page.js");
    const generatedAt = new Date().toISOString();
    writeWhole(page, renderReport(records, { generatedAt, title: suite.title }));
    files.push(page);
    writeIndex(flags.out);
  }
  tell(records, files, flags, suite.scenarios.length > 1);
  if (failure !== undefined) throw failure as Error;
  return outcome(records, interrupt.signal.aborted);
}

/** Plans every trial, so that a suite whose last scenario does not fit is refused at its start. */
function checkFits(scenario: Scenario): void {
  planTrial({ ...scenario, observe: false });
  if (scenario.observe) planTrial(scenario);
}

async function runAll(
  scenarios: readonly Scenario[],
  signal: AbortSignal,
  command: string,
  progress: Progress,
  keep: (record: RunRecord) => void,
): Promise<void> {
  for (const [index, scenario] of scenarios.entries()) {
    if (signal.aborted) return;
    progress.begin(scenario, index, scenarios.length);
    const caution = scenario.protocol.outsideDomain?.(scenario);
    if (caution !== undefined) progress.note(`${scenario.name}: outside the domain: ${caution}`);
    const onProgress = (at: TrialProgress): void => progress.update(at);
    let cause: string | undefined;
    const onFailure = (message: string): void => {
      cause = message;
    };
    try {
      keep(await runScenario(scenario, { onProgress, onFailure, signal, command }));
    } finally {
      progress.end();
    }
    if (cause !== undefined) {
      throw new TrialFailure(`${scenario.name}: ${cause}; the record holds the trials before it`);
    }
  }
}

/** JSON alone on stdout for a machine; for a person the table and where the files are. */
function tell(
  records: readonly RunRecord[],
  files: readonly string[],
  flags: RunFlags,
  isSuite: boolean,
): void {
  const wrote = files.map((file) => `wrote ${shownPath(file)}`).join("\n");
  if (flags.json === true) {
    process.stdout.write(`${JSON.stringify(isSuite ? records : (records[0] ?? null), null, 1)}\n`);
    if (flags.quiet !== true) process.stderr.write(`${wrote}\n`);
  } else if (flags.quiet !== true && records.length > 0) {
    process.stdout.write(`${renderSummary(records, process.stdout)}\n\n${wrote}\n`);
  }
}

/** Exit code of what was run; throws TrialFailure for wrong or missing output. */
function outcome(records: readonly RunRecord[], interrupted: boolean): number {
  const differing = records.filter(({ agreement }) => agreement.digestsEqual === false);
  if (differing.length > 0) {
    const names = differing.map(({ scenario }) => scenario.name).join(", ");
    throw new TrialFailure(`the backends disagree: digests differ in ${names}`);
  }
  if (interrupted) return EXIT.interrupted;
  return EXIT.fine;
}
