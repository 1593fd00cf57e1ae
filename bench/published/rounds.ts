/** Rounds and copies of push, pull and push-pull on the complete graph: Pittel, Doerr, Karp. */
import { completeGraph, inlinePlayer } from "../inline-trial.js";
import {
  meanOf,
  spreadOf,
  type Effort,
  type Estimate,
  type Outcome,
  type PublishedSource,
} from "./source.js";

const PROTOCOLS: Readonly<Record<string, string>> = {
  push: "push",
  pull: "pull",
  pushpull: "push-pull",
};

/** Largest size, and runs by size, that an effort affords. */
const EFFORTS: Readonly<
  Record<Effort, { readonly nodesMax: number; readonly runs: (nodes: number) => number }>
> = {
  quick: { nodesMax: 1e4, runs: (nodes) => (nodes <= 1000 ? 1000 : 100) },
  normal: { nodesMax: 1e6, runs: (nodes) => runsBySize(nodes) },
  full: { nodesMax: 1e8, runs: (nodes) => Math.max(runsBySize(nodes), fullRuns(nodes)) },
};

/** Its calls never end; at 1e6 nodes the last copy is sent in round 23 (measured; checked in each). */
const MEDIAN_COUNTER_ROUNDS = 30;

/** So few runs that all of them agree would say nothing of their spread: a mean needs some more. */
function fullRuns(nodes: number): number {
  return nodes <= 1e6 ? 100 : nodes <= 1e7 ? 40 : 6;
}

function runsBySize(nodes: number): number {
  if (nodes <= 1000) return 4000;
  if (nodes <= 10_000) return 1500;
  return nodes <= 100_000 ? 150 : nodes <= 1e6 ? 15 : 2;
}

async function measure(
  { mode, n, sizes, delivery_probability: delivery }: Readonly<Record<string, unknown>>,
  effort: Effort,
): Promise<Outcome> {
  if (Array.isArray(sizes)) return measureGrowth(sizes.map(Number), effort);
  const protocol = PROTOCOLS[String(mode)];
  if (protocol === undefined) return { skipped: `not modelled yet` };
  const nodes = Number(n);
  const { nodesMax, runs } = EFFORTS[effort];
  if (nodes > nodesMax) {
    const wanted = nodes > 1e8 ? "hearsay run" : nodes > 1e6 ? "--full" : "a run without --quick";
    return { skipped: `${nodes} nodes take ${wanted}` };
  }
  const network = completeGraph(nodes, 1 - Number(delivery ?? 1));
  const player = await inlinePlayer("wasm", { protocol, nodes, network });
  const rounds: number[] = [];
  const copies: number[] = [];
  for (let seed = 1; seed <= runs(nodes); seed++) {
    const result = player.play(seed);
    if (result.stopped !== "coverage") throw new Error(`seed ${seed} stopped: ${result.stopped}`);
    rounds.push(result.rounds);
    copies.push(result.series.sent.reduce((sum, sent) => sum + sent, 0) / nodes);
  }
  return {
    measures: {
      mean_rounds: meanOf(rounds),
      sd_rounds: spreadOf(rounds),
      copies_per_node: meanOf(copies),
    },
  };
}

/** Copies of the median-counter protocol until it falls silent: how they grow from size to size. */
async function measureGrowth(sizes: readonly number[], effort: Effort): Promise<Outcome> {
  const { nodesMax, runs } = EFFORTS[effort];
  if (Math.max(...sizes) > nodesMax) return { skipped: "its sizes take a run without --quick" };
  const copies: Estimate[] = [];
  for (const nodes of sizes) {
    const rule = { protocol: "median-counter", nodes, maxRounds: MEDIAN_COUNTER_ROUNDS };
    const player = await inlinePlayer("wasm", { ...rule, untilQuiet: true });
    const samples: number[] = [];
    for (let seed = 1; seed <= Math.ceil(runs(nodes) / 20); seed++) {
      const { sent, informed } = player.play(seed).series;
      if (sent.at(-1) !== 0) throw new Error(`seed ${seed} has not fallen silent`);
      if (informed.at(-1) !== nodes) throw new Error(`seed ${seed} left nodes without the rumor`);
      samples.push(sent.reduce((total, count) => total + count, 0) / nodes);
    }
    copies.push(meanOf(samples));
  }
  const [first, last] = [copies[0]!, copies.at(-1)!];
  const value = last.value / first.value;
  const standardError = value * (first.standardError / first.value);
  return { measures: { copies_ratio: { value, standardError, runs: last.runs } } };
}

export const roundsSources: readonly PublishedSource[] = [
  "pittel-1987-push",
  "doerr-kostrygin-2017",
  "karp-2000",
].map((id) => ({ id, measure }));
