/**
 * The hashes of one tree. Two implementations: XXH64 in the kernels (xxh64-nodes.ts), and SHA-256 by
 * node:crypto (sha256-nodes.ts). Items come through the buffer of the workspace.
 */
import type { MerkleShape } from "./shape.js";

export interface MerkleNodes {
  readonly shape: MerkleShape;
  readonly hashBytes: number;
  /** Leaf of the key that stands first in the buffer. */
  leafOfFirst(): number;
  /** Empties all leaves; inner nodes are out of date until hashLevels. */
  clear(): void;
  /** Adds the first `count` items of the buffer (keys, new versions); hashLevels is to follow. */
  addItems(count: number): void;
  hashLevels(): void;
  /** Replaces the old versions of the first `count` items by the new ones, paths included. */
  update(count: number): void;
  /** Hash of the root, hex digits. */
  root(): string;
  /** Differing leaves, ascending, and the number of differing nodes per level, root first. */
  diff(other: this): { leaves: Uint32Array; differing: readonly number[] };
  /** The leaf sums one after the other, `hashBytes` each, little-endian. */
  leafBytes(): Uint8Array;
  /** Takes over what leafBytes gave. */
  setLeafBytes(bytes: Uint8Array): void;
}
