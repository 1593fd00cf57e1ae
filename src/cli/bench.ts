/** `hearsay bench`: flags and help; the work is in run-benches.ts, loaded when it is needed. */
import type { Command } from "commander";
import { parseNumber } from "./options.js";
import type { BenchFlags } from "./run-benches.js";

const ROUNDS = { min: 1, max: 1000, integer: true };
const SEED = { min: 0, max: 2 ** 32 - 1, integer: true };

const HELP = `
FILTER is kernels (all of them, the default), a family (bloom, merkle ...) or
part of a bench's name. Each bench compares results before it takes times; its
arms (WASM, TypeScript, npm packages, a C twin where gcc stands) run in drawn
order, round by round, and ratios are paired by round. Times vary with the
machine, ratios within one run much less. --quick is no basis for a verdict.

Examples:
  hearsay bench kernels --quick
  hearsay bench bloom
  hearsay bench merkle --full --json > merkle.json
`;

export function addBenchCommand(
  program: Command,
  args: readonly string[],
  finish: (code: number) => void,
): void {
  program
    .command("bench")
    .summary("time the kernels: WASM, TypeScript, packages, C")
    .description("Time kernels on WASM and TypeScript beside npm packages and C twins.")
    .argument("[filter]", "kernels, a family or part of a name", "kernels")
    .option("--quick", "smallest size of each bench, 3 short rounds")
    .option("--full", "all sizes, 9 long rounds; takes an hour")
    .option("--rounds <count>", "rounds per bench", (text) => parseNumber("--rounds", text, ROUNDS))
    .option("--seed <number>", "draws the order of the arms", seedOf, 1)
    .option("-o, --out <folder>", "where the record and the report go", "reports")
    .option("--no-report", "write no HTML report")
    .option("--json", "print the record as JSON, and nothing else, on stdout")
    .option("--quiet", "no progress, no summary")
    .addHelpText("after", HELP)
    .action(async (filter: string, flags: BenchFlags) => {
      const { runKernelBenches } = await import("./run-benches.js");
      finish(await runKernelBenches(filter, flags, args));
    });
}

function seedOf(text: string): number {
  return parseNumber("--seed", text, SEED);
}
