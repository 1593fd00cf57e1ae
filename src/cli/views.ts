/** `hearsay views`: flags and help; the work is in run-views.ts, loaded when it is needed. */
import type { Command } from "commander";
import { parseNumber } from "./options.js";
import type { ViewsFlags } from "./run-views.js";

const WHOLE = { integer: true } as const;
const RANGES = {
  nodes: { min: 2, max: 2 ** 22, ...WHOLE },
  rounds: { min: 0, max: 10_000, ...WHOLE },
  trials: { min: 1, max: 1000, ...WHOLE },
  seed: { min: 0, max: 2 ** 32 - 1, ...WHOLE },
  crash: { min: 0, max: 0.99 },
};

const HELP = `
OVERLAY is cyclon, newscast, scamp, hyparview, framework-blind, framework-healer
or framework-swapper; without one, all of them. Each starts from its protocol's
own start and runs ROUNDS rounds; then a share of the nodes crashes at once, and
the links are watched while they heal. Clustering and path lengths are of drawn
samples. Both backends play every trial, and their digests must be equal.

Examples:
  hearsay views
  hearsay views cyclon newscast --nodes 1e5 --rounds 100
  hearsay views hyparview --crash 0.8 --json --quiet
`;

export function addViewsCommand(
  program: Command,
  args: readonly string[],
  finish: (code: number) => void,
): void {
  const number =
    (flag: keyof typeof RANGES) =>
    (text: string): number =>
      parseNumber(`--${flag}`, text, RANGES[flag]);
  program
    .command("views")
    .summary("run overlays of peer sampling and record them")
    .description("Run overlays of the peer sampling service: degrees, paths, healing.")
    .argument("[overlay...]", "which overlays")
    .option("--nodes <count>", "nodes of each overlay", number("nodes"), 10_000)
    .option("--rounds <count>", "rounds before the crash", number("rounds"), 50)
    .option("--crash <share>", "share of the nodes that crash; 0 = none", number("crash"), 0.5)
    .option("--heal <count>", "rounds after the crash", number("rounds"), 30)
    .option("--trials <count>", "trials, on seeds that follow each other", number("trials"), 3)
    .option("--seed <number>", "seed of the first trial", number("seed"), 1)
    .option("--backend <name>", "wasm, ts or both", "both")
    .option("-o, --out <folder>", "where the record and the report go", "reports")
    .option("--no-report", "write no HTML report")
    .option("--json", "print the record as JSON, and nothing else, on stdout")
    .option("--quiet", "no progress, no summary")
    .addHelpText("after", HELP)
    .action(async (names: string[], flags: ViewsFlags) => {
      const { runViews } = await import("./run-views.js");
      finish(await runViews(names, flags, args));
    });
}
