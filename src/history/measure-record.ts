/**
 * The record of paired measuring, as JSON Lines: one header, then one row per benchmark and metric, in the
 * order measured. Raw quads stay in time order, so that a verdict can be worked out again from the
 * file alone. A partial file, of a run that was killed or a copy that was cut, is told from a whole one.
 */
import { z } from "zod";
import { InputError } from "../errors.js";
import { parseJson } from "./json-text.js";
import { environmentSchema } from "./record.js";
import { roundEvidenceSchema, rowEvidenceSchema } from "./round-evidence.js";

/** Raised when a reader of the version before would misread the file. */
export const MEASURE_SCHEMA = 1;

const finite = z.number();
const time = z.number().positive();
const share = z.number().min(0).max(1);

export const verdictStateSchema = z.enum([
  "regressed",
  "improved",
  "equivalent",
  "inconclusive",
  "advisory",
  /** Of exact metrics, apart from speed. */
  "behaviour-changed",
  "same",
]);

export const verdictSchema = z.strictObject({
  state: verdictStateSchema,
  /** Why it is what it is, where the numbers do not say: "budget", "unstable", "sign-flip" ... */
  note: z.string().nullable(),
  /** ln(head / base): mean of round medians, its standard error, two-sided 95 % interval. */
  delta: finite.nullable(),
  standardError: finite.nullable(),
  ci95: z.tuple([finite, finite]).nullable(),
  /** Smallest change that counts, as a ratio above 1: 0.02 is 2 %. */
  floor: z.number().min(0),
  /** One-sided: slower by more than the floor, faster by more, within it. */
  pRegressed: share.nullable(),
  pImproved: share.nullable(),
  pEquivalent: share.nullable(),
  /** Change found with 80 % power, as `floor`. */
  detectable: finite.nullable(),
  /** Rounds used; `look` counts from 1. */
  rounds: z.int().min(0),
  look: z.int().min(0),
});

/** Four blocks in time order; `order` says which arm each was: A is the base, B the head. */
export const quadSchema = z.strictObject({
  order: z.enum(["ABBA", "BAAB"]),
  /** Nanoseconds of one call. */
  ns: z.tuple([time, time, time, time]),
});

export const warmUpSchema = z.strictObject({
  state: z.enum(["flat", "warm-up", "slowdown", "no-steady-state"]),
  /** Nanoseconds of one call, block by block. */
  ns: z.array(time),
});

export const measuredRoundSchema = z.strictObject({
  /** Draws the orders of its quads and which arm starts first. */
  seed: z.int().min(0),
  /** true: of the confirmation, which is judged apart. */
  confirms: z.boolean(),
  quads: z.array(quadSchema),
  warmUp: z.strictObject({ base: warmUpSchema, head: warmUpSchema }),
  /** Milliseconds that the round cost, processes and warm-up too. */
  costMs: z.number().min(0),
  /** Left out by records of other tools. */
  evidence: roundEvidenceSchema.optional(),
});

export const measureRowSchema = z.strictObject({
  /** Unique in a record with `metric`: "random/raw-words/wasm". */
  id: z.string(),
  metric: z.string(),
  unit: z.string(),
  scope: z.enum(["compute", "call", "end-to-end", "canary"]),
  /** wall: times in quads; exact: one value a side, compared for equality. */
  kind: z.enum(["wall", "exact"]),
  size: z.int().min(0),
  status: z.enum(["measured", "incorrect", "dead-code", "failed", "missing-base", "missing-head"]),
  /** What is wrong, where status is not "measured". */
  note: z.string().nullable(),
  digests: z.strictObject({ base: z.string().nullable(), head: z.string().nullable() }),
  /** Calls in one block, the same for both arms. */
  blockCalls: z.int().min(0),
  /** Time of a block of empty calls over time of a block; null where none was timed. */
  overhead: z.number().min(0).nullable(),
  /** Time of half a block over time of a block, of the slower arm: 0.5 is right. */
  halving: z.number().min(0).nullable(),
  rounds: z.array(measuredRoundSchema),
  exact: z.strictObject({ base: finite, head: finite }).nullable(),
  verdict: verdictSchema,
  evidence: rowEvidenceSchema.optional(),
});

export const measureHeaderSchema = z.strictObject({
  schema: z.literal(MEASURE_SCHEMA),
  kind: z.literal("measure"),
  id: z.string(),
  createdAt: z.string(),
  purpose: z.enum(["compare", "gate", "calibrate"]),
  status: z.enum(["complete", "partial"]),
  command: z.string(),
  /** Of everything that decides what is measured and how it is judged; shards of one run share it. */
  configHash: z.string(),
  /** Commit or name of each side; null where there is none. */
  commits: z.strictObject({ base: z.string().nullable(), head: z.string().nullable() }),
  seed: z.int().min(0),
  environment: environmentSchema,
  /** i of n, from 1. */
  shard: z.strictObject({ index: z.int().min(1), count: z.int().min(1) }),
  looks: z.array(z.int().min(2)),
  quads: z.int().min(1),
  /** Rows that follow, canaries too: fewer make a partial file. */
  rows: z.int().min(0),
  /** A against an identical A', by name: ln of their ratio and whether it is too large. */
  canaries: z.array(z.strictObject({ id: z.string(), delta: finite, stable: z.boolean() })),
  /** Of a shard: ids of the whole run's rows in their order, so that a merge knows what has to be there. */
  plan: z.array(z.string()).min(1).optional(),
  /** Of a merged record whose shards ran apart: what each measured, where and when. */
  parts: z
    .array(
      z.strictObject({
        id: z.string(),
        createdAt: z.string(),
        environment: environmentSchema,
        /** Ids, canaries too. */
        rows: z.array(z.string()),
      }),
    )
    .optional(),
});

