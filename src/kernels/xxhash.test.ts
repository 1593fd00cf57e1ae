/** XXH64 on both backends against the vectors of xxHash's own sanity test and against xxhash-wasm. */
import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { workspace, type Workspace } from "./workspace.js";

const PRIME32 = 2_654_435_761n;
const PRIME64 = 11_400_714_785_074_694_797n;
const MASK = (1n << 64n) - 1n;

/** Input of the sanity test of xxHash (tests/sanity_test.c): the top bytes of a product chain. */
function sanityBytes(length: number): Uint8Array {
  let state = PRIME32;
  return Uint8Array.from({ length }, () => {
    const byte = Number(state >> 56n);
    state = (state * PRIME64) & MASK;
    return byte;
  });
}

/** [length, seed, hash]: facts of the sanity test. */
const VECTORS: readonly [number, bigint, bigint][] = [
  [0, 0n, 0xef46db3751d8e999n],
  [0, PRIME32, 0xac75fda2929b17efn],
  [1, 0n, 0xe934a84adb052768n],
  [1, PRIME32, 0x5014607643a9b4c3n],
  [4, 0n, 0x9136a0dca57457een],
  [14, 0n, 0x8282dcc4994e35c8n],
  [14, PRIME32, 0xc3bd6bf63deb6df0n],
  [222, 0n, 0xb641ae8cb691c174n],
  [222, PRIME32, 0x20cb8ab7ae10c14an],
];

function low(word: bigint): number {
  return Number(word & 0xffffffffn);
}

function high(word: bigint): number {
  return Number(word >> 32n);
}

function hash(space: Workspace, bytes: Uint8Array, seed: bigint, offset = 0): bigint {
  const owner = {};
  const at = space.allocate(owner, bytes.length + offset) + offset;
  space.u8.set(bytes, at);
  const lowWord = space.kernels.xxh64(at, bytes.length, low(seed), high(seed)) >>> 0;
  const result = (BigInt(space.kernels.xxh64High() >>> 0) << 32n) | BigInt(lowWord);
  space.release(owner);
  return result;
}

/** The 64-bit word at byte `at`, little-endian. */
function wordAt(bytes: Uint8Array, at: number): bigint {
  return new DataView(bytes.buffer).getBigUint64(at, true);
}

describe.each(["wasm", "ts"] as const)("XXH64 on %s", (backend) => {
  const space = workspace(backend);

  it.each(VECTORS)("gives the published hash of %i bytes, seed %i", (length, seed, expected) => {
    expect(hash(space, sanityBytes(length), seed).toString(16)).toBe(expected.toString(16));
  });

  test.prop([
    fc.uint8Array({ maxLength: 200 }),
    fc.bigInt({ min: 0n, max: MASK }),
    fc.integer({ min: 0, max: 7 }),
  ])("agrees with xxhash-wasm at any alignment", async (bytes, seed, offset) => {
    const { default: load } = await import("xxhash-wasm");
    const peer = await load();
    expect(hash(space, bytes, seed, offset)).toBe(peer.h64Raw(bytes, seed));
  });

  test.prop([fc.uint8Array({ minLength: 16, maxLength: 16 }), fc.bigInt({ min: 0n, max: MASK })])(
    "short forms equal the long form",
    (bytes, seed) => {
      const { kernels } = space;
      const [first, second] = [wordAt(bytes, 0), wordAt(bytes, 8)];
      const of8 = kernels.xxh64Of8(low(first), high(first), low(seed), high(seed)) >>> 0;
      const of8High = kernels.xxh64High() >>> 0;
      const long8 = hash(space, bytes.slice(0, 8), seed);
      expect([of8, of8High]).toEqual([low(long8), high(long8)]);
      const of16 = kernels.xxh64Of16(low(first), high(first), low(second), high(second)) >>> 0;
      const of16High = kernels.xxh64High() >>> 0;
      const long16 = hash(space, bytes, 0n);
      expect([of16, of16High]).toEqual([low(long16), high(long16)]);
    },
  );

  test.prop([
    fc.uint8Array({ minLength: 32, maxLength: 2000 }),
    fc.bigInt({ min: 0n, max: MASK }),
    fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 5 }),
    fc.integer({ min: 0, max: 7 }),
  ])("gives the same hash by pieces", (bytes, seed, stripes, offset) => {
    const { kernels } = space;
    const owner = {};
    const stateAt = space.allocate(owner, 32);
    const at = space.allocate(owner, bytes.length + offset) + offset;
    space.u8.set(bytes, at);
    kernels.xxh64Start(stateAt, low(seed), high(seed));
    const whole = bytes.length - (bytes.length % 32);
    let done = 0;
    for (const count of [...stripes, 100]) {
      const piece = Math.min(count * 32, whole - done);
      kernels.xxh64Absorb(stateAt, at + done, piece);
      done += piece;
    }
    const rest = bytes.length - whole;
    const result = kernels.xxh64End(stateAt, at + whole, rest, bytes.length) >>> 0;
    const resultHigh = kernels.xxh64High() >>> 0;
    space.release(owner);
    const expected = hash(space, bytes, seed);
    expect([result, resultHigh]).toEqual([low(expected), high(expected)]);
  });
});
