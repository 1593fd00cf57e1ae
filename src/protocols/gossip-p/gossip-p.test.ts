/** Probabilistic propagation against the branching process, the mean field, and its own rules. */
import { describe, expect, it } from "vitest";
import { completeGraph, inlinePlayer, type InlineOptions } from "../../../bench/inline-trial.js";
import type { TrialResult } from "../../engine/trial-run.js";
import { buildNetwork } from "../../network/build.js";

const NODES = 4000;
type Rule = Readonly<Record<string, number>>;

const sum = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0);
const mean = (values: readonly number[]): number => sum(values) / values.length;
const reached = ({ series }: TrialResult): number => series.informed.at(-1)!;

function optionsOf(parameters: Rule, options: Partial<InlineOptions> = {}): InlineOptions {
  return {
    ...{ protocol: "gossip-p", nodes: NODES, parameters, untilQuiet: true, maxRounds: 300 },
    ...options,
  };
}

async function play(
  parameters: Rule,
  runs: number,
  options: Partial<InlineOptions> = {},
): Promise<TrialResult[]> {
  const player = await inlinePlayer("wasm", optionsOf(parameters, options));
  return Array.from({ length: runs }, (_, index) => player.play(index + 1));
}

/** Root of r = 1 - exp(-mean r) above 0. */
function survivingShare(offspring: number): number {
  let share = 1;
  for (let step = 0; step < 2000; step++) share = 1 - Math.exp(-offspring * share);
  return share;
}

/** Chance that the branching process of the first copies ends: each node has `fanout` children with p. */
function chanceToDie(fanout: number, p: number): number {
  let chance = 0;
  for (let step = 0; step < 10_000; step++) chance = 1 - p + p * chance ** fanout;
  return chance ** fanout;
}

const eventClock = {
  clock: { kind: "event", tickMs: 1, periodTicks: 40, timer: "poisson" },
  network: { ...completeGraph(NODES), latency: { kind: "constant", ms: 3 } },
} as const;

describe("constant probability on the complete graph", () => {
  const rules = [
    { fanout: 2, p0: 0.75 },
    { fanout: 4, p0: 0.5 },
    { fanout: 4, p0: 0.75 },
    { fanout: 8, p0: 0.2 },
  ];
  it.each(rules)("%j: coverage given survival, chance of dying early", async (rule) => {
    const runs = await play(rule, 300);
    const share = survivingShare(rule.fanout * rule.p0);
    const survived = runs.map(reached).filter((count) => count > (share * NODES) / 2);
    expect(Math.abs(mean(survived) / NODES - share)).toBeLessThan(0.005);
    const chance = chanceToDie(rule.fanout, rule.p0);
    const error = Math.sqrt((chance * (1 - chance)) / runs.length);
    const died = 1 - survived.length / runs.length;
    expect(Math.abs(died - chance)).toBeLessThan(4 * error);
    for (const run of runs) expect(run.stopped).toBe("quiescent");
  });

  it("follows the same law on an event clock", async () => {
    const runs = await play({ fanout: 4, p0: 0.5 }, 40, eventClock);
    const survived = runs.map(reached).filter((count) => count > NODES / 4);
    expect(survived.length).toBeGreaterThan(20);
    expect(Math.abs(mean(survived) / NODES - survivingShare(2))).toBeLessThan(0.01);
  });

  it.each([
    { fanout: 4, p0: 0.2 },
    { fanout: 2, p0: 0.4 },
  ])("%j dies out: one over one minus the offspring", async ({ fanout, p0 }) => {
    const runs = await play({ fanout, p0 }, 2000);
    const counts = runs.map(reached);
    expect(Math.max(...counts)).toBeLessThan(NODES / 10);
    // The origin has `fanout` children, each of whom founds a family of 1 / (1 - fanout p0).
    const expected = 1 + fanout / (1 - fanout * p0);
    const spread = Math.sqrt(mean(counts.map((count) => (count - expected) ** 2)));
    expect(Math.abs(mean(counts) - expected)).toBeLessThan((4 * spread) / Math.sqrt(runs.length));
  });
});

