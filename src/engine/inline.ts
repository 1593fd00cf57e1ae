/** Plays trials in the caller's own thread: one worker, either backend, no pool. */
import type { Backend } from "../kernels/backend.js";
import { resetControl } from "./barrier.js";
import { drawOrigin } from "./origin.js";
import type { TrialPlan } from "./plan.js";
import type { TrialSettings } from "./settings.js";
import { playTrial } from "./trial.js";
import type { TrialResult, TrialTask } from "./trial-run.js";

/** A trial's memory, laid out by the plan, with the network written into it. */
export interface Stage {
  readonly settings: TrialSettings;
  readonly plan: TrialPlan;
  readonly backend: Backend;
  readonly memory: WebAssembly.Memory;
}

/** @param other what is not to be as a pool's worker has it: the origin, the clock, the digests */
export function playInline(
  { settings, plan, backend, memory }: Stage,
  seed: number,
  other: Partial<Omit<TrialTask, "plan" | "seed" | "worker">> = {},
): TrialResult {
  resetControl(memory.buffer, plan.fields.control!.at);
  const task: TrialTask = {
    plan,
    seed,
    worker: 0,
    digestEachRound: false,
    now: () => 0,
    ...drawOrigin(settings.network, seed),
    ...other,
  };
  return playTrial(task, settings.protocol, backend, memory);
}
