/**
 * An invertible Bloom lookup table: cells that sum up sets, so that the table of one set less that of
 * another holds their difference and gives it back when it is small enough for the cells.
 */
import { checkNumber } from "../check.js";
import { InputError } from "../errors.js";
import type { BackendName } from "../kernels/backend.js";
import { workspace, type Workspace } from "../kernels/workspace.js";
import { cellsOf, CELL_BYTES, readCells, writeCells } from "./cells.js";
import { hashOfBytes, idArray, type Difference, type Ids } from "./id-set.js";
import { MessageReader, MessageWriter, unzigzag, zigzag } from "./message.js";

/** Cells of a partition: their indexes are drawn exactly up to here. */
export const PART_CELLS_MAX = 2 ** 21;
/** First bytes of a serialised table. */
const MAGIC = 0x54_4c_42_49; // "IBLT"
const VERSION = 1;

export interface IbltOptions {
  /** Rounded up to a multiple of `hashes`; a difference of d ids wants 1.3 d to 2 d, and more if small. */
  readonly cells: number;
  /** Cells that an id stands in; default 4. With 3, two ids share all cells too often (1 in 200 tables). */
  readonly hashes?: number;
  /** Tables are subtracted only when their seeds are equal; default 0. */
  readonly seed?: number;
  /** Default wasm. */
  readonly backend?: BackendName;
}

/** `extra`: ids inserted, or only in the table subtracted from; `missing`: deleted, or only in the other. */
export interface IbltDecoded extends Difference {
  /** Whether nothing was left over. When false, the lists hold what could be found. */
  readonly isComplete: boolean;
}

export class Iblt {
  readonly backend: BackendName;
  readonly cells: number;
  readonly hashes: number;
  readonly seed: number;
  readonly #space: Workspace;
  /** Cells of one of the `hashes` partitions. */
  readonly #partCells: number;
  readonly #tableAt: number;

  /** An empty table. @throws InputError naming the option */
  constructor(options: IbltOptions) {
    const { cells, hashes = 4, seed = 0, backend = "wasm" } = options;
    this.#space = workspace(backend);
    this.backend = backend;
    this.hashes = checkNumber("hashes", hashes, { min: 2, max: 8, integer: true });
    const max = PART_CELLS_MAX * hashes;
    checkNumber("cells", cells, { min: 1, max, integer: true });
    this.seed = checkNumber("seed", seed, { min: 0, max: 2 ** 32 - 1, integer: true });
    this.#partCells = Math.ceil(cells / hashes);
    this.cells = this.#partCells * hashes;
    this.#tableAt = this.#space.allocate(this, this.cells * CELL_BYTES);
  }

  /** Adds ids that are not in the table: one that stands in it twice cannot be decoded. */
  insert(ids: Ids): void {
    this.#add(ids, 1);
  }

  /** Takes ids away; one that was not inserted leaves a count of -1. */
  delete(ids: Ids): void {
    this.#add(ids, -1);
  }

  /** As `insert` for u64[count] in this backend's workspace. */
  insertAt(idsAt: number, count: number): void {
    this.#space.kernels.ibltAdd(...this.#form(), idsAt, count, 1);
  }

  /** Takes the ids of `other` from this table. @throws InputError unless both have the same form */
  subtract(other: Iblt): void {
    this.#checkAlike(other);
    this.#space.kernels.ibltSubtract(this.#tableAt, other.#tableAt, this.cells);
  }

  /** The ids that the table holds, found by peeling a copy of it. */
  decode(): IbltDecoded {
    return this.#decode(undefined);
  }

  /** What `subtract` and `decode` would give; neither table changes. */
  decodeDifference(other: Iblt): IbltDecoded {
    this.#checkAlike(other);
    return this.#decode(other);
  }

  clear(): void {
    this.#space.u8.fill(0, this.#tableAt, this.#tableAt + this.cells * CELL_BYTES);
  }

