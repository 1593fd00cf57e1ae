/** The median-counter rule: all are informed, and then it falls silent at a bounded cost. */
import { describe, expect, it } from "vitest";
import { completeGraph, inlinePlayer, type InlineOptions } from "../../../bench/inline-trial.js";
import type { TrialSeries } from "../../engine/trial-run.js";

async function play(options: Partial<InlineOptions>, runs: number): Promise<TrialSeries[]> {
  const player = await inlinePlayer("wasm", {
    ...{ protocol: "median-counter", nodes: 2000, untilQuiet: true, maxRounds: 50 },
    ...options,
  });
  return Array.from({ length: runs }, (_, index) => player.play(index + 1).series);
}

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

describe("median-counter", () => {
  it.each([0, 0.1])("informs all and falls silent, loss %d", async (lossRatio) => {
    const network = completeGraph(2000, lossRatio);
    for (const { informed, sent, lost, redundant } of await play({ network }, 40)) {
      expect(informed.at(-1)).toBe(2000);
      expect(sent.at(-1)).toBe(0);
      expect(1999 + total(redundant) + total(lost)).toBe(total(sent));
      expect(total(sent) / 2000).toBeLessThan(20);
    }
  });

  it("stops sooner with a smaller counter, and too soon with none", async () => {
    const copies = async (counterMax: number): Promise<number> => {
      const parameters = { counterMax, lastRounds: 1 };
      const series = await play({ parameters }, 30);
      return total(series.map(({ sent }) => total(sent))) / 30;
    };
    expect(await copies(2)).toBeLessThan(await copies(4));
    const none = await play({ parameters: { counterMax: 1, lastRounds: 1 } }, 30);
    expect(none.filter(({ informed }) => informed.at(-1)! < 2000).length).toBeGreaterThan(25);
  });

  it("hears of state C: with one informed node in C all who learn of it start in C", async () => {
    // The origin is in C at once; each generation spreads for lastRounds rounds, as infect and die does.
    const parameters = { counterMax: 1, lastRounds: 1 };
    const player = await inlinePlayer("wasm", {
      ...{ protocol: "median-counter", nodes: 2000, parameters, untilQuiet: true, maxRounds: 50 },
    });
    const { series } = player.play(3);
    const { stage } = player.plan.fields;
    const stages = new Uint8Array(player.memory.buffer, stage!.at, 2000);
    const reached = series.informed.at(-1)!;
    expect([...new Set(stages)].toSorted((a, b) => a - b)).toEqual([0, 255]);
    expect(stages.filter((value) => value === 255).length).toBe(reached);
  });

  it("works on an event clock", async () => {
    const options = {
      clock: { kind: "event", tickMs: 1, periodTicks: 40, timer: "periodic" },
      network: { ...completeGraph(2000), latency: { kind: "constant", ms: 3 } },
    } as const;
    for (const { informed, sent } of await play(options, 10)) {
      expect(informed.at(-1)).toBe(2000);
      expect(sent.at(-1)).toBe(0);
    }
  });
});
