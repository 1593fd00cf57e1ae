/**
 * The pool of threads: a thin wrapper over piscina. A trial over several workers is a gang of tasks
 * that meet at barriers, so the pool holds one thread per worker.
 */
import { Piscina } from "piscina";
import { artifact } from "../artifacts.js";
import { TrialAborted, abortTrial, resetControl } from "../engine/barrier.js";
import type { TrialResult } from "../engine/trial-run.js";
import { TrialFailure } from "../errors.js";
import type { TrialJob, TrialOutcome } from "./jobs.js";

/** How long the rest of a gang may take to notice that a member died. */
const ABORT_GRACE_MS = 500;

export class WorkerPool {
  readonly #pool: Piscina;

  constructor(threads: number) {
    this.#pool = new Piscina({
      filename: artifact("workers", "worker.js"),
      minThreads: threads,
      maxThreads: threads,
      idleTimeout: Infinity,
    });
  }

  /**
   * Plays one trial over `plan.workers` threads; they share the job's memory.
   * @throws TrialFailure within a second when a worker dies; the signal's reason when it aborts.
   */
  async play(job: Omit<TrialJob, "worker">, signal?: AbortSignal): Promise<TrialResult> {
    const { plan, memory } = job;
    const controlAt = plan.fields.control?.at ?? 0;
    resetControl(memory.buffer, controlAt);
    const abort = (): void => {
      abortTrial(memory.buffer, controlAt);
    };
    signal?.addEventListener("abort", abort, { once: true });
    const tasks = Array.from({ length: plan.workers }, async (_, worker) => {
      try {
        const task: TrialJob = { ...job, worker };
        return opened((await this.#pool.run(task, { name: "work" })) as TrialOutcome);
      } catch (error) {
        abort();
        throw error;
      }
    });
    try {
      return await this.#lead(tasks);
    } finally {
      signal?.removeEventListener("abort", abort);
    }
  }

  async close(): Promise<void> {
    await this.#pool.destroy();
  }

  /** Waits for all tasks; after the first failure the others get a grace, then they are left behind. */
  async #lead(tasks: readonly Promise<TrialResult>[]): Promise<TrialResult> {
    const settled = Promise.allSettled(tasks);
    try {
      const [first] = await Promise.all(tasks);
      if (first === undefined) throw new TrialFailure("a trial needs at least one worker");
      return first;
    } catch (error) {
      await Promise.race([settled, new Promise((resolve) => setTimeout(resolve, ABORT_GRACE_MS))]);
      throw asFailure(await rootCause(tasks, error));
    }
  }
}

/** Members that were only told to stop are not the cause; the one that died is. */
async function rootCause(tasks: readonly Promise<TrialResult>[], first: unknown): Promise<unknown> {
  const pending = Symbol("pending");
  for (const task of tasks) {
    const outcome = await Promise.race([
      task.then(
        () => pending,
        (error: unknown) => error,
      ),
      Promise.resolve(pending),
    ]);
    if (outcome !== pending && !(outcome instanceof TrialAborted)) return outcome;
  }
  return first;
}

function opened(outcome: TrialOutcome): TrialResult {
  if ("result" in outcome) return outcome.result;
  const { name, message } = outcome.failure;
  if (name === "TrialAborted") throw new TrialAborted();
  throw new TrialFailure(message);
}

function asFailure(error: unknown): Error {
  if (error instanceof TrialAborted || error instanceof TrialFailure) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new TrialFailure(`a worker died during the trial: ${message}`);
}
