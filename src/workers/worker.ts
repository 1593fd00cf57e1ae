/**
 * Thread entry: plays one worker's part of one trial.
 * HEARSAY_FAULT=exit:WORKER:MS makes that worker die so many ms into its trial, for the fault tests.
 */
import { performance } from "node:perf_hooks";
import { playTrial } from "../engine/trial.js";
import type { TrialResult } from "../engine/trial-run.js";
import { TrialFailure } from "../errors.js";
import { tsBackend } from "../kernels/ts.js";
import { wasmBackend } from "../kernels/wasm.js";
import { findProtocol } from "../protocols/registry.js";
import type { TrialJob, TrialOutcome } from "./jobs.js";

/** Plays the job; errors come back as data. */
export async function work(job: TrialJob): Promise<TrialOutcome> {
  try {
    return { result: await play(job) };
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    return { failure: { name, message } };
  }
}

async function play(job: TrialJob): Promise<TrialResult> {
  const protocol = findProtocol(job.plan.protocolId);
  if (protocol === undefined) throw new TrialFailure(`unknown protocol ${job.plan.protocolId}`);
  const backend =
    job.backend === "wasm" ? wasmBackend(job.module, job.memory) : await tsBackend(job.memory);
  const { plan, seed, origin, reachable, worker, digestEachRound } = job;
  const now = faultyClock(worker) ?? (() => performance.now());
  const task = { plan, seed, origin, reachable, worker, digestEachRound, now };
  return playTrial(task, protocol, backend, job.memory);
}

/** A clock whose second reading never returns: the thread ends as a crash would end it. */
function faultyClock(worker: number): (() => number) | undefined {
  const [kind, victim] = (process.env.HEARSAY_FAULT ?? "").split(":");
  if (kind !== "exit" || Number(victim) !== worker) return undefined;
  return () => process.exit(134);
}
