/** Laws of a stream of rumors: plain push without a filter, the filter's own rate with one, and bounds. */
import { describe, expect, it } from "vitest";
import {
  completeGraph,
  inlinePlayer,
  settingsOf,
  type InlineOptions,
} from "../../../bench/inline-trial.js";
import { writeNetwork } from "../../engine/network-memory.js";
import { drawOrigin } from "../../engine/origin.js";
import { planTrial } from "../../engine/plan.js";
import type { TrialSeries } from "../../engine/trial-run.js";
import { falsePositiveRate, type BloomShape } from "../../filters/sizing.js";
import { compileWasm } from "../../kernels/wasm.js";
import { createMemory } from "../../memory/memory.js";
import { WorkerPool } from "../../workers/pool.js";

const [EXACT, SPLIT_BLOCK, CLASSIC, ROTATING] = [0, 1, 2, 3];
const NODES = 2000;

type Rule = Readonly<Record<string, number>>;

async function play(
  parameters: Rule,
  runs: number,
  options: Partial<InlineOptions> = {},
  backend: "wasm" | "ts" = "wasm",
): Promise<TrialSeries[]> {
  const base = { protocol: "rumor-stream", nodes: NODES, parameters, ...options };
  const player = await inlinePlayer(backend, base);
  return Array.from({ length: runs }, (_, index) => player.play(index + 1).series);
}

const sum = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0);
const last = (series: TrialSeries, name: string): number => series.measures[name]!.at(-1)!;

function estimate(samples: readonly number[]): { mean: number; error: number } {
  const mean = sum(samples) / samples.length;
  const squares = sum(samples.map((value) => (value - mean) ** 2));
  return { mean, error: Math.sqrt(squares / (samples.length - 1) / samples.length) };
}

const eventClock = {
  clock: { kind: "event", tickMs: 1, periodTicks: 40, timer: "fresh" },
  network: { ...completeGraph(NODES), latency: { kind: "constant", ms: 3 } },
} as const;

/** Share of nodes that infect and die reaches: r = 1 - exp(-fanout r), and with filters on the way less. */
function epidemicShare(fanout: number): number {
  let share = 1;
  for (let step = 0; step < 200; step++) share = 1 - Math.exp(-fanout * share);
  return share;
}

describe("without a filter", () => {
  it.each([1, 3])(
    "one rumor with activeRounds %i is plain push, round by round",
    async (rounds) => {
      const rule = { fanout: 2, activeRounds: rounds };
      const single = { ...rule, filter: EXACT, rumors: 1, lifetimeRounds: 60 };
      const [stream] = await play(single, 1);
      const [push] = await play(rule, 1, { protocol: "push", untilQuiet: true });
      const length = push!.sent.length;
      expect(length).toBeGreaterThan(10);
      expect(stream!.sent.slice(0, length)).toEqual(push!.sent);
      expect(stream!.redundant.slice(0, length)).toEqual(push!.redundant);
      expect(stream!.informed.slice(0, length)).toEqual(push!.informed);
    },
  );

  it.each([2, 3, 5])("fanout %i reaches r = 1 - exp(-fanout r) on average", async (fanout) => {
    const rule = { fanout, filter: EXACT, rumors: 40, rumorsPerRound: 2.5, lifetimeRounds: 30 };
    // Half a run's rumors die at once with fanout 2: judge those that came off the ground.
    const runs = await play(rule, 12);
    const shares = runs.map((series) => last(series, "deliveredShare"));
    const early = sum(runs.map((series) => last(series, "rumorsUnderHalf"))) / (12 * 40);
    const { mean, error } = estimate(shares);
    expect(Math.abs(mean - (1 - early) * epidemicShare(fanout))).toBeLessThan(4 * error + 0.002);
    for (const series of runs) {
      expect(last(series, "lostToFilterShare")).toBe(0);
      expect(last(series, "acceptedAgain")).toBe(0);
      expect(last(series, "rumorsFinished")).toBe(40);
    }
  });

  it.each([1, 5])("each node sends a rumor it has %i times to every peer", async (rounds) => {
    for (const options of [{}, eventClock]) {
      const rule = {
        fanout: 2,
        activeRounds: rounds,
        filter: EXACT,
        rumors: 9,
        rumorsPerRound: 0.7,
      };
      const [series] = await play({ ...rule, lifetimeRounds: 80 }, 1, options);
      const pairs = last(series!, "deliveredShare") * NODES * 9;
      expect(sum(series!.sent)).toBe(Math.round(pairs) * 2 * rounds);
    }
  });

  it("counts every copy once: accepted + redundant + lost = sent", async () => {
    const network = completeGraph(NODES, 0.2);
    for (const filter of [EXACT, SPLIT_BLOCK, CLASSIC, ROTATING]) {
      const rule = { filter, rotateRounds: 3, rumors: 30, rumorsPerRound: 3 };
      const [series] = await play(rule, 1, { network });
      // Rumors begin at a node without a copy.
      const accepted = last(series!, "deliveredShare") * NODES * 30 - 30;
      const ended = accepted + sum(series!.redundant) + sum(series!.lost);
      expect(Math.round(ended)).toBe(sum(series!.sent));
      const lostShare = sum(series!.lost) / sum(series!.sent);
      expect(Math.abs(lostShare - 0.2)).toBeLessThan(0.01);
    }
  });
});

