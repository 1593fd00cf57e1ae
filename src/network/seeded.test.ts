/** The generator against its reference vector, and the streams against what uniform means. */
import { describe, expect, it } from "vitest";
import { SeededStream, seededStream } from "./seeded.js";

describe("SeededStream", () => {
  it("gives the words of the reference implementation from state 1 2 3 4", () => {
    const stream = new SeededStream([1, 2, 3, 4]);
    // Output of xoshiro128plusplus.c, also the vector in the tests of the Rust crate rand_xoshiro.
    expect(Array.from({ length: 10 }, () => stream.nextU32())).toEqual([
      641, 1573767, 3222811527, 3517856514, 836907274, 4247214768, 3867114732, 1355841295,
      495546011, 621204420,
    ]);
  });

  it("draws below a bound without bias", () => {
    // Without rejection, 3 * 2^30 as bound would give the lowest third twice the weight.
    const stream = seededStream(1, 2);
    const bound = 3 * 2 ** 30;
    const draws = 30_000;
    let lowest = 0;
    for (let draw = 0; draw < draws; draw++) {
      const value = stream.below(bound);
      expect(value).toBeLessThan(bound);
      if (value < 2 ** 30) lowest++;
    }
    const sigma = Math.sqrt(draws * (1 / 3) * (2 / 3));
    expect(Math.abs(lowest - draws / 3)).toBeLessThan(5 * sigma);
  });

  it("covers every value of a small bound evenly, and only 0 below 1", () => {
    const stream = seededStream(7, 0);
    const counts = new Uint32Array(10);
    for (let draw = 0; draw < 100_000; draw++) counts[stream.below(10)]!++;
    const chiSquare = counts.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0);
    expect(chiSquare).toBeLessThan(33.7); // 9 degrees of freedom, p = 1e-4
    expect(stream.below(1)).toBe(0);
    expect(stream.below(2 ** 32)).toBeLessThan(2 ** 32);
  });

  it("draws units in [0, 1) with mean 1/2 and variance 1/12", () => {
    const stream = seededStream(3, 1);
    const units = Array.from({ length: 100_000 }, () => stream.unit());
    const mean = units.reduce((sum, unit) => sum + unit, 0) / units.length;
    const variance = units.reduce((sum, unit) => sum + (unit - mean) ** 2, 0) / units.length;
    expect(Math.min(...units.slice(0, 1000))).toBeGreaterThanOrEqual(0);
    expect(units.every((unit) => unit < 1)).toBe(true);
    expect(Math.abs(mean - 0.5)).toBeLessThan(5 * Math.sqrt(1 / 12 / units.length));
    expect(Math.abs(variance - 1 / 12)).toBeLessThan(0.001);
  });
});

describe("seededStream", () => {
  it("repeats for the same seed and purpose and differs for any other, near or swapped", () => {
    const first = (seed: number, purpose: number): string => {
      const stream = seededStream(seed, purpose);
      return `${stream.nextU32()} ${stream.nextU32()}`;
    };
    expect(first(5, 9)).toBe(first(5, 9));
    const seen = new Set<string>();
    for (let seed = 0; seed < 40; seed++) {
      for (let purpose = 0; purpose < 40; purpose++) seen.add(first(seed, purpose));
    }
    expect(seen.size).toBe(1600);
  });
});
