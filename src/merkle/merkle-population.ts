/**
 * A small Merkle tree per node, a million of them in one memory: what anti-entropy in a gossip round does,
 * as batches of updates and of comparisons. With 64 leaves a tree takes 552 bytes at fanout 16 (69 hashes),
 * 1016 at fanout 2 (127 hashes).
 */
import { checkNumber, shown } from "../check.js";
import { InputError } from "../errors.js";
import type { BackendName } from "../kernels/backend.js";
import { FORM_WORDS } from "../kernels/merkle.js";
import { workspace, type Workspace } from "../kernels/workspace.js";
import { itemBuffer, ITEMS_MAX, type MerkleKey, type MerkleVersion } from "./items.js";
import {
  keyPlacement,
  merkleShape,
  writeForm,
  type KeyPlacement,
  type MerkleFanout,
  type MerkleShape,
} from "./shape.js";
import { hex64 } from "./xxh64-nodes.js";

/** A bit per leaf of a tree fits into one word. */
export const POPULATION_LEAVES_MAX = 64;
/** With 2 leaves, the smallest trees, this is 1.5 GiB. */
export const POPULATION_NODES_MAX = 2 ** 26;

export interface MerklePopulationOptions {
  /** Trees, 1 .. 2^26. */
  readonly nodes: number;
  /** A power of two, 2 .. 64; default 64. */
  readonly leaves?: number;
  /** Default 16. */
  readonly fanout?: MerkleFanout;
  /** As in MerkleTreeOptions. */
  readonly keyRange?: number;
  /** Default wasm. */
  readonly backend?: BackendName;
}

/** Entry i: node `nodes[i]` replaces what it holds of `keys[i]`; `undefined` versions stand for "nothing". */
export interface PopulationUpdates {
  readonly nodes: ArrayLike<number>;
  readonly keys: ArrayLike<MerkleKey>;
  readonly oldVersions: ArrayLike<MerkleVersion | undefined>;
  readonly newVersions: ArrayLike<MerkleVersion | undefined>;
}

export interface PopulationDiff {
  /** A bit per differing leaf, leaf 0 lowest. */
  readonly masks: BigUint64Array;
  /** Hashes compared on the way down, the root's included: 1 where the trees are equal. */
  readonly hashesCompared: Uint32Array;
}

export class MerklePopulation {
  readonly backend: BackendName;
  readonly nodes: number;
  readonly shape: MerkleShape;
  readonly bytesPerNode: number;
  readonly #placement: KeyPlacement;
  readonly #space: Workspace;
  readonly #formAt: number;
  readonly #treesAt: number;

