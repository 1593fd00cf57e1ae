/**
 * A Merkle tree over a key range, as Dynamo (DeCandia et al. 2007), Cassandra and Riak use them to find
 * what two replicas hold differently. A leaf covers a range of keys and does not depend on the order in
 * which items came; the tree holds hashes only, the items stay with the caller.
 */
import { checkChoice, checkNumber } from "../check.js";
import { InputError } from "../errors.js";
import type { BackendName } from "../kernels/backend.js";
import { workspace, type Workspace } from "../kernels/workspace.js";
import { exchangeCost, mergeLeaves, type ExchangeCost, type LeafRange } from "./exchange.js";
import {
  itemBuffer,
  ITEMS_MAX,
  type ItemBuffer,
  type MerkleKey,
  type MerkleVersion,
} from "./items.js";
import type { MerkleNodes } from "./nodes.js";
import { packTree, unpackTree } from "./packed-tree.js";
import { Sha256Nodes } from "./sha256-nodes.js";
import {
  keyPlacement,
  leafPositions,
  LEAVES_MAX,
  LEVELS_MAX,
  merkleShape,
  type KeyPlacement,
  type MerkleFanout,
  type MerkleShape,
} from "./shape.js";
import { Xxh64Nodes } from "./xxh64-nodes.js";

export const MERKLE_HASHES = ["xxh64", "sha256"] as const;
/** xxh64: fast, 8 bytes, against chance. sha256: 32 bytes, against those who would forge items. */
export type MerkleHash = (typeof MERKLE_HASHES)[number];
/** 2^21 hashes of 32 bytes take 64 MiB of JavaScript's heap. */
const SHA256_LEAVES_MAX = 2 ** 20;

export interface MerkleTreeOptions {
  /** A power of two, 2 .. 2^24 (2^20 with sha256). */
  readonly leaves: number;
  /**
   * Children of a node; default 16, which takes half the memory and a quarter of the round trips of 2,
   * and sends about twice the hashes. The root takes the rest, so any power of two of leaves fits.
   */
  readonly fanout?: MerkleFanout;
  /** Default xxh64. */
  readonly hash?: MerkleHash;
  /** Keys are whole numbers below this, in leaves of equal width; left out, keys are placed by their XXH64. */
  readonly keyRange?: number;
  /** Default wasm. */
  readonly backend?: BackendName;
}

export interface MerkleLoadOptions {
  readonly backend?: BackendName;
}

export interface MerkleDiffOptions {
  /** Levels that one message settles, 1 .. 25; default 1. */
  readonly levelsPerMessage?: number;
}

export interface MerkleDiff extends ExchangeCost {
  /** Indexes of the leaves that differ, ascending. */
  readonly leaves: Uint32Array;
  /** The same, neighbours joined. */
  readonly ranges: readonly LeafRange[];
  /** Differing nodes of all levels, leaves included. */
  readonly differingNodes: number;
  /** The same per level, root first. */
  readonly differingPerLevel: readonly number[];
}

export class MerkleTree {
  readonly backend: BackendName;
  readonly hash: MerkleHash;
  readonly shape: MerkleShape;
  readonly #placement: KeyPlacement;
  readonly #space: Workspace;
  readonly #nodes: MerkleNodes;

  /** An empty tree. @throws InputError naming the option */
  constructor(options: MerkleTreeOptions) {
    const { leaves, fanout = 16, hash = "xxh64", keyRange, backend = "wasm" } = options;
    this.#space = workspace(backend);
    this.backend = backend;
    this.hash = checkChoice("hash", hash, MERKLE_HASHES);
    this.shape = merkleShape(leaves, fanout, hash === "sha256" ? SHA256_LEAVES_MAX : LEAVES_MAX);
    this.#placement = keyPlacement(keyRange, leaves);
    this.#nodes =
      hash === "sha256"
        ? new Sha256Nodes(this.#space, this, this.shape, this.#placement)
        : new Xxh64Nodes(this.#space, this, this.shape, this.#placement);
    this.#nodes.hashLevels();
  }

  /** Exclusive end of the keys, 0 where keys are placed by their XXH64. */
  get keyRange(): number {
    return this.#placement.range;
  }

  /**
   * Replaces the content by these items, one version per key, in any order; no key twice.
   * @throws InputError naming the key or version that cannot be used; the tree is then empty
   */
  build(keys: ArrayLike<MerkleKey>, versions: ArrayLike<MerkleVersion>): void {
    checkLength("versions", versions.length, keys.length);
    this.#nodes.clear();
    try {
      this.#inBlocks(keys, (buffer, from, count) => {
        buffer.setVersions("versions", buffer.newAt, versions, from, count, "present");
        this.#nodes.addItems(count);
      });
    } catch (error) {
      this.#nodes.clear();
      throw error;
    } finally {
      this.#nodes.hashLevels();
    }
  }

  /** Adds a key that is not in the tree: O(depth). */
  insert(key: MerkleKey, version: MerkleVersion): void {
    this.set(key, undefined, version);
  }

  /** Replaces the version of a key: O(depth). `oldVersion` must be what the tree holds. */
  update(key: MerkleKey, oldVersion: MerkleVersion, newVersion: MerkleVersion): void {
    this.set(key, oldVersion, newVersion);
  }

