/** `hearsay compare`, `gate`, `calibrate`, `explain`: flags and help; the work is in run-measure.ts. */
import type { Command } from "commander";
import { shown } from "../check.js";
import { InputError } from "../errors.js";
import type { ShardChoice } from "../measure/shards.js";
import { parseNumber } from "./options.js";
import type { GateFlags, MeasureFlags } from "./run-measure.js";
import type { MergeFlags } from "./run-merge.js";

const SEED = { min: 0, max: 2 ** 32 - 1, integer: true };
const ROUNDS = { min: 2, max: 1000, integer: true };
const QUADS = { min: 1, max: 400, integer: true };
const SHARDS_MAX = 1000;
const SPLIT = { min: 2, max: SHARDS_MAX, integer: true };
const FLOOR = { min: 0, max: 10, unit: "%" };

const HELP = `
Each row is one arm of one bench, timed in rounds of two fresh processes that
take turns block by block (ABBA or BAAB, drawn from --seed). A row is
regressed, improved, equivalent, inconclusive or advisory. Exits: 0 no
regression, 1 a confirmed one, 2 usage, 3 undecided (--strict), 4 wrong
results or a crash, 5 a bench is missing from the head (--require-all).
`;

type Finish = (code: number) => void;

export function addMeasureCommands(
  program: Command,
  args: readonly string[],
  finish: Finish,
): void {
  measureFlags(program.command("compare"))
    .summary("measure two built folders, or two arms, side by side")
    .description(
      "Compare two built checkouts (A the base, B the head), two arms, or other tools' results.",
    )
    .argument("<A>", "built folder, an arm (wasm, ts), or results of another tool")
    .argument("<B>", "the same")
    .addHelpText("after", `${HELP}\nExamples:\n  hearsay compare ts wasm --only random\n`)
    .action(async (a: string, b: string, flags: MeasureFlags) => {
      const { isForeign } = await import("./foreign-files.js");
      if (isForeign(a) || isForeign(b)) {
        const { runForeignCompare } = await import("./run-exchange.js");
        finish(runForeignCompare(a, b, flags));
        return;
      }
      const { runCompare } = await import("./run-measure.js");
      finish(await runCompare(a, b, flags, args));
    });
  measureFlags(program.command("gate"))
    .summary("measure a commit against another; exit 1 if it is slower")
    .description("Build a base commit and HEAD side by side, measure both, judge.")
    .requiredOption("--base <ref>", "commit to compare HEAD with, e.g. main")
    .addHelpText("after", `${HELP}\nExamples:\n  hearsay gate --base main --budget 5m\n`)
    .action(async (flags: GateFlags) => {
      const { runGate } = await import("./run-measure.js");
      finish(await runGate(flags, args));
    });
  measureFlags(program.command("calibrate"))
    .summary("measure HEAD against itself; write floors")
    .description("Build HEAD twice, in two folders, and keep how far equal code differs here.")
    .addHelpText(
      "after",
      "\nFloors count from the tenth run on, on one class of machine.\n\nExamples:\n  hearsay calibrate --budget 10m\n",
    )
    .action(async (flags: MeasureFlags) => {
      const { runCalibrate } = await import("./run-measure.js");
      finish(await runCalibrate(flags, args));
    });
  program
    .command("explain")
    .summary("the arithmetic of one verdict, from its record")
    .description("Print how a row's verdict follows from its raw quads.")
    .argument("<id>", "row, or part of its name")
    .argument("<record>", "file written by compare, gate or calibrate")
    .addHelpText("after", "\nExamples:\n  hearsay explain raw-words reports/gate-1234abcd.jsonl\n")
    .action(async (id: string, file: string) => {
      const { runExplain } = await import("./run-measure.js");
      finish(await runExplain(id, file));
    });
  addMergeCommand(program, finish);
}

function addMergeCommand(program: Command, finish: Finish): void {
  program
    .command("merge")
    .summary("put the shards of a run together and judge all rows again")
    .description("Make one record of the shards of a run; exits as the run would have.")
    .argument("<part...>", "records of all shards, in any order")
    .requiredOption("-o, --output <file>", "where the whole record goes")
    .option("--split <count>", "the other way: cut one record into parts", number("--split", SPLIT))
    .option("--accept <file>", "slowdowns that are accepted (hearsay.accept.yaml)")
    .option("--strict", "exit 3 when a row stays inconclusive")
    .option("--require-all", "exit 5 when the head lacks a bench")
    .option("--quiet", "no table")
    .addHelpText("after", "\nExamples:\n  hearsay merge shard-*.jsonl -o run.jsonl\n")
    .action(async (files: string[], flags: MergeFlags) => {
      const { runMerge } = await import("./run-merge.js");
      finish(await runMerge(files, flags));
    });
}

function measureFlags(command: Command): Command {
  return command
    .option("--only <part>", "benches with this in their name", "")
    .option("--budget <time>", "end within this time, e.g. 5m or 90s", budgetOf)
    .option("--rounds <count>", "rounds of the first and only look", number("--rounds", ROUNDS))
    .option("--quads <count>", "quads per round", number("--quads", QUADS), 20)
    .option("--floor <percent>", "smallest change that counts", number("--floor", FLOOR), 2)
    .option("--seed <number>", "draws all orders", number("--seed", SEED), 1)
    .option("--shard <i/n>", "measure part i of n; hearsay merge joins them", shardFlag)
    .option("--past <record...>", "records whose times make the shards equally long")
    .option("--accept <file>", "slowdowns that are accepted (hearsay.accept.yaml)")
    .option("--smallest", "smallest size of each bench")
    .option("--strict", "exit 3 when a row stays inconclusive")
    .option("--require-all", "exit 5 when the head lacks a bench")
    .option("-o, --out <folder>", "where records and floors go", "reports")
    .option("--no-report", "no HTML page, the record only")
    .option("--json", "print the record, and nothing else, on stdout")
    .option("--quiet", "no progress, no table");
}

function number(
  flag: string,
  range: { readonly min: number; readonly max: number },
): (text: string) => number {
  return (text) => parseNumber(flag, text, range);
}

/** "2/3" -> the second part of three. */
function shardFlag(text: string): ShardChoice {
  const [, index, count] = /^(\d{1,4})\/(\d{1,4})$/.exec(text)?.map(Number) ?? [];
  if (
    !(index !== undefined && count !== undefined && index >= 1 && index <= count) ||
    count > SHARDS_MAX
  ) {
    throw new InputError(
      `--shard must be I/N with I from 1 to N and N up to ${SHARDS_MAX}, e.g. 1/3, got ${shown(text)}`,
    );
  }
  return { index, count };
}

/** "5m", "90s" -> milliseconds. */
function budgetOf(text: string): number {
  const found = /^(\d+(?:\.\d+)?)(s|m|h)$/.exec(text);
  const unit = { s: 1e3, m: 6e4, h: 3.6e6 }[found?.[2] ?? "s"] ?? 1e3;
  const ms = found === null ? 0 : Number(found[1]) * unit;
  if (!(ms >= 1e3 && ms <= 86_400_000)) {
    throw new InputError(
      `--budget must be a time from 1s to 24h, e.g. 5m, got ${JSON.stringify(text)}`,
    );
  }
  return ms;
}
