/**
 * Whom nodes address: the drawn peers against the law of each selection, on both backends, and what a
 * selection does to a rumor. Replay a failure with HEARSAY_TEST_SEED=<seed>.
 */
import { describe, expect, it } from "vitest";
import { inlinePlayer, type InlineOptions } from "../bench/inline-trial.js";
import type { TrialPlan } from "../src/engine/plan.js";
import type { TrialResult } from "../src/engine/trial-run.js";
import { threefry } from "../src/kernels/random.js";
import { buildNetwork, type NetworkSpec } from "../src/network/build.js";
import { buildEnvironment } from "../src/network/environment.js";
import type { Csr, Environment, Network } from "../src/network/network.js";
import { selectionOf, type SelectionSpec } from "../src/network/selection.js";
import { binomialZ } from "./chi-square.js";

const testSeed = Number(process.env.HEARSAY_TEST_SEED ?? Date.now() % 0xffffffff) >>> 0;
/** Deviates of rare peers have long tails: this one is passed by a sound draw in all but 1 in 1e6 runs. */
const LIMIT = 6.5;
const ROUNDS: NetworkSpec = { topology: "complete", latency: "round", lossRatio: 0 };

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const mean = (values: readonly number[]): number => sum(values) / values.length;

/**
 * Nodes that `origin` addressed in its first action, for seeds from testSeed on: hops are 1 there. On an
 * event clock a later action may follow, a period after the first: it does not count.
 */
async function drawnBy(
  backend: "wasm" | "ts",
  network: Network,
  origin: number,
  fanout: number,
  trials: number,
): Promise<number[][]> {
  const { nodes } = network.topology;
  const event = network.latency.kind !== "round";
  const options: InlineOptions = {
    ...{ protocol: "push", nodes, network, maxRounds: event ? 3 : 1, observe: true },
    parameters: { fanout, activeRounds: 1 },
    ...(event ? { clock: { kind: "event", tickMs: 1, periodTicks: 600, timer: "periodic" } } : {}),
  };
  const player = await inlinePlayer(backend, options);
  const { hops, since } = player.plan.fields;
  const list = new Uint16Array(player.memory.buffer, hops!.at, nodes);
  const times = new Uint32Array(player.memory.buffer, since!.at, nodes);
  return Array.from({ length: trials }, (_, trial) => {
    player.play((testSeed + trial) >>> 0, origin);
    const peers = [...list.keys()].filter((node) => list[node] === 1);
    if (!event) return peers;
    return peers.sort((a, b) => times[a]! - times[b]!).slice(0, fanout);
  });
}

/**
 * Compares how often each node was drawn with its chance, on both backends, which must draw alike.
 * @param chances chance of each node to be among the peers of one action; 0 must never be drawn
 */
async function expectLaw(
  network: Network,
  origin: number,
  chances: readonly number[],
  fanout = 1,
): Promise<void> {
  const trials = network.latency.kind === "round" ? 4000 : 600;
  const drawn = await drawnBy("wasm", network, origin, fanout, trials);
  expect(await drawnBy("ts", network, origin, fanout, 200)).toEqual(drawn.slice(0, 200));
  const counts = chances.map((_, node) => drawn.filter((peers) => peers.includes(node)).length);
  chances.forEach((chance, node) => {
    const label = `node ${node} from ${origin}`;
    if (chance === 0 || chance > 1 - 1e-9) {
      expect(counts[node], label).toBe(chance === 0 ? 0 : trials);
    } else expect(Math.abs(binomialZ(counts[node]!, trials, chance)), label).toBeLessThan(LIMIT);
  });
  expect(sum(counts)).toBe(trials * fanout);
}

const shares = (weights: readonly number[]): number[] =>
  weights.map((weight) => weight / sum(weights));

/** Chance of each item to be among two drawn without repetition. */
function chancesOfTwo(weights: readonly number[]): number[] {
  const first = shares(weights);
  return first.map((p, item) =>
    sum(first.map((q, other) => (other === item ? p : (q * p) / (1 - q)))),
  );
}