  /** Takes a key away: O(depth). `version` must be what the tree holds. */
  delete(key: MerkleKey, version: MerkleVersion): void {
    this.set(key, version, undefined);
  }

  /** The general point update; `undefined` on either side means that the key is not there. */
  set(
    key: MerkleKey,
    oldVersion: MerkleVersion | undefined,
    newVersion: MerkleVersion | undefined,
  ): void {
    this.setAll([key], [oldVersion], [newVersion]);
  }

  /**
   * Many point updates, in order. The hashes of their paths are computed side by side.
   * @throws InputError naming the key or version; the updates of earlier blocks of 1024 then stand
   */
  setAll(
    keys: ArrayLike<MerkleKey>,
    oldVersions: ArrayLike<MerkleVersion | undefined>,
    newVersions: ArrayLike<MerkleVersion | undefined>,
  ): void {
    checkLength("oldVersions", oldVersions.length, keys.length);
    checkLength("newVersions", newVersions.length, keys.length);
    this.#inBlocks(keys, (buffer, from, count) => {
      buffer.setVersions("oldVersions", buffer.oldAt, oldVersions, from, count, "absent");
      buffer.setVersions("newVersions", buffer.newAt, newVersions, from, count, "absent");
      this.#nodes.update(count);
    });
  }

  /** Hash of the root: 16 hex digits, 64 with sha256. */
  root(): string {
    return this.#nodes.root();
  }

  /** Index of the leaf that a key falls into. */
  leafOf(key: MerkleKey): number {
    itemBuffer(this.#space).setKeys([key], 0, 1, this.#placement);
    return this.#nodes.leafOfFirst();
  }

  /** Positions of a leaf, `to` excluded: keys where the tree has a key range, else the XXH64 of keys. */
  leafRange(leaf: number): { from: bigint; to: bigint } {
    checkNumber("leaf", leaf, { min: 0, max: this.shape.leaves - 1, integer: true });
    return leafPositions(leaf, this.shape, this.#placement);
  }

  /**
   * Leaves that differ from those of `other`, and what an exchange over a network would cost:
   * `levelsPerMessage` 1 (the default) goes down level by level, more settle several levels per
   * round trip; see exchangeCost.
   * @throws InputError unless both trees have the same form, hash and backend
   */
  diff(other: MerkleTree, { levelsPerMessage = 1 }: MerkleDiffOptions = {}): MerkleDiff {
    this.#checkAlike(other);
    const depth = this.shape.levels.length;
    checkNumber("levelsPerMessage", levelsPerMessage, { min: 1, max: LEVELS_MAX, integer: true });
    const { leaves, differing } = this.#nodes.diff(other.#nodes);
    const perMessage = Math.min(levelsPerMessage, depth);
    return {
      leaves,
      ranges: mergeLeaves(leaves),
      differingNodes: differing.reduce((sum, nodes) => sum + nodes, 0),
      differingPerLevel: differing,
      ...exchangeCost(this.shape, differing, perMessage, this.#nodes.hashBytes),
    };
  }
  /** The tree as bytes: header, leaf sums, checksum (packed-tree.ts). */
  serialise(): Uint8Array {
    return packTree(this.#space, {
      hash: this.hash,
      shape: this.shape,
      keyRange: this.keyRange,
      leafBytes: this.#nodes.leafBytes(),
    });
  }

  /**
   * The tree that `serialise` gave.
   * @throws InputError where bytes are missing, too many or altered
   */
  static load(bytes: Uint8Array, { backend = "wasm" }: MerkleLoadOptions = {}): MerkleTree {
    const { hash, shape, keyRange, leafBytes } = unpackTree(workspace(backend), bytes);
    const { leaves, fanout } = shape;
    const range = keyRange === 0 ? {} : { keyRange };
    const tree = new MerkleTree({ leaves, fanout, hash, backend, ...range });
    tree.#nodes.setLeafBytes(leafBytes);
    tree.#nodes.hashLevels();
    return tree;
  }

  /** Gives the memory back; the tree must not be used afterwards. */
  dispose(): void {
    this.#space.release(this);
  }

  /** Fills the buffer with keys, block by block, and hands each block on. */
  #inBlocks(
    keys: ArrayLike<MerkleKey>,
    use: (buffer: ItemBuffer, from: number, count: number) => void,
  ): void {
    const buffer = itemBuffer(this.#space);
    for (let from = 0; from < keys.length; from += ITEMS_MAX) {
      const count = Math.min(ITEMS_MAX, keys.length - from);
      buffer.setKeys(keys, from, count, this.#placement);
      use(buffer, from, count);
    }
  }

  #checkAlike(other: MerkleTree): void {
    const alike = [
      ["leaves", this.shape.leaves, other.shape.leaves],
      ["fanout", this.shape.fanout, other.shape.fanout],
      ["hash", this.hash, other.hash],
      ["keyRange", this.keyRange, other.keyRange],
      ["backend", this.backend, other.backend],
    ] as const;
    for (const [field, own, theirs] of alike) {
      if (own !== theirs) throw new InputError(`other.${field} must be ${own}, got ${theirs}`);
    }
  }
}

function checkLength(field: string, length: number, keys: number): void {
  if (length !== keys) {
    throw new InputError(`${field} must have as many entries as keys, ${keys}, got ${length}`);
  }
}
