/** The portable functions of assembly/runtime/math.ts against the engine's own, on both backends. */
import { describe, expect, it } from "vitest";
import { tsBackend } from "../kernels/ts.js";
import { compileWasm, wasmBackend } from "../kernels/wasm.js";
import { createMemory } from "../memory/memory.js";

const memory = createMemory(65_536);
const wasm = wasmBackend(compileWasm(), memory).kernels;
const ts = (await tsBackend(memory)).kernels;

describe("exponential", () => {
  const points = Array.from({ length: 3000 }, (_, index) => -((index / 120) ** 2));
  it("is within 1e-15 (1 + |x|) of e^x", () => {
    for (const x of points.filter((each) => each > -700)) {
      expect(Math.abs(ts.exponential(x) / Math.exp(x) - 1)).toBeLessThan(1e-15 * (1 - x));
    }
    expect(ts.exponential(0)).toBe(1);
    expect(ts.exponential(-1e9)).toBe(0);
  });

  it("has the same bits on both backends", () => {
    for (const x of points) expect(wasm.exponential(x)).toBe(ts.exponential(x));
  });
});
