/** The work of compare, gate, calibrate and explain: sides, targets, the run, its record and exit code. */
import { createHash, randomUUID } from "node:crypto";
import { join } from "node:path";
import { shown } from "../check.js";
import { InputError } from "../errors.js";
import type { AcceptEntry } from "../history/accept.js";
import { readEnvironment } from "../history/environment.js";
import { floorOf, withRun } from "../history/floors.js";
import { openJournal } from "../history/measure-journal.js";
import {
  MEASURE_SCHEMA,
  renderMeasureRecord,
  type MeasureHeader,
  type MeasureRecord,
} from "../history/measure-record.js";
import { replaceWhole } from "../history/whole-file.js";
import { buildCommit, commitOf, type Checkout } from "../measure/checkout.js";
import { explainLines } from "../measure/explain.js";
import { canaryTargets, measureSession } from "../measure/session.js";
import type { ShardChoice } from "../measure/shards.js";
import { canariesOf, isJudged } from "../measure/verdicts.js";
import { commandText } from "./command-text.js";
import { EXIT } from "./exit.js";
import { writeWhole } from "./files.js";
import { catchInterrupt } from "./interrupt.js";
import { loadMeasure } from "./measure-files.js";
import { acceptedOf, acceptLines, loadAccept, outcomeOf } from "./measure-outcome.js";
import {
  floorsFile,
  readFloors,
  sideOf,
  targetsOf,
  targetsOfShard,
  type Sides,
} from "./measure-sides.js";
import { renderMeasureSummary } from "./measure-summary.js";
import { writeIndex } from "./report-index.js";
import { createStepProgress } from "./step-progress.js";

/** What commander hands over. */
export interface MeasureFlags {
  readonly only: string;
  readonly budget?: number;
  readonly rounds?: number;
  readonly quads: number;
  readonly floor: number;
  readonly seed: number;
  readonly smallest?: true;
  readonly strict?: true;
  readonly requireAll?: true;
  readonly shard?: ShardChoice;
  readonly past?: readonly string[];
  readonly accept?: string;
  readonly out: string;
  readonly json?: true;
  readonly quiet?: true;
  /** false: no HTML page, the record only. */
  readonly report: boolean;
}

export interface GateFlags extends MeasureFlags {
  readonly base: string;
}

const LOOKS = [8, 14, 20];

export async function runCompare(
  a: string,
  b: string,
  flags: MeasureFlags,
  args: readonly string[],
): Promise<number> {
  const accept = loadAccept(flags.accept);
  const sides = { base: sideOf(a), head: sideOf(b) };
  return ended(await run("compare", sides, flags, args), accept, flags);
}

export async function runGate(flags: GateFlags, args: readonly string[]): Promise<number> {
  const accept = loadAccept(flags.accept);
  const repository = process.cwd();
  const base = await commitOf(repository, flags.base);
  const head = await commitOf(repository, "HEAD");
  return ended(await runCommits("gate", [base, head], flags, args), accept, flags);
}

export async function runCalibrate(flags: MeasureFlags, args: readonly string[]): Promise<number> {
  const head = await commitOf(process.cwd(), "HEAD");
  const kept = await runCommits("calibrate", [head, head], flags, args);
  const { header, rows } = kept.record;
  const deltas = [
    ...rows
      .filter(isJudged)
      .flatMap(({ id, verdict }) => (verdict.delta === null ? [] : [[id, verdict.delta] as const])),
    // Canaries have a past too: what they may move by follows from it.
    ...header.canaries.map(({ id, delta }) => [id, delta] as const),
  ];
  const own = header.environment.class;
  // Read again: another run may have ended meanwhile.
  const floors = withRun(readFloors(flags.out, own), own, deltas);
  replaceWhole(floorsFile(flags.out, own), `${JSON.stringify(floors, null, 1)}\n`);
  return ended(kept, [], flags);
}

export function runExplain(id: string, file: string): Promise<number> {
  const { record, partial } = loadMeasure(file);
  if (partial !== null) process.stderr.write(`${partial}\n`);
  const { header, rows } = record;
  const found = rows.filter((row) => row.id === id);
  const meant = found.length > 0 ? found : rows.filter((row) => row.id.includes(id));
  if (meant.length !== 1) {
    const names = (meant.length === 0 ? rows : meant).map((row) => row.id).slice(0, 5);
    throw new InputError(
      `${shown(id)} means ${meant.length} rows of the record; its rows are ${names.map(shown).join(", ")} ...`,
    );
  }
  const lines = explainLines(rows, meant[0]!, { looks: header.looks, seed: header.seed });
  process.stdout.write(`${lines.join("\n").replace(/[^\P{C}\n]/gu, "?")}\n`);
  return Promise.resolve(EXIT.fine);
}

