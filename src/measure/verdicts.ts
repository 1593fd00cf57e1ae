/** From a record's rows to their verdicts, and back to the arithmetic: both from raw quads alone. */
import type { MeasureRow, Verdict } from "../history/measure-record.js";
import { meanInterval } from "../statistics/interval.js";
import { roundLogRatio } from "../statistics/quads.js";
import { confirmLow, detectable, judge, RATE, type JudgeRule, type Judgement } from "./judge.js";

/** Canaries that move further than this, and than three standard errors, make a run unstable. */
const CANARY_MAX = 0.01;

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

/** The rows with their verdicts; canaries say whether times count at all. */
export function withVerdicts(rows: readonly MeasureRow[], rule: JudgeRule): MeasureRow[] {
  const isStable = canariesOf(rows).every(({ stable }) => stable);
  const judged = new Map(
    judgeRows(rows, rule).map(({ row, judgement }) => [row, verdictOf(row, judgement, isStable)]),
  );
  return rows.map((row) => ({ ...row, verdict: judged.get(row) ?? plainVerdict(row) }));
}

export function canariesOf(
  rows: readonly MeasureRow[],
): { id: string; delta: number; stable: boolean }[] {
  return rows
    .filter(({ scope, rounds }) => scope === "canary" && rounds.length >= 2)
    .map((row) => {
      const { mean, stddev } = meanInterval(ratiosOf(row).rounds);
      const error = (stddev ?? 0) / Math.sqrt(row.rounds.length);
      const moved = Math.abs(mean);
      return { id: row.id, delta: mean, stable: !(moved > CANARY_MAX && moved > 3 * error) };
    });
}

function verdictOf(row: MeasureRow, judgement: Judgement, isStable: boolean): Verdict {
  const { estimate, state, note, look } = judgement;
  const values = ratiosOf(row);
  const shown = judgement.state === "regressed" ? values.confirmRounds : values.rounds;
  const interval = estimate === null ? null : meanInterval(shown.slice(0, estimate.count));
  const [low, high] = interval?.ci95 ?? [null, null];
  const isMoved = !isStable && state !== "advisory";
  return {
    state: isMoved ? "inconclusive" : state,
    note: isMoved ? "unstable: a canary moved" : note,
    delta: estimate?.mean ?? null,
    standardError: estimate?.standardError ?? null,
    ci95: low === null || high === null ? null : [low, high],
    floor: row.verdict.floor,
    pRegressed: judgement.pRegressed,
    pImproved: judgement.pImproved,
    pEquivalent: judgement.pEquivalent,
    detectable: detectable(estimate, row.verdict.floor),
    ...{ rounds: values.rounds.length, look },
  };
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

/** The arithmetic of one verdict, line by line. */
export function explainLines(
  rows: readonly MeasureRow[],
  row: MeasureRow,
  rule: JudgeRule,
): string[] {
  const judged = judgeRows(rows, rule);
  const own = judged.find((other) => other.row === row);
  if (own === undefined) return [`${row.id}: ${row.status}: ${row.note ?? "not judged by time"}`];
  const { judgement } = own;
  const { rounds, confirmRounds } = ratiosOf(row);
  const floor = row.verdict.floor;
  const lines = [
    `${row.id}: ${row.verdict.state}${row.verdict.note === null ? "" : ` (${row.verdict.note})`}`,
    `blocks of ${row.blockCalls} calls; a quad's d = (ln B + ln B - ln A - ln A) / 2; a round's D = median d`,
    ...row.rounds.map(
      (round, index) =>
        `round ${index + 1}${round.confirms ? " (confirms)" : ""}: ${round.quads.length} quads, ` +
        `D = ${digits(roundLogRatio(round))} = ${percent(roundLogRatio(round))}`,
    ),
    `floor ${percent(Math.log1p(floor))}: ln(1 + floor) = ${digits(Math.log1p(floor))}`,
  ];
  const first =
    judgement.pRegressed === null ? null : rounds.slice(0, rule.looks[judgement.look - 1]);
  if (first === null) return [...lines, `${rounds.length} rounds, ${rule.looks[0]} needed`];
  const { mean, stddev, ci95 } = meanInterval(first);
  const error = (stddev ?? 0) / Math.sqrt(first.length);
  lines.push(
    `look ${judgement.look} of ${rule.looks.length}: K = ${first.length}, Delta = ${digits(mean)}, ` +
      `s = ${digits(stddev ?? 0)}, SE = s / sqrt(K) = ${digits(error)}`,
    `95 % interval ${percent(ci95[0] ?? 0)} to ${percent(ci95[1] ?? 0)}`,
    `p regressed = P(T >= (Delta - ln(1 + floor)) / SE) = ${digits(judgement.pRegressed!)}; ` +
      `p improved = ${digits(judgement.pImproved!)}; p equivalent = ${digits(judgement.pEquivalent!)}`,
    `Benjamini-Hochberg over ${judged.length} rows at ${RATE} / ${rule.looks.length} looks`,
    `Hodges-Lehmann ${percent(judgement.hodgesLehmann ?? 0)}, ` +
      `sign flips p = ${judgement.signFlip === null ? "not asked for" : digits(judgement.signFlip)}`,
  );
  if (confirmRounds.length > 1) {
    const { mean: again, stddev: spread } = meanInterval(confirmRounds);
    const count = confirmRounds.length;
    const estimate = { mean: again, standardError: (spread ?? 0) / Math.sqrt(count), count };
    lines.push(
      `confirmation: Delta = ${digits(again)}, needs ${digits(Math.log1p(floor) / 2)}; ` +
        `95 % lower bound ${digits(confirmLow(estimate))}, needs more than 0`,
    );
  }
  return lines;
}

function digits(value: number): string {
  return value.toPrecision(4);
}

export function percent(logRatio: number): string {
  const change = 100 * Math.expm1(logRatio);
  return `${change < 0 ? "" : "+"}${change.toFixed(2)} %`;
}
