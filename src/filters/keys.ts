/**
 * Keys on their way into filters: hashed in chunks that stay in L1. One buffer per workspace serves all
 * filters, since a call fills it and uses it up.
 */
import { shown } from "../check.js";
import { InputError } from "../errors.js";
import type { Workspace } from "../kernels/workspace.js";

/**
 * Number: a whole one, 0 .. 2^53 - 1; bigint: 0 .. 2^64 - 1; both are hashed as 8 little-endian bytes, so
 * that 7 and 7n are one key. Text is hashed as UTF-8, bytes as they are. The hash is XXH64, seed 0.
 */
export type FilterKey = number | bigint | string | Uint8Array;
export type FilterKeys = Uint32Array | BigUint64Array | Iterable<FilterKey>;

const CHUNK = 1024;
/** Bytes of a key that fit into the buffer itself. */
const PIECE_BYTES = 4096;
const WORD_END = 2n ** 64n;
const encoder = new TextEncoder();

export class KeyBuffer {
  /** u64[CHUNK]. */
  readonly hashesAt: number;
  /** u8[CHUNK]. */
  readonly resultsAt: number;
  readonly #space: Workspace;
  readonly #keysAt: number;
  readonly #pieceAt: number;

  constructor(space: Workspace) {
    this.#space = space;
    this.hashesAt = space.allocate(this, CHUNK * 17 + PIECE_BYTES);
    this.#keysAt = this.hashesAt + CHUNK * 8;
    this.resultsAt = this.#keysAt + CHUNK * 8;
    this.#pieceAt = this.resultsAt + CHUNK;
  }

  /** Hashes one key to the front of the chunk. */
  one(key: FilterKey): void {
    this.#hash(key, 0);
  }

  /** Hashes chunk by chunk; `visit` finds `count` hashes at hashesAt, those of keys from `from` on. */
  each(keys: FilterKeys, visit: (count: number, from: number) => void): void {
    if (keys instanceof Uint32Array) this.#eachWord(keys, visit);
    else if (keys instanceof BigUint64Array) this.#eachLong(keys, visit);
    else {
      let from = 0;
      let count = 0;
      for (const key of keys) {
        this.#hash(key, count++);
        if (count < CHUNK) continue;
        visit(count, from);
        from += count;
        count = 0;
      }
      if (count > 0) visit(count, from);
    }
  }

  #eachWord(keys: Uint32Array, visit: (count: number, from: number) => void): void {
    for (let from = 0; from < keys.length; from += CHUNK) {
      const chunk = keys.subarray(from, from + CHUNK);
      this.#space.u32.set(chunk, this.#keysAt >>> 2);
      this.#space.kernels.hashKeys32(this.#keysAt, chunk.length, this.hashesAt);
      visit(chunk.length, from);
    }
  }

  #eachLong(keys: BigUint64Array, visit: (count: number, from: number) => void): void {
    for (let from = 0; from < keys.length; from += CHUNK) {
      const chunk = keys.subarray(from, from + CHUNK);
      const bytes = new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
      this.#space.u8.set(bytes, this.#keysAt);
      this.#space.kernels.hashKeys64(this.#keysAt, chunk.length, this.hashesAt);
      visit(chunk.length, from);
    }
  }

  #hash(key: FilterKey, index: number): void {
    const { kernels } = this.#space;
    let low: number;
    if (typeof key === "number" && key >= 0 && Number.isSafeInteger(key)) {
      low = kernels.xxh64Of8(key >>> 0, Math.floor(key / 2 ** 32), 0, 0);
    } else if (typeof key === "bigint" && key >= 0n && key < WORD_END) {
      low = kernels.xxh64Of8(Number(key & 0xffffffffn), Number(key >> 32n), 0, 0);
    } else if (typeof key === "string") {
      low = this.#hashBytes(encoder.encode(key));
    } else if (key instanceof Uint8Array) {
      low = this.#hashBytes(key);
    } else {
      throw new InputError(
        `key must be a whole number from 0 to 2^53 - 1, a bigint to 2^64 - 1, a string or a ` +
          `Uint8Array, got ${shown(key)}`,
      );
    }
    const cell = (this.hashesAt >>> 2) + 2 * index;
    this.#space.u32[cell] = low;
    this.#space.u32[cell + 1] = kernels.xxh64High();
  }

  #hashBytes(bytes: Uint8Array): number {
    if (bytes.length <= PIECE_BYTES) {
      this.#space.u8.set(bytes, this.#pieceAt);
      return this.#space.kernels.xxh64(this.#pieceAt, bytes.length, 0, 0);
    }
    const owner = {};
    const at = this.#space.allocate(owner, bytes.length);
    this.#space.u8.set(bytes, at);
    const low = this.#space.kernels.xxh64(at, bytes.length, 0, 0);
    this.#space.release(owner);
    return low;
  }
}

const buffers = new WeakMap<Workspace, KeyBuffer>();

/** The buffer of a workspace, made at first use. */
export function keyBuffer(space: Workspace): KeyBuffer {
  let buffer = buffers.get(space);
  if (buffer === undefined) {
    buffer = new KeyBuffer(space);
    buffers.set(space, buffer);
  }
  return buffer;
}
