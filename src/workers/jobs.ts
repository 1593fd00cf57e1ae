/** What crosses threads: plain data, shared memory and the compiled module; never a function. */
import type { TrialPlan } from "../engine/plan.js";
import type { TrialResult } from "../engine/trial-run.js";

export interface TrialJob {
  readonly backend: "wasm" | "ts";
  readonly plan: TrialPlan;
  readonly memory: WebAssembly.Memory;
  readonly module: WebAssembly.Module;
  readonly seed: number;
  readonly origin: number;
  readonly reachable: number;
  readonly worker: number;
  readonly digestEachRound: boolean;
}

/** A thrown error's class does not survive the way between threads, so failures travel as data. */
export type TrialOutcome =
  | { readonly result: TrialResult }
  | { readonly failure: { readonly name: string; readonly message: string } };
