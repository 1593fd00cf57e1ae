/**
 * Alias tables: what a table says of each item's chance, worked out from its bytes, is its weight.
 */
import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { chiSquareZ, Z_MAX } from "../../test/chi-square.js";
import { workspace, type Workspace } from "./workspace.js";

function tableOf(space: Workspace, weights: readonly number[]): Uint32Array {
  const owner = {};
  const weightsAt = space.allocate(owner, weights.length * 8);
  const tableAt = space.allocate(owner, weights.length * 8);
  space.f64.set(weights, weightsAt / 8);
  const scratchAt = space.allocate(owner, weights.length * 4);
  space.kernels.aliasBuild(weightsAt, tableAt, weights.length, scratchAt);
  const table = space.u32.slice(tableAt / 4, tableAt / 4 + weights.length * 2);
  space.release(owner);
  return table;
}

/** Chance of each item: its part of its own column and what others leave to it. */
function chancesOf(table: Uint32Array): Float64Array {
  const count = table.length / 2;
  const chances = new Float64Array(count);
  for (let column = 0; column < count; column++) {
    const part = table[column * 2]! / 2 ** 32;
    chances[column]! += part / count;
    chances[table[column * 2 + 1]!]! += (1 - part) / count;
  }
  return chances;
}

const weight = fc.oneof(
  fc.constant(0),
  fc.double({ min: 1e-6, max: 1e6, noNaN: true }),
  fc.integer({ min: 1, max: 3 }),
);
const someWeights = fc
  .array(weight, { minLength: 1, maxLength: 200 })
  .filter((weights) => weights.some((each) => each > 0));

describe.each(["wasm", "ts"] as const)("alias tables on %s", (backend) => {
  const space = workspace(backend);

  test.prop([someWeights])("give every item its weight, and nothing to weight 0", (weights) => {
    const total = weights.reduce((sum, each) => sum + each, 0);
    const chances = chancesOf(tableOf(space, weights));
    for (const [item, chance] of chances.entries()) {
      if (weights[item] === 0) expect(chance).toBe(0);
      // Thresholds are rounded by 2^-32 of a column, sums of 200 weights by less.
      expect(Math.abs(chance - weights[item]! / total)).toBeLessThan(2 ** -31);
    }
  });

  it.each([
    ["equal", new Array<number>(1000).fill(0.1)],
    ["one of many", Array.from({ length: 1000 }, (_, i) => (i === 700 ? 5 : 0))],
    ["steep", Array.from({ length: 64 }, (_, i) => 2 ** (-i / 2))],
    ["two", [1, 3]],
    // The second is below the mean, and its part of the mean is rounded to 1.
    ["all but equal", [999999.9999999988, 999999.9999999987]],
    ["one", [0.3]],
  ])("hold at the edges: %s", (_, weights) => {
    const total = weights.reduce((sum, each) => sum + each, 0);
    const chances = chancesOf(tableOf(space, weights));
    chances.forEach((chance, item) => expect(chance).toBeCloseTo(weights[item]! / total, 8));
    weights.forEach((each, item) => each === 0 && expect(chances[item]).toBe(0));
  });

  it("draws follow the weights", () => {
    const weights = Array.from({ length: 50 }, (_, i) => 1 + (i % 10) ** 2);
    const total = weights.reduce((sum, each) => sum + each, 0);
    const owner = {};
    const tableAt = space.allocate(owner, 400);
    space.u32.set(tableOf(space, weights), tableAt / 4);
    const draws = 50_000;
    const counts = new Uint32Array(50);
    for (let i = 0; i < draws; i++) {
      const column = space.kernels.drawBelow(3, 1, 0, i, 50);
      counts[space.kernels.aliasItem(tableAt, column, space.kernels.threefry(3, 2, 0, i))]!++;
    }
    space.release(owner);
    const expected = weights.map((each) => (each / total) * draws);
    expect(Math.abs(chiSquareZ(counts, expected))).toBeLessThan(Z_MAX);
  });
});

test.prop([someWeights])("both backends build the same bytes", (weights) => {
  expect(tableOf(workspace("ts"), weights)).toEqual(tableOf(workspace("wasm"), weights));
});
