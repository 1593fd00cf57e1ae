/**
 * Deduplication of an endless stream with two generations (Yoon 2010, "A2"): both are asked, the active
 * one takes new keys; when it holds `items` keys the older is emptied and becomes the active one. The
 * last `items` to 2 * `items` keys are remembered; nothing that recent is ever called unseen.
 */
import { checkNumber } from "../check.js";
import type { BackendName } from "../kernels/backend.js";
import { Filter } from "./filter.js";
import { checkBody, pack, unpack } from "./packed.js";
import { falsePositiveRate, shapeFor } from "./sizing.js";

export interface RotatingBloomFilterOptions {
  /** Keys per generation. */
  readonly items: number;
  /** Of one full generation; both together stay below twice that. Preset 0.01. */
  readonly falsePositiveRate?: number;
  readonly backend?: BackendName;
}

const ITEMS = { min: 1, max: 2 ** 30, integer: true };
const RATE = { min: 1e-9, max: 0.5 };

export class RotatingBloomFilter extends Filter {
  readonly items: number;
  readonly #blocks: number;
  readonly #rate: number;
  #activeAt: number;
  #otherAt: number;
  #held = 0;
  #turns = 0;

  constructor(options: RotatingBloomFilterOptions) {
    super(options.backend ?? "wasm");
    this.items = checkNumber("items", options.items, ITEMS);
    this.#rate = checkNumber("falsePositiveRate", options.falsePositiveRate ?? 0.01, RATE);
    this.#blocks = shapeFor("split-block", 256, this.items, this.#rate).bits / 256;
    this.#activeAt = this.space.allocate(this, this.bytes);
    this.#otherAt = this.#activeAt + this.bytes / 2;
  }

  /** Of both generations. */
  get bytes(): number {
    return this.#blocks * 64;
  }

  /** How often a generation was emptied. */
  get turns(): number {
    return this.#turns;
  }

  /** Rate with both generations full: 1 - (1 - f)^2. */
  expectedFalsePositiveRate(): number {
    const shape = { kind: "split-block", probes: 8, blockBits: 256 } as const;
    const one = falsePositiveRate({ ...shape, bits: this.#blocks * 256 }, this.items);
    return 1 - (1 - one) ** 2;
  }

  clear(): void {
    const at = Math.min(this.#activeAt, this.#otherAt);
    this.space.kernels.filterClear(at, this.bytes);
    this.#held = 0;
  }

  /** Bytes for `RotatingBloomFilter.load`. */
  serialise(): Uint8Array {
    const half = this.bytes / 2;
    const body = new Uint8Array(this.bytes);
    body.set(this.space.u8.subarray(this.#activeAt, this.#activeAt + half));
    body.set(this.space.u8.subarray(this.#otherAt, this.#otherAt + half), half);
    const numbers = [this.items, this.#rate, this.#held, this.#turns] as const;
    return pack({ kind: "rotating", numbers, body });
  }

  static load(
    bytes: Uint8Array,
    options: { readonly backend?: BackendName } = {},
  ): RotatingBloomFilter {
    const { numbers, body } = unpack(bytes, ["rotating"]);
    const [items, rate, held, turns] = numbers;
    const filter = new RotatingBloomFilter({ ...options, items, falsePositiveRate: rate });
    checkBody(body, filter.bytes);
    filter.space.u8.set(body, filter.#activeAt);
    filter.#held = checkNumber("filter: keys held", held, { min: 0, max: items, integer: true });
    filter.#turns = turns;
    return filter;
  }

  protected override insertHashes(hashesAt: number, count: number): void {
    this.addUnseenHashes(hashesAt, count, this.unreadAt);
  }

  protected override queryHashes(hashesAt: number, count: number, resultsAt: number): void {
    const { kernels, u8 } = this.space;
    kernels.splitQuery(this.#activeAt, this.#blocks, hashesAt, count, resultsAt);
    for (let i = 0; i < count; i++) {
      if (u8[resultsAt + i] === 1) continue;
      kernels.splitQuery(this.#otherAt, this.#blocks, hashesAt + 8 * i, 1, resultsAt + i);
    }
  }

  protected override addUnseenHashes(hashesAt: number, count: number, resultsAt: number): void {
    const { kernels } = this.space;
    let done = 0;
    while (done < count) {
      done += kernels.rotatingAdd(
        this.#activeAt,
        this.#otherAt,
        this.#blocks,
        hashesAt + 8 * done,
        count - done,
        this.items - this.#held,
        resultsAt + done,
      );
      this.#held += kernels.rotatingGained();
      if (this.#held >= this.items) this.#turn();
    }
  }

  #turn(): void {
    [this.#activeAt, this.#otherAt] = [this.#otherAt, this.#activeAt];
    this.space.kernels.filterClear(this.#activeAt, this.bytes / 2);
    this.#held = 0;
    this.#turns++;
  }
}
