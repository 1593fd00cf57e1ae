/**
 * A Bloom filter over 64-bit hashes. Split-block is the preset: one cache line a key, SIMD, and a body as
 * Apache Parquet stores it. Blocked: all probes in one block. Classic: probes anywhere, the smallest.
 */
import { checkChoice, checkNumber } from "../check.js";
import { InputError } from "../errors.js";
import type { BackendName } from "../kernels/backend.js";
import { Filter } from "./filter.js";
import { checkBody, pack, unpack } from "./packed.js";
import {
  cardinalityOf,
  falsePositiveRate,
  shapeFor,
  shapeOf,
  type BloomKind,
  type BloomShape,
} from "./sizing.js";

export interface BloomFilterOptions {
  /** Keys for which it is sized; more may be added at a higher rate. */
  readonly items: number;
  /** Preset 0.01; left out of account where `bits` is given. */
  readonly falsePositiveRate?: number;
  /** Preset "split-block". */
  readonly kind?: BloomKind;
  /** Of a blocked filter; preset 512, one cache line. */
  readonly blockBits?: 64 | 256 | 512;
  /** Size in bits, rounded up to whole blocks, in place of a rate. */
  readonly bits?: number;
  /** Bits set per key, in place of the number that suits the size; a split block has 8. */
  readonly probes?: number;
  readonly backend?: BackendName;
}

const KINDS = ["split-block", "blocked", "classic"] as const;
const ITEMS = { min: 1, max: 2 ** 32, integer: true };
const RATE = { min: 1e-9, max: 0.5 };
/** 512 MiB: the classic kind addresses bits by 32-bit words. */
const BITS = { min: 64, max: 2 ** 32 - 512, integer: true };
const PROBES = { min: 1, max: 32, integer: true };

export class BloomFilter extends Filter {
  readonly shape: BloomShape;
  readonly items: number;
  readonly #at: number;
  readonly #bytes: number;

  /** @throws InputError naming the option, or when memory does not suffice */
  constructor(options: BloomFilterOptions) {
    super(options.backend ?? "wasm");
    this.items = checkNumber("items", options.items, ITEMS);
    this.shape = checkedShape(options);
    this.#bytes = this.shape.bits / 8;
    this.#at = this.space.allocate(this, this.#bytes);
  }

  /** Size of the filter itself. */
  get bytes(): number {
    return this.#bytes;
  }

  /** By the formula of its kind, with `items` keys in it; preset those it was sized for. */
  expectedFalsePositiveRate(items: number = this.items): number {
    return falsePositiveRate(this.shape, items);
  }

