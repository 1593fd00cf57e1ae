/**
 * Settings -> environment: duplicates, partitions, outages, churn and bandwidth, checked and named in
 * full. Times are rounds or, on an event clock, spans with a unit; see duration.ts.
 */
import { basename } from "node:path";
import { checkChoice, checkNumber, shown } from "../check.js";
import { InputError } from "../errors.js";
import { readChurnTrace } from "./churn-trace.js";
import { durationText, isLater, parseDuration, type DurationText } from "./duration.js";
import type {
  Bandwidth,
  Churn,
  Duration,
  Environment,
  Outage,
  Partition,
  Zones,
} from "./network.js";
import { dcRange } from "./zones.js";

export const CHURN_LAWS = ["exponential", "weibull", "trace"] as const;
export const OUTAGE_UNITS = ["nodes", "racks", "dcs"] as const;
export const STATES = ["kept", "lost"] as const;
export const EFFECTS = ["down", "paused"] as const;

/** What a user may say; see docs/environment.md. */
export interface EnvironmentSpec {
  readonly duplicateRatio?: number | undefined;
  readonly partitions?: readonly PartitionSpec[] | undefined;
  readonly outages?: readonly OutageSpec[] | undefined;
  readonly churn?: ChurnSpec | undefined;
  readonly uplinkKbps?: number | undefined;
  readonly downlinkKbps?: number | undefined;
  readonly queueMs?: number | undefined;
}

export interface PartitionSpec {
  readonly from: DurationText;
  readonly until?: DurationText | undefined;
  /** Share of the ids that are cut off from the others, or the data centre that is. */
  readonly share?: number | undefined;
  readonly dc?: number | undefined;
}

export interface OutageSpec {
  readonly from: DurationText;
  readonly until?: DurationText | undefined;
  /** Share of nodes, racks or data centres (`of`) that fail; or the one data centre that does. */
  readonly share?: number | undefined;
  readonly of?: (typeof OUTAGE_UNITS)[number] | undefined;
  readonly dc?: number | undefined;
  /** The first of `count` (1) ids that fail. */
  readonly first?: number | undefined;
  readonly count?: number | undefined;
  /** Time from one outage of these nodes to the next. */
  readonly every?: DurationText | undefined;
  /** A rolling restart: ids in a row fail in so many groups, each as the one before it returns. */
  readonly batches?: number | undefined;
  readonly effect?: (typeof EFFECTS)[number] | undefined;
  /** For so long before, the nodes know that they will leave. */
  readonly notice?: DurationText | undefined;
  readonly state?: (typeof STATES)[number] | undefined;
}

export interface ChurnSpec {
  readonly law?: (typeof CHURN_LAWS)[number] | undefined;
  /** Means; without a downtime nodes leave for good. */
  readonly session?: DurationText | undefined;
  readonly downtime?: DurationText | undefined;
  readonly shape?: number | undefined;
  readonly file?: string | undefined;
  /** How long an hour of a trace lasts in the trial. */
  readonly hour?: DurationText | undefined;
  readonly state?: (typeof STATES)[number] | undefined;
}

/** What an environment must fit. */
export interface Surroundings {
  readonly nodes: number;
  readonly zones: Zones | undefined;
  readonly clock: "round" | "event";
}

export interface DescribedEnvironment {
  readonly environment: Environment;
  readonly description: Readonly<Record<string, string | number>>;
}

/** One bit each in the state of a node. */
const OUTAGES_MAX = 31;
const RATIO = { min: 0, max: 0.99 } as const;
const SHARE = { min: 0, max: 1 } as const;
const SHAPE = { min: 0.2, max: 10 } as const;
const DEFAULT_SHAPE = 0.5;
const KBPS = { min: 0.001, max: 1e9, unit: "kbit/s" } as const;
const QUEUE_MS = { min: 1, max: 60_000, unit: "ms" } as const;
const DEFAULT_QUEUE_MS = 1000;

