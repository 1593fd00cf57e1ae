/** What keeps an alert from being told twice, and what makes it told twice, or late. */
import { describe, expect, it } from "vitest";
import { completeGraph, inlinePlayer } from "../../../bench/inline-trial.js";
import { compileWasm } from "../../kernels/wasm.js";
import { buildEnvironment, type EnvironmentSpec } from "../../network/environment.js";

const module = compileWasm();
const INTERVAL_MS = 200;
const TICK_MS = 10;
const STEP_MS = INTERVAL_MS / 10;
const seconds = (count: number): number => (count * 1000) / INTERVAL_MS;

interface Setting {
  readonly nodes?: number;
  readonly parameters?: Readonly<Record<string, number>>;
  readonly environment?: EnvironmentSpec;
  readonly lossRatio?: number;
  readonly seconds?: number;
}

type Series = Readonly<Record<string, readonly number[]>>;

async function play(setting: Setting, seed = 1): Promise<Series> {
  const { nodes = 5, parameters = {}, lossRatio = 0 } = setting;
  const { environment } = buildEnvironment(setting.environment ?? {}, {
    ...{ nodes, zones: undefined, clock: "event" },
  });
  const { play: trial } = await inlinePlayer("wasm", {
    ...{ protocol: "alertmanager-ha", nodes, module, maxRounds: seconds(setting.seconds ?? 300) },
    parameters: { alerts: 3, alertInterval: 60_000, fanout: 2, settle: 0, ...parameters },
    network: {
      ...completeGraph(nodes, lossRatio),
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

describe("notifications", () => {
  it("come once for every alert, at once, from the first peer", async () => {
    const { notifications, alertsNotified, duplicates, alertsFired } = await play({});
    expect(last(alertsFired)).toBe(3);
    expect(last(notifications)).toBe(3);
    expect(last(alertsNotified)).toBe(3);
    expect(last(duplicates)).toBe(0);
    // The first alert fires as the cluster starts, and the first peer acts within an interval.
    expect(notifications!.findIndex((count) => count > 0) * STEP_MS).toBeLessThan(2 * INTERVAL_MS);
  });

  it("come from every peer when nobody can hear the others", async () => {
    const nodes = 4;
    const alone = await play({
      ...{ nodes, seconds: 100, parameters: { alerts: 1 } },
      environment: { partitions: [{ from: "0 s", until: "119 s", share: 0.5 }] },
    });
    // The first peer of either side notifies, and the others hear it.
    expect(last(alone.notifications)).toBe(2);
    const deaf = await play({
      ...{ nodes, lossRatio: 0.999, seconds: 60 },
      parameters: { alerts: 2, alertInterval: 1000, pushPullInterval: 3_600_000 },
    });
    // The second alert fires when the exchanges with which peers start are over.
    expect(last(deaf.notifications)).toBeGreaterThanOrEqual(1 + nodes);
  });

  it("are told again by every peer when turns are shorter than the news takes", async () => {
    const hasty = await play({ nodes: 10, parameters: { peerTimeout: 0, alerts: 3 } });
    expect(last(hasty.duplicates)).toBeGreaterThan(10);
    const patient = await play({ nodes: 10, parameters: { peerTimeout: 5000, alerts: 3 } });
    expect(last(patient.duplicates)).toBe(0);
  });

  it("wait for the second peer's turn when the first is down", async () => {
    const { alertsFired, alertsNotified, duplicates } = await play({
      environment: { outages: [{ from: "30 s", first: 0 }] },
    });
    expect(last(alertsNotified)).toBe(3);
    expect(last(duplicates)).toBe(0);
    const fired = alertsFired!.indexOf(2);
    const notified = alertsNotified!.indexOf(2);
    expect((notified - fired) * STEP_MS).toBeGreaterThanOrEqual(15_000);
    expect((notified - fired) * STEP_MS).toBeLessThan(15_000 + 3 * INTERVAL_MS);
  });
});

describe("a peer that starts again", () => {
  const restart = { from: "200 s", until: "210 s", first: 0, state: "lost" as const };

  it("tells old alerts again when it does not settle first", async () => {
    const environment = { outages: [restart] };
    // The first peer's turn is at once: the answer to its exchange comes too late.
    expect(last((await play({ environment })).notifications)).toBe(6);
    expect(last((await play({ environment, parameters: { settle: 10 } })).notifications)).toBe(3);
    const second = { outages: [{ ...restart, first: 1 }] };
    expect(last((await play({ environment: second })).notifications)).toBe(3);
  });

  it("brings its log up to date when it missed alerts", async () => {
    const environment = { outages: [{ from: "30 s", until: "150 s", first: 0 }] };
    const { duplicates, alertsNotified, logCompleteShare } = await play({
      ...{ environment, parameters: { settle: 10 } },
    });
    expect(last(alertsNotified)).toBe(3);
    expect(last(duplicates)).toBe(0);
    expect(last(logCompleteShare)).toBe(1);
  });
});
