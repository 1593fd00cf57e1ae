/**
 * The peer sampling service of all nodes of a population: who knows whom, and how that changes as nodes
 * gossip about it round by round. The rules are in assembly/views, the measures in measures.ts.
 */
import { KILL, NO_PEER, ROUND, SAMPLE } from "../../assembly/views/context.js";
import { checkNumber } from "../check.js";
import { InputError, invariant } from "../errors.js";
import type { BackendName, Kernels } from "../kernels/backend.js";
import { workspace } from "../kernels/workspace.js";
import { snapshot, type ViewGraph } from "./graph.js";
import {
  clustering,
  components,
  inDegree,
  pathLength,
  type Components,
  type InDegree,
  type PathLength,
} from "./measures.js";
import { ViewMemory, type Region } from "./memory.js";
import { checkOptions, type PeerSamplingOptions, type ViewSettings } from "./options.js";

export interface ViewEntry {
  readonly peer: number;
  /** Exchanges of its holders since the descriptor was made; of Newscast, rounds. */
  readonly age: number;
}

export interface MeasureOptions {
  /** Nodes whose clustering is measured, default 1000; all when there are fewer. */
  readonly clusteringSample?: number;
  /** Nodes from which paths are measured, default 20. */
  readonly pathSources?: number;
}

export interface ViewMeasures {
  readonly liveNodes: number;
  readonly inDegree: InDegree;
  /** Mean clustering coefficient of `sample` nodes. */
  readonly clustering: { readonly mean: number; readonly sample: number };
  readonly pathLength: PathLength;
  readonly components: Components;
  readonly deadLinksPerNode: number;
}

/** State of the links before the failure's first round (round 0) and after each. */
export interface HealingStep {
  readonly round: number;
  readonly deadLinksPerNode: number;
  readonly components: Components;
}

/** Timestamps of Newscast are 16 bits and count from one. */
const ROUNDS_MAX = 65_000;
export class PeerSamplingService {
  readonly backend: BackendName;
  readonly #settings: ViewSettings;
  readonly #memory: ViewMemory;
  readonly #kernels: Kernels;
  #joined: number;
  #live: number;
  #rounds = 0;
  /** Turns of the round that is begun. */
  #turns = 0;
  #kills = 0;

