/** What a trial takes and returns, and what its workers share while they play it. */
import type { Backend } from "../kernels/backend.js";
import { Barrier, DIGEST_STATE_OFFSET, PROGRESS_INFORMED, PROGRESS_ROUND } from "./barrier.js";
import type { TrialPlan } from "./plan.js";

/** What a trial counts per round or window; arrays of equal length. */
export interface TrialSeries {
  /** Rounds, or ticks at the end of the window. */
  readonly time: number[];
  /** Nodes informed by then, the origin included. */
  readonly informed: number[];
  /** Since the previous point: rumor copies sent, calls without one, copies lost. */
  readonly sent: number[];
  readonly requests: number[];
  readonly lost: number[];
  /** Copies that reached an informed node. */
  readonly redundant: number[];
  /** Bytes sent beyond the fixed sizes of messages. */
  readonly bytes: number[];
  /** Messages under way at the end of the step; 0 on a round clock. */
  readonly inFlight: number[];
  /** Nodes that were up; empty when none can be down. */
  readonly live: number[];
  /**
   * With zones: bytes that the network took from senders, and of these into another data centre, into
   * another rack of the same one.
   */
  readonly carriedBytes: number[];
  readonly crossDcBytes: number[];
  readonly crossRackBytes: number[];
  /** Values that the protocol derives from its cells: the start at index 0, then one per step. */
  readonly measures: Record<string, number[]>;
}

/** Counts of one round or window. */
export interface StepCounts {
  readonly sent: number;
  readonly requests: number;
  readonly lost: number;
  readonly redundant: number;
  readonly bytes: number;
  readonly carriedBytes: number;
  readonly crossDcBytes: number;
  readonly crossRackBytes: number;
}

const COUNTED = [
  ...["sent", "requests", "lost", "redundant", "bytes"],
  ...["carriedBytes", "crossDcBytes", "crossRackBytes"],
] as readonly (keyof StepCounts)[];

export interface TrialResult {
  readonly seed: number;
  readonly origin: number;
  readonly digest: string;
  /** Digest after each round, when asked for. */
  readonly digests: readonly string[];
  readonly rounds: number;
  readonly stopped: "coverage" | "quiescent" | "round-limit";
  readonly elapsedMs: number;
  readonly series: TrialSeries;
  /** Tick at which the last node was informed; 0 on a round clock. */
  readonly lastInformedTick: number;
}

export interface TrialTask {
  readonly plan: TrialPlan;
  readonly seed: number;
  readonly origin: number;
  /** Nodes that can be reached from the origin: when all are informed nothing more can happen. */
  readonly reachable: number;
  readonly worker: number;
  readonly digestEachRound: boolean;
  /** true: shards are visited from the last to the first, which must change nothing. */
  readonly reversed?: boolean;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
}

/** Shared by both paths: the views, the barrier, the series and the decision to stop. */
export class TrialRun {
  readonly task: TrialTask;
  readonly backend: Backend;
  readonly memory: WebAssembly.Memory;
  readonly barrier: Barrier;
  readonly series: TrialSeries = {
    time: [],
    informed: [],
    sent: [],
    requests: [],
    lost: [],
    redundant: [],
    bytes: [],
    inFlight: [],
    live: [],
    carriedBytes: [],
    crossDcBytes: [],
    crossRackBytes: [],
    measures: {},
  };
  readonly digests: string[] = [];
  readonly words: Uint32Array;
  readonly doubles: Float64Array;
  informed = 1;
  /** Nodes that are up. */
  live: number;
  readonly #progress: Float64Array;

  constructor(task: TrialTask, backend: Backend, memory: WebAssembly.Memory) {
    this.task = task;
    this.backend = backend;
    this.memory = memory;
    const { plan } = task;
    this.live = plan.nodes;
    this.barrier = new Barrier(memory.buffer, this.at("control"), plan.workers);
    this.words = new Uint32Array(memory.buffer);
    this.doubles = new Float64Array(memory.buffer);
    this.#progress = new Float64Array(memory.buffer, this.at("control"), 4);
  }

  /** Address of a field of the plan. */
  at(name: string): number {
    const field = this.task.plan.fields[name];
    if (field === undefined) throw new Error(`hearsay bug: no field ${name} in the plan`);
    return field.at;
  }

  /** Zeroes a field; only its owner calls it. */
  clear(name: string): void {
    const field = this.task.plan.fields[name];
    if (field !== undefined) new Uint8Array(this.memory.buffer, field.at, field.bytes).fill(0);
  }

  /** Adds one point to the series; every worker keeps the same one. */
  note(time: number, gained: number, counts: StepCounts): void {
    this.informed += gained;
    this.series.time.push(time);
    this.series.informed.push(this.informed);
    for (const name of COUNTED) this.series[name].push(counts[name]);
    if (this.task.plan.environment.mortal) this.series.live.push(this.live);
    if (this.task.worker === 0) {
      this.#progress[PROGRESS_ROUND] = time;
      this.#progress[PROGRESS_INFORMED] = this.informed;
      if (this.task.digestEachRound) this.digests.push(this.digest());
    }
  }

  /** Adds the protocol's values of a step, or of the start. */
  noteMeasures(values: Readonly<Record<string, number>>): void {
    for (const [name, value] of Object.entries(values)) {
      (this.series.measures[name] ??= []).push(value);
    }
  }

  /** Why the trial ends now, undefined while it goes on. */
  stopReason(rounds: number): TrialResult["stopped"] | undefined {
    const { plan, reachable } = this.task;
    if (plan.dies || plan.endless) return rounds >= plan.stop.maxRounds ? "round-limit" : undefined;
    if (this.isCovered) return "coverage";
    if (this.informed >= reachable && !plan.environment.mortal) return "quiescent";
    return rounds >= plan.stop.maxRounds ? "round-limit" : undefined;
  }

  /** true when the share of the nodes that are up, at which a trial ends, is reached. */
  get isCovered(): boolean {
    return this.informed >= Math.ceil(this.task.plan.stop.coverage * this.live);
  }

  /** true for a protocol whose first field is who is informed. */
  get isRumor(): boolean {
    return this.task.plan.protocolFields[0] === "informed";
  }

  /** Digest of the protocol's state as it stands: 16 hex digits. Worker 0 only. */
  digest(): string {
    const stateAt = this.at("control") + DIGEST_STATE_OFFSET;
    const state = new Uint32Array(this.memory.buffer, stateAt, 4);
    state.fill(0);
    const { digestFields, fields } = this.task.plan;
    for (const name of digestFields) {
      const field = fields[name];
      if (field !== undefined) this.backend.kernels.digestRange(field.at, field.bytes, stateAt);
    }
    this.backend.kernels.digestFinish(stateAt);
    return [...state.subarray(0, 2)].map((word) => word.toString(16).padStart(8, "0")).join("");
  }
}