describe("probability that falls", () => {
  const factors: readonly [Rule, (round: number) => number][] = [
    [{ fanout: 8, p0: 1, hopFactor: 0.8 }, (round) => 0.8 ** round],
    [{ fanout: 8, p0: 0.9, ageRounds: 12 }, (round) => 0.9 * Math.exp(-round / 12)],
  ];
  // In rounds without waiting a node is as many hops away as the rumor is old.
  it.each(factors)("%j follows the mean field from round to round", async (rule, probability) => {
    const nodes = 200_000;
    const [run] = await play(rule, 1, { nodes });
    const { informed, sent } = run!.series;
    let checked = 0;
    for (let round = 1; round + 1 < informed.length; round++) {
      const fresh = informed[round]! - informed[round - 1]!;
      if (fresh < 2000) continue;
      checked++;
      // Whoever was informed in `round` decides in the next one.
      const p = probability(round + 1);
      const error = Math.sqrt((fresh * p * (1 - p)) / fresh ** 2);
      expect(Math.abs(sent[round + 1]! / 8 / fresh - p)).toBeLessThan(4.5 * error);
      const susceptible = 1 - informed[round]! / nodes;
      const left = susceptible * Math.exp((-8 * p * fresh) / nodes);
      expect(Math.abs(1 - informed[round + 1]! / nodes - left)).toBeLessThan(0.006);
    }
    expect(checked).toBeGreaterThan(2);
  });

  it("with copies heard while waiting: p0 / (1 + c)^b", async () => {
    const rule = { fanout: 6, p0: 0.9, wait: 2, copyPower: 1.5 };
    const player = await inlinePlayer("wasm", optionsOf(rule, { nodes: 100_000 }));
    player.play(3);
    const { fates, repeats } = stateOf(player, 100_000);
    for (let copies = 0; copies < 4; copies++) {
      const nodes = fates.flatMap((fate, node) =>
        fate !== 0 && repeats[node] === copies ? [fate] : [],
      );
      const p = 0.9 / (1 + copies) ** 1.5;
      const error = Math.sqrt((p * (1 - p)) / nodes.length);
      expect(nodes.length).toBeGreaterThan(500);
      const share = nodes.filter((fate) => fate === 1).length / nodes.length;
      expect(Math.abs(share - p)).toBeLessThan(4.5 * error);
    }
  });

  it("to nothing once enough copies were heard", async () => {
    const rule = { fanout: 4, p0: 1, wait: 3, copiesMax: 3 };
    const player = await inlinePlayer("wasm", optionsOf(rule));
    const all = await play({ ...rule, copiesMax: 0 }, 1);
    const run = player.play(1);
    const { fates, repeats } = stateOf(player, NODES);
    for (const [node, fate] of fates.entries()) {
      if (fate !== 0 && node !== run.origin) expect(fate === 1).toBe(repeats[node]! < 2);
    }
    expect(fates.filter((fate) => fate === 3).length).toBeGreaterThan(100);
    expect(reached(run)).toBeGreaterThan(0.9 * NODES);
    expect(sum(run.series.sent)).toBeLessThan(0.95 * sum(all[0]!.series.sent));
  });

  it("with the degree: kappa over it", async () => {
    const network = await buildNetwork(
      { topology: "scale-free", latency: "round", lossRatio: 0, degree: 4 },
      20_000,
      5,
    );
    const player = await inlinePlayer(
      "wasm",
      optionsOf({ fanout: 0, p0: 1, kappa: 3 }, { nodes: 20_000, network }),
    );
    const fates = [1, 2, 3, 4].map((seed) => {
      player.play(seed);
      return stateOf(player, 20_000).fates;
    });
    if (network.topology.kind !== "graph") throw new Error("scale-free is a graph");
    const { offsets } = network.topology.csr;
    for (const [least, most] of [
      [4, 4],
      [8, 8],
      [16, 24],
    ] as const) {
      let [decided, passed, expected, variance] = [0, 0, 0, 0];
      for (const run of fates) {
        for (const [node, fate] of run.entries()) {
          const degree = offsets[node + 1]! - offsets[node]!;
          if (fate === 0 || degree < least || degree > most) continue;
          const p = Math.min(1, 3 / degree);
          decided++;
          passed += Number(fate === 1);
          expected += p;
          variance += p * (1 - p);
        }
      }
      expect(decided).toBeGreaterThan(500);
      // The origins pass it on in any case.
      expect(Math.abs(passed - expected)).toBeLessThan(4.5 * Math.sqrt(variance) + 4);
    }
  });
});

