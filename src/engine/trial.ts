/**
 * One trial, as each of its workers plays it. A trial is a pure function of (plan, network, seed): the
 * clock that is passed in only times it.
 */
import type { Backend } from "../kernels/backend.js";
import type { Protocol } from "../protocols/protocol.js";
import { playBits } from "./bit-rounds.js";
import { playTicks } from "./ticks.js";
import { TrialRun, type TrialResult, type TrialTask } from "./trial-run.js";

/** Plays one worker's part; worker 0's result is the trial's. The network stands in memory already. */
export function playTrial(
  task: TrialTask,
  protocol: Protocol,
  backend: Backend,
  memory: WebAssembly.Memory,
): TrialResult {
  const run = new TrialRun(task, backend, memory);
  if (task.plan.path === "mailbox") {
    return playTicks(run, backend.steps(protocol.symbol), protocol.measures);
  }
  return playBits(run, protocol.bitRounds ?? { push: false, pull: false });
}
