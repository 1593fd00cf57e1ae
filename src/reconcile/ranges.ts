/**
 * A sorted set whose ranges have fingerprints: the sums modulo 2^64 of two hashes of the ids and their
 * number, hashed to 16 bytes. negentropy sums the ids themselves, which are hashes of 256 bits there.
 */
import type { Workspace } from "../kernels/workspace.js";
import { wordsOf } from "./id-set.js";
import type { MessageReader, MessageWriter } from "./message.js";

export const FINGERPRINT_BYTES = 16;
/** High seed words of the two hashes of an id. */
const SEEDS_HIGH = [3, 4] as const;
/** What is hashed: two sums and a count, 8 bytes each. */
const HASHED_BYTES = 24;

/** Above every id. */
export const BOUND_END = 2n ** 64n;
/** Length byte of a bound that is BOUND_END. */
const END_LENGTH = 9;

export class FingerprintedSet {
  readonly ids: BigUint64Array;
  readonly #space: Workspace;
  /** Sums of the hashes of all ids before: four words per index, 0 .. ids.length. */
  readonly #sums: Uint32Array;
  readonly #hashedAt: number;

  constructor(space: Workspace, ids: BigUint64Array) {
    this.#space = space;
    this.ids = ids;
    this.#sums = prefixSums(space, ids);
    this.#hashedAt = space.allocate(this, HASHED_BYTES);
  }

  /** Fingerprint of ids[from .. end - 1]. */
  fingerprint(from: number, end: number): Uint8Array {
    const { u32, kernels } = this.#space;
    const words = this.#hashedAt >>> 2;
    for (let half = 0; half < 4; half += 2) {
      const [low, endLow] = [this.#sums[4 * from + half]!, this.#sums[4 * end + half]!];
      u32[words + half] = endLow - low;
      const borrow = endLow < low ? 1 : 0;
      u32[words + half + 1] =
        this.#sums[4 * end + half + 1]! - this.#sums[4 * from + half + 1]! - borrow;
    }
    u32[words + 4] = end - from;
    u32[words + 5] = 0;
    const result = new Uint32Array(4);
    for (let half = 0; half < 4; half += 2) {
      result[half] = kernels.xxh64(this.#hashedAt, HASHED_BYTES, half, 0);
      result[half + 1] = kernels.xxh64High();
    }
    return new Uint8Array(result.buffer);
  }

  /** Index of the first id from `from` on that is not below `bound`. */
  indexOf(bound: bigint, from: number): number {
    let low = from;
    let high = this.ids.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.ids[middle]! < bound) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  dispose(): void {
    this.#space.release(this);
  }
}

function prefixSums({ kernels }: Workspace, ids: BigUint64Array): Uint32Array {
  const words = wordsOf(ids);
  const sums = new Uint32Array(4 * (ids.length + 1));
  for (let i = 0; i < ids.length; i++) {
    for (const half of [0, 1] as const) {
      const at = 4 * i + 2 * half;
      const low = kernels.xxh64Of8(words[2 * i]!, words[2 * i + 1]!, 0, SEEDS_HIGH[half]) >>> 0;
      const sum = sums[at]! + low;
      sums[at + 4] = sum;
      sums[at + 5] = sums[at + 1]! + (kernels.xxh64High() >>> 0) + (sum > 0xffffffff ? 1 : 0);
    }
  }
  return sums;
}

/** The shortest bound above `below` and not above `id`: as few leading bytes of `id` as tell the two apart. */
export function boundBetween(below: bigint, id: bigint): bigint {
  for (let shift = 56n; shift > 0n; shift -= 8n) {
    const prefix = (id >> shift) << shift;
    if (prefix > below) return prefix;
  }
  return id;
}

/** A length byte and so many leading bytes; the rest is 0. */
export function writeBound(writer: MessageWriter, bound: bigint): void {
  if (bound === BOUND_END) {
    writer.byte(END_LENGTH);
    return;
  }
  let length = 8;
  while (length > 0 && ((bound >> BigInt(64 - 8 * length)) & 0xffn) === 0n) length--;
  writer.byte(length);
  for (let i = 0; i < length; i++) writer.byte(Number((bound >> BigInt(56 - 8 * i)) & 0xffn));
}

export function readBound(reader: MessageReader): bigint {
  const length = reader.byte();
  if (length === END_LENGTH) return BOUND_END;
  let bound = 0n;
  for (let i = 0; i < length; i++) bound |= BigInt(reader.byte()) << BigInt(56 - 8 * i);
  return bound;
}
