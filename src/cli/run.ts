/** `hearsay run`: flags and help; the work is in run-suite.ts, loaded when it is needed. */
import type { Command } from "commander";
import { addScenarioFlags, type RunFlags } from "./options.js";

const HELP = `
SCENARIO is a built-in scenario (hearsay list scenarios), a protocol with its
defaults (hearsay list protocols), or a scenario file (.yaml, .json, .ts, .js).

--latency takes milliseconds (50), uniform:MIN:MAX, lognormal:MS:SIGMA, edge,
zones:MS:ACROSS, cities, cities:PRESET or round. All but round need the
event clock, and get it.

Examples:
  hearsay run demo
  hearsay run push-pull --nodes 1e6 --workers 2
  hearsay run push --nodes 1e5 --set fanout=4 --trials 20
  hearsay run push-pull --nodes 1e5 --network k-out --degree 8
  hearsay run push-pull --nodes 1e5 --latency cities
  hearsay run flood --nodes 1e4 --network small-world --json --quiet
`;

/** @param args the command line, which enters the record */
export function addRunCommand(
  program: Command,
  args: readonly string[],
  finish: (code: number) => void,
): void {
  const command = program
    .command("run")
    .summary("run a scenario, write its record and a report")
    .description("Run a scenario on one or both backends; write its record and an HTML report.")
    .argument("<scenario>", "built-in scenario, protocol or scenario file");
  addScenarioFlags(command)
    .option("-o, --out <folder>", "where records and the report go", "reports")
    .option("--no-report", "write no HTML report")
    .option("--json", "print the record as JSON, and nothing else, on stdout")
    .option("--quiet", "no progress, no summary")
    .addHelpText("after", HELP)
    .action(async (scenario: string, flags: RunFlags) => {
      const { runSuite } = await import("./run-suite.js");
      finish(await runSuite(scenario, flags, args));
    });
}
