/**
 * The event clock against an exact answer: Poisson clocks of rate 1 on the complete graph. A contact
 * takes one tick each way; with 4096 ticks to a unit of time that adds below 0.01 to the means.
 */
import { completeGraph, inlinePlayer } from "../inline-trial.js";
import { meanOf, spreadOf, type Effort, type PublishedSource } from "./source.js";

const TICKS_PER_UNIT = 4096;
const NODES_MAX: Readonly<Record<Effort, number>> = { quick: 1000, normal: 1e5, full: 1e6 };

function runsFor(nodes: number, effort: Effort): number {
  if (effort === "quick") return 100;
  if (nodes <= 1000) return effort === "full" ? 4000 : 800;
  return nodes <= 10_000 ? 100 : 10;
}

export const asynchronous: PublishedSource = {
  id: "async-rumor-complete-graph",
  async measure({ mode, n }, effort) {
    const nodes = Number(n);
    if (nodes > NODES_MAX[effort]) return { skipped: `${nodes} nodes take a longer effort` };
    const network = { ...completeGraph(nodes), latency: { kind: "constant" as const, ms: 1 } };
    const clock = {
      ...{ kind: "event" as const, tickMs: 1 },
      ...{ periodTicks: TICKS_PER_UNIT, timer: "poisson" as const },
    };
    // Push and pull have the same law: half of the seeds plays each.
    const protocols = mode === "pushpull" ? ["push-pull"] : ["push", "pull"];
    const times: number[] = [];
    for (const protocol of protocols) {
      const player = await inlinePlayer("wasm", { protocol, nodes, network, clock });
      for (let seed = 1; seed <= runsFor(nodes, effort) / protocols.length; seed++) {
        times.push(player.play(seed).lastInformedTick / TICKS_PER_UNIT);
      }
    }
    return { measures: { mean_time: meanOf(times), sd_time: spreadOf(times) } };
  },
};
