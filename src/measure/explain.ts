/** The arithmetic of one verdict in text: times, evidence, noise, tests. All from the record alone. */
import type { MeasureRow } from "../history/measure-record.js";
import type { ArmTiers } from "../history/round-evidence.js";
import { meanInterval } from "../statistics/interval.js";
import { confirmLow, detectable, RATE, type JudgeRule } from "./judge.js";
import { roundLogRatio } from "../statistics/quads.js";
import { armTime, varianceSplit } from "./variance.js";
import { judgeRows, percent, ratiosOf } from "./verdicts.js";

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
        `D = ${digits(roundLogRatio(round))} = ${percent(roundLogRatio(round))}; ` +
        `warm-up ${round.warmUp.base.state}, ${round.warmUp.head.state}`,
    ),
    ...evidenceLines(row),
    ...noiseLines(row, rule.seed),
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
    `95 % interval ${percent(ci95[0] ?? 0)} to ${percent(ci95[1] ?? 0)}; ` +
      `finds ${(100 * (detectable(judgement.estimate, floor) ?? NaN)).toFixed(2)} % with 80 % power`,
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

/** What the rounds tell about their own soundness. */
function evidenceLines(row: MeasureRow): string[] {
  const evidence = row.rounds.flatMap((round) => round.evidence ?? []);
  const lines: string[] = [];
  if (evidence.length > 0) {
    const sum = (of: (one: (typeof evidence)[number]) => number): number =>
      evidence.reduce((total, one) => total + of(one), 0);
    const major = (side: "base" | "head"): number =>
      sum(({ collections }) => collections[side].majorBlocks.length);
    const ms = sum(({ collections: { base, head } }) => base.ms + head.ms);
    lines.push(
      `order: ${sum(({ order }) => order.blocks)} blocks, ` +
        `${sum(({ order }) => order.overlaps)} began before the one before had ended`,
      `collections in blocks: ${ms.toFixed(1)} ms; blocks with a full one: ` +
        `${major("base")} of the base, ${major("head")} of the head`,
    );
  }
  const { allocated, tiers } = row.evidence ?? {};
  if (allocated !== undefined && allocated !== null) {
    const bytes = [allocated.base, allocated.head].map((value) => Math.round(value)).join(" and ");
    lines.push(`allocated a call: ${bytes} bytes (base, head)`);
  }
  for (const side of ["base", "head"] as const) {
    const found = tiers?.[side];
    if (found !== undefined && found !== null) lines.push(`tiers, ${side}: ${tierText(found)}`);
  }
  if (row.halving !== null && row.overhead !== null) {
    lines.push(
      `half a block takes ${digits(row.halving)} of a block; ` +
        `the empty loop ${(100 * row.overhead).toFixed(3)} % of it`,
    );
  }
  return lines;
}

function tierText({ run, loop, exports, deopts, blocks }: ArmTiers): string {
  const told = (value: boolean | "unknown"): string =>
    value === "unknown" ? "unknown" : value ? "top" : "below";
  return [
    `function ${told(run)}, loop ${told(loop)}`,
    ...(exports === null ? [] : [`WASM exports ${exports.top} of ${exports.all} at the top`]),
    `${deopts} deopts, still after ${blocks} blocks`,
  ].join(", ");
}

/** What each arm took, where the noise comes from, and what to change about it. */
function noiseLines(row: MeasureRow, seed: number): string[] {
  const rounds = row.rounds.filter(({ confirms }) => !confirms);
  if (rounds.length < 2) return [];
  const time = (side: "A" | "B"): string => {
    const { ns, ci95 } = armTime(row, side, seed);
    return `${digits(ns)} ns${ci95 === null ? "" : ` (${digits(ci95[0])} to ${digits(ci95[1])})`}`;
  };
  const { within, between, bestQuads } = varianceSplit(rounds, row.blockCalls);
  const sd = (variance: number): string => `${(100 * Math.sqrt(variance)).toFixed(2)} %`;
  const advice =
    bestQuads === null
      ? "rounds differ by no more than that"
      : `best at ${bestQuads} quads a round`;
  return [
    `a call: base ${time("A")}, head ${time("B")}; median of rounds, BCa bootstrap`,
    `noise of a round: ${sd(within)} by its quads, ${sd(between)} besides: ${advice}`,
  ];
}
