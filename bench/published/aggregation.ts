/** Averages by gossip: push-sum (Kempe 2003) and push-pull averaging (Jelasity 2005). */
import { completeGraph, inlinePlayer } from "../inline-trial.js";
import {
  meanOf,
  type Effort,
  type Estimate,
  type Outcome,
  type PublishedSource,
} from "./source.js";

const ROUNDS = 12;
/**
 * Ticks of a cycle on the event clock: an exchange takes two, so that next to none overlap, as the
 * papers' one-after-the-other simulators have it.
 */
const CYCLE_TICKS = 20_000;
/** Windows in which the engine measures a cycle. */
const WINDOWS = 10;

const RUNS: Readonly<Record<Effort, number>> = { quick: 1, normal: 2, full: 20 };

/** Values of each round of each run, the start first. */
async function measuredRounds(
  options: Parameters<typeof inlinePlayer>[1],
  name: string,
  runs: number,
  maxRounds = ROUNDS,
): Promise<readonly (readonly number[])[]> {
  const player = await inlinePlayer("wasm", { ...options, maxRounds });
  const all: (readonly number[])[] = [];
  for (let seed = 1; seed <= runs; seed++) all.push(player.play(seed).series.measures[name] ?? []);
  return all;
}

/** Factors from round to round, `every` entries apart. */
function factors(series: readonly number[], every = 1): number[] {
  const rounds = Math.floor((series.length - 1) / every);
  return Array.from({ length: rounds }, (_, index) => {
    return series[(index + 1) * every]! / series[index * every]!;
  });
}

export const pushSumFigures: PublishedSource = {
  id: "kempe-2003-pushsum",
  async measure({ n, potential, metric }, effort) {
    // No node may come within its tolerance: the trial would end.
    const shared = { protocol: "push-sum", parameters: { tolerance: 1e-12 } };
    if (potential !== undefined) {
      const nodes = 1000;
      const rounds = await measuredRounds({ ...shared, nodes }, "potential", 40 * RUNS[effort]);
      const ratio = meanOf(rounds.flatMap((series) => factors(series)));
      return { laws: [{ name: "ratio", expected: 0.5 - 0.5 / nodes, estimate: ratio }] };
    }
    if (metric !== undefined) {
      const nodes = Number(n);
      const rounds = await measuredRounds({ ...shared, nodes }, "errorSquareMean", RUNS[effort]);
      const measures: Record<string, Estimate> = {};
      for (let round = 0; round < ROUNDS; round++) {
        measures[`ratio_series.${round}`] = meanOf(rounds.map((series) => factors(series)[round]!));
      }
      return { measures };
    }
    const drifts: number[] = [];
    for (const name of ["sumDrift", "weightDrift"]) {
      const rounds = await measuredRounds({ ...shared, nodes: 100_000 }, name, 1);
      drifts.push(...rounds.flat().map(Math.abs));
    }
    const worst = { value: Math.max(...drifts), standardError: 0, runs: 1 };
    return { laws: [{ name: "relative_drift", expected: 0, estimate: worst }] };
  },
};

/** A cycle of two perfect matchings is two rounds, for one matching is one. */
async function matchings(nodes: number, runs: number): Promise<Outcome> {
  const parameters = { tolerance: 1e-12, pairing: 1 };
  const rule = { protocol: "push-pull-average", nodes, parameters };
  const series = await measuredRounds(rule, "variance", runs, 2 * ROUNDS);
  return { measures: { variance_ratio: meanOf(series.flatMap((values) => factors(values, 2))) } };
}

export const averagingFigures: PublishedSource = {
  id: "jelasity-2005-aggregation",
  async measure({ protocol, n, P }, effort) {
    const rule = String(protocol);
    if (rule.includes("crashes"))
      return { skipped: "crashed nodes are called in vain here, never in the paper" };
    const nodes = Number(n);
    if (rule.includes("matching")) return matchings(nodes, RUNS[effort]);
    const isFixed = rule.includes("SAME fixed order");
    const series = await measuredRounds(
      {
        protocol: "push-pull-average",
        nodes,
        parameters: { tolerance: 1e-12, failedExchanges: Number(P ?? 0) },
        network: { ...completeGraph(nodes), latency: { kind: "constant", ms: 1 } },
        clock: {
          ...{ kind: "event", tickMs: 1, periodTicks: CYCLE_TICKS },
          timer: isFixed ? "periodic" : "fresh",
        },
      },
      "variance",
      RUNS[effort],
    );
    const cycles = series.map((values) => factors(values, WINDOWS));
    if (!isFixed) return { measures: { variance_ratio: meanOf(cycles.flat()) } };
    return {
      measures: {
        variance_ratio_first_cycle: meanOf(cycles.map((ratios) => ratios[0]!)),
        variance_ratio_from_cycle_5: meanOf(cycles.flatMap((ratios) => ratios.slice(4))),
      },
    };
  },
};
