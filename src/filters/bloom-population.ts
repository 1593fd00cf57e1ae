/**
 * A split-block Bloom filter for every node of a population, in one memory: what deduplication in a round
 * of gossip does, as batches of (node, message) pairs. With two generations a node remembers the messages
 * since the last turn but one.
 */
import { checkNumber } from "../check.js";
import { InputError } from "../errors.js";
import type { BackendName } from "../kernels/backend.js";
import { workspace, type Workspace } from "../kernels/workspace.js";
import { falsePositiveRate, shapeFor } from "./sizing.js";

export interface BloomPopulationOptions {
  readonly nodes: number;
  /** Messages a node's filter is sized for, per generation; preset 16. */
  readonly itemsPerNode?: number;
  /** Preset 0.01; left out of account where `bitsPerNode` is given. */
  readonly falsePositiveRate?: number;
  /** Bits of one filter, a multiple of 256, in place of a rate. */
  readonly bitsPerNode?: number;
  /** Preset 1: nothing is ever forgotten. */
  readonly generations?: 1 | 2;
  readonly backend?: BackendName;
}

const NODES = { min: 1, max: 2 ** 27, integer: true };
const ITEMS = { min: 1, max: 2 ** 20, integer: true };
const RATE = { min: 1e-9, max: 0.5 };
const BITS = { min: 256, max: 2 ** 24, integer: true };
/** Pairs handled per kernel call. */
const CHUNK = 8192;

export class BloomPopulation {
  readonly nodes: number;
  readonly itemsPerNode: number;
  readonly bytesPerNode: number;
  readonly generations: 1 | 2;
  readonly #space: Workspace;
  readonly #blocks: number;
  readonly #pairsAt: number;
  #activeAt: number;
  #otherAt = 0;

  constructor(options: BloomPopulationOptions) {
    const { itemsPerNode = 16, falsePositiveRate: rate = 0.01, generations = 1 } = options;
    this.#space = workspace(options.backend ?? "wasm");
    this.nodes = checkNumber("nodes", options.nodes, NODES);
    this.itemsPerNode = checkNumber("itemsPerNode", itemsPerNode, ITEMS);
    if (generations !== 1 && generations !== 2) {
      throw new InputError(`generations must be 1 or 2, got ${String(generations)}`);
    }
    this.generations = generations;
    const bits = checkedBits(options.bitsPerNode, this.itemsPerNode, rate);
    this.#blocks = bits / 256;
    this.bytesPerNode = (bits / 8) * generations;
    const half = this.nodes * (bits / 8);
    this.#activeAt = this.#space.allocate(this, half * generations);
    if (generations === 2) this.#otherAt = this.#activeAt + half;
    this.#pairsAt = this.#space.allocate(this, CHUNK * 9);
  }

  get memoryBytes(): number {
    return this.nodes * this.bytesPerNode;
  }

  /** Of one node with `items` messages in each generation; preset those it was sized for. */
  expectedFalsePositiveRate(items: number = this.itemsPerNode): number {
    const shape = { kind: "split-block", probes: 8, blockBits: 256 } as const;
    const one = falsePositiveRate({ ...shape, bits: this.#blocks * 256 }, items);
    return 1 - (1 - one) ** this.generations;
  }

  /** Adds messages[i] to the filter of nodes[i]. @throws InputError for lists of different length */
  addMany(nodes: Uint32Array, messages: Uint32Array): void {
    this.#each(nodes, messages, (nodesAt, messagesAt, count) => {
      const { kernels } = this.#space;
      kernels.populationInsert(this.#activeAt, this.#blocks, nodesAt, messagesAt, count);
    });
  }

  /** 1 for each pair that may have been added. */
  hasMany(nodes: Uint32Array, messages: Uint32Array): Uint8Array {
    const results = new Uint8Array(nodes.length);
    this.#each(nodes, messages, (nodesAt, messagesAt, count, from, resultsAt) => {
      const { kernels, u8 } = this.#space;
      const [activeAt, otherAt, blocks] = [this.#activeAt, this.#otherAt, this.#blocks];
      kernels.populationQuery(activeAt, otherAt, blocks, nodesAt, messagesAt, count, resultsAt);
      results.set(u8.subarray(resultsAt, resultsAt + count), from);
    });
    return results;
  }

