/** Laws of anti-entropy: what is conserved, how fast gaps close, and what no method may change. */
import { describe, expect, it } from "vitest";
import {
  completeGraph,
  inlinePlayer,
  settingsOf,
  type InlineOptions,
} from "../../../bench/inline-trial.js";
import { planTrial } from "../../engine/plan.js";
import type { TrialResult } from "../../engine/trial-run.js";
import { seededStream } from "../../network/seeded.js";
import { binRounds, delayQuantile } from "./measures.js";
import { METHODS } from "./protocol.js";

const [PUSH, PULL, BOTH] = [0, 1, 2];
const [SHARE, SIDES] = [1, 2];
const testSeed = Number(process.env.HEARSAY_TEST_SEED ?? Date.now() % 0xffffffff) >>> 0;

type Rule = Readonly<Record<string, number>>;
type Options = Partial<InlineOptions> & { readonly seed?: number };

async function play(
  parameters: Rule,
  { seed = 1, ...options }: Options = {},
): Promise<TrialResult> {
  const base = { protocol: "anti-entropy", nodes: 2000, maxRounds: 200 };
  return (await inlinePlayer("wasm", { ...base, parameters, ...options })).play(seed);
}

const measure = ({ series }: TrialResult, name: string): readonly number[] =>
  series.measures[name]!;
const last = (result: TrialResult, name: string): number => measure(result, name).at(-1)!;
const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

const eventClock = (nodes: number, lossRatio = 0): Pick<InlineOptions, "clock" | "network"> => ({
  clock: { kind: "event", tickMs: 1, periodTicks: 40, timer: "periodic" },
  network: { ...completeGraph(nodes, lossRatio), latency: { kind: "constant", ms: 7 } },
});

describe(`what is conserved (HEARSAY_TEST_SEED=${testSeed})`, () => {
  const stream = seededStream(testSeed, 0);
  const pick = <T>(values: readonly T[]): T => values[stream.below(values.length)]!;
  const cases = Array.from({ length: 24 }, (_, index) => {
    const nodes = 2 + stream.below(3000);
    const lossRatio = pick([0, 0.2]);
    const isTimed = pick([false, true]);
    return {
      index,
      seed: stream.nextU32(),
      nodes,
      maxRounds: 1 + stream.below(60),
      untilQuiet: true,
      ...(isTimed ? eventClock(nodes, lossRatio) : { network: completeGraph(nodes, lossRatio) }),
      parameters: {
        ...{ direction: stream.below(3), method: stream.below(METHODS.length) },
        ...{ every: pick([0, 1, 3]), slots: pick([1, 7, 32, 64, 100]), k: pick([0, 1, 3]) },
        ...{ updatesPerRound: pick([0, 0.3, 1, 5]), streamRounds: pick([10, 100]) },
        ...{ initialUpdates: stream.below(8), redistribute: stream.below(2) },
      },
    };
  });

  it.each(cases)("every pair has, lacks or lost an update: case $index", async (drawn) => {
    const { parameters, seed, ...options } = drawn;
    const result = await play(parameters, { ...options, seed });
    const { nodes } = drawn;
    measure(result, "updatesBorn").forEach((born, step) => {
      const at = (name: string): number => Math.round(nodes * measure(result, name)[step]!);
      const learned = at("byExchangePerNode") + at("byRumorPerNode");
      const overwritten = measure(result, "overwritten")[step]!;
      // The node at which an update is born has it without learning it.
      const accounted = born + learned + overwritten + at("missingPerNode");
      expect(accounted, JSON.stringify(drawn)).toBe(born * nodes);
    });
  });

  it.each(cases)("every message ends once: case $index", async ({ parameters, ...options }) => {
    const { series } = await play(parameters, options);
    for (const count of series.inFlight) {
      if (options.clock === undefined) expect(count).toBe(0);
      else expect(count).toBeGreaterThanOrEqual(0);
    }
  });
});

