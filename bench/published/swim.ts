/**
 * SWIM (Das, Gupta, Motivala 2002): first detection, false suspicions under loss, load; and what memberlist's
 * formulas give (Lifeguard, 2018). Nodes keep verdicts to themselves: each period is a fresh chance.
 */
import { subjectStride } from "../../src/protocols/shared/detector.js";
import { swimRules } from "../../src/protocols/shared/swim.js";
import { buildEnvironment, type EnvironmentSpec } from "../../src/network/environment.js";
import { completeGraph, inlinePlayer, type InlinePlayer } from "../inline-trial.js";
import { exactly, meanOf, shareOf } from "./source.js";
import type { Effort, Estimate, Outcome, Parameters, PublishedSource } from "./source.js";

const PERIOD_TICKS = 200;
/** The series has ten steps a period; a verdict comes one period after the ping. */
const STEPS_PER_PERIOD = 10;
const CRASH_PERIOD = 3;
/** One tick later: a ping of the period before is still answered. */
const CRASH = CRASH_PERIOD + 1 / PERIOD_TICKS;
/** Fewer than one crash in 10,000 waits longer; with half of the nodes down twice as long. */
const PERIODS = 14;
const PERIODS_OF_FEW = 24;
/** Crashes of one trial: each is an outage of its own, and there are 32 at most. */
const CRASHES_MAX = 30;
const LARGE_NODES = 20_000;

function player(
  nodes: number,
  parameters: Readonly<Record<string, number>>,
  spec: EnvironmentSpec,
  options: { readonly lossRatio?: number; readonly maxRounds: number },
): Promise<InlinePlayer> {
  const { environment } = buildEnvironment(spec, { nodes, zones: undefined, clock: "event" });
  const { lossRatio = 0, maxRounds } = options;
  const latency = { kind: "constant" as const, ms: 1 };
  const network = { ...completeGraph(nodes, lossRatio), latency, environment };
  const clock = { kind: "event" as const, tickMs: 1, periodTicks: PERIOD_TICKS };
  return inlinePlayer("wasm", {
    ...{ protocol: "swim-basic", nodes, network, maxRounds },
    clock: { ...clock, timer: "periodic" },
    parameters: { suspicionPeriods: 0, retransmitMult: 0, ...parameters },
  });
}

/** Periods from each crash to the first ping: 1 when it comes in the period of the crash. */
function firstPings({
  subjectsNoticed = [],
}: Readonly<Record<string, readonly number[]>>): number[] {
  return subjectsNoticed.flatMap((count, step) => {
    const more = count - (subjectsNoticed[step - 1] ?? 0);
    const period = Math.floor((step - 1) / STEPS_PER_PERIOD) - 1 - CRASH_PERIOD;
    return new Array<number>(Math.max(0, more)).fill(period + 1);
  });
}

/** @param alive share of nodes that do not crash, beside single ones */
async function firstPing(
  nodes: number,
  alive: number,
  targets: number,
  effort: Effort,
): Promise<Estimate> {
  const most = { quick: 150, normal: 600, full: 6000 }[effort];
  const wanted = nodes > LARGE_NODES ? most / 4 : most;
  const crashes = nodes >= LARGE_NODES ? CRASHES_MAX - 1 : 1;
  const subjects = crashes;
  const stride = subjectStride(nodes, subjects);
  const outages = Array.from({ length: crashes }, (_, s) => ({ from: CRASH, first: s * stride }));
  const others = alive < 1 ? [{ from: CRASH, share: 1 - alive }] : [];
  const rest = { outages: [...outages, ...others] };
  const maxRounds = alive < 1 ? PERIODS_OF_FEW : PERIODS;
  const { play } = await player(nodes, { subjects, targets }, rest, { maxRounds });
  const samples: number[] = [];
  for (let seed = 1; samples.length < wanted; seed++) {
    samples.push(...firstPings(play(seed).series.measures));
  }
  return meanOf(samples);
}

