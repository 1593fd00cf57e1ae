/**
 * The phi accrual detector: phi by its formula, and how often a threshold is wrong when intervals follow the
 * law that the detector takes them to follow (Hayashibara 2004).
 */
import { compileWasm, wasmBackend } from "../../src/kernels/wasm.js";
import { createMemory } from "../../src/memory/memory.js";
import { completeGraph, inlinePlayer } from "../inline-trial.js";
import { exactly, shareOf, type Effort, type Estimate, type PublishedSource } from "./source.js";

/** Heartbeats come at exponential intervals; 50 ticks to the mean keep whole ticks from mattering. */
const MEAN_TICKS = 50;
const NODES = 200;
const SUBJECTS = 32;
const PERIODS: Readonly<Record<Effort, number>> = { quick: 100, normal: 400, full: 4000 };
/** The threshold x that stands for all: 10^-x is rare, and still seen thousands of times. */
const THRESHOLD = 2;

function phi(name: string, elapsed: string, overMean: number): number {
  const { phiExponential, phiNormal } = wasmBackend(compileWasm(), createMemory(65_536)).kernels;
  // Any mean and deviation do: phi depends on the ratio alone.
  if (!name.startsWith("normal")) return phiExponential(3 * overMean, 3);
  const [, deviations] = /^mean \+ (\d+) sd$/.exec(elapsed) ?? [];
  return phiNormal(7 + 2.5 * Number(deviations), 7, 2.5);
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
    const value = phi(String(distribution), String(elapsed), Number(overMean));
    return { measures: { phi: exactly(value) } };
  },
};
