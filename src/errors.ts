/**
 * The two kinds of failure: InputError is the user's (one line, exit code 2), invariant() is ours.
 * Nothing else in the project decides an exit code; cli/ maps these classes to numbers.
 */

/** What a user typed or handed in cannot be used. The message is one line: place, allowed, got. */
export class InputError extends Error {
  override readonly name = "InputError";
}

/** A trial ended in wrong output or a dead worker: exit code 4. */
export class TrialFailure extends Error {
  override readonly name = "TrialFailure";
}

/** Fails when our own reasoning is wrong; `detail` must carry what is needed to replay (the seed). */
export function invariant(condition: boolean, detail: string): asserts condition {
  if (!condition) throw new Error(`hearsay bug: ${detail}`);
}
