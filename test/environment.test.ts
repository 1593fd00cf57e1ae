/**
 * What the environment does to a trial, held against what it was set to: who is up, what is cut, what
 * comes twice, how long queues are. Random parts are checked within four standard errors at fixed seeds.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { completeGraph, inlinePlayer, type InlineOptions } from "../bench/inline-trial.js";
import { readChurnTrace } from "../src/network/churn-trace.js";
import { buildEnvironment, type EnvironmentSpec } from "../src/network/environment.js";
import type { Network, Zones } from "../src/network/network.js";

const NODES = 20_000;

/** A complete graph of `NODES` with an environment. */
function network(
  spec: EnvironmentSpec,
  options: { clock?: "round" | "event"; latencyMs?: number; zones?: Zones; nodes?: number } = {},
): Network {
  const { clock = "round", latencyMs = 1, zones, nodes = NODES } = options;
  const { environment } = buildEnvironment(spec, { nodes, zones, clock });
  return {
    ...completeGraph(nodes),
    ...(clock === "event" ? { latency: { kind: "constant", ms: latencyMs } } : {}),
    ...(zones === undefined ? {} : { zones }),
    environment,
  };
}

async function play(options: Omit<InlineOptions, "nodes"> & { network: Network }, seed = 1) {
  const nodes = options.network.topology.nodes;
  return (await inlinePlayer("wasm", { ...options, nodes })).play(seed);
}

const total = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);

describe("outages", () => {
  it("take exactly their share, and give it back", async () => {
    const world = network({ outages: [{ from: 3, until: 8, share: 0.3 }] });
    const { series } = await play({
      protocol: "push-pull",
      network: world,
      untilQuiet: true,
      maxRounds: 12,
    });
    // A step's figures are taken with the first tick of the next round.
    expect(series.live.slice(0, 8)).toEqual([
      ...Array<number>(2).fill(NODES),
      ...Array<number>(5).fill(0.7 * NODES),
      NODES,
    ]);
  });

  it("in batches restart all nodes, a batch at a time", async () => {
    const roll = { from: 3, until: 5, first: 0, count: NODES, batches: 4, state: "lost" } as const;
    const world = network({ outages: [roll] });
    const { series } = await play({
      protocol: "push-pull",
      network: world,
      untilQuiet: true,
      maxRounds: 40,
    });
    expect(series.live.slice(0, 12)).toEqual([
      ...Array<number>(2).fill(NODES),
      ...Array<number>(8).fill(0.75 * NODES),
      ...Array<number>(2).fill(NODES),
    ]);
    expect(series.informed.at(-1)).toBe(NODES);
  });

  it("of racks take whole racks", async () => {
    const zones = { dcs: 4, racks: 25 };
    const world = network({ outages: [{ from: 0, share: 0.1, of: "racks" }] }, { zones });
    const player = await inlinePlayer("wasm", { protocol: "push", nodes: NODES, network: world });
    const result = player.play(3);
    expect(result.stopped).toBe("coverage");
    const { at } = player.plan.fields.outageHits!;
    const hits = new Uint32Array(player.memory.buffer, at, NODES);
    const racks = Array.from({ length: 100 }, (_, rack) =>
      total([...hits.subarray(rack * 200, rack * 200 + 200)]),
    );
    expect(racks.toSorted((a, b) => b - a)).toEqual([
      ...Array<number>(10).fill(200),
      ...Array<number>(90).fill(0),
    ]);
    expect(hits[result.origin]).toBe(0);
  });

  it("that take the state leave nodes that must learn again", async () => {
    for (const [state, known] of [
      ["kept", NODES],
      ["lost", NODES / 2],
    ] as const) {
      const world = network({ outages: [{ from: 30, until: 31, share: 0.5, state }] });
      const { series } = await play({
        protocol: "push-pull",
        network: world,
        untilQuiet: true,
        maxRounds: 45,
      });
      expect(series.informed[28]).toBe(NODES);
      expect(series.informed[29]).toBe(NODES / 2);
      // In the round after the outage pulling informs all but 1/e of those who forgot.
      expect(series.informed[30]).toBeGreaterThanOrEqual(known);
      expect(series.informed.at(-1)).toBe(NODES);
    }
  });

  it("cost push-sum the mass of the nodes that are down", async () => {
    const world = network({ outages: [{ from: 10, share: 0.25 }] });
    const options = {
      protocol: "push-sum",
      network: world,
      maxRounds: 9,
      parameters: { tolerance: 1e-12 },
    };
    const before = (await play(options)).series.measures.weightDrift!;
    const after = (await play({ ...options, maxRounds: 11 })).series.measures.weightDrift!;
    expect(before.at(-1)).toBeCloseTo(0, 9);
    expect(after.at(-1)).toBeLessThan(-0.2);
  });
});

