/**
 * Keyed permutations: bijections at every size, all orders of small sets alike, epochs independent.
 */
import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { uniformZ, Z_MAX } from "../../test/chi-square.js";
import { workspace } from "./workspace.js";

const word = fc.integer({ min: 0, max: 0xffffffff });

describe.each(["wasm", "ts"] as const)("permute on %s", (backend) => {
  const { kernels } = workspace(backend);

  function order(size: number, key0: number, key1: number): Uint32Array {
    return Uint32Array.from({ length: size }, (_, i) => kernels.permute(i, size, key0, key1));
  }

  function isPermutation(images: Uint32Array): boolean {
    const seen = new Uint8Array(images.length);
    for (const image of images) if (image < seen.length) seen[image] = 1;
    return !seen.includes(0);
  }

  it("is a bijection for every size up to 300", () => {
    for (let size = 1; size <= 300; size++) {
      expect([size, isPermutation(order(size, size * 7919, 12345))]).toEqual([size, true]);
    }
  });

  test.prop([fc.integer({ min: 301, max: 200_000 }), word, word], { numRuns: 15 })(
    "is a bijection for larger sizes",
    (size, key0, key1) => {
      expect(isPermutation(order(size, key0, key1))).toBe(true);
    },
  );

  test.prop([fc.integer({ min: 1, max: 0xffffffff }), word, word, word])(
    "stays below its size, up to 2^32 - 1",
    (size, key0, key1, index) => {
      expect(kernels.permute(index % size, size, key0, key1) >>> 0).toBeLessThan(size);
    },
  );

  test.prop([fc.integer({ min: 1, max: 0xffffffff }), word, word, word])(
    "has its inverse",
    (size, key0, key1, word) => {
      const index = word % size;
      const image = kernels.permute(index, size, key0, key1) >>> 0;
      expect(kernels.permuteInverse(image, size, key0, key1) >>> 0).toBe(index);
    },
  );

  it.each([2, 3, 4, 5])("gives all orders of %i alike", (size) => {
    const counts = new Map<string, number>();
    let orders = 1;
    for (let i = 2; i <= size; i++) orders *= i;
    for (let key = 0; key < orders * 200; key++) {
      const key0 = kernels.threefry(5, 6, key, size);
      const name = order(size, key0, kernels.threefrySecond()).join();
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
    expect(counts.size).toBe(orders);
    expect(Math.abs(uniformZ([...counts.values()]))).toBeLessThan(Z_MAX);
  });

  it.each([7, 10, 17, 50, 63, 64, 101])("gives all pairs of places in %i alike", (size) => {
    for (const [first, second] of [
      [0, 1],
      [0, size - 1],
    ] as const) {
      const cells = new Uint32Array(size * size);
      for (let key = 0; key < 30_000 + 10 * size ** 2; key++) {
        const key0 = kernels.threefry(5, 7, key, size);
        const key1 = kernels.threefrySecond();
        const image = kernels.permute(first, size, key0, key1);
        cells[image * size + kernels.permute(second, size, key0, key1)]!++;
      }
      const pairs = cells.filter((_, cell) => cell % (size + 1) !== 0);
      expect(cells.reduce((sum, count) => sum + count)).toBe(pairs.reduce((sum, n) => sum + n));
      expect(Math.abs(uniformZ(pairs))).toBeLessThan(Z_MAX);
    }
  });

  it("leads from neighbouring places to independent ones", () => {
    const size = 1000;
    const cells = new Uint32Array(100);
    for (let key = 0; key < 40; key++) {
      const images = order(size, kernels.threefry(7, 8, key, 0), kernels.threefrySecond());
      for (let i = 0; i + 1 < size; i += 2) {
        cells[Math.floor(images[i]! / 100) * 10 + Math.floor(images[i + 1]! / 100)]!++;
      }
    }
    expect(Math.abs(uniformZ(cells))).toBeLessThan(Z_MAX);
  });

  it("has as many fixed points as a random permutation: one on average", () => {
    let fixed = 0;
    for (let key = 0; key < 2000; key++) {
      const images = order(100, kernels.threefry(9, 10, key, 0), kernels.threefrySecond());
      fixed += images.filter((image, index) => image === index).length;
    }
    expect(Math.abs(fixed - 2000) / Math.sqrt(2000)).toBeLessThan(Z_MAX);
  });
});
