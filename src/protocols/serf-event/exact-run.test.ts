/**
 * The model's reductions against a run without them: bits and transmit counters, event slots, the buffer by
 * comparison of times, spread times taken in steps. Same rules, other draws: distributions must agree.
 */
import { describe, expect, it } from "vitest";
import { completeGraph, inlinePlayer } from "../../../bench/inline-trial.js";
import { compileWasm } from "../../kernels/wasm.js";
import { playExactly, type ExactOutcome, type ExactSettings } from "./exact-run.js";

const RUNS = 60;
const GOSSIP_MS = 200;
/** Spread times are taken ten times in a period. */
const STEP_MS = GOSSIP_MS / 10;
const module = compileWasm();

const base: ExactSettings = {
  ...{ nodes: 60, events: 1, eventIntervalMs: 1000, eventBytes: 100, bufferTimes: 512 },
  ...{ transmitLimit: 8, gossipMs: GOSSIP_MS, gossipNodes: 3, latencyMs: 1, lossRatio: 0 },
  ...{ untilMs: 6000, pushPullMs: 0 },
};

/** The same settings in the model: 8 transmits are 4 ceil(log10 61). */
async function modelRuns(settings: ExactSettings): Promise<readonly ExactOutcome[]> {
  const { nodes, lossRatio, latencyMs } = settings;
  const { play } = await inlinePlayer("wasm", {
    ...{ protocol: "serf-event", nodes, module },
    maxRounds: settings.untilMs / GOSSIP_MS,
    network: {
      ...completeGraph(nodes, lossRatio),
      latency: { kind: "constant", ms: latencyMs },
    },
    clock: { kind: "event", tickMs: 1, periodTicks: GOSSIP_MS, timer: "periodic" },
    parameters: {
      ...{ events: settings.events, eventInterval: settings.eventIntervalMs },
      ...{ eventBytes: settings.eventBytes, eventBuffer: settings.bufferTimes, activeEvents: 256 },
      ...{ gossipNodes: settings.gossipNodes, retransmitMult: settings.transmitLimit / 2 },
      // Above 32 nodes the interval of exchanges is stretched: once more up to 64.
      ...{ probeInterval: 0, pushPullInterval: settings.pushPullMs / 2 },
    },
  });
  return Array.from({ length: RUNS }, (_, index) => {
    const { measures } = play(index + 1).series;
    const last = (name: string): number => measures[name]!.at(-1)!;
    const isWhole = last("eventsToAll") === settings.events;
    return {
      spreadMs: [isWhole ? last("spreadMsTo100") : Infinity],
      deliveredShare: last("deliveredShare"),
      copiesPerDelivery: last("copiesPerDelivery"),
      tooOld: last("tooOld"),
      queueDepthMax: last("queueDepthMax"),
    };
  });
}
function exactRuns(settings: ExactSettings): readonly ExactOutcome[] {
  return Array.from({ length: RUNS }, (_, index) => playExactly(settings, 5000 + index));
}
const meanSpread = ({ spreadMs }: ExactOutcome): number =>
  spreadMs.reduce((sum, ms) => sum + ms, 0) / spreadMs.length;

/** Largest distance of two empirical distributions. */
function gap(a: readonly number[], b: readonly number[]): number {
  const shareBelow = (values: readonly number[], limit: number): number =>
    values.filter((value) => value <= limit).length / values.length;
  return [...a, ...b].reduce(
    (most, value) => Math.max(most, Math.abs(shareBelow(a, value) - shareBelow(b, value))),
    0,
  );
}
/** Kolmogorov-Smirnov: passed by chance once in a thousand. */
const GAP_MAX = 1.95 * Math.sqrt(2 / RUNS);

interface Pair {
  readonly model: readonly ExactOutcome[];
  readonly exact: readonly ExactOutcome[];
}
async function both(settings: ExactSettings): Promise<Pair> {
  return { model: await modelRuns(settings), exact: exactRuns(settings) };
}
function expectAgreement({ model, exact }: Pair, figure: (run: ExactOutcome) => number): void {
  const [ours, theirs] = [model.map(figure), exact.map(figure)];
  expect(gap(ours, theirs), `${String(ours)} against ${String(theirs)}`).toBeLessThan(GAP_MAX);
}
/** To the end of a step, as the model takes it. */
const inSteps = (run: ExactOutcome): number => Math.ceil(meanSpread(run) / STEP_MS) * STEP_MS;

describe("serf-event and an exact run agree in", () => {
  it("the time in which an event reaches all", async () => {
    expectAgreement(await both(base), inSteps);
  });
  it("the same with a third of the packets lost", async () => {
    expectAgreement(await both({ ...base, lossRatio: 0.33, transmitLimit: 12 }), inSteps);
  });
  it("whom two copies from each node miss", async () => {
    const pair = await both({ ...base, transmitLimit: 2 });
    expectAgreement(pair, ({ deliveredShare }) => deliveredShare);
  });
  it("times, queues and copies of 60 events when three fit into a packet", async () => {
    const events = { events: 60, eventIntervalMs: 20, eventBytes: 400 };
    const pair = await both({ ...base, ...events, untilMs: 12_000 });
    expectAgreement(pair, (run) => Math.round(meanSpread(run) / 100));
    expectAgreement(pair, ({ queueDepthMax }) => queueDepthMax);
    expectAgreement(pair, (run) => Math.round(run.copiesPerDelivery * 50));
  });
  it("copies too old for a buffer of four Lamport times, and what it delivers", async () => {
    const pair = await both({ ...base, events: 40, eventIntervalMs: 25, bufferTimes: 4 });
    expectAgreement(pair, ({ tooOld }) => tooOld);
    expectAgreement(pair, ({ deliveredShare }) => deliveredShare);
  });
  it("the time in which exchanges repair what gossip missed", async () => {
    const pair = await both({ ...base, lossRatio: 0.6, transmitLimit: 2, pushPullMs: 1000 });
    expectAgreement(pair, inSteps);
  });
});
