/** From a record's rows to their verdicts, and back to the arithmetic: both from raw quads alone. */
import type { MeasuredRound, MeasureRow, Verdict } from "../history/measure-record.js";
import { studentTQuantile } from "../statistics/distributions.js";
import { meanInterval } from "../statistics/interval.js";
import { meanEstimate, type MeanEstimate } from "../statistics/margin.js";
import { roundLogRatio } from "../statistics/quads.js";
import { detectable, judge, type JudgeRule, type Judgement } from "./judge.js";

/** Of a normal law this is three standard deviations. */
const CANARY_LEVEL = 0.99865;
/** Steal or throttling beyond this share of the rounds' time makes a run unstable. */
const LOST_MAX = 0.01;

export interface Judged {
  readonly row: MeasureRow;
  readonly judgement: Judgement;
}

/** Judges the rows that were timed, but for canaries; the others are in no family. */
export function judgeRows(rows: readonly MeasureRow[], rule: JudgeRule): Judged[] {
  const timed = rows.filter(isJudged);
  const judgements = judge(
    timed.map((row) => ({
      id: row.id,
      ...ratiosOf(row),
      floor: row.verdict.floor,
    })),
    rule,
  );
  return timed.map((row, index) => ({ row, judgement: judgements[index]! }));
}

export function isJudged({ kind, scope, status }: MeasureRow): boolean {
  return kind === "wall" && scope !== "canary" && status === "measured";
}

export function ratiosOf({ rounds }: MeasureRow): {
  readonly rounds: number[];
  readonly confirmRounds: number[];
} {
  const of = (confirms: boolean): number[] =>
    rounds.filter((round) => round.confirms === confirms).map(roundLogRatio);
  return { rounds: of(false), confirmRounds: of(true) };
}

/** The rows with their verdicts; canaries and the machine's counters say whether times count at all. */
export function withVerdicts(rows: readonly MeasureRow[], rule: JudgeRule): MeasureRow[] {
  const unstable = unstableReason(rows);
  const judged = new Map(
    judgeRows(rows, rule).map(({ row, judgement }) => [row, verdictOf(row, judgement, unstable)]),
  );
  return rows.map((row) => ({ ...row, verdict: judged.get(row) ?? plainVerdict(row) }));
}

/** null: times of the run count. */
export function unstableReason(rows: readonly MeasureRow[]): string | null {
  if (canariesOf(rows).some(({ stable }) => !stable)) return "unstable: a canary moved";
  const rounds = rows.flatMap((row) => row.rounds);
  const share = (of: (round: MeasuredRound) => number): number => {
    const ms = rounds.reduce((sum, { costMs }) => sum + costMs, 0);
    const lost = rounds.reduce((sum, round) => sum + of(round) * round.costMs, 0);
    return ms === 0 ? 0 : lost / ms;
  };
  const stolen = share(({ evidence }) => evidence?.steal ?? 0);
  const throttled = share(({ evidence }) => evidence?.throttled ?? 0);
  const told = (of: number): string => `${(100 * of).toFixed(1)} % of the time`;
  if (stolen > LOST_MAX) return `unstable: other machines took ${told(stolen)}`;
  return throttled > LOST_MAX ? `unstable: a quota held it ${told(throttled)}` : null;
}

/** Moved: by more than its floor (1 %, or what its past says), and surely. */
export function canariesOf(
  rows: readonly MeasureRow[],
): { id: string; delta: number; stable: boolean }[] {
  const estimates = rows
    .filter(({ scope, rounds }) => scope === "canary" && rounds.length >= 2)
    .map((row) => ({ row, ...meanEstimate(ratiosOf(row).rounds) }));
  // A few rounds tell little of one canary's spread: the spread of all is taken where it is larger.
  const sum = (of: (one: (typeof estimates)[number]) => number): number =>
    estimates.reduce((total, one) => total + of(one), 0);
  const freedom = sum(({ count }) => count - 1);
  const pooled =
    sum(({ standardError, count }) => standardError ** 2 * count * (count - 1)) / freedom;
  return estimates.map(({ row, mean, standardError, count }) => {
    const error = Math.max(standardError, Math.sqrt(pooled / count));
    const limit = studentTQuantile(CANARY_LEVEL, freedom) * error;
    const moved = Math.abs(mean);
    return { id: row.id, delta: mean, stable: !(moved > row.verdict.floor && moved > limit) };
  });
}

function verdictOf(row: MeasureRow, judgement: Judgement, unstable: string | null): Verdict {
  const { estimate, state, note, look } = judgement;
  const values = ratiosOf(row);
  const shown = judgement.state === "regressed" ? values.confirmRounds : values.rounds;
  const interval = estimate === null ? null : meanInterval(shown.slice(0, estimate.count));
  const [low, high] = interval?.ci95 ?? [null, null];
  const isMoved = unstable !== null && state !== "advisory";
  return {
    state: isMoved ? "inconclusive" : state,
    note: isMoved ? unstable : note,
    delta: estimate?.mean ?? null,
    standardError: estimate?.standardError ?? null,
    ci95: low === null || high === null ? null : [low, high],
    floor: row.verdict.floor,
    pRegressed: judgement.pRegressed,
    pImproved: judgement.pImproved,
    pEquivalent: judgement.pEquivalent,
    // Before the first look too: it says how far the row is from telling anything.
    detectable: detectable(estimate ?? earlyEstimate(values.rounds), row.verdict.floor),
    ...{ rounds: values.rounds.length, look },
  };
}

function earlyEstimate(rounds: readonly number[]): MeanEstimate | null {
  return rounds.length < 2 ? null : meanEstimate(rounds);
}

/** Of rows that are not judged by time: exact metrics are equal or not, the rest says nothing. */
export function plainVerdict({ kind, exact, note, rounds, verdict }: MeasureRow): Verdict {
  const isExact = kind === "exact" && exact !== null;
  const state = !isExact
    ? "inconclusive"
    : exact.base === exact.head
      ? "same"
      : "behaviour-changed";
  return {
    ...{ state, note, delta: null, standardError: null, ci95: null, floor: verdict.floor },
    ...{ pRegressed: null, pImproved: null, pEquivalent: null, detectable: null },
    ...{ rounds: rounds.length, look: 0 },
  };
}

export function percent(logRatio: number): string {
  const change = 100 * Math.expm1(logRatio);
  return `${change < 0 ? "" : "+"}${change.toFixed(2)} %`;
}
