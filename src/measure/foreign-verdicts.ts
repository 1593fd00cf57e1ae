/**
 * Two results of other tools side by side. Each was measured by itself, so the change holds what the machine did in
 * between: every row is advisory, whatever its interval says.
 */
import type { ForeignBench, ForeignRun } from "../history/foreign/bench.js";
import { ratioOfMeans } from "../statistics/interval.js";

export interface ForeignRow {
  readonly id: string;
  readonly base: ForeignBench | null;
  readonly head: ForeignBench | null;
  /** ln(head / base) of the means, and its 95 % interval by Welch; null where a side is missing or has one sample. */
  readonly delta: number | null;
  readonly ci95: readonly [number, number] | null;
  readonly state: "advisory";
  /** What the interval says against the floor; "within": surely not beyond it. */
  readonly reading: "slower" | "faster" | "within" | "undecided" | "only base" | "only head";
  readonly note: "low quality: order lost";
}

/** @param floor 0.02: changes up to 2 % do not count */
export function compareForeign(base: ForeignRun, head: ForeignRun, floor: number): ForeignRow[] {
  const bases = new Map(base.benches.map((bench) => [bench.id, bench]));
  const heads = new Map(head.benches.map((bench) => [bench.id, bench]));
  return [...new Set([...bases.keys(), ...heads.keys()])].map((id) =>
    rowOf(id, bases.get(id) ?? null, heads.get(id) ?? null, floor),
  );
}

function rowOf(
  id: string,
  base: ForeignBench | null,
  head: ForeignBench | null,
  floor: number,
): ForeignRow {
  const shared = { id, base, head, state: "advisory", note: "low quality: order lost" } as const;
  if (base === null || head === null) {
    const reading = base === null ? "only head" : "only base";
    return { ...shared, delta: null, ci95: null, reading };
  }
  const { ratio, ci95 } = ratioOfMeans(figuresOf(head), figuresOf(base));
  const delta = Math.log(ratio);
  const [low, high] = ci95;
  if (low === null || high === null) return { ...shared, delta, ci95: null, reading: "undecided" };
  const margin = 1 + floor;
  const reading =
    low > margin
      ? "slower"
      : high < 1 / margin
        ? "faster"
        : low > 1 / margin && high < margin
          ? "within"
          : "undecided";
  return { ...shared, delta, ci95: [Math.log(low), Math.log(high)], reading };
}

function figuresOf({ count, meanNs, stddevNs }: ForeignBench) {
  return { count, mean: meanNs, stddev: stddevNs };
}
