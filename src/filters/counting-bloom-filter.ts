/** A Bloom filter of 4-bit counters, from which keys can be taken back (Fan et al. 2000). */
import { checkNumber } from "../check.js";
import type { BackendName } from "../kernels/backend.js";
import { Filter } from "./filter.js";
import { keyBuffer, type FilterKey, type FilterKeys } from "./keys.js";
import { checkBody, pack, unpack } from "./packed.js";
import { falsePositiveRate, shapeFor, type BloomShape } from "./sizing.js";

export interface CountingBloomFilterOptions {
  readonly items: number;
  /** Preset 0.01. */
  readonly falsePositiveRate?: number;
  readonly backend?: BackendName;
}

const ITEMS = { min: 1, max: 2 ** 30, integer: true };
const RATE = { min: 1e-9, max: 0.5 };

export class CountingBloomFilter extends Filter {
  readonly items: number;
  /** As of a classic filter, a counter for each bit. */
  readonly shape: BloomShape;
  readonly #at: number;

  constructor(options: CountingBloomFilterOptions) {
    super(options.backend ?? "wasm");
    this.items = checkNumber("items", options.items, ITEMS);
    const rate = checkNumber("falsePositiveRate", options.falsePositiveRate ?? 0.01, RATE);
    this.shape = shapeFor("classic", 64, this.items, rate);
    this.#at = this.space.allocate(this, this.bytes);
  }

  get bytes(): number {
    return this.shape.bits / 2;
  }

  expectedFalsePositiveRate(items: number = this.items): number {
    return falsePositiveRate(this.shape, items);
  }

  /**
   * Takes a key back. Only keys that were added may be: others lower the counters of their neighbours. A
   * counter that reached 15 stays, so a key may remain; the chance is below 1e-14 per counter.
   */
  remove(key: FilterKey): void {
    this.removeMany([key]);
  }

  removeMany(keys: FilterKeys): void {
    const buffer = keyBuffer(this.space);
    const { bits, probes } = this.shape;
    buffer.each(keys, (count) => {
      this.space.kernels.countingRemove(this.#at, bits, probes, buffer.hashesAt, count);
    });
  }

  clear(): void {
    this.space.kernels.filterClear(this.#at, this.bytes);
  }

  /** Bytes for `CountingBloomFilter.load`. */
  serialise(): Uint8Array {
    const { bits, probes } = this.shape;
    const rate = this.expectedFalsePositiveRate();
    const body = this.space.u8.slice(this.#at, this.#at + this.bytes);
    return pack({ kind: "counting", numbers: [bits, probes, this.items, rate], body });
  }

  static load(
    bytes: Uint8Array,
    options: { readonly backend?: BackendName } = {},
  ): CountingBloomFilter {
    const { numbers, body } = unpack(bytes, ["counting"]);
    const [bits, , items, rate] = numbers;
    const filter = new CountingBloomFilter({ ...options, items, falsePositiveRate: rate });
    checkBody(body, bits / 2);
    checkBody(body, filter.bytes);
    filter.space.u8.set(body, filter.#at);
    return filter;
  }

  protected override insertHashes(hashesAt: number, count: number): void {
    const { bits, probes } = this.shape;
    this.space.kernels.countingInsert(this.#at, bits, probes, hashesAt, count);
  }

  protected override queryHashes(hashesAt: number, count: number, resultsAt: number): void {
    const { bits, probes } = this.shape;
    this.space.kernels.countingQuery(this.#at, bits, probes, hashesAt, count, resultsAt);
  }

  protected override addUnseenHashes(hashesAt: number, count: number, resultsAt: number): void {
    // One by one: a key may come twice in one batch.
    for (let i = 0; i < count; i++) {
      this.queryHashes(hashesAt + 8 * i, 1, resultsAt + i);
      this.space.u8[resultsAt + i]! ^= 1;
      this.insertHashes(hashesAt + 8 * i, 1);
    }
  }
}
