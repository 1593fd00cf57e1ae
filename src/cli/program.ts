/** The program: its commands, its one way of failing, and what a closed pipe means. */
import { Command } from "commander";
import { packageVersion } from "../artifacts.js";
import { addBenchCommand } from "./bench.js";
import { addCompletionCommand } from "./completion.js";
import { addDoctorCommand } from "./doctor.js";
import { addExchangeCommands } from "./exchange.js";
import { errorLine, EXIT, exitCodeOf } from "./exit.js";
import { addMeasureCommands } from "./measure.js";
import { addListCommand } from "./list.js";
import { addReportCommand } from "./report.js";
import { addRunCommand } from "./run.js";
import { addValidateCommand } from "./validate.js";
import { addViewsCommand } from "./views.js";

/** Runs one command line (without node and script) and returns the exit code; never throws. */
export async function main(args: readonly string[]): Promise<number> {
  survivePipes();
  let code: number = EXIT.fine;
  const program = createProgram(args, (result) => {
    code = result;
  });
  try {
    if (args.length === 0) program.outputHelp();
    else await program.parseAsync(args, { from: "user" });
    return code;
  } catch (error) {
    const line = errorLine(error);
    if (line !== "") process.stderr.write(`${line}\n`);
    if (process.env["HEARSAY_DEBUG"] === "1" && error instanceof Error) {
      process.stderr.write(`${error.stack ?? ""}\n`);
    }
    return exitCodeOf(error);
  }
}

/** @param finish takes the exit code of the command that ran */
export function createProgram(args: readonly string[], finish: (code: number) => void): Command {
  const program = new Command("hearsay")
    .description("Gossip protocols at a million nodes: what they do, and how fast the code is.")
    .version(packageVersion())
    .helpCommand(false)
    .exitOverride()
    // The line is printed in main(), after the exit code is known.
    .configureOutput({ outputError: () => undefined })
    .addHelpText("after", "\nExamples:\n  hearsay run demo\n  hearsay run push-pull --nodes 1e6\n");
  addRunCommand(program, args, finish);
  addBenchCommand(program, args, finish);
  addMeasureCommands(program, args, finish);
  addDoctorCommand(program, finish);
  addExchangeCommands(program, finish);
  addValidateCommand(program, args, finish);
  addViewsCommand(program, args, finish);
  addReportCommand(program, finish);
  addListCommand(program, finish);
  addCompletionCommand(program, finish);
  return program;
}

/** `hearsay list | head -1` closes our output early: that is the reader's choice, not an error. */
function survivePipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EPIPE") process.exit(EXIT.fine);
      throw error;
    });
  }
}
