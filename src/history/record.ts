/**
 * The record: one JSON object per run, the only thing that reports, comparisons and gates read.
 * The zod schema is the definition; the JSON Schema and the TypeScript types are derived from it.
 * Durations are in milliseconds, sizes in bytes, shares from 0 to 1.
 */
import { z } from "zod";
import { machineSchema } from "./machine.js";

export const RECORD_SCHEMA = "hearsay.record/2";
/** Records that are read. 1 knew neither what was lost nor the places of nodes. */
export const RECORD_SCHEMAS = ["hearsay.record/1", RECORD_SCHEMA] as const;

/** A measure may be missing (null): rounds to a coverage that was never reached. */
const measure = z.number().nullable();

export const summarySchema = z.strictObject({
  count: z.int().min(0),
  mean: measure,
  stddev: measure,
  min: measure,
  p50: measure,
  p90: measure,
  p99: measure,
  max: measure,
  ci95: z.tuple([measure, measure]),
});

/** Per-round or per-interval curves of one trial; all arrays have the length of `time`. */
export const seriesSchema = z.strictObject({
  /** Rounds (round clock) or milliseconds of simulated time (event clock), ascending. */
  time: z.array(z.number()),
  /** Share of live nodes informed at `time`, 0..1. */
  coverage: z.array(z.number()),
  /** Rumor copies sent since the previous point. */
  messages: z.array(z.number()),
  /** Figures of the state itself, where the protocol has them, and of what crosses zones; by name. */
  measures: z.record(z.string(), z.array(z.number().nullable())).optional(),
});

export const trialSchema = z.strictObject({
  seed: z.int().min(0).max(0xffffffff),
  /** 16 hex digits over the final protocol state. */
  digest: z.string().regex(/^[0-9a-f]{16}$/),
  /** Rounds run; on an event clock, simulated time divided by the gossip period. */
  rounds: z.number(),
  stopped: z.enum(["coverage", "quiescent", "round-limit", "interrupted"]),
  elapsedMs: z.number(),
  nsPerNodeRound: z.number(),
  metrics: z.record(z.string(), measure),
  series: seriesSchema,
});

/** One pixel per node: the round (or time step) that informed it, 0 = never, 1 = the origin. */
export const pictureSchema = z.strictObject({
  width: z.int().min(1),
  height: z.int().min(1),
  /** How node ids map to pixels: by id row by row, or along a Hilbert curve. */
  order: z.enum(["id", "hilbert"]),
  nodes: z.int().min(1),
  steps: z.int().min(1).max(255),
  /** Unit of one step, e.g. "round" or "40 ms". */
  stepUnit: z.string(),
  /** base64 of raw-deflated u8[nodes]. */
  data: z.string(),
  /**
   * Where the nodes stand, if that is known: base64 of raw deflate of u32[places] nodes there, then
   * i16[places] latitudes and i16[places] longitudes in hundredths of degrees, little-endian. Nodes
   * stand at the places in the order of their ids.
   */
  places: z.string().optional(),
});

/** What was lost in the traced trial, in the steps of its picture. */
export const lossesSchema = z.strictObject({
  /**
   * base64 of raw-deflated bytes: for each node the steps at which it was first seen to go down, come
   * back, go down, …, ascending, and a zero. Missing where no node could be down.
   */
  changes: z.string().optional(),
  /** Nodes that may have changed more often than is kept. */
  cutNodes: z.int().min(0).optional(),
  /** Nodes [first, end) and all others did not reach each other in the steps [from, until). */
  cuts: z.array(
    z.strictObject({
      first: z.int().min(0),
      end: z.int().min(0),
      from: z.int().min(1),
      until: z.int().min(1),
    }),
  ),
  /**
   * base64 of raw-deflated u8[nodes]: messages that a node could not send or receive because it was down,
   * cut off or its link was full; 255 = that many or more. Losses of the links themselves are not in it.
   */
  lost: z.string(),
  /** Most messages lost at one node. */
  lostMax: z.int().min(0),
});

