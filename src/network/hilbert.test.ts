/** The curve visits every cell once and moves by one cell at a time: that is what defines it. */
import { describe, expect, it } from "vitest";
import { hilbertIndex } from "./hilbert.js";

describe("hilbertIndex", () => {
  it("is Hilbert's U in a square of four", () => {
    const positions = [hilbertIndex(1, 0, 0), hilbertIndex(1, 0, 1), hilbertIndex(1, 1, 1)];
    expect([...positions, hilbertIndex(1, 1, 0)]).toEqual([0, 1, 2, 3]);
  });

  it.each([2, 3, 6])("at order %i visits every cell once, each a step from the last", (order) => {
    const side = 2 ** order;
    const cells: [number, number][] = [];
    for (let x = 0; x < side; x++) {
      for (let y = 0; y < side; y++) {
        const index = hilbertIndex(order, x, y);
        expect(cells[index]).toBeUndefined();
        cells[index] = [x, y];
      }
    }
    expect(cells.length).toBe(side * side);
    for (let index = 1; index < cells.length; index++) {
      const [x, y] = cells[index]!;
      const [lastX, lastY] = cells[index - 1]!;
      expect(Math.abs(x - lastX) + Math.abs(y - lastY)).toBe(1);
    }
  });

  it("stays exact where squares pass 32 bits", () => {
    const side = 2 ** 20;
    expect(hilbertIndex(20, side - 1, 0)).toBe(side * side - 1);
  });
});
