/** Infect-and-die push: reached share and probability that all are reached (Kermarrec et al. 2003). */
import { describe, expect, it } from "vitest";
import { inlinePlayer } from "../inline-trial.js";
import { expectMean, label, nodesOf, oracleCases } from "./cases.js";

/** The mailbox path plays 1e4 nodes in some ms: fewer runs there, and their standard error counts. */
const POISSON_RUNS = { small: 5000, large: 300 };

describe("kermarrec-2003-fanout", () => {
  for (const oracle of oracleCases("kermarrec-2003-fanout")) {
    if (oracle.acceptance !== "hard") continue;
    it(label(oracle), async () => {
      const nodes = nodesOf(oracle);
      const { f, mean_fanout: fanoutMean } = oracle.parameters;
      const parameters =
        f === undefined
          ? { activeRounds: 1, fanoutMean: Number(fanoutMean) }
          : { activeRounds: 1, fanout: Number(f) };
      const player = await inlinePlayer("wasm", { protocol: "push", nodes, parameters });
      const poissonRuns = nodes > 1000 ? POISSON_RUNS.large : POISSON_RUNS.small;
      const runs = f === undefined ? poissonRuns : Number(oracle.tolerance.min_runs);
      const reached: number[] = [];
      for (let seed = 1; seed <= runs; seed++) {
        const result = player.play(seed);
        reached.push((result.series.informed.at(-1) ?? 1) / nodes);
      }
      expect(reached.length).toBe(runs);
      if (f === undefined) {
        expectMean(
          oracle,
          "probability_all_reached",
          reached.map((share) => (share === 1 ? 1 : 0)),
        );
      } else expectMean(oracle, "mean_reached_fraction", reached);
    });
  }
});
