/** How soon proxies know: held against what uplinks, leases, gossip and sync intervals come to by arithmetic. */
import { describe, expect, it } from "vitest";
import { completeGraph, inlinePlayer } from "../../../bench/inline-trial.js";
import type { TrialResult } from "../../engine/trial-run.js";
import { compileWasm } from "../../kernels/wasm.js";
import { buildEnvironment, type EnvironmentSpec } from "../../network/environment.js";

const module = compileWasm();
const TICK_MS = 5;
const [WATCH, GOSSIP, CONSUL] = [0, 1, 2];

interface Setting {
  readonly mode: number;
  readonly seconds: number;
  readonly nodes?: number;
  readonly parameters?: Readonly<Record<string, number>>;
  readonly environment?: EnvironmentSpec;
  readonly lossRatio?: number;
}

async function play(setting: Setting, seed = 1): Promise<TrialResult> {
  const { mode, nodes = 200, parameters = {}, lossRatio = 0 } = setting;
  const periodMs = mode === GOSSIP ? 200 : 1000;
  const { environment } = buildEnvironment(setting.environment ?? {}, {
    ...{ nodes, zones: undefined, clock: "event" },
  });
  const { play: trial } = await inlinePlayer("wasm", {
    ...{ protocol: "k8s-endpoint-churn", nodes, module },
    maxRounds: (setting.seconds * 1000) / periodMs,
    parameters: { mode, changes: 4, changeInterval: 3000, ...parameters },
    network: {
      ...completeGraph(nodes, lossRatio),
      ...{ latency: { kind: "constant" as const, ms: TICK_MS }, environment },
    },
    clock: {
      ...{ kind: "event", tickMs: TICK_MS, periodTicks: periodMs / TICK_MS },
      timer: "periodic",
    },
  });
  return trial(seed);
}
const last = (values: readonly number[] | undefined): number => values!.at(-1)!;
const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
/** Steps until a staircase reaches `count`, in ms from the first step at which `before` does. */
function delayMs(
  before: readonly number[] | undefined,
  after: readonly number[] | undefined,
  count: number,
  stepMs = 100,
): number {
  return (after!.indexOf(count) - before!.indexOf(count)) * stepMs;
}

describe("a watch", () => {
  it("sends each change to every watcher once, and the last waits for the uplink", async () => {
    // One service of all endpoints, so that every slice is full: 100 * 100 bytes and 400 of headers.
    const parameters = { changes: 1, services: 1, hubMbps: 10 };
    const { measures } = (await play({ mode: WATCH, seconds: 40, parameters })).series;
    expect(last(measures.hubMessages)).toBe(199);
    expect(last(measures.hubBytes)).toBe(199 * 10_400);
    const ms = delayMs(measures.changesHappened, measures.changesKnownByAll, 1);
    // 199 * 10,400 bytes at 1250 bytes a millisecond; then up to a second until the last proxy looks.
    const serialized = (199 * 10_400) / 1250;
    expect(ms).toBeGreaterThan(serialized - 1000);
    expect(ms).toBeLessThan(serialized + 1200);
    const half = (
      await play({ mode: WATCH, seconds: 60, parameters: { ...parameters, hubMbps: 5 } })
    ).series;
    const slower = delayMs(half.measures.changesHappened, half.measures.changesKnownByAll, 1);
    expect(slower - ms).toBeGreaterThan(serialized - 1000);
    expect(slower - ms).toBeLessThan(serialized + 1000);
  });

  it("takes a dead node's endpoints away when its lease has run out", async () => {
    // Renewed up to 10 s before the crash, 40 s long, looked at every 5 s, and a second for the proxies.
    for (const seed of [1, 2, 3]) {
      const environment = { outages: [{ from: "20 s", first: 100 }] };
      const parameters = { subjects: 2 };
      const { measures } = (await play({ mode: WATCH, seconds: 80, environment, parameters }, seed))
        .series;
      const ms = delayMs(measures.crashes, measures.crashesKnownByAll, 1);
      expect(ms).toBeGreaterThanOrEqual(30_000);
      expect(ms).toBeLessThanOrEqual(46_200);
      // Until then one request in 200 goes to a node that is not there.
      const during = measures.deadRequestShare!.slice(250, 450);
      expect(sum(during) / during.length).toBeCloseTo(1 / 200, 4);
      expect(last(measures.deadRequestShare)).toBe(0);
    }
  });

  it("is listed anew by all that restart, which takes the uplink as long as it takes", async () => {
    const environment = { outages: [{ from: "5 s", until: "9 s", first: 100, count: 100 }] };
    const parameters = { changes: 1, changeInterval: 1, hubMbps: 100 };
    const { measures } = (await play({ mode: WATCH, seconds: 30, environment, parameters })).series;
    expect(last(measures.listsServed)).toBe(100);
    // 200 * 30 endpoints of 100 bytes in each list: 48 ms of 100 Mbit/s, less than the 10 ms at which they come.
    const listed = last(measures.hubBytes) - measures.hubBytes![60]!;
    expect(listed).toBe(100 * (200 * 30 * 100 + 400));
    expect(Math.max(...measures.listsWaiting!)).toBeGreaterThan(50);
    const waits = measures.listsWaiting!.filter((count) => count > 0).length * 100;
    expect(waits).toBeGreaterThan(4000);
    expect(waits).toBeLessThan(5800);
  });

  it("that was cut goes on where it stopped, without a list", async () => {
    const environment = { partitions: [{ from: "1 s", until: "20 s", share: 0.5 }] };
    const parameters = { changeInterval: 1000 };
    const { measures } = (await play({ mode: WATCH, seconds: 40, environment, parameters })).series;
    expect(Math.max(...measures.staleChanges!)).toBeGreaterThan(0.4);
    expect(last(measures.staleChanges)).toBe(0);
    expect(last(measures.listsServed)).toBe(0);
  });
});

