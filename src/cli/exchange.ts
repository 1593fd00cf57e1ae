/** `hearsay import` and `hearsay export`: flags and help; the work is in run-exchange.ts. */
import type { Command } from "commander";
import type { ExportFlags, ImportFlags } from "./run-exchange.js";

const TOOLS = `
Reads JSON of Google Benchmark, hyperfine, pytest-benchmark, tinybench, vitest
and Criterion.rs (messages of cargo-criterion, or the folder target/criterion).
hearsay compare BEFORE AFTER and hearsay report take such files too.
`;

export function addExchangeCommands(program: Command, finish: (code: number) => void): void {
  program
    .command("import")
    .summary("make a record of another tool's results")
    .description("Read results of another tool; what order they were measured in is lost.")
    .argument("<file...>", "results, or a folder of Criterion.rs")
    .option("-o, --output <file>", "where the record goes, else stdout")
    .option("--quiet", "say nothing of what was written")
    .addHelpText(
      "after",
      `${TOOLS}\nExamples:\n  hearsay import hyperfine.json -o reports/import.json\n`,
    )
    .action(async (files: string[], flags: ImportFlags) => {
      const { runImport } = await import("./run-exchange.js");
      finish(runImport(files, flags));
    });
  program
    .command("export")
    .summary("times of a measured record for Bencher or github-action-benchmark")
    .description("Print the head's times in the format of a service that keeps time lines.")
    .argument("<record>", "file written by compare, gate, calibrate or merge")
    .option("--bencher", "Bencher Metric Format")
    .option("--github-action-benchmark", "customSmallerIsBetter of github-action-benchmark")
    .option("-o, --output <file>", "where it goes, else stdout")
    .option("--quiet", "say nothing of what was left out or written")
    .addHelpText("after", "\nExamples:\n  hearsay export reports/gate-1234abcd.jsonl --bencher\n")
    .action(async (file: string, flags: ExportFlags) => {
      const { runExport } = await import("./run-exchange.js");
      finish(runExport(file, flags));
    });
}
