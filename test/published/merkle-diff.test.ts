/** Cost of comparing Merkle trees: the published cases, and the formula behind them over more shapes. */
import { describe, expect, it } from "vitest";
import {
  expectedCosts,
  measuredCosts,
  merkleFigures,
  type MerkleSetting,
} from "../../bench/published/merkle.js";
import { readPublished } from "../../bench/published/source.js";
import type { MerkleFanout } from "../../src/merkle/shape.js";
import { reproduces } from "./reproduces.js";

reproduces(merkleFigures.id);

describe("the formula of the cost of a comparison", () => {
  it("gives the published figures", () => {
    const cases = readPublished(merkleFigures.id).cases.filter(
      (each) => each.acceptance === "hard",
    );
    expect(cases.length).toBeGreaterThan(10);
    for (const { parameters, expected } of cases) {
      const ours = expectedCosts({
        fanout: parameters.branching as MerkleFanout,
        leaves: Number(parameters.leaves),
        differing: Number(parameters.differing_leaves),
      });
      for (const [name, value] of Object.entries(expected)) {
        // The table is rounded to two digits after the point.
        expect(Math.abs(ours[name]! - Number(value)), name).toBeLessThanOrEqual(0.051);
      }
    }
  });

  it.each<MerkleSetting>([
    { fanout: 2, leaves: 2, differing: 1 },
    { fanout: 2, leaves: 1024, differing: 37 },
    { fanout: 2, leaves: 4096, differing: 4096 },
    { fanout: 16, leaves: 64, differing: 5 },
    { fanout: 16, leaves: 2048, differing: 3 },
    { fanout: 16, leaves: 8192, differing: 500 },
  ])("holds at %o", (setting) => {
    const expected = expectedCosts(setting);
    for (const [name, { value, standardError }] of Object.entries(measuredCosts(setting, 200))) {
      const reach = 0.01 * expected[name]! + 3 * standardError;
      expect(Math.abs(value - expected[name]!), name).toBeLessThanOrEqual(reach);
    }
  });
});
