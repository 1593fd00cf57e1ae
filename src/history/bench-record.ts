/**
 * The record of a bench of kernels: raw times in the order of the rounds, with what they were checked
 * against. Times are nanoseconds of one operation; ratios are time of an arm over time of WASM.
 */
import { z } from "zod";
import { environmentSchema, RECORD_SCHEMAS } from "./record.js";

const time = z.number().positive();

export const benchArmSchema = z.strictObject({
  /** "wasm", "ts", "c", or a peer's package and version. */
  name: z.string(),
  /** wrong: its result differs, so it was not timed; missing: it is not installed here. */
  status: z.enum(["timed", "wrong", "missing"]),
  /** What is wrong or missing, and how to get it. */
  note: z.string().nullable(),
  /** Of the result; null for a peer whose results cannot equal ours and were checked otherwise. */
  digest: z
    .string()
    .regex(/^[0-9a-f]{16}$/)
    .nullable(),
  /** Median block of each round, in time order. */
  nsPerOperation: z.array(time),
  summary: z.strictObject({ p50: time, min: time, max: time }).nullable(),
  /** Time of this arm over time of WASM, paired by round; null where either was not timed. */
  overWasm: z
    .strictObject({ ratio: time, ci95: z.tuple([time.nullable(), time.nullable()]) })
    .nullable(),
});

export const benchRowSchema = z.strictObject({
  id: z.string(),
  title: z.string(),
  scope: z.enum(["compute", "call", "end-to-end"]),
  operation: z.string(),
  size: z.int().min(1),
  /** true: the size at which the bench is judged. */
  headline: z.boolean(),
  operations: z.int().min(1),
  workingSetBytes: z.number().min(0),
  arms: z.array(benchArmSchema),
});

/** Cost of finding the difference of two sets, by method. */
export const reconcileRowSchema = z.strictObject({
  method: z.string(),
  /** Items that each side holds. */
  items: z.int().min(0),
  differences: z.int().min(0),
  bytes: z.number().min(0),
  roundTrips: z.number().min(0),
});

export const benchRecordSchema = z.strictObject({
  schema: z.enum(RECORD_SCHEMAS),
  kind: z.literal("bench"),
  id: z.string(),
  createdAt: z.string(),
  status: z.enum(["complete", "partial"]),
  command: z.string(),
  environment: environmentSchema,
  /** Rounds per bench, and the least time of one block. */
  rounds: z.int().min(1),
  blockMs: z.number().positive(),
  seed: z.int(),
  rows: z.array(benchRowSchema),
  reconciliation: z.array(reconcileRowSchema),
});

export type BenchArm = z.infer<typeof benchArmSchema>;
export type BenchRow = z.infer<typeof benchRowSchema>;
export type ReconcileRow = z.infer<typeof reconcileRowSchema>;
export type BenchRecord = z.infer<typeof benchRecordSchema>;
