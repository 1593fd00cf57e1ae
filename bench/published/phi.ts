/**
 * The phi accrual detector: phi by its formula, and how often a threshold is wrong when intervals follow the
 * law that the detector takes them to follow (Hayashibara 2004).
 */
import { compileWasm, wasmBackend } from "../../src/kernels/wasm.js";
import { createMemory } from "../../src/memory/memory.js";
import { buildEnvironment } from "../../src/network/environment.js";
import { completeGraph, inlinePlayer } from "../inline-trial.js";
import {
  exactly,
  meanOf,
  shareOf,
  type Effort,
  type Estimate,
  type PublishedSource,
} from "./source.js";

/** Heartbeats come at exponential intervals; 50 ticks to the mean keep whole ticks from mattering. */
const MEAN_TICKS = 50;
const NODES = 200;
const SUBJECTS = 32;
const PERIODS: Readonly<Record<Effort, number>> = { quick: 100, normal: 400, full: 4000 };
/** The threshold x that stands for all: 10^-x is rare, and still seen thousands of times. */
const THRESHOLD = 2;

function phi(name: string, elapsed: string | undefined, overMean: number): number {
  const { kernels } = wasmBackend(compileWasm(), createMemory(65_536));
  // Any mean and deviation do: phi depends on the ratio alone.
  if (!name.startsWith("normal")) return kernels.phiExponential(3 * overMean, 3);
  const [, deviations] = /^mean \+ (\d+) sd$/.exec(elapsed ?? "") ?? [];
  return kernels.phiNormal(7 + 2.5 * Number(deviations), 7, 2.5);
}

/** Share of intervals in which a subject that was up was believed down. */
async function wrongSuspicions(effort: Effort): Promise<Estimate> {
  const player = await inlinePlayer("wasm", {
    protocol: "phi-accrual",
    nodes: NODES,
    parameters: { subjects: SUBJECTS, spreading: 1, threshold: THRESHOLD, longest: 8 },
    network: { ...completeGraph(NODES), latency: { kind: "constant", ms: 1 } },
    clock: { kind: "event", tickMs: 1, periodTicks: MEAN_TICKS, timer: "poisson" },
    maxRounds: PERIODS[effort],
  });
  const { measures } = player.play(1).series;
  const last = (name: string): number => measures[name]!.at(-1)!;
  // Observers of one heartbeat see the same interval: only those of a subject count as runs.
  const intervals = Math.round(last("arrivals") / (NODES - 1));
  return shareOf(Math.round(last("falseAlarms") / (NODES - 1)), intervals);
}

export const phiFigures: PublishedSource = {
  id: "hayashibara-2004-phi-accrual",
  async measure({ distribution, elapsed, elapsed_over_mean: overMean }, effort) {
    if (distribution === undefined) {
      const estimate = await wrongSuspicions(effort);
      return { laws: [{ name: "rate", expected: 10 ** -THRESHOLD, estimate }] };
    }
    const value = phi(distribution as string, elapsed as string | undefined, Number(overMean));
    return { measures: { phi: exactly(value) } };
  },
};

/** Node 0 crashes when windows have filled for so long; trials go on until thresholds up to 12 are passed. */
const CRASH_PERIOD = 60;
const PERIODS_AFTER = 60;
const STEPS_PER_PERIOD = 10;
const RUNS: Readonly<Record<Effort, number>> = { quick: 5, normal: 20, full: 200 };

interface Detection {
  /** Periods from the crash until an observer notices, over all observers. */
  readonly periods: number;
  /** The same in mean intervals as the windows had them when it crashed. */
  readonly means: number;
}

async function detections(
  options: { protocol: string; nodes: number; parameters: Readonly<Record<string, number>> },
  effort: Effort,
): Promise<readonly Detection[]> {
  const { nodes } = options;
  const outages = [{ from: CRASH_PERIOD, first: 0 }];
  const place = { nodes, zones: undefined, clock: "event" } as const;
  const player = await inlinePlayer("wasm", {
    ...options,
    network: {
      ...{ ...completeGraph(nodes), latency: { kind: "constant", ms: 1 } },
      environment: buildEnvironment({ outages }, place).environment,
    },
    clock: { kind: "event", tickMs: 10, periodTicks: 100, timer: "periodic" },
    maxRounds: CRASH_PERIOD + PERIODS_AFTER,
  });
  return Array.from({ length: RUNS[effort] }, (_, seed) => {
    const { measures } = player.play(1 + seed).series;
    const { subjectsDown = [], awareShare = [] } = measures;
    const missing = subjectsDown.map((down, step) => down * (1 - awareShare[step]!));
    const periods = missing.reduce((sum, share) => sum + share, 0) / STEPS_PER_PERIOD;
    return { periods, means: periods / meanAtCrash(measures) };
  });
}

/** Mean interval of the windows that were looked at in the five periods before and after the crash. */
function meanAtCrash({
  pairsSampled = [],
  meanInterval = [],
}: Readonly<Record<string, readonly number[]>>): number {
  const first = (CRASH_PERIOD - 5) * STEPS_PER_PERIOD;
  const last = (CRASH_PERIOD + 5) * STEPS_PER_PERIOD;
  const total = (step: number): number => pairsSampled[step]! * meanInterval[step]!;
  return (total(last) - total(first)) / (pairsSampled[last]! - pairsSampled[first]!);
}

export const cassandraFigures: PublishedSource = {
  id: "cassandra-failure-detection",
  async measure({ heartbeats, nodes = 100, threshold, thresholds, unit }, effort) {
    const isGossip = heartbeats === "gossip";
    const crash = async (limit: unknown): Promise<readonly Detection[]> => {
      const parameters = { subjects: 8, threshold: Number(limit) };
      return detections(
        isGossip
          ? { protocol: "cassandra-gossip", nodes: Number(nodes), parameters }
          : { protocol: "phi-accrual", nodes: 100, parameters: { ...parameters, spreading: 1 } },
        effort,
      );
    };
    if (Array.isArray(thresholds)) {
      const [low = 0, high = 0] = thresholds.map(Number);
      const [less, more] = [await crash(low), await crash(high)];
      const slopes = more.map(({ means }, run) => (means - less[run]!.means) / (high - low));
      return { measures: { means_per_unit_of_threshold: meanOf(slopes) } };
    }
    const runs = await crash(threshold);
    return unit === "seconds"
      ? { measures: { detection_s: meanOf(runs.map(({ periods }) => periods)) } }
      : { measures: { detection_over_mean: meanOf(runs.map(({ means }) => means)) } };
  },
};
