/** The model's bytes and round trips beside those of the real reconcilers, on the same sets in size. */
import { describe, expect, it } from "vitest";
import { inlinePlayer } from "../../../bench/inline-trial.js";
import { expectedCosts } from "../../../bench/published/merkle.js";
import { differingSets } from "../../reconcile/curve.js";
import { reconcile, type ReconcileOptions } from "../../reconcile/reconcile.js";
import { METHODS } from "./protocol.js";

interface Cost {
  readonly bytes: number;
  /** Standard error of the mean. */
  readonly error: number;
  readonly trips: number;
}

interface Sets {
  readonly keys: number;
  readonly difference: number;
  readonly runs: number;
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

function costOf(runs: readonly { readonly bytes: number; readonly trips: number }[]): Cost {
  const bytes = mean(runs.map((run) => run.bytes));
  const variance = mean(runs.map((run) => (run.bytes - bytes) ** 2));
  return {
    bytes,
    error: Math.sqrt(variance / runs.length),
    trips: mean(runs.map((run) => run.trips)),
  };
}

/** Cost of an exchange between two nodes that differ in `difference` updates. */
async function modelled(
  method: (typeof METHODS)[number],
  { keys, difference, runs }: Sets,
  more: Readonly<Record<string, number>> = {},
): Promise<Cost> {
  const player = await inlinePlayer("wasm", {
    ...{ protocol: "anti-entropy", nodes: 2, maxRounds: 1, untilQuiet: true },
    parameters: {
      ...{ method: METHODS.indexOf(method), keys, initialUpdates: difference, slots: 512 },
      ...more,
    },
  });
  return costOf(
    Array.from({ length: runs }, (_, run) => {
      const { measures } = player.play(run + 1).series;
      expect(measures.differencePerExchange?.[1]).toBe(difference);
      // Either calls the other, so a node's share is that of one exchange.
      const [bytes, trips] = [measures.comparingBytesPerNode, measures.tripsPerExchange];
      return { bytes: bytes![1]!, trips: trips![1]! };
    }),
  );
}

/** Cost of real sets that differ in so many ids; both hold `keys` others. */
function real(options: ReconcileOptions, { keys, difference, runs }: Sets): Cost {
  const extra = Math.floor(difference / 2);
  return costOf(
    Array.from({ length: runs }, (_, run) => {
      const [a, b] = differingSets(keys + extra, difference, run + 1);
      const { bytes, roundTrips, fellBack } = reconcile(a, b, options);
      expect(fellBack).toBe(false);
      return { bytes, trips: roundTrips };
    }),
  );
}

type Setting = readonly [
  (typeof METHODS)[number],
  ReconcileOptions,
  Readonly<Record<string, number>>,
];
const SETTINGS: readonly Setting[] = [
  ["full", { method: "full", checksumFirst: false }, {}],
  ["merkle", { method: "merkle" }, {}],
  ["merkle", { method: "merkle", fanout: 2, leaves: 4096 }, { childBits: 1, leafBits: 12 }],
  [
    "merkle",
    { method: "merkle", levelsPerMessage: 2, leaves: 1024 },
    { levelsPerTrip: 2, leafBits: 10 },
  ],
  ["iblt", { method: "iblt" }, {}],
  ["rateless-iblt", { method: "rateless-iblt" }, {}],
  ["rateless-iblt", { method: "rateless-iblt", symbolsPerMessage: 4 }, { firstSize: 4 }],
  ["range", { method: "range" }, {}],
  ["pinsketch", { method: "pinsketch", capacity: 16 }, { firstSize: 16 }],
];
const KEYS = [2000, 20_000];
const DIFFERENCES = [0, 1, 3, 12, 60, 300];
/** Rounding of means; and of a rateless stream how many symbols it takes, which is fitted. */
const TOLERANCE = 0.025;
const RATELESS_TOLERANCE = 0.05;

describe.each(SETTINGS)("%s %j", (method, options, parameters) => {
  it.each(KEYS)("costs what the real one does, with %i keys", async (keys) => {
    for (const difference of DIFFERENCES) {
      // Sketches of many elements take long to decode.
      if (method === "pinsketch" && difference > 100) continue;
      const isRateless = method === "rateless-iblt";
      const realRuns = isRateless && difference <= 12 ? 100 : 12;
      const expected = real(options, { keys, difference, runs: realRuns });
      // Only trees and ranges depend on where keys stand.
      const runs = method === "merkle" || method === "range" ? 60 : 2;
      const found = await modelled(method, { keys, difference, runs }, parameters);
      const tolerance = isRateless ? RATELESS_TOLERANCE : TOLERANCE;
      const noise = 4 * Math.hypot(expected.error, found.error);
      const off = Math.abs(found.bytes - expected.bytes);
      const message = `${difference} differences: ${found.bytes} bytes, really ${expected.bytes}`;
      expect(off, message).toBeLessThanOrEqual(tolerance * expected.bytes + noise);
      expect(found.trips, message).toBe(expected.trips);
    }
  });
});

describe("merkle", () => {
  it.each([
    { fanout: 2, leaves: 2 ** 15, differing: 10 },
    { fanout: 2, leaves: 2 ** 20, differing: 100 },
    { fanout: 16, leaves: 2 ** 16, differing: 10 },
    { fanout: 16, leaves: 2 ** 20, differing: 100 },
  ] as const)("compares as many hashes as the published derivation has: %j", async (setting) => {
    const { fanout, leaves, differing } = setting;
    const { hashes_compared: hashes, round_trips_level_by_level: trips } = expectedCosts(setting);
    const found = await modelled(
      "merkle",
      { keys: 1000, difference: differing, runs: 100 },
      { leafBits: Math.log2(leaves), childBits: Math.log2(fanout) },
    );
    expect(found.trips).toBe(trips);
    // Form, headers, hashes, a bit for each (rounded up by half a byte), the list of the callee's ids.
    const listed = 28 + 2 + 8 * ((differing * 1000) / leaves + differing / 2);
    const bytes = 2 + trips! * 56.5 + hashes! * 8.125 + listed;
    expect(Math.abs(found.bytes / bytes - 1)).toBeLessThan(0.015);
  });
});

describe("checksum", () => {
  const cost = (keys: number, difference: number, more: Readonly<Record<string, number>>) =>
    modelled("checksum", { keys, difference, runs: 1 }, more);

  it("costs a request and a word where nothing differs, as the real one", async () => {
    const expected = real({ method: "full" }, { keys: 2000, difference: 0, runs: 1 });
    expect((await cost(2000, 0, {})).bytes).toBe(expected.bytes);
  });

  it("lists recent updates, and all keys only where older ones differ", async () => {
    const player = await inlinePlayer("wasm", {
      ...{ protocol: "anti-entropy", nodes: 2, maxRounds: 8, untilQuiet: true },
      // Exchanges begin late: the turn of each node is drawn among 8 rounds.
      parameters: { method: 1, keys: 2000, initialUpdates: 40, every: 8, recentRounds: 4 },
    });
    const kinds = new Set<string>();
    for (let seed = 1; seed <= 40; seed++) {
      const { measures } = player.play(seed).series;
      const first = measures.exchangesPerNode!.findIndex((count) => count > 0);
      const bytes = measures.comparingBytesPerNode![first]! / measures.exchangesPerNode![first]!;
      // The update is as old as the round of the exchange.
      const isOld = first > 4;
      kinds.add(isOld ? "old" : "young");
      if (isOld) expect(bytes).toBeGreaterThan(8 * 2000);
      else expect(bytes).toBeLessThan(4 * 28 + 3 * 16 + 8 * 40);
      expect(measures.sentAllShare![first]).toBe(Number(isOld));
    }
    expect([...kinds].sort()).toEqual(["old", "young"]);
  });
});
