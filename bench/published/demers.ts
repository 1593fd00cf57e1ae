/**
 * Rumor mongering: residue, traffic and times of the stop rules, and the laws beside them (Demers et al.
 * 1987). The cases name a rule in words; every rule that these words make can be measured.
 */
import { PeerSampler } from "../../src/peers/peer-sampler.js";
import { inlinePlayer } from "../inline-trial.js";
import {
  meanOf,
  shareOf,
  type Effort,
  type Estimate,
  type Outcome,
  type Parameters,
} from "./source.js";
import type { PublishedSource } from "./source.js";

/** Runs by effort: the tolerances are made for `full`; below it the standard errors are allowed for. */
const PUSH_RUNS: Readonly<Record<Effort, number>> = { quick: 200, normal: 3000, full: 5000 };
const PULL_RUNS: Readonly<Record<Effort, number>> = { quick: 50, normal: 1200, full: 20_000 };
const LAW_RUNS: Readonly<Record<Effort, number>> = { quick: 100, normal: 500, full: 2000 };
const END_PHASE_RUNS: Readonly<Record<Effort, number>> = { quick: 20, normal: 200, full: 1000 };
/** Pulls never end: long after the last copy even of the slowest runs (measured; checked in each). */
const PULL_ROUNDS = 60;
/** Shares of the uninformed between which the end phase is measured: late, yet not a handful. */
const END_PHASE = { above: 0.01, below: 0.5 };

/** What one trial of rumor mongering came to. */
interface Spread {
  readonly residue: number;
  /** Copies sent per node. */
  readonly traffic: number;
  readonly tLast: number;
  /** Mean round in which a node was informed, the origin left out. */
  readonly tMean: number;
}

/** "feedback+counter without reset; … sequentially" and the like -> parameters of the protocol. */
function ruleOf(parameters: Parameters): Record<string, number> {
  const words = JSON.stringify(parameters);
  const removal = String(parameters.removal);
  const counter = /counter/.test(removal) && !/coin/.test(removal);
  return {
    mode: /rumor-mongering pull/.test(words) ? 1 : 0,
    interest: /blind/.test(removal) ? 1 : 0,
    removal: counter ? 0 : 1,
    counterReset: counter && !/without reset/.test(removal) ? 1 : 0,
    judgement: /sequentially/.test(removal) ? 1 : 0,
    k: Number(parameters.k),
  };
}

