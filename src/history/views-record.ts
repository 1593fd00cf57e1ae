/**
 * The record of overlays of the peer sampling service: what they look like round by round, and how they
 * heal after a crash. Figures are of live nodes; times are milliseconds of the rounds alone.
 */
import { z } from "zod";
import { environmentSchema, RECORD_SCHEMA } from "./record.js";

const digest = z.string().regex(/^[0-9a-f]{16}$/);

/** One look at an overlay. */
const viewPointSchema = z.strictObject({
  round: z.int().min(0),
  /** Standard deviation of the in-degree over the nodes. */
  inDegreeSd: z.number(),
  /** Mean clustering coefficient of a sample of nodes. */
  clustering: z.number(),
  /** Mean length of shortest paths from a sample of nodes to all they reach. */
  pathLength: z.number(),
  components: z.int().min(1),
});

/** Links some rounds after the crash; round 0 is the moment of it. */
const healingPointSchema = z.strictObject({
  round: z.int().min(0),
  deadLinksPerNode: z.number().min(0),
  components: z.int().min(1),
  /** Share of the live nodes in the largest component. */
  largestShare: z.number().min(0).max(1),
});

const viewArmSchema = z.strictObject({
  backend: z.enum(["wasm", "ts"]),
  /** Of all views before the crash and at the end. */
  digests: z.tuple([digest, digest]),
  elapsedMs: z.number().min(0),
  nsPerNodeRound: z.number().min(0),
});

export const viewTrialSchema = z.strictObject({
  seed: z.int().min(0).max(0xffffffff),
  arms: z.array(viewArmSchema).min(1),
  points: z.array(viewPointSchema).min(1),
  /** histogram[d] = nodes that d nodes know, before the crash. */
  inDegree: z.array(z.int().min(0)),
  healing: z.array(healingPointSchema),
});

export const overlaySchema = z.strictObject({
  name: z.string(),
  protocol: z.string(),
  parameters: z.record(z.string(), z.union([z.number(), z.string()])),
  bytesPerNode: z.number(),
  trials: z.array(viewTrialSchema),
  /** null where only one backend ran. */
  digestsEqual: z.boolean().nullable(),
});

export const viewsRecordSchema = z.strictObject({
  schema: z.literal(RECORD_SCHEMA),
  kind: z.literal("views"),
  id: z.string(),
  createdAt: z.string(),
  status: z.enum(["complete", "partial"]),
  command: z.string(),
  environment: environmentSchema,
  nodes: z.int().min(2),
  rounds: z.int().min(0),
  /** Share of the nodes that die at once after `rounds`; 0 = none. */
  crash: z.number().min(0).max(1),
  healRounds: z.int().min(0),
  trials: z.int().min(1),
  seed: z.int(),
  overlays: z.array(overlaySchema),
});

export type ViewPoint = z.infer<typeof viewPointSchema>;
export type HealingPoint = z.infer<typeof healingPointSchema>;
export type ViewTrial = z.infer<typeof viewTrialSchema>;
export type Overlay = z.infer<typeof overlaySchema>;
export type ViewsRecord = z.infer<typeof viewsRecordSchema>;
