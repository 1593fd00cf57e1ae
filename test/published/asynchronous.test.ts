/**
 * The event clock against an exact answer: Poisson clocks of rate 1 on the complete graph. A contact
 * takes one tick each way; with 4096 ticks to a unit of time that adds below 0.01 to the means.
 */
import { describe, it } from "vitest";
import { completeGraph, inlinePlayer } from "../inline-trial.js";
import { expectMean, expectSpread, label, nodesOf, oracleCases } from "./cases.js";

const TICKS_PER_UNIT = 4096;
const NODES_MAX = process.env.HEARSAY_FULL === "1" ? 1e6 : 1e5;

function runsFor(nodes: number): number {
  if (nodes <= 1000) return 1000;
  return nodes <= 10_000 ? 60 : 6;
}

describe("async-rumor-complete-graph", () => {
  for (const oracle of oracleCases("async-rumor-complete-graph")) {
    const protocols = oracle.parameters.mode === "pushpull" ? ["push-pull"] : ["push", "pull"];
    for (const protocol of protocols) {
      const nodes = nodesOf(oracle);
      const tooLarge = nodes > NODES_MAX;
      it.skipIf(tooLarge)(
        `${protocol}: ${label(oracle)}${tooLarge ? " (skipped: set HEARSAY_FULL=1)" : ""}`,
        async () => {
          const network = {
            ...completeGraph(nodes),
            latency: { kind: "constant" as const, ms: 1 },
          };
          const clock = {
            kind: "event" as const,
            tickMs: 1,
            periodTicks: TICKS_PER_UNIT,
            timer: "poisson" as const,
          };
          const player = await inlinePlayer("wasm", { protocol, nodes, network, clock });
          const times: number[] = [];
          for (let seed = 1; seed <= runsFor(nodes); seed++) {
            times.push(player.play(seed).lastInformedTick / TICKS_PER_UNIT);
          }
          expectMean(oracle, "mean_time", times);
          expectSpread(oracle, "sd_time", times);
        },
      );
    }
  }
});
