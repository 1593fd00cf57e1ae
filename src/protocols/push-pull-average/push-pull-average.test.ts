/** Perfect matchings, restart epochs and drift of push-pull averaging. */
import { describe, expect, it } from "vitest";
import { completeGraph, inlinePlayer, type InlineOptions } from "../../../bench/inline-trial.js";
import { buildNetwork } from "../../network/build.js";

const NODES = 2000;
type Rule = Readonly<Record<string, number>>;

async function play(
  parameters: Rule,
  options: Partial<InlineOptions> = {},
): Promise<Readonly<Record<string, readonly number[]>>> {
  const player = await inlinePlayer("wasm", {
    ...{ protocol: "push-pull-average", nodes: NODES, untilQuiet: true, maxRounds: 40 },
    ...{ parameters, ...options },
  });
  return player.play(7).series.measures;
}

const eventClock = {
  clock: { kind: "event", tickMs: 1, periodTicks: 400, timer: "fresh" },
  network: { ...completeGraph(NODES), latency: { kind: "constant", ms: 1 } },
} as const;

describe("perfect matchings", () => {
  it("pair every node with one other, but one of an odd number", async () => {
    for (const nodes of [2, 3, 100, 101, 5001]) {
      const player = await inlinePlayer("wasm", {
        ...{ protocol: "push-pull-average", nodes, parameters: { pairing: 1, tolerance: 1e-12 } },
        ...{ untilQuiet: true, maxRounds: 4 },
      });
      const { sent } = player.play(3).series;
      expect(sent).toEqual(sent.map(() => 2 * Math.floor(nodes / 2)));
      // A pair holds one value after one round.
      const first = await inlinePlayer("wasm", {
        ...{ protocol: "push-pull-average", nodes, parameters: { pairing: 1, tolerance: 1e-12 } },
        ...{ untilQuiet: true, maxRounds: 1 },
      });
      first.play(3);
      const { at } = first.plan.fields.value!;
      const values = new Float64Array(first.memory.buffer, at, nodes);
      expect(new Set(values).size).toBe(Math.ceil(nodes / 2));
    }
  });

  it("are another one in each round: the variance halves in each", async () => {
    const { variance, sumDrift } = await play({ pairing: 1, tolerance: 1e-12 }, { nodes: 50_000 });
    for (let round = 1; round < 20; round++) {
      expect(Math.abs(variance![round]! / variance![round - 1]! - 0.5)).toBeLessThan(0.02);
    }
    for (const drift of sumDrift!) expect(Math.abs(drift)).toBeLessThan(1e-9);
  });

  it("are refused on a topology", async () => {
    const network = await buildNetwork(
      { topology: "ring", latency: "round", lossRatio: 0 },
      NODES,
      1,
    );
    await expect(play({ pairing: 1 }, { network })).rejects.toThrow(
      "pairing matching needs the complete graph; use pairing peers on a topology",
    );
  });
});

describe("drift", () => {
  const drift = 0.01;
  it("without epochs the error grows by it in each round", async () => {
    const { trackingError } = await play({ drift });
    for (let round = 25; round <= 40; round++) {
      expect(Math.abs(trackingError![round]! - drift * round)).toBeLessThan(1e-6);
    }
  });

  it.each([0, 1, 2])("with epochs of 20 the error stays: drift (20 + j), %i", async (aggregate) => {
    const { trackingError, sumDrift, estimateMean } = await play(
      { drift, epochRounds: 20, aggregate },
      { maxRounds: 90 },
    );
    // What is shown in an epoch is the truth as the epoch before it began.
    for (let round = 21; round <= 90; round++) {
      const age = 20 + ((round - 1) % 20) + 1;
      expect(Math.abs(trackingError![round]! - drift * age)).toBeLessThan(1e-4);
      expect(estimateMean![round]! - estimateMean![21]!).toBeCloseTo(
        drift * 20 * (Math.ceil(round / 20) - 2),
        3,
      );
      if (aggregate === 0) expect(Math.abs(sumDrift![round]!)).toBeLessThan(1e-9);
    }
  });

  it("with epochs keeps up on an event clock too", async () => {
    const { trackingError } = await play(
      { drift, epochRounds: 15 },
      { ...eventClock, maxRounds: 75 },
    );
    const late = trackingError!.slice(300);
    expect(Math.min(...late)).toBeGreaterThan(0.9 * drift * 15);
    expect(Math.max(...late)).toBeLessThan(1.1 * drift * 32);
  });
});

describe("epochs", () => {
  it("heal what lost answers broke", async () => {
    const network = completeGraph(NODES, 0.2);
    const parameters = { initial: 2, tolerance: 1e-12 };
    const options = { network, maxRounds: 400 } as const;
    const spread = (values: readonly number[]): number =>
      Math.max(...values.map((value) => Math.abs(value)));
    const once = await play(parameters, options);
    const again = await play({ ...parameters, epochRounds: 20 }, options);
    // Once settled a wrong mean stays; an epoch's error is its own.
    const frozen = once.sumDrift!.slice(100);
    expect(Math.abs(Math.max(...frozen) - Math.min(...frozen))).toBeLessThan(1e-6);
    expect(spread(frozen)).toBeGreaterThan(1e-4);
    const ends = again.estimateMean!.filter((_, round) => round > 20 && round % 20 === 10);
    expect(new Set(ends.map((value) => value.toFixed(6))).size).toBeGreaterThan(10);
  });

  it("cost nothing while they are off", async () => {
    const { plan } = await inlinePlayer("wasm", { protocol: "push-pull-average", nodes: NODES });
    expect(plan.bytesPerNode).toBeLessThan(8.2);
  });

  it("have the same bits on both backends, with loss, on either clock", async () => {
    for (const options of [{ network: completeGraph(NODES, 0.1) }, eventClock]) {
      const parameters = { drift: 0.3, epochRounds: 4, pairing: 1 };
      const all = { protocol: "push-pull-average", nodes: NODES, parameters, maxRounds: 15 };
      const results = await Promise.all(
        (["wasm", "ts"] as const).map(async (backend) =>
          (await inlinePlayer(backend, { ...all, ...options, digestEachRound: true })).play(2),
        ),
      );
      expect(results[0]).toEqual(results[1]);
    }
  });
});
