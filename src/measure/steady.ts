/** Warm-up until times stay, and what kind of warm-up it was (classes of Barrett and others 2017). */
import type { WarmUp } from "../history/measure-record.js";
import { median } from "../statistics/quantile.js";
import { mannKendall } from "../statistics/rank-tests.js";

const BLOCKS_MIN = 10;
const BLOCKS_MAX = 200;
const MS_MIN = 300;
const MS_MAX = 5000;
/** Halves of this many blocks each are compared. */
const WINDOW = 8;
const CHANGE_MAX = 0.005;
const TREND_P_MIN = 0.1;

/** @param block runs a block and tells nanoseconds of one call */
export function warmUp(block: () => number): WarmUp {
  const ns: number[] = [];
  const start = performance.now();
  for (;;) {
    ns.push(block());
    const ms = performance.now() - start;
    if (ns.length >= BLOCKS_MIN && ms >= MS_MIN && isSteady(ns)) return { state: kindOf(ns), ns };
    if (ns.length >= BLOCKS_MAX || ms >= MS_MAX) return { state: "no-steady-state", ns };
  }
}

/** true: the last 16 times have no trend, and their halves agree within 0.5 % or their error. */
export function isSteady(ns: readonly number[]): boolean {
  if (ns.length < 2 * WINDOW) return false;
  const logs = ns.slice(-2 * WINDOW).map(Math.log);
  const before = logs.slice(0, WINDOW);
  const after = logs.slice(WINDOW);
  const error = Math.sqrt((medianVariance(before) + medianVariance(after)) / WINDOW);
  const change = Math.abs(median(after) - median(before));
  return change < Math.max(CHANGE_MAX, error) && mannKendall(logs).p > TREND_P_MIN;
}

/** Variance of one value as the median's error needs it: pi / 2 times that by the median deviation. */
function medianVariance(values: readonly number[]): number {
  const centre = median(values);
  const sd = 1.4826 * median(values.map((value) => Math.abs(value - centre)));
  return (Math.PI / 2) * sd ** 2;
}

/** Compares the first blocks with the last: within 2 % they are flat. */
export function kindOf(ns: readonly number[]): WarmUp["state"] {
  const change = Math.log(median(ns.slice(-WINDOW)) / median(ns.slice(0, 3)));
  if (Math.abs(change) < 0.02) return "flat";
  return change < 0 ? "warm-up" : "slowdown";
}
