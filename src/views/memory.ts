/**
 * The memory of a service: one block with context, scratch, alive bits and rows, and for SCAMP chunks
 * of lists that are added as they are needed. Layouts are those of assembly/views.
 */
import {
  AGES_OFFSET,
  ALIVE_AT,
  CHUNK_FREE,
  CHUNK_NEXT,
  CHUNKS_LEFT,
  CONTEXT_WORDS,
  NODES,
  P0,
  ROWS_AT,
  ROW_BYTES,
  SCRATCH_AT,
  SCRATCH_BYTES,
  SEED,
  SLOTS,
  VIEW,
} from "../../assembly/views/context.js";
import type { Workspace } from "../kernels/workspace.js";
import type { ViewSettings } from "./options.js";

/** Bytes of a list's head and of a chunk: see assembly/views/lists.ts. */
const LISTS_BYTES = 16;
const CHUNK_BYTES = 64;
const CHUNK_VALUES = 15;

export interface RowLayout {
  readonly rowBytes: number;
  /** Slots of ids, and where the ages stand behind them; 0 where there are none. */
  readonly slots: number;
  readonly agesOffset: number;
}

export interface Region {
  readonly at: number;
  readonly bytes: number;
}

/** Row of one node: whole vectors of ids, then of ages. */
export function rowLayout({ protocol, view, parameters }: ViewSettings): RowLayout {
  if (protocol === "scamp") return { rowBytes: LISTS_BYTES, slots: 0, agesOffset: 0 };
  if (protocol === "hyparview") {
    const [active = 0, passive = 0] = parameters;
    return { rowBytes: roundUp(4 * (2 + active + passive), 16), slots: 0, agesOffset: 0 };
  }
  const slots = roundUp(view, 4);
  return { rowBytes: 4 * slots + 2 * roundUp(view, 8), slots, agesOffset: 4 * slots };
}

export class ViewMemory {
  readonly space: Workspace;
  readonly context: number;
  readonly layout: RowLayout;
  readonly #owner: object;
  readonly #alive: number;
  readonly rows: Region;
  readonly #chunks: Region[] = [];

  constructor(space: Workspace, owner: object, settings: ViewSettings) {
    const { nodesMax, seed, view, parameters } = settings;
    this.space = space;
    this.#owner = owner;
    this.layout = rowLayout(settings);
    const { rowBytes, slots, agesOffset } = this.layout;
    const aliveBytes = roundUp(nodesMax / 8, 128);
    const contextBytes = 4 * CONTEXT_WORDS;
    const rowsBytes = nodesMax * rowBytes;
    this.context = space.allocate(owner, contextBytes + SCRATCH_BYTES + aliveBytes + rowsBytes);
    const scratch = this.context + contextBytes;
    this.#alive = scratch + SCRATCH_BYTES;
    this.rows = { at: this.#alive + aliveBytes, bytes: rowsBytes };
    const words: readonly (readonly [number, number])[] = [
      [NODES, nodesMax],
      [SEED, seed],
      [ALIVE_AT, this.#alive],
      [SCRATCH_AT, scratch],
      [ROWS_AT, this.rows.at],
      [ROW_BYTES, rowBytes],
      [AGES_OFFSET, agesOffset],
      [VIEW, view],
      [SLOTS, slots],
      ...parameters.map((value, index) => [P0 + index, value] as const),
    ];
    for (const [word, value] of words) this.setWord(word, value);
  }

  word(index: number): number {
    return this.space.u32[(this.context >>> 2) + index]!;
  }

  setWord(index: number, value: number): void {
    this.space.u32[(this.context >>> 2) + index] = value;
  }

  /** Address of a node's row. */
  row(node: number): number {
    return this.rows.at + node * this.layout.rowBytes;
  }

  isAlive(node: number): boolean {
    return ((this.space.u32[(this.#alive >>> 2) + (node >>> 5)]! >>> (node & 31)) & 1) === 1;
  }

  setAlive(node: number, isAlive: boolean): void {
    const word = (this.#alive >>> 2) + (node >>> 5);
    const bit = 1 << (node & 31);
    const { u32 } = this.space;
    if (isAlive) u32[word]! |= bit;
    else u32[word]! &= ~bit;
  }

  /** Adds room for `values` values in lists; what was left of the room before stays in use. */
  addChunks(values: number): void {
    const chunks = Math.max(1024, Math.ceil(values / CHUNK_VALUES));
    const region = { bytes: chunks * CHUNK_BYTES, at: 0 };
    region.at = this.space.allocate(this.#owner, region.bytes);
    const last = this.#chunks.at(-1);
    if (last !== undefined) {
      const end = last.at + last.bytes;
      for (let chunk = this.word(CHUNK_NEXT); chunk < end; chunk += CHUNK_BYTES) {
        this.space.u32[chunk >>> 2] = this.word(CHUNK_FREE);
        this.setWord(CHUNK_FREE, chunk);
      }
    }
    this.#chunks.push(region);
    this.setWord(CHUNK_NEXT, region.at);
    this.setWord(CHUNKS_LEFT, this.word(CHUNKS_LEFT) + chunks);
  }

  /** Bytes of rows and chunks. */
  bytes(): number {
    return this.#chunks.reduce((sum, { bytes }) => sum + bytes, this.rows.bytes);
  }
}

function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple;
}