function graphOf(nodes: number, pairs: readonly (readonly [number, number])[]): Csr {
  const rows = Array.from({ length: nodes }, (_, node) =>
    pairs
      .flatMap(([a, b]) => (a === node ? [b] : b === node ? [a] : []))
      .sort((one, other) => one - other),
  );
  const offsets = Uint32Array.from([0, ...rows.map((_, v) => rows.slice(0, v + 1).flat().length)]);
  return { offsets, targets: Uint32Array.from(rows.flat()) };
}

function onGraph(csr: Csr, spec: SelectionSpec): Network {
  const topology = { kind: "graph", nodes: csr.offsets.length - 1, csr } as const;
  const latency = { kind: csr.latencyMs === undefined ? "round" : "edge" } as const;
  const selection = selectionOf(spec, { topology, latency, zones: undefined }, 1)!.part;
  return { topology, latency, lossRatio: 0, selection, description: {}, order: "id" };
}

describe(`the law of each selection (HEARSAY_TEST_SEED=${testSeed})`, () => {
  it("degree: neighbours by degree^alpha, one and two of them", async () => {
    for (const alpha of [-1.5, 0, 1, 2]) {
      const spec: NetworkSpec = { ...ROUNDS, topology: "scale-free", degree: 3 };
      const network = await buildNetwork({ ...spec, selection: "degree", alpha }, 40, 3);
      const { csr } = network.topology as { csr: Csr };
      const degree = (node: number): number => csr.offsets[node + 1]! - csr.offsets[node]!;
      for (const origin of [0, 39]) {
        const row = csr.targets.slice(csr.offsets[origin], csr.offsets[origin + 1]);
        const weights = Array.from({ length: 40 }, (_, node) =>
          row.includes(node) ? degree(node) ** alpha : 0,
        );
        await expectLaw(network, origin, shares(weights));
        if (row.length > 2) await expectLaw(network, origin, chancesOfTwo(weights), 2);
      }
    }
  });

  it("degree: next to a hub with nearly all weight, the second peer still follows the law", async () => {
    const HUB = 4;
    const leaves = Array.from({ length: 1000 }, (_, leaf) => [HUB, 5 + leaf] as const);
    const near = [1, 2, 3, HUB].map((node) => [0, node] as const);
    const csr = graphOf(1005, [...near, [2, 3], [3, 5], ...leaves]);
    const network = onGraph(csr, { selection: "degree", alpha: 2 });
    const weights = Array.from({ length: 1005 }, (_, node) => [0, 1, 4, 9, 1001 ** 2][node] ?? 0);
    await expectLaw(network, 0, chancesOfTwo(weights), 2);
  });

  it("centrality: neighbours by PageRank, which sums up to the nodes", async () => {
    const spec: NetworkSpec = { ...ROUNDS, topology: "scale-free", degree: 2 };
    const score = "pagerank" as const;
    const network = await buildNetwork({ ...spec, selection: "centrality", score }, 20, 3);
    const { csr } = network.topology as { csr: Csr };
    // By the rule itself, often enough: rank = 0.15 + 0.85 * sum of rank / degree over neighbours.
    let ranks = new Array<number>(20).fill(1);
    const rowOf = (node: number): number[] => [
      ...csr.targets.slice(csr.offsets[node], csr.offsets[node + 1]),
    ];
    for (let pass = 0; pass < 200; pass++) {
      ranks = ranks.map(
        (_, node) =>
          0.15 + 0.85 * sum(rowOf(node).map((peer) => ranks[peer]! / rowOf(peer).length)),
      );
    }
    const weights = ranks.map((rank, node) => (rowOf(19).includes(node) ? rank : 0));
    await expectLaw(network, 19, shares(weights));
  });

  it("zones: uniform within the drawn class, also where a class is empty", async () => {
    const zones = { selection: "zones", outsideDc: 0.3, outsideRack: 0.4 } as const;
    // 20 nodes: data centres of 7, 7, 6; racks of 4, 3 and 4, 2.
    const network = await buildNetwork({ ...ROUNDS, ...zones, dcs: 3, racks: 2 }, 20, 1);
    for (const origin of [0, 6, 18]) {
      const dc = Math.floor(origin / 7);
      const rack = Math.floor((origin % 7) / 4);
      const weights = Array.from({ length: 20 }, (_, node) => {
        if (node === origin) return 0;
        const members = dc === 2 ? 6 : 7;
        if (Math.floor(node / 7) !== dc) return 0.3 / (20 - members);
        const mates = rack === 0 ? 4 : members - 4;
        if (Math.floor((node % 7) / 4) !== rack) return (0.7 * 0.4) / (members - mates);
        return (0.7 * 0.6) / (mates - 1);
      });
      await expectLaw(network, origin, weights);
    }
    // 10 nodes in runs of 3: the last one is alone in its data centre and has to leave it.
    const lone = await buildNetwork({ ...ROUNDS, selection: "zones", dcs: 4 }, 10, 1);
    await expectLaw(lone, 9, [...new Array<number>(9).fill(1 / 9), 0]);
    await expectLaw(lone, 0, [0, 0.45, 0.45, ...new Array<number>(7).fill(0.1 / 7)]);
    // Racks of one: nobody in the own rack, so all that stay in the data centre leave the rack.
    const racks = { ...zones, outsideRack: 0, dcs: 2, racks: 3 };
    const thin = await buildNetwork({ ...ROUNDS, ...racks }, 6, 1);
    await expectLaw(thin, 1, [0.35, 0, 0.35, 0.1, 0.1, 0.1]);
  });

  it("zones: a share of 0 never leaves, a share of 1 always does; an empty zone gives fewer", async () => {
    const base = { ...ROUNDS, selection: "zones", dcs: 2 } as const;
    const stays = await buildNetwork({ ...base, outsideDc: 0 }, 8, 1);
    await expectLaw(stays, 5, [0, 0, 0, 0, 1 / 3, 0, 1 / 3, 1 / 3]);
    await expectLaw(stays, 5, [0, 0, 0, 0, 1, 0, 1, 1], 3);
    const drawn = await drawnBy("wasm", stays, 5, 5, 20);
    expect(drawn).toEqual(new Array(20).fill([4, 6, 7]));
    const leaves = await buildNetwork({ ...base, outsideDc: 1 }, 8, 1);
    await expectLaw(leaves, 5, [0.25, 0.25, 0.25, 0.25, 0, 0, 0, 0]);
  });

  it("spatial: d^-rho on a ring and on a torus", async () => {
    const ring = await buildNetwork({ ...ROUNDS, selection: "spatial", rho: 1.5 }, 31, 1);
    const torus = { selection: "spatial", space: "torus", rho: 2, rowNodes: 6 } as const;
    const flat = await buildNetwork({ ...ROUNDS, ...torus }, 30, 1);
    const turn = (step: number, size: number): number => Math.min(step, size - step);
    for (const origin of [0, 17, 29]) {
      const onRing = Array.from({ length: 31 }, (_, node) =>
        node === origin ? 0 : turn(Math.abs(node - origin), 31) ** -1.5,
      );
      await expectLaw(ring, origin, shares(onRing));
      await expectLaw(ring, origin, chancesOfTwo(onRing), 2);
      const onTorus = Array.from({ length: 30 }, (_, node) => {
        const across = turn(Math.abs((node % 6) - (origin % 6)), 6);
        const down = turn(Math.abs(Math.floor(node / 6) - Math.floor(origin / 6)), 5);
        return node === origin ? 0 : (across + down) ** -2;
      });
      await expectLaw(flat, origin, shares(onTorus));
    }
  });

  /** Chance to be the nearest of d uniform draws; equals share theirs. */
  function nearestOf(delays: readonly (number | undefined)[], candidates: number): number[] {
    const known = delays.filter((delay) => delay !== undefined);
    return delays.map((delay) => {
      if (delay === undefined) return 0;
      const further = known.filter((other) => other > delay).length / known.length;
      const equal = known.filter((other) => other === delay).length;
      return ((further + equal / known.length) ** candidates - further ** candidates) / equal;
    });
  }

  it("nearest: the shortest of some delays, over edges and between cities", async () => {
    const pairs = Array.from({ length: 9 }, (_, leaf) => [0, leaf + 1] as const);
    const csr = { ...graphOf(10, pairs), latencyMs: new Float32Array(18).fill(9) };
    csr.latencyMs.set([7, 3, 12, 3, 9, 20, 5, 3, 11]);
    const edges = [undefined, ...csr.latencyMs.slice(0, 9)];
    for (const candidates of [2, 5]) {
      const network = onGraph(csr, { selection: "nearest", candidates });
      await expectLaw(network, 0, nearestOf(edges, candidates));
    }
    const spec = { ...ROUNDS, latency: "cities", selection: "nearest", candidates: 3 } as const;
    const network = await buildNetwork(spec, 25, 1);
    const { latency } = network;
    if (latency.kind !== "distance") throw new Error("cities have places");
    // The delay of a pair depends on the seed through its route: without it the law is exact.
    const plain = { ...latency, inflation: latency.inflation.map(() => 1) };
    const { places, delayMsByDot } = latency;
    const delays = Array.from({ length: 25 }, (_, node) => {
      const dot = sum([0, 1, 2].map((axis) => places[4 * 7 + axis]! * places[4 * node + axis]!));
      return node === 7
        ? undefined
        : Math.max(1, Math.round(delayMsByDot[(dot + 2 ** 28) >>> 15]!));
    });
    await expectLaw({ ...network, latency: plain }, 7, nearestOf(delays, 3));
  });
});

