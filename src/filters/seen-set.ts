/**
 * The exact set that filters are compared with: (node, message) pairs, or any pairs of u32. Grows by
 * doubling, at most half full. With it a run can say how many messages a false positive lost.
 */
import { InputError } from "../errors.js";
import type { BackendName } from "../kernels/backend.js";
import { workspace, type Workspace } from "../kernels/workspace.js";

const CHUNK = 8192;
const PLACES_MIN = 16_384;

export class SeenSet {
  readonly #space: Workspace;
  readonly #itemsAt: number;
  #table: { readonly owner: object; readonly at: number; readonly places: number };
  #size = 0;
  /** The pair (0, 0) stands for an empty place in the table. */
  #hasZero = false;

  constructor(options: { readonly backend?: BackendName } = {}) {
    this.#space = workspace(options.backend ?? "wasm");
    this.#itemsAt = this.#space.allocate(this, CHUNK * 9);
    this.#table = this.#newTable(PLACES_MIN);
  }

  get size(): number {
    return this.#size;
  }

  get bytes(): number {
    return this.#table.places * 8;
  }

  /** Adds all pairs; 1 for each that was unseen when its turn came. */
  addUnseenMany(nodes: Uint32Array, messages: Uint32Array): Uint8Array {
    return this.#each(
      nodes,
      messages,
      (count, resultsAt) => {
        if ((this.#size + count) * 2 > this.#table.places) this.#grow(this.#size + count);
        const { at, places } = this.#table;
        const { kernels } = this.#space;
        this.#size += kernels.seenAdd(at, places - 1, this.#itemsAt, count, resultsAt) >>> 0;
      },
      true,
    );
  }

  /** 1 for each pair that is in. */
  hasMany(nodes: Uint32Array, messages: Uint32Array): Uint8Array {
    return this.#each(
      nodes,
      messages,
      (count, resultsAt) => {
        const { at, places } = this.#table;
        this.#space.kernels.seenQuery(at, places - 1, this.#itemsAt, count, resultsAt);
      },
      false,
    );
  }

  dispose(): void {
    this.#space.release(this.#table.owner);
    this.#space.release(this);
  }

  #newTable(places: number): { owner: object; at: number; places: number } {
    const owner = {};
    return { owner, at: this.#space.allocate(owner, places * 8), places };
  }

  /** Doubles until `size` items fill at most half. */
  #grow(size: number): void {
    const old = this.#table;
    let { places } = old;
    while (places < size * 2) places *= 2;
    this.#table = this.#newTable(places);
    const { kernels, u32 } = this.#space;
    const resultsAt = this.#itemsAt + CHUNK * 8;
    for (let place = 0; place < old.places; place++) {
      const cell = old.at / 4 + 2 * place;
      if (u32[cell] === 0 && u32[cell + 1] === 0) continue;
      kernels.seenAdd(this.#table.at, places - 1, cell * 4, 1, resultsAt);
    }
    this.#space.release(old.owner);
  }

  #each(
    nodes: Uint32Array,
    messages: Uint32Array,
    visit: (count: number, resultsAt: number) => void,
    adds: boolean,
  ): Uint8Array {
    if (nodes.length !== messages.length) {
      throw new InputError(
        `nodes and messages must have one length, got ${nodes.length} and ${messages.length}`,
      );
    }
    const results = new Uint8Array(nodes.length);
    const resultsAt = this.#itemsAt + CHUNK * 8;
    for (let from = 0; from < nodes.length; from += CHUNK) {
      const count = Math.min(CHUNK, nodes.length - from);
      const places = this.#place(nodes, messages, from, count, adds, results);
      visit(places.length, resultsAt);
      const { u8 } = this.#space;
      places.forEach((index, place) => {
        results[index] = u8[resultsAt + place]!;
      });
    }
    return results;
  }

  /** Writes the pairs but (0, 0), which is answered here; returns where their results belong. */
  #place(
    nodes: Uint32Array,
    messages: Uint32Array,
    from: number,
    count: number,
    adds: boolean,
    results: Uint8Array,
  ): number[] {
    const { u32 } = this.#space;
    const places: number[] = [];
    for (let index = from; index < from + count; index++) {
      const [node, message] = [nodes[index]!, messages[index]!];
      if (node === 0 && message === 0) {
        results[index] = Number(adds ? !this.#hasZero : this.#hasZero);
        if (adds && !this.#hasZero) this.#size++;
        this.#hasZero ||= adds;
        continue;
      }
      u32[this.#itemsAt / 4 + 2 * places.length] = node;
      u32[this.#itemsAt / 4 + 2 * places.length + 1] = message;
      places.push(index);
    }
    return places;
  }
}
