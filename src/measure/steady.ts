/** Warm-up until times stay, and what kind of warm-up it was (classes of Barrett and others 2017). */
import type { WarmUp } from "../history/measure-record.js";
import { median, medianError } from "../statistics/quantile.js";
import { mannKendall } from "../statistics/rank-tests.js";
import type { WarmUpPlan } from "./messages.js";

/** Past one of these a warm-up that does not settle ends all the same: more of it would tell nothing new. */
const BLOCKS_MAX = 200;
const MS_MAX = 1000;
/** Past this one ends even if it has not had its least. */
const MS_LIMIT = 5000;
/** Halves of this many blocks each are compared. */
const WINDOW = 8;
const CHANGE_MAX = 0.005;
const TREND_P_MIN = 0.1;

/** @param block runs a block and tells nanoseconds of one call */
export function warmUp(block: () => number, { msMin, blocksMin }: WarmUpPlan): WarmUp {
  const ns: number[] = [];
  const start = performance.now();
  for (;;) {
    ns.push(block());
    const ms = performance.now() - start;
    const isLong = ns.length >= blocksMin && ms >= msMin;
    if (isLong && isSteady(ns)) return { state: kindOf(ns), ns };
    const isOver = ms >= MS_LIMIT || (isLong && (ns.length >= BLOCKS_MAX || ms >= MS_MAX));
    if (isOver) return { state: "no-steady-state", ns };
  }
}

/** true: the last 16 times have no trend, and their halves agree within 0.5 % or their error. */
export function isSteady(ns: readonly number[]): boolean {
  if (ns.length < 2 * WINDOW) return false;
  const logs = ns.slice(-2 * WINDOW).map(Math.log);
  const before = logs.slice(0, WINDOW);
  const after = logs.slice(WINDOW);
  const error = Math.hypot(medianError(before), medianError(after));
  const change = Math.abs(median(after) - median(before));
  return change < Math.max(CHANGE_MAX, error) && mannKendall(logs).p > TREND_P_MIN;
}

/** Compares the first blocks with the last: within 2 % they are flat. */
export function kindOf(ns: readonly number[]): WarmUp["state"] {
  const change = Math.log(median(ns.slice(-WINDOW)) / median(ns.slice(0, 3)));
  if (Math.abs(change) < 0.02) return "flat";
  return change < 0 ? "warm-up" : "slowdown";
}