async function falseSuspicions(
  lossRatio: number,
  checks: number,
  effort: Effort,
): Promise<Estimate> {
  const nodes = 1000;
  const maxRounds = { quick: 30, normal: 200, full: 2000 }[effort];
  const parameters = { subjects: 1, targets: 0, indirectChecks: checks };
  const { play } = await player(nodes, parameters, {}, { lossRatio, maxRounds });
  const { probes = [], failedProbes = [] } = play(1).series.measures;
  // Probes of the last period are still open.
  return shareOf(failedProbes.at(-1)!, probes.at(-1)! - nodes);
}

async function load(): Promise<Estimate> {
  const nodes = 1000;
  const maxRounds = 50;
  const { play } = await player(nodes, { subjects: 1 }, {}, { maxRounds });
  const sent = play(1).series.requests.reduce((sum, count) => sum + count, 0);
  return { value: sent / nodes / maxRounds, standardError: 0, runs: nodes * maxRounds };
}

async function measureSwim(parameters: Parameters, effort: Effort): Promise<Outcome> {
  const { n, K, metric, target } = parameters;
  if (K !== undefined) {
    const share = await falseSuspicions(Number(parameters.per_message_loss), Number(K), effort);
    return { measures: { false_suspicion_per_probe: share } };
  }
  if (String(metric).startsWith("messages")) return { measures: { total_mean: await load() } };
  if (n === undefined) {
    const isOrdered = String(target).startsWith("round-robin");
    return { measures: { mean_first_ping_periods: await firstPing(1000, 1, +isOrdered, effort) } };
  }
  const nodes = n === "large" ? LARGE_NODES : Number(n);
  if (effort === "quick" && nodes > LARGE_NODES) {
    return { skipped: `${nodes} nodes take a longer effort` };
  }
  const alive = Number(parameters.alive_fraction);
  return { measures: { mean_periods: await firstPing(nodes, alive, 0, effort) } };
}

export const swimFigures: PublishedSource = { id: "das-2002-swim", measure: measureSwim };

/** What a shard plays by, as the model wrote it: one tick is a millisecond here. */
async function measureLifeguard({ n, ...given }: Parameters): Promise<Outcome> {
  const nodes = Number(n);
  const network = { ...completeGraph(nodes), latency: { kind: "constant" as const, ms: 1 } };
  const clock = { kind: "event" as const, tickMs: 1, periodTicks: 1000 };
  const { plan, memory, play } = await inlinePlayer("wasm", {
    ...{ protocol: "swim-lifeguard", nodes, network, maxRounds: 1 },
    clock: { ...clock, timer: "periodic" },
    parameters: {
      subjects: 1,
      suspicionMult: Number(given.suspicion_mult ?? 4),
      suspicionMaxTimeoutMult: Number(given.suspicion_max_timeout_mult ?? 6),
      retransmitMult: Number(given.retransmit_mult ?? 4),
    },
  });
  play(1);
  const rules = swimRules(memory.buffer, plan.fields.rules!.at);
  const seconds = rules.suspicionTicks.map((ticks) => exactly(ticks / 1000));
  return {
    measures: {
      // Without confirmations the timer is at its minimum at once: the maximum is never used.
      ...(seconds.length > 1 ? { max_timeout_s: seconds[0]! } : {}),
      min_timeout_s: seconds.at(-1)!,
      expected_confirmations_k: exactly(rules.confirmations),
      retransmit_limit: exactly(rules.transmits),
      push_pull_interval_s: exactly(rules.pushPullPeriods),
      ...Object.fromEntries(
        seconds.map((each, count) => [`timeout_after_c_confirmations_s.${count}`, each]),
      ),
    },
  };
}

export const lifeguardFigures: PublishedSource = {
  id: "dadgar-2018-lifeguard",
  measure: measureLifeguard,
};
