/**
 * Deduplication of an endless stream with cells that fade (Deng, Rafiei 2006): each key lowers `fade`
 * cells in a row from a drawn start and sets its own to `most`. The share of zero cells becomes stable, so
 * the rate of false positives does; old keys are forgotten by and by, so there are false negatives too.
 */
import { checkNumber } from "../check.js";
import type { BackendName } from "../kernels/backend.js";
import { Filter } from "./filter.js";
import { checkBody, pack, unpack } from "./packed.js";

export interface StableBloomFilterOptions {
  /** One byte each. */
  readonly cells: number;
  /** Cells per key; preset 3. */
  readonly probes?: number;
  /** Value of a cell that a key has just set, 1 .. 255; preset 3. */
  readonly most?: number;
  /** Cells lowered per key; preset 10. */
  readonly fade?: number;
  /** Of the draws of where fading starts; preset 1. */
  readonly seed?: number;
  readonly backend?: BackendName;
}

const WORD_MAX = 2 ** 32 - 1;

export class StableBloomFilter extends Filter {
  readonly cells: number;
  readonly probes: number;
  readonly most: number;
  readonly fade: number;
  readonly #seed: number;
  readonly #at: number;
  #added = 0;

  constructor(options: StableBloomFilterOptions) {
    super(options.backend ?? "wasm");
    const { cells, probes = 3, most = 3, fade = 10, seed = 1 } = options;
    this.cells = checkNumber("cells", cells, { min: 8, max: 2 ** 31, integer: true });
    this.probes = checkNumber("probes", probes, { min: 1, max: 32, integer: true });
    this.most = checkNumber("most", most, { min: 1, max: 255, integer: true });
    this.fade = checkNumber("fade", fade, { min: 1, max: this.cells, integer: true });
    this.#seed = checkNumber("seed", seed, { min: 0, max: WORD_MAX, integer: true });
    this.#at = this.space.allocate(this, this.cells);
  }

  /** Share of cells that are zero. */
  zeroShare(): number {
    return (this.space.kernels.zeroCells(this.#at, this.cells) >>> 0) / this.cells;
  }

  /** Share of zero cells that a long stream tends to: (1 / (1 + 1 / (P (1/K - 1/m))))^Max. */
  expectedZeroShare(): number {
    const { cells, probes, most, fade } = this;
    return (1 / (1 + 1 / (fade * (1 / probes - 1 / cells)))) ** most;
  }

  /** Rate that a long stream of distinct keys tends to: (1 - zero share)^K. */
  expectedFalsePositiveRate(): number {
    return (1 - this.expectedZeroShare()) ** this.probes;
  }

  clear(): void {
    this.space.u8.fill(0, this.#at, this.#at + this.cells);
    this.#added = 0;
  }

  /** Bytes for `StableBloomFilter.load`. */
  serialise(): Uint8Array {
    const { probes, most, fade } = this;
    const body = this.space.u8.slice(this.#at, this.#at + this.cells);
    // Probes and most are below 2^8: one number holds both.
    const numbers = [probes * 256 + most, fade, this.#seed, this.#added] as const;
    return pack({ kind: "stable", numbers, body });
  }

  static load(
    bytes: Uint8Array,
    options: { readonly backend?: BackendName } = {},
  ): StableBloomFilter {
    const { numbers, body } = unpack(bytes, ["stable"]);
    const [both, fade, seed, added] = numbers;
    const settings = { probes: Math.floor(both / 256), most: both % 256, fade, seed };
    const filter = new StableBloomFilter({ ...options, ...settings, cells: body.length });
    checkBody(body, filter.cells);
    filter.space.u8.set(body, filter.#at);
    filter.#added = checkNumber("filter: keys added", added, { min: 0, max: WORD_MAX });
    return filter;
  }

  protected override insertHashes(hashesAt: number, count: number): void {
    this.addUnseenHashes(hashesAt, count, this.unreadAt);
  }

  /** A query fades nothing. */
  protected override queryHashes(hashesAt: number, count: number, resultsAt: number): void {
    const { kernels } = this.space;
    kernels.stableQuery(this.#at, this.cells, this.probes, hashesAt, count, resultsAt);
  }

  protected override addUnseenHashes(hashesAt: number, count: number, resultsAt: number): void {
    this.space.kernels.stableAddUnseen(
      this.#at,
      this.cells,
      this.probes,
      this.most,
      this.fade,
      this.#seed,
      this.#added,
      hashesAt,
      count,
      resultsAt,
    );
    this.#added = (this.#added + count) % 2 ** 32;
  }
}