describe("pauses", () => {
  it("hold messages back, lose none, and come again", async () => {
    const pause = { from: 10, until: 14, every: 20, share: 0.5, effect: "paused" } as const;
    const world = network({ outages: [pause] }, { clock: "event", nodes: 4000 });
    const clock = { kind: "event", tickMs: 1, periodTicks: 50, timer: "periodic" } as const;
    const options = { protocol: "push", network: world, clock, untilQuiet: true, maxRounds: 60 };
    const { series } = await play(options);
    const perRound = (counts: readonly number[], round: number): number =>
      total(counts.slice(10 * round, 10 * round + 10));
    expect(series.live.every((live) => live === 4000)).toBe(true);
    expect(total(series.lost)).toBe(0);
    for (const start of [30, 50]) {
      // Half of the nodes are silent, and half of what the others send waits for them.
      expect(perRound(series.sent, start + 1) / 4000).toBeCloseTo(0.5, 1);
      const waiting = series.inFlight[10 * (start + 4) - 2]! / 4000;
      expect(waiting).toBeCloseTo(4 * 0.25, 1);
      expect(series.inFlight[10 * (start + 4) + 1]).toBeLessThan(200);
      expect(perRound(series.sent, start + 6)).toBe(4000);
    }
  });
});

describe("churn", () => {
  it.each(["exponential", "weibull"] as const)(
    "%s keeps a steady share up / (up + down)",
    async (law) => {
      const world = network({ churn: { law, session: 30, downtime: 10 } });
      const { series } = await play({
        protocol: "push-pull",
        network: world,
        untilQuiet: true,
        maxRounds: 120,
      });
      const error = 4 * Math.sqrt((0.75 * 0.25) / NODES);
      for (const live of series.live) expect(Math.abs(live / NODES - 0.75)).toBeLessThan(error);
      // Joins and leaves: each live node leaves at rate 1 / 30 per round.
      const coverage = series.informed.map((informed, step) => informed / series.live[step]!);
      expect(coverage.at(-1)).toBeGreaterThan(0.99);
    },
  );

  it("without return thins the nodes out as the law says", async () => {
    const world = network({ churn: { law: "exponential", session: 20 } });
    const { series } = await play({
      protocol: "push",
      network: world,
      untilQuiet: true,
      maxRounds: 40,
    });
    for (const round of [5, 20, 40]) {
      const share = Math.exp(-round / 20);
      const error = 4 * Math.sqrt((share * (1 - share)) / NODES);
      expect(Math.abs(series.live[round - 1]! / NODES - share)).toBeLessThan(error);
    }
  });

  it("that takes the state keeps some nodes uninformed for ever", async () => {
    const lost = network({
      churn: { law: "exponential", session: 20, downtime: 5, state: "lost" },
    });
    const kept = network({ churn: { law: "exponential", session: 20, downtime: 5 } });
    const share = async (world: Network): Promise<number> => {
      const { series } = await play({
        protocol: "push-pull",
        network: world,
        untilQuiet: true,
        maxRounds: 80,
      });
      return series.informed.at(-1)! / series.live.at(-1)!;
    };
    expect(await share(lost)).toBeLessThan(await share(kept));
    expect(await share(lost)).toBeGreaterThan(0.9);
  });

  const file = join(
    import.meta.dirname,
    "..",
    "..",
    "shared",
    "data",
    "tor-relay-churn",
    "sessions.csv.gz",
  );
  const reason = existsSync(file) ? "" : " (skipped: ../shared/data is not there)";
  it.skipIf(reason !== "")(`replays a trace${reason}`, async () => {
    const trace = readChurnTrace(file);
    const world = network({ churn: { law: "trace", file, hour: 1 } });
    const { series } = await play({
      protocol: "push-pull",
      network: world,
      untilQuiet: true,
      maxRounds: 50,
    });
    for (const round of [1, 10, 50]) {
      // A round of push-pull is two ticks, and an hour of the trace lasts one round.
      const isUp = (host: number): boolean => {
        const times = trace.timesMs.subarray(trace.offsets[host], trace.offsets[host + 1]);
        return times.filter((ms) => Math.round((ms / 3_600_000) * 2) <= 2 * round).length % 2 === 1;
      };
      const up = Array.from({ length: NODES }, (_, host) => host).filter(isUp).length;
      expect(series.live[round - 1]).toBe(up);
    }
  });
});

