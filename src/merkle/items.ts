/**
 * Items on their way into trees: keys, versions and node ids as 64-bit and 32-bit words in a workspace.
 * One buffer per workspace serves all trees, since a call fills it and uses it up.
 */
import { shown } from "../check.js";
import { InputError } from "../errors.js";
import { UPDATE_BLOCK } from "../kernels/merkle.js";
import type { Workspace } from "../kernels/workspace.js";
import type { KeyPlacement } from "./shape.js";

/** Number: a whole one, 0 .. 2^53 - 1. bigint: 0 .. 2^64 - 1. Text (UTF-8) and bytes: their XXH64. */
export type MerkleKey = number | bigint | string | Uint8Array;
/** A whole number, 0 .. 2^53 - 1, or a bigint, 0 .. 2^64 - 2. */
export type MerkleVersion = number | bigint;

/** Items handled per kernel call: 28 KiB of words stay in L1. */
export const ITEMS_MAX = 1024;
const WORD_MAX = 2n ** 64n - 1n;
/** Bytes from outside are hashed by pieces of this size: beside a tree's path they fit into L1. */
const PIECE_BYTES = 16_384;

const encoder = new TextEncoder();

export class ItemBuffer {
  readonly #space: Workspace;
  /** u64[ITEMS_MAX] each. */
  readonly keysAt: number;
  readonly oldAt: number;
  readonly newAt: number;
  /** u32[ITEMS_MAX] each. */
  readonly nodesAt: number;
  readonly othersAt: number;
  /** u32[2 * UPDATE_BLOCK]. */
  readonly scratchAt: number;
  readonly #pieceAt: number;
  #list: { readonly owner: object; readonly at: number; readonly words: number } | undefined;

  constructor(space: Workspace) {
    this.#space = space;
    const at = space.allocate(this, ITEMS_MAX * 32 + UPDATE_BLOCK * 8 + PIECE_BYTES);
    this.keysAt = at;
    this.oldAt = at + ITEMS_MAX * 8;
    this.newAt = at + ITEMS_MAX * 16;
    this.nodesAt = at + ITEMS_MAX * 24;
    this.othersAt = at + ITEMS_MAX * 28;
    this.scratchAt = at + ITEMS_MAX * 32;
    this.#pieceAt = this.scratchAt + UPDATE_BLOCK * 8;
  }

