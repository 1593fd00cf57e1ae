/**
 * The rule on drawn rounds: how often it calls one of 50 unchanged rows regressed, and how often it finds a
 * slowdown in one of them. The naive gate beside it takes a t test of the first ten rounds of each row.
 */
import { normalQuantile } from "../statistics/distributions.js";
import { meanEstimate, pAbove } from "../statistics/margin.js";
import { CONFIRM_ROUNDS, judge } from "./judge.js";
import { childSeed, uniform } from "./random.js";

const FLOOR = 0.02;
const LOOKS = [8, 14, 20];
const NAIVE_ROUNDS = 10;

export interface Noise {
  /** Standard deviation of a round's log ratio. */
  readonly sd: number;
  /** Share of rounds that are five times noisier. */
  readonly noisyShare: number;
  /** Standard deviation of a bias that a row keeps through the run. */
  readonly biasSd: number;
}

export interface SimulationCell {
  readonly falseRed: number;
  readonly falseRedNaive: number;
  readonly found: number;
}

/** Shares of `runs` runs with `rows` rows; `change` slows the first row (0.05 is 5 %). */
export function simulate(
  noise: Noise,
  { runs, rows, change, seed }: Record<"runs" | "rows" | "change" | "seed", number>,
): SimulationCell {
  const counts = { falseRed: 0, falseRedNaive: 0, found: 0 };
  for (let run = 0; run < runs; run++) {
    const random = uniform(childSeed(seed, `run ${run}`));
    const evidence = Array.from({ length: rows }, (_, row) => {
      const centre = (row === 0 ? Math.log1p(change) : 0) + noise.biasSd * normal(random);
      const draw = (): number => {
        const isNoisy = random() < noise.noisyShare;
        return centre + noise.sd * (isNoisy ? 5 : 1) * normal(random);
      };
      return {
        id: `row ${row}`,
        rounds: Array.from({ length: LOOKS.at(-1)! }, draw),
        confirmRounds: Array.from({ length: CONFIRM_ROUNDS }, draw),
        floor: FLOOR,
      };
    });
    const red = judge(evidence, { looks: LOOKS, seed }).map(({ state }) => state === "regressed");
    const naive = evidence.map(({ rounds }) => isRedNaively(rounds));
    const first = change > 0 ? 1 : 0;
    if (red.slice(first).some(Boolean)) counts.falseRed++;
    if (naive.slice(first).some(Boolean)) counts.falseRedNaive++;
    if (red[0]) counts.found++;
  }
  const share = (count: number): number => count / runs;
  return {
    falseRed: share(counts.falseRed),
    falseRedNaive: share(counts.falseRedNaive),
    found: share(counts.found),
  };
}

function isRedNaively(rounds: readonly number[]): boolean {
  const estimate = meanEstimate(rounds.slice(0, NAIVE_ROUNDS));
  const p = 2 * Math.min(pAbove(estimate, 0), 1 - pAbove(estimate, 0));
  return p < 0.05 && estimate.mean > Math.log1p(FLOOR);
}

function normal(random: () => number): number {
  return normalQuantile(Math.max(random(), 2 ** -33));
}
