/** What the store owes its clients: quorums that overlap, hints that come home, replicas that agree in the end. */
import { describe, expect, it } from "vitest";
import { completeGraph, inlinePlayer } from "../../../bench/inline-trial.js";
import type { TrialResult } from "../../engine/trial-run.js";
import { compileWasm } from "../../kernels/wasm.js";
import { buildEnvironment, type EnvironmentSpec } from "../../network/environment.js";

const module = compileWasm();
const PERIOD_MS = 1000;
const TICK_MS = 5;
const stepOf = (seconds: number): number => (seconds * 1000 * 10) / PERIOD_MS;

interface Setting {
  readonly nodes?: number;
  readonly parameters?: Readonly<Record<string, number>>;
  readonly environment?: EnvironmentSpec;
  readonly seconds: number;
  readonly latencyMs?: number;
  readonly lossRatio?: number;
  readonly timer?: "periodic" | "fresh";
}

type Figures = Readonly<Record<string, readonly number[]>>;

async function trialOf(setting: Setting): Promise<TrialResult> {
  const { nodes = 200, parameters = {}, latencyMs = 10, lossRatio = 0 } = setting;
  const { environment } = buildEnvironment(setting.environment ?? {}, {
    ...{ nodes, zones: undefined, clock: "event" },
  });
  const { play: trial } = await inlinePlayer("wasm", {
    ...{ protocol: "dynamo-kv", nodes, module, maxRounds: (setting.seconds * 1000) / PERIOD_MS },
    parameters: { syncInterval: 5000, hintInterval: 2000, retryInterval: 5000, ...parameters },
    network: {
      ...completeGraph(nodes),
      ...{ latency: { kind: "constant" as const, ms: latencyMs }, environment, lossRatio },
    },
    clock: {
      ...{ kind: "event", tickMs: TICK_MS, periodTicks: PERIOD_MS / TICK_MS },
      timer: setting.timer ?? "periodic",
    },
  });
  return trial(1);
}
async function play(setting: Setting): Promise<Figures> {
  const { series } = await trialOf(setting);
  return { ...series.measures, informed: series.informed };
}
const last = (values: readonly number[] | undefined): number => values!.at(-1)!;
function meanOfLast(count: number, values: readonly number[] | undefined): number {
  return values!.slice(-count).reduce((sum, value) => sum + value, 0) / count;
}
const CUT: EnvironmentSpec = { partitions: [{ from: "10 s", until: "40 s", share: 0.5 }] };
const CRASH: EnvironmentSpec = { outages: [{ from: "10 s", until: "40 s", share: 0.1 }] };

describe("quorums", () => {
  it("that overlap never read less than what was acknowledged", async () => {
    for (const [readQuorum, writeQuorum] of [
      [2, 2],
      [1, 3],
      [3, 1],
    ] as const) {
      const { reads, stale } = await play({ seconds: 60, parameters: { readQuorum, writeQuorum } });
      expect(last(reads)).toBeGreaterThan(10_000);
      expect(last(stale)).toBe(0);
    }
  });

  it("lose nothing to lost packets, and wait for TCP to send them again", async () => {
    // A call and its answer: 20 ms, and for each 200 ms (p + 2 p^2 + 4 p^3) in the mean.
    const parameters = { replicas: 2, readQuorum: 2, writeShare: 0, requestTimeout: 900 };
    const { reads, readTicks } = await play({ seconds: 60, parameters, lossRatio: 0.02 });
    const resent = 200 * (0.02 + 0.0008 + 0.000032);
    expect(last(reads)).toBeGreaterThan(10_000);
    // The standard error is about 0.4 ms; longer waits than 900 ms are one in 60,000.
    expect(Math.abs((TICK_MS * last(readTicks)) / last(reads) - 20 - 2 * resent)).toBeLessThan(1.6);
  });

  it("are checked at drawn times, too, where no phases are known", async () => {
    const { reads, hintsStored } = await play({ seconds: 20, timer: "fresh", environment: CUT });
    expect(last(reads)).toBeGreaterThan(1000);
    expect(last(hintsStored)).toBeGreaterThan(0);
  });

  it("that do not overlap read old versions, by as much as messages take", async () => {
    // A write reaches the others 10 ms after it was acknowledged; a key is written 0.08 times a second.
    const parameters = { readQuorum: 1, writeQuorum: 1, activeKeys: 1, tokens: 1, writeShare: 1 };
    const near = await play({ seconds: 60, parameters });
    const far = await play({ seconds: 60, parameters, latencyMs: 40 });
    expect(last(near.stale) / last(near.reads)).toBeGreaterThan(0);
    expect(last(far.stale) / last(far.reads)).toBeGreaterThan(
      2 * (last(near.stale) / last(near.reads)),
    );
  });

  it("answer after one round trip", async () => {
    const { reads, readTicks, writes, writeTicks } = await play({ seconds: 20 });
    expect(last(readTicks) / last(reads)).toBe((2 * 10) / TICK_MS);
    expect(last(writeTicks) / last(writes)).toBe((2 * 10) / TICK_MS);
  });
});

