/**
 * Strata estimator (Eppstein et al. 2011, section 3.1): how much two sets differ, before anything is
 * known. An id belongs to stratum i with probability 2^-(i+1), by the zeros its hash ends in; each stratum
 * is a small IBLT. From the last stratum down, those that can be decoded are counted; the first that cannot
 * tells by its place how many ids there are in all.
 */
import type { BackendName } from "../kernels/backend.js";
import { workspace, type Workspace } from "../kernels/workspace.js";
import { Iblt } from "./iblt.js";
import { idArray, wordsOf, type Ids } from "./id-set.js";
import type { MessageReader, MessageWriter } from "./message.js";

/** Strata and their cells as in the paper (section 5): 32 of 80 cells. */
const STRATA = 32;
const STRATUM_CELLS = 80;
/** High seed word of the hash that places ids. */
const PLACE_SEED_HIGH = 2;

export interface StrataOptions {
  /** As of Iblt; default 0. */
  readonly seed?: number;
  /** Default wasm. */
  readonly backend?: BackendName;
}

export class StrataEstimator {
  readonly backend: BackendName;
  readonly #strata: readonly Iblt[];
  readonly #holdsIds = new Uint8Array(STRATA);

  constructor({ seed = 0, backend = "wasm" }: StrataOptions = {}) {
    this.backend = backend;
    const options = { cells: STRATUM_CELLS, seed, backend };
    this.#strata = Array.from({ length: STRATA }, () => new Iblt(options));
  }

  /** Adds ids that are not in it. */
  insert(ids: Ids): void {
    for (const [i, own] of strataOf(workspace(this.backend), idArray("ids", ids)).entries()) {
      if (own.length === 0) continue;
      this.#strata[i]!.insert(own);
      this.#holdsIds[i] = 1;
    }
  }

  /** Estimated number of ids that are in one of the two sets only; exact when all strata decode. */
  difference(other: StrataEstimator): number {
    let found = 0;
    for (let i = STRATA - 1; i >= 0; i--) {
      if (this.#holdsIds[i] === 0 && other.#holdsIds[i] === 0) continue;
      const decoded = this.#strata[i]!.decodeDifference(other.#strata[i]!);
      if (!decoded.isComplete) return Math.max(1, found) * 2 ** (i + 1);
      found += decoded.extra.length + decoded.missing.length;
    }
    return found;
  }

  /** Appends the strata to a message; one without ids takes a byte. */
  write(writer: MessageWriter): void {
    for (const [i, stratum] of this.#strata.entries()) {
      writer.byte(this.#holdsIds[i]!);
      if (this.#holdsIds[i] === 1) stratum.writeCells(writer);
    }
  }

  /** Reads the strata that `write` appended, with the options they were made with. */
  static read(reader: MessageReader, options: StrataOptions): StrataEstimator {
    const estimator = new StrataEstimator(options);
    for (const [i, stratum] of estimator.#strata.entries()) {
      estimator.#holdsIds[i] = reader.byte();
      if (estimator.#holdsIds[i] === 1) stratum.readCells(reader);
    }
    return estimator;
  }

  dispose(): void {
    for (const stratum of this.#strata) stratum.dispose();
  }
}

/** The ids of each stratum. */
function strataOf({ kernels }: Workspace, ids: BigUint64Array): BigUint64Array[] {
  const words = wordsOf(ids);
  const places = new Uint8Array(ids.length);
  const sizes = new Uint32Array(STRATA);
  for (let i = 0; i < ids.length; i++) {
    const hash = kernels.xxh64Of8(words[i * 2]!, words[i * 2 + 1]!, 0, PLACE_SEED_HIGH);
    // Zeros at the end of the hash's low word; 31 stands for all that have more.
    const marked = hash | 0x80000000;
    places[i] = 31 - Math.clz32(marked & -marked);
    sizes[places[i]!]!++;
  }
  const strata = Array.from(sizes, (size) => new BigUint64Array(size));
  const filled = new Uint32Array(STRATA);
  for (let i = 0; i < ids.length; i++) strata[places[i]!]![filled[places[i]!]!++] = ids[i]!;
  return strata;
}
