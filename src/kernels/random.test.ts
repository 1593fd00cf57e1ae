/**
 * The generator on both backends: published words of Threefry, the reference recurrence of
 * xoshiro128++, and bounded draws at bounds where plain multiply-shift is biased.
 */
import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { binomialZ, uniformZ, Z_MAX } from "../../test/chi-square.js";
import { workspace } from "./workspace.js";

/**
 * Known answers of Random123 (tests/kat_vectors, threefry2x32 with 13 rounds): counter, key, words.
 */
const THREEFRY_13: readonly (readonly number[])[] = [
  [0x00000000, 0x00000000, 0x00000000, 0x00000000, 0x9d1c5ec6, 0x8bd50731],
  [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xfd36d048, 0x2d17272c],
  [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xba3e4725, 0xf27d669e],
];

/** First words of xoshiro128++ from state 1, 2, 3, 4, as the authors' C code prints them. */
const XOSHIRO_FROM_1234 = [641, 1573767, 3222811527, 3517856514, 836907274, 4247214768];

/**
 * xoshiro128plusplus.c (Blackman, Vigna 2019), in BigInt so that it shares nothing with the
 * kernels.
 */
function xoshiroReference(seed: readonly number[], count: number): number[] {
  const state = seed.map(BigInt);
  const mask = 0xffffffffn;
  const rotl = (x: bigint, by: bigint): bigint => ((x << by) | (x >> (32n - by))) & mask;
  return Array.from({ length: count }, () => {
    let [a, b, c, d] = state as [bigint, bigint, bigint, bigint];
    const result = (rotl((a + d) & mask, 7n) + a) & mask;
    const t = (b << 9n) & mask;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = rotl(d, 11n);
    state.splice(0, 4, a, b, c, d);
    return Number(result);
  });
}

const word = fc.integer({ min: 0, max: 0xffffffff });

it("the reference of xoshiro128++ gives the words of the authors' code", () => {
  expect(xoshiroReference([1, 2, 3, 4], 6)).toEqual(XOSHIRO_FROM_1234);
});

describe.each(["wasm", "ts"] as const)("random on %s", (backend) => {
  const space = workspace(backend);
  const { kernels } = space;
  const owner = {};
  const at = space.allocate(owner, 4096);

  it.each(THREEFRY_13)("Threefry of counter %i, %i and key %i, %i", (...known) => {
    const [c0, c1, k0, k1, first, second] = known as [
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    expect(kernels.threefry(k0, k1, c0, c1) >>> 0).toBe(first);
    expect(kernels.threefrySecond() >>> 0).toBe(second);
  });

  test.prop([word, word, word, fc.integer({ min: 0, max: 2 ** 29 - 1 })], { numRuns: 20 })(
    "a stream is four interleaved xoshiro128++, seeded from Threefry",
    (seed, purpose, tick, stream) => {
      kernels.rawWords(at, 64, seed, purpose, tick, stream);
      const words = space.u32.slice(at / 4, at / 4 + 64);
      for (let lane = 0; lane < 4; lane++) {
        const state = [0, 1].flatMap((half) => [
          kernels.threefry(seed, purpose, tick, stream * 8 + lane * 2 + half) >>> 0,
          kernels.threefrySecond() >>> 0,
        ]);
        const reference = xoshiroReference(state, 16);
        expect(Array.from(words.filter((_, index) => index % 4 === lane))).toEqual(reference);
      }
    },
  );

  test.prop([word, word, word, fc.integer({ min: 0, max: 2 ** 29 - 1 })])(
    "a block begins with the words of its stream",
    (seed, purpose, tick, stream) => {
      kernels.rawWords(at, 128, seed, purpose, tick, stream);
      const words = space.u32.slice(at / 4, at / 4 + 128);
      kernels.rawBlock(at, seed, purpose, tick, stream);
      expect(space.u32.slice(at / 4, at / 4 + 128)).toEqual(words);
    },
  );

  it.each([2, 3, 5, 10, 1000])("draws below %i are uniform", (bound) => {
    const counts = new Uint32Array(bound);
    for (let node = 0; node < 100 * bound + 20_000; node++) {
      counts[kernels.drawBelow(11, 1, 3, node, bound)]!++;
    }
    expect(Math.abs(uniformZ(counts))).toBeLessThan(Z_MAX);
  });

  // Plain multiply-shift gives some values one word more than others; those are counted.
  it.each([1e9, 3e9, 3 * 2 ** 30, 2 ** 32 - 1])("draws below %d favour no value", (bound) => {
    const draws = 40_000;
    const buckets = new Uint32Array(1000);
    let favoured = 0;
    let favouredByPlain = 0;
    for (let node = 0; node < draws; node++) {
      const value = kernels.drawBelow(12, 1, 3, node, bound) >>> 0;
      expect(value).toBeLessThan(bound);
      buckets[Math.floor((value / bound) * 1000)]!++;
      favoured += isFavoured(value, bound);
      const plain = (BigInt(kernels.threefry(12, 1, 3, node) >>> 0) * BigInt(bound)) >> 32n;
      favouredByPlain += isFavoured(Number(plain), bound);
    }
    const share = (2 ** 32 % bound) / bound;
    expect(Math.abs(uniformZ(buckets))).toBeLessThan(Z_MAX);
    expect(Math.abs(binomialZ(favoured, draws, share))).toBeLessThan(Z_MAX);
    // At 2^32 - 1 the bias is too small to be seen; elsewhere the count must find it.
    if (bound < 2 ** 32 - 1)
      expect(binomialZ(favouredByPlain, draws, share)).toBeGreaterThan(Z_MAX);
  });
});

/** 1 when plain multiply-shift maps floor(2^32 / bound) + 1 words to `value`, 0 when one fewer. */
function isFavoured(value: number, bound: number): number {
  const first = (x: number): bigint => (BigInt(x) * 2n ** 32n + BigInt(bound) - 1n) / BigInt(bound);
  return Number(first(value + 1) - first(value)) - Math.floor(2 ** 32 / bound);
}