describe("gossip", () => {
  it("tells all in about log4 n intervals, and as often as memberlist's limit says", async () => {
    const parameters = { changes: 1, pushPullInterval: 3_600_000, proxySync: 200 };
    const { series } = await play({ mode: GOSSIP, seconds: 30, nodes: 1000, parameters });
    const { measures } = series;
    const ms = delayMs(measures.changesHappened, measures.changesKnownByAll, 1, 20);
    expect(ms).toBeGreaterThan(((200 * Math.log(1000)) / Math.log(4)) * 0.5);
    expect(ms).toBeLessThan(200 * (Math.log(1000) / Math.log(4) + 8));
    // 4 times the digits of 1000 is 16: six intervals of three packets, of every node that knows.
    expect(sum(series.sent)).toBe(1000 * 6 * 3);
  });

  it("hears of a dead node after a ping and the shortest suspicion", async () => {
    const environment = { outages: [{ from: "10 s", first: 100 }] };
    const { measures } = (
      await play({ mode: GOSSIP, seconds: 40, environment, parameters: { subjects: 2 } })
    ).series;
    const ms = delayMs(measures.crashes, measures.crashesKnownByAll, 1, 20);
    const told = (1.58 + 1 + 4 * Math.log10(200)) * 1000;
    expect(ms).toBeGreaterThan(told);
    expect(ms).toBeLessThan(told + 200 * 12 + 1000);
  });

  it("that loses half of its packets is mended by exchanges", async () => {
    const parameters = { retransmitMult: 1, pushPullInterval: 5000 };
    const lossy = { mode: GOSSIP, seconds: 60, lossRatio: 0.5, parameters };
    const { measures } = (await play(lossy)).series;
    expect(last(measures.changesKnownByAll)).toBe(4);
    const never = { ...parameters, pushPullInterval: 3_600_000 };
    const alone = (await play({ ...lossy, parameters: never })).series.measures;
    expect(last(alone.staleChanges)).toBeGreaterThan(0);
  });
});

describe("consul", () => {
  it("synchronises an agent each minute up to 128 nodes, and a minute later for each doubling", async () => {
    for (const [nodes, minutes] of [
      [128, 1],
      [200, 2],
      [300, 3],
    ] as const) {
      const parameters = { changes: 1, changeInterval: 3_600_000, reportInterval: 60_000 };
      const { series } = await play({ mode: CONSUL, seconds: 60 * 6, nodes, parameters });
      const reports = sum(series.requests);
      expect(Math.abs(reports - ((nodes - 1) * 6) / minutes)).toBeLessThanOrEqual(nodes / minutes);
    }
  });

  it("registers again what its server did not hear", async () => {
    const environment = { outages: [{ from: "1 s", until: "70 s", first: 0 }] };
    const parameters = { changes: 4, changeInterval: 2000, reportInterval: 60_000, hubs: 1 };
    const { measures } = (
      await play({ mode: CONSUL, seconds: 240, nodes: 100, environment, parameters })
    ).series;
    expect(measures.changesHappened![600]).toBe(4);
    expect(measures.changesKnownByAll![650]).toBe(0);
    expect(last(measures.changesKnownByAll)).toBe(4);
  });
});
