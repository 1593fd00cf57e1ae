/** What a ring owes its readers: who is alive, how fresh the news is, and where it breaks down. */
import { describe, expect, it } from "vitest";
import { completeGraph, inlinePlayer } from "../../../bench/inline-trial.js";
import { compileWasm } from "../../kernels/wasm.js";
import { buildEnvironment, type EnvironmentSpec } from "../../network/environment.js";

const module = compileWasm();
const INTERVAL_MS = 200;
const TICK_MS = 10;
const STEP_MS = INTERVAL_MS / 10;
const stepOf = (seconds: number): number => (seconds * 1000) / STEP_MS;

interface Setting {
  readonly nodes?: number;
  readonly parameters?: Readonly<Record<string, number>>;
  readonly environment?: EnvironmentSpec;
  readonly seconds: number;
}

async function play(
  setting: Setting,
  seed = 1,
): Promise<Readonly<Record<string, readonly number[]>>> {
  const { nodes = 64, parameters = {} } = setting;
  const { environment } = buildEnvironment(setting.environment ?? {}, {
    ...{ nodes, zones: undefined, clock: "event" },
  });
  const { play: trial } = await inlinePlayer("wasm", {
    ...{ protocol: "ring-kv", nodes, module, maxRounds: (setting.seconds * 1000) / INTERVAL_MS },
    parameters: { subjects: 8, ...parameters },
    network: {
      ...completeGraph(nodes),
      ...{ latency: { kind: "constant" as const, ms: TICK_MS }, environment },
    },
    clock: {
      ...{ kind: "event", tickMs: TICK_MS, periodTicks: INTERVAL_MS / TICK_MS },
      timer: "periodic",
    },
  });
  return trial(seed).series.measures;
}
const last = (values: readonly number[] | undefined): number => values!.at(-1)!;

describe("a ring", () => {
  it("knows heartbeats within little more than half an interval on average", async () => {
    const { heartbeatAgeTicks, falseBeliefs, droppedShare } = await play({ seconds: 60 });
    const later = heartbeatAgeTicks!.slice(stepOf(30));
    const meanMs = (later.reduce((sum, age) => sum + age, 0) / later.length) * TICK_MS;
    // 2.5 s for the heartbeats, and what gossip takes: about log_4 of 64 intervals.
    expect(meanMs).toBeGreaterThan(2500);
    expect(meanMs).toBeLessThan(2500 + 6 * INTERVAL_MS);
    expect(last(falseBeliefs)).toBe(0);
    expect(last(droppedShare)).toBe(0);
  });

  it("calls a dead instance unhealthy a timeout after its last heartbeat", async () => {
    const environment = { outages: [{ from: "20 s", first: 0 }] };
    const { subjectsNoticed, subjectsKnownByAll } = await play({ seconds: 100, environment });
    const noticed = subjectsNoticed!.indexOf(1);
    const known = subjectsKnownByAll!.indexOf(1);
    // The last heartbeat came at 15 to 20 s.
    expect(noticed).toBeGreaterThanOrEqual(stepOf(75));
    expect(known).toBeLessThan(stepOf(80) + 3 * 10);
  });

  it("takes live instances for dead where queues overflow", async () => {
    const few = { mergesPerSecond: 3, queue: 8, pushPullInterval: 3_600_000 };
    const { droppedShare, falseAlarms } = await play({
      ...{ seconds: 120, nodes: 200 },
      parameters: { ...few, heartbeatTimeout: 15_000 },
    });
    expect(last(droppedShare)).toBeGreaterThan(0.5);
    expect(last(falseAlarms)).toBeGreaterThan(0);
  });

  it("leaves entries out of packets that are full", async () => {
    const { entriesLeftOut } = await play({ seconds: 30, parameters: { packetBytes: 1400 } });
    expect(last(entriesLeftOut)).toBeGreaterThan(0);
    expect(last((await play({ seconds: 30 })).entriesLeftOut)).toBe(0);
  });
});

describe("an instance that leaves", () => {
  const cut = (until: string): EnvironmentSpec => ({
    partitions: [{ from: "5 s", until, share: 0.25 }],
  });
  const parameters = { leaveAt: 10_000, tombstone: 40_000, heartbeatTimeout: 3_600_000 };

  it("is forgotten by all when its tombstone outlasts the partition and the exchanges after it", async () => {
    const often = { ...parameters, pushPullInterval: 2000 };
    const { ghosts } = await play({ seconds: 90, parameters: often, environment: cut("30 s") });
    expect(ghosts![stepOf(29)]).toBe(16);
    expect(last(ghosts)).toBe(0);
  });

  it("comes back to life when one node has not exchanged by then", async () => {
    const seldom = { ...parameters, pushPullInterval: 30_000 };
    const { ghosts } = await play({ seconds: 90, parameters: seldom, environment: cut("30 s") });
    expect(last(ghosts)).toBeGreaterThan(32);
  });

  it("comes back to life when the partition is longer", async () => {
    const { ghosts } = await play({ seconds: 110, parameters, environment: cut("70 s") });
    expect(ghosts![stepOf(69)]).toBe(16);
    expect(last(ghosts)).toBeGreaterThan(32);
  });
});