async function spreads(
  nodes: number,
  parameters: Readonly<Record<string, number>>,
  runs: number,
): Promise<Spread[]> {
  const pulls = parameters.mode === 1;
  const player = await inlinePlayer("wasm", {
    ...{ protocol: "rumor-mongering", nodes, parameters, untilQuiet: true },
    ...(pulls ? { maxRounds: PULL_ROUNDS } : {}),
  });
  return Array.from({ length: runs }, (_, index) => {
    const { series, stopped } = player.play(index + 1);
    const { informed, sent } = series;
    if (pulls ? sent.at(-1) !== 0 : stopped !== "quiescent") {
      throw new Error(`seed ${index + 1} did not come to rest: ${stopped}`);
    }
    const last = informed.at(-1)!;
    const rounds = informed.map(
      (count, round) => (count - (informed[round - 1] ?? 1)) * (round + 1),
    );
    return {
      residue: 1 - last / nodes,
      traffic: sum(sent) / nodes,
      tLast: informed.indexOf(last) + 1,
      tMean: sum(rounds) / (last - 1),
    };
  });
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** Mean residue; where hardly a run leaves a node, the error is that of a share of all nodes. */
function residueOf(results: readonly Spread[], nodes: number): Estimate {
  const residues = results.map(({ residue }) => residue);
  const estimate = meanOf(residues);
  const share = shareOf(Math.round(sum(residues) * nodes), nodes * results.length);
  return { ...estimate, standardError: Math.max(estimate.standardError, share.standardError) };
}

async function measureRule(parameters: Parameters, effort: Effort): Promise<Outcome> {
  const rule = ruleOf(parameters);
  const runs = rule.mode === 1 ? PULL_RUNS[effort] : PUSH_RUNS[effort];
  const results = await spreads(Number(parameters.n), rule, runs);
  return {
    measures: {
      residue_s: residueOf(results, Number(parameters.n)),
      traffic_m: meanOf(results.map(({ traffic }) => traffic)),
      t_last: meanOf(results.map(({ tLast }) => tLast)),
      t_ave: meanOf(results.map(({ tMean }) => tMean)),
    },
  };
}

/** ln s + m, which is 0 for every push without a connection limit. */
async function measureLaw(parameters: Parameters, effort: Effort): Promise<Outcome> {
  const measures: Record<string, Estimate> = {};
  for (const [index, rule] of (parameters.stop_rules as readonly Parameters[]).entries()) {
    const results = await spreads(Number(parameters.n), ruleOf(rule), LAW_RUNS[effort]);
    const { value, standardError, runs } = residueOf(results, Number(parameters.n));
    const traffic = meanOf(results.map((result) => result.traffic)).value;
    measures[`log_ratio.${index}`] = {
      value: Math.log(value) + traffic,
      standardError: standardError / value,
      runs,
    };
  }
  return { measures };
}

/** Share of the uninformed after a round over what the law says it is, on the anti-entropy models. */
async function measureEndPhase(parameters: Parameters, effort: Effort): Promise<Outcome> {
  const nodes = Number(parameters.n);
  const laws: Readonly<Record<string, (share: number) => number>> = {
    pull: (share) => share ** 2,
    push: (share) => share * (1 - 1 / nodes) ** (nodes * (1 - share)),
  };
  const measures: Record<string, Estimate> = {};
  for (const [index, protocol] of (parameters.protocols as readonly string[]).entries()) {
    const player = await inlinePlayer("wasm", { protocol, nodes });
    const ratios: number[] = [];
    for (let seed = 1; seed <= END_PHASE_RUNS[effort]; seed++) {
      const shares = player.play(seed).series.informed.map((count) => 1 - count / nodes);
      for (const [round, share] of shares.slice(0, -1).entries()) {
        if (share <= END_PHASE.above || share >= END_PHASE.below) continue;
        ratios.push(shares[round + 1]! / laws[protocol]!(share));
      }
    }
    measures[`ratio.${index}`] = meanOf(ratios);
  }
  return { measures };
}

/** How the traffic per link grows with the nodes, where partners are drawn by their distance. */
function measureLine({ exponents, sizes }: Parameters): Outcome {
  const measures: Record<string, Estimate> = {};
  for (const [index, exponent] of (exponents as readonly number[]).entries()) {
    const points = (sizes as readonly number[]).map((nodes) => {
      // A ring, which has no ends: every partner at distance d is d links away.
      const weights = { by: "spatial", exponent } as const;
      const peers = new PeerSampler({ nodes, weights }).round(0);
      const distances = peers.reduce((total, peer, node) => {
        const steps = Math.abs(peer - node);
        return total + Math.min(steps, nodes - steps);
      }, 0);
      return { size: Math.log(nodes), traffic: Math.log(distances / nodes) };
    });
    const [first, last] = [points[0]!, points.at(-1)!];
    const value = (last.traffic - first.traffic) / (last.size - first.size);
    measures[`fitted_exponent.${index}`] = { value, standardError: 0, runs: 1 };
  }
  return { measures };
}

export const demers: PublishedSource = {
  id: "demers-1987",
  async measure(parameters, effort) {
    if (parameters.stop_rules !== undefined) return measureLaw(parameters, effort);
    if (parameters.protocols !== undefined) return measureEndPhase(parameters, effort);
    if (parameters.exponents !== undefined) return measureLine(parameters);
    if (parameters.k === undefined) return { skipped: "for reference: nothing to reproduce" };
    return measureRule(parameters, effort);
  },
};
