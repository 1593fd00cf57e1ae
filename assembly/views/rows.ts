/**
 * Rows of views: node v's row stands at ROWS_AT + v * ROW_BYTES and holds u32 ids[SLOTS], then u16
 * ages[SLOTS rounded up to 8]. Entries fill the slots from the front; free slots hold NO_PEER.
 */
import { getBit, getU16, getU32, mul32, setU16, setU32 } from "../memory";
import {
  AGES_OFFSET, ALIVE_AT, NO_PEER, ROWS_AT, ROW_BYTES, SCRATCH_AT, VIEW,
} from "./context";
import { nodeInOrder } from "./order";

/** Nodes whose rows are fetched ahead of their turn. */
export const BATCH: u32 = 32;
/** Scratch: nodes of a batch, peers they will contact, a word; then what a protocol keeps there. */
export const BATCH_PEERS: u32 = BATCH << 2;
const FETCHED: u32 = BATCH_PEERS << 1;
export const BATCH_BYTES: u32 = FETCHED + 128;

export function rowOf(c: u32, node: u32): u32 {
  return getU32(c, ROWS_AT) + mul32(node, getU32(c, ROW_BYTES));
}

export function agesOf(c: u32, row: u32): u32 {
  return row + getU32(c, AGES_OFFSET);
}

/** Entries in a row. */
export function sizeOf(c: u32, row: u32): u32 {
  let size = getU32(c, VIEW);
  while (size > 0 && getU32(row, size - 1) == NO_PEER) size--;
  return size;
}

export function isAlive(c: u32, node: u32): u32 {
  return getBit(getU32(c, ALIVE_AT), node);
}

/** Removes an entry; the last one takes its slot. */
export function removeEntry(c: u32, row: u32, slot: u32, size: u32): void {
  const ages = agesOf(c, row);
  setU32(row, slot, getU32(row, size - 1));
  setU16(ages, slot, getU16(ages, size - 1));
  setU32(row, size - 1, NO_PEER);
  setU16(ages, size - 1, 0);
}

/** Writes an entry. */
export function setEntry(c: u32, row: u32, slot: u32, id: u32, age: u32): void {
  setU32(row, slot, id);
  setU16(agesOf(c, row), slot, age);
}

/**
 * Lists the next nodes of the order, positions first .. first + BATCH - 1 below `end`, and fetches
 * their rows.
 * @returns how many there are
 */
export function openBatch(c: u32, first: u32, end: u32): u32 {
  const list = getU32(c, SCRATCH_AT);
  const count = end - first < BATCH ? end - first : BATCH;
  for (let k: u32 = 0; k < count; k++) setU32(list, k, nodeInOrder(c, first + k));
  fetchRows(c, list, count);
  return count;
}

/**
 * Reads a word of each cache line of the rows of u32[count] nodes. Nothing but loads: so many of
 * them wait for memory together, instead of one row after the other in its turn.
 */
export function fetchRows(c: u32, nodes: u32, count: u32): void {
  const words = getU32(c, ROW_BYTES) >>> 2;
  let sum: u32 = 0;
  for (let k: u32 = 0; k < count; k++) {
    const row = rowOf(c, getU32(nodes, k));
    for (let word: u32 = 0; word < words; word += 16) sum = sum ^ getU32(row, word);
  }
  // Kept, so that no compiler leaves the reading out.
  setU32(getU32(c, SCRATCH_AT) + FETCHED, 0, sum);
}