/** @throws InputError "environment.FIELD must be …, got …" */
export function buildEnvironment(spec: EnvironmentSpec, place: Surroundings): DescribedEnvironment {
  const duplicateRatio = checkNumber("environment.duplicateRatio", spec.duplicateRatio ?? 0, RATIO);
  const partitions = (spec.partitions ?? []).map((partition, index) =>
    partitionOf(partition, `environment.partitions[${index}]`, place),
  );
  checkApart(partitions);
  const described = (spec.outages ?? []).map((outage, index) =>
    outageOf(outage, `environment.outages[${index}]`, place),
  );
  const outages = described.flatMap(inBatches);
  if (outages.length > OUTAGES_MAX) {
    const range = `at most ${OUTAGES_MAX}, each batch counted`;
    throw new InputError(`environment.outages must hold ${range}, got ${outages.length}`);
  }
  const churn = spec.churn === undefined ? undefined : churnOf(spec.churn, place);
  const bandwidth = bandwidthOf(spec, place);
  return {
    environment: {
      ...{ duplicateRatio, partitions, outages },
      ...(churn === undefined ? {} : { churn }),
      ...(bandwidth === undefined ? {} : { bandwidth }),
    },
    description: {
      ...(duplicateRatio > 0 ? { duplicateRatio } : {}),
      ...(partitions.length > 0 ? { partitions: partitions.map(partitionText).join("; ") } : {}),
      ...(outages.length > 0 ? { outages: described.map(outageText).join("; ") } : {}),
      ...(churn === undefined ? {} : { churn: churnText(churn, spec.churn!) }),
      ...bandwidth,
    },
  };
}

function partitionOf(spec: PartitionSpec, field: string, place: Surroundings): Partition {
  return { ...spanOf(spec, field, place), ...rangeOf(spec, field, place) };
}

function spanOf(
  spec: PartitionSpec | OutageSpec,
  field: string,
  { clock }: Surroundings,
): { from: Duration; until: Duration | null } {
  const from = parseDuration(`${field}.from`, spec.from, clock);
  const until =
    spec.until === undefined ? null : parseDuration(`${field}.until`, spec.until, clock);
  if (until !== null && !isLater(until, from)) {
    const range = `must be later than from, in the same unit (${durationText(from)})`;
    throw new InputError(`${field}.until ${range}, got ${shown(spec.until)}`);
  }
  return { from, until };
}

/** The ids that a share or a data centre means. */
function rangeOf(
  { share, dc }: PartitionSpec,
  field: string,
  { nodes, zones }: Surroundings,
): { first: number; end: number } {
  if ((share === undefined) === (dc === undefined)) {
    throw new InputError(
      `${field} must say either share or dc, got ${dc === undefined ? "none" : "both"}`,
    );
  }
  if (share !== undefined) {
    return { first: 0, end: Math.round(checkNumber(`${field}.share`, share, SHARE) * nodes) };
  }
  const dcs = zones?.dcs ?? 1;
  const range = { min: 0, max: dcs - 1, integer: true, unit: "(network.dcs tells how many)" };
  const [first, end] = dcRange(
    nodes,
    zones ?? { dcs: 1, racks: 1 },
    checkNumber(`${field}.dc`, dc, range),
  );
  return { first, end };
}

/** At one time there is one cut. */
function checkApart(partitions: readonly Partition[]): void {
  partitions.forEach((partition, index) => {
    const before = partitions[index - 1];
    if (before === undefined) return;
    if (before.until === null || isLater(before.until, partition.from)) {
      throw new InputError(
        `environment.partitions[${index}].from must not lie before the end of the one above ` +
          `(${before.until === null ? "it has none" : durationText(before.until)}), ` +
          `got ${durationText(partition.from)}`,
      );
    }
  });
}

/** In the unit that a duration has. */
function amount(duration: Duration): number {
  return "ms" in duration ? duration.ms : duration.rounds;
}

/** An outage as its setting says it; `batches` is 1 when all fail at once. */
interface DescribedOutage extends Outage {
  readonly batches: number;
}

function outageOf(spec: OutageSpec, field: string, place: Surroundings): DescribedOutage {
  const stateLost = checkChoice(`${field}.state`, spec.state ?? "kept", STATES) === "lost";
  const effect = checkChoice(`${field}.effect`, spec.effect ?? "down", EFFECTS);
  if (effect === "paused" && (stateLost || place.clock === "round")) {
    const [what, got] = stateLost ? ["kept state", "lost"] : ["an event clock", "a round clock"];
    throw new InputError(`${field}.effect paused needs ${what}, got ${got}`);
  }
  const span = spanOf(spec, field, place);
  const every = everyOf(spec, span, field, place);
  const notice = noticeOf(spec, effect, field, place);
  const nodes = failing(spec, field, place);
  const batches = batchesOf(spec, { ...span, every, nodes }, field);
  return { ...span, every, effect, notice, stateLost, nodes, batches };
}