export type VerdictState = z.infer<typeof verdictStateSchema>;
export type Verdict = z.infer<typeof verdictSchema>;
export type Quad = z.infer<typeof quadSchema>;
export type WarmUp = z.infer<typeof warmUpSchema>;
export type MeasuredRound = z.infer<typeof measuredRoundSchema>;
export type MeasureRow = z.infer<typeof measureRowSchema>;
export type MeasureHeader = z.infer<typeof measureHeaderSchema>;

export interface MeasureRecord {
  readonly header: MeasureHeader;
  readonly rows: readonly MeasureRow[];
}

/** Through the schema, whose order of fields is the file's: equal records are equal bytes. */
export function renderMeasureRecord({ header, rows }: MeasureRecord): string {
  const lines = [
    measureHeaderSchema.parse(header),
    ...rows.map((row) => measureRowSchema.parse(row)),
  ];
  return lines.map((line) => `${JSON.stringify(line)}\n`).join("");
}

export interface ReadMeasure {
  /** Of a partial file `header.status` says so, and `header.rows` counts the rows that are there. */
  readonly record: MeasureRecord;
  /** What is missing, as a line for the reader; null: it is whole. */
  readonly partial: string | null;
}

/**
 * Reads a whole record, as `renderMeasureRecord` wrote it.
 * @param name names the file in messages
 * @throws InputError, one line, for anything that is not such a record or lacks rows
 */
export function parseMeasureRecord(name: string, text: string): MeasureRecord {
  const { record, planned } = collect(name, text);
  if (record.rows.length !== planned) {
    throw new InputError(`${name} is partial: it has ${record.rows.length} of ${planned} rows`);
  }
  return record;
}

/** Reads a whole record or what a partial one holds. @throws InputError for anything else */
export function readMeasureRecord(name: string, text: string): ReadMeasure {
  const { record, planned } = collect(name, text);
  const { header, rows } = record;
  if (header.status === "complete" && rows.length === planned) return { record, partial: null };
  const rounds = rows.reduce((sum, row) => sum + row.rounds.length, 0);
  const partial = `${name} is partial: ${rows.length} of ${planned} rows, ${rounds} rounds`;
  return {
    record: { header: { ...header, status: "partial", rows: rows.length }, rows },
    partial,
  };
}

function collect(name: string, text: string): { record: MeasureRecord; planned: number } {
  const lines = text.split("\n");
  // What follows the last line break was not written to its end.
  const torn = lines.pop() ?? "";
  const kept = lines.filter((line) => line.trim() !== "");
  if (kept.length === 0) {
    if (torn.startsWith("{") && isCut(torn)) {
      throw new InputError(`${name} is partial: it ends in its first line`);
    }
    kept.push(torn);
  } else if (torn.trim() !== "" && !isCut(torn)) kept.push(torn);
  const header = parseLine(name, 1, kept[0]!, measureHeaderSchema);
  const rows = kept
    .slice(1)
    .map((line, index) => parseLine(name, index + 2, line, measureRowSchema));
  const found = header.status === "partial" ? joined(rows) : rows;
  const keys = new Set(found.map(rowKey));
  if (keys.size !== found.length) throw new InputError(`${name} names a row twice`);
  if (found.length > header.rows) {
    throw new InputError(`${name} has ${found.length} rows, its header counts ${header.rows}`);
  }
  return { record: { header, rows: found }, planned: header.rows };
}

export function rowKey({ id, metric }: Pick<MeasureRow, "id" | "metric">): string {
  return JSON.stringify([id, metric]);
}

/** A journal names a row again with every round of it. */
function joined(rows: readonly MeasureRow[]): MeasureRow[] {
  const byKey = new Map<string, MeasureRow>();
  for (const row of rows) {
    const before = byKey.get(rowKey(row))?.rounds ?? [];
    byKey.set(rowKey(row), { ...row, rounds: [...before, ...row.rounds] });
  }
  return [...byKey.values()];
}

function isCut(line: string): boolean {
  try {
    JSON.parse(line);
    return false;
  } catch {
    return true;
  }
}

function parseLine<T extends MeasureHeader | MeasureRow>(
  name: string,
  line: number,
  text: string,
  schema: z.ZodType<T>,
): T {
  const value = parseJson(`${name} line ${line}`, text);
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const path = issue?.path.join(".") ?? "";
  throw new InputError(
    `${name} line ${line}: ${path}: ${issue?.message ?? "is not a measure row"}`,
  );
}
