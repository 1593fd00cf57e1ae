/** The order log: whether the blocks of both processes were truly taken by turns. */
import type { Block } from "./messages.js";

/** Blocks, in the order asked for, that began before the one before had ended; all on one monotonic clock. */
export function overlapsOf(log: readonly Block[]): number {
  return log.filter(({ from }, index) => index > 0 && BigInt(from) < BigInt(log[index - 1]!.to))
    .length;
}
