/** Limits of what a user may set in a scenario, in a file as on the command line. */
import type { NumberRange } from "../check.js";

/** Node ids are u32, and one value stays free to mean "no node". */
export const NODES: NumberRange = { min: 2, max: 0xffff_fffe, integer: true };
export const SEED: NumberRange = { min: 0, max: 0xffff_ffff, integer: true };
/** More trials no longer narrow an interval that anyone could tell from the model's own error. */
export const TRIALS: NumberRange = { min: 1, max: 10_000, integer: true };
export const WORKERS: NumberRange = { min: 1, max: 64, integer: true };
/** Above 0: a share of 0 would be reached before the trial starts. */
export const COVERAGE: NumberRange = { min: 1e-9, max: 1 };
export const MAX_ROUNDS: NumberRange = { min: 1, max: 1e6, integer: true };
/** A tick from a microsecond to a minute of simulated time. */
export const TICK_MS: NumberRange = { min: 0.001, max: 60_000, unit: "ms" };
/** A day: the slowest anti-entropy timer in use. */
export const PERIOD_MS: NumberRange = { min: 0.001, max: 86_400_000, unit: "ms" };

export const BACKENDS = ["wasm", "ts", "both"] as const;

export const CLOCKS = ["round", "event"] as const;

export const TIMERS = ["periodic", "poisson", "fresh"] as const;
