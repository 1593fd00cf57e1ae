/** Speed against cost: time to 99.9 % of the nodes, bytes a node sends, share that was missed. */
import { milestoneName } from "./metrics.js";
import { meanOf, summaryOf, type Run } from "./runs.js";

export interface TradeOffPoint {
  readonly run: Run;
  /** null where a trial never got there: a mean over the lucky ones would flatter. */
  readonly time: number | null;
  readonly bytesPerNode: number;
  /** Mean share of nodes never informed. */
  readonly residue: number;
  /** No other run is as fast and as cheap, and better in one of them. */
  readonly onFront: boolean;
}

export interface TradeOff {
  readonly nodes: number;
  readonly clock: "round" | "event";
  readonly lossRatio: number;
  readonly points: readonly TradeOffPoint[];
}

/** So many runs on one number of nodes are worth a chart. */
const RUNS_MIN = 4;
export const TRADE_OFF_PERCENT = 99.9;

/** Runs on more sizes than this are a matter of growth. */
const SHOWN_MAX = 2;

/** One for each number of nodes, kind of clock and rate of loss that enough runs share; the largest first. */
export function shownTradeOffs(runs: readonly Run[]): TradeOff[] {
  const groups = new Map<string, Run[]>();
  for (const run of runs.filter(({ trials }) => trials.length > 0)) {
    const { nodes, clock, network } = run.record.scenario;
    const key = `${clock.kind} ${nodes} ${network["lossRatio"] ?? 0}`;
    groups.set(key, [...(groups.get(key) ?? []), run]);
  }
  return [...groups.values()]
    .flatMap((group) => tradeOff(group) ?? [])
    .sort((a, b) => b.points.length - a.points.length)
    .slice(0, SHOWN_MAX);
}

function tradeOff(runs: readonly Run[]): TradeOff | undefined {
  const { nodes, clock, network } = runs[0]!.record.scenario;
  const lossRatio = Number(network["lossRatio"] ?? 0);
  const found = runs.flatMap((run) => {
    const bytesPerNode = meanOf(run, "bytesPerNode");
    const residue = meanOf(run, "residue");
    if (bytesPerNode === null || residue === null) return [];
    return [{ run, time: timeOf(run, clock.kind), bytesPerNode, residue }];
  });
  if (found.length < RUNS_MIN) return undefined;
  const points = found.map((point) => ({
    ...point,
    onFront: point.time !== null && !found.some((other) => isBetter(other, point)),
  }));
  return { nodes, clock: clock.kind, lossRatio, points };
}

function timeOf(run: Run, clock: "round" | "event"): number | null {
  const summary = summaryOf(run, milestoneName(clock, TRADE_OFF_PERCENT));
  return summary !== undefined && summary.count === run.trials.length ? summary.mean : null;
}

type Costs = Pick<TradeOffPoint, "time" | "bytesPerNode">;

function isBetter(a: Costs, b: Costs): boolean {
  if (a.time === null || b.time === null) return false;
  if (a.time > b.time || a.bytesPerNode > b.bytesPerNode) return false;
  return a.time < b.time || a.bytesPerNode < b.bytesPerNode;
}

/** Runs on the front, fastest first. */
export function frontOf({ points }: TradeOff): (TradeOffPoint & { readonly time: number })[] {
  return points
    .flatMap((point) => {
      const { time, onFront } = point;
      return onFront && time !== null ? [{ ...point, time }] : [];
    })
    .sort((a, b) => a.time - b.time || a.bytesPerNode - b.bytesPerNode);
}
