/**
 * Sizes and rates of Bloom filters. Blocked filters: keys per block are Poisson, and within a block the
 * share of set bits is taken at its mean (Putze, Sanders, Singler 2007). Split block: exact within a block.
 */
import { invariant } from "../errors.js";

export type BloomKind = "classic" | "blocked" | "split-block";

export interface BloomShape {
  readonly kind: BloomKind;
  /** Bits of the whole filter, a multiple of blockBits. */
  readonly bits: number;
  /** Bits set per key; 8 in a split block. */
  readonly probes: number;
  /** 256 for a split block; the whole filter counts as one block of a classic one: 64. */
  readonly blockBits: number;
}

/** Share of keys never added that the filter reports, with `items` keys in it. */
export function falsePositiveRate(shape: BloomShape, items: number): number {
  const { kind, bits, probes, blockBits } = shape;
  if (kind === "classic") return (1 - (1 - 1 / bits) ** (probes * items)) ** probes;
  const perBlock = (items * blockBits) / bits;
  if (kind === "split-block") return poissonMean(perBlock, (keys) => (1 - (31 / 32) ** keys) ** 8);
  return poissonMean(perBlock, (keys) => (1 - (1 - 1 / blockBits) ** (probes * keys)) ** probes);
}

/** Smallest filter that keeps the rate at `items` keys. */
export function shapeFor(
  kind: BloomKind,
  blockBits: number,
  items: number,
  rate: number,
): BloomShape {
  const shaped = (blocks: number): BloomShape =>
    shapeOf(kind, blockBits, blocks * blockBits, items);
  let enough = 1;
  while (falsePositiveRate(shaped(enough), items) > rate) enough *= 2;
  let few = Math.floor(enough / 2);
  while (enough - few > 1) {
    const middle = Math.floor((few + enough) / 2);
    if (falsePositiveRate(shaped(middle), items) > rate) few = middle;
    else enough = middle;
  }
  return shaped(enough);
}

/** A filter of `bits` bits with the probes that suit `items` keys. */
export function shapeOf(
  kind: BloomKind,
  blockBits: number,
  bits: number,
  items: number,
): BloomShape {
  const whole = Math.max(1, Math.ceil(bits / blockBits)) * blockBits;
  const probes =
    kind === "split-block" ? 8 : Math.min(32, Math.max(1, Math.round((whole / items) * Math.LN2)));
  return { kind, bits: whole, probes, blockBits };
}

/** Mean of `value` over a Poisson number; terms beyond 12 standard deviations are below 1e-20. */
function poissonMean(mean: number, value: (count: number) => number): number {
  invariant(mean >= 0, `mean ${mean}`);
  const last = Math.ceil(mean + 12 * Math.sqrt(mean) + 30);
  const first = Math.max(0, Math.floor(mean - 12 * Math.sqrt(mean)));
  let sum = 0;
  let logFactorial = 0;
  for (let count = 0; count <= last; count++) {
    if (count > 0) logFactorial += Math.log(count);
    if (count < first) continue;
    const log =
      mean > 0 ? count * Math.log(mean) - mean - logFactorial : count === 0 ? 0 : -Infinity;
    sum += Math.exp(log) * value(count);
  }
  return sum;
}

/** Number of keys from the number of set bits (Swamidass, Baldi 2007; by block: Poisson keys). */
export function cardinalityOf(shape: BloomShape, ones: number): number {
  const { kind, bits, probes, blockBits } = shape;
  const clear = 1 - ones / bits;
  if (kind === "classic") return (-bits / probes) * Math.log(clear);
  // A bit stays clear of one key of its block with probability `miss`.
  const miss = kind === "split-block" ? 31 / 32 : (1 - 1 / blockBits) ** probes;
  return ((-bits / blockBits) * Math.log(clear)) / (1 - miss);
}
