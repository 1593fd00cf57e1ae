import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { gilbertCells } from "./gilbert.js";

/** Steps of the curve that do not lead to a cell sharing a side. */
function jumps(width: number, height: number): { straight: number; diagonal: number; far: number } {
  const cells = gilbertCells(width, height);
  const count = { straight: 0, diagonal: 0, far: 0 };
  for (let i = 1; i < cells.length; i++) {
    const [a, b] = [cells[i - 1]!, cells[i]!];
    const across = Math.abs((a % width) - (b % width));
    const down = Math.abs(Math.floor(a / width) - Math.floor(b / width));
    if (across + down === 1) count.straight++;
    else if (across === 1 && down === 1) count.diagonal++;
    else count.far++;
  }
  return count;
}

const side = fc.integer({ min: 1, max: 70 });

describe("gilbertCells", () => {
  test.prop([side, side])("visits every cell once", (width, height) => {
    const sorted = gilbertCells(width, height).toSorted();
    expect([...sorted]).toEqual(Array.from({ length: width * height }, (_, cell) => cell));
  });

  test.prop([side, side])("goes from neighbour to neighbour, once diagonally at most", (w, h) => {
    const { diagonal, far } = jumps(w, h);
    expect(far).toBe(0);
    const longSideIsOddAndShortEven = Math.max(w, h) % 2 === 1 && Math.min(w, h) % 2 === 0;
    expect(diagonal).toBeLessThanOrEqual(longSideIsOddAndShortEven ? 1 : 0);
  });

  test("is Hilbert's own curve on a 4 x 4 square, up to its turn", () => {
    const first = [...gilbertCells(4, 4)].slice(0, 4).sort((a, b) => a - b);
    expect(first).toEqual([0, 1, 4, 5]); // one quadrant is finished before the next
    expect(jumps(4, 4)).toEqual({ straight: 15, diagonal: 0, far: 0 });
  });

  test("keeps near nodes near at a million cells", () => {
    expect(jumps(1000, 1000)).toEqual({ straight: 999_999, diagonal: 0, far: 0 });
  });
});