describe("homes that are down", () => {
  it("get what they missed from hints", async () => {
    const { hintsStored, hintsDelivered, hintsLost, hintsHeld, informed, failedWrites, writes } =
      await play({
        seconds: 80,
        environment: CRASH,
        parameters: { repair: 0, readRepair: 0, hints: 16 },
      });
    expect(last(hintsStored)).toBeGreaterThan(100);
    expect(last(hintsLost)).toBe(0);
    expect(last(hintsDelivered)).toBe(last(hintsStored));
    expect(last(hintsHeld)).toBe(0);
    expect(Math.min(...informed!.slice(stepOf(41), stepOf(50)))).toBeLessThan(199);
    expect(last(informed)).toBeGreaterThanOrEqual(198);
    expect(last(failedWrites) / last(writes)).toBeLessThan(0.01);
  });

  it("get it from nobody when hints find no room and nothing compares replicas", async () => {
    const parameters = { hints: 0, repair: 0, readRepair: 0, tokens: 16, activeKeys: 4 };
    const without = await play({ seconds: 80, environment: CRASH, parameters });
    const repaired = await play({
      ...{ seconds: 160, environment: CRASH },
      parameters: { ...parameters, repair: 2, syncInterval: 1000 },
    });
    // A step looks at one range of a node in each of eight: the mean says more than the last.
    expect(meanOfLast(100, without.informed)).toBeLessThan(197);
    expect(meanOfLast(100, repaired.informed)).toBeGreaterThan(199);
    expect(last(repaired.repairedKeys)).toBeGreaterThan(0);
  });

  it("lose the hints that a substitute keeps when that crashes and forgets", async () => {
    const environment: EnvironmentSpec = {
      outages: [
        { from: "10 s", until: "60 s", share: 0.1 },
        { from: "45 s", until: "50 s", share: 0.5, state: "lost" },
      ],
    };
    const parameters = { repair: 0, readRepair: 0, hintInterval: 60_000, hints: 16 };
    const { hintsStored, hintsDelivered, hintsHeld, hintsLost } = await play({
      ...{ seconds: 200, environment, parameters },
    });
    const gone = last(hintsStored) - last(hintsDelivered) - last(hintsHeld) - last(hintsLost);
    expect(gone).toBeGreaterThan(0);
  });
});

describe("a partition", () => {
  it("lets both sides write, so that readers see several versions until they are merged", async () => {
    const parameters = { writeShare: 1, activeKeys: 1 };
    const cut = await play({ seconds: 120, environment: CUT, parameters });
    const whole = await play({ seconds: 120, parameters });
    const several = ({ reads, oneVersion }: typeof cut): number => last(reads) - last(oneVersion);
    expect(several(cut)).toBeGreaterThan(10 * several(whole) + 50);
    expect(last(cut.stale)).toBeGreaterThan(last(whole.stale));
    expect(last(cut.informed)).toBeGreaterThanOrEqual(190);
  });
});

describe("anti-entropy", () => {
  const parameters = { readRepair: 0, hints: 0, writeShare: 0.3 };

  it("ends in the same state whether whole lists or trees are compared", async () => {
    const [full, tree] = await Promise.all(
      [1, 2].map((repair) =>
        trialOf({ seconds: 90, environment: CRASH, parameters: { ...parameters, repair } }),
      ),
    );
    expect(tree!.digest).toBe(full!.digest);
    const [ofFull, ofTree] = [full!.series.measures, tree!.series.measures];
    expect(last(ofTree.repairedKeys)).toBe(last(ofFull.repairedKeys));
    expect(last(ofTree.repairedKeys)).toBeGreaterThan(0);
    expect(last(ofTree.syncBytes)).toBeLessThan(last(ofFull.syncBytes) / 100);
  });

  it("costs 1.9 kB of hashes to find one key by a tree of depth 15", async () => {
    // A range has one recent key and each leaf one key, so a walk finds one and streams one, for nothing else.
    const tree = { repair: 2, activeKeys: 1, valueBytes: 0, leafBits: 15, keysPerRange: 32_768 };
    const { syncBytes, syncs, streamedKeys } = await play({
      ...{ seconds: 90, environment: CRASH, parameters: { ...parameters, ...tree } },
    });
    const walks = last(streamedKeys);
    expect(walks).toBeGreaterThan(0);
    // Both roots in each comparison; then the children's hashes and the key with its version from both sides.
    const roots = last(syncs) * 2 * 32;
    expect(last(syncBytes) - roots).toBe(walks * (15 * 2 * 2 * 32 + 2 * 32));
  });

  it("streams whole leaves, so a coarse tree sends many keys that were equal", async () => {
    const coarse = await play({
      ...{ seconds: 90, environment: CRASH },
      parameters: { ...parameters, repair: 2, leafBits: 10, keysPerRange: 65_536 },
    });
    expect(last(coarse.streamedKeys) / last(coarse.repairedKeys)).toBeGreaterThan(30);
  });
});

describe("removals", () => {
  it("spread to all by gossip, move ranges, and the new homes get their keys", async () => {
    const parameters = { removals: 4, removeAt: 20_000, syncInterval: 1000, treeRebuild: 3000 };
    const { removalsKnownShare, treesRebuilt, informed } = await play({ seconds: 120, parameters });
    expect(removalsKnownShare![stepOf(19)]).toBe(0);
    // Push and pull with a random peer each second: about log_3 n and ln ln n periods.
    expect(removalsKnownShare![stepOf(32)]).toBe(1);
    // Each token of a removed node lies in the ranges of three before it; each has four candidates.
    expect(last(treesRebuilt)).toBeGreaterThan(4 * 4 * 3);
    expect(informed![stepOf(35)]).toBeLessThan(200);
    expect(last(informed)).toBeGreaterThanOrEqual(198);
  });
});
