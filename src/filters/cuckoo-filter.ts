/**
 * Cuckoo filter (Fan et al. 2014): fingerprints in buckets of four, each key with two buckets of which one
 * follows from the other and the fingerprint, so keys can move and can be taken back.
 */
import { checkNumber } from "../check.js";
import { InputError } from "../errors.js";
import type { BackendName } from "../kernels/backend.js";
import { workspace, type Workspace } from "../kernels/workspace.js";
import { hashWord } from "./hashes.js";
import { keyBuffer, type FilterKey } from "./keys.js";

export interface CuckooFilterOptions {
  /** Room for so many keys, at a load of at most 0.95 after rounding up to a power of two. */
  readonly items: number;
  /** 8 (preset) or 16. */
  readonly fingerprintBits?: 8 | 16;
  readonly backend?: BackendName;
}

const BUCKET = 4;
const LOAD_MAX = 0.95;
/** Moves tried before the filter counts as full (Fan et al., section 4). */
const KICKS = 500;

export class CuckooFilter {
  readonly #space: Workspace;
  readonly #buckets: number;
  readonly #bits: 8 | 16;
  readonly #table: Uint8Array | Uint16Array;
  #held = 0;
  /** Chooses whom a newcomer pushes out: any rule will do, as long as it is the same everywhere. */
  #turn = 0;

  constructor(options: CuckooFilterOptions) {
    this.#space = workspace(options.backend ?? "wasm");
    const items = checkNumber("items", options.items, { min: 1, max: 2 ** 28, integer: true });
    this.#bits = options.fingerprintBits ?? 8;
    if (this.#bits !== 8 && this.#bits !== 16) {
      throw new InputError(`fingerprintBits must be 8 or 16, got ${String(this.#bits)}`);
    }
    this.#buckets = 2 ** Math.ceil(Math.log2(items / LOAD_MAX / BUCKET));
    if (this.#buckets < 1) this.#buckets = 1;
    const places = this.#buckets * BUCKET;
    this.#table = this.#bits === 8 ? new Uint8Array(places) : new Uint16Array(places);
  }

  get bytes(): number {
    return this.#table.byteLength;
  }

  get items(): number {
    return this.#held;
  }

  /** Share of places taken. */
  get load(): number {
    return this.#held / this.#table.length;
  }

  /** 1 - (1 - 2^-f)^(2 b load), at the load now. */
  expectedFalsePositiveRate(): number {
    return 1 - (1 - 1 / (2 ** this.#bits - 1)) ** (2 * BUCKET * this.load);
  }

  /** false when the filter is full: the key is then not in, and some other may have been lost. */
  add(key: FilterKey): boolean {
    const { mark, first } = this.#placed(key);
    if (this.#put(first, mark) || this.#put(this.#other(first, mark), mark)) return true;
    let bucket = first;
    let homeless = mark;
    for (let kick = 0; kick < KICKS; kick++) {
      const place = bucket * BUCKET + (this.#turn++ % BUCKET);
      [homeless, this.#table[place]] = [this.#table[place]!, homeless];
      bucket = this.#other(bucket, homeless);
      if (this.#put(bucket, homeless)) return true;
    }
    return false;
  }

  has(key: FilterKey): boolean {
    const { mark, first } = this.#placed(key);
    return this.#find(first, mark) >= 0 || this.#find(this.#other(first, mark), mark) >= 0;
  }

  /** Takes a key back that was added; false where it is not in. */
  remove(key: FilterKey): boolean {
    const { mark, first } = this.#placed(key);
    let place = this.#find(first, mark);
    if (place < 0) place = this.#find(this.#other(first, mark), mark);
    if (place < 0) return false;
    this.#table[place] = 0;
    this.#held--;
    return true;
  }

  /** Fingerprint, never 0, and one of the two buckets. */
  #placed(key: FilterKey): { mark: number; first: number } {
    const buffer = keyBuffer(this.#space);
    buffer.one(key);
    const cell = buffer.hashesAt / 4;
    const [low, high] = [this.#space.u32[cell]!, this.#space.u32[cell + 1]!];
    const marks = 2 ** this.#bits - 1;
    return { mark: 1 + (high % marks), first: hashWord(low, high, 1) & (this.#buckets - 1) };
  }

  #other(bucket: number, mark: number): number {
    return (bucket ^ hashWord(mark, 0, 2)) & (this.#buckets - 1);
  }

  #find(bucket: number, mark: number): number {
    for (let place = bucket * BUCKET; place < (bucket + 1) * BUCKET; place++) {
      if (this.#table[place] === mark) return place;
    }
    return -1;
  }

  #put(bucket: number, mark: number): boolean {
    const place = this.#find(bucket, 0);
    if (place < 0) return false;
    this.#table[place] = mark;
    this.#held++;
    return true;
  }
}
