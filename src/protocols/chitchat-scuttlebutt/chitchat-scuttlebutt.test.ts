/** What Scuttlebutt owes: everybody gets every version in order, whatever a packet holds. */
import { describe, expect, it } from "vitest";
import { playRounds, type RoundsSetting } from "../../../bench/inline-trial.js";
import { compileWasm } from "../../kernels/wasm.js";

const module = compileWasm();

const play = (setting: Partial<RoundsSetting>, seed = 1) =>
  playRounds(
    { protocol: "chitchat-scuttlebutt", nodes: 300, maxRounds: 400, module, ...setting },
    seed,
  );
const last = (values: readonly number[] | undefined): number => values!.at(-1)!;
const TIGHT = { packetBytes: 1400, fanout: 1 };

describe("every version", () => {
  it.each([
    ["in large packets", {}],
    ["in packets of 14 entries, the furthest behind first", { ...TIGHT, order: 0 }],
    ["in packets of 14 entries, all a little", { ...TIGHT, order: 1 }],
  ])("comes to all nodes %s", async (_, parameters) => {
    const { informed, measures } = await play({ parameters });
    expect(last(informed)).toBe(300);
    expect(last(measures.versionsBehindMean)).toBe(0);
    // 16 writers, 4 keys a round for 30 rounds, and the first: 121 entries each that 299 others lack.
    const lacking = (16 * 121 * 299) / 300;
    const { entriesPerNode, wastedPerNode } = measures;
    expect(last(entriesPerNode) - last(wastedPerNode)).toBeCloseTo(lacking, 6);
  });

  it("comes through loss and a partition", async () => {
    const environment = { partitions: [{ from: 0, until: 60, share: 0.5 }] };
    const { measures } = await play({ lossRatio: 0.3, environment });
    expect(measures.pairsBehindShare![55]).toBeGreaterThan(0.4);
    expect(last(measures.pairsBehindShare)).toBe(0);
  });
});

describe("phi", () => {
  const crash = { outages: [{ from: 60, first: 0 }] };
  const settings = { parameters: { writeRounds: 1000 }, environment: crash, maxRounds: 100 };

  it("exceeds the threshold after so many mean intervals, and nobody errs before", async () => {
    for (const threshold of [6, 8, 12]) {
      const { measures } = await play({
        ...settings,
        parameters: { ...settings.parameters, threshold },
      });
      const first = measures.subjectsNoticed!.indexOf(1) - measures.subjectsDown!.indexOf(1);
      const all = measures.subjectsKnownByAll!.indexOf(1) - measures.subjectsDown!.indexOf(1);
      // A heartbeat a round, but a node does not hear of each: means lie above one.
      const mean = measures.meanInterval![55]!;
      expect(mean).toBeGreaterThan(0.99);
      expect(mean).toBeLessThan(1.8);
      expect(first).toBeGreaterThan(threshold - 3);
      expect(all).toBeLessThan(1.8 * threshold + 8);
      expect(last(measures.falseAlarms)).toBe(0);
    }
  });

  it("takes nodes on the other side of a cut for dead, and takes it back", async () => {
    const environment = { partitions: [{ from: 40, until: 70, share: 0.5 }] };
    const { measures } = await play({ ...settings, environment });
    expect(measures.falseBeliefs![69]).toBe(16 * 150);
    expect(last(measures.falseBeliefs)).toBe(0);
    expect(last(measures.retractions)).toBe(16 * 150);
  });

  it("forgets the intervals of a writer that restarts without state", async () => {
    const environment = { outages: [{ from: 40, until: 60, first: 0, state: "lost" }] } as const;
    const { measures } = await play({ ...settings, environment });
    expect(measures.awareShare![59]).toBe(1);
    expect(last(measures.falseBeliefs)).toBe(0);
  });
});

describe("a full packet", () => {
  it("is one only where less room is than what lacks", async () => {
    expect(last((await play({})).measures.fullPacketsPerNode)).toBe(0);
    expect(last((await play({ parameters: TIGHT })).measures.fullPacketsPerNode)).toBeGreaterThan(
      1,
    );
  });

  it("lets nodes fall behind while more is written than it holds", async () => {
    const roomy = await play({ parameters: { fanout: 1 } });
    const tight = await play({ parameters: TIGHT });
    const most = (series: readonly number[]): number => Math.max(...series);
    expect(most(tight.measures.versionsBehindMean!)).toBeGreaterThan(
      2 * most(roomy.measures.versionsBehindMean!),
    );
  });
});
