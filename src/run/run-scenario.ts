/**
 * Runs a scenario: trials on each backend, paired by seed and in alternating order, then one traced
 * trial; returns the record. Trials of both backends on one seed must end in equal digests, and so
 * must the traced trial, although it plays every message where the timed ones may play bits.
 */
import { randomUUID } from "node:crypto";
import { availableParallelism } from "node:os";
import type { TrialResult } from "../engine/trial-run.js";
import { TrialFailure } from "../errors.js";
import { readEnvironment } from "../history/environment.js";
import {
  RECORD_SCHEMA,
  type Arm,
  type Observed,
  type RunRecord,
  type TrialRecord,
} from "../history/record.js";
import { compileWasm } from "../kernels/wasm.js";
import { summarize } from "../metrics/summary.js";
import { pairedRatio } from "../statistics/interval.js";
import { WorkerPool } from "../workers/pool.js";
import { observe, PICTURE_NODES_MAX } from "./observe.js";
import { trialRecord } from "./trial-record.js";
import { TrialPlayer } from "./trials.js";
import type { BackendName, RunHooks, Scenario } from "./types.js";

/** Populations up to this size get an untimed trial first, so that code is compiled when timing starts. */
const WARM_UP_NODES_MAX = 2_000_000;

/** Larger trials take turns, so that their memories need not stand side by side. */
const LANE_NODES_MAX = 10_000_000;

/** @throws InputError before anything runs when the scenario does not fit into memory. */
export async function runScenario(scenario: Scenario, hooks: RunHooks = {}): Promise<RunRecord> {
  const module = compileWasm();
  const lanes = lanesOf(scenario);
  const pool = new WorkerPool(scenario.workers * lanes);
  const session = new Session(scenario, hooks);
  try {
    const { workers } = scenario;
    const players = Array.from(
      { length: lanes },
      () => new TrialPlayer(scenario, pool, module, { workers, observe: false }),
    );
    const player = players[0]!;
    try {
      if (lanes === 1) await session.playAll(player);
      else await session.playApart(players);
      if (scenario.observe && !session.tracesTimedTrial(player)) {
        await session.trace(new TrialPlayer(scenario, pool, module, { workers, observe: true }));
      }
    } catch (error) {
      if (!isEarlyEnd(error)) throw error;
      session.endEarly(error as Error);
    }
    return session.record(player);
  } finally {
    await pool.close();
  }
}

/**
 * Trials that may run side by side, each on its own thread and memory. Only where nothing is compared:
 * beside a neighbour a trial is slower, so runs of both backends keep the machine to themselves.
 */
function lanesOf({ backends, workers, trials, nodes }: Scenario): number {
  if (backends.length > 1 || workers > 1 || nodes > LANE_NODES_MAX) return 1;
  return Math.min(trials, availableParallelism());
}

/** An abort or a dead worker ends the run early; what was finished is kept. */
function isEarlyEnd(error: unknown): boolean {
  return error instanceof Error && ["TrialAborted", "TrialFailure"].includes(error.name);
}

class Session {
  readonly #scenario: Scenario;
  readonly #hooks: RunHooks;
  readonly #trials: Record<BackendName, TrialRecord[]> = { wasm: [], ts: [] };
  #observed: Observed | null = null;
  #status: RunRecord["status"] = "complete";

  constructor(scenario: Scenario, hooks: RunHooks) {
    this.#scenario = scenario;
    this.#hooks = hooks;
  }

  async playAll(player: TrialPlayer): Promise<void> {
    const { trials, backends, seed, nodes } = this.#scenario;
    if (nodes <= WARM_UP_NODES_MAX && player.plan.path === "bits") {
      for (const backend of backends) await this.#play(player, backend, seed, 0);
    }
    for (let trial = 0; trial < trials; trial++) {
      // A B, B A, …: a drift of the machine's speed falls on both alike.
      const order = trial % 2 === 0 ? backends : backends.toReversed();
      for (const backend of order) {
        const result = await this.#play(player, backend, (seed + trial) >>> 0, trial);
        this.#trials[backend].push(trialRecord(this.#scenario, result));
        this.#traceHere(player, result);
      }
    }
  }

