/**
 * Cuckoo filter (Fan et al. 2014): fingerprints in buckets of four, each key with two buckets of which one
 * follows from the other and the fingerprint, so keys can move and can be taken back.
 */
import { checkNumber } from "../check.js";
import { InputError } from "../errors.js";
import type { BackendName } from "../kernels/backend.js";
import { Filter } from "./filter.js";
import { keyBuffer, type FilterKey, type FilterKeys } from "./keys.js";
import { checkBody, pack, unpack } from "./packed.js";

export interface CuckooFilterOptions {
  /** Room for so many keys, at a load of 0.95. */
  readonly items: number;
  /** 8 (preset) or 16. */
  readonly fingerprintBits?: 8 | 16;
  readonly backend?: BackendName;
}

const ITEMS = { min: 1, max: 2 ** 28, integer: true };
const BUCKET = 4;
/** Share of slots that fills without failing (Fan et al., section 4). */
const LOAD = 0.95;
/** Of the kernel: slots that an insertion may pass through. */
const PATH_BYTES = 2000;

export class CuckooFilter extends Filter {
  /** Keys it is sized for. */
  readonly room: number;
  readonly fingerprintBits: 8 | 16;
  readonly #buckets: number;
  readonly #at: number;
  readonly #pathAt: number;
  #held = 0;

  /** @throws InputError naming the option, or when memory does not suffice */
  constructor(options: CuckooFilterOptions) {
    super(options.backend ?? "wasm");
    this.room = checkNumber("items", options.items, ITEMS);
    this.fingerprintBits = options.fingerprintBits ?? 8;
    if (this.fingerprintBits !== 8 && this.fingerprintBits !== 16) {
      throw new InputError(`fingerprintBits must be 8 or 16, got ${String(this.fingerprintBits)}`);
    }
    this.#buckets = Math.ceil(this.room / (LOAD * BUCKET));
    this.#at = this.space.allocate(this, this.bytes);
    this.#pathAt = this.space.allocate(this, PATH_BYTES);
  }

  get bytes(): number {
    return (this.#buckets * BUCKET * this.fingerprintBits) / 8;
  }

  /** Keys in it; one that was added twice counts twice. */
  get items(): number {
    return this.#held;
  }

  /** Share of slots taken. */
  get load(): number {
    return this.#held / (this.#buckets * BUCKET);
  }

  /** 1 - (1 - 1 / (2^f - 1))^(8 load): 0 is no fingerprint. Preset: the load now. */
  expectedFalsePositiveRate(load: number = this.load): number {
    return 1 - (1 - 1 / (2 ** this.fingerprintBits - 1)) ** (2 * BUCKET * load);
  }

  /** false: full, and nothing has changed. A key that is added twice takes two slots. */
  override add(key: FilterKey): boolean {
    const buffer = keyBuffer(this.space);
    buffer.one(key);
    return this.#inserted(buffer.hashesAt, 1) === 1;
  }

  /** Takes a key back that was added; false where it is not in. */
  remove(key: FilterKey): boolean {
    return this.removeMany([key]) === 1;
  }

  /** Takes back keys that were added. @returns how many were in */
  removeMany(keys: FilterKeys): number {
    const buffer = keyBuffer(this.space);
    const before = this.#held;
    buffer.each(keys, (count) => {
      const { kernels } = this.space;
      const bits = this.fingerprintBits;
      this.#held -= kernels.cuckooRemove(this.#at, this.#buckets, bits, buffer.hashesAt, count);
    });
    return before - this.#held;
  }

  clear(): void {
    this.space.u8.fill(0, this.#at, this.#at + this.bytes);
    this.#held = 0;
  }

  /** Bytes for `CuckooFilter.load`. */
  serialise(): Uint8Array {
    const body = this.space.u8.slice(this.#at, this.#at + this.bytes);
    return pack({
      kind: "cuckoo",
      numbers: [this.room, this.fingerprintBits, this.#held, 0],
      body,
    });
  }

  /** @throws InputError for bytes that are cut short, altered, or of another kind */
  static load(bytes: Uint8Array, options: { readonly backend?: BackendName } = {}): CuckooFilter {
    const { numbers, body } = unpack(bytes, ["cuckoo"]);
    const [items, bits, held] = numbers;
    const filter = new CuckooFilter({ ...options, items, fingerprintBits: bits as 8 | 16 });
    checkBody(body, filter.bytes);
    filter.space.u8.set(body, filter.#at);
    filter.#held = held;
    return filter;
  }

  /** Adds in order; when one finds no place, those before it are in, and the filter is still right. */
  protected override insertHashes(hashesAt: number, count: number): void {
    if (this.#inserted(hashesAt, count) === count) return;
    const load = this.load.toFixed(3);
    throw new InputError(`cuckoo filter: full with ${this.#held} keys, at a load of ${load}`);
  }

  #inserted(hashesAt: number, count: number): number {
    const [bits, buckets] = [this.fingerprintBits, this.#buckets];
    const { kernels } = this.space;
    const added = kernels.cuckooInsert(this.#at, buckets, bits, hashesAt, count, this.#pathAt);
    this.#held += added;
    return added;
  }

  protected override queryHashes(hashesAt: number, count: number, resultsAt: number): void {
    const bits = this.fingerprintBits;
    this.space.kernels.cuckooQuery(this.#at, this.#buckets, bits, hashesAt, count, resultsAt);
  }

  protected override addUnseenHashes(hashesAt: number, count: number, resultsAt: number): void {
    // One by one: a key may come twice in one batch.
    for (let i = 0; i < count; i++) {
      this.queryHashes(hashesAt + 8 * i, 1, resultsAt + i);
      const unseen = 1 - this.space.u8[resultsAt + i]!;
      if (unseen === 1) this.insertHashes(hashesAt + 8 * i, 1);
      this.space.u8[resultsAt + i] = unseen;
    }
  }
}
