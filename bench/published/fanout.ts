/** Infect-and-die push: reached share, and the probability that all are reached (Kermarrec 2003). */
import { inlinePlayer } from "../inline-trial.js";
import { meanOf, shareOf, type Effort, type PublishedSource } from "./source.js";

/**
 * Runs by effort, for a mean share (little spread) and for a probability (much); below what the source
 * asks for, the standard error is allowed for.
 */
const RUNS: Readonly<
  Record<Effort, { readonly share: number; probability(nodes: number): number }>
> = {
  quick: { share: 20, probability: (nodes) => (nodes > 1000 ? 20 : 300) },
  normal: { share: 300, probability: (nodes) => (nodes > 1000 ? 300 : 5000) },
  full: { share: 300, probability: () => 5000 },
};

export const fanout: PublishedSource = {
  id: "kermarrec-2003-fanout",
  async measure({ n, f, mean_fanout: fanoutMean }, effort) {
    const isShare = f !== undefined;
    if (!isShare && fanoutMean === undefined) return { skipped: "a law for figures beside it" };
    // "1e4 or more" reads as 10000.
    const nodes = parseFloat(String(n));
    const parameters = isShare
      ? { activeRounds: 1, fanout: Number(f) }
      : { activeRounds: 1, fanoutMean: Number(fanoutMean) };
    const player = await inlinePlayer("wasm", { protocol: "push", nodes, parameters });
    const runs = isShare ? RUNS[effort].share : RUNS[effort].probability(nodes);
    const reached: number[] = [];
    for (let seed = 1; seed <= runs; seed++) {
      reached.push((player.play(seed).series.informed.at(-1) ?? 1) / nodes);
    }
    const complete = reached.filter((share) => share === 1).length;
    return {
      measures: isShare
        ? { mean_reached_fraction: meanOf(reached) }
        : { probability_all_reached: shareOf(complete, runs) },
    };
  },
};
