/** The generator as the library offers it: keys, streams, ranges. */
import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { randomBelow, randomWords } from "./words.js";

const word = fc.integer({ min: 0, max: 0xffffffff });
const key = fc.record({ seed: word, purpose: fc.nat(255), tick: word });

describe("words and draws by key", () => {
  test.prop([key, fc.integer({ min: 1, max: 500 }), fc.nat(2 ** 29 - 1)])(
    "are the same on both backends, and a short draw begins a long one",
    (each, count, stream) => {
      const words = randomWords(count, stream, each);
      expect(words.length).toBe(count);
      expect(randomWords(count, stream, { ...each, backend: "ts" })).toEqual(words);
      expect(randomWords(count + 7, stream, each).subarray(0, count)).toEqual(words);
    },
  );

  test.prop([key, word, fc.integer({ min: 1, max: 0xffffffff })])(
    "stay below their bound, the same on both backends",
    (each, node, bound) => {
      const value = randomBelow(bound, node, each);
      expect(value >= 0 && value < bound).toBe(true);
      expect(randomBelow(bound, node, { ...each, backend: "ts" })).toBe(value);
    },
  );

  it("differ by every part of the key", () => {
    const base = { seed: 1, purpose: 2, tick: 3 };
    const all = [base, { ...base, seed: 9 }, { ...base, purpose: 9 }, { ...base, tick: 9 }];
    const texts = all.map((each) => randomWords(8, 0, each).join());
    expect(new Set([...texts, randomWords(8, 1, base).join()]).size).toBe(5);
  });

  it("refuse what is out of range", () => {
    expect(() => randomWords(0, 0)).toThrow(
      /^count must be a whole number from 1 to 67108864, got 0$/,
    );
    expect(() => randomWords(1, 2 ** 29)).toThrow(/^stream must/);
    expect(() => randomBelow(0, 0)).toThrow(/^bound must/);
    expect(() => randomBelow(5, -1)).toThrow(/^node must/);
    expect(() => randomBelow(5, 0, { purpose: 256 })).toThrow(/^purpose must/);
  });
});
