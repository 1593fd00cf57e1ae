/**
 * The environment of a network as the engine plays it: times in ticks, memory, and what lasts at
 * each tick. The rules themselves are in assembly/runtime/lives.ts and links.ts.
 */
import { InputError } from "../errors.js";
import type { FieldSpec } from "../memory/layout.js";
import type { Duration, Environment, Network, Outage } from "../network/network.js";
import { SESSION_ENTRIES } from "../network/sessions.js";
import type { TrialSettings } from "./settings.js";

interface Span {
  /** Ticks [from, until). */
  readonly from: number;
  readonly until: number;
}

interface PlannedOutage extends Span, Pick<Outage, "stateLost" | "nodes" | "effect"> {
  /** Ticks from one beginning to the next; 0 = only once. */
  readonly every: number;
  /** Ticks before it begins in which its nodes know that they will leave. */
  readonly notice: number;
}

/** Plain numbers: a plan crosses threads. */
export interface EnvironmentPlan {
  /** true: nodes can be down. */
  readonly mortal: boolean;
  readonly duplicateBelow: number;
  readonly partitions: readonly (Span & { readonly first: number; readonly end: number })[];
  readonly outages: readonly PlannedOutage[];
  /** Codes of CONTEXT.CHURN. */
  readonly churn: 0 | 1 | 2;
  readonly churnForgets: boolean;
  readonly upBelow: number;
  readonly traceHosts: number;
  readonly traceTicks: number;
  /** Bytes per tick and ticks; 0 = no limit. */
  readonly uplink: number;
  readonly downlink: number;
  readonly waitTicks: number;
}

/** Ticks from here on are never reached. */
export const NEVER = 2 ** 31 - 1;
const KBPS_TO_BYTES_PER_MS = 1 / 8;
/** Longest step in which a message waits for the end of a pause, in ticks. */
const WAIT_STEP = 8192;
/** Tables of lengths, in the order of lives.ts: down, up, rest of down, rest of up. */
export const SESSION_TABLES = 4;

type Clock = TrialSettings["clock"];

/** @throws InputError when a rumor does not fit through a link in the time it may wait */
export function planEnvironment(settings: TrialSettings): EnvironmentPlan {
  const { network, clock, protocol, parameters } = settings;
  const environment = network.environment ?? { duplicateRatio: 0, partitions: [], outages: [] };
  const { churn, bandwidth, partitions, outages } = environment;
  const span = ({ from, until }: { from: Duration; until: Duration | null }): Span => ({
    from: ticksOf(from, clock),
    until: until === null ? NEVER : ticksOf(until, clock),
  });
  const rate = (kbps: number): number => kbps * KBPS_TO_BYTES_PER_MS * clock.tickMs;
  const links = {
    uplink: rate(bandwidth?.uplinkKbps ?? 0),
    downlink: rate(bandwidth?.downlinkKbps ?? 0),
    waitTicks: bandwidth === undefined ? 0 : Math.ceil(bandwidth.queueMs / clock.tickMs),
  };
  checkFits(links, protocol.wireBytes(parameters).rumor, clock);
  return {
    mortal: outages.length > 0 || churn !== undefined,
    duplicateBelow: Math.round(environment.duplicateRatio * 2 ** 32),
    partitions: partitions.map(({ first, end, ...rest }) => ({ ...span(rest), first, end })),
    outages: outages.map((outage) => {
      const { stateLost, nodes, effect } = outage;
      const every = outage.every === null ? 0 : ticksOf(outage.every, clock);
      const notice = outage.notice === null ? 0 : ticksOf(outage.notice, clock);
      return { ...span(outage), every, notice, stateLost, nodes, effect };
    }),
    churn: churn === undefined ? 0 : churn.kind === "sessions" ? 1 : 2,
    churnForgets: churn?.stateLost ?? false,
    upBelow: upBelow(environment),
    traceHosts: churn?.kind === "trace" ? churn.offsets.length - 1 : 0,
    traceTicks: churn?.kind === "trace" ? Math.max(1, traceTicks(churn, clock, churn.lengthMs)) : 0,
    ...links,
  };
}

/** Longest time that queues and pauses add to a delay. */
export function waitTicksMax({ uplink, downlink, waitTicks, outages }: EnvironmentPlan): number {
  const pauses = outages.filter(({ effect }) => effect === "paused");
  const longest = pauses.reduce((most, { from, until }) => Math.max(most, until - from), 0);
  // A pause without end holds messages for ever: they wait in steps of what the wheel has.
  return waitTicks * (Number(uplink > 0) + Number(downlink > 0)) + Math.min(longest, WAIT_STEP);
}

/** Nothing of it: the bit path may play the trial. */
export function isQuiet(plan: EnvironmentPlan): boolean {
  const { mortal, duplicateBelow, partitions, uplink, downlink } = plan;
  return !mortal && duplicateBelow === 0 && partitions.length === 0 && uplink + downlink === 0;
}

/** Memory of the environment, by what it has. */
export function environmentFields(
  plan: EnvironmentPlan,
  { environment }: Network,
  nodes: number,
): FieldSpec[] {
  const fields: FieldSpec[] = [];
  const add = (name: string, type: FieldSpec["type"], count: number, meaning: string): void => {
    fields.push({ name, type, count, meaning });
  };
  if (plan.mortal) add("fieldWidths", "u32", 32, "bits of a node in each field");
  if (plan.outages.length > 0) add("outageHits", "u32", nodes, "which outages hit a node");
  if (plan.churn > 0) add("lives", "u32", nodes, "up or down, and until when");
  if (plan.churn === 1)
    add("sessions", "f64", SESSION_TABLES * SESSION_ENTRIES, "lengths in ticks");
  if (environment?.churn?.kind === "trace") {
    add("traceOffsets", "u32", environment.churn.offsets.length, "where a host's changes begin");
    add("traceTicks", "u32", environment.churn.timesMs.length, "changes, in ticks");
  }
  if (plan.uplink + plan.downlink > 0) add("bandwidth", "f64", 4, "bytes per tick, longest wait");
  if (plan.uplink > 0) add("uplinks", "f64", nodes, "when a link will have sent all");
  if (plan.downlink > 0) add("downlinks", "f64", nodes, "when a link will have received all");
  return fields;
}