describe("methods", () => {
  const facts = ({ digest, digests, rounds, series }: TrialResult): unknown => {
    const { sent, requests, lost, redundant, informed, measures } = series;
    const { inSyncShare, missingPerNode, byExchangePerNode, learnRounds99 } = measures;
    const seen = { inSyncShare, missingPerNode, byExchangePerNode, learnRounds99 };
    return { digest, digests, rounds, sent, requests, lost, redundant, informed, seen };
  };

  it.each([
    { rule: { updatesPerRound: 0.7, streamRounds: 30 }, options: {} },
    { rule: { initialUpdates: 40, initialAt: SIDES, direction: PULL }, options: {} },
    { rule: { updatesPerRound: 2, every: 4, k: 2, slots: 32 }, options: eventClock(2000, 0.1) },
  ])("change bytes and round trips alone: $rule", async ({ rule, options }) => {
    const results = await Promise.all(
      METHODS.map((_, method) =>
        play({ ...rule, method }, { ...options, maxRounds: 60, digestEachRound: true }),
      ),
    );
    for (const result of results) expect(facts(result)).toEqual(facts(results[0]!));
    const bytes = results.map((result) => total(result.series.bytes));
    expect(new Set(bytes).size).toBe(METHODS.length);
  });

  it("count the bytes that the tallies tell", async () => {
    for (let method = 0; method < METHODS.length; method++) {
      const result = await play({ method, updatesPerRound: 1, streamRounds: 20, k: 1, every: 2 });
      const names = ["comparingBytesPerNode", "updateBytesPerNode", "rumorBytesPerNode"];
      const told = total(names.map((name) => Math.round(2000 * last(result, name))));
      const { sent, requests, bytes } = result.series;
      expect(total(bytes) + 28 * (total(sent) + total(requests))).toBe(told);
    }
  });

  it("stream equal keys only where leaves hold several", async () => {
    // Two nodes, one update between them: its leaf has 1e6 / 2^10 other keys, then one or none.
    const rule = { method: METHODS.indexOf("merkle"), keys: 1e6 };
    const once = { nodes: 2, maxRounds: 1, untilQuiet: true };
    const coarse = last(await play({ ...rule, leafBits: 10 }, once), "overStreamedShare");
    expect(coarse).toBeGreaterThan(0.999);
    const fine = last(await play({ ...rule, leafBits: 24 }, once), "overStreamedShare");
    expect(fine).toBe(0);
  });
});

describe("a gap", () => {
  const NODES = 20_000;
  const start = { initialUpdates: 64, initialAt: SHARE, initialShare: 0.7 };
  /** Share of the pairs that lack an update, round by round. */
  async function gaps(direction: number): Promise<number[]> {
    const result = await play({ ...start, direction }, { nodes: NODES });
    return measure(result, "missingPerNode").map((missing) => missing / 64);
  }

  it("is squared by a pull", async () => {
    const [p0 = 0, p1 = 0, p2 = 0] = await gaps(PULL);
    expect(Math.abs(p0 / 0.3 - 1)).toBeLessThan(0.01);
    expect(Math.abs(p1 / p0 ** 2 - 1)).toBeLessThan(0.02);
    expect(Math.abs(p2 / p1 ** 2 - 1)).toBeLessThan(0.05);
  });

  it("is multiplied by exp(-(1 - p)) by a push, by nearly 1 / e at the end", async () => {
    const gap = await gaps(PUSH);
    // All updates of a node travel together: fewer nodes than this are too few to judge by.
    const judged = gap.filter((share) => share * NODES > 1000).length;
    expect(gap[judged - 1]).toBeLessThan(0.15);
    for (let round = 0; round < judged; round++) {
      const factor = gap[round + 1]! / gap[round]!;
      expect(Math.abs(factor / Math.exp(gap[round]! - 1) - 1)).toBeLessThan(0.15);
    }
  });

  it("shrinks by both factors when both sides give", async () => {
    const [p0 = 0, p1 = 0] = await gaps(BOTH);
    expect(Math.abs(p1 / (p0 ** 2 * Math.exp(p0 - 1)) - 1)).toBeLessThan(0.05);
  });

  it("takes log2 n + ln n rounds of push from one node, log3 n and little more of both", async () => {
    const rounds = async (direction: number): Promise<number> => {
      const played = await Promise.all(
        Array.from({ length: 12 }, (_, seed) => play({ direction }, { nodes: 1000, seed })),
      );
      return total(played.map((result) => result.rounds)) / played.length;
    };
    expect(Math.abs((await rounds(PUSH)) - 16.9)).toBeLessThan(2);
    expect(await rounds(BOTH)).toBeLessThan(11);
  });

  it("that a partition left closes wholly, and sides that were equal stay so", async () => {
    const result = await play({ initialUpdates: 30, initialAt: SIDES, direction: BOTH });
    expect(result.stopped).toBe("coverage");
    expect(measure(result, "missingPerNode")[0]).toBe(15);
    expect(last(result, "missingPerNode")).toBe(0);
    expect(last(result, "byExchangePerNode")).toBe(15);
    // A pair differs in nothing or in all 30, at first.
    expect(Math.abs(measure(result, "differencePerExchange")[1]! / 15 - 1)).toBeLessThan(0.15);
  });
});