/** What only a traced trial can tell; its digest equals the timed trial of the same seed. */
export const observedSchema = z.strictObject({
  seed: z.int(),
  digest: z.string(),
  /** hopHistogram[h] = nodes first informed over h hops. */
  hopHistogram: z.array(z.number()),
  /** Messages sent and received by a node over the whole trial. */
  load: z.strictObject({
    mean: z.number(),
    p50: z.number(),
    p99: z.number(),
    max: z.number(),
    /** Share of all messages that the busiest 1 % of nodes sent and received. */
    topShare: z.number().optional(),
    /** bins[i] counts nodes whose load lies in [edges[i], edges[i + 1]). */
    edges: z.array(z.number()),
    bins: z.array(z.number()),
  }),
  picture: pictureSchema.optional(),
  losses: lossesSchema.optional(),
});

export const armSchema = z.strictObject({
  backend: z.enum(["wasm", "ts"]),
  workers: z.int().min(1),
  /** Model state, topology included, per node. */
  bytesPerNode: z.number(),
  /** Memory laid out for the trial, mailboxes included. */
  memoryBytes: z.number(),
  trials: z.array(trialSchema),
  summary: z.record(z.string(), summarySchema),
});

export const scenarioSchema = z.strictObject({
  name: z.string(),
  protocol: z.string(),
  title: z.string(),
  parameters: z.record(z.string(), z.union([z.number(), z.string(), z.boolean()])),
  nodes: z.int().min(2),
  network: z.record(z.string(), z.union([z.number(), z.string(), z.boolean()])),
  clock: z.strictObject({
    kind: z.enum(["round", "event"]),
    /** Simulated milliseconds of one tick; 0 on a round clock. */
    tickMs: z.number(),
    /** Ticks between two gossip actions of one node. */
    periodTicks: z.number(),
  }),
  seed: z.int(),
  trials: z.int().min(1),
});

export const environmentSchema = z.strictObject({
  node: z.string(),
  v8: z.string(),
  os: z.string(),
  arch: z.string(),
  cpu: z.string(),
  cores: z.int(),
  memoryBytes: z.number(),
  commit: z.string().nullable(),
  dirty: z.boolean().nullable(),
  wasmHash: z.string(),
  flags: z.array(z.string()),
  /** Hash of CPU model, Node major.minor, V8 and flags: times compare only within a class. */
  class: z.string(),
  /** Left out by records from before it was asked. */
  machine: machineSchema.optional(),
});

export const speedupSchema = z.strictObject({
  /** Time of TypeScript divided by time of WASM: above 1, WASM is faster. */
  ratio: z.number(),
  ci95: z.tuple([measure, measure]),
  /** Paired trials behind the ratio. */
  rounds: z.int(),
});

export const recordSchema = z.strictObject({
  schema: z.enum(RECORD_SCHEMAS),
  kind: z.literal("run"),
  id: z.string(),
  createdAt: z.string(),
  /** partial: the run was interrupted or a worker died; what stands here is still true. */
  status: z.enum(["complete", "partial"]),
  /** The command line that repeats this run. */
  command: z.string(),
  scenario: scenarioSchema,
  environment: environmentSchema,
  arms: z.array(armSchema),
  observed: observedSchema.nullable(),
  agreement: z.strictObject({ digestsEqual: z.boolean().nullable() }),
  comparison: z.strictObject({ speedup: speedupSchema.nullable() }),
});

export type Summary = z.infer<typeof summarySchema>;
export type Series = z.infer<typeof seriesSchema>;
export type TrialRecord = z.infer<typeof trialSchema>;
export type Picture = z.infer<typeof pictureSchema>;
export type Losses = z.infer<typeof lossesSchema>;
export type Observed = z.infer<typeof observedSchema>;
export type Arm = z.infer<typeof armSchema>;
export type ScenarioRecord = z.infer<typeof scenarioSchema>;
export type Environment = z.infer<typeof environmentSchema>;
export type RunRecord = z.infer<typeof recordSchema>;
