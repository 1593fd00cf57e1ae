/** Our models at the size and settings of the real systems: the same figures, over many seeds. */
import type { Samples } from "./samples.js";
import { buildEnvironment } from "../../src/network/environment.js";
import { PRESETS } from "../../src/scenario/presets.js";
import { completeGraph, inlinePlayer } from "../inline-trial.js";

const TICK_MS = 1;
/** A period of the event clock has ten steps, at whose ends beliefs are counted. */
const STEPS_PER_PERIOD = 10;
/** Gossip is over by then: what it missed (1 event in 60 at 50 nodes) waits for an exchange of state. */
const GOSSIP_MS_MAX = 5000;

/**
 * memberlist with Serf's LAN settings: milliseconds from a crash to the first node that knows, and to all.
 * @param seeds trials; each draws the phases of all nodes afresh
 */
export async function modelDetection(nodes: number, seeds: number): Promise<Samples> {
  const parameters = parametersOf("consul-lan");
  const periodMs = parameters.probeInterval!;
  const crashPeriod = 5;
  const { environment } = buildEnvironment(
    { outages: [{ from: crashPeriod, first: 0 }] },
    { nodes, zones: undefined, clock: "event" },
  );
  const { play } = await inlinePlayer("wasm", {
    ...{ protocol: "swim-lifeguard", nodes, maxRounds: crashPeriod + 40 },
    parameters: { ...parameters, subjects: 1 },
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

/**
 * A user event with Serf's LAN settings: milliseconds until half of the nodes, and all, have it. Events that
 * gossip alone did not bring to all are left out, as one of them outweighs hundreds.
 */
export async function modelEvents(nodes: number, seeds: number): Promise<Samples> {
  const parameters = parametersOf("serf-lan");
  const periodMs = parameters.gossipInterval!;
  const { play } = await inlinePlayer("wasm", {
    ...{ protocol: "serf-event", nodes, maxRounds: 1000, parameters },
    network: { ...completeGraph(nodes), latency: { kind: "constant", ms: TICK_MS } },
    clock: { kind: "event", tickMs: TICK_MS, periodTicks: periodMs / TICK_MS, timer: "periodic" },
  });
  const stepMs = periodMs / STEPS_PER_PERIOD;
  const half: number[] = [];
  const all: number[] = [];
  for (let seed = 1; seed <= seeds; seed++) {
    const { informed } = play(seed).series;
    const timeTo = (wanted: number): number =>
      (informed.findIndex((count) => count >= wanted) - 0.5) * stepMs;
    const whole = timeTo(nodes);
    if (whole < 0 || whole > GOSSIP_MS_MAX) continue;
    half.push(timeTo(Math.ceil(nodes / 2)));
    all.push(whole);
  }
  return { eventHalfMs: half, eventAllMs: all };
}

/**
 * A Redis Cluster of masters with a replica each: pings of a node and second at rest, and milliseconds from a
 * master's silence to what it leads to.
 */
export async function modelCluster(
  nodes: number,
  nodeTimeout: number,
  seeds: number,
): Promise<Samples> {
  const periodMs = 1000;
  const tickMs = 10;
  const crash = (2 * nodeTimeout) / periodMs + 2;
  const { environment } = buildEnvironment(
    { outages: [{ from: crash, first: 0 }] },
    { nodes, zones: undefined, clock: "event" },
  );
  const { play } = await inlinePlayer("wasm", {
    ...{ protocol: "redis-cluster", nodes, maxRounds: crash + (3 * nodeTimeout) / periodMs },
    parameters: { nodeTimeout, replicas: 1, subjects: 1 },
    network: { ...completeGraph(nodes), latency: { kind: "constant", ms: tickMs }, environment },
    clock: { kind: "event", tickMs, periodTicks: periodMs / tickMs, timer: "periodic" },
  });
  const stepMs = periodMs / STEPS_PER_PERIOD;
  const samples: Record<string, number[]> = {
    ...{ pingsPerSecond: [], suspectedFirstMs: [], failedFirstMs: [] },
    ...{ failedAllMs: [], newMasterMs: [] },
  };
  for (let seed = 1; seed <= seeds; seed++) {
    const { requests, measures } = play(seed).series;
    // At first all pongs are old: counting begins one timeout later.
    const from = (nodeTimeout / periodMs) * STEPS_PER_PERIOD + 1;
    const rest = requests.slice(from, crash * STEPS_PER_PERIOD);
    const pings = rest.reduce((sum, count) => sum + count, 0);
    samples.pingsPerSecond!.push(pings / nodes / ((rest.length * stepMs) / 1000));
    for (const [name, series] of [
      ["suspectedFirstMs", "suspectedShare"],
      ["failedFirstMs", "subjectsNoticed"],
      ["failedAllMs", "subjectsKnownByAll"],
      ["newMasterMs", "promotions"],
    ] as const) {
      const step = measures[series]!.findIndex((value) => value > 0);
      if (step < 0) throw new Error(`seed ${seed}: no ${series}`);
      samples[name]!.push((step - 0.5) * stepMs - crash * periodMs);
    }
  }
  return samples;
}

function parametersOf(preset: string): Readonly<Record<string, number>> {
  return PRESETS[preset]!.settings.parameters as Readonly<Record<string, number>>;
}
