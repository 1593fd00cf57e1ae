/** Hashes of a tree in a workspace: u64[nodes], root first, worked on by the kernels of merkle.ts. */
import { FORM_WORDS } from "../kernels/merkle.js";
import type { Workspace } from "../kernels/workspace.js";
import { itemBuffer, type ItemBuffer } from "./items.js";
import type { MerkleNodes } from "./nodes.js";
import { LEVELS_MAX, writeForm, type KeyPlacement, type MerkleShape } from "./shape.js";

const HASH_BYTES = 8;

export class Xxh64Nodes implements MerkleNodes {
  readonly shape: MerkleShape;
  readonly hashBytes = HASH_BYTES;
  readonly #space: Workspace;
  readonly #buffer: ItemBuffer;
  readonly #formAt: number;
  readonly #countsAt: number;
  readonly #treeAt: number;

  /** @param owner the object whose memory this is: it ends with `space.release(owner)` */
  constructor(space: Workspace, owner: object, shape: MerkleShape, placement: KeyPlacement) {
    this.shape = shape;
    this.#space = space;
    this.#buffer = itemBuffer(space);
    const head = (FORM_WORDS + LEVELS_MAX) * 4;
    this.#formAt = space.allocate(owner, head + 4 + shape.nodes * HASH_BYTES);
    this.#countsAt = this.#formAt + FORM_WORDS * 4;
    this.#treeAt = Math.ceil((this.#formAt + head) / HASH_BYTES) * HASH_BYTES;
    writeForm(space.u32, this.#formAt, shape, placement);
  }

  leafOfFirst(): number {
    const key = this.#buffer.keysAt >>> 2;
    const { kernels, u32 } = this.#space;
    return kernels.merkleLeaf(this.#formAt, u32[key]!, u32[key + 1]!);
  }

  clear(): void {
    const at = this.#leavesAt;
    this.#space.u8.fill(0, at, at + this.shape.leaves * HASH_BYTES);
  }

  addItems(count: number): void {
    const { keysAt, newAt } = this.#buffer;
    this.#space.kernels.merkleAddItems(this.#treeAt, this.#formAt, keysAt, newAt, count);
  }

  hashLevels(): void {
    this.#space.kernels.merkleHashLevels(this.#treeAt, this.#formAt);
  }

  update(count: number): void {
    const { keysAt, oldAt, newAt, scratchAt } = this.#buffer;
    this.#space.kernels.merkleUpdate(
      this.#treeAt,
      this.#formAt,
      0,
      keysAt,
      oldAt,
      newAt,
      count,
      scratchAt,
    );
  }

  root(): string {
    return hex64(this.#space.u32, this.#treeAt);
  }

  diff(other: Xxh64Nodes): { leaves: Uint32Array; differing: number[] } {
    const listAt = this.#buffer.list(this.shape.leaves);
    const { kernels } = this.#space;
    const found = kernels.merkleDiff(
      this.#treeAt,
      other.#treeAt,
      this.#formAt,
      listAt,
      this.#countsAt,
    );
    const { u32 } = this.#space;
    const counts = this.#countsAt >>> 2;
    return {
      leaves: u32.slice(listAt >>> 2, (listAt >>> 2) + found),
      differing: Array.from(u32.subarray(counts, counts + this.shape.levels.length)),
    };
  }

  leafBytes(): Uint8Array {
    const at = this.#leavesAt;
    return this.#space.u8.slice(at, at + this.shape.leaves * HASH_BYTES);
  }

  setLeafBytes(bytes: Uint8Array): void {
    this.#space.u8.set(bytes, this.#leavesAt);
  }

  get #leavesAt(): number {
    return this.#treeAt + (this.shape.nodes - this.shape.leaves) * HASH_BYTES;
  }
}

/** The 64-bit hash at `at` as 16 hex digits. */
export function hex64(words: Uint32Array, at: number): string {
  const [low, high] = [words[at >>> 2]!, words[(at >>> 2) + 1]!];
  return [high, low].map((word) => word.toString(16).padStart(8, "0")).join("");
}
