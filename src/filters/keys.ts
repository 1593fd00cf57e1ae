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
/** Bytes of the keys of one chunk: with the rest of the buffer it fits into L1. */
const TEXT_BYTES = 16_384;
const WORD_END = 2n ** 64n;
const encoder = new TextEncoder();

export class KeyBuffer {
  /** u64[CHUNK]. */
  readonly hashesAt: number;
  /** u8[CHUNK]. */
  readonly resultsAt: number;
  readonly #space: Workspace;
  /** u64[CHUNK], or the bytes of keys; u32[CHUNK + 1] of where each starts. */
  readonly #keysAt: number;
  readonly #startsAt: number;
  #count = 0;
  #filled = 0;

  constructor(space: Workspace) {
    this.#space = space;
    this.hashesAt = space.allocate(this, CHUNK * 14 + TEXT_BYTES);
    this.#startsAt = this.hashesAt + CHUNK * 8;
    this.resultsAt = this.#startsAt + CHUNK * 4 + 8;
    this.#keysAt = this.resultsAt + CHUNK;
  }

  /** Hashes one key to the front of the chunk. */
  one(key: FilterKey): void {
    this.#start();
    if (!this.#append(key)) this.#hashLong(key as string | Uint8Array);
    else this.#hashAppended();
  }

  /** Hashes chunk by chunk; `visit` finds `count` hashes at hashesAt, those of keys from `from` on. */
  each(keys: FilterKeys, visit: (count: number, from: number) => void): void {
    if (keys instanceof Uint32Array) this.#eachWord(keys, visit);
    else if (keys instanceof BigUint64Array) this.#eachLong(keys, visit);
    else {
      let from = 0;
      const flush = (): void => {
        this.#hashAppended();
        const count = this.#count;
        this.#start();
        if (count > 0) visit(count, from);
        from += count;
      };
      this.#start();
      for (const key of keys) {
        if (this.#count === CHUNK) flush();
        if (this.#append(key)) continue;
        flush();
        if (this.#append(key)) continue;
        this.#hashLong(key as string | Uint8Array);
        visit(1, from++);
      }
      flush();
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

  #start(): void {
    this.#count = 0;
    this.#filled = 0;
    this.#space.u32[this.#startsAt >>> 2] = 0;
  }

  #hashAppended(): void {
    this.#space.kernels.hashKeyBytes(this.#keysAt, this.#startsAt, this.#count, this.hashesAt);
  }

  /** Writes the bytes of a key behind the others; false where there is no room. */
  #append(key: FilterKey): boolean {
    let bytes: number;
    if (typeof key === "string") bytes = this.#writeText(key);
    else if (typeof key === "number" && key >= 0 && Number.isSafeInteger(key)) {
      bytes = this.#writeWords(key >>> 0, Math.floor(key / 4294967296));
    } else if (typeof key === "bigint" && key >= 0n && key < WORD_END) {
      bytes = this.#writeWords(Number(key & 0xffffffffn), Number(key >> 32n));
    } else if (key instanceof Uint8Array) {
      bytes = this.#writeBytes(key);
    } else {
      throw new InputError(
        `key must be a whole number from 0 to 2^53 - 1, a bigint to 2^64 - 1, a string or a ` +
          `Uint8Array, got ${shown(key)}`,
      );
    }
    if (bytes < 0) return false;
    this.#filled += bytes;
    this.#space.u32[(this.#startsAt >>> 2) + ++this.#count] = this.#filled;
    return true;
  }

  /** Bytes written, or -1 where there is no room. */
  #writeText(text: string): number {
    if (text.length > TEXT_BYTES - this.#filled) return -1;
    const { u8 } = this.#space;
    const at = this.#keysAt + this.#filled;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      // Beyond ASCII a character takes more than one byte.
      if (code > 127) return this.#writeBytes(encoder.encode(text));
      u8[at + i] = code;
    }
    return text.length;
  }

  #writeBytes(bytes: Uint8Array): number {
    if (bytes.length > TEXT_BYTES - this.#filled) return -1;
    this.#space.u8.set(bytes, this.#keysAt + this.#filled);
    return bytes.length;
  }

  #writeWords(low: number, high: number): number {
    if (this.#filled + 8 > TEXT_BYTES) return -1;
    const { u8 } = this.#space;
    const at = this.#keysAt + this.#filled;
    for (let i = 0; i < 4; i++) {
      u8[at + i] = low >>> (8 * i);
      u8[at + 4 + i] = high >>> (8 * i);
    }
    return 8;
  }

  /** A key longer than the buffer, hashed to the front of the chunk. */
  #hashLong(key: string | Uint8Array): void {
    const bytes = typeof key === "string" ? encoder.encode(key) : key;
    const owner = {};
    const at = this.#space.allocate(owner, bytes.length);
    this.#space.u8.set(bytes, at);
    const cell = this.hashesAt >>> 2;
    this.#space.u32[cell] = this.#space.kernels.xxh64(at, bytes.length, 0, 0);
    this.#space.u32[cell + 1] = this.#space.kernels.xxh64High();
    this.#space.release(owner);
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
