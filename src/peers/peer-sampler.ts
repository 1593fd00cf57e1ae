/**
 * Draws of peers for gossip: uniform, weighted, over a topology, or in an order that visits all.
 * What a node draws depends on (seed, tick, node) alone, so calls may come in any order and from
 * any thread.
 */
import { checkNumber } from "../check.js";
import { InputError } from "../errors.js";
import type { BackendName } from "../kernels/backend.js";
import { NO_PEER, SLOTS_MAX, STRIP_NODES } from "../kernels/peer-sampling.js";
import { workspace, type Workspace } from "../kernels/workspace.js";
import {
  graphLaw,
  uniformLaw,
  type Draw,
  type Excluded,
  type GraphAddresses,
  type Law,
} from "./law.js";
import { weightedLaw } from "./weighted-laws.js";
import { checkGraph, type PeerGraph, type PeerWeights } from "./weights.js";

export interface PeerSamplerOptions {
  /** 2 .. 2^32; with weights or a graph as many as memory holds. */
  readonly nodes: number;
  /** u32, preset 1. */
  readonly seed?: number;
  readonly backend?: BackendName;
  /** Weighted draws; not together with `graph`. */
  readonly weights?: PeerWeights;
  /** Draws among the neighbours of a node; not together with `weights`. */
  readonly graph?: PeerGraph;
}

export interface PeersOptions {
  /** Nodes that must not be drawn. */
  readonly exclude?: Iterable<number>;
  /** true: with replacement, a peer may come more than once. */
  readonly replace?: boolean;
}

export interface RoundOptions {
  /** Peers per node, 1 .. 256, preset 1. */
  readonly k?: number;
  readonly replace?: boolean;
  /** Nodes from .. to - 1, preset all. */
  readonly from?: number;
  readonly to?: number;
}

const NODES_MAX = 2 ** 32;
const WORD_MAX = 2 ** 32 - 1;

/** Memory that grows to what a call needs; its content does not outlive the growth. */
class Buffer {
  readonly #space: Workspace;
  #bytes = 0;
  #at = 0;

  constructor(space: Workspace) {
    this.#space = space;
  }

  /** Address of at least `bytes` bytes. */
  reserve(bytes: number): number {
    if (bytes > this.#bytes) {
      this.release();
      this.#at = this.#space.allocate(this, bytes);
      this.#bytes = bytes;
    }
    return this.#at;
  }

  release(): void {
    this.#space.release(this);
    this.#bytes = 0;
  }
}

/** The peers of one strip of nodes, kept for calls that ask node after node. */
interface Strip {
  readonly buffer: Buffer;
  /** u32[its nodes * k]; empty before the first draw. */
  peers: Uint32Array;
  first: number;
  tick: number;
  k: number;
  distinct: 0 | 1;
}

export class PeerSampler {
  /** Stands in results where a node has no neighbour to draw: 2^32 - 1. */
  static readonly NONE = NO_PEER;

  readonly nodes: number;
  readonly seed: number;
  readonly backend: BackendName;
  readonly #space: Workspace;
  readonly #law: Law;
  readonly #graph: GraphAddresses | undefined;
  readonly #scratch: Buffer;
  readonly #round: Buffer;
  readonly #excluded: Buffer;
  readonly #one: Strip;
  readonly #several: Strip;