  /** Number of distinct keys added, estimated from the bits set; Infinity when all are. */
  estimateCardinality(): number {
    const ones = this.space.kernels.filterOnes(this.#at, this.#bytes) >>> 0;
    return cardinalityOf(this.shape, ones);
  }

  /** Adds all keys of `other`. @throws InputError unless both have one shape */
  union(other: BloomFilter): void {
    const [own, theirs] = [shapeText(this.shape), shapeText(other.shape)];
    if (own !== theirs) {
      throw new InputError(`union: both filters must have one shape, got ${own} and ${theirs}`);
    }
    if (other.space === this.space) {
      this.space.kernels.filterUnion(this.#at, other.#at, this.#bytes);
      return;
    }
    const bytes = this.space.u8.subarray(this.#at, this.#at + this.#bytes);
    other.body().forEach((byte, index) => {
      bytes[index]! |= byte;
    });
  }

  clear(): void {
    this.space.kernels.filterClear(this.#at, this.#bytes);
  }

  /** A copy of the bits; of a split-block filter, the bitset that Parquet stores. */
  body(): Uint8Array {
    return this.space.u8.slice(this.#at, this.#at + this.#bytes);
  }

  /** Bytes for `BloomFilter.load`: header, bits, checksum. */
  serialise(): Uint8Array {
    const { kind, bits, probes, blockBits } = this.shape;
    return pack({ kind, numbers: [bits, probes, blockBits, this.items], body: this.body() });
  }

  /** @throws InputError for bytes that are cut short, altered, or of another kind */
  static load(bytes: Uint8Array, options: { readonly backend?: BackendName } = {}): BloomFilter {
    const { kind, numbers, body } = unpack(bytes, KINDS);
    const [bits, probes, blockBits, items] = numbers;
    checkBody(body, bits / 8);
    const filter = new BloomFilter({
      ...options,
      ...{ items, kind: kind as BloomKind, bits, probes },
      ...(kind === "blocked" ? { blockBits: blockBits as 64 | 256 | 512 } : {}),
    });
    filter.space.u8.set(body, filter.#at);
    return filter;
  }

  protected override insertHashes(hashesAt: number, count: number): void {
    const { kernels } = this.space;
    const { kind, bits, probes, blockBits } = this.shape;
    if (kind === "split-block") kernels.splitInsert(this.#at, bits / 256, hashesAt, count);
    else if (kind === "classic") kernels.classicInsert(this.#at, bits, probes, hashesAt, count);
    else {
      const shift = Math.log2(blockBits);
      kernels.blockedInsert(this.#at, bits / blockBits, shift, probes, hashesAt, count);
    }
  }

  protected override queryHashes(hashesAt: number, count: number, resultsAt: number): void {
    const { kernels } = this.space;
    const { kind, bits, probes, blockBits } = this.shape;
    if (kind === "split-block")
      kernels.splitQuery(this.#at, bits / 256, hashesAt, count, resultsAt);
    else if (kind === "classic") {
      kernels.classicQuery(this.#at, bits, probes, hashesAt, count, resultsAt);
    } else {
      const blocks = bits / blockBits;
      const shift = Math.log2(blockBits);
      kernels.blockedQuery(this.#at, blocks, shift, probes, hashesAt, count, resultsAt);
    }
  }

  protected override addUnseenHashes(hashesAt: number, count: number, resultsAt: number): void {
    if (this.shape.kind === "split-block") {
      const blocks = this.shape.bits / 256;
      this.space.kernels.splitAddUnseen(this.#at, blocks, hashesAt, count, resultsAt);
      return;
    }
    // One by one: a key may come twice in one batch.
    for (let i = 0; i < count; i++) {
      this.queryHashes(hashesAt + 8 * i, 1, resultsAt + i);
      this.space.u8[resultsAt + i]! ^= 1;
      this.insertHashes(hashesAt + 8 * i, 1);
    }
  }
}

function checkedShape(options: BloomFilterOptions): BloomShape {
  const { items, falsePositiveRate: rate = 0.01, bits, probes } = options;
  const kind = checkChoice("kind", options.kind ?? "split-block", KINDS);
  const blockBits = checkedBlockBits(kind, options.blockBits);
  const shape =
    bits === undefined
      ? shapeFor(kind, blockBits, items, checkNumber("falsePositiveRate", rate, RATE))
      : shapeOf(kind, blockBits, checkNumber("bits", bits, BITS), items);
  checkNumber("bits", shape.bits, BITS);
  if (probes === undefined) return shape;
  const wanted = checkNumber("probes", probes, PROBES);
  if (kind === "split-block" && wanted !== 8) {
    throw new InputError(`probes must be 8 in a split-block filter, got ${wanted}`);
  }
  return { ...shape, probes: wanted };
}

function checkedBlockBits(kind: BloomKind, blockBits: number | undefined): number {
  if (kind === "split-block") return 256;
  if (kind === "classic") return 64;
  const wanted = blockBits ?? 512;
  if (![64, 256, 512].includes(wanted)) {
    throw new InputError(`blockBits must be one of 64, 256, 512, got ${wanted}`);
  }
  return wanted;
}

function shapeText({ kind, bits, probes, blockBits }: BloomShape): string {
  return `${kind} of ${bits} bits, ${probes} probes, blocks of ${blockBits}`;
}