  /** Adds all pairs; 1 for each that was unseen when its turn came. */
  addUnseenMany(nodes: Uint32Array, messages: Uint32Array): Uint8Array {
    const results = new Uint8Array(nodes.length);
    this.#each(nodes, messages, (nodesAt, messagesAt, count, from, resultsAt) => {
      const { kernels, u8 } = this.#space;
      const [activeAt, otherAt, blocks] = [this.#activeAt, this.#otherAt, this.#blocks];
      kernels.populationAddUnseen(activeAt, otherAt, blocks, nodesAt, messagesAt, count, resultsAt);
      results.set(u8.subarray(resultsAt, resultsAt + count), from);
    });
    return results;
  }

  /**
   * addUnseenMany over lists that stand in the backend's workspace; nodes are not checked.
   * @param nodesAt u32[count] @param messagesAt u32[count] @param resultsAt u8[count]
   * @returns how many pairs were unseen
   */
  addUnseenAt(nodesAt: number, messagesAt: number, count: number, resultsAt: number): number {
    const [activeAt, otherAt, blocks] = [this.#activeAt, this.#otherAt, this.#blocks];
    const { kernels } = this.#space;
    return (
      kernels.populationAddUnseen(
        ...([activeAt, otherAt, blocks, nodesAt, messagesAt, count, resultsAt] as const),
      ) >>> 0
    );
  }

  /** With two generations: forgets the older one and makes it the active one. */
  turn(): void {
    if (this.generations === 1) {
      throw new InputError("turn needs a population of two generations, this one has 1");
    }
    [this.#activeAt, this.#otherAt] = [this.#otherAt, this.#activeAt];
    this.#space.kernels.filterClear(this.#activeAt, this.memoryBytes / 2);
  }

  /** Empties the filter of one node, or of all. */
  clear(node?: number): void {
    const own = this.#blocks * 32;
    const first = node === undefined ? 0 : this.#checkedNode(node) * own;
    const bytes = node === undefined ? this.nodes * own : own;
    for (const at of [this.#activeAt, this.#otherAt].slice(0, this.generations)) {
      this.#space.kernels.filterClear(at + first, bytes);
    }
  }

  dispose(): void {
    this.#space.release(this);
  }

  #checkedNode(node: number): number {
    return checkNumber("node", node, { min: 0, max: this.nodes - 1, integer: true });
  }

  #each(
    nodes: Uint32Array,
    messages: Uint32Array,
    visit: (
      nodesAt: number,
      messagesAt: number,
      count: number,
      from: number,
      resultsAt: number,
    ) => void,
  ): void {
    if (nodes.length !== messages.length) {
      throw new InputError(
        `nodes and messages must have one length, got ${nodes.length} and ${messages.length}`,
      );
    }
    for (let index = 0; index < nodes.length; index++) {
      if (nodes[index]! >= this.nodes) this.#checkedNode(nodes[index]!);
    }
    const nodesAt = this.#pairsAt;
    const messagesAt = nodesAt + CHUNK * 4;
    const resultsAt = messagesAt + CHUNK * 4;
    for (let from = 0; from < nodes.length; from += CHUNK) {
      const chunk = nodes.subarray(from, from + CHUNK);
      this.#space.u32.set(chunk, nodesAt / 4);
      this.#space.u32.set(messages.subarray(from, from + CHUNK), messagesAt / 4);
      visit(nodesAt, messagesAt, chunk.length, from, resultsAt);
    }
  }
}

function checkedBits(bits: number | undefined, items: number, rate: number): number {
  if (bits === undefined) {
    return shapeFor("split-block", 256, items, checkNumber("falsePositiveRate", rate, RATE)).bits;
  }
  checkNumber("bitsPerNode", bits, BITS);
  if (bits % 256 !== 0) throw new InputError(`bitsPerNode must be a multiple of 256, got ${bits}`);
  return bits;
}
