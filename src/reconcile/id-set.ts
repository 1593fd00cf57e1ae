/**
 * Sets of 64-bit ids: sorted, each id once, with a checksum that a difference can be proved by: the sum
 * modulo 2^64 of the XXH64 of all ids.
 */
import { shown } from "../check.js";
import { InputError } from "../errors.js";
import type { Workspace } from "../kernels/workspace.js";
import { bigintOf } from "./message.js";

/** Ids of one set: 8 bytes each in the caller's array, up to 32 in a method's memory. */
export const IDS_MAX = 2 ** 26;
const ID_MAX = 2n ** 64n - 1n;
/** High seed word of the hashes of checksums; those of tables have 0 there. */
const CHECKSUM_SEED_HIGH = 1;

/** 64-bit ids in any order; an id that comes twice counts once. */
export type Ids = BigUint64Array | Iterable<bigint>;

/** Difference of two sets as one side sees it; both ascending. */
export interface Difference {
  /** Ids that only the other side has. */
  readonly missing: BigUint64Array;
  /** Ids that only this side has. */
  readonly extra: BigUint64Array;
}

/** A set as a method needs it; `ids` are ascending and distinct. */
export interface IdSet {
  readonly ids: BigUint64Array;
  /** Address of u64[ids.length] in the workspace. */
  readonly idsAt: number;
  readonly checksum: bigint;
}

/** A sorted copy without repetitions. @throws InputError naming the id that is none */
export function sortedIds(field: string, ids: Ids): BigUint64Array {
  const sorted = idArray(field, ids).slice();
  if (sorted.length > IDS_MAX) {
    throw new InputError(`${field} must have at most ${IDS_MAX} ids, got ${sorted.length}`);
  }
  sorted.sort();
  let kept = 0;
  for (let i = 0; i < sorted.length; i++) {
    if (i === 0 || sorted[i] !== sorted[i - 1]) sorted[kept++] = sorted[i]!;
  }
  return sorted.subarray(0, kept);
}

/** The ids as they come; an array of words is not copied. @throws InputError naming the id that is none */
export function idArray(field: string, ids: Ids): BigUint64Array {
  if (ids instanceof BigUint64Array) return ids;
  const list: bigint[] = [];
  for (const id of ids as Iterable<unknown>) {
    if (typeof id !== "bigint" || id < 0n || id > ID_MAX) {
      throw new InputError(
        `${field}[${list.length}] must be a bigint from 0 to 2^64 - 1, got ${shown(id)}`,
      );
    }
    list.push(id);
  }
  return BigUint64Array.from(list);
}

/** Copies sorted ids into memory that `owner` holds. */
export function placeIds(space: Workspace, owner: object, ids: BigUint64Array): IdSet {
  const idsAt = space.allocate(owner, ids.byteLength);
  space.u8.set(new Uint8Array(ids.buffer, ids.byteOffset, ids.byteLength), idsAt);
  return { ids, idsAt, checksum: checksumOf(space, ids) };
}

/** The two 32-bit words of every id, low first. */
export function wordsOf(ids: BigUint64Array): Uint32Array {
  return new Uint32Array(ids.buffer, ids.byteOffset, ids.length * 2);
}

/** Sum modulo 2^64 of the hashes of all ids; 0 of none. */
export function checksumOf({ kernels }: Workspace, ids: BigUint64Array): bigint {
  const words = wordsOf(ids);
  let low = 0;
  let high = 0;
  for (let i = 0; i < words.length; i += 2) {
    const hashLow = kernels.xxh64Of8(words[i]!, words[i + 1]!, 0, CHECKSUM_SEED_HIGH) >>> 0;
    low += hashLow;
    const carry = low > 0xffffffff ? 1 : 0;
    low >>>= 0;
    high = (high + kernels.xxh64High() + carry) | 0;
  }
  return bigintOf(low, high);
}

/** XXH64 of bytes. */
export function hashOfBytes(space: Workspace, bytes: Uint8Array): bigint {
  const owner = {};
  const at = space.allocate(owner, bytes.length);
  space.u8.set(bytes, at);
  const low = space.kernels.xxh64(at, bytes.length, 0, 0);
  const high = space.kernels.xxh64High();
  space.release(owner);
  return bigintOf(low, high);
}

/** Whether `difference` leads from a set with checksum `own` to one with checksum `other`. */
export function isProved(
  space: Workspace,
  own: bigint,
  other: bigint,
  { missing, extra }: Difference,
): boolean {
  const reached = own + checksumOf(space, missing) - checksumOf(space, extra);
  return BigInt.asUintN(64, reached) === other;
}

/** The difference of two sorted sets. */
export function differenceOf(own: BigUint64Array, other: BigUint64Array): Difference {
  const missing: bigint[] = [];
  const extra: bigint[] = [];
  let i = 0;
  let j = 0;
  while (i < own.length || j < other.length) {
    const left = own[i];
    const right = other[j];
    if (left === right) {
      i++;
      j++;
    } else if (right === undefined || (left !== undefined && left < right)) {
      extra.push(left!);
      i++;
    } else {
      missing.push(right);
      j++;
    }
  }
  return { missing: BigUint64Array.from(missing), extra: BigUint64Array.from(extra) };
}