describe("the stream", () => {
  it.each([0.3, 1, 2.5])("of %d rumors a round is born and ends on time", async (rate) => {
    const lifetimeRounds = 7;
    const rule = { filter: EXACT, rumorsPerRound: rate, rumors: 20, lifetimeRounds };
    for (const options of [{}, eventClock]) {
      const [series] = await play(rule, 1, options);
      const { rumorsFinished } = series!.measures;
      // What a tick begins with is seen in the step that this tick belongs to or closes.
      const period = options === eventClock ? eventClock.clock.periodTicks : 1;
      const ends = Array.from(
        { length: 20 },
        (_, rumor) => Math.floor((rumor * period) / rate) + lifetimeRounds * period,
      );
      series!.time.forEach((time, step) => {
        const tick = options === eventClock ? time - 1 : time;
        const over = ends.filter((end) => end <= tick).length;
        expect(rumorsFinished![step + 1], `at ${time}`).toBe(over);
      });
      expect(rumorsFinished!.at(-1)).toBe(20);
    }
  });

  it("counts shares of nodes that are up, and nodes that come back know nothing", async () => {
    const environment = {
      duplicateRatio: 0.1,
      partitions: [],
      outages: [],
      churn: {
        kind: "sessions",
        up: { rounds: 9 },
        down: { rounds: 3 },
        shape: 1,
        stateLost: true,
      },
    } as const;
    const network = { ...completeGraph(NODES), environment };
    const rule = { fanout: 6, activeRounds: 4, rumors: 40, filter: ROTATING, filterBits: 2048 };
    const [series] = await play(rule, 1, { network });
    const share = last(series!, "deliveredShare");
    expect(share).toBeGreaterThan(0.2);
    // Sessions of nine rounds against lifetimes of 24: many came too late.
    expect(share).toBeLessThan(0.9);
    series!.informed.forEach((informed, step) => {
      expect(informed).toBeLessThanOrEqual(series!.live[step]!);
    });
    expect(series!.inFlight.every((count) => count === 0)).toBe(true);
  });
});

describe("false positives", () => {
  /** All rumors at once and many peers: a node gets every one of them, one after the other. */
  const ITEMS = 48;
  const flood = { fanout: 10, rumors: ITEMS, rumorsPerRound: ITEMS, lifetimeRounds: 12 };
  const shapes: readonly (BloomShape & { readonly filter: number })[] = [
    ...[256, 512, 768].map((bits) => ({
      ...({ filter: SPLIT_BLOCK, kind: "split-block", bits, probes: 8, blockBits: 256 } as const),
    })),
    ...[192, 320, 512].map((bits) => ({
      ...({ filter: CLASSIC, kind: "classic", bits, probes: 5, blockBits: 64 } as const),
    })),
  ];

  it.each(shapes)("$kind of $bits bits loses what its formula says", async (shape) => {
    const rule = { ...flood, filter: shape.filter, filterBits: shape.bits, probes: shape.probes };
    const runs = await play(rule, 10);
    const { mean, error } = estimate(runs.map((each) => last(each, "falsePositiveShare")));
    // The n-th rumor to come meets a filter with the bits of n - 1 others.
    const rates = Array.from({ length: ITEMS }, (_, items) => falsePositiveRate(shape, items));
    const expected = sum(rates) / ITEMS;
    expect(mean).toBeGreaterThan(0);
    expect(Math.abs(mean - expected)).toBeLessThan(4 * error + 0.02 * expected);
  });

  it("grow fewer with every bit, and are deliveries lost for good", async () => {
    const least = [
      [SPLIT_BLOCK, 256],
      [CLASSIC, 256],
      [ROTATING, 512],
    ] as const;
    for (const [filter, bits] of least) {
      const losses = await Promise.all(
        [bits, 2 * bits, 3 * bits].map(async (filterBits) => {
          const [series] = await play({ ...flood, filter, filterBits, rotateRounds: 100 }, 1);
          const missed = 1 - last(series!, "deliveredShare");
          expect(missed).toBeGreaterThanOrEqual(last(series!, "lostToFilterShare"));
          expect(missed - last(series!, "lostToFilterShare")).toBeLessThan(0.001);
          return last(series!, "lostToFilterShare");
        }),
      );
      losses.forEach((loss, index) => {
        if (index > 0) expect(loss).toBeLessThan(losses[index - 1]!);
      });
      expect(losses[0]).toBeGreaterThan(0.02);
    }
  });

  it("with a shared salt hit all nodes at once: whole rumors are lost", async () => {
    // One rumor after the other: all nodes have the same ones when the next comes.
    const slow = { ...flood, rumorsPerRound: 0.2 };
    const rule = { ...slow, filter: CLASSIC, filterBits: 192, probes: 5 };
    const own = await play({ ...rule, salt: 0 }, 5);
    const shared = await play({ ...rule, salt: 1 }, 5);
    expect(sum(own.map((series) => last(series, "rumorsUnderHalf")))).toBe(0);
    expect(sum(shared.map((series) => last(series, "rumorsUnderHalf")))).toBeGreaterThan(5);
    for (const series of own) expect(last(series, "reachMin")).toBeGreaterThan(0.5);
  });
});

