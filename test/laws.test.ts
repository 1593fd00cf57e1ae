/**
 * Laws that every protocol of the registry keeps, whatever happens around it. Drawn cases; replay a
 * failure with HEARSAY_TEST_SEED=<seed>.
 */
import { describe, expect, it } from "vitest";
import { inlinePlayer } from "../bench/inline-trial.js";
import type { TrialResult } from "../src/engine/trial-run.js";
import { compileWasm } from "../src/kernels/wasm.js";
import type { Network } from "../src/network/network.js";
import { caseLabel, drawCase, testSeed, type DrawnCase } from "./drawn-case.js";

const CASES = 60;
const module = compileWasm();

async function play(drawn: DrawnCase, reversed = false): Promise<TrialResult> {
  // Observed: every message is played, one by one.
  const player = await inlinePlayer("wasm", { ...drawn, module, observe: true, reversed });
  return player.play(drawn.seed);
}

function forgets({ environment }: Network): boolean {
  const outages = environment?.outages ?? [];
  return environment?.churn !== undefined || outages.length > 0;
}

describe(`laws of all protocols (HEARSAY_TEST_SEED=${testSeed})`, () => {
  for (let index = 0; index < CASES; index++) {
    it(`case ${index}`, async () => {
      const drawn = await drawCase(index);
      const label = caseLabel(drawn);
      const result = await play(drawn);
      const { series } = result;
      // Accepted + redundant + lost = sent: on a round clock all that was sent has ended with its round.
      const open = series.inFlight.findIndex((count) =>
        drawn.clock === undefined ? count !== 0 : count < 0,
      );
      expect(series.inFlight[open] ?? 0, `messages unaccounted for in step ${open}: ${label}`).toBe(
        0,
      );
      if (!forgets(drawn.network) && Object.keys(series.measures).length === 0) {
        const shrinks = series.informed.findIndex(
          (count, step) => count < (series.informed[step - 1] ?? 1),
        );
        expect(shrinks, `informed nodes forget: ${label}`).toBe(-1);
      }
      expect(await play(drawn, true), `shards backwards: ${label}`).toEqual(result);
    });
  }
});

describe("mass", () => {
  it.each(["push-sum", "push-pull-average"])("is kept by %s on any graph", async (protocol) => {
    for (let index = 0; index < 8; index++) {
      const drawn = await drawCase(index);
      const { lossRatio: _, environment: __, ...network } = drawn.network;
      const quiet = { ...network, lossRatio: 0, latency: { kind: "round" } } as const;
      const { nodes, seed, workers } = drawn;
      const parameters = { tolerance: 1e-12 };
      const player = await inlinePlayer("wasm", {
        ...{ protocol, nodes, workers, parameters, module, network: quiet, maxRounds: 25 },
      });
      const { measures } = player.play(seed).series;
      for (const drift of measures.sumDrift!)
        expect(Math.abs(drift), caseLabel(drawn)).toBeLessThan(1e-9);
    }
  });
});
