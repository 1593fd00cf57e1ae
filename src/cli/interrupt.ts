/** Ctrl-C: the first asks for an end with a valid partial record, the second ends at once. */
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
  process.on("SIGINT", handler);
  return { signal: controller.signal, release: () => process.off("SIGINT", handler) };
}
