/**
 * Windows of arrivals against a true ring of samples, and phi against the engine's own functions, on both
 * backends. Random tests print their seed; replay with HEARSAY_TEST_SEED=<seed>.
 */
import { describe, expect, it } from "vitest";
import { tsBackend } from "../../kernels/ts.js";
import { compileWasm, wasmBackend } from "../../kernels/wasm.js";
import { createMemory } from "../../memory/memory.js";
import { seededStream } from "../../network/seeded.js";

const seed = Number(process.env.HEARSAY_TEST_SEED ?? Date.now() % 0xffffffff) >>> 0;
const memory = createMemory(65_536);
const wasm = wasmBackend(compileWasm(), memory).kernels;
const ts = (await tsBackend(memory)).kernels;

const SUM_BITS = 22;
const meanOf = (window: number): number => (window % 2 ** SUM_BITS) / (window >>> SUM_BITS);

/** The mean of the last `size` samples after each one, as Cassandra keeps it. */
function ringMeans(samples: readonly number[], size: number): number[] {
  let sum = 0;
  return samples.map((sample, index) => {
    sum += sample - (samples[index - size] ?? 0);
    return sum / Math.min(size, index + 1);
  });
}

function windowMeans(samples: readonly number[], size: number, kernels: typeof ts): number[] {
  let window = 0;
  let now = 0;
  return samples.map((sample) => {
    now = (now + sample) % 2 ** 22;
    window = kernels.withSample(window, sample, size, now) >>> 0;
    return meanOf(window);
  });
}

describe(`a window of arrivals (HEARSAY_TEST_SEED=${seed})`, () => {
  const stream = seededStream(seed, 0);
  /** Intervals of one to two periods as gossip has them: the second of two halves is missed. */
  const samples = Array.from({ length: 20_000 }, () =>
    stream.below(3) === 0 ? 256 + stream.below(256) : 180 + stream.below(150),
  );

  it("is the ring's mean exactly until it is full", () => {
    const means = windowMeans(samples.slice(0, 1000), 1000, ts);
    expect(means).toEqual(ringMeans(samples.slice(0, 1000), 1000));
  });

  it("stays within 1 % of the ring's mean at rest, in the mean within 0.2 %", () => {
    const own = windowMeans(samples, 1000, ts).slice(1000);
    const ring = ringMeans(samples, 1000).slice(1000);
    const errors = own.map((mean, index) => mean / ring[index]! - 1);
    const spread = Math.sqrt(errors.reduce((sum, error) => sum + error ** 2, 0) / errors.length);
    const bias = errors.reduce((sum, error) => sum + error, 0) / errors.length;
    // A ring of 1000 and forgetting by 1/1000 weigh the same samples differently: 0.3 / sqrt(1000).
    expect(spread).toBeLessThan(0.01);
    expect(Math.abs(bias)).toBeLessThan(0.002);
  });

  it("follows a change as fast as the ring at half of it, more slowly to its end", () => {
    const change = [
      ...Array.from({ length: 1000 }, () => 256),
      ...Array.from({ length: 3000 }, () => 384),
    ];
    const own = windowMeans(change, 1000, ts);
    const ring = ringMeans(change, 1000);
    expect(own[1693]).toBeCloseTo(320, -1);
    expect(ring[1500]).toBeCloseTo(320, -1);
    expect(own.at(-1)! / ring.at(-1)!).toBeGreaterThan(0.97);
  });

  it("never has a mean of 0, at the least samples that are taken", () => {
    const means = windowMeans(new Array<number>(5000).fill(1), 100, ts);
    expect(Math.min(...means)).toBe(1);
  });

  it("has the same bits on both backends", () => {
    expect(windowMeans(samples, 300, wasm)).toEqual(windowMeans(samples, 300, ts));
  });
});

describe("phi", () => {
  /** Minus log10 of the normal tail by Simpson's rule from z to z + 12 in 24,000 steps. */
  function tailPhi(z: number): number {
    const step = 12 / 24_000;
    const density = (x: number): number => Math.exp((z * z - x * x) / 2) / Math.sqrt(2 * Math.PI);
    let sum = 0;
    for (let i = 0; i <= 24_000; i++) {
      const weight = i === 0 || i === 24_000 ? 1 : i % 2 === 0 ? 2 : 4;
      sum += weight * density(z + i * step);
    }
    return (z * z) / 2 / Math.LN10 - Math.log10((sum * step) / 3);
  }

  const points = Array.from({ length: 200 }, (_, index) => -3 + index / 10);

  it("is minus log10 of the tail of the normal law, also where the tail is smaller than any number", () => {
    for (const z of points) {
      const expected = tailPhi(z);
      expect(Math.abs(ts.phiNormal(5 + 2 * z, 5, 2) - expected)).toBeLessThan(
        1e-9 * (1 + expected),
      );
    }
    expect(ts.phiNormal(100, 0, 1)).toBeGreaterThan(2000);
    expect(ts.phiNormal(-100, 0, 1)).toBe(0);
  });

  it("grows with the silence, without a jump where one formula takes over from the other", () => {
    const values = points.map((z) => ts.phiNormal(z, 0, 1));
    expect(values.every((value, index) => index === 0 || value > values[index - 1]!)).toBe(true);
    const jump = ts.phiNormal(3 + 1e-9, 0, 1) - ts.phiNormal(3 - 1e-9, 0, 1);
    expect(jump).toBeLessThan(1e-8);
  });

  it("reaches 8 at 18.42 means of the exponential law", () => {
    expect(ts.phiExponential(18.420_680_743_952_367, 1)).toBeCloseTo(8, 12);
  });

  it("has the same bits on both backends", () => {
    for (const z of points) {
      expect(wasm.phiNormal(z, 0.1, 1.7)).toBe(ts.phiNormal(z, 0.1, 1.7));
      expect(wasm.phiExponential(z, 1.7)).toBe(ts.phiExponential(z, 1.7));
    }
  });
});
