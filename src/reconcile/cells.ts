/**
 * Cells of IBLTs, plain and rateless, on their way out of memory: into lists of ids and into messages.
 * In memory a cell is 16 bytes { i32 count, u32 checkSum, u64 idSum }.
 */
import { InputError } from "../errors.js";
import type { Workspace } from "../kernels/workspace.js";
import type { Difference } from "./id-set.js";
import { unzigzag, zigzag, type MessageReader, type MessageWriter } from "./message.js";

export const CELL_BYTES = 16;
const COUNT_MAX = 2 ** 31 - 1;

/** Ids of cells that hold one each, by the sign of their count. */
export function cellsOf({ u32 }: Workspace, at: number, count: number): Difference {
  const first = at >>> 2;
  const ids = { extra: new Uint32Array(2 * count), missing: new Uint32Array(2 * count) };
  const filled = { extra: 0, missing: 0 };
  for (let cell = first; cell < first + 4 * count; cell += 4) {
    const side = u32[cell] === 1 ? "extra" : "missing";
    ids[side][filled[side]++] = u32[cell + 2]!;
    ids[side][filled[side]++] = u32[cell + 3]!;
  }
  return {
    extra: new BigUint64Array(ids.extra.buffer, 0, filled.extra / 2).slice().sort(),
    missing: new BigUint64Array(ids.missing.buffer, 0, filled.missing / 2).slice().sort(),
  };
}

/**
 * Appends cells: one byte 0 for an empty one, else 1 + the zigzag of how far its count is from what is
 * expected as a varint, checkSum and idSum. Counts near the expected one take a byte.
 */
export function writeCells(
  space: Workspace,
  writer: MessageWriter,
  at: number,
  count: number,
  expected: (index: number) => number,
): void {
  const { u8, u32 } = space;
  for (let i = 0; i < count; i++) {
    const cell = at + i * CELL_BYTES;
    const word = cell >>> 2;
    if ((u32[word]! | u32[word + 1]! | u32[word + 2]! | u32[word + 3]!) === 0) writer.byte(0);
    else {
      writer.varint(1 + zigzag((u32[word]! | 0) - expected(i)));
      writer.raw(u8.subarray(cell + 4, cell + CELL_BYTES));
    }
  }
}

/** Reads what writeCells wrote into zeroed cells. */
export function readCells(
  space: Workspace,
  reader: MessageReader,
  at: number,
  count: number,
  expected: (index: number) => number,
): void {
  const { u8, u32 } = space;
  for (let i = 0; i < count; i++) {
    const cell = at + i * CELL_BYTES;
    const tag = reader.varint();
    if (tag === 0) continue;
    const value = unzigzag(tag - 1) + expected(i);
    if (Math.abs(value) > COUNT_MAX) throw new InputError(`message has a count of ${value}`);
    u32[cell >>> 2] = value;
    u8.set(reader.raw(CELL_BYTES - 4), cell + 4);
  }
}
