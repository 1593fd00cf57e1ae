/**
 * Twin of assembly/kernels/digest.ts: the same four lanes, kept in four locals.
 */
import { u32 } from "./memory.js";

/**
 * Continues a digest over `bytes` bytes; the 16-byte state at `stateAt` is read and written back.
 * @param at aligned to 16
 * @param bytes a multiple of 16
 * @param stateAt u32[4], zeroed before the first range
 */
export function digestRange(at: number, bytes: number, stateAt: number): void {
  const words = u32;
  const state = stateAt >>> 2;
  let a = words[state]! | 0;
  let b = words[state + 1]! | 0;
  let c = words[state + 2]! | 0;
  let d = words[state + 3]! | 0;
  const end = (at + bytes) / 4;
  for (let p = at >>> 2; p < end; p += 4) {
    a = mixed(a, words[p]!);
    b = mixed(b, words[p + 1]!);
    c = mixed(c, words[p + 2]!);
    d = mixed(d, words[p + 3]!);
  }
  words[state] = a;
  words[state + 1] = b;
  words[state + 2] = c;
  words[state + 3] = d;
}

/** Folds the four lanes into the two words at `stateAt`, u32[2]: the printed digest. */
export function digestFinish(stateAt: number): void {
  const state = stateAt >>> 2;
  const a = finalMix(u32[state]! ^ rotl(u32[state + 1]!, 9));
  const b = finalMix(u32[state + 2]! ^ rotl(u32[state + 3]!, 9));
  const c = finalMix((a + Math.imul(b, 5)) | 0);
  u32[state] = c;
  u32[state + 1] = finalMix(b ^ c);
}

function mixed(lane: number, word: number): number {
  const k = Math.imul(rotl(Math.imul(word, 0xcc9e2d51), 15), 0x1b873593);
  return (Math.imul(rotl(lane ^ k, 13), 5) + 0xe6546b64) | 0;
}

function rotl(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}

function finalMix(word: number): number {
  let h = word | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
