/**
 * The rule that turns log ratios of rounds into states. It replays the looks from the rounds alone, so that
 * a live run, `explain` and the simulation of the rule are one function.
 */
import { studentTQuantile } from "../statistics/distributions.js";
import {
  benjaminiHochberg,
  detectableMean,
  meanEstimate,
  pAbove,
  pBelow,
  pWithin,
  type MeanEstimate,
} from "../statistics/margin.js";
import { hodgesLehmann, signFlipP } from "../statistics/rank-tests.js";
import { childSeed, uniform } from "./random.js";

/** False discovery rate over all rows and looks; each look has an equal part of it. */
export const RATE = 0.05;
/** Rows whose own noise asks for a higher floor are shown, not judged. */
export const FLOOR_MAX = 0.1;
/** Rounds of a confirmation, with fresh processes and another seed. */
export const CONFIRM_ROUNDS = 8;

export interface Evidence {
  readonly id: string;
  /** ln(head / base), one value a round, in time order. */
  readonly rounds: readonly number[];
  /** Of the confirmation; empty where none was made. */
  readonly confirmRounds: readonly number[];
  /** 0.02: changes up to 2 % do not count. */
  readonly floor: number;
}

export interface JudgeRule {
  /** Rounds after which is judged, ascending. */
  readonly looks: readonly number[];
  /** Draws sampled sign flips. */
  readonly seed: number;
}

export interface Judgement {
  readonly state: "regressed" | "improved" | "equivalent" | "inconclusive" | "advisory";
  readonly note: string | null;
  /** The look it was decided at, from 1; 0 before the first. */
  readonly look: number;
  readonly estimate: MeanEstimate | null;
  readonly pRegressed: number | null;
  readonly pImproved: number | null;
  readonly pEquivalent: number | null;
  readonly hodgesLehmann: number | null;
  /** Of the sign flips that a change has to pass; null where it was not asked for. */
  readonly signFlip: number | null;
  /** true: more rounds may decide it. */
  readonly isOpen: boolean;
  /** true: regressed but for a confirmation that was not made yet. */
  readonly awaits: boolean;
}

/** Judges all rows of a run together: one family for Benjamini-Hochberg. */
export function judge(rows: readonly Evidence[], rule: JudgeRule): Judgement[] {
  let judgements: Judgement[] = rows.map(untried);
  for (const [index, count] of rule.looks.entries()) {
    judgements = look(rows, judgements, { ...rule, number: index + 1, count });
  }
  return judgements.map((judgement, index) => confirmed(judgement, rows[index]!));
}

interface Look extends JudgeRule {
  readonly number: number;
  readonly count: number;
}

/** Decided rows stay as they are; their p-values stay in the family. */
function look(
  rows: readonly Evidence[],
  before: readonly Judgement[],
  { looks, number, count, seed }: Look,
): Judgement[] {
  const estimates = rows.map(({ rounds }, index) => {
    if (!before[index]!.isOpen) return before[index]!.estimate;
    return rounds.length < count ? null : meanEstimate(rounds.slice(0, count));
  });
  const tails = estimates.map((estimate, index) => {
    if (estimate === null) return { regressed: 1, improved: 1, equivalent: 1 };
    const margin = Math.log1p(rows[index]!.floor);
    return {
      regressed: pAbove(estimate, margin),
      improved: pBelow(estimate, -margin),
      equivalent: pWithin(estimate, margin),
    };
  });
  const gated = rows.flatMap(({ floor }, index) => (floor <= FLOOR_MAX ? [index] : []));
  const passing = (tail: "regressed" | "improved"): Set<number> => {
    const family = gated.map((index) => tails[index]![tail]);
    const flags = benjaminiHochberg(family, RATE / looks.length);
    return new Set(gated.filter((_, place) => flags[place]));
  };
  const slower = passing("regressed");
  const faster = passing("improved");
  return rows.map((row, index) => {
    const estimate = estimates[index]!;
    if (!before[index]!.isOpen || estimate === null) return before[index]!;
    const p = tails[index]!;
    const values = row.rounds.slice(0, count);
    const shift = hodgesLehmann(values);
    const sign = slower.has(index) ? 1 : faster.has(index) ? -1 : 0;
    const margin = Math.log1p(row.floor);
    const random = uniform(childSeed(seed, `${row.id} ${number}`));
    const flip =
      sign === 0
        ? null
        : signFlipP(
            values.map((value) => sign * value - margin),
            random,
          );
    const isSound = flip !== null && flip <= 0.05 && sign * shift > margin;
    const state = stateOf(row, sign, isSound, p.equivalent);
    return {
      state,
      note: sign !== 0 && !isSound ? "a few rounds make the change: sign flips disagree" : null,
      look: number,
      estimate,
      pRegressed: p.regressed,
      pImproved: p.improved,
      pEquivalent: p.equivalent,
      hodgesLehmann: shift,
      signFlip: flip,
      isOpen: state === "inconclusive" && number < looks.length,
      awaits: false,
    };
  });
}

function stateOf(
  { floor }: Evidence,
  sign: number,
  isSound: boolean,
  pEquivalent: number,
): Judgement["state"] {
  if (floor > FLOOR_MAX) return "advisory";
  if (isSound) return sign > 0 ? "regressed" : "improved";
  return sign === 0 && pEquivalent <= 0.05 ? "equivalent" : "inconclusive";
}

/** A regression stands when new rounds find at least half of the floor and are surely above zero. */
function confirmed(judgement: Judgement, { confirmRounds, floor }: Evidence): Judgement {
  if (judgement.state !== "regressed") return judgement;
  if (confirmRounds.length < CONFIRM_ROUNDS) {
    return { ...judgement, state: "inconclusive", note: "slower, not confirmed", awaits: true };
  }
  const estimate = meanEstimate(confirmRounds);
  const low = confirmLow(estimate);
  const holds = low > 0 && estimate.mean >= Math.log1p(floor) / 2;
  // The estimate of the confirmation is reported: that of the first finding is biased upwards.
  if (holds) return { ...judgement, estimate };
  return { ...judgement, state: "inconclusive", note: "slower at first, not when confirmed" };
}

/** One-sided 95 % lower bound. */
export function confirmLow({ mean, standardError, count }: MeanEstimate): number {
  return mean - studentTQuantile(0.95, count - 1) * standardError;
}

/** Smallest ratio less 1 that is found with 80 % power; null before the first look. */
export function detectable(estimate: MeanEstimate | null, floor: number): number | null {
  if (estimate === null) return null;
  return Math.expm1(detectableMean(estimate, Math.log1p(floor), { alpha: 0.05, power: 0.8 }));
}

function untried({ rounds, floor }: Evidence): Judgement {
  return {
    state: floor > FLOOR_MAX ? "advisory" : "inconclusive",
    note: `${rounds.length} rounds are too few`,
    look: 0,
    ...{ estimate: null, pRegressed: null, pImproved: null, pEquivalent: null },
    ...{ hodgesLehmann: null, signFlip: null, isOpen: true, awaits: false },
  };
}
