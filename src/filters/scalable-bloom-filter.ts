/**
 * A Bloom filter that grows (Almeida et al. 2007): when a slice is full the next one, twice as large and
 * half as often wrong, takes new keys. The rates of all slices add up to at most the one asked for.
 */
import { checkNumber } from "../check.js";
import { InputError } from "../errors.js";
import type { BackendName } from "../kernels/backend.js";
import { BloomFilter } from "./bloom-filter.js";
import type { FilterKey, FilterKeys } from "./keys.js";

export interface ScalableBloomFilterOptions {
  /** Keys of the first slice; preset 1024. */
  readonly items?: number;
  /** Bound for any number of keys; preset 0.01. */
  readonly falsePositiveRate?: number;
  readonly backend?: BackendName;
}

/** Slice s holds GROWTH^s times the first one's keys at TIGHTENING^s times its rate. */
const GROWTH = 2;
const TIGHTENING = 0.5;
const RATE = { min: 1e-6, max: 0.5 };
const ITEMS = { min: 1, max: 2 ** 24, integer: true };

export class ScalableBloomFilter {
  readonly #items: number;
  readonly #rate: number;
  readonly #backend: BackendName;
  readonly #slices: BloomFilter[] = [];
  #held = 0;

  constructor(options: ScalableBloomFilterOptions = {}) {
    this.#items = checkNumber("items", options.items ?? 1024, ITEMS);
    this.#rate = checkNumber("falsePositiveRate", options.falsePositiveRate ?? 0.01, RATE);
    this.#backend = options.backend ?? "wasm";
    this.#grow();
  }

  get slices(): number {
    return this.#slices.length;
  }

  get bytes(): number {
    return this.#slices.reduce((sum, slice) => sum + slice.bytes, 0);
  }

  /** Bound on the rate, whatever the number of keys: P0 / (1 - r). */
  get falsePositiveRateMax(): number {
    return this.#rate;
  }

  add(key: FilterKey): void {
    this.addUnseen(key);
  }

  has(key: FilterKey): boolean {
    return this.#slices.some((slice) => slice.has(key));
  }

  addUnseen(key: FilterKey): boolean {
    if (this.has(key)) return false;
    const last = this.#slices.at(-1)!;
    last.add(key);
    this.#held++;
    if (this.#held >= last.items) this.#grow();
    return true;
  }

  addMany(keys: FilterKeys): void {
    for (const key of keys) this.add(key);
  }

  /** 1 for each key that may be in, in the order of the keys. */
  hasMany(keys: FilterKeys): Uint8Array {
    return Uint8Array.from([...keys], (key) => Number(this.has(key)));
  }

  clear(): void {
    this.dispose();
    this.#slices.length = 0;
    this.#grow();
  }

  dispose(): void {
    for (const slice of this.#slices) slice.dispose();
  }

  #grow(): void {
    const index = this.#slices.length;
    const items = this.#items * GROWTH ** index;
    const falsePositiveRate = this.#rate * (1 - TIGHTENING) * TIGHTENING ** index;
    if (falsePositiveRate < 1e-9 || items > 2 ** 32) {
      throw new InputError(
        `a scalable filter of ${this.#items} items at first has room for no more keys after ${index} slices`,
      );
    }
    this.#slices.push(new BloomFilter({ items, falsePositiveRate, backend: this.#backend }));
    this.#held = 0;
  }
}