  /** The table as bytes: header, 12 bytes and a short count per cell that is not empty, checksum. */
  serialise(): Uint8Array {
    const writer = new MessageWriter();
    writer.word32(MAGIC).byte(VERSION).byte(this.hashes).varint(this.cells).word32(this.seed);
    this.writeCells(writer);
    const body = writer.finish();
    return writer.word64(hashOfBytes(this.#space, body)).finish();
  }

  /** A table from its bytes. @throws InputError when they are cut short, altered or not of a table */
  static load(bytes: Uint8Array, backend: BackendName = "wasm"): Iblt {
    const body = bytes.subarray(0, Math.max(0, bytes.length - 8));
    const reader = new MessageReader(body);
    if (reader.word32() !== MAGIC || reader.byte() !== VERSION) {
      throw new InputError(`bytes must begin with the header of an IBLT of version ${VERSION}`);
    }
    if (
      new MessageReader(bytes.subarray(body.length)).word64() !==
      hashOfBytes(workspace(backend), body)
    ) {
      throw new InputError("bytes must end with the checksum of the table, got another");
    }
    const hashes = reader.byte();
    const cells = reader.varint();
    const table = new Iblt({ cells, hashes, seed: reader.word32(), backend });
    table.readCells(reader);
    return table;
  }

  /** Appends the cells alone to a message, for a receiver that knows the options. */
  writeCells(writer: MessageWriter): void {
    const net = this.#netCount();
    const expected = Math.round(net / this.#partCells);
    writer.varint(zigzag(net));
    writeCells(this.#space, writer, this.#tableAt, this.cells, () => expected);
  }

  /** Reads what `writeCells` appended into this empty table. */
  readCells(reader: MessageReader): void {
    const expected = Math.round(unzigzag(reader.varint()) / this.#partCells);
    readCells(this.#space, reader, this.#tableAt, this.cells, () => expected);
  }

  /** Gives its memory back; the table must not be used afterwards. */
  dispose(): void {
    this.#space.release(this);
  }

  #checkAlike(other: Iblt): void {
    for (const field of ["backend", "cells", "hashes", "seed"] as const) {
      if (this[field] !== other[field]) {
        throw new InputError(`${field} of both tables must be ${this[field]}, got ${other[field]}`);
      }
    }
  }

  #decode(other: Iblt | undefined): IbltDecoded {
    const space = this.#space;
    const { ibltSubtract, ibltPeel, ibltOccupied } = space.kernels;
    const owner = {};
    const bytes = this.cells * CELL_BYTES;
    // A copy of the table, the cells found, the stack.
    const copyAt = space.allocate(owner, bytes * 2 + this.cells * this.hashes * 4);
    space.u8.copyWithin(copyAt, this.#tableAt, this.#tableAt + bytes);
    if (other !== undefined) ibltSubtract(copyAt, other.#tableAt, this.cells);
    const outAt = copyAt + bytes;
    const { hashes, seed } = this;
    const found = ibltPeel(copyAt, this.#partCells, hashes, seed, outAt, outAt + bytes);
    const isComplete = ibltOccupied(copyAt, this.cells) === 0;
    const decoded = { ...cellsOf(space, outAt, found), isComplete };
    space.release(owner);
    return decoded;
  }

  #add(ids: Ids, sign: number): void {
    const list = idArray("ids", ids);
    const space = this.#space;
    const owner = {};
    const at = space.allocate(owner, list.byteLength);
    space.u8.set(new Uint8Array(list.buffer, list.byteOffset, list.byteLength), at);
    space.kernels.ibltAdd(...this.#form(), at, list.length, sign);
    space.release(owner);
  }

  #form(): [tableAt: number, partCells: number, hashes: number, seed: number] {
    return [this.#tableAt, this.#partCells, this.hashes, this.seed];
  }

  /** Ids inserted less ids deleted: the counts of the first partition. */
  #netCount(): number {
    const words = this.#space.u32;
    let net = 0;
    for (let cell = 0; cell < this.#partCells; cell++) {
      net += words[(this.#tableAt >>> 2) + cell * 4]! | 0;
    }
    return net;
  }
}

/** Cells that let a difference of `ids` ids be decoded in over 99 of 100 tables with 4 hashes. */
export function cellsFor(ids: number): number {
  return 2 * ids + 20; // eppstein-2011-iblt.json: 2 d fails in 0.1 % at 100, small d need more
}
