/**
 * Lists of u32 that grow without limit, for views whose length no parameter bounds. A list is two
 * words, its length and its last chunk; a chunk is 16 words, the chunk before it and 15 values.
 * Chunks that become empty are used again.
 */
import { div32, getU32, setU32 } from "../memory";
import { CHUNK_FREE, CHUNK_NEXT, CHUNKS_LEFT } from "./context";

export const LIST_BYTES: u32 = 8;
export const CHUNK_BYTES: u32 = 64;
const PER_CHUNK: u32 = 15;

export function listLength(list: u32): u32 {
  return getU32(list, 0);
}

/** Value at `index`, below the list's length. */
export function listValue(list: u32, index: u32): u32 {
  return getU32(chunkOf(list, index), 1 + (index % PER_CHUNK));
}

/** Index of `value`; the list's length when it is not there. */
export function listIndex(list: u32, value: u32): u32 {
  const length = getU32(list, 0);
  let chunk = getU32(list, 1);
  let end = length;
  while (end > 0) {
    const first = end - 1 - ((end - 1) % PER_CHUNK);
    for (let index = first; index < end; index++) {
      if (getU32(chunk, 1 + index - first) == value) return index;
    }
    chunk = getU32(chunk, 0);
    end = first;
  }
  return length;
}

export function appendValue(c: u32, list: u32, value: u32): void {
  const length = getU32(list, 0);
  const place = length % PER_CHUNK;
  if (place == 0) {
    const chunk = takeChunk(c);
    setU32(chunk, 0, getU32(list, 1));
    setU32(list, 1, chunk);
  }
  setU32(getU32(list, 1), 1 + place, value);
  setU32(list, 0, length + 1);
}

/** Removes the value at `index`; the last value takes its place. */
export function removeValueAt(c: u32, list: u32, index: u32): void {
  const last = getU32(list, 0) - 1;
  setU32(chunkOf(list, index), 1 + (index % PER_CHUNK), listValue(list, last));
  setU32(list, 0, last);
  if (last % PER_CHUNK != 0) return;
  const chunk = getU32(list, 1);
  setU32(list, 1, getU32(chunk, 0));
  setU32(chunk, 0, getU32(c, CHUNK_FREE));
  setU32(c, CHUNK_FREE, chunk);
  setU32(c, CHUNKS_LEFT, getU32(c, CHUNKS_LEFT) + 1);
}

function chunkOf(list: u32, index: u32): u32 {
  let chunk = getU32(list, 1);
  let steps = div32(getU32(list, 0) - 1, PER_CHUNK) - div32(index, PER_CHUNK);
  while (steps > 0) {
    chunk = getU32(chunk, 0);
    steps--;
  }
  return chunk;
}

/** Callers make sure that CHUNKS_LEFT is above zero. */
function takeChunk(c: u32): u32 {
  setU32(c, CHUNKS_LEFT, getU32(c, CHUNKS_LEFT) - 1);
  const free = getU32(c, CHUNK_FREE);
  if (free != 0) {
    setU32(c, CHUNK_FREE, getU32(free, 0));
    return free;
  }
  const chunk = getU32(c, CHUNK_NEXT);
  setU32(c, CHUNK_NEXT, chunk + CHUNK_BYTES);
  return chunk;
}