  /** Whole trials as tasks: each lane takes the next seed; results are kept in the order of seeds. */
  async playApart(players: readonly TrialPlayer[]): Promise<void> {
    const { trials, backends, seed } = this.#scenario;
    const backend = backends[0] ?? "wasm";
    const results: TrialRecord[] = [];
    let next = 0;
    const lane = async (player: TrialPlayer): Promise<void> => {
      while (next < trials) {
        const trial = next++;
        const result = await this.#play(player, backend, (seed + trial) >>> 0, trial);
        results[trial] = trialRecord(this.#scenario, result);
        this.#traceHere(player, result);
      }
    };
    try {
      const outcomes = await Promise.allSettled(players.map(lane));
      const failed = outcomes.find((outcome) => outcome.status === "rejected");
      if (failed !== undefined) throw failed.reason;
    } finally {
      this.#trials[backend] = results.filter((result) => result !== undefined);
    }
  }

  /**
   * false when a trial of its own tells more: bits know no hops, and who was down is kept only when asked
   * for. What spreads no rumor has no picture.
   */
  tracesTimedTrial({ plan }: TrialPlayer): boolean {
    const { network, nodes } = this.#scenario;
    if (plan.path === "bits") return false;
    const isPictured = plan.protocolFields.includes("since") && nodes <= PICTURE_NODES_MAX;
    return network.environment === undefined || !isPictured;
  }

  /** The general path traces every trial anyway: the first seed's state is read before it is reused. */
  #traceHere(player: TrialPlayer, result: TrialResult): void {
    const { observe: wanted, seed } = this.#scenario;
    if (!wanted || !this.tracesTimedTrial(player) || result.seed !== seed) return;
    // Hops, load and picture are of a rumor: a model of values has none.
    if (!player.plan.protocolFields.includes("since")) return;
    this.#observed ??= observe(this.#scenario, player, result);
  }

  /** The traced trial of the first seed; its digest must equal the timed one's. */
  async trace(player: TrialPlayer): Promise<void> {
    const { backends, seed, trials } = this.#scenario;
    const backend = backends[0] ?? "wasm";
    const result = await this.#play(player, backend, seed, trials);
    this.#observed = observe(this.#scenario, player, result);
  }

  /** Keeps what there is and tells why there is not more. */
  endEarly(error: Error): void {
    this.#status = "partial";
    if (error instanceof TrialFailure) this.#hooks.onFailure?.(error.message);
  }

  record(player: TrialPlayer): RunRecord {
    const scenario = this.#scenario;
    const arms = scenario.backends.map((backend) => this.#arm(backend, player));
    return {
      schema: RECORD_SCHEMA,
      kind: "run",
      id: randomUUID().slice(0, 8),
      createdAt: new Date().toISOString(),
      status: this.#status,
      command: this.#hooks.command ?? "",
      scenario: {
        name: scenario.name,
        protocol: scenario.protocol.id,
        title: scenario.title,
        parameters: { ...scenario.parameters },
        nodes: scenario.nodes,
        network: { ...scenario.network.description },
        clock: {
          kind: scenario.clock.kind,
          tickMs: scenario.clock.tickMs,
          periodTicks: scenario.clock.periodTicks,
        },
        seed: scenario.seed,
        trials: scenario.trials,
      },
      environment: readEnvironment(),
      arms,
      observed: this.#observed,
      agreement: { digestsEqual: this.#agreement() },
      comparison: { speedup: this.#speedup() },
    };
  }

  #arm(backend: BackendName, player: TrialPlayer): Arm {
    const trials = this.#trials[backend];
    const names = Object.keys(trials[0]?.metrics ?? {});
    const summary: Arm["summary"] = Object.fromEntries(
      names.map((name) => [name, summarize(trials.map(({ metrics }) => metrics[name] ?? null))]),
    );
    for (const name of ["rounds", "elapsedMs", "nsPerNodeRound"] as const) {
      if (trials.length > 0) summary[name] = summarize(trials.map((trial) => trial[name]));
    }
    const { bytesPerNode, memoryBytes } = player.plan;
    return { backend, workers: this.#scenario.workers, bytesPerNode, memoryBytes, trials, summary };
  }

  /** null when there is nothing to compare. */
  #agreement(): boolean | null {
    const bySeed = new Map<number, Set<string>>();
    const all = [
      ...this.#trials.wasm,
      ...this.#trials.ts,
      ...(this.#observed ? [this.#observed] : []),
    ];
    for (const { seed, digest } of all) {
      bySeed.set(seed, (bySeed.get(seed) ?? new Set()).add(digest));
    }
    const compared = all.length > bySeed.size;
    return compared ? [...bySeed.values()].every((digests) => digests.size === 1) : null;
  }

  #speedup(): RunRecord["comparison"]["speedup"] {
    const { wasm, ts } = this.#trials;
    const pairs = Math.min(wasm.length, ts.length);
    if (pairs === 0) return null;
    const times = (trials: readonly TrialRecord[]): number[] =>
      trials.slice(0, pairs).map(({ elapsedMs }) => elapsedMs);
    return pairedRatio(times(ts), times(wasm));
  }

  async #play(
    player: TrialPlayer,
    backend: BackendName,
    seed: number,
    trial: number,
  ): Promise<TrialResult> {
    const trials = this.#scenario.trials + Number(this.#scenario.observe);
    const watch = (round: number, coverage: number): void => {
      this.#hooks.onProgress?.({ backend, trial, trials, round, coverage });
    };
    return player.play(backend, seed, watch, this.#hooks.signal);
  }
}
