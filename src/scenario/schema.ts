/**
 * What a user's scenario file may say: strict zod schemas, their JSON Schema, and one plain line
 * for the first thing that is wrong. Ranges of network fields are checked where networks are built.
 */
import { z } from "zod";
import { checkChoice, nearestName, shown, type NumberRange } from "../check.js";
import { InputError } from "../errors.js";
import { CHURN_LAWS, EFFECTS, OUTAGE_UNITS, STATES } from "../network/environment.js";
import { LATENCY_NAMES, TOPOLOGY_NAMES } from "../network/build.js";
import { SCORE_NAMES, SELECTION_NAMES, SPACE_NAMES } from "../network/selection.js";
import {
  BACKENDS,
  CLOCKS,
  COVERAGE,
  MAX_ROUNDS,
  NODES,
  PERIOD_MS,
  SEED,
  TICK_MS,
  TIMERS,
  TRIALS,
  WORKERS,
} from "./ranges.js";

/** Longest name; it becomes part of a file name. */
const NAME_LENGTH_MAX = 64;
const NAME_RULE = `must be 1 to ${NAME_LENGTH_MAX} of a-z, 0-9 and "-", a letter or digit first`;
/** Most scenarios in one suite. */
const SCENARIOS_MAX = 1000;

const name = z
  .string()
  .regex(new RegExp(`^[a-z0-9][a-z0-9-]{0,${NAME_LENGTH_MAX - 1}}$`), { error: NAME_RULE });
const anyNumber = z.number({ error: "must be a number" });

export const networkSettingsSchema = z.strictObject({
  topology: z.enum(TOPOLOGY_NAMES).optional(),
  degree: anyNumber.optional(),
  rewire: anyNumber.optional(),
  torus: z.boolean().optional(),
  /** Edge list, plain or gzip; relative to the scenario file. */
  file: z.string().min(1).optional(),
  directed: z.boolean().optional(),
  latency: z.enum(LATENCY_NAMES).optional(),
  latencyMs: anyNumber.optional(),
  latencyMsMin: anyNumber.optional(),
  latencyMsMax: anyNumber.optional(),
  latencyMsAcross: anyNumber.optional(),
  latencySigma: anyNumber.optional(),
  citiesPreset: z.string().optional(),
  lossRatio: anyNumber.optional(),
  dcs: anyNumber.optional(),
  racks: anyNumber.optional(),
  selection: z.enum(SELECTION_NAMES).optional(),
  directedRounds: anyNumber.optional(),
  alpha: anyNumber.optional(),
  score: z.enum(SCORE_NAMES).optional(),
  sources: anyNumber.optional(),
  outsideDc: anyNumber.optional(),
  outsideRack: anyNumber.optional(),
  candidates: anyNumber.optional(),
  space: z.enum(SPACE_NAMES).optional(),
  rho: anyNumber.optional(),
  rowNodes: anyNumber.optional(),
});

const duration = z.union([z.number(), z.string()], {
  error: 'must be a number of rounds, or text such as "30 min"',
});
const span = { from: duration, until: duration.optional() };

/** What happens to nodes and links; ranges are checked in network/environment.ts. */
export const environmentSettingsSchema = z.strictObject({
  duplicateRatio: anyNumber.optional(),
  partitions: z
    .array(z.strictObject({ ...span, share: anyNumber.optional(), dc: anyNumber.optional() }))
    .optional(),
  outages: z
    .array(
      z.strictObject({
        ...span,
        share: anyNumber.optional(),
        of: z.enum(OUTAGE_UNITS).optional(),
        dc: anyNumber.optional(),
        first: anyNumber.optional(),
        count: anyNumber.optional(),
        every: duration.optional(),
        batches: anyNumber.optional(),
        effect: z.enum(EFFECTS).optional(),
        notice: duration.optional(),
        state: z.enum(STATES).optional(),
      }),
    )
    .optional(),
  churn: z
    .strictObject({
      law: z.enum(CHURN_LAWS).optional(),
      session: duration.optional(),
      downtime: duration.optional(),
      shape: anyNumber.optional(),
      /** Recorded sessions, plain or gzip; relative to the scenario file. */
      file: z.string().min(1).optional(),
      hour: duration.optional(),
      state: z.enum(STATES).optional(),
    })
    .optional(),
  uplinkKbps: anyNumber.optional(),
  downlinkKbps: anyNumber.optional(),
  queueMs: anyNumber.optional(),
});

export const clockSettingsSchema = z.strictObject({
  kind: z.enum(CLOCKS).optional(),
  tickMs: ranged(TICK_MS).optional(),
  periodMs: ranged(PERIOD_MS).optional(),
  timer: z.enum(TIMERS).optional(),
});

export const scenarioSettingsSchema = z.strictObject({
  name,
  title: z.string().optional(),
  protocol: z.string(),
  parameters: z
    .record(
      z.string(),
      z.union([z.number(), z.string()], { error: "must be a number or the name of a choice" }),
    )
    .optional(),
  nodes: ranged(NODES).optional(),
  /** Named surroundings (presets.ts); fields beside it replace theirs. */
  preset: z.string().optional(),
  network: networkSettingsSchema.optional(),
  environment: environmentSettingsSchema.optional(),
  clock: clockSettingsSchema.optional(),
  seed: ranged(SEED).optional(),
  trials: ranged(TRIALS).optional(),
  backend: z.enum(BACKENDS).optional(),
  workers: ranged(WORKERS).optional(),
  stop: z
    .strictObject({
      coverage: ranged(COVERAGE).optional(),
      maxRounds: ranged(MAX_ROUNDS).optional(),
    })
    .optional(),
  observe: z.boolean().optional(),
});

