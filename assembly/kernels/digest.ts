/**
 * Digest of a memory range: four interleaved 32-bit lanes mixed as MurmurHash3 (Appleby, public
 * domain) mixes its words, so the SIMD form and the scalar twin agree. Twin: src/kernels/digest.ts.
 */

/**
 * Continues a digest over `bytes` bytes; the 16-byte state at `stateAt` is read and written back.
 * @param at aligned to 16
 * @param bytes a multiple of 16
 * @param stateAt u32[4], zeroed before the first range
 */
export function digestRange(at: u32, bytes: u32, stateAt: u32): void {
  let state = v128.load(stateAt);
  const c1 = i32x4.splat(0xcc9e2d51);
  const c2 = i32x4.splat(0x1b873593);
  const five = i32x4.splat(5);
  const added = i32x4.splat(0xe6546b64);
  const end = at + bytes;
  for (let p = at; p < end; p += 16) {
    let k = i32x4.mul(v128.load(p), c1);
    k = i32x4.mul(v128.or(i32x4.shl(k, 15), i32x4.shr_u(k, 17)), c2);
    state = v128.xor(state, k);
    state = v128.or(i32x4.shl(state, 13), i32x4.shr_u(state, 19));
    state = i32x4.add(i32x4.mul(state, five), added);
  }
  v128.store(stateAt, state);
}

/** Folds the four lanes into the two words at `stateAt`, u32[2]: the printed digest. */
export function digestFinish(stateAt: u32): void {
  const a = finalMix(load<u32>(stateAt) ^ rotl<u32>(load<u32>(stateAt + 4), 9));
  const b = finalMix(load<u32>(stateAt + 8) ^ rotl<u32>(load<u32>(stateAt + 12), 9));
  const c = finalMix(a + b * 5);
  store<u32>(stateAt, c);
  store<u32>(stateAt + 4, finalMix(b ^ c));
}

function finalMix(word: u32): u32 {
  let h = word;
  h = (h ^ (h >>> 16)) * 0x85ebca6b;
  h = (h ^ (h >>> 13)) * 0xc2b2ae35;
  return h ^ (h >>> 16);
}