describe("exchanges", () => {
  it("come once in so many rounds for every node", async () => {
    const result = await play(
      { every: 7, updatesPerRound: 1 },
      { maxRounds: 21, untilQuiet: true },
    );
    expect(measure(result, "exchangesPerNode")[7]).toBe(1);
    expect(measure(result, "exchangesPerNode")[21]).toBe(3);
    const single = measure(result, "exchangesPerNode")[1]!;
    expect(Math.abs(single * 7 - 1)).toBeLessThan(0.25);
  });

  it("whose answer is lost leave the callee as it was, and take longer", async () => {
    const rule = { initialUpdates: 16 };
    const sound = await play(rule, { nodes: 2000 });
    const lossy = await play(rule, { nodes: 2000, network: completeGraph(2000, 0.3) });
    expect(lossy.stopped).toBe("coverage");
    expect(lossy.rounds).toBeGreaterThan(sound.rounds);
    expect(last(lossy, "byExchangePerNode")).toBe(last(sound, "byExchangePerNode"));
  });

  it("cannot keep up when slots are too few, and then updates are lost", async () => {
    const stream = { updatesPerRound: 1, streamRounds: 60, initialUpdates: 0 };
    const few = await play({ ...stream, slots: 8 }, { maxRounds: 80 });
    expect(last(few, "overwritten")).toBeGreaterThan(0);
    const enough = await play({ ...stream, slots: 32 }, { maxRounds: 80 });
    expect(last(enough, "overwritten")).toBe(0);
    expect(enough.stopped).toBe("coverage");
  });
});

describe("rumor mongering", () => {
  const NODES = 1000;
  const seeds = Array.from({ length: 60 }, (_, seed) => seed + 1);
  async function spread(rule: Rule): Promise<{ residue: number; copies: number }> {
    const base = { protocol: "anti-entropy", nodes: NODES, maxRounds: 60, untilQuiet: true };
    const player = await inlinePlayer("wasm", { ...base, parameters: { every: 0, ...rule } });
    const played = seeds.map((seed) => player.play(seed));
    return {
      residue: total(played.map((result) => last(result, "missingPerNode"))) / seeds.length,
      copies: total(played.map(({ series }) => total(series.sent) / NODES)) / seeds.length,
    };
  }

  it("without anti-entropy leaves exp(-m) of the nodes, 0.18 with k = 1", async () => {
    const one = await spread({ k: 1 });
    expect(Math.abs(one.residue - 0.18)).toBeLessThan(0.015);
    expect(Math.abs(Math.log(one.residue) + one.copies)).toBeLessThan(0.05);
    const two = await spread({ k: 2 });
    expect(two.residue).toBeLessThan(0.08);
    expect(Math.abs(Math.log(two.residue) + two.copies)).toBeLessThan(0.1);
  });

  it("is completed by anti-entropy, which then has little to do", async () => {
    const stream = { updatesPerRound: 0.5, streamRounds: 60, every: 10 };
    const alone = await play({ ...stream, k: 0 });
    const backed = await play({ ...stream, k: 2 });
    for (const result of [alone, backed]) expect(result.stopped).toBe("coverage");
    expect(last(alone, "byRumorPerNode")).toBe(0);
    const byRumor = last(backed, "byRumorPerNode");
    expect(byRumor / (byRumor + last(backed, "byExchangePerNode"))).toBeGreaterThan(0.85);
    expect(last(backed, "learnRounds50")).toBeLessThan(last(alone, "learnRounds50"));
    expect(last(backed, "differencePerExchange")).toBeLessThan(
      0.7 * last(alone, "differencePerExchange"),
    );
  });

  it("starts again where an exchange found an update, if it may", async () => {
    const rule = { k: 1, every: 8, initialUpdates: 20 };
    const cold = await play(rule);
    const hot = await play({ ...rule, redistribute: 1 });
    expect(last(hot, "byRumorPerNode")).toBeGreaterThan(last(cold, "byRumorPerNode"));
    expect(last(hot, "rumorBytesPerNode")).toBeGreaterThan(last(cold, "rumorBytesPerNode"));
    expect(last(hot, "learnRounds99")).toBeLessThanOrEqual(last(cold, "learnRounds99"));
  });
});

