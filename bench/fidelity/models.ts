/** Our models at the size and settings of the real systems: the same figures, over many seeds. */
import type { Samples } from "./samples.js";
import { buildEnvironment } from "../../src/network/environment.js";
import { PRESETS } from "../../src/scenario/presets.js";
import { completeGraph, inlinePlayer } from "../inline-trial.js";

const TICK_MS = 1;
/** A period of the event clock has ten steps, at whose ends beliefs are counted. */
const STEPS_PER_PERIOD = 10;

/**
 * memberlist with Serf's LAN settings: milliseconds from a crash to the first node that knows, and to all.
 * @param seeds trials; each draws the phases of all nodes afresh
 */
export async function modelDetection(nodes: number, seeds: number): Promise<Samples> {
  const { parameters } = PRESETS["consul-lan"]!.settings;
  const periodMs = (parameters as Readonly<Record<string, number>>).probeInterval!;
  const crashPeriod = 5;
  const { environment } = buildEnvironment(
    { outages: [{ from: crashPeriod, first: 0 }] },
    { nodes, zones: undefined, clock: "event" },
  );
  const { play } = await inlinePlayer("wasm", {
    ...{ protocol: "swim-lifeguard", nodes, maxRounds: crashPeriod + 40 },
    parameters: { ...(parameters as Readonly<Record<string, number>>), subjects: 1 },
    network: { ...completeGraph(nodes), latency: { kind: "constant", ms: TICK_MS }, environment },
    clock: { kind: "event", tickMs: TICK_MS, periodTicks: periodMs / TICK_MS, timer: "periodic" },
  });
  const stepMs = periodMs / STEPS_PER_PERIOD;
  const first: number[] = [];
  const all: number[] = [];
  for (let seed = 1; seed <= seeds; seed++) {
    const { measures } = play(seed).series;
    for (const [samples, name] of [
      [first, "subjectsNoticed"],
      [all, "subjectsKnownByAll"],
    ] as const) {
      const step = measures[name]!.indexOf(1);
      if (step < 0) throw new Error(`seed ${seed}: the crash was not noticed`);
      // It happened somewhere within the step.
      samples.push((step - 0.5) * stepMs - crashPeriod * periodMs);
    }
  }
  return { detectionFirstMs: first, detectionAllMs: all };
}