describe("an endless stream", () => {
  const stream = { filterBits: 512, lifetimeRounds: 14, rumorsPerRound: 2, rotateRounds: 16 };

  it("fills a Bloom filter until nothing is new, while two that rotate go on", async () => {
    const half = async (filter: number): Promise<readonly [number, number]> => {
      const [series] = await play({ ...stream, filter, rumors: 600 }, 1);
      const finished = series!.measures.rumorsFinished!;
      const shares = series!.measures.deliveredShare!;
      const middle = finished.findIndex((count) => count >= 300);
      const early = shares[middle]!;
      const late = (shares.at(-1)! * 600 - early * finished[middle]!) / (600 - finished[middle]!);
      return [early, late];
    };
    const [bloomEarly, bloomLate] = await half(SPLIT_BLOCK);
    expect(bloomLate).toBeLessThan(0.02);
    expect(bloomEarly).toBeGreaterThan(0.1);
    const [early, late] = await half(ROTATING);
    expect(late).toBeGreaterThan(0.7);
    expect(Math.abs(late - early)).toBeLessThan(0.03);
  });

  it("takes no more memory for more rumors", async () => {
    const bytes = async (rumors: number): Promise<number> => {
      const parameters = { ...stream, filter: ROTATING, rumors };
      const options = { protocol: "rumor-stream", nodes: NODES, parameters };
      return (await inlinePlayer("wasm", options)).plan.memoryBytes;
    };
    expect(await bytes(1_000_000)).toBe(await bytes(1000));
  });

  it("comes back where filters forget before a rumor's end, and stops at that end", async () => {
    const rule = { ...stream, filter: ROTATING, filterBits: 8192, rumors: 40, lifetimeRounds: 30 };
    const [forgetful] = await play({ ...rule, rotateRounds: 2 }, 1);
    const [lasting] = await play({ ...rule, rotateRounds: 30 }, 1);
    expect(last(lasting!, "acceptedAgain")).toBe(0);
    expect(last(lasting!, "redundancy")).toBeLessThan(2);
    expect(last(forgetful!, "acceptedAgain")).toBeGreaterThan(0.5);
    expect(last(forgetful!, "expired")).toBeGreaterThan(0);
    expect(last(forgetful!, "redundancy")).toBeGreaterThan(1.5 * last(lasting!, "redundancy"));
    // What is forgotten is at least delivered.
    expect(last(forgetful!, "deliveredShare")).toBeGreaterThan(last(lasting!, "deliveredShare"));
  });
});

describe("both backends", () => {
  const rules: readonly Rule[] = [EXACT, SPLIT_BLOCK, CLASSIC, ROTATING].flatMap((filter) => [
    { filter, activeRounds: 3, rumors: 50, rumorsPerRound: 5.5, filterBits: 256, rotateRounds: 3 },
    { filter, activeRounds: 255, rumors: 3, rumorsPerRound: 0.1, salt: 1, probes: 13 },
  ]);
  it.each(rules)("agree on %j", async (rule) => {
    for (const options of [{ network: completeGraph(NODES, 0.1) }, eventClock]) {
      const base = { ...options, protocol: "rumor-stream", nodes: NODES, parameters: rule };
      const [wasm, ts] = await Promise.all(
        (["wasm", "ts"] as const).map(async (name) =>
          (await inlinePlayer(name, { ...base, digestEachRound: true, maxRounds: 60 })).play(11),
        ),
      );
      expect({ ...ts, elapsedMs: 0 }).toEqual({ ...wasm, elapsedMs: 0 });
      expect(wasm!.series.sent.length).toBeGreaterThan(5);
    }
  });

  it("and three workers", async () => {
    const parameters = { filter: ROTATING, activeRounds: 4, rumorsPerRound: 3, rotateRounds: 4 };
    const nodes = 9000;
    const network = completeGraph(nodes, 0.05);
    const options = { protocol: "rumor-stream", nodes, parameters, network, maxRounds: 40 };
    const alone = (await inlinePlayer("wasm", { ...options, digestEachRound: true })).play(5);
    const pool = new WorkerPool(3);
    try {
      for (const backend of ["wasm", "ts"] as const) {
        const plan = planTrial(settingsOf(options, 3));
        const memory = createMemory(plan.memoryBytes);
        writeNetwork(plan, network, memory);
        const start = drawOrigin(network, 5);
        const job = { backend, plan, memory, module: compileWasm(), seed: 5, ...start };
        const together = await pool.play({ ...job, digestEachRound: true });
        expect({ ...together, elapsedMs: 0 }).toEqual({ ...alone, elapsedMs: 0 });
      }
    } finally {
      await pool.close();
    }
  });
});
