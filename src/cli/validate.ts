/** `hearsay validate`: flags and help; the work is in run-validation.ts, loaded when it is needed. */
import type { Command } from "commander";
import type { ValidateFlags } from "./run-validation.js";

const HELP = `
SOURCE is the name of a source or part of it; without one all are run. A hard
case that is missed ends with exit code 1. A soft case beyond its tolerance is
told as off, and fails beyond three times of it. --quick takes under a minute
and leaves out large sizes; --full takes as many runs as the tolerances ask.

Examples:
  hearsay validate --quick
  hearsay validate pittel
  hearsay validate bloom --full --json > bloom.json
`;

export function addValidateCommand(
  program: Command,
  args: readonly string[],
  finish: (code: number) => void,
): void {
  program
    .command("validate")
    .summary("reproduce published figures")
    .description("Run published figures as cases: expected, measured, tolerance, verdict.")
    .argument("[source]", "a source or part of its name; without it all", "")
    .option("--quick", "few runs, small sizes: under a minute")
    .option("--full", "as many runs as the tolerances ask, sizes up to 1e8")
    .option("-o, --out <folder>", "where the record and the report go", "reports")
    .option("--no-report", "write no HTML report")
    .option("--json", "print the record as JSON, and nothing else, on stdout")
    .option("--quiet", "no progress, no table")
    .addHelpText("after", HELP)
    .action(async (source: string, flags: ValidateFlags) => {
      const { runValidation } = await import("./run-validation.js");
      finish(await runValidation(source, flags, args));
    });
}
