/**
 * Hashes of a tree by SHA-256 (FIPS 180-4, node:crypto), for those who do not trust the other side. A leaf
 * is the sum modulo 2^256 of its items' hashes, an inner node the SHA-256 of its children. Whoever may
 * choose very many keys can still find two sets of equal sum (Wagner 2002): the sum is no signature.
 */
import { hash as digestOf } from "node:crypto";
import { FORM_WORDS } from "../kernels/merkle.js";
import type { Workspace } from "../kernels/workspace.js";
import { itemBuffer, type ItemBuffer } from "./items.js";
import type { MerkleNodes } from "./nodes.js";
import { writeForm, type KeyPlacement, type MerkleShape } from "./shape.js";

const HASH_BYTES = 32;

export class Sha256Nodes implements MerkleNodes {
  readonly shape: MerkleShape;
  readonly hashBytes = HASH_BYTES;
  readonly #space: Workspace;
  readonly #buffer: ItemBuffer;
  readonly #formAt: number;
  /** u8[nodes][32], root first. */
  readonly #hashes: Uint8Array;
  /** First node of each level. */
  readonly #firsts: readonly number[];
  readonly #item = new Uint8Array(16);

  /** @param owner the object whose memory the form is: it ends with `space.release(owner)` */
  constructor(space: Workspace, owner: object, shape: MerkleShape, placement: KeyPlacement) {
    this.shape = shape;
    this.#space = space;
    this.#buffer = itemBuffer(space);
    this.#formAt = space.allocate(owner, FORM_WORDS * 4);
    writeForm(space.u32, this.#formAt, shape, placement);
    this.#hashes = new Uint8Array(shape.nodes * HASH_BYTES);
    let first = 0;
    this.#firsts = shape.levels.map(({ nodes }) => {
      first += nodes;
      return first - nodes;
    });
  }

  leafOfFirst(): number {
    return this.#leafAt(0);
  }

  clear(): void {
    this.#hashes.fill(0, this.#leafOffset(0));
  }

  addItems(count: number): void {
    for (let i = 0; i < count; i++) this.#addItem(i, this.#buffer.newAt, 1, this.#leafAt(i));
  }

  hashLevels(): void {
    for (let level = this.shape.levels.length - 2; level >= 0; level--) {
      for (let i = 0; i < this.shape.levels[level]!.nodes; i++) this.#hashNode(level, i);
    }
  }

  update(count: number): void {
    for (let i = 0; i < count; i++) {
      let index = this.#leafAt(i);
      this.#addItem(i, this.#buffer.oldAt, -1, index);
      this.#addItem(i, this.#buffer.newAt, 1, index);
      for (let level = this.shape.levels.length - 2; level >= 0; level--) {
        index = Math.floor(index / this.shape.levels[level]!.fanout);
        this.#hashNode(level, index);
      }
    }
  }

  root(): string {
    return Buffer.from(this.#hashes.subarray(0, HASH_BYTES)).toString("hex");
  }

  diff(other: Sha256Nodes): { leaves: Uint32Array; differing: number[] } {
    let found = this.#differs(other, 0) ? [0] : [];
    const differing = [found.length];
    for (let level = 0; level < this.shape.levels.length - 1; level++) {
      const { fanout } = this.shape.levels[level]!;
      const children: number[] = [];
      for (const parent of found) {
        for (let child = parent * fanout; child < (parent + 1) * fanout; child++) {
          if (this.#differs(other, this.#firsts[level + 1]! + child)) children.push(child);
        }
      }
      found = children;
      differing.push(found.length);
    }
    return { leaves: Uint32Array.from(found), differing };
  }

  leafBytes(): Uint8Array {
    return this.#hashes.slice(this.#leafOffset(0));
  }

  setLeafBytes(bytes: Uint8Array): void {
    this.#hashes.set(bytes, this.#leafOffset(0));
  }

  #leafOffset(leaf: number): number {
    return (this.#firsts.at(-1)! + leaf) * HASH_BYTES;
  }

  #leafAt(item: number): number {
    const key = (this.#buffer.keysAt >>> 2) + item * 2;
    const { kernels, u32 } = this.#space;
    return kernels.merkleLeaf(this.#formAt, u32[key]!, u32[key + 1]!);
  }

  /** Adds (sign 1) or takes away (-1) the hash of an item; nothing where its version is "none". */
  #addItem(item: number, versionsAt: number, sign: 1 | -1, leaf: number): void {
    const { u8, u32 } = this.#space;
    const version = (versionsAt >>> 2) + item * 2;
    if (u32[version] === 0xffffffff && u32[version + 1] === 0xffffffff) return;
    const keyAt = this.#buffer.keysAt + item * 8;
    this.#item.set(u8.subarray(keyAt, keyAt + 8));
    this.#item.set(u8.subarray(version * 4, version * 4 + 8), 8);
    const digest = digestOf("sha256", this.#item, "buffer");
    const at = this.#leafOffset(leaf);
    let carry = 0;
    for (let i = 0; i < HASH_BYTES; i++) {
      carry += this.#hashes[at + i]! + sign * digest[i]!;
      this.#hashes[at + i] = carry;
      carry >>= 8; // arithmetic: -1 where the byte borrowed
    }
  }

  #hashNode(level: number, index: number): void {
    const { fanout } = this.shape.levels[level]!;
    const from = (this.#firsts[level + 1]! + index * fanout) * HASH_BYTES;
    const children = this.#hashes.subarray(from, from + fanout * HASH_BYTES);
    const at = (this.#firsts[level]! + index) * HASH_BYTES;
    this.#hashes.set(digestOf("sha256", children, "buffer"), at);
  }

  #differs(other: Sha256Nodes, node: number): boolean {
    const from = node * HASH_BYTES;
    for (let at = from; at < from + HASH_BYTES; at++) {
      if (this.#hashes[at] !== other.#hashes[at]) return true;
    }
    return false;
  }
}
