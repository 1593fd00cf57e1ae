/** Two runs side by side: what differs in scenario and environment, and every measure as a ratio. */
import type { Arm, Summary } from "../history/record.js";
import { ratioOfMeans, type Interval } from "../statistics/interval.js";
import { environmentOf, settingsOf, type Facts } from "./facts.js";
import { formatMean, formatValue, type Format } from "./format.js";
import { describeMetric } from "./metrics.js";
import type { Run } from "./runs.js";

export type Pair = readonly [base: Run, other: Run];

/** A setting that is not the same in both. */
export interface Difference {
  readonly where: "scenario" | "environment";
  readonly name: string;
  readonly values: readonly [string, string];
}

/** What names or counts a run, and says nothing of how it was made. */
const IDENTITY = new Set(["record", "created", "title"]);

export function differencesOf([base, other]: Pair): Difference[] {
  return [
    ...differing("scenario", settingsOf(base), settingsOf(other)),
    ...differing("environment", environmentOf(base), environmentOf(other)),
  ];
}

function differing(where: Difference["where"], base: Facts, other: Facts): Difference[] {
  const names = [...new Set([...base.keys(), ...other.keys()])];
  return names.flatMap((name) => {
    const values = [base, other].map((facts) => String(facts.get(name) ?? "–"));
    const isSame = values[0] === values[1] || IDENTITY.has(name);
    return isSame ? [] : [{ where, name, values: [values[0]!, values[1]!] as const }];
  });
}

/** One measure of both runs. */
export interface Change {
  readonly label: string;
  /** Mean and half of its interval. */
  readonly values: readonly [string, string];
  /** Other over base; undefined where a mean is missing or not above zero. */
  readonly ratio?: { readonly ratio: number; readonly ci95: Interval };
  /** false: wall times of two kinds of machine. */
  readonly isComparable: boolean;
  readonly verdict: "higher" | "lower" | "same" | "open" | "not compared";
}

const TIMES = ["elapsedMs", "nsPerNodeRound"];

/** Measures that both have, as the first backend of each has them; wall times once for every backend. */
export function changesOf([base, other]: Pair): Change[] {
  const isSameClass = base.record.environment.class === other.record.environment.class;
  const shared = namesOf(base.arm, other.arm)
    .filter((name) => !TIMES.includes(name))
    .map((name) => changeOf(name, "", [base.arm!, other.arm!], true));
  const timed = base.record.arms.flatMap((arm) => {
    const match = other.record.arms.find(({ backend }) => backend === arm.backend);
    if (match === undefined) return [];
    const backend = arm.backend === "wasm" ? ", WASM" : ", TypeScript";
    return namesOf(arm, match)
      .filter((name) => TIMES.includes(name))
      .map((name) => changeOf(name, backend, [arm, match], isSameClass));
  });
  return [...shared, ...timed];
}

function namesOf(base: Arm | undefined, other: Arm | undefined): string[] {
  const known = other?.summary ?? {};
  return Object.keys(base?.summary ?? {}).filter((name) => Object.hasOwn(known, name));
}

function changeOf(
  name: string,
  backend: string,
  arms: readonly [Arm, Arm],
  isComparable: boolean,
): Change {
  const { label, format } = describeMetric(name);
  const [base, other] = arms.map(({ summary }) => summary[name]!) as [Summary, Summary];
  const shared = {
    label: `${label}${backend}`,
    values: [meanText(base, format), meanText(other, format)] as const,
    isComparable,
  };
  if (!isComparable) return { ...shared, verdict: "not compared" };
  if (JSON.stringify(base) === JSON.stringify(other)) return { ...shared, verdict: "same" };
  if (!isPositive(base) || !isPositive(other)) return { ...shared, verdict: "open" };
  const ratio = ratioOfMeans(other, base);
  const [low, high] = ratio.ci95;
  const verdict = low !== null && low > 1 ? "higher" : high !== null && high < 1 ? "lower" : "open";
  return { ...shared, ratio, verdict };
}

function isPositive(summary: Summary): summary is Summary & { mean: number } {
  return summary.mean !== null && summary.mean > 0;
}

function meanText({ mean, ci95: [low, high] }: Summary, format: Format): string {
  if (mean === null) return "never";
  if (low === null || high === null) return formatValue(mean, format);
  return formatMean(mean, (high - low) / 2, format);
}
