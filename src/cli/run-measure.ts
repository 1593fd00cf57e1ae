/** The work of compare, gate, calibrate and explain: sides, targets, the run, its record and exit code. */
import { createHash, randomUUID } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { packageRoot } from "../artifacts.js";
import { shown } from "../check.js";
import { InputError } from "../errors.js";
import { readEnvironment } from "../history/environment.js";
import { floorOf, parseFloors, type Floors } from "../history/floors.js";
import {
  MEASURE_SCHEMA,
  parseMeasureRecord,
  renderMeasureRecord,
  type MeasureHeader,
  type MeasureRecord,
  type MeasureRow,
} from "../history/measure-record.js";
import { buildCommit, commitOf, type Checkout } from "../measure/checkout.js";
import { canaryTargets, measureSession, type Target } from "../measure/session.js";
import { canariesOf, explainLines, isJudged } from "../measure/verdicts.js";
import { commandText } from "./command-text.js";
import { EXIT } from "./exit.js";
import { writeWhole } from "./files.js";
import { catchInterrupt } from "./interrupt.js";
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
  readonly out: string;
  readonly json?: true;
  readonly quiet?: true;
  /** false: no HTML page, the record only. */
  readonly report: boolean;
}

export interface GateFlags extends MeasureFlags {
  readonly base: string;
}

interface Side {
  readonly root: string;
  /** Only this arm; null: each arm against its own. */
  readonly arm: string | null;
  readonly commit: string;
}

interface Sides {
  readonly base: Side;
  readonly head: Side;
}

interface Declared {
  readonly id: string;
  readonly scope: "compute" | "call" | "end-to-end";
}

/** Our arms: the others are other people's code, which no commit of ours changes. */
const ARMS = ["wasm", "ts"] as const;
const LOOKS = [8, 14, 20];

export async function runCompare(
  a: string,
  b: string,
  flags: MeasureFlags,
  args: readonly string[],
): Promise<number> {
  return outcome(await run("compare", { base: sideOf(a), head: sideOf(b) }, flags, args), flags);
}

export async function runGate(flags: GateFlags, args: readonly string[]): Promise<number> {
  const repository = process.cwd();
  const base = await commitOf(repository, flags.base);
  const head = await commitOf(repository, "HEAD");
  return outcome(await runCommits("gate", [base, head], flags, args), flags);
}

export async function runCalibrate(flags: MeasureFlags, args: readonly string[]): Promise<number> {
  const head = await commitOf(process.cwd(), "HEAD");
  const record = await runCommits("calibrate", [head, head], flags, args);
  const file = join(flags.out, "floors.json");
  const kept = readFloors(file, record.header.environment.class);
  const rows = { ...kept?.rows };
  for (const { id, verdict } of record.rows.filter(isJudged)) {
    if (verdict.delta !== null) rows[id] = [...(rows[id] ?? []), verdict.delta].slice(-1000);
  }
  writeWhole(
    file,
    `${JSON.stringify({ class: record.header.environment.class, rows }, null, 1)}\n`,
  );
  return outcome(record, flags);
}