const calm = { duplicateRatio: 0, partitions: [], outages: [] };

describe("nodes that lose their state", () => {
  it.each(["wasm", "ts"] as const)("get it again from others, on %s", async (backend) => {
    const nodes = 2000;
    const outage = {
      ...{
        from: { rounds: 20 },
        until: { rounds: 24 },
        every: null,
        notice: null,
        stateLost: true,
      },
      effect: "down" as const,
      nodes: { kind: "range", first: 0, end: nodes / 4 } as const,
    };
    const network = { ...completeGraph(nodes), environment: { ...calm, outages: [outage] } };
    const rule = { initialUpdates: 10, initialAt: SHARE, initialShare: 0.5, k: 1 };
    const parameters = { ...rule, updatesPerRound: 0.5, streamRounds: 40 };
    const options = { protocol: "anti-entropy", nodes, network, parameters };
    const result = (await inlinePlayer(backend, options)).play(3);
    const missing = measure(result, "missingPerNode");
    // All are up again as round 24 begins, and a quarter of them has nothing of some 20 updates.
    expect(missing[23]).toBeLessThan(4);
    expect(missing[24]).toBeGreaterThan(7);
    expect(result.stopped).toBe("coverage");
    expect(last(result, "missingPerNode")).toBe(0);
    const learned = nodes * (last(result, "byExchangePerNode") + last(result, "byRumorPerNode"));
    expect(learned).toBeGreaterThan(30 * nodes - 30 - 5 * nodes + (nodes / 4) * 10);
  });
});

describe("a partition", () => {
  it("keeps updates on their side until it heals", async () => {
    const nodes = 2000;
    const cut = { from: { rounds: 0 }, until: { rounds: 30 }, first: 0, end: nodes / 2 };
    const network = { ...completeGraph(nodes), environment: { ...calm, partitions: [cut] } };
    const stream = { updatesPerRound: 1, streamRounds: 30, initialUpdates: 0 };
    const result = await play(stream, { nodes, network });
    const missing = measure(result, "missingPerNode");
    // Half of the nodes lacks each update; the youngest are still on their way on their own side.
    expect(missing[30]).toBeGreaterThan(14.9);
    expect(missing[30]).toBeLessThan(21);
    expect(missing[31]).toBeLessThan(0.8 * missing[30]!);
    expect(result.stopped).toBe("coverage");
    expect(result.rounds).toBeLessThan(45);
  });
});

describe("figures", () => {
  it("of delays come from bins that join without gap or overlap", () => {
    const bounds = Array.from({ length: 57 }, (_, bin) => binRounds(bin));
    expect(bounds.slice(0, 22)).toEqual([
      ...Array.from({ length: 16 }, (_, rounds) => rounds),
      ...[19, 23, 27, 31, 39, 47],
    ]);
    expect(delayQuantile([0, 3, 0, 1], 0.5)).toBe(1);
    expect(delayQuantile([0, 3, 0, 1], 1)).toBe(3);
    expect(delayQuantile([0, 0], 0.5)).toBeNull();
  });

  it("of delays of rarely compared databases stand in the right bins", async () => {
    // Two nodes and one update, learned in the round of the first turn of either.
    const player = await inlinePlayer("wasm", {
      ...{ protocol: "anti-entropy", nodes: 2, maxRounds: 400 },
      parameters: { every: 300, direction: BOTH },
    });
    for (let seed = 1; seed <= 30; seed++) {
      const result = player.play(seed);
      const told = last(result, "learnRounds100");
      expect(told).toBeGreaterThanOrEqual(result.rounds);
      expect(told).toBeLessThan(result.rounds < 16 ? result.rounds + 1 : result.rounds * 1.25);
    }
  });

  it("fit a million nodes with 64 slots, and ten million with 32", () => {
    const bytes = (nodes: number, slots: number): number =>
      planTrial(settingsOf({ protocol: "anti-entropy", nodes, parameters: { slots, k: 0 } }))
        .memoryBytes;
    expect(bytes(1e6, 64)).toBeLessThan(100e6);
    expect(bytes(1e7, 32)).toBeLessThan(2e9);
  });
});