  /** @throws InputError for options out of range, weights or a graph that do not fit the nodes */
  constructor(options: PeerSamplerOptions) {
    const { nodes, seed = 1, backend = "wasm", weights, graph } = options;
    this.nodes = checkNumber("nodes", nodes, { min: 2, max: NODES_MAX, integer: true });
    this.seed = checkNumber("seed", seed, { min: 0, max: WORD_MAX, integer: true });
    this.#space = workspace(backend);
    this.backend = backend;
    if (weights !== undefined && graph !== undefined) {
      throw new InputError("weights and graph must not be given together, got both");
    }
    const place = { space: this.#space, owner: this };
    if (graph !== undefined) {
      checkGraph("graph", graph, nodes);
      this.#law = this.#graph = graphLaw(place, graph);
    } else {
      this.#law =
        weights === undefined ? uniformLaw(place, nodes) : weightedLaw(place, nodes, weights);
    }
    this.#scratch = new Buffer(this.#space);
    this.#round = new Buffer(this.#space);
    this.#excluded = new Buffer(this.#space);
    this.#one = emptyStrip(this.#space);
    this.#several = emptyStrip(this.#space);
  }

  /**
   * One peer of `node` at `tick`, the same as the first of `peers` and of `round`. Calls in the
   * order of nodes share a strip of 128 draws; others cost a strip each.
   * @returns PeerSampler.NONE for a node without neighbours
   */
  peer(node: number, tick: number): number {
    const strip = this.#one;
    if (tick === strip.tick) {
      const peer = strip.peers[node - strip.first];
      if (peer !== undefined) return peer;
    }
    this.#checkNode(node, tick);
    this.#fill(strip, node, tick, 1, 1);
    return strip.peers[node - strip.first]!;
  }

  /**
   * `k` distinct peers of `node` at `tick`, in drawn order: the first j are those of a draw of j.
   * With `replace` repeats are allowed.
   * @param k 1 .. 256
   * @returns all of them when there are fewer than k
   * @throws InputError when the weights do not let k peers be found in 2^20 draws each
   */
  peers(node: number, tick: number, k: number, options: PeersOptions = {}): Uint32Array {
    this.#checkNode(node, tick);
    const distinct = options.replace === true ? 0 : 1;
    const wanted = checkNumber("k", k, { min: 1, max: SLOTS_MAX, integer: true });
    const exclude = this.#exclude(node, options.exclude ?? []);
    if (exclude !== undefined) return this.#peersExcept(node, tick, wanted, distinct, exclude);
    const filled = this.#graph === undefined && distinct === 1 ? this.nodes - 1 : wanted;
    const count = Math.min(wanted, filled);
    const strip = this.#several;
    const missed =
      strip.tick !== tick ||
      strip.k !== count ||
      strip.distinct !== distinct ||
      Math.floor(node / STRIP_NODES) * STRIP_NODES !== strip.first;
    if (missed) this.#fill(strip, node, tick, count, distinct);
    const at = (node - strip.first) * count;
    let end = at + count;
    if (this.#graph !== undefined) while (end > at && strip.peers[end - 1] === NO_PEER) end--;
    return strip.peers.slice(at, end);
  }

  /**
   * Peers of all nodes, or of `from` .. `to` - 1, at `tick`.
   * @returns u32[(to - from) * k], node by node; a view that the next call for many nodes
   *   writes over, PeerSampler.NONE where a node has no neighbour left
   * @throws InputError as `peers`, and for a k above nodes - 1
   */
  round(tick: number, options: RoundOptions = {}): Uint32Array {
    checkNumber("tick", tick, { min: 0, max: WORD_MAX, integer: true });
    const { from, to } = this.#range(options);
    const distinct = options.replace === true ? 0 : 1;
    const most = this.#graph === undefined && distinct === 1 ? this.nodes - 1 : SLOTS_MAX;
    const k = checkNumber("k", options.k ?? 1, {
      min: 1,
      max: Math.min(most, SLOTS_MAX),
      integer: true,
    });
    const strip = Math.floor(from / STRIP_NODES);
    const strips = Math.ceil(to / STRIP_NODES) - strip;
    const outAt = this.#round.reserve(strips * STRIP_NODES * k * 4);
    this.#draw(outAt, strip, strips, tick, k, distinct);
    const start = outAt / 4 + (from - strip * STRIP_NODES) * k;
    return this.#space.u32.subarray(start, start + (to - from) * k);
  }

  /**
   * Peer at place `index` of the order in which `node` visits all others (its neighbours, with a
   * graph), as SWIM chooses whom to probe: each once in nodes - 1 calls, then in a new order.
   * Weights do not count here.
   * @param index 0, 1, 2, ...; below 2^32 with a graph
   */
  roundRobin(node: number, index: number): number {
    this.#checkNode(node, 0);
    return this.#ordered(node, node + 1, index)[0]!;
  }

  /** Such peers of all nodes, or of `from` .. `to` - 1; a view, as from `round`. */
  roundRobinRound(index: number, options: Pick<RoundOptions, "from" | "to"> = {}): Uint32Array {
    const { from, to } = this.#range(options);
    return this.#ordered(from, to, index);
  }

  /** Gives the memory back; the sampler must not be used afterwards. */
  dispose(): void {
    this.#space.release(this);
    for (const { buffer } of [this.#one, this.#several]) buffer.release();
    for (const buffer of [this.#scratch, this.#round, this.#excluded]) buffer.release();
  }

  #ordered(from: number, to: number, index: number): Uint32Array {
    const bound = this.nodes - 1;
    const max = this.#graph === undefined ? bound * WORD_MAX : WORD_MAX;
    checkNumber("index", index, {
      min: 0,
      max: Math.min(max, Number.MAX_SAFE_INTEGER),
      integer: true,
    });
    const { kernels } = this.#space;
    const outAt = this.#round.reserve((to - from) * 4);
    if (this.#graph !== undefined) {
      const { offsetsAt, targetsAt } = this.#graph;
      kernels.orderedNeighbours(
        outAt,
        from,
        to - from,
        offsetsAt,
        targetsAt,
        this.seed,
        index,
        NO_PEER,
      );
    } else {
      const epoch = Math.floor(index / bound);
      kernels.orderedPeers(outAt, from, to - from, bound, this.seed, epoch, index - epoch * bound);
    }
    return this.#space.u32.subarray(outAt / 4, outAt / 4 + to - from);
  }

  /** Draws the strip of `node`. */
  #fill(strip: Strip, node: number, tick: number, k: number, distinct: 0 | 1): void {
    const index = Math.floor(node / STRIP_NODES);
    const outAt = strip.buffer.reserve(STRIP_NODES * k * 4);
    strip.tick = -1; // nothing stands there while it is drawn, or when that fails
    this.#draw(outAt, index, 1, tick, k, distinct);
    strip.first = index * STRIP_NODES;
    strip.tick = tick;
    strip.k = k;
    strip.distinct = distinct;
    const count = Math.min(STRIP_NODES, this.nodes - strip.first) * k;
    if (strip.peers.length !== count || strip.peers.byteOffset !== outAt) {
      strip.peers = this.#space.u32.subarray(outAt / 4, outAt / 4 + count);
    }
  }

  #draw(
    outAt: number,
    strip: number,
    strips: number,
    tick: number,
    k: number,
    distinct: 0 | 1,
  ): void {
    const failed = this.#law.draw(outAt, strip, strips, this.#shape(tick, k, distinct));
    if (failed === NO_PEER) return;
    throw new InputError(
      `k must be at most the number of peers whose weight counts: node ${failed} ` +
        `did not find ${k} at tick ${tick}`,
    );
  }

  #shape(tick: number, k: number, distinct: 0 | 1): Draw {
    const scratchAt = this.#scratch.reserve((k + 2) * 2 * STRIP_NODES * 4);
    return { seed: this.seed, tick, k, distinct, scratchAt };
  }

  #peersExcept(
    node: number,
    tick: number,
    k: number,
    distinct: 0 | 1,
    ids: Uint32Array,
  ): Uint32Array {
    const bytes = ids.length * 4;
    const at = this.#excluded.reserve(bytes + k * 4);
    this.#space.u32.set(ids, at / 4);
    const outAt = at + bytes;
    const exclude: Excluded = { ids, at };
    const found = this.#law.drawExcept(outAt, node, exclude, this.#shape(tick, k, distinct));
    return this.#space.u32.slice(outAt / 4, outAt / 4 + found);
  }

  /** The ids ascending, with the node itself; undefined when there are none but that. */
  #exclude(node: number, exclude: Iterable<number>): Uint32Array | undefined {
    const ids = new Set<number>([node]);
    for (const id of exclude) {
      ids.add(checkNumber("exclude", id, { min: 0, max: this.nodes - 1, integer: true }));
    }
    return ids.size === 1 ? undefined : Uint32Array.from(ids).sort();
  }

  #range({ from = 0, to = this.nodes }: RoundOptions): { from: number; to: number } {
    checkNumber("from", from, { min: 0, max: this.nodes - 1, integer: true });
    checkNumber("to", to, { min: from + 1, max: this.nodes, integer: true });
    return { from, to };
  }

  #checkNode(node: number, tick: number): void {
    checkNumber("node", node, { min: 0, max: this.nodes - 1, integer: true });
    checkNumber("tick", tick, { min: 0, max: WORD_MAX, integer: true });
  }
}

function emptyStrip(space: Workspace): Strip {
  const buffer = new Buffer(space);
  return { buffer, peers: new Uint32Array(0), first: 0, tick: -1, k: 0, distinct: 1 };
}