/** Two commits, built beside each other and taken away afterwards. */
async function runCommits(
  purpose: "gate" | "calibrate",
  [base, head]: readonly [string, string],
  flags: MeasureFlags,
  args: readonly string[],
): Promise<Kept> {
  const start = performance.now();
  const built: Checkout[] = [];
  try {
    built.push(...(await buildBoth([base, head], flags)));
    const sides = {
      base: { root: built[0]!.root, arm: null, commit: base },
      head: { root: built[1]!.root, arm: null, commit: head },
    };
    // Building is part of what a job takes.
    const spentMs = performance.now() - start;
    const budget =
      flags.budget === undefined ? {} : { budget: Math.max(0, flags.budget - spentMs) };
    return await run(purpose, sides, { ...flags, ...budget }, args);
  } finally {
    for (const checkout of built) await checkout.remove();
  }
}

/** Both at once; when one fails, the other's folder goes too. */
async function buildBoth(
  commits: readonly string[],
  { quiet }: MeasureFlags,
): Promise<readonly Checkout[]> {
  const names = commits.map((commit) => commit.slice(0, 12)).join(" and ");
  if (quiet !== true) process.stderr.write(`  building ${names}\n`);
  const tries = await Promise.allSettled(
    commits.map((commit) => buildCommit(process.cwd(), commit)),
  );
  const failed = tries.find(({ status }) => status === "rejected") as
    PromiseRejectedResult | undefined;
  const built = tries.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  if (failed === undefined) return built;
  for (const checkout of built) await checkout.remove();
  throw failed.reason;
}

interface Kept {
  readonly record: MeasureRecord;
  readonly file: string;
}

async function run(
  purpose: MeasureHeader["purpose"],
  sides: Sides,
  flags: MeasureFlags,
  args: readonly string[],
): Promise<Kept> {
  const environment = readEnvironment();
  const floors = readFloors(flags.out, environment.class);
  const all = await targetsOf(sides, flags, floors);
  const shard = flags.shard ?? { index: 1, count: 1 };
  const targets = targetsOfShard(all, shard, flags.past ?? []);
  const looks = flags.rounds === undefined ? LOOKS : [flags.rounds];
  const { seed, quads } = flags;
  const config = { targets: all.map(({ id, floor }) => [id, floor]), looks, quads };
  const canaries = canaryTargets().map(({ id }) => id);
  const planned: MeasureHeader = {
    ...{ schema: MEASURE_SCHEMA, kind: "measure", id: randomUUID().slice(0, 8) },
    createdAt: new Date().toISOString(),
    ...{ purpose, status: "partial" },
    command: commandText(args),
    configHash: createHash("sha256").update(JSON.stringify(config)).digest("hex").slice(0, 16),
    commits: { base: sides.base.commit, head: sides.head.commit },
    ...{ seed, environment, shard, looks, quads, rows: canaries.length + targets.length },
    canaries: [],
    ...(shard.count === 1 ? {} : { plan: [...canaries, ...all.map(({ id }) => id)] }),
  };
  const file = join(flags.out, `${purpose}-${planned.id}.jsonl`);
  const journal = openJournal(file, planned);
  const progress = createStepProgress(process.stderr, flags.quiet === true);
  const interrupt = catchInterrupt(() => progress.note("stopping after this round"));
  try {
    const rows = await measureSession(
      {
        ...{ targets, looks, quads, seed, budgetMs: flags.budget ?? null },
        signal: interrupt.signal,
        canaryFloor: (id) => floorOf(floors, id, 0.01),
      },
      {
        onRound: (id, done, count) => progress.step(id, done, Math.max(count, done + 1)),
        onRow: (row) => journal.append(row),
      },
    );
    const status = interrupt.signal.aborted ? "partial" : "complete";
    const record = { header: { ...planned, status, canaries: canariesOf(rows) }, rows } as const;
    journal.finish(renderMeasureRecord(record));
    return { record, file };
  } finally {
    journal.close();
    interrupt.release();
    progress.end();
  }
}

/** Says what came out, and with which code. */
async function ended(
  { record, file }: Kept,
  accept: readonly AcceptEntry[],
  flags: MeasureFlags,
): Promise<number> {
  const accepted = await acceptedOf(accept, record);
  const files = [file];
  // After the record, and after floors: a page that cannot be made costs no measurement.
  if (flags.report) {
    const page = file.replace(/\.jsonl$/, ".html");
    const { renderMeasureReport } = await import("../report/measure-page.js");
    writeWhole(page, renderMeasureReport([record], { generatedAt: record.header.createdAt }));
    writeIndex(flags.out);
    files.push(page);
  }
  if (flags.json === true) process.stdout.write(renderMeasureRecord(record));
  else if (flags.quiet !== true) {
    process.stdout.write(renderMeasureSummary(record, files, acceptLines(accepted)));
  }
  return outcomeOf(record, accepted, flags);
}
