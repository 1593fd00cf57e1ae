/** What Serf's events must do, and must not: limits, drops, cuts and repair. Laws over all members in exact-run. */
import { describe, expect, it } from "vitest";
import { completeGraph, inlinePlayer, type InlinePlayer } from "../../../bench/inline-trial.js";
import { InputError } from "../../errors.js";
import { compileWasm } from "../../kernels/wasm.js";
import { buildEnvironment, type EnvironmentSpec } from "../../network/environment.js";
import { resolveScenario } from "../../scenario/resolve.js";
import { serfEvent } from "./protocol.js";

const GOSSIP_MS = 200;
const module = compileWasm();

interface Setting {
  readonly nodes?: number;
  readonly parameters?: Readonly<Record<string, number>>;
  readonly environment?: EnvironmentSpec;
  readonly lossRatio?: number;
  readonly maxRounds?: number;
}

function player(setting: Setting): Promise<InlinePlayer> {
  const { nodes = 64, parameters = {}, maxRounds = 400, lossRatio = 0 } = setting;
  const spec = setting.environment ?? {};
  const { environment } = buildEnvironment(spec, { nodes, zones: undefined, clock: "event" });
  return inlinePlayer("wasm", {
    ...{ protocol: "serf-event", nodes, parameters, maxRounds, module },
    network: {
      ...completeGraph(nodes, lossRatio),
      latency: { kind: "constant", ms: 1 },
      environment,
    },
    clock: { kind: "event", tickMs: 1, periodTicks: GOSSIP_MS, timer: "periodic" },
  });
}
async function play(setting: Setting, seed = 1): Promise<Readonly<Record<string, number[]>>> {
  return (await player(setting)).play(seed).series.measures;
}
const last = (values: readonly number[] | undefined): number => values!.at(-1)!;
const QUIET = { probeInterval: 0, pushPullInterval: 0 };

describe("dissemination", () => {
  it("takes little longer for sixteen times as many nodes", async () => {
    const times: number[] = [];
    for (const nodes of [64, 1024, 16_384]) {
      times.push(last((await play({ nodes, parameters: QUIET })).spreadMsTo99));
    }
    const [small, middle, large] = times as [number, number, number];
    // A beat multiplies the nodes that have it by 4 at most: log4 16 = 2 beats of 200 ms at least.
    expect(middle - small).toBeGreaterThan(100);
    expect(large - middle).toBeLessThan(4 * GOSSIP_MS);
  });

  it("ends: queues are empty, and nothing is gossiped any more", async () => {
    const { plan, play: playSeed } = await player({ parameters: QUIET });
    const { series, rounds, stopped } = playSeed(3);
    expect(plan.dies).toBe(true);
    expect(stopped).toBe("coverage");
    expect(last(series.measures.queueDepth)).toBe(0);
    // 8 copies of 64 nodes; three a beat.
    expect(series.sent.reduce((sum, count) => sum + count, 0)).toBe(8 * 64);
    expect(rounds).toBeLessThan(20);
  });

  it("rides on pings and answers, too", async () => {
    // News of members takes all room in packets of gossip.
    const parameters = { membershipBytes: 1400, pushPullInterval: 0 };
    const { deliveredShare, copiesPerDelivery } = await play({ parameters });
    expect(last(deliveredShare)).toBe(1);
    expect(last(copiesPerDelivery)).toBe(8);
  });
});

describe("packets", () => {
  it("hold two events of the largest size: the third waits", async () => {
    const parameters = { ...QUIET, events: 3, eventInterval: 1, source: 1, eventBytes: 512 };
    const { crowdedOut, queueDepthMax } = await play({ parameters });
    expect(last(crowdedOut)).toBeGreaterThan(0);
    expect(last(queueDepthMax)).toBe(3);
    const small = await play({ parameters: { ...parameters, eventBytes: 100 } });
    expect(last(small.crowdedOut)).toBe(0);
  });

  it("carry nothing where news of members takes all room", async () => {
    const parameters = { ...QUIET, membershipBytes: 1400 };
    expect(last((await play({ parameters, maxRounds: 30 })).deliveredShare)).toBe(1 / 64);
  });

  it("refuse events above Serf's limit of 512 bytes", () => {
    const settings = { protocol: "serf-event", nodes: 10, parameters: { eventBytes: 513 } };
    expect(() => resolveScenario([{ settings, label: (field) => field }])).toThrow(InputError);
  });
});