interface Played {
  readonly results: TrialResult[];
  readonly load: Uint32Array;
  readonly since: Uint32Array;
  readonly size: TrialPlan["wireBytes"];
}

describe("a rumor", () => {
  const play = async (
    spec: Partial<NetworkSpec>,
    nodes: number,
    options: Partial<InlineOptions> = {},
    trials = 3,
  ): Promise<Played> => {
    const network = await buildNetwork({ ...ROUNDS, ...spec }, nodes, 1);
    const player = await inlinePlayer("wasm", {
      protocol: "push-pull",
      nodes,
      network,
      ...options,
    });
    const results = Array.from({ length: trials }, (_, trial) => player.play(trial + 1));
    const field = (name: string): Uint32Array =>
      new Uint32Array(player.memory.buffer, player.plan.fields[name]!.at, nodes);
    return { results, load: field("load"), since: field("since"), size: player.plan.wireBytes };
  };
  const rounds = (result: TrialResult, share: number, nodes: number): number =>
    result.series.informed.findIndex((informed) => informed >= share * nodes) + 1;

  it("hubs first on a Barabasi-Albert graph: half of the nodes sooner, hubs busier", async () => {
    const nodes = 20_000;
    const graph: Partial<NetworkSpec> = { topology: "scale-free", degree: 4 };
    const uniform = await play(graph, nodes);
    const directed = await play({ ...graph, selection: "degree" }, nodes);
    const half = ({ results }: { results: TrialResult[] }): number =>
      mean(results.map((result) => rounds(result, 0.5, nodes)));
    expect(half(directed)).toBeLessThanOrEqual(half(uniform) - 2);
    const most = (load: Uint32Array): number => load.reduce((max, each) => Math.max(max, each), 0);
    expect(most(directed.load)).toBeGreaterThan(2 * most(uniform.load));
    // Push alone: hubs call hubs, and leaves are left out.
    const push = (spec: Partial<NetworkSpec>): ReturnType<typeof play> =>
      play({ ...graph, ...spec }, nodes, { protocol: "push", maxRounds: 100 });
    expect(half(await push({ selection: "degree" }))).toBeGreaterThan(half(await push({})));
  });

  it("loses more by the loss of its hubs when it calls them first", async () => {
    const nodes = 20_000;
    // Low ids are the hubs: the first 1 % fails at the start.
    const place = { nodes, zones: { dcs: 100, racks: 1 }, clock: "round" } as const;
    const lost = buildEnvironment({ outages: [{ from: 0, dc: 0 }] }, place).environment;
    const rounds99 = async (spec: Partial<NetworkSpec>, environment?: Environment) => {
      const graph = { ...ROUNDS, topology: "scale-free", degree: 4 } as const;
      const network = await buildNetwork({ ...graph, ...spec }, nodes, 1);
      const options = { protocol: "push-pull", nodes, coverage: 0.99, maxRounds: 100 };
      const surrounded = environment === undefined ? network : { ...network, environment };
      const player = await inlinePlayer("wasm", { ...options, network: surrounded });
      return mean([1, 2, 3].map((seed) => player.play(seed).rounds));
    };
    const uniform = (await rounds99({}, lost)) - (await rounds99({}));
    const byDegree = { selection: "degree" } as const;
    const directed = (await rounds99(byDegree, lost)) - (await rounds99(byDegree));
    expect(uniform).toBeGreaterThan(1);
    expect(directed).toBeGreaterThan(2 * uniform);
  });

  it("crosses data centres as often as it was set to, whoever sends", async () => {
    const nodes = 10_000;
    const options = { untilQuiet: true, maxRounds: 40, parameters: { payloadBytes: 100 } };
    for (const outsideDc of [0.05, 0.5]) {
      for (const lossRatio of [0, 0.2]) {
        const zones = { selection: "zones", outsideDc, dcs: 5, lossRatio } as const;
        const { results, size } = await play(zones, nodes, { ...options, protocol: "push" }, 1);
        const { sent, lost, carriedBytes, crossDcBytes } = results[0]!.series;
        const carried = sum(sent) - sum(lost);
        expect(sum(carriedBytes)).toBe(carried * size.rumor);
        const share = sum(crossDcBytes) / (carried * size.rumor);
        const sigma = Math.sqrt((outsideDc * (1 - outsideDc)) / carried);
        expect(Math.abs(share - outsideDc)).toBeLessThan(4 * sigma);
      }
    }
    // Uniform: four of five peers stand elsewhere, as do calls and answers of push-pull.
    const { results, size } = await play({ dcs: 5 }, nodes, { maxRounds: 20 }, 1);
    const { sent, requests, carriedBytes, crossDcBytes, crossRackBytes } = results[0]!.series;
    const all = sum(sent) * size.rumor + sum(requests) * size.control;
    expect(sum(carriedBytes)).toBe(all);
    expect(sum(crossDcBytes) / all).toBeCloseTo((4 * 2000) / 9999, 2);
    expect(sum(crossRackBytes)).toBe(0);
  });

  it("is directed for the first rounds, then uniform", async () => {
    const zones = { selection: "zones", outsideDc: 0, dcs: 4, directedRounds: 6 } as const;
    const { results } = await play(zones, 4000, { protocol: "push", maxRounds: 8 });
    for (const { series } of results) {
      expect(series.crossDcBytes.slice(0, 6)).toEqual([0, 0, 0, 0, 0, 0]);
      expect(series.crossDcBytes[6]).toBeGreaterThan(0);
    }
  });

  it("reaches distance d in few rounds where 1 < rho < 2, and in rounds like d far above", async () => {
    const nodes = 2 ** 13;
    /** Median round in which nodes about `distance` away from the origin heard it. */
    const roundsAt = async (rho: number, distances: readonly number[]): Promise<number[]> => {
      const spec: Partial<NetworkSpec> = { selection: "spatial", rho };
      const options = { maxRounds: 4000, coverage: 0.6 };
      const { results, since } = await play(spec, nodes, options, 1);
      return distances.map((distance) => {
        const heard = Array.from({ length: 2 * 32 }, (_, i) => {
          const step = i < 32 ? distance + i : -distance - i + 32;
          return since[(results[0]!.origin + step + nodes) % nodes]! - 1;
        });
        return heard.sort((a, b) => a - b)[32]!;
      });
    };
    const far = [128, 2048];
    const [near15, far15] = (await roundsAt(1.5, far)) as [number, number];
    const [near4, far4] = (await roundsAt(4, far)) as [number, number];
    // Sixteen times as far: logarithms to a power against proportion.
    expect(far15 / near15).toBeLessThan(2.5);
    expect(far4 / near4).toBeGreaterThan(8);
    expect(far15).toBeLessThan(40);
  });
});

describe("draws", () => {
  it("are what they are for: another seed, other peers", async () => {
    const network = await buildNetwork({ ...ROUNDS, selection: "spatial", rho: 0.5 }, 1000, 1);
    const drawn = await drawnBy("ts", network, 3, 4, 50);
    expect(new Set(drawn.map((peers) => peers.join())).size).toBe(50);
    expect(threefry(1, 2, 3, 4)).not.toBe(threefry(2, 2, 3, 4));
  });
});