function stateOf(
  { plan, memory }: Awaited<ReturnType<typeof inlinePlayer>>,
  nodes: number,
): { fates: number[]; repeats: number[] } {
  const bytes = (name: string): number[] => [
    ...new Uint8Array(memory.buffer, plan.fields[name]!.at, nodes),
  ];
  return { fates: bytes("fate"), repeats: bytes("repeats") };
}

describe("first hops and repair", () => {
  it("passes on in any case within certainHops, and never later with p0 0", async () => {
    for (const run of await play({ fanout: 3, p0: 0, certainHops: 4 }, 20)) {
      const { sent, informed } = run.series;
      expect(sum(sent.slice(0, 4))).toBe(3 * (informed[2] ?? 0));
      expect(sum(sent.slice(4))).toBe(0);
    }
    const [alone] = await play({ fanout: 3, p0: 0, certainHops: 0 }, 1);
    expect(reached(alone!)).toBe(1);
    expect(sum(alone!.series.sent)).toBe(0);
  });

  it("early hops save the rumor from dying early", async () => {
    const died = async (certainHops: number): Promise<number> => {
      const runs = await play({ fanout: 4, p0: 0.4, certainHops }, 200);
      return runs.filter((run) => reached(run) < NODES / 4).length;
    };
    expect(await died(3)).toBeLessThan(0.2 * (await died(1)));
  });

  it("leaves nobody silent who heard too few copies", async () => {
    for (const options of [{}, eventClock]) {
      const rule = { fanout: 4, p0: 0.3, repairCopies: 2, repairWait: 2 };
      const player = await inlinePlayer("wasm", optionsOf(rule, options));
      const { repairCopies: _, ...plain } = rule;
      const without = await play(plain, 1, options);
      const run = player.play(1);
      const { fates, repeats } = stateOf(player, NODES);
      expect(fates).not.toContain(2);
      const silent = fates.flatMap((fate, node) => (fate === 3 ? [repeats[node]!] : []));
      expect(silent.length).toBeGreaterThan(50);
      expect(Math.min(...silent)).toBe(2);
      expect(reached(run)).toBeGreaterThan(reached(without[0]!));
      expect(reached(run)).toBeGreaterThan(0.9 * NODES);
    }
  });
});

describe("to all neighbours", () => {
  it("on a grid is site percolation: threshold 0.593", async () => {
    const nodes = 10_000;
    const network = await buildNetwork(
      { topology: "grid", torus: true, latency: "round", lossRatio: 0 },
      nodes,
      1,
    );
    const shares = async (p0: number): Promise<number[]> => {
      const runs = await play({ fanout: 0, p0 }, 40, { nodes, network, maxRounds: 2000 });
      return runs.map((run) => reached(run) / nodes);
    };
    expect(Math.max(...(await shares(0.5)))).toBeLessThan(0.1);
    const above = (await shares(0.7)).filter((share) => share > 0.5);
    expect(above.length).toBeGreaterThan(20);
    expect(Math.min(...above)).toBeGreaterThan(0.9);
  });

  it("is the same on both backends, with loss, and accounts for every copy", async () => {
    const rule = { fanout: 0, p0: 0.02, certainHops: 1, repairCopies: 3 };
    const options = optionsOf(rule, { nodes: 600, network: completeGraph(600, 0.2) });
    const wasm = (await inlinePlayer("wasm", options)).play(4);
    const ts = (await inlinePlayer("ts", options)).play(4);
    expect(ts).toEqual(wasm);
    const { informed, sent, lost, redundant } = wasm.series;
    expect(sum(sent)).toBe(reached(wasm) - 1 + sum(lost) + sum(redundant));
    expect(sum(lost)).toBeGreaterThan(0.15 * sum(sent));
    expect(informed.at(-1)).toBe(600);
  });

  it("needs a topology above 4096 nodes", async () => {
    await expect(inlinePlayer("ts", optionsOf({ fanout: 0 }, { nodes: 5000 }))).rejects.toThrow(
      "gossip-p with fanout 0 on the complete graph needs nodes up to 4096, got 5000",
    );
  });
});