describe("Lamport times", () => {
  it("of one source are never too old in a buffer that holds all", async () => {
    const parameters = { ...QUIET, events: 60, eventInterval: 20, source: 1 };
    const { tooOld, deliveredShare } = await play({ parameters });
    expect([last(tooOld), last(deliveredShare)]).toEqual([0, 1]);
  });

  it("are too old when the buffer is short: such events are lost for good", async () => {
    const parameters = { ...QUIET, events: 60, eventInterval: 20, source: 1, eventBuffer: 5 };
    const { tooOld, deliveredShare } = await play({ parameters });
    expect(last(tooOld)).toBeGreaterThan(0);
    expect(last(deliveredShare)).toBeLessThan(1);
  });

  it("of events with one name, fired at once, make one event of them", async () => {
    const parameters = { ...QUIET, events: 20, eventInterval: 1, eventNames: 1 };
    const { merged, deliveredShare } = await play({ parameters });
    expect(last(merged)).toBeGreaterThan(0);
    expect(last(deliveredShare)).toBeLessThan(0.7);
    const told = await play({ parameters: { ...parameters, eventNames: 0 } });
    expect([last(told.merged), last(told.deliveredShare)]).toEqual([0, 1]);
  });
});

describe("a cut", () => {
  const environment = { partitions: [{ from: 0, until: 40, share: 0.5 }] };

  it("holds events back until exchanges bring them across, unless there are none", async () => {
    const parameters = { probeInterval: 0, pushPullInterval: 2000 };
    const { deliveredShare, repairedShare } = await play({ environment, parameters });
    // Half of the copies meet the cut: those who sit on the event's side may still miss it.
    expect(deliveredShare![39 * 10]).toBeLessThanOrEqual(0.5);
    expect(last(deliveredShare)).toBe(1);
    expect(last(repairedShare)).toBeGreaterThan(0.45);
    const none = await play({ environment, parameters: QUIET });
    expect(last(none.deliveredShare)).toBeLessThanOrEqual(0.5);
    expect(last(none.deliveredShare)).toBeGreaterThan(0.4);
  });

  it("is not repaired by exchanges that are refused for their size", async () => {
    const nodes = 6000;
    const parameters = { probeInterval: 0, pushPullInterval: 100, stateLimit: 1 };
    const setting = { nodes, environment, maxRounds: 60 };
    const { deliveredShare, exchangesRefused } = await play({ ...setting, parameters });
    expect(last(deliveredShare)).toBeCloseTo(0.5, 2);
    expect(last(exchangesRefused)).toBeGreaterThan(nodes);
    const asked = { nodes, parameters: { ...parameters, nameBytes: 12, metaBytes: 100 } };
    expect(serfEvent.outsideDomain!(asked)).toMatch(/refused beyond .* 1 MiB/);
    expect(serfEvent.outsideDomain!({ ...asked, nodes: 5000 })).toBeUndefined();
  });
});

describe("a node that was down", () => {
  it("fetches the events it missed when it comes back without its state", async () => {
    const outages = [{ from: 2, until: 30, first: 5, state: "lost" as const }];
    // The second event comes when the node is back: the trial goes on until then.
    const rare = { probeInterval: 0, pushPullInterval: 600_000, source: 1 };
    const parameters = { ...rare, events: 2, eventInterval: 8000 };
    for (let seed = 1; seed <= 5; seed++) {
      const measures = await play({ environment: { outages }, parameters }, seed);
      expect(last(measures.deliveredShare), `seed ${seed}`).toBe(1);
      expect(last(measures.repairedShare), `seed ${seed}`).toBeGreaterThan(0);
    }
  });
});
