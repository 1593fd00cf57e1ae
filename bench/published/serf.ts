/**
 * Serf's events: what follows from memberlist's transmit limit (copies of each member, and whom they miss),
 * and, for reference, Serf's own convergence simulator. Neither pings nor exchanges of state carry events.
 */
import { completeGraph, inlinePlayer, type InlinePlayer } from "../inline-trial.js";
import { meanOf } from "./source.js";
import type { Effort, Outcome, Parameters, PublishedSource } from "./source.js";

const GOSSIP_MS = 200;
/** The simulator knows no transmit limit: enough copies, so that nobody is missed (e^-16). */
const COPIES_MULT = 8;
const SPREAD = 0.99;

function player(
  nodes: number,
  lossRatio: number,
  parameters: Readonly<Record<string, number>>,
): Promise<InlinePlayer> {
  return inlinePlayer("wasm", {
    ...{ protocol: "serf-event", nodes, maxRounds: 500 },
    network: { ...completeGraph(nodes, lossRatio), latency: { kind: "constant", ms: 1 } },
    clock: { kind: "event", tickMs: 1, periodTicks: GOSSIP_MS, timer: "periodic" },
    parameters: { probeInterval: 0, pushPullInterval: 0, ...parameters },
  });
}
const last = (values: readonly number[] | undefined): number => values!.at(-1)!;

async function limited(given: Parameters, effort: Effort): Promise<Outcome> {
  const nodes = Number(given.nodes);
  const runs = { quick: 40, normal: 100, full: 1000 }[effort];
  const mult = Number(given.retransmit_mult);
  const { play } = await player(nodes, Number(given.loss ?? 0), { retransmitMult: mult });
  if (given.figure === "copies") {
    const { copiesPerDelivery } = play(1).series.measures;
    const copies = { value: last(copiesPerDelivery), standardError: 0, runs: nodes };
    return { measures: { copies_per_member: copies } };
  }
  const shares: number[] = [];
  for (let seed = 1; shares.length < runs; seed++) {
    const share = last(play(seed).series.measures.deliveredShare);
    if (share > 0.5) shares.push(1 - share);
  }
  return { measures: { residue: meanOf(shares) } };
}

/** Beats of gossip until 99 % have the event. */
async function simulated(given: Parameters, effort: Effort): Promise<Outcome> {
  if (given.formula === undefined) return { skipped: "defaults of the page: nothing to measure" };
  const runs = { quick: 100, normal: 500, full: 5000 }[effort];
  const nodes = Number(given.n);
  const { play } = await player(nodes, 0, {
    gossipNodes: Number(given.fanout),
    retransmitMult: COPIES_MULT,
  });
  const samples = Array.from({ length: runs }, (_, index) => {
    const { time, informed } = play(index + 1).series;
    return time[informed.findIndex((count) => count >= SPREAD * nodes)]! / GOSSIP_MS;
  });
  return { measures: { rounds_to_99_percent: meanOf(samples) } };
}

export const serfFigures: readonly PublishedSource[] = [
  { id: "serf-event-dissemination", measure: limited },
  { id: "serf-convergence-simulator", measure: simulated, showsReferences: true },
];
