/** Plays trials of one scenario on one memory: plan, allocate, write the network, run, watch. */
import { PROGRESS_INFORMED, PROGRESS_ROUND } from "../engine/barrier.js";
import { writeNetwork } from "../engine/network-memory.js";
import { drawOrigin } from "../engine/origin.js";
import { planTrial, type TrialPlan } from "../engine/plan.js";
import type { TrialResult } from "../engine/trial-run.js";
import { createMemory } from "../memory/memory.js";
import type { WorkerPool } from "../workers/pool.js";
import type { BackendName, Scenario } from "./types.js";

/** Progress is read from shared memory this often. */
const WATCH_MS = 100;

export class TrialPlayer {
  readonly plan: TrialPlan;
  readonly memory: WebAssembly.Memory;
  readonly #scenario: Scenario;
  readonly #pool: WorkerPool;
  readonly #module: WebAssembly.Module;

  /** @throws InputError when the trial would not fit, before anything is allocated. */
  constructor(
    scenario: Scenario,
    pool: WorkerPool,
    module: WebAssembly.Module,
    options: { readonly workers: number; readonly observe: boolean },
  ) {
    this.plan = planTrial({ ...scenario, ...options });
    this.memory = createMemory(this.plan.memoryBytes);
    this.#scenario = scenario;
    this.#pool = pool;
    this.#module = module;
    writeNetwork(this.plan, scenario.network, this.memory);
  }

  /** @param watch called with (rounds or periods, share informed) while the trial runs */
  async play(
    backend: BackendName,
    seed: number,
    watch: (round: number, coverage: number) => void,
    signal?: AbortSignal,
  ): Promise<TrialResult> {
    const { plan, memory } = this;
    const controlAt = plan.fields.control?.at ?? 0;
    const cells = new Float64Array(memory.buffer, controlAt, 4);
    const unit = plan.clock.kind === "event" ? plan.clock.periodTicks : 1;
    const show = (): void => {
      watch((cells[PROGRESS_ROUND] ?? 0) / unit, (cells[PROGRESS_INFORMED] ?? 0) / plan.nodes);
    };
    const timer = setInterval(show, WATCH_MS);
    try {
      const { origin, reachable } = drawOrigin(this.#scenario.network, seed);
      const module = this.#module;
      const job = {
        backend,
        plan,
        memory,
        module,
        seed,
        origin,
        reachable,
        digestEachRound: false,
      };
      return await this.#pool.play(job, signal);
    } finally {
      clearInterval(timer);
      show();
    }
  }

  /** A protocol field as it stands after the trial. */
  field(name: string): Uint32Array | Uint16Array {
    const placed = this.plan.fields[name];
    if (placed === undefined) throw new Error(`hearsay bug: no field ${name}`);
    const { buffer } = this.memory;
    return placed.type === "u16"
      ? new Uint16Array(buffer, placed.at, placed.count)
      : new Uint32Array(buffer, placed.at, placed.count);
  }
}
