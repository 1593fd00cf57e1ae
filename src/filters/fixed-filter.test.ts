/** Fixed and cuckoo filters: no key is lost, rates and sizes are those of the papers, one table on both backends. */
import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { InputError } from "../errors.js";
import { CuckooFilter } from "./cuckoo-filter.js";
import { FixedFilter } from "./fixed-filter.js";
import type { FilterKey } from "./keys.js";

const BACKENDS = ["wasm", "ts"] as const;
const KINDS = ["xor", "binary-fuse"] as const;
const key = fc.oneof(
  fc.nat(),
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  fc.string(),
  fc.uint8Array(),
);
const keys = fc.array(key, { minLength: 1, maxLength: 300 });

/** Keys from .. from + count - 1. */
function numbers(from: number, count: number): Uint32Array {
  return Uint32Array.from({ length: count }, (_, index) => from + index);
}

function sum(answers: Uint8Array): number {
  return answers.reduce((total, answer) => total + answer, 0);
}

/** Share of `asked` keys never added that the filter reports; four standard errors around `expected`. */
function expectRate(filter: FixedFilter | CuckooFilter, expected: number, asked: number): void {
  const error = Math.sqrt((expected * (1 - expected)) / asked);
  const rate = sum(filter.hasMany(numbers(2 ** 31, asked))) / asked;
  expect(Math.abs(rate - expected), `rate ${rate}`).toBeLessThan(0.03 * expected + 4 * error);
}

describe.each(BACKENDS)("on %s", (backend) => {
  describe.each(KINDS)("a %s filter", (kind) => {
    test.prop([keys])("holds every key, repeated ones too", (drawn) => {
      const filter = new FixedFilter([...drawn, ...drawn], { kind, backend });
      expect(sum(filter.hasMany(drawn))).toBe(drawn.length);
      expect(drawn.every((each) => filter.has(each))).toBe(true);
      const copy = FixedFilter.load(filter.serialise(), { backend });
      expect(copy.serialise()).toEqual(filter.serialise());
      expect(sum(copy.hasMany(drawn))).toBe(drawn.length);
      filter.dispose();
      copy.dispose();
    });

    it.each([1, 2, 3, 10, 1000, 200_000])(
      "has the rate of 8-bit fingerprints with %i keys",
      (count) => {
        const filter = new FixedFilter(numbers(0, count), { kind, backend });
        expect(filter.items).toBe(count);
        expect(sum(filter.hasMany(numbers(0, count)))).toBe(count);
        // Few keys leave places that none has set: a rate of its own.
        if (count >= 1000) expectRate(filter, filter.expectedFalsePositiveRate(), 400_000);
        filter.dispose();
      },
    );
  });

  describe.each([8, 16] as const)("a cuckoo filter of %i bits", (fingerprintBits) => {
    test.prop([fc.uniqueArray(fc.nat(), { minLength: 1, maxLength: 300 }), fc.nat(300)])(
      "holds what was added and not taken back",
      (drawn, cut) => {
        const filter = new CuckooFilter({ items: 2 * drawn.length, fingerprintBits, backend });
        filter.addMany(drawn);
        const kept = drawn.slice(cut);
        expect(filter.removeMany(drawn.slice(0, cut))).toBe(drawn.length - kept.length);
        expect(sum(filter.hasMany(kept))).toBe(kept.length);
        expect(filter.items).toBe(kept.length);
        expect(CuckooFilter.load(filter.serialise(), { backend }).serialise()).toEqual(
          filter.serialise(),
        );
        filter.removeMany(kept);
        const empty = new CuckooFilter({ items: 2 * drawn.length, fingerprintBits, backend });
        expect(filter.serialise()).toEqual(empty.serialise());
        filter.dispose();
        empty.dispose();
      },
    );

    it("fills to the load it is sized for, and loses no key when it is full", () => {
      const filter = new CuckooFilter({ items: 100_000, fingerprintBits, backend });
      const added = numbers(0, 100_000);
      filter.addMany(added);
      expect(filter.load).toBeGreaterThan(0.949);
      expectRate(
        filter,
        filter.expectedFalsePositiveRate(),
        fingerprintBits === 8 ? 200_000 : 2_000_000,
      );
      let more = 100_000;
      while (filter.add(more)) more++;
      expect(filter.items).toBe(more);
      const before = filter.serialise();
      expect(() => filter.addMany([more])).toThrow(
        /cuckoo filter: full with \d+ keys, at a load of 0\.9/,
      );
      expect(filter.serialise()).toEqual(before);
      expect(sum(filter.hasMany(numbers(0, more)))).toBe(more);
      filter.dispose();
    });
  });
});

it.each(KINDS)("%s: both backends build one table", (kind) => {
  const [wasm, ts] = BACKENDS.map((backend) =>
    new FixedFilter(numbers(7, 50_000), { kind, backend }).serialise(),
  );
  expect(ts).toEqual(wasm);
});

it.each([8, 16] as const)(
  "cuckoo of %i bits: both backends leave the same bytes",
  (fingerprintBits) => {
    const [wasm, ts] = BACKENDS.map((backend) => {
      const filter = new CuckooFilter({ items: 50_000, fingerprintBits, backend });
      filter.addMany(numbers(7, 50_000));
      filter.removeMany(numbers(7, 1000));
      return filter.serialise();
    });
    expect(ts).toEqual(wasm);
  },
);

describe.each(["cuckoo", ...KINDS] as const)("a stored %s filter", (kind) => {
  test.prop([keys, fc.nat(), fc.integer({ min: 1, max: 255 })])(
    "is refused when a byte is altered or bytes are missing",
    (drawn, place, change) => {
      const [bytes, load] = kind === "cuckoo" ? storedCuckoo(drawn) : storedFixed(drawn, kind);
      const altered = bytes.slice();
      altered[place % bytes.length]! ^= change;
      expect(() => load(altered)).toThrow(InputError);
      expect(() => load(bytes.slice(0, place % bytes.length))).toThrow(InputError);
      expect(() => load(bytes)).not.toThrow();
    },
  );
});

type Stored = [bytes: Uint8Array, load: (bytes: Uint8Array) => unknown];

function storedCuckoo(drawn: readonly FilterKey[]): Stored {
  const filter = new CuckooFilter({ items: 1000 });
  filter.addMany(drawn);
  return [filter.serialise(), (bytes) => CuckooFilter.load(bytes)];
}

function storedFixed(drawn: readonly FilterKey[], kind: "xor" | "binary-fuse"): Stored {
  return [new FixedFilter(drawn, { kind }).serialise(), (bytes) => FixedFilter.load(bytes)];
}
