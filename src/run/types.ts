/** What a run takes and tells: the resolved scenario and the hooks that show its progress. */
import type { Network } from "../network/network.js";
import type { Protocol } from "../protocols/protocol.js";

export type BackendName = "wasm" | "ts";

/** A scenario after parsing, defaulting and checking: nothing optional is left. */
export interface Scenario {
  readonly name: string;
  readonly title: string;
  readonly protocol: Protocol;
  /** Every parameter of the protocol has its value, in range. */
  readonly parameters: Readonly<Record<string, number>>;
  readonly nodes: number;
  readonly network: Network;
  readonly clock: ClockSettings;
  /** Seed of the first trial; trial k runs on seed + k. */
  readonly seed: number;
  readonly trials: number;
  readonly backends: readonly BackendName[];
  /** Threads that share one trial. */
  readonly workers: number;
  readonly stop: StopRule;
  /** Trace one extra trial per scenario: hops, load per node, the picture. */
  readonly observe: boolean;
}

export interface ClockSettings {
  readonly kind: "round" | "event";
  /** Simulated ms of a tick; 0 on a round clock. */
  readonly tickMs: number;
  /** Ticks between two gossip actions of a node; on a round clock the ticks of a round. */
  readonly periodTicks: number;
  /** How a node's actions are spaced on an event clock. */
  readonly timer: "periodic" | "poisson" | "fresh";
}

export interface StopRule {
  /** Share of nodes informed at which a trial ends, 0 < coverage <= 1. */
  readonly coverage: number;
  readonly maxRounds: number;
}

/** Progress of one trial, for a person to watch. */
export interface TrialProgress {
  readonly backend: BackendName;
  /** Index of the trial and their number, the traced one included. */
  readonly trial: number;
  readonly trials: number;
  /** Completed rounds and the share informed so far. */
  readonly round: number;
  readonly coverage: number;
}

export interface RunHooks {
  /** Called at most ten times a second and once at the end of each trial. */
  readonly onProgress?: (progress: TrialProgress) => void;
  /** Called once with the cause, in one line, when a worker dies and the record is partial. */
  readonly onFailure?: (cause: string) => void;
  /** Aborting ends the run within a second; the record then has status "partial". */
  readonly signal?: AbortSignal;
  /** Command line to store in the record. */
  readonly command?: string;
}
