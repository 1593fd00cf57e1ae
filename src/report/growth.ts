/** How the time to inform all grows with the number of nodes: a line over log2 n for each protocol. */
import { studentTQuantile } from "../statistics/distributions.js";
import { leastSquares, type Line } from "../statistics/regression.js";
import { knownRounds, type KnownRounds } from "./known-rounds.js";
import { milestoneName } from "./metrics.js";
import { summaryOf } from "./runs.js";
import { SWEEP_VALUES_MIN, type Sweep } from "./sweeps.js";

export interface GrowthPoint {
  readonly nodes: number;
  readonly mean: number;
  /** 95 % interval of the mean by the spread of all trials around the line: large sizes have few of their own. */
  readonly low: number;
  readonly high: number;
  readonly trials: number;
}

export interface Growth {
  readonly label: string;
  /** Style of its first run. */
  readonly style: number;
  readonly clock: "round" | "event";
  /** Share of the nodes, in percent, whose time is told. */
  readonly percent: number;
  readonly points: readonly GrowthPoint[];
  /** Through all trials, over log2 of the nodes. */
  readonly line: Line;
  /** Published result for these settings, and the line through its values at the same places. */
  readonly known?: KnownRounds & { readonly line: Line };
}

/** Tried in this order: one share for all protocols of a chart. */
const PERCENTS = [100, 99.9, 99] as const;

/** Sweeps over nodes, all told by the largest share that each reached in every trial of enough sizes. */
export function growthOf(sweeps: readonly Sweep[], clock: "round" | "event"): Growth[] {
  const own = sweeps.filter(
    ({ setting, runs }) => setting === "nodes" && runs[0]!.run.record.scenario.clock.kind === clock,
  );
  const found = PERCENTS.map((percent) =>
    own.flatMap((sweep, style) => growth(sweep, { style, clock, percent }) ?? []),
  );
  const most = Math.max(...found.map(({ length }) => length));
  return found.find(({ length }) => length === most) ?? [];
}

function growth(
  sweep: Sweep,
  told: Pick<Growth, "style" | "clock" | "percent">,
): Growth | undefined {
  const name = milestoneName(told.clock, told.percent);
  const means: { nodes: number; mean: number; trials: number }[] = [];
  const xs: number[] = [];
  const ys: number[] = [];
  for (const { value: nodes, run } of sweep.runs) {
    const summary = summaryOf(run, name);
    const values = run.trials.flatMap(({ metrics }) => metrics[name] ?? []);
    // Trials that never got there would be missing among the slow ones.
    if (summary?.mean === undefined || summary.mean === null) continue;
    if (values.length < run.trials.length) continue;
    means.push({ nodes, mean: summary.mean, trials: values.length });
    xs.push(...values.map(() => Math.log2(nodes)));
    ys.push(...values);
  }
  const line = leastSquares(xs, ys);
  if (line === null || new Set(xs).size < SWEEP_VALUES_MIN) return undefined;
  const rule = told.percent === 100 ? knownRounds(sweep.runs[0]!.run.record.scenario) : undefined;
  const through =
    rule === undefined
      ? null
      : leastSquares(
          xs,
          xs.map((x) => rule.rounds(2 ** x)),
        );
  const known = rule === undefined || through === null ? {} : { known: { ...rule, line: through } };
  const points = means.map((each) => ({ ...each, ...intervalOf(each, line) }));
  return { label: sweep.label, ...told, points, line, ...known };
}

function intervalOf(
  { mean, trials }: Pick<GrowthPoint, "mean" | "trials">,
  { residualStddev, points }: Line,
): Pick<GrowthPoint, "low" | "high"> {
  const spread = residualStddev ?? 0;
  const reach = (studentTQuantile(0.975, Math.max(1, points - 2)) * spread) / Math.sqrt(trials);
  return { low: mean - reach, high: mean + reach };
}

/** "1.69 rounds per doubling (95 % interval 1.67 to 1.71)"; three decimals, as slopes lie close. */
export function slopeText({ line, clock }: Growth): string {
  const unit = clock === "round" ? "rounds" : "ms";
  const [low, high] = line.ci95;
  const interval =
    low === null || high === null ? "" : ` (95 % interval ${decimals(low)} to ${decimals(high)})`;
  return `${decimals(line.slope)} ${unit} per doubling${interval}`;
}

export function decimals(value: number): string {
  return Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(3);
}
