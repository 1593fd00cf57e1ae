/** Progress over named steps on stderr: one line that is rewritten on a terminal, lines elsewhere. */
import { formatDuration } from "../units.js";
import type { ProgressStream } from "./progress.js";
import { TERMINAL_COLUMNS } from "./table.js";

export interface StepProgress {
  /** A step begins. @param index of `count`, from zero */
  step(name: string, index: number, count: number): void;
  /** All steps are over, done or not. */
  end(): void;
  /** A line for the person who watches. */
  note(line: string): void;
}

/** Plain lines come no more often than this: a log should stay readable. */
const PLAIN_INTERVAL_MS = 5000;

/** @param now clock in ms */
export function createStepProgress(
  stream: ProgressStream,
  quiet: boolean,
  now: () => number = () => performance.now(),
): StepProgress {
  const silent = (): void => undefined;
  if (quiet) return { step: silent, end: silent, note: silent };
  const isTerminal = stream.isTTY === true && process.env["TERM"] !== "dumb";
  const clear = isTerminal ? "\r\x1b[K" : "";
  const startedAt = now();
  let shownAt = -Infinity;
  return {
    step(name, index, count) {
      if (!isTerminal && now() - shownAt < PLAIN_INTERVAL_MS) return;
      shownAt = now();
      const elapsedMs = shownAt - startedAt;
      const left =
        index > 0 ? `, ${formatDuration((elapsedMs * (count - index)) / index)} left` : "";
      const line = `  ${index + 1}/${count} ${name}${left}`.slice(0, TERMINAL_COLUMNS - 1);
      stream.write(isTerminal ? clear + line : `${line}\n`);
    },
    end() {
      stream.write(`${clear}  ended after ${formatDuration(now() - startedAt)}\n`);
    },
    note(line) {
      stream.write(`${clear}${line}\n`);
    },
  };
}