describe("partitions", () => {
  it("let nothing through until they heal", async () => {
    const world = network({ partitions: [{ from: 0, until: 40, share: 0.3 }] });
    const { series, origin } = await play({
      protocol: "push-pull",
      network: world,
      untilQuiet: true,
      maxRounds: 60,
    });
    const side = origin < 0.3 * NODES ? 0.3 : 0.7;
    expect(series.informed[39]).toBe(side * NODES);
    expect(series.informed.at(-1)).toBe(NODES);
    expect(series.lost[10]).toBeGreaterThan(0);
  });
});

describe("duplicates", () => {
  it("come at their ratio and are told from copies that were sent", async () => {
    const world = network({ duplicateRatio: 0.2 });
    const { series } = await play({
      protocol: "push",
      network: world,
      untilQuiet: true,
      maxRounds: 40,
    });
    const sent = total(series.sent);
    const arrived = series.informed.at(-1)! - 1 + total(series.redundant);
    const error = 4 * Math.sqrt((0.2 * 0.8) / sent);
    expect(Math.abs(arrived / sent - 1.2)).toBeLessThan(error);
    expect(series.inFlight.every((count) => count === 0)).toBe(true);
  });
});

describe("bandwidth", () => {
  /** Mean time of a message from sender to receiver in ticks, by Little's law. */
  async function meanSojourn(spec: EnvironmentSpec, latencyMs: number): Promise<number> {
    const nodes = 400;
    const clock = { kind: "event", tickMs: 1, periodTicks: 200, timer: "poisson" } as const;
    const world = network(spec, { clock: "event", latencyMs, nodes });
    const options = { protocol: "push", network: world, clock, untilQuiet: true, maxRounds: 600 };
    const { series } = await play({ ...options, parameters: { payloadBytes: 1198 } }, 5);
    // All nodes are informed after some 20 periods; each then sends at the rate of its timer.
    const from = 500;
    const flying = series.inFlight.slice(from).map((count) => count * 20);
    return total(flying) / total(series.sent.slice(from));
  }

  it("delays as M/D/1: service, and load / (2 (1 - load)) of it in the queue", async () => {
    // 1250 bytes at 100 kbit/s take 100 ms, once every 200 ms: load 0.5.
    const free = await meanSojourn({}, 5);
    expect(free).toBeCloseTo(5, 0);
    const uplink = await meanSojourn({ uplinkKbps: 100, queueMs: 5000 }, 5);
    expect((uplink - 5) / 150).toBeGreaterThan(0.95);
    expect((uplink - 5) / 150).toBeLessThan(1.05);
  });

  it("queues at the receiver too, where copies come from all sides", async () => {
    const downlink = await meanSojourn({ downlinkKbps: 100, queueMs: 5000 }, 5);
    expect((downlink - 5) / 150).toBeGreaterThan(0.95);
    expect((downlink - 5) / 150).toBeLessThan(1.05);
  });

  it("drops what would wait too long", async () => {
    const world = network({ uplinkKbps: 100, queueMs: 150 }, { clock: "event", nodes: 500 });
    const clock = { kind: "event", tickMs: 1, periodTicks: 50, timer: "poisson" } as const;
    const options = { protocol: "push", network: world, clock, untilQuiet: true, maxRounds: 200 };
    const { series } = await play({ ...options, parameters: { payloadBytes: 1198 } });
    // A link carries 10 messages a second of the 20 that are sent.
    const sent = total(series.sent.slice(800));
    expect(total(series.lost.slice(800)) / sent).toBeGreaterThan(0.45);
    expect(total(series.lost.slice(800)) / sent).toBeLessThan(0.6);
  });
});

describe("an environment in which nothing happens", () => {
  it("changes no bit", async () => {
    const options = { protocol: "push-pull", digestEachRound: true, observe: true };
    const plain = await play({ ...options, network: completeGraph(NODES) });
    const quiet = await play({ ...options, network: network({ duplicateRatio: 0 }) });
    const late = network({
      outages: [{ from: 1e6, share: 1 }],
      partitions: [{ from: 1e6, share: 0.5 }],
    });
    expect(quiet.digests).toEqual(plain.digests);
    expect((await play({ ...options, network: late })).digests).toEqual(plain.digests);
  });
});