export function runExplain(id: string, file: string): Promise<number> {
  if (!existsSync(file)) throw new InputError(`there is no record ${shown(file)}`);
  const { header, rows } = parseMeasureRecord(shown(file), readFileSync(file, "utf8"));
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
): Promise<MeasureRecord> {
  const start = performance.now();
  const built: Checkout[] = [];
  try {
    for (const commit of [base, head]) {
      if (flags.quiet !== true) process.stderr.write(`  building ${commit.slice(0, 12)}\n`);
      built.push(await buildCommit(process.cwd(), commit));
    }
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

function sideOf(text: string): Side {
  if ((ARMS as readonly string[]).includes(text)) {
    return { root: packageRoot, arm: text, commit: text };
  }
  const root = resolve(text);
  if (!existsSync(join(root, "dist", "bench", "kernels.js"))) {
    throw new InputError(
      `${shown(text)} is no arm (wasm, ts) and has no built dist/bench/kernels.js`,
    );
  }
  return { root, arm: null, commit: text };
}

async function run(
  purpose: MeasureHeader["purpose"],
  sides: Sides,
  flags: MeasureFlags,
  args: readonly string[],
): Promise<MeasureRecord> {
  const environment = readEnvironment();
  const floors = readFloors(join(flags.out, "floors.json"), environment.class);
  const targets = await targetsOf(sides, flags, floors);
  const looks = flags.rounds === undefined ? LOOKS : [flags.rounds];
  const progress = createStepProgress(process.stderr, flags.quiet === true);
  const interrupt = catchInterrupt(() => progress.note("stopping after this round"));
  const { seed, quads } = flags;
  try {
    const rows = await measureSession(
      { targets, looks, quads, seed, budgetMs: flags.budget ?? null, signal: interrupt.signal },
      { onRound: (id, done, planned) => progress.step(id, done, Math.max(planned, done + 1)) },
    );
    const config = { targets: targets.map(({ id, floor }) => [id, floor]), looks, quads };
    const header: MeasureHeader = {
      ...{ schema: MEASURE_SCHEMA, kind: "measure", id: randomUUID().slice(0, 8) },
      createdAt: new Date().toISOString(),
      ...{ purpose, status: interrupt.signal.aborted ? "partial" : "complete" },
      command: commandText(args),
      configHash: createHash("sha256").update(JSON.stringify(config)).digest("hex").slice(0, 16),
      commits: { base: sides.base.commit, head: sides.head.commit },
      ...{ seed, environment, shard: { index: 1, count: 1 }, looks, quads, rows: rows.length },
      canaries: canariesOf(rows),
    };
    const record = { header, rows };
    await keep(record, flags, () => progress.end());
    return record;
  } finally {
    interrupt.release();
  }
}

/** Every arm of ours of every bench that either side declares. */
async function targetsOf(
  { base, head }: Sides,
  flags: MeasureFlags,
  floors: Floors | null,
): Promise<readonly Target[]> {
  const declared = new Map<string, Declared>();
  for (const { root } of [base, head]) {
    const url = pathToFileURL(join(root, "dist", "bench", "kernels.js")).href;
    const suite = (await import(url)) as { kernelBenches: readonly Declared[] };
    for (const bench of suite.kernelBenches) declared.set(bench.id, bench);
  }
  const arms = base.arm === null ? ARMS : [base.arm];
  const targets = [...declared.values()].flatMap(({ id, scope }) =>
    arms.map((arm) => {
      const source = (side: Side) => ({
        ...{ root: side.root, bench: id, arm: side.arm ?? arm },
        smallest: flags.smallest === true,
      });
      const name = base.arm === null ? `${id}/${arm}` : `${id}/${head.arm ?? arm}-over-${arm}`;
      const floor = floorOf(floors, name, flags.floor / 100);
      return { id: name, scope, floor, base: source(base), head: source(head) };
    }),
  );
  const chosen = targets.filter(({ id }) => id.includes(flags.only));
  if (chosen.length === 0) throw new InputError(`--only ${shown(flags.only)} names no bench`);
  return chosen;
}

/** Past A/A values of this class of machine; null where there are none. */
function readFloors(file: string, environmentClass: string): Floors | null {
  if (!existsSync(file)) return null;
  const floors = parseFloors(shown(file), readFileSync(file, "utf8"));
  return floors.class === environmentClass ? floors : null;
}

/** The record is written first: a page that cannot be made costs no measurement. */
async function keep(
  record: MeasureRecord,
  flags: MeasureFlags,
  endProgress: () => void,
): Promise<void> {
  const { purpose, id } = record.header;
  const file = join(flags.out, `${purpose}-${id}.jsonl`);
  const text = renderMeasureRecord(record);
  writeWhole(file, text);
  endProgress();
  const page = join(flags.out, `${purpose}-${id}.html`);
  if (flags.report) {
    const { renderMeasureReport } = await import("../report/measure-page.js");
    writeWhole(page, renderMeasureReport([record], { generatedAt: record.header.createdAt }));
    writeIndex(flags.out);
  }
  const files = flags.report ? [file, page] : [file];
  if (flags.json === true) process.stdout.write(text);
  else if (flags.quiet !== true) process.stdout.write(renderMeasureSummary(record, files));
}

/** The worst of what happened decides: a fault of the harness never looks like no regression. */
function outcome({ header, rows }: MeasureRecord, flags: MeasureFlags): number {
  const has = (test: (row: MeasureRow) => boolean): boolean => rows.some(test);
  if (has(({ status }) => status === "incorrect" || status === "failed")) return EXIT.wrong;
  if (header.status === "partial") return EXIT.interrupted;
  if (rows.length <= canaryTargets().length) return EXIT.wrong;
  if (has(({ verdict }) => verdict.state === "regressed")) return EXIT.failed;
  if (flags.requireAll === true && has(({ status }) => status === "missing-head")) {
    return EXIT.missing;
  }
  const isOpen = has((row) => row.scope !== "canary" && row.verdict.state === "inconclusive");
  const isStable = header.canaries.every(({ stable }) => stable);
  return flags.strict === true && (isOpen || !isStable) ? EXIT.undecided : EXIT.fine;
}
