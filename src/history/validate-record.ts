/**
 * The record of a validation: published figures beside ours, case by case, with the rule by which each
 * was judged. A measure passes when |measured - expected| <= reach.
 */
import { z } from "zod";
import { environmentSchema, RECORD_SCHEMAS } from "./record.js";

export const validatedMeasureSchema = z.strictObject({
  /** Name in the source's file: "mean_rounds"; of a series, "ratio_series.3". */
  name: z.string(),
  expected: z.number(),
  /** Standard error of the expected value, where it was measured itself: on a real system. */
  expectedError: z.number().min(0).optional(),
  measured: z.number().nullable(),
  standardError: z.number().min(0),
  runs: z.int().min(1),
  /** Largest difference that passes; null: the source gives no tolerance, so it is only shown. */
  reach: z.number().min(0).nullable(),
  verdict: z.enum(["pass", "off", "fail", "shown"]),
});

export const validatedCaseSchema = z.strictObject({
  source: z.string(),
  /** Position in the source's file, from zero. */
  index: z.int().min(0),
  label: z.string(),
  parameters: z.record(z.string(), z.unknown()),
  acceptance: z.enum(["hard", "soft", "reference-only"]),
  measures: z.array(validatedMeasureSchema),
  /** off: a soft case beyond its tolerance, but within three times of it. */
  verdict: z.enum(["pass", "off", "fail", "shown", "skipped"]),
  /** Why it was skipped. */
  note: z.string().nullable(),
  elapsedMs: z.number().min(0),
});

export const validateRecordSchema = z.strictObject({
  schema: z.enum(RECORD_SCHEMAS),
  /** fidelity: what is expected was measured on real systems, not published. */
  kind: z.enum(["validate", "fidelity"]),
  id: z.string(),
  createdAt: z.string(),
  status: z.enum(["complete", "partial"]),
  command: z.string(),
  environment: environmentSchema,
  effort: z.enum(["quick", "normal", "full"]),
  /** Citation by source. */
  sources: z.record(z.string(), z.string()),
  cases: z.array(validatedCaseSchema),
});

export type ValidatedMeasure = z.infer<typeof validatedMeasureSchema>;
export type ValidatedCase = z.infer<typeof validatedCaseSchema>;
export type ValidateRecord = z.infer<typeof validateRecordSchema>;
