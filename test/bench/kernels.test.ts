/**
 * Every bench of a kernel at its smallest size: all arms run, results agree between WASM, TypeScript,
 * C (where a compiler stands) and peers. No time is asserted.
 */
import { afterAll, describe, expect, it } from "vitest";
import { benchRowSchema } from "../../src/history/bench-record.js";
import { measure } from "../../bench/kernels/measure.js";
import { NativeTwins } from "../../bench/kernels/native.js";
import { kernelBenches } from "../../bench/kernels/suite.js";

const natives = new NativeTwins();
afterAll(() => natives.dispose());

describe("benches of kernels", () => {
  it("have ids of their own, and a headline among their sizes", () => {
    const ids = kernelBenches.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { sizes, headlineSize } of kernelBenches) expect(sizes).toContain(headlineSize);
  });

  it.each(kernelBenches.map((bench) => [bench.id, bench] as const))("%s", async (_, bench) => {
    const row = await measure(bench, bench.sizes[0]!, {
      rounds: 1,
      blockMs: 0.01,
      seed: 1,
      natives,
      signal: new AbortController().signal,
    });
    expect(benchRowSchema.parse(row)).toEqual(row);
    expect(row.arms.slice(0, 2).map(({ name }) => name)).toEqual(["wasm", "ts"]);
    for (const { name, status, note } of row.arms) {
      if (status === "missing") console.log(`${bench.id}: ${name} left out: ${note}`);
      else expect([name, status, note]).toEqual([name, "timed", null]);
    }
  });
});