  /** @throws InputError for an option out of its range, or when 4 GiB would be passed */
  constructor(options: PeerSamplingOptions) {
    const settings = checkOptions(options);
    const space = workspace(settings.backend);
    this.backend = settings.backend;
    this.#settings = settings;
    this.#memory = new ViewMemory(space, this, settings);
    this.#kernels = space.kernels;
    const { nodes, nodesMax, start, view } = settings;
    const context = this.#memory.context;
    if (this.#memory.layout.agesOffset > 0) this.#kernels.clearRows(context, 0, nodesMax);
    this.#joined = start === null ? 1 : nodes;
    this.#live = this.#joined;
    for (let node = 0; node < this.#joined; node++) this.#memory.setAlive(node, true);
    if (start === "random") this.#kernels.startRandom(context, nodes, view);
    else if (start === "lattice") this.#kernels.startLattice(context, nodes, view);
    else if (start === "star") this.#kernels.startStar(context, nodes);
    else this.#startByJoins(nodes);
  }

  /** Nodes that have joined, dead ones included: their ids are 0 .. joined - 1. */
  get joined(): number {
    return this.#joined;
  }

  get liveNodes(): number {
    return this.#live;
  }

  /** Rounds run so far. */
  get rounds(): number {
    return this.#rounds;
  }

  /** Bytes of all views over the nodes there is room for. */
  get bytesPerNode(): number {
    return this.#memory.bytes() / this.#settings.nodesMax;
  }

  /** In each round every live node acts once, in an order drawn for the round. */
  run(rounds: number): void {
    const count = checkNumber("rounds", rounds, { min: 0, max: ROUNDS_MAX, integer: true });
    const turns = this.#settings.nodesMax;
    for (let round = 0; round < count; round++) this.runTurns(turns - this.#turns);
  }

  /**
   * Part of a round: the next `turns` turns of its order, in which ids without a live node have a turn
   * too. The round ends with the last of `nodesMax` turns; `run` first ends a round that is begun.
   */
  runTurns(turns: number): void {
    const left = this.#settings.nodesMax - this.#turns;
    const count = checkNumber("turns", turns, { min: 0, max: left, integer: true });
    if (this.#rounds === ROUNDS_MAX) {
      throw new InputError(`rounds must be at most ${ROUNDS_MAX} in all, got one more`);
    }
    this.#memory.setWord(ROUND, this.#rounds);
    this.#act(this.#turns, this.#turns + count);
    this.#turns += count;
    if (count < left) return;
    this.#turns = 0;
    this.#rounds++;
  }

  /**
   * The next `count` ids join one after another, each through a live node drawn among those before.
   * @returns the first id
   */
  join(count = 1): number {
    const room = this.#settings.nodesMax - this.#joined;
    const number = checkNumber("count", count, { min: 0, max: room, integer: true });
    if (number > 0 && this.#live === 0) throw new InputError("join needs a live node, got none");
    const first = this.#joined;
    this.#memory.setWord(ROUND, this.#rounds);
    this.#admit(first + number);
    return first;
  }

  /**
   * Nodes die at once and without a word: they stop, and entries that name them stay until the
   * protocol drops them.
   * @param which share of the live nodes, drawn, 0 .. 1; or ids
   * @returns nodes that died
   */
  kill(which: number | Iterable<number>): number {
    const victims = typeof which === "number" ? this.#drawShare(which) : this.#ids(which);
    let died = 0;
    for (const node of victims) {
      if (!this.#memory.isAlive(node)) continue;
      this.#memory.setAlive(node, false);
      died++;
    }
    this.#live -= died;
    return died;
  }

  /** Nodes leave by their protocol's rule: SCAMP unsubscribes; all others have none, and just stop. */
  leave(ids: Iterable<number>): number {
    const leaving = this.#ids(ids);
    if (this.#settings.protocol !== "scamp") return this.kill(leaving);
    for (const node of leaving) {
      if (!this.#memory.isAlive(node)) continue;
      while (this.#kernels.scampLeave(this.#memory.context, node) === 0) this.#addChunks();
    }
    return this.kill(leaving);
  }

  isAlive(node: number): boolean {
    return this.#memory.isAlive(this.#checkedId(node));
  }

  /** Whom a node knows; of HyParView its active view. */
  neighbours(node: number): Uint32Array {
    const from = this.#checkedId(node);
    const peers = new Uint32Array(this.#sizeOf(from));
    this.#copyView(from, peers, 0);
    return peers;
  }

  /** Entries of a node's view with their ages; SCAMP and HyParView have none: 0. */
  view(node: number): ViewEntry[] {
    const from = this.#checkedId(node);
    const { agesOffset } = this.#memory.layout;
    const ages = this.#memory.row(from) + agesOffset;
    const { u8 } = this.#memory.space;
    return Array.from(this.neighbours(from), (peer, slot) => {
      const word = u8[ages + 2 * slot]! | (u8[ages + 2 * slot + 1]! << 8);
      // Newscast holds the round after the one in which a descriptor was made.
      const age = this.#settings.protocol === "newscast" ? this.#rounds - word : word;
      return { peer, age: agesOffset === 0 ? 0 : age };
    });
  }

  /** HyParView's passive view of a node; empty for all others. */
  passiveView(node: number): Uint32Array {
    const from = this.#checkedId(node);
    if (this.#settings.protocol !== "hyparview") return new Uint32Array(0);
    const row = this.#memory.row(from) >>> 2;
    const { u32 } = this.#memory.space;
    const ids = row + 2 + this.#settings.view;
    return u32.slice(ids, ids + u32[row + 1]!);
  }

  /** What the overlay of live nodes is like. Samples are drawn from the seed, the same at every call. */
  measures(options: MeasureOptions = {}): ViewMeasures {
    if (this.#live === 0) throw new InputError("measures needs a live node, got none");
    const range = { min: 1, max: 2 ** 26, integer: true };
    const sample = checkNumber("clusteringSample", options.clusteringSample ?? 1000, range);
    const sources = checkNumber("pathSources", options.pathSources ?? 20, range);
    const graph = this.#snapshot();
    const sampled = this.#sample(graph.live, sample, SAMPLE, 0);
    return {
      liveNodes: graph.live.length,
      inDegree: inDegree(graph),
      clustering: { mean: clustering(graph, sampled), sample: sampled.length },
      pathLength: pathLength(graph, this.#sample(graph.live, sources, SAMPLE, 1)),
      components: components(graph),
      deadLinksPerNode: graph.deadLinks / graph.live.length,
    };
  }

  /** Kills a drawn share of the live nodes, runs, and says after each round how the links heal. */
  healing(share: number, rounds: number): HealingStep[] {
    this.kill(share);
    if (this.#live === 0) throw new InputError(`share must leave a live node, got ${share}`);
    const steps = [this.#healingStep(0)];
    for (let round = 1; round <= rounds; round++) {
      this.run(1);
      steps.push(this.#healingStep(round));
    }
    return steps;
  }

  /** XXH64 of all views, 16 hex digits; equal on both backends. */
  digest(): string {
    if (this.#settings.protocol !== "scamp") return this.#hash(this.#memory.rows);
    // Lists hold addresses of chunks: their values are copied out.
    const { space } = this.#memory;
    const sizes = Uint32Array.from({ length: this.#joined }, (_, node) => this.#sizeOf(node));
    const words = sizes.reduce((sum, size) => sum + size, this.#joined);
    const owner = {};
    const bytes = 4 * words;
    const at = space.allocate(owner, bytes);
    const { u32 } = space;
    u32.set(sizes, at >>> 2);
    let next = (at >>> 2) + this.#joined;
    for (let node = 0; node < this.#joined; node++) next += this.#copyView(node, u32, next);
    const digest = this.#hash({ at, bytes });
    space.release(owner);
    return digest;
  }

  /** Gives the memory back; the service must not be used afterwards. */
  dispose(): void {
    this.#memory.space.release(this);
  }

  #hash({ at, bytes }: Region): string {
    const low = this.#kernels.xxh64(at, bytes, 0, 0) >>> 0;
    const high = this.#kernels.xxh64High() >>> 0;
    return high.toString(16).padStart(8, "0") + low.toString(16).padStart(8, "0");
  }

  #act(first: number, end: number): void {
    const context = this.#memory.context;
    switch (this.#settings.protocol) {
      case "cyclon":
        return this.#kernels.cyclonRound(context, first, end);
      case "framework":
        return this.#kernels.frameworkRound(context, first, end);
      case "newscast":
        return this.#kernels.newscastRound(context, first, end);
      case "hyparview":
        return this.#kernels.hyparviewRound(context, first, end);
      case "scamp":
        return this.#resume(first, end, (at) => this.#kernels.scampRound(context, at, end));
    }
  }

  #startByJoins(nodes: number): void {
    const { protocol, parameters } = this.#settings;
    if (protocol === "scamp") {
      const perNode = ((parameters[0] ?? 0) + 1) * Math.log(nodes) + 15;
      this.#memory.addChunks(2 * nodes * perNode);
    } else {
      this.#kernels.hyparviewJoin(this.#memory.context, 0, 1);
    }
    this.#admit(nodes);
  }

  /** Ids `joined` .. end - 1 join. */
  #admit(end: number): void {
    const first = this.#joined;
    const context = this.#memory.context;
    for (let node = first; node < end; node++) this.#memory.setAlive(node, true);
    this.#joined = end;
    this.#live += end - first;
    switch (this.#settings.protocol) {
      case "cyclon":
        return this.#kernels.cyclonJoin(context, first, end);
      case "framework":
        return this.#kernels.joinContact(context, first, end, 0);
      case "newscast":
        return this.#kernels.joinContact(context, first, end, this.#rounds);
      case "hyparview":
        return this.#kernels.hyparviewJoin(context, first, end);
      case "scamp":
        return this.#resume(first, end, (node) => this.#kernels.scampJoin(context, node, end));
    }
  }

  /** Calls `step` until it reaches `end`, with more chunks each time it stops before. */
  #resume(first: number, end: number, step: (at: number) => number): void {
    for (let at = step(first) >>> 0; at < end; at = step(at) >>> 0) this.#addChunks();
  }

  /** A fifth more than there is: growth costs little, and no list is copied. */
  #addChunks(): void {
    this.#memory.addChunks(this.#memory.bytes() / 20);
  }

  #sizeOf(node: number): number {
    const { protocol, view } = this.#settings;
    const { u32 } = this.#memory.space;
    const row = this.#memory.row(node) >>> 2;
    if (protocol === "scamp" || protocol === "hyparview") return u32[row]!;
    let size = view;
    while (size > 0 && u32[row + size - 1] === NO_PEER) size--;
    return size;
  }

  #copyView(node: number, into: Uint32Array, at: number): number {
    const size = this.#sizeOf(node);
    const { u32 } = this.#memory.space;
    const row = this.#memory.row(node);
    if (this.#settings.protocol === "scamp") {
      for (let index = 0; index < size; index++) {
        into[at + index] = this.#kernels.listValue(row, index);
      }
      return size;
    }
    const ids = (row >>> 2) + (this.#settings.protocol === "hyparview" ? 2 : 0);
    for (let slot = 0; slot < size; slot++) into[at + slot] = u32[ids + slot]!;
    return size;
  }

  #snapshot(): ViewGraph {
    return snapshot({
      nodes: this.#joined,
      isAlive: (node) => this.#memory.isAlive(node),
      sizeOf: (node) => this.#sizeOf(node),
      copyView: (node, into, at) => this.#copyView(node, into, at),
    });
  }

  #healingStep(round: number): HealingStep {
    const graph = this.#snapshot();
    const deadLinksPerNode = graph.deadLinks / graph.live.length;
    return { round, deadLinksPerNode, components: components(graph) };
  }

  #drawShare(share: number): Uint32Array {
    const checked = checkNumber("share", share, { min: 0, max: 1 });
    const { live } = this.#snapshot();
    // Every call draws anew.
    return this.#sample(live, Math.round(checked * live.length), KILL, this.#kills++);
  }

  /** `count` of the nodes, all when there are no more, drawn without repeats (Fisher-Yates). */
  #sample(nodes: Uint32Array, count: number, purpose: number, salt: number): Uint32Array {
    const { seed } = this.#settings;
    const list = nodes.slice();
    const end = Math.min(count, list.length);
    for (let index = 0; index < end; index++) {
      const rest = list.length - index;
      const other = index + (this.#kernels.drawBelow(seed, purpose, index, salt, rest) >>> 0);
      const node = list[other]!;
      list[other] = list[index]!;
      list[index] = node;
    }
    return list.slice(0, end);
  }

  #ids(ids: Iterable<number>): number[] {
    return Array.from(ids, (node) => this.#checkedId(node));
  }

  #checkedId(node: number): number {
    invariant(this.#joined > 0, "no node has joined");
    return checkNumber("node", node, { min: 0, max: this.#joined - 1, integer: true });
  }
}
