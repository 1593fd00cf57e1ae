/** 64-bit hashes of keys, without repeats, and the words that fixed filters take from them. */
import type { BackendName } from "../kernels/backend.js";
import { workspace } from "../kernels/workspace.js";
import { keyBuffer, type FilterKeys } from "./keys.js";

/** Hashes as pairs of words; of keys that hash alike one is kept. */
export interface HashList {
  readonly low: Uint32Array;
  readonly high: Uint32Array;
}

export function distinctHashes(keys: FilterKeys, backend: BackendName): HashList {
  const space = workspace(backend);
  const buffer = keyBuffer(space);
  const chunks: BigUint64Array[] = [];
  buffer.each(keys, (count) => {
    const bytes = space.u8.slice(buffer.hashesAt, buffer.hashesAt + count * 8);
    chunks.push(new BigUint64Array(bytes.buffer));
  });
  const all = new BigUint64Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  const words = new Uint32Array(all.sort().buffer);
  const low = new Uint32Array(all.length);
  const high = new Uint32Array(all.length);
  let distinct = 0;
  for (let i = 0; i < all.length; i++) {
    const [a, b] = [words[2 * i]!, words[2 * i + 1]!];
    if (distinct > 0 && low[distinct - 1] === a && high[distinct - 1] === b) continue;
    low[distinct] = a;
    high[distinct++] = b;
  }
  return { low: low.subarray(0, distinct), high: high.subarray(0, distinct) };
}

/** A word of a hash, as good as independent of those with other salts (MurmurHash3's mix, twice). */
export function hashWord(low: number, high: number, salt: number): number {
  return mixed((mixed(low ^ salt) + Math.imul(high, 0x9e3779b1)) | 0);
}

function mixed(word: number): number {
  let h = word | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
