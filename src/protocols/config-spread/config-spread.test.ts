/** What a configuration owes its nodes: everybody gets it whole, canaries first, and a bad one goes away. */
import { describe, expect, it } from "vitest";
import { playRounds, type RoundsSetting } from "../../../bench/inline-trial.js";
import { compileWasm } from "../../kernels/wasm.js";

const module = compileWasm();

const play = (setting: Partial<RoundsSetting>, seed = 1) =>
  playRounds({ protocol: "config-spread", nodes: 500, maxRounds: 200, module, ...setting }, seed);
const last = (values: readonly number[] | undefined): number => values!.at(-1)!;
const EXCHANGE = { method: 1 };
const PUSH = { method: 0, fanout: 3, activeRounds: 4 };

describe("a change", () => {
  it.each([
    ["pushed", PUSH],
    ["exchanged", EXCHANGE],
    ["exchanged in chunks", { ...EXCHANGE, chunks: 16, chunksPerMessage: 3 }],
  ])("comes to all nodes when it is %s", async (_, parameters) => {
    const { informed, measures } = await play({ parameters });
    expect(last(informed)).toBe(500);
    expect(last(measures.behindShare)).toBe(0);
    // Nobody can have it without one payload each, but the writer.
    expect(last(measures.payloadsPerNode)).toBeGreaterThanOrEqual(499 / 500);
  });

  it("costs few payloads when nodes ask first, and many when they do not", async () => {
    const asked = await play({ parameters: EXCHANGE });
    const pushed = await play({ parameters: PUSH });
    expect(last(asked.measures.payloadsPerNode)).toBeLessThan(2);
    expect(last(pushed.measures.payloadsPerNode)).toBeGreaterThan(5);
  });

  it("is not in force before all its chunks are there", async () => {
    const nodes = 40;
    const chunked = { ...EXCHANGE, chunks: 32, chunksPerMessage: 1 };
    const { informed, measures } = await play({ nodes, parameters: chunked });
    // A node receives at most a few chunks a round: 32 take at least some rounds.
    expect(informed.findIndex((count) => count > 1)).toBeGreaterThan(5);
    expect(last(measures.payloadsPerNode)).toBeGreaterThanOrEqual((nodes - 1) / nodes);
  });

  it("comes through loss and a partition", async () => {
    const environment = { partitions: [{ from: 0, until: 30, share: 0.5 }] };
    const { measures } = await play({ lossRatio: 0.3, environment, parameters: EXCHANGE });
    expect(measures.behindShare![25]).toBeGreaterThan(0.3);
    expect(last(measures.behindShare)).toBe(0);
  });
});

describe("changes one after the other", () => {
  const stream = { ...EXCHANGE, changes: 5, changeRounds: 20 };

  it("leave no node more than one version behind when each has its time", async () => {
    const { measures } = await play({ parameters: stream });
    expect(last(measures.behindShare)).toBe(0);
    expect(Math.max(...measures.versionSkew!)).toBe(1);
  });

  it("leave those who are cut off behind, and two writers split versions", async () => {
    const environment = { partitions: [{ from: 5, until: 90, share: 0.5 }] };
    const cut = await play({ parameters: stream, environment });
    expect(Math.max(...cut.measures.versionSkew!)).toBeGreaterThanOrEqual(3);
    expect(last(cut.measures.behindShare)).toBe(0);
    // With a writer on either side both go on, and the greater number wins in the end.
    const both = await play({ parameters: { ...stream, writers: 2 }, environment });
    expect(Math.max(...both.measures.versionSkew!)).toBeLessThan(
      Math.max(...cut.measures.versionSkew!),
    );
    expect(last(both.measures.behindShare)).toBe(0);
  });
});

describe("a bad change", () => {
  const bad = { ...EXCHANGE, badChange: 1, canaryRounds: 25 };

  it("reaches canaries only, and goes away", async () => {
    const { measures } = await play({ parameters: { ...bad, canaryShare: 0.1 } });
    const most = Math.max(...measures.onBadNodes!);
    // A tenth of 500, with a binomial standard deviation of 6.7.
    expect(most).toBeGreaterThan(20);
    expect(most).toBeLessThan(85);
    expect(last(measures.onBadNodes)).toBe(0);
  });

  it("reaches everybody when there are no canaries, and goes away as fast as it came", async () => {
    const { measures } = await play({ parameters: bad });
    const counts = measures.onBadNodes!;
    expect(Math.max(...counts)).toBe(500);
    expect(last(counts)).toBe(0);
    const rollback = counts.findLastIndex((count) => count === 500);
    expect(counts.findLastIndex((count) => count > 0) - rollback).toBeLessThan(15);
  });
});
