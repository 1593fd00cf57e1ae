/** Ctrl-C or SIGTERM: the first asks for an end with a valid partial record, the second ends at once. */
import { EXIT } from "./exit.js";

export interface Interrupt {
  readonly signal: AbortSignal;
  /** Gives Ctrl-C its usual meaning back. */
  release(): void;
}

/** @param onFirst is told when the first Ctrl-C arrives */
export function catchInterrupt(onFirst: () => void): Interrupt {
  const controller = new AbortController();
  const handler = (): void => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    controller.abort();
    onFirst();
  };
  // SIGTERM is how `timeout` and runners of CI end a command: what was measured is kept then too.
  const signals = ["SIGINT", "SIGTERM"] as const;
  for (const name of signals) process.on(name, handler);
  const release = (): void => {
    for (const name of signals) process.off(name, handler);
  };
  return { signal: controller.signal, release };
}
