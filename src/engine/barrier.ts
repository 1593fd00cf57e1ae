/**
 * The barrier between the workers of one trial, and the word by which the host ends it early.
 * Spins briefly (a barrier follows another within microseconds), then sleeps.
 */

/** Words of the control block, an Int32Array over the start of the layout. */
export const CONTROL_WORDS = { arrived: 0, generation: 1, abort: 2 } as const;
/** Progress for a person to watch: f64 indices into the control block. */
export const PROGRESS_ROUND = 2;
export const PROGRESS_INFORMED = 3;
/** Bytes of the control block: 3 words, 2 progress cells, u32[4] digest state. */
export const CONTROL_BYTES = 64;
export const DIGEST_STATE_OFFSET = 32;

/** Spinning only helps while every worker has a core of its own. */
const SPINS = 4000;

/** Thrown in a worker when the host aborts the trial. */
export class TrialAborted extends Error {
  override readonly name = "TrialAborted";
}

export class Barrier {
  readonly #control: Int32Array;
  readonly #workers: number;

  constructor(buffer: ArrayBufferLike, controlAt: number, workers: number) {
    this.#control = new Int32Array(buffer, controlAt, CONTROL_BYTES / 4);
    this.#workers = workers;
  }

  /** Returns when all workers have called it; throws TrialAborted once the host aborts. */
  wait(): void {
    const control = this.#control;
    const generation = Atomics.load(control, CONTROL_WORDS.generation);
    this.#checkAbort();
    if (this.#workers === 1) return;
    if (Atomics.add(control, CONTROL_WORDS.arrived, 1) === this.#workers - 1) {
      Atomics.store(control, CONTROL_WORDS.arrived, 0);
      Atomics.add(control, CONTROL_WORDS.generation, 1);
      Atomics.notify(control, CONTROL_WORDS.generation);
      return;
    }
    const spins = this.#workers <= navigator.hardwareConcurrency ? SPINS : 0;
    for (let spin = 0; spin < spins; spin++) {
      if (Atomics.load(control, CONTROL_WORDS.generation) !== generation) break;
    }
    while (Atomics.load(control, CONTROL_WORDS.generation) === generation) {
      Atomics.wait(control, CONTROL_WORDS.generation, generation);
    }
    this.#checkAbort();
  }

  #checkAbort(): void {
    if (Atomics.load(this.#control, CONTROL_WORDS.abort) !== 0) throw new TrialAborted();
  }
}

/** Ends a running trial: every worker throws TrialAborted at its next barrier. */
export function abortTrial(buffer: ArrayBufferLike, controlAt: number): void {
  const control = new Int32Array(buffer, controlAt, CONTROL_BYTES / 4);
  Atomics.store(control, CONTROL_WORDS.abort, 1);
  Atomics.add(control, CONTROL_WORDS.generation, 1);
  Atomics.notify(control, CONTROL_WORDS.generation);
}

/** Prepares the control block for a new trial. */
export function resetControl(buffer: ArrayBufferLike, controlAt: number): void {
  new Uint8Array(buffer, controlAt, CONTROL_BYTES).fill(0);
}
