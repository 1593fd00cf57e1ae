/** Exit codes and the one line an error prints: the only place that maps failures to numbers. */
import { CommanderError } from "commander";
import { InputError, TrialFailure } from "../errors.js";
import { printable } from "../report/escape.js";

export const EXIT = {
  fine: 0,
  /** Published figures were missed; a regression was confirmed. */
  failed: 1,
  /** A bug of ours: HEARSAY_DEBUG=1 prints where. */
  bug: 1,
  input: 2,
  /** With --strict: canaries moved, or a row could not be decided. */
  undecided: 3,
  /** Wrong output: digests differ, or a worker died. */
  wrong: 4,
  /** With --require-all: the head does not declare a benchmark of the base. */
  missing: 5,
  /** Ctrl-C: 128 + SIGINT. */
  interrupted: 130,
} as const;

export function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.fine : EXIT.input;
  if (error instanceof InputError) return EXIT.input;
  if (error instanceof TrialFailure) return EXIT.wrong;
  return EXIT.bug;
}

/** One line without its line break; "" for help and version, which are no failures. */
export function errorLine(error: unknown): string {
  if (error instanceof CommanderError) {
    return error.exitCode === 0 ? "" : `hearsay: ${oneLine(error.message.replace(/^error: /, ""))}`;
  }
  if (error instanceof InputError || error instanceof TrialFailure) {
    return `hearsay: ${oneLine(error.message)}`;
  }
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return `hearsay: unexpected: ${oneLine(text)} (HEARSAY_DEBUG=1 shows where)`;
}

/** A message may carry text of a stranger's file: names of any length, codes that act on a terminal. */
const LINE_CHARS_MAX = 1000;

function oneLine(text: string): string {
  const line = printable(
    text
      .slice(0, 8 * LINE_CHARS_MAX)
      .trim()
      .replace(/\s*\n\s*/g, " "),
  );
  return line.length > LINE_CHARS_MAX ? `${line.slice(0, LINE_CHARS_MAX - 3)}...` : line;
}
