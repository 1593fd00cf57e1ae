/**
 * Rateless IBLT (Yang, Gilad, Alizadeh 2024): the coded symbols of a set, as many as are asked for, and a
 * decoder that takes the symbols of another set until the difference is known.
 */
import type { Workspace } from "../kernels/workspace.js";
import { CELL_BYTES, readCells, writeCells } from "./cells.js";
import type { Difference } from "./id-set.js";
import type { MessageReader, MessageWriter } from "./message.js";

/** Bytes of a source in memory: id, state of its generator, next symbol, check. */
const SOURCE_BYTES = 24;
/** Symbols made at first; then their number doubles. */
const SYMBOLS_START = 64;

/** Ids in one symbol of a set of `count`, on average: what counts in messages are relative to. */
export function expectedCount(count: number, symbol: number): number {
  return Math.round(count / (1 + symbol / 2));
}

/** u64[count] ids that stand in the workspace, held by the caller. */
export interface PlacedIds {
  readonly at: number;
  readonly count: number;
}

export class CodedSymbols {
  readonly count: number;
  readonly #space: Workspace;
  readonly #sourcesAt: number;
  #cells: { readonly owner: object; readonly at: number; readonly end: number };

  constructor(space: Workspace, { at, count }: PlacedIds, seed: number) {
    this.#space = space;
    this.count = count;
    this.#sourcesAt = space.allocate(this, count * SOURCE_BYTES);
    space.kernels.ratelessPrepare(this.#sourcesAt, at, count, seed);
    this.#cells = { owner: {}, at: 0, end: 0 };
  }

  /** Address of the first `end` symbols; stays valid until more are asked for. */
  reach(end: number): number {
    const { owner, at, end: had } = this.#cells;
    if (end <= had) return at;
    const space = this.#space;
    const wanted = Math.max(end, had * 2, SYMBOLS_START);
    const grown = { owner: {}, at: 0, end: wanted };
    grown.at = space.allocate(grown.owner, wanted * CELL_BYTES);
    space.u8.copyWithin(grown.at, at, at + had * CELL_BYTES);
    space.release(owner);
    const fresh = grown.at + had * CELL_BYTES;
    space.kernels.ratelessEncode(fresh, had, wanted, this.#sourcesAt, this.count, 1);
    this.#cells = grown;
    return grown.at;
  }

  /** Appends the symbols from .. end - 1 to a message. */
  write(writer: MessageWriter, from: number, end: number): void {
    const at = this.reach(end) + from * CELL_BYTES;
    const expected = (i: number): number => expectedCount(this.count, from + i);
    writeCells(this.#space, writer, at, end - from, expected);
  }

  dispose(): void {
    this.#space.release(this);
    this.#space.release(this.#cells.owner);
  }
}

/** What a decoder holds for up to `symbols` symbols; addresses. */
interface DecoderMemory {
  readonly owner: object;
  readonly symbols: number;
  readonly cellsAt: number;
  /** Sources of ids that only the other set has, and that only this one has. */
  readonly missingAt: number;
  readonly extraAt: number;
  readonly stackAt: number;
}

export class RatelessDecoder {
  readonly #space: Workspace;
  readonly #own: CodedSymbols;
  readonly #seed: number;
  /** u32[2]: how many missing and extra ids were found. */
  readonly #foundAt: number;
  #taken = 0;
  #memory: DecoderMemory;

  /** @param own symbols of the set that stands here, made with the same seed */
  constructor(space: Workspace, own: CodedSymbols, seed: number) {
    this.#space = space;
    this.#own = own;
    this.#seed = seed;
    this.#foundAt = space.allocate(this, 8);
    this.#memory = decoderMemory(space, SYMBOLS_START);
  }

  /** Symbols taken in so far. */
  get taken(): number {
    return this.#taken;
  }

  /**
   * Takes in the next `count` symbols of a set with `theirCount` ids from a message.
   * @returns how many symbols were needed in all, 0 when more are
   */
  read(reader: MessageReader, count: number, theirCount: number): number {
    const from = this.#taken;
    const at = this.#room(count);
    readCells(this.#space, reader, at, count, (i) => expectedCount(theirCount, from + i));
    return this.#decode(from, from + count);
  }

  /** As `read`, from symbols that stand in the same workspace. */
  take(theirs: CodedSymbols, count: number): number {
    const from = this.#taken;
    const end = from + count;
    const at = this.#room(count);
    const theirsAt = theirs.reach(end) + from * CELL_BYTES;
    this.#space.u8.copyWithin(at, theirsAt, theirsAt + count * CELL_BYTES);
    return this.#decode(from, end);
  }

  /** The difference as far as it is known. */
  found(): Difference {
    const [missing, extra] = this.#foundCounts();
    return {
      missing: this.#idsOf(this.#memory.missingAt, missing),
      extra: this.#idsOf(this.#memory.extraAt, extra),
    };
  }

  dispose(): void {
    this.#space.release(this);
    this.#space.release(this.#memory.owner);
  }

  /** Address of zeroed cells for the next `count` symbols. */
  #room(count: number): number {
    const old = this.#memory;
    const wanted = this.#taken + count;
    if (wanted > old.symbols) {
      const grown = decoderMemory(this.#space, Math.max(wanted, old.symbols * 2));
      const { u8 } = this.#space;
      u8.copyWithin(grown.cellsAt, old.cellsAt, old.cellsAt + this.#taken * CELL_BYTES);
      const [missing, extra] = this.#foundCounts();
      u8.copyWithin(grown.missingAt, old.missingAt, old.missingAt + missing * SOURCE_BYTES);
      u8.copyWithin(grown.extraAt, old.extraAt, old.extraAt + extra * SOURCE_BYTES);
      this.#space.release(old.owner);
      this.#memory = grown;
    }
    return this.#memory.cellsAt + this.#taken * CELL_BYTES;
  }

  /** The new cells hold the other set's symbols: takes away its own and what was found before. */
  #decode(from: number, end: number): number {
    const { ibltSubtract, ratelessEncode, ratelessDecode } = this.#space.kernels;
    const ownAt = this.#own.reach(end) + from * CELL_BYTES;
    const { cellsAt, missingAt, extraAt, stackAt } = this.#memory;
    const at = cellsAt + from * CELL_BYTES;
    const [missing, extra] = this.#foundCounts();
    ibltSubtract(at, ownAt, end - from);
    ratelessEncode(at, from, end, missingAt, missing, -1);
    ratelessEncode(at, from, end, extraAt, extra, 1);
    this.#taken = end;
    const lists = [missingAt, extraAt, this.#foundAt, stackAt] as const;
    return ratelessDecode(cellsAt, from, end, ...lists, this.#seed);
  }

  #foundCounts(): [missing: number, extra: number] {
    const { u32 } = this.#space;
    return [u32[this.#foundAt >>> 2]!, u32[(this.#foundAt >>> 2) + 1]!];
  }

  #idsOf(sourcesAt: number, count: number): BigUint64Array {
    const { u32 } = this.#space;
    const words = new Uint32Array(2 * count);
    for (let i = 0; i < count; i++) {
      const source = (sourcesAt + i * SOURCE_BYTES) >>> 2;
      words[2 * i] = u32[source]!;
      words[2 * i + 1] = u32[source + 1]!;
    }
    return new BigUint64Array(words.buffer).sort();
  }
}

function decoderMemory(space: Workspace, symbols: number): DecoderMemory {
  const owner = {};
  const cellsAt = space.allocate(owner, symbols * (CELL_BYTES + 2 * SOURCE_BYTES + 4));
  const missingAt = cellsAt + symbols * CELL_BYTES;
  const extraAt = missingAt + symbols * SOURCE_BYTES;
  return { owner, symbols, cellsAt, missingAt, extraAt, stackAt: extraAt + symbols * SOURCE_BYTES };
}