/** Changes of a node that a traced trial keeps; see assembly/runtime/lives.ts. */
export const CHANGES_MAX = 8;

/** What a traced trial keeps of who was down, and whose messages were lost. */
export function lossFields({ network, observe, nodes }: TrialSettings): FieldSpec[] {
  const { environment } = network;
  if (!observe || environment === undefined) return [];
  const { outages, churn } = environment;
  const lost: FieldSpec = { name: "lostAt", type: "u32", count: nodes, meaning: "messages lost" };
  if (outages.length === 0 && churn === undefined) return [lost];
  const meaning = "when each node went down, came back, …";
  return [lost, { name: "changes", type: "u32", count: CHANGES_MAX * nodes, meaning }];
}

/** Which outages of an effect last at a tick, bit i for outage i. */
export function outagesAt(
  { outages }: EnvironmentPlan,
  effect: Outage["effect"],
  tick: number,
): number {
  return outages.reduce(
    (mask, outage, index) =>
      outage.effect === effect && ticksLeft(outage, tick) > 0 ? mask | (1 << index) : mask,
    0,
  );
}

/** Outages that do not last yet, but whose nodes know of them; bit i for outage i. */
export function noticedAt({ outages }: EnvironmentPlan, tick: number): number {
  return outages.reduce((mask, outage, index) => {
    if (outage.notice === 0 || ticksLeft(outage, tick) > 0) return mask;
    const begins = tick < outage.from ? outage.from : nextBeginning(outage, tick);
    return begins - tick <= outage.notice ? mask | (1 << index) : mask;
  }, 0);
}
function nextBeginning({ from, every }: PlannedOutage, tick: number): number {
  return every > 0 ? tick + every - ((tick - from) % every) : Infinity;
}

/** Outages that pause nodes at any time. */
export function pausingOutages({ outages }: EnvironmentPlan): number {
  return outages.reduce((mask, { effect }, i) => (effect === "paused" ? mask | (1 << i) : mask), 0);
}

/** First tick at which a pause of those that last now is over; 0 when none lasts. */
export function pausedUntil({ outages }: EnvironmentPlan, tick: number): number {
  const left = outages
    .filter(({ effect }) => effect === "paused")
    .map((outage) => ticksLeft(outage, tick))
    .filter((ticks) => ticks > 0);
  return left.length === 0 ? 0 : tick + Math.min(...left);
}

/** Ticks that an outage will last; 0 while it does not. */
function ticksLeft({ from, until, every }: PlannedOutage, tick: number): number {
  if (tick < from) return 0;
  const since = every > 0 ? (tick - from) % every : tick - from;
  return Math.max(0, until - from - since);
}

/** Outages that begin at a tick and take the state of those they hit. */
export function forgettingAt({ outages }: EnvironmentPlan, tick: number): number {
  return outages.reduce((mask, outage, index) => {
    const { from, every, stateLost } = outage;
    const begins = tick === from || (every > 0 && tick > from && (tick - from) % every === 0);
    return stateLost && begins ? mask | (1 << index) : mask;
  }, 0);
}

/** The range of ids that is cut off at a tick; empty when none is. */
export function cutAt({ partitions }: EnvironmentPlan, tick: number): readonly [number, number] {
  const cut = partitions.find(({ from, until }) => tick >= from && tick < until);
  return cut === undefined ? [0, 0] : [cut.first, cut.end];
}

/** A span in ticks, at most 2^31 - 1. */
export function ticksOf(duration: Duration, clock: Clock): number {
  const ticks =
    "rounds" in duration ? duration.rounds * clock.periodTicks : duration.ms / clock.tickMs;
  return Math.min(NEVER, Math.round(ticks));
}

/** A time of a trace in ticks. */
export function traceTicks(churn: { readonly hour: Duration }, clock: Clock, ms: number): number {
  const hour = ticksOf(churn.hour, clock);
  return Math.min(NEVER, Math.round((ms / 3_600_000) * hour));
}

/** Chance to be up at a random time, as a threshold of words. */
function upBelow({ churn }: Environment): number {
  if (churn?.kind !== "sessions" || churn.down === null) return 2 ** 32 - 1;
  const amount = (duration: Duration): number =>
    "rounds" in duration ? duration.rounds : duration.ms;
  const [up, down] = [amount(churn.up), amount(churn.down)];
  return Math.min(2 ** 32 - 1, Math.round((2 ** 32 * up) / (up + down)));
}

function checkFits(
  links: { readonly uplink: number; readonly downlink: number; readonly waitTicks: number },
  bytes: number,
  clock: Clock,
): void {
  for (const name of ["uplink", "downlink"] as const) {
    const needed = bytes / links[name];
    if (links[name] === 0 || needed <= links.waitTicks) continue;
    throw new InputError(
      `environment.queueMs must be at least ${Math.ceil(needed * clock.tickMs)} ms, the time of one ` +
        `message of ${bytes} bytes on the ${name}, got ${links.waitTicks * clock.tickMs}`,
    );
  }
}