  /** Empty trees. @throws InputError naming the option, or when the memory would pass 4 GiB */
  constructor(options: MerklePopulationOptions) {
    const { nodes, leaves = 64, fanout = 16, keyRange, backend = "wasm" } = options;
    const limits = { min: 1, max: POPULATION_NODES_MAX, integer: true };
    this.nodes = checkNumber("nodes", nodes, limits);
    this.shape = merkleShape(leaves, fanout, POPULATION_LEAVES_MAX);
    this.#placement = keyPlacement(keyRange, leaves);
    this.backend = backend;
    this.bytesPerNode = this.shape.nodes * 8;
    this.#space = workspace(backend);
    // The buffer stays for good: below the trees it leaves their memory in one piece when they go.
    itemBuffer(this.#space);
    this.#formAt = this.#space.allocate(this, FORM_WORDS * 4);
    this.#treesAt = this.#space.allocate(this, this.memoryBytes);
    writeForm(this.#space.u32, this.#formAt, this.shape, this.#placement);
    this.#fillEmpty();
  }

  /** Bytes of all trees. */
  get memoryBytes(): number {
    return this.nodes * this.bytesPerNode;
  }

  /**
   * Applies updates in order.
   * @throws InputError naming the entry that cannot be used; earlier blocks of 1024 then stand
   */
  update({ nodes, keys, oldVersions, newVersions }: PopulationUpdates): void {
    checkLength("keys", keys.length, nodes.length);
    checkLength("oldVersions", oldVersions.length, nodes.length);
    checkLength("newVersions", newVersions.length, nodes.length);
    const space = this.#space;
    const buffer = itemBuffer(space);
    const { nodesAt, keysAt, oldAt, newAt, scratchAt } = buffer;
    for (let from = 0; from < nodes.length; from += ITEMS_MAX) {
      const count = Math.min(ITEMS_MAX, nodes.length - from);
      this.#setNodes("nodes", nodesAt, nodes, from, count);
      buffer.setKeys(keys, from, count, this.#placement);
      buffer.setVersions("oldVersions", oldAt, oldVersions, from, count, "absent");
      buffer.setVersions("newVersions", newAt, newVersions, from, count, "absent");
      space.kernels.merkleUpdate(
        this.#treesAt,
        this.#formAt,
        nodesAt,
        keysAt,
        oldAt,
        newAt,
        count,
        scratchAt,
      );
    }
  }

  /**
   * Compares the trees of `first[i]` and `second[i]` for every i.
   * @throws InputError naming the entry that is no node
   */
  diff(first: ArrayLike<number>, second: ArrayLike<number>): PopulationDiff {
    checkLength("second", second.length, first.length);
    const masks = new BigUint64Array(first.length);
    const maskBytes = new Uint8Array(masks.buffer);
    const hashesCompared = new Uint32Array(first.length);
    const { kernels, u8, u32 } = this.#space;
    const { nodesAt, othersAt, keysAt: masksAt, oldAt: comparedAt } = itemBuffer(this.#space);
    for (let from = 0; from < first.length; from += ITEMS_MAX) {
      const count = Math.min(ITEMS_MAX, first.length - from);
      this.#setNodes("first", nodesAt, first, from, count);
      this.#setNodes("second", othersAt, second, from, count);
      kernels.merkleDiffPairs(
        this.#treesAt,
        this.#formAt,
        nodesAt,
        othersAt,
        count,
        masksAt,
        comparedAt,
      );
      maskBytes.set(u8.subarray(masksAt, masksAt + count * 8), from * 8);
      hashesCompared.set(u32.subarray(comparedAt >>> 2, (comparedAt >>> 2) + count), from);
    }
    return { masks, hashesCompared };
  }

  /** Hash of a node's root, 16 hex digits. */
  root(node: number): string {
    checkNumber("node", node, { min: 0, max: this.nodes - 1, integer: true });
    return hex64(this.#space.u32, this.#treesAt + node * this.bytesPerNode);
  }

  /** Gives the memory back; the population must not be used afterwards. */
  dispose(): void {
    this.#space.release(this);
  }

  /** Hashes one empty tree and copies it, twice as many each time. */
  #fillEmpty(): void {
    const { kernels, u8 } = this.#space;
    kernels.merkleHashLevels(this.#treesAt, this.#formAt);
    const at = this.#treesAt;
    for (let done = this.bytesPerNode; done < this.memoryBytes; done *= 2) {
      u8.copyWithin(at + done, at, at + Math.min(done, this.memoryBytes - done));
    }
  }

  #setNodes(
    field: string,
    at: number,
    nodes: ArrayLike<number>,
    from: number,
    count: number,
  ): void {
    const words = this.#space.u32;
    for (let i = 0; i < count; i++) {
      const node = nodes[from + i]!;
      if (!(node >= 0 && node < this.nodes && Number.isInteger(node))) {
        throw new InputError(
          `${field}[${from + i}] must be a whole number from 0 to ${this.nodes - 1}, ` +
            `got ${shown(node)}`,
        );
      }
      words[(at >>> 2) + i] = node;
    }
  }
}

function checkLength(field: string, length: number, expected: number): void {
  if (length !== expected) {
    throw new InputError(`${field} must have ${expected} entries, as the others, got ${length}`);
  }
}
