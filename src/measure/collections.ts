/** Garbage collections that fell into timed blocks: none is left out of a time, but they are told. */
import { constants, PerformanceObserver } from "node:perf_hooks";
import type { Collections } from "../history/round-evidence.js";

interface Span {
  readonly from: number;
  readonly to: number;
}

/** Types of the platform leave Node's detail out. */
interface GcEntry {
  readonly startTime: number;
  readonly duration: number;
  readonly detail?: unknown;
}

export class CollectionLog {
  readonly #entries: GcEntry[] = [];
  #blocks: Span[] = [];
  #isOn = false;

  /** From here on blocks are told; collections that were asked for between them fall outside. */
  begin(): void {
    this.#blocks = [];
    this.#entries.length = 0;
    if (this.#isOn) return;
    this.#isOn = true;
    new PerformanceObserver((list) => this.#entries.push(...list.getEntries())).observe({
      entryTypes: ["gc"],
    });
  }

  block(from: number, to: number): void {
    this.#blocks.push({ from, to });
  }

  async end(): Promise<Collections> {
    // Entries are handed over on later turns of the event loop.
    for (let turn = 0; turn < 3; turn++) await new Promise((settle) => setImmediate(settle));
    return collectionsIn(this.#blocks, this.#entries.map(spanOf));
  }
}

function spanOf({ startTime, duration, detail }: GcEntry): Span & { isMajor: boolean } {
  const { kind } = (detail ?? {}) as { kind?: number };
  const isMajor = kind === constants.NODE_PERFORMANCE_GC_MAJOR;
  return { from: startTime, to: startTime + duration, isMajor };
}

/** Part of each collection inside a block, and the blocks that a full one touches. */
export function collectionsIn(
  blocks: readonly Span[],
  collections: readonly (Span & { readonly isMajor: boolean })[],
): Collections {
  let ms = 0;
  const majorBlocks: number[] = [];
  for (const [index, block] of blocks.entries()) {
    let hasMajor = false;
    for (const { from, to, isMajor } of collections) {
      const shared = Math.min(to, block.to) - Math.max(from, block.from);
      if (shared <= 0) continue;
      ms += shared;
      hasMajor ||= isMajor;
    }
    if (hasMajor) majorBlocks.push(index);
  }
  return { ms, majorBlocks };
}
