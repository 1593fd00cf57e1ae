/** Laws of rumor mongering that hold for every rule, and what each of its options must do. */
import { describe, expect, it } from "vitest";
import { completeGraph, inlinePlayer, type InlineOptions } from "../../../bench/inline-trial.js";
import type { TrialSeries } from "../../engine/trial-run.js";
import type { Network } from "../../network/network.js";

const [PULL, BOTH] = [1, 2];
const BLIND = { interest: 1 };
const COIN = { removal: 1 };
const SEQUENTIAL = { judgement: 1 };
const NODES = 1000;

type Rule = Readonly<Record<string, number>>;

async function play(
  parameters: Rule,
  runs: number,
  options: Partial<InlineOptions> = {},
): Promise<TrialSeries[]> {
  const player = await inlinePlayer("wasm", {
    ...{ protocol: "rumor-mongering", nodes: NODES, parameters, untilQuiet: true, maxRounds: 100 },
    ...options,
  });
  return Array.from({ length: runs }, (_, index) => player.play(index + 1).series);
}

const sum = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0);
const mean = (values: readonly number[]): number => sum(values) / values.length;
const reached = ({ informed }: TrialSeries): number => informed.at(-1)!;
const residue = (series: readonly TrialSeries[], nodes = NODES): number =>
  mean(series.map((each) => 1 - reached(each) / nodes));
const traffic = (series: readonly TrialSeries[], nodes = NODES): number =>
  mean(series.map(({ sent }) => sum(sent) / nodes));
const lastRound = (series: readonly TrialSeries[]): number =>
  mean(series.map((each) => each.informed.indexOf(reached(each)) + 1));

/** Node 0 in the middle, `leaves` around it. */
function star(leaves: number): Network {
  const offsets = Uint32Array.from({ length: leaves + 2 }, (_, node) =>
    node === 0 ? 0 : leaves + node - 1,
  );
  const targets = Uint32Array.from({ length: 2 * leaves }, (_, edge) =>
    edge < leaves ? edge + 1 : 0,
  );
  const nodes = leaves + 1;
  const graph = completeGraph(nodes);
  return { ...graph, topology: { kind: "graph", nodes, csr: { offsets, targets } } };
}

const eventClock = {
  clock: { kind: "event", tickMs: 1, periodTicks: 40, timer: "periodic" },
  network: { ...completeGraph(NODES), latency: { kind: "constant", ms: 3 } },
} as const;

describe("every rule", () => {
  const rules: readonly Rule[] = [0, PULL, BOTH].flatMap((mode) =>
    [{}, BLIND, COIN, SEQUENTIAL, { minimization: 1 }, { connectionLimit: 2, huntLimit: 3 }].map(
      (rule) => ({ mode, ...rule }),
    ),
  );
  it.each(rules)("%j: accepted + redundant + lost = sent in every round", async (rule) => {
    const network = { ...completeGraph(NODES), lossRatio: 0.2 };
    for (const { informed, sent, lost, redundant } of await play(rule, 3, { network })) {
      informed.forEach((count, round) => {
        const accepted = count - (informed[round - 1] ?? 1);
        expect(accepted).toBeGreaterThanOrEqual(0);
        expect(accepted + redundant[round]! + lost[round]!).toBe(sent[round]);
      });
    }
  });
});

