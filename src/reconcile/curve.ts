/** What each method costs against the number of differences: the rows that reports draw. */
import { checkNumber } from "../check.js";
import type { BackendName } from "../kernels/backend.js";
import { workspace } from "../kernels/workspace.js";
import { bigintOf } from "./message.js";
import {
  reconcile,
  RECONCILE_METHODS,
  type ReconcileMethod,
  type ReconcileSettings,
} from "./reconcile.js";

export interface ReconcileCurveOptions {
  /** Ids of each side, 1 .. 2^24. */
  readonly items: number;
  /** Ids that only one side has, both sides together: 0 .. 2 * items. */
  readonly differences: readonly number[];
  /** Default: all. */
  readonly methods?: readonly ReconcileMethod[];
  /** Draws the ids; default 1. */
  readonly seed?: number;
  /** For all methods; see ReconcileSettings. */
  readonly settings?: ReconcileSettings;
  /** Default wasm. */
  readonly backend?: BackendName;
}

export interface ReconcileCurveRow {
  readonly method: ReconcileMethod;
  readonly items: number;
  readonly differences: number;
  readonly bytes: number;
  readonly messages: number;
  readonly roundTrips: number;
  /** Whether the method gave up and sent all ids. */
  readonly fellBack: boolean;
}

/** Reconciles sets of `items` random ids, by every method and number of differences. */
export function reconcileCurve(options: ReconcileCurveOptions): ReconcileCurveRow[] {
  const { items, differences, methods = RECONCILE_METHODS, seed = 1, backend = "wasm" } = options;
  checkNumber("items", items, { min: 1, max: 2 ** 24, integer: true });
  checkNumber("seed", seed, { min: 0, max: 2 ** 32 - 1, integer: true });
  return differences.flatMap((wanted) => {
    checkNumber("differences", wanted, { min: 0, max: 2 * items, integer: true });
    const [a, b] = differingSets(items, wanted, seed);
    return methods.map((method) => {
      const found = reconcile(a, b, { ...options.settings, method, backend });
      const { bytes, messages, roundTrips, fellBack } = found;
      return { method, items, differences: wanted, bytes, messages, roundTrips, fellBack };
    });
  });
}

/** Two sets of `items` random ids; `b` has one more where `differences` is odd. */
export function differingSets(
  items: number,
  differences: number,
  seed: number,
): [a: BigUint64Array, b: BigUint64Array] {
  const { kernels } = workspace("wasm");
  const extra = Math.floor(differences / 2);
  const ids = BigUint64Array.from({ length: items + differences - extra }, (_, i) =>
    // XXH64 of a word is a permutation: no id comes twice.
    bigintOf(kernels.xxh64Of8(i, 0, seed, 0), kernels.xxh64High()),
  );
  // a: the first `items`; b: all but the first `extra`.
  return [ids.subarray(0, items), ids.subarray(extra)];
}
