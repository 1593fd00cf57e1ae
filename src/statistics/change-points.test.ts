/** Change points: the exact fit against all ways to cut a series, known breaks, and none where none is. */
import "../../test/seed.js";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  changePoints,
  chosenFit,
  penalisedFit,
  welchP,
  type SeriesPoint,
} from "./change-points.js";

const point = fc.record({
  value: fc.integer({ min: -20, max: 20 }).map((value) => value / 8),
  weight: fc.integer({ min: 1, max: 9 }),
});

/** Every cut of the series, each level tried at each of the segment's values. */
function leastByForce(points: readonly SeriesPoint[], gamma: number): number {
  let least = Infinity;
  for (let cuts = 0; cuts < 2 ** (points.length - 1); cuts++) {
    let total = 0;
    let segment: SeriesPoint[] = [];
    for (const [index, item] of points.entries()) {
      segment.push(item);
      if (index < points.length - 1 && ((cuts >> index) & 1) === 0) continue;
      const around = (level: number): number =>
        segment.reduce((sum, { value, weight }) => sum + weight * Math.abs(value - level), 0);
      total += gamma + Math.min(...segment.map(({ value }) => around(value)));
      segment = [];
    }
    least = Math.min(least, total);
  }
  return least;
}

/** Normal noise of a small generator, so that a series is the same on every machine. */
function noise(seed: number): () => number {
  let state = seed;
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (((mixed ^ (mixed >>> 14)) >>> 0) + 0.5) / 2 ** 32;
  };
  return () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
}

function seriesOf(levels: readonly (readonly [number, number])[], seed: number): SeriesPoint[] {
  const draw = noise(seed);
  return levels.flatMap(([count, level]) =>
    Array.from({ length: count }, () => ({ value: level + 0.01 * draw(), weight: 1 })),
  );
}

describe("the fit", () => {
  it("costs what the best of all cuts costs", () => {
    fc.assert(
      fc.property(
        fc.array(point, { minLength: 1, maxLength: 9 }),
        fc.integer({ min: 0, max: 40 }).map((gamma) => gamma / 4),
        (points, gamma) => {
          const { starts, cost } = penalisedFit(points, gamma);
          expect(cost + gamma * starts.length).toBeCloseTo(leastByForce(points, gamma), 9);
        },
      ),
    );
  });

  it("finds noiseless steps, and none in a constant", () => {
    const flat = Array.from({ length: 12 }, () => ({ value: 0.3, weight: 2 }));
    expect(chosenFit(flat).starts).toEqual([0]);
    const step = [...flat, ...flat.map(({ weight }) => ({ value: 0.5, weight }))];
    expect(chosenFit(step).starts).toEqual([0, 12]);
  });
});

describe("change points", () => {
  it("are where the level changed, with its size and sign", () => {
    for (let seed = 1; seed <= 20; seed++) {
      const found = changePoints(
        seriesOf(
          [
            [30, 0],
            [25, 0.08],
            [30, -0.05],
          ],
          seed,
        ),
        0.02,
      );
      expect(
        found.map(({ index }) => index),
        `seed ${seed}`,
      ).toEqual([30, 55]);
      expect(found[0]!.size).toBeCloseTo(0.08, 1);
      expect(found[1]!.size).toBeCloseTo(-0.13, 1);
    }
  });

  // Breaks are chosen before Welch's test sees them, so its p is too small: with a floor of half the noise
  // 33 of 300 series of pure noise had a break, with one and a half times 3 of 300, with twice 1 of 300.
  // Floors are calibrated to three times the noise.
  it("are rare in noise when the floor is calibrated: at most 1 of 60 series", () => {
    const red = Array.from({ length: 60 }, (_, seed) =>
      changePoints(seriesOf([[60, 0]], seed + 1), 0.03),
    ).filter((found) => found.length > 0);
    expect(red.length).toBeLessThanOrEqual(1);
  });

  it("need the floor, and three points on both sides", () => {
    expect(
      changePoints(
        seriesOf(
          [
            [30, 0],
            [30, 0.05],
          ],
          3,
        ),
        0.2,
      ),
    ).toEqual([]);
    expect(
      changePoints(
        seriesOf(
          [
            [30, 0],
            [2, 0.5],
            [30, 0],
          ],
          3,
        ),
        0.02,
      ),
    ).toEqual([]);
    expect(
      changePoints(
        seriesOf(
          [
            [30, 0],
            [2, 0.5],
          ],
          3,
        ),
        0.02,
      ),
    ).toEqual([]);
    expect(changePoints([], 0.02)).toEqual([]);
  });

  it("count in the whole series when it is longer than what is fitted", () => {
    const found = changePoints(
      seriesOf(
        [
          [100, 0.5],
          [350, 0],
          [50, 0.1],
        ],
        5,
      ),
      0.02,
    );
    expect(found.map(({ index }) => index)).toEqual([450]);
  });
});

describe("Welch's test", () => {
  it("gives the p of a worked example", () => {
    // Means 3 and 6, variances 2.5 and 10, five values each: t = -1.897, 5.88 degrees of freedom.
    expect(welchP([1, 2, 3, 4, 5], [2, 4, 6, 8, 10])).toBeCloseTo(0.1075, 3);
    expect(welchP([1], [2, 3])).toBe(1);
    expect(welchP([1, 1], [1, 1])).toBe(1);
    expect(welchP([1, 1], [2, 2])).toBe(0);
  });
});