describe("push", () => {
  it.each([1, 2, 5])("blind with counter %i: every informed node sends so often", async (k) => {
    for (const series of await play({ ...BLIND, k }, 5)) {
      expect(sum(series.sent)).toBe(k * reached(series));
    }
  });

  it("infects and dies with activeRounds 1", async () => {
    for (const series of await play({ k: 200, activeRounds: 1 }, 5)) {
      expect(sum(series.sent)).toBe(reached(series));
    }
  });

  it("needs no order where nobody asks whether a copy was useful", async () => {
    const options = { protocol: "rumor-mongering", nodes: NODES, untilQuiet: true };
    const digest = async (judgement: number): Promise<string> => {
      const parameters = { ...BLIND, k: 3, judgement };
      return (await inlinePlayer("ts", { ...options, parameters })).play(9).digest;
    };
    expect(await digest(1)).toBe(await digest(0));
  });

  it("follows s = exp(-m) on an event clock too", async () => {
    for (const rule of [{ k: 1 }, { k: 2, ...COIN }, { k: 3, ...BLIND }]) {
      const series = await play(rule, 150, eventClock);
      expect(Math.abs(Math.log(residue(series)) + traffic(series))).toBeLessThan(0.06);
    }
  });

  it("judges in sequence on an event clock: s = exp(-(k + 1)(1 - s)) with a coin", async () => {
    expect(residue(await play({ k: 1, ...COIN }, 200, eventClock))).toBeCloseTo(0.2032, 2);
    expect(residue(await play({ k: 2, ...COIN }, 200, eventClock))).toBeCloseTo(0.0595, 2);
  });

  it("counts without reset what a coin draws: the same law with a counter, in sequence", async () => {
    const series = await play({ ...SEQUENTIAL, counterReset: 0, k: 3 }, 400);
    expect(residue(series)).toBeGreaterThan(0.0188);
    expect(residue(series)).toBeLessThan(0.0208);
  });
});

describe("a connection limit", () => {
  it("lets in so many, each caller as likely", async () => {
    const leaves = 40;
    const network = star(leaves);
    const parameters = { ...BLIND, mode: PULL, k: 200, connectionLimit: 3 };
    const options = { nodes: leaves + 1, network, parameters, maxRounds: 6 };
    const player = await inlinePlayer("wasm", { ...options, protocol: "rumor-mongering" });
    const { at } = player.plan.fields.since!;
    const since = new Uint32Array(player.memory.buffer, at, leaves + 1);
    const firsts: number[] = [];
    for (let seed = 1; seed <= 3000; seed++) {
      const { origin, series } = player.play(seed);
      if (origin !== 0) continue;
      // The hub answers three of its leaves, and asks one leaf, which by then may have the rumor.
      series.sent.forEach((sent, round) => expect(sent - 3).toBeOneOf(round === 0 ? [0] : [0, 1]));
      for (let node = 1; node <= leaves; node++) if (since[node] === 2) firsts.push(node);
    }
    expect(firsts.length % 3).toBe(0);
    // Uniform over 1 .. 40: mean 20.5, standard deviation 11.5.
    expect(firsts.length).toBeGreaterThan(100);
    const error = 11.5 / Math.sqrt(firsts.length);
    expect(Math.abs(mean(firsts) - 20.5)).toBeLessThan(4 * error);
  });

  it("makes push better than exp(-m) and pull worse; hunting brings them together", async () => {
    const rule = { k: 2, connectionLimit: 1 };
    const push = await play(rule, 100);
    const pull = await play({ ...rule, mode: PULL }, 100);
    const unlimited = await play({ k: 2, mode: PULL }, 100);
    expect(residue(push)).toBeLessThan(0.6 * Math.exp(-traffic(push)));
    expect(residue(pull)).toBeGreaterThan(10 * residue(unlimited));
    const huntingPush = await play({ ...rule, huntLimit: 7 }, 100);
    const huntingPull = await play({ ...rule, huntLimit: 7, mode: PULL }, 100);
    expect(lastRound(huntingPush)).toBeLessThan(lastRound(push) - 1);
    expect(residue(huntingPull) / residue(huntingPush)).toBeLessThan(residue(pull) / residue(push));
  });
});

describe("minimization", () => {
  it("by the smaller counter leaves the smallest residue", async () => {
    const residues = await Promise.all(
      [0, 1, 2].map(async (minimization) =>
        residue(await play({ mode: BOTH, k: 2, minimization }, 300, { maxRounds: 40 })),
      ),
    );
    expect(residues[1]).toBeLessThan(0.6 * residues[0]!);
    expect(residues[1]).toBeLessThan(0.8 * residues[2]!);
  });

  it("does nothing without counters or without feedback", async () => {
    for (const rule of [{ ...COIN }, { ...BLIND }]) {
      const [plain] = await play({ mode: BOTH, ...rule }, 1);
      const [compared] = await play({ mode: BOTH, ...rule, minimization: 1 }, 1);
      expect(compared).toEqual(plain);
    }
  });
});