  /** Address of u32[words] for the result of a comparison, kept for the next one. */
  list(words: number): number {
    if (this.#list === undefined || this.#list.words < words) {
      if (this.#list !== undefined) this.#space.release(this.#list.owner);
      this.#list = undefined;
      const owner = {};
      this.#list = { owner, at: this.#space.allocate(owner, words * 4), words };
    }
    return this.#list.at;
  }

  /** Writes `keys[from ..]` to `keysAt`; `count` of them. */
  setKeys(keys: ArrayLike<MerkleKey>, from: number, count: number, placement: KeyPlacement): void {
    if (placement.range === 0 && this.#copyWords(this.keysAt, keys, from, count)) return;
    for (let i = 0; i < count; i++) {
      this.#setKey(this.keysAt + i * 8, keys[from + i]!, from + i, placement);
    }
  }

  /** Writes versions to `at`; `undefined` stands for "no item" where `absent` allows it. */
  setVersions(
    field: string,
    at: number,
    versions: ArrayLike<MerkleVersion | undefined>,
    from: number,
    count: number,
    absent: "absent" | "present",
  ): void {
    const words = this.#space.u32;
    const copied = this.#copyWords(at, versions, from, count);
    for (let i = 0; i < count; i++) {
      const cell = (at >>> 2) + i * 2;
      if (copied && (words[cell]! & words[cell + 1]!) !== -1) continue;
      const version = versions[from + i];
      if (typeof version === "number" && version >= 0 && Number.isSafeInteger(version)) {
        words[cell] = version >>> 0;
        words[cell + 1] = Math.floor(version / 2 ** 32);
      } else if (typeof version === "bigint" && version >= 0n && version < WORD_MAX) {
        setWord(words, cell, version);
      } else if (version === undefined && absent === "absent") {
        words[cell] = 0xffffffff;
        words[cell + 1] = 0xffffffff;
      } else {
        throw new InputError(
          `${field}[${from + i}] must be a whole number from 0 to 2^53 - 1 or a bigint to 2^64 - 2` +
            `${absent === "absent" ? " or undefined" : ""}, got ${shown(version)}`,
        );
      }
    }
  }

  /** Copies 64-bit words as they are; false where `values` are of another type. */
  #copyWords(at: number, values: ArrayLike<unknown>, from: number, count: number): boolean {
    if (!(values instanceof BigUint64Array)) return false;
    const bytes = new Uint8Array(values.buffer, values.byteOffset + from * 8, count * 8);
    this.#space.u8.set(bytes, at);
    return true;
  }

  #setKey(at: number, key: MerkleKey, index: number, { range }: KeyPlacement): void {
    const words = this.#space.u32;
    const cell = at >>> 2;
    const limit = range === 0 ? Number.MAX_SAFE_INTEGER : range - 1;
    if (typeof key === "number" && Number.isInteger(key) && key >= 0 && key <= limit) {
      words[cell] = key >>> 0;
      words[cell + 1] = Math.floor(key / 2 ** 32);
    } else if (typeof key === "bigint" && key >= 0n && key <= (range === 0 ? WORD_MAX : limit)) {
      setWord(words, cell, key);
    } else if (range === 0 && typeof key === "string") {
      this.#setHash(at, encoder.encode(key));
    } else if (range === 0 && key instanceof Uint8Array) {
      this.#setHash(at, key);
    } else {
      const allowed =
        range === 0
          ? "a whole number from 0 to 2^53 - 1, a bigint to 2^64 - 1, a string or a Uint8Array"
          : `a whole number from 0 to ${limit}`;
      throw new InputError(`keys[${index}] must be ${allowed}, got ${shown(key)}`);
    }
  }

  /** XXH64 of bytes as the word at `at`. */
  #setHash(at: number, bytes: Uint8Array): void {
    const { low, high } = this.hashOf(bytes);
    this.#space.u32[at >>> 2] = low;
    this.#space.u32[(at >>> 2) + 1] = high;
  }

  /** XXH64 of bytes that stand outside the workspace, seed 0: by pieces that stay in L1. */
  hashOf(bytes: Uint8Array): { low: number; high: number } {
    const { kernels, u8 } = this.#space;
    const at = this.#pieceAt;
    let low: number;
    if (bytes.length <= PIECE_BYTES) {
      u8.set(bytes, at);
      low = kernels.xxh64(at, bytes.length, 0, 0);
    } else {
      const state = this.scratchAt;
      kernels.xxh64Start(state, 0, 0);
      const whole = bytes.length - (bytes.length % 32);
      for (let from = 0; from < whole; from += PIECE_BYTES) {
        const piece = bytes.subarray(from, Math.min(from + PIECE_BYTES, whole));
        u8.set(piece, at);
        kernels.xxh64Absorb(state, at, piece.length);
      }
      u8.set(bytes.subarray(whole), at);
      low = kernels.xxh64End(state, at, bytes.length - whole, bytes.length);
    }
    return { low: low >>> 0, high: kernels.xxh64High() >>> 0 };
  }
}

function setWord(words: Uint32Array, cell: number, value: bigint): void {
  words[cell] = Number(value & 0xffffffffn);
  words[cell + 1] = Number(value >> 32n);
}

const buffers = new WeakMap<Workspace, ItemBuffer>();

/** The buffer of a workspace, made at first use. */
export function itemBuffer(space: Workspace): ItemBuffer {
  let buffer = buffers.get(space);
  if (buffer === undefined) {
    buffer = new ItemBuffer(space);
    buffers.set(space, buffer);
  }
  return buffer;
}