function batchesOf(
  { batches }: OutageSpec,
  { until, every, nodes }: Pick<Outage, "until" | "every" | "nodes">,
  field: string,
): number {
  if (batches === undefined) return 1;
  if (nodes.kind !== "range" || until === null || every !== null) {
    const range = "needs ids in a row (first, count or dc), until, and no every";
    throw new InputError(`${field}.batches ${range}, got ${shown(batches)}`);
  }
  const range = { min: 2, max: Math.min(OUTAGES_MAX, nodes.end - nodes.first), integer: true };
  return checkNumber(`${field}.batches`, batches, range);
}

/** The outages that an outage in batches stands for: batch k lasts where the first did, k lengths later. */
function inBatches({ batches, ...outage }: DescribedOutage): Outage[] {
  const { from, until, nodes } = outage;
  if (batches === 1 || nodes.kind === "share" || until === null) return [outage];
  const bound = (batch: number): number =>
    nodes.first + Math.round((batch * (nodes.end - nodes.first)) / batches);
  return Array.from({ length: batches }, (_, batch) => ({
    ...outage,
    ...{ from: later(from, from, until, batch), until: later(until, from, until, batch) },
    nodes: { kind: "range", first: bound(batch), end: bound(batch + 1) },
  }));
}

/** A time and so many lengths of a span; both are in one unit. */
function later(time: Duration, from: Duration, until: Duration, lengths: number): Duration {
  const moved = amount(time) + lengths * (amount(until) - amount(from));
  return "ms" in time ? { ms: moved } : { rounds: moved };
}

function noticeOf(
  { notice }: OutageSpec,
  effect: Outage["effect"],
  field: string,
  { clock }: Surroundings,
): Duration | null {
  if (notice === undefined) return null;
  if (effect === "paused") {
    throw new InputError(`${field}.notice has no effect for pauses: leave it out`);
  }
  return parseDuration(`${field}.notice`, notice, clock);
}

/** Time from one beginning to the next: longer than the outage itself. */
function everyOf(
  spec: OutageSpec,
  { from, until }: { from: Duration; until: Duration | null },
  field: string,
  { clock }: Surroundings,
): Duration | null {
  if (spec.every === undefined) return null;
  const every = parseDuration(`${field}.every`, spec.every, clock);
  const length = until === null ? Infinity : amount(until) - amount(from);
  if ("ms" in every === "ms" in from && amount(every) > length) return every;
  throw new InputError(
    `${field}.every must be longer than the time between from and until, in the same unit, ` +
      `got ${shown(spec.every)}`,
  );
}

/** The nodes that an outage names: a data centre, ids in a row, or a share of all units. */
function failing(spec: OutageSpec, field: string, place: Surroundings): Outage["nodes"] {
  const { dc, first, share } = spec;
  const ways = Object.entries({ share, dc, first }).filter(([, value]) => value !== undefined);
  if (ways.length !== 1) {
    const got = ways.length === 0 ? "none" : ways.map(([name]) => name).join(" and ");
    throw new InputError(`${field} must say one of share, dc and first, got ${got}`);
  }
  if (spec.of !== undefined && share === undefined) {
    throw new InputError(`${field}.of has no effect without share: leave it out`);
  }
  if (dc !== undefined) return { kind: "range", ...rangeOf({ from: spec.from, dc }, field, place) };
  if (first !== undefined) return idsInARow(spec, field, place);
  const of = checkChoice(`${field}.of`, spec.of ?? "nodes", OUTAGE_UNITS);
  if (of !== "nodes" && place.zones === undefined) {
    throw new InputError(`${field}.of ${of} needs network.dcs or network.racks, got neither`);
  }
  return { kind: "share", share: checkNumber(`${field}.share`, share, SHARE), of };
}

function idsInARow(spec: OutageSpec, field: string, { nodes }: Surroundings): Outage["nodes"] {
  const whole = { integer: true } as const;
  const first = checkNumber(`${field}.first`, spec.first, { min: 0, max: nodes - 1, ...whole });
  const range = { min: 1, max: nodes - first, ...whole };
  return {
    kind: "range",
    first,
    end: first + checkNumber(`${field}.count`, spec.count ?? 1, range),
  };
}

