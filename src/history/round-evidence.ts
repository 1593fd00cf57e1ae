/** What a round tells about its own soundness, beside its times: order, collections, the machine, tiers. */
import { z } from "zod";

const count = z.int().min(0);

/** Garbage collections of one arm in the timed blocks of a round. */
export const collectionsSchema = z.strictObject({
  /** Milliseconds in blocks, all kinds. */
  ms: z.number().min(0),
  /** Blocks of this arm that hold a full collection, counted from 0 in their order. */
  majorBlocks: z.array(count),
});

export const roundEvidenceSchema = z.strictObject({
  /** From the monotonic clock: blocks in time order, and how many began before the one before had ended. */
  order: z.strictObject({ blocks: count, overlaps: count }),
  collections: z.strictObject({ base: collectionsSchema, head: collectionsSchema }),
  /** Share of CPU time that the hypervisor kept for others; null where the system does not tell. */
  steal: z.number().min(0).max(1).nullable(),
  /** Share of the round in which a quota held the processes; null where there is none. */
  throttled: z.number().min(0).nullable(),
});

const reached = z.union([z.boolean(), z.literal("unknown")]);

/** From a process of its own with V8's natives on. */
export const armTiersSchema = z.strictObject({
  /** The timed function has code of its own at the top tier; one that is inlined into its loop may never have. */
  run: reached,
  /** Its loop runs at the top tier. */
  loop: reached,
  /** WASM exports compiled by TurboFan, of all that were called; null: no WASM. */
  exports: z.strictObject({ top: count, all: count }).nullable(),
  /** Times that the function or its loop left the top tier. */
  deopts: count,
  /** Blocks until nothing changed any more. */
  blocks: count,
});

export const rowEvidenceSchema = z.strictObject({
  /** Bytes on the heap that one call allocates; null where it was not asked. */
  allocated: z.strictObject({ base: z.number(), head: z.number() }).nullable(),
  /** null: no probe ran. */
  tiers: z.strictObject({ base: armTiersSchema.nullable(), head: armTiersSchema.nullable() }),
});

export type Collections = z.infer<typeof collectionsSchema>;
export type RoundEvidence = z.infer<typeof roundEvidenceSchema>;
export type ArmTiers = z.infer<typeof armTiersSchema>;
export type RowEvidence = z.infer<typeof rowEvidenceSchema>;