export const suiteSettingsSchema = z.strictObject({
  name: name.optional(),
  title: z.string().optional(),
  scenarios: z.array(scenarioSettingsSchema).min(1).max(SCENARIOS_MAX),
});

export type NetworkSettings = z.infer<typeof networkSettingsSchema>;
export type ScenarioSettings = z.infer<typeof scenarioSettingsSchema>;
export type SuiteSettings = z.infer<typeof suiteSettingsSchema>;

/** Position of a value in a file: keys and list indices from the top. */
export type FieldPath = readonly (string | number)[];

/** JSON Schema (draft 2020-12) of a scenario file, for editors and other tools. */
export function scenarioJsonSchema(): object {
  return z.toJSONSchema(z.union([scenarioSettingsSchema, suiteSettingsSchema]), { io: "input" });
}

/**
 * Checks a file's content against the schema; a top-level `scenarios` makes it a suite.
 * @param where name of a field for a message: file, line where known, path
 * @throws InputError naming the first wrong field, what is allowed and what stands there
 */
export function parseSettings(content: unknown, where: (path: FieldPath) => string): SuiteSettings {
  const isSuite = typeof content === "object" && content !== null && "scenarios" in content;
  const schema = isSuite ? suiteSettingsSchema : scenarioSettingsSchema;
  const result = schema.safeParse(content, { reportInput: true });
  if (!result.success) throw problem(result.error.issues[0]!, schema, where);
  return "scenarios" in result.data ? result.data : { scenarios: [result.data] };
}

/** [ "scenarios", 0, "nodes" ] -> "scenarios[0].nodes". */
export function pathText(path: FieldPath): string {
  return path
    .map((part, index) =>
      typeof part === "number" ? `[${part}]` : index === 0 ? part : `.${part}`,
    )
    .join("");
}

function ranged({ min, max, integer, unit }: NumberRange): z.ZodNumber {
  const kind = integer === true ? "a whole number" : "a number";
  const error = `must be ${kind} from ${min} to ${max}${unit === undefined ? "" : ` ${unit}`}`;
  const number = integer === true ? z.int({ error }) : z.number({ error });
  return number.min(min, { error }).max(max, { error });
}

const KINDS: Readonly<Record<string, string>> = {
  string: "must be text",
  boolean: "must be true or false",
  object: "must be a mapping of fields",
  record: "must be a mapping of fields",
  array: "must be a list",
};

function problem(
  issue: z.core.$ZodIssue,
  schema: z.ZodType,
  where: (path: FieldPath) => string,
): InputError {
  const path = issue.path as FieldPath;
  if (issue.code === "unrecognized_keys") return unknownField(issue.keys[0]!, path, schema, where);
  if (issue.input === undefined) return new InputError(`${where(path)} is missing`);
  if (issue.code === "invalid_value" && typeof issue.input === "string") {
    try {
      checkChoice(where(path), issue.input, issue.values as string[]);
    } catch (error) {
      if (error instanceof InputError) return error;
      throw error;
    }
  }
  return new InputError(`${where(path)} ${rule(issue)}, got ${got(issue.input)}`);
}

/** What is allowed, where the schema's own message does not say it in the project's words. */
function rule(issue: z.core.$ZodIssue): string {
  if (issue.code === "invalid_type") return KINDS[issue.expected] ?? issue.message;
  if (issue.code === "invalid_value") return `must be one of ${issue.values.join(", ")}`;
  if (issue.code === "too_small" && issue.origin === "array") return "must hold 1 or more";
  if (issue.code === "too_big" && issue.origin === "array") {
    return `must hold at most ${issue.maximum}`;
  }
  if (issue.code === "too_small" && issue.origin === "string") return "must not be empty";
  return issue.message;
}

function got(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  return typeof value === "object" && value !== null ? "a mapping" : shown(value);
}

function unknownField(
  key: string,
  path: FieldPath,
  schema: z.ZodType,
  where: (path: FieldPath) => string,
): InputError {
  const allowed = fieldsAt(schema, path);
  const nearest = nearestName(key, allowed);
  const hint = nearest === undefined ? "" : `; did you mean ${nearest}?`;
  const field = where([...path, key]);
  return new InputError(`${field} is not a field; allowed: ${allowed.join(", ")}${hint}`);
}

/** Names of the fields of the mapping that stands at `path`. */
function fieldsAt(schema: z.ZodType, path: FieldPath): string[] {
  let at: z.ZodType = schema;
  for (const part of path) {
    if (at instanceof z.ZodOptional) at = at.unwrap() as z.ZodType;
    if (at instanceof z.ZodArray && typeof part === "number") at = at.element as z.ZodType;
    else if (at instanceof z.ZodObject) at = at.shape[String(part)] as z.ZodType;
  }
  if (at instanceof z.ZodOptional) at = at.unwrap() as z.ZodType;
  return at instanceof z.ZodObject ? Object.keys(at.shape) : [];
}