function churnOf(spec: ChurnSpec, { clock }: Surroundings): Churn {
  const law = checkChoice("environment.churn.law", spec.law ?? "weibull", CHURN_LAWS);
  const stateLost = checkChoice("environment.churn.state", spec.state ?? "kept", STATES) === "lost";
  const time = (name: "session" | "downtime" | "hour"): Duration => {
    const value = spec[name];
    if (value === undefined)
      throw new InputError(`environment.churn.${name} must be set for law ${law}`);
    return parseDuration(`environment.churn.${name}`, value, clock);
  };
  refuseUnused(spec, law);
  if (law === "trace") {
    if (spec.file === undefined) {
      throw new InputError("environment.churn.file must name a trace for law trace, got nothing");
    }
    const { offsets, timesMs, lengthMs } = readChurnTrace(spec.file);
    return { kind: "trace", offsets, timesMs, lengthMs, hour: time("hour"), stateLost };
  }
  const shape =
    law === "exponential"
      ? 1
      : checkNumber("environment.churn.shape", spec.shape ?? DEFAULT_SHAPE, SHAPE);
  const down = spec.downtime === undefined ? null : time("downtime");
  return { kind: "sessions", up: time("session"), down, shape, stateLost };
}

function refuseUnused(spec: ChurnSpec, law: (typeof CHURN_LAWS)[number]): void {
  const unused = {
    exponential: ["shape", "file", "hour"],
    weibull: ["file", "hour"],
    trace: ["session", "downtime", "shape"],
  } as const;
  for (const field of unused[law]) {
    if (spec[field] === undefined) continue;
    throw new InputError(`environment.churn.${field} has no effect with law ${law}: leave it out`);
  }
}

function bandwidthOf(spec: EnvironmentSpec, { clock }: Surroundings): Bandwidth | undefined {
  const { uplinkKbps, downlinkKbps, queueMs } = spec;
  const given = { uplinkKbps, downlinkKbps, queueMs };
  const named = Object.entries(given).find(([, value]) => value !== undefined)?.[0];
  if (named === undefined) return undefined;
  if (clock === "round") {
    throw new InputError(`environment.${named} needs an event clock: set network.latency`);
  }
  if (uplinkKbps === undefined && downlinkKbps === undefined) {
    throw new InputError("environment.queueMs has no effect without uplinkKbps or downlinkKbps");
  }
  const rate = (name: "uplinkKbps" | "downlinkKbps"): number =>
    spec[name] === undefined ? 0 : checkNumber(`environment.${name}`, spec[name], KBPS);
  return {
    uplinkKbps: rate("uplinkKbps"),
    downlinkKbps: rate("downlinkKbps"),
    queueMs: checkNumber("environment.queueMs", queueMs ?? DEFAULT_QUEUE_MS, QUEUE_MS),
  };
}

function spanText({ from, until }: { from: Duration; until: Duration | null }): string {
  return `from ${durationText(from)}${until === null ? "" : ` until ${durationText(until)}`}`;
}

function partitionText(partition: Partition): string {
  return `nodes ${partition.first} to ${partition.end - 1} cut off ${spanText(partition)}`;
}

function outageText(outage: DescribedOutage): string {
  const { nodes, stateLost, batches } = outage;
  const who =
    nodes.kind === "range"
      ? `nodes ${nodes.first} to ${nodes.end - 1}`
      : `${nodes.share} of all ${nodes.of}`;
  const again = outage.every === null ? "" : `, again every ${durationText(outage.every)}`;
  const state = outage.effect === "paused" ? "" : `, state ${stateLost ? "lost" : "kept"}`;
  const notice = outage.notice === null ? "" : `, told ${durationText(outage.notice)} before`;
  const rolling = batches === 1 ? "" : ` in ${batches} batches, the first`;
  return `${who} ${outage.effect}${rolling} ${spanText(outage)}${again}${state}${notice}`;
}

function churnText(churn: Churn, spec: ChurnSpec): string {
  const state = `state ${churn.stateLost ? "lost" : "kept"}`;
  if (churn.kind === "trace") {
    return `trace ${basename(spec.file ?? "")}, an hour in ${durationText(churn.hour)}, ${state}`;
  }
  const law = churn.shape === 1 ? "exponential" : `Weibull ${churn.shape}`;
  const down = churn.down === null ? "for ever" : durationText(churn.down);
  return `${law}, up ${durationText(churn.up)}, down ${down}, ${state}`;
}
