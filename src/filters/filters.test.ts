/** Laws of the filters on both backends: nothing added is ever missed, rates are as computed, bytes agree. */
import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { InputError } from "../errors.js";
import { workspace } from "../kernels/workspace.js";
import { BloomFilter, type BloomFilterOptions } from "./bloom-filter.js";
import { BloomPopulation } from "./bloom-population.js";
import { CountingBloomFilter } from "./counting-bloom-filter.js";
import { CuckooFilter } from "./cuckoo-filter.js";
import type { Filter } from "./filter.js";
import { FixedFilter } from "./fixed-filter.js";
import type { FilterKey } from "./keys.js";
import { RotatingBloomFilter } from "./rotating-bloom-filter.js";
import { ScalableBloomFilter } from "./scalable-bloom-filter.js";
import { SeenSet } from "./seen-set.js";
import { StableBloomFilter } from "./stable-bloom-filter.js";

const BACKENDS = ["wasm", "ts"] as const;
type Backend = (typeof BACKENDS)[number];

const key: fc.Arbitrary<FilterKey> = fc.oneof(
  fc.nat(Number.MAX_SAFE_INTEGER),
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  fc.string({ unit: "grapheme" }),
  fc.uint8Array({ maxLength: 100 }),
);
const keys = fc.array(key, { minLength: 1, maxLength: 60 });

const SHAPES: readonly Partial<BloomFilterOptions>[] = [
  { kind: "split-block" },
  { kind: "classic" },
  { kind: "classic", bits: 1000, probes: 3 },
  { kind: "blocked" },
  { kind: "blocked", blockBits: 64, bits: 640 },
  { kind: "blocked", blockBits: 256, falsePositiveRate: 0.2 },
];

function bloom(backend: Backend, shape: Partial<BloomFilterOptions>): BloomFilter {
  return new BloomFilter({ items: 50, backend, ...shape });
}

/** Stored bytes; each kind makes its own. */
const STORED: Readonly<
  Record<string, (backend: Backend, keys: readonly FilterKey[]) => Uint8Array>
> = Object.fromEntries([
  ...SHAPES.map((shape) => [
    JSON.stringify(shape),
    (backend: Backend, list: readonly FilterKey[]) => stored(bloom(backend, shape), list),
  ]),
  [
    "counting",
    (backend: Backend, list: readonly FilterKey[]) =>
      stored(new CountingBloomFilter({ items: 50, backend }), list),
  ],
  [
    "rotating",
    (backend: Backend, list: readonly FilterKey[]) =>
      stored(new RotatingBloomFilter({ items: 10, backend }), list),
  ],
  [
    "stable",
    (backend: Backend, list: readonly FilterKey[]) =>
      stored(new StableBloomFilter({ cells: 500, backend }), list),
  ],
]);

function stored(
  filter: Filter & { serialise(): Uint8Array },
  list: readonly FilterKey[],
): Uint8Array {
  filter.addMany(list);
  const bytes = filter.serialise();
  filter.dispose();
  return bytes;
}

const LOADERS: Readonly<Record<string, (bytes: Uint8Array) => { serialise(): Uint8Array }>> = {
  counting: (bytes) => CountingBloomFilter.load(bytes),
  rotating: (bytes) => RotatingBloomFilter.load(bytes),
  stable: (bytes) => StableBloomFilter.load(bytes),
};

describe.each(Object.entries(STORED))("stored filter %s", (name, make) => {
  const load = LOADERS[name] ?? ((bytes: Uint8Array) => BloomFilter.load(bytes));

  test.prop([keys])("has the same bytes on both backends, and loads as it was", (list) => {
    const bytes = make("wasm", list);
    expect(make("ts", list)).toEqual(bytes);
    expect(load(bytes).serialise()).toEqual(bytes);
  });

  test.prop([keys, fc.nat(), fc.integer({ min: 1, max: 255 })])(
    "is refused when a byte is altered or bytes are missing",
    (list, place, change) => {
      const bytes = make("wasm", list);
      const altered = bytes.slice();
      altered[place % bytes.length]! ^= change;
      expect(() => load(altered)).toThrow(InputError);
      expect(() => load(bytes.slice(0, place % bytes.length))).toThrow(InputError);
      expect(() => load(new Uint8Array([...bytes, 0]))).toThrow(InputError);
    },
  );
});

describe.each(BACKENDS)("on %s", (backend) => {
  describe.each(SHAPES)("a Bloom filter %o", (shape) => {
    test.prop([keys, keys])("misses nothing, dedups as it answers, unites", (first, second) => {
      const both = bloom(backend, shape);
      const left = bloom(backend, shape);
      const right = bloom(backend, shape);
      left.addMany(first);
      right.addMany(second);
      both.addMany([...first, ...second]);
      expect(first.every((each) => left.has(each))).toBe(true);
      expect([...left.hasMany(first)]).toEqual(first.map(() => 1));
      left.union(right);
      expect(left.serialise()).toEqual(both.serialise());
      const expected = [...first, ...second].map(() => 0);
      expect([...both.addUnseenMany([...first, ...second])]).toEqual(expected);
      both.clear();
      expect(both.estimateCardinality()).toBe(0);
      const fresh = both.addUnseenMany(first);
      expect(fresh[0]).toBe(1);
      for (const filter of [both, left, right]) filter.dispose();
    });
  });

  it("measures the rate that its formula gives, and estimates how many keys it holds", () => {
    const items = 20_000;
    const list = Uint32Array.from({ length: items }, (_, index) => index);
    const others = Uint32Array.from({ length: 200_000 }, (_, index) => 1_000_000 + index);
    for (const shape of SHAPES.filter(({ bits }) => bits === undefined)) {
      const filter = new BloomFilter({ ...shape, items, backend });
      filter.addMany(list);
      const found = filter.hasMany(others).reduce((sum, answer) => sum + answer, 0);
      const expected = filter.expectedFalsePositiveRate();
      // Five standard errors: by chance once in a million runs.
      const reach = 5 * Math.sqrt((expected * (1 - expected)) / others.length) + 0.02 * expected;
      expect(Math.abs(found / others.length - expected)).toBeLessThan(reach);
      expect(expected).toBeLessThanOrEqual(shape.falsePositiveRate ?? 0.01);
      expect(Math.abs(filter.estimateCardinality() / items - 1)).toBeLessThan(0.02);
      filter.dispose();
    }
  });

  test.prop([keys, keys])("a counting filter gives back what was added twice", (kept, gone) => {
    const filter = new CountingBloomFilter({ items: 1000, backend });
    const fresh = filter.serialise();
    filter.addMany([...kept, ...gone]);
    filter.removeMany(gone);
    expect(kept.every((each) => filter.has(each))).toBe(true);
    filter.removeMany(kept);
    // Counters that were never saturated are all back at zero.
    if (kept.length + gone.length < 15) expect(filter.serialise()).toEqual(fresh);
    filter.dispose();
  });

  it("a rotating filter remembers the last n, forgets the rest, and turns over", () => {
    const items = 1000;
    const filter = new RotatingBloomFilter({ items, falsePositiveRate: 0.001, backend });
    for (let from = 0; from < 10_000; from += 100) {
      const batch = Uint32Array.from({ length: 100 }, (_, index) => from + index);
      filter.addUnseenMany(batch);
      const last = Uint32Array.from({ length: Math.min(items, from + 100) }, (_, index) => {
        return from + 99 - index;
      });
      expect(filter.hasMany(last).every((answer) => answer === 1)).toBe(true);
    }
    expect(filter.turns).toBeGreaterThanOrEqual(9);
    const early = filter.hasMany(Uint32Array.from({ length: items }, (_, index) => index));
    expect(early.reduce((sum, answer) => sum + answer, 0)).toBeLessThan(30);
    filter.dispose();
  });

  it("a stable filter calls recent keys seen, and old ones by and by unseen", () => {
    const filter = new StableBloomFilter({ cells: 100_000, fade: 20, backend });
    const batch = (from: number): Uint32Array =>
      Uint32Array.from({ length: 1000 }, (_, index) => from + index);
    for (let from = 0; from < 200_000; from += 1000) filter.addMany(batch(from));
    const sum = (answers: Uint8Array): number => answers.reduce((total, each) => total + each, 0);
    expect(sum(filter.hasMany(batch(199_000)))).toBeGreaterThan(950);
    expect(sum(filter.hasMany(batch(0)))).toBeLessThan(150);
    expect(Math.abs(filter.zeroShare() - filter.expectedZeroShare())).toBeLessThan(0.01);
    filter.dispose();
  });

  it("a scalable filter keeps its rate while it grows", () => {
    const filter = new ScalableBloomFilter({ items: 100, falsePositiveRate: 0.02, backend });
    for (let each = 0; each < 5000; each++) filter.add(each);
    expect(filter.slices).toBeGreaterThan(4);
    const all = filter.hasMany(Uint32Array.from({ length: 5000 }, (_, index) => index));
    expect(all.every((answer) => answer === 1)).toBe(true);
    const others = filter.hasMany(Uint32Array.from({ length: 20_000 }, (_, i) => 100_000 + i));
    const rate = others.reduce((sum, answer) => sum + answer, 0) / others.length;
    expect(rate).toBeLessThan(filter.falsePositiveRateMax + 0.004);
    filter.dispose();
  });

  test.prop([fc.array(fc.tuple(fc.nat(20), fc.nat(20)), { maxLength: 300 })])(
    "a population's filters answer as one set per node does, but for false positives",
    (pairs) => {
      const nodes = Uint32Array.from(pairs, ([node]) => node);
      const messages = Uint32Array.from(pairs, ([, message]) => message);
      const filters = new BloomPopulation({ nodes: 21, itemsPerNode: 64, generations: 2, backend });
      const exact = new SeenSet({ backend });
      const seen = new Set<number>();
      const expected = pairs.map(([node, message]) => {
        const pair = node * 100 + message;
        if (seen.has(pair)) return 0;
        seen.add(pair);
        return 1;
      });
      const unseen = filters.addUnseenMany(nodes, messages);
      expect([...exact.addUnseenMany(nodes, messages)]).toEqual(expected);
      expect(exact.size).toBe(seen.size);
      // A filter may call an unseen pair seen (a lost message), never the other way round.
      unseen.forEach((answer, index) => expect(answer).toBeLessThanOrEqual(expected[index]!));
      filters.turn();
      expect(filters.hasMany(nodes, messages).every((answer) => answer === 1)).toBe(true);
      filters.turn();
      expect(filters.hasMany(nodes, messages).every((answer) => answer === 0)).toBe(true);
      filters.dispose();
      exact.dispose();
    },
  );

  it("takes pairs that stand in the workspace", () => {
    const filters = new BloomPopulation({ nodes: 5, backend });
    const space = workspace(backend);
    const owner = {};
    const at = space.allocate(owner, 100);
    space.u32.set([4, 0, 4, 9, 9, 9], at / 4);
    expect(filters.addUnseenAt(at, at + 12, 3, at + 24)).toBe(2);
    expect([...space.u8.slice(at + 24, at + 27)]).toEqual([1, 1, 0]);
    expect([...filters.hasMany(Uint32Array.of(4, 3), Uint32Array.of(9, 9))]).toEqual([1, 0]);
    space.release(owner);
    filters.dispose();
  });

  it("clears one node of a population, and grows the exact set", () => {
    const filters = new BloomPopulation({ nodes: 3, backend });
    const nodes = Uint32Array.of(0, 1, 2);
    const messages = Uint32Array.of(7, 7, 7);
    filters.addMany(nodes, messages);
    filters.clear(1);
    expect([...filters.hasMany(nodes, messages)]).toEqual([1, 0, 1]);
    filters.dispose();
    const exact = new SeenSet({ backend });
    const many = Uint32Array.from({ length: 50_000 }, (_, index) => index);
    const zeros = new Uint32Array(many.length);
    expect(exact.addUnseenMany(many, zeros).every((answer) => answer === 1)).toBe(true);
    expect(exact.hasMany(zeros, many).reduce((sum, answer) => sum + answer, 0)).toBe(1);
    expect(exact.size).toBe(50_000);
    exact.dispose();
  });

  test.prop([fc.uniqueArray(fc.nat(), { minLength: 1, maxLength: 500 })])(
    "filters for fixed sets hold every key",
    (list) => {
      for (const kind of ["binary-fuse", "xor"] as const) {
        const filter = new FixedFilter(list, { kind, backend });
        expect(list.every((each) => filter.has(each))).toBe(true);
        expect(filter.items).toBe(list.length);
      }
      const cuckoo = new CuckooFilter({ items: list.length * 2, backend });
      for (const each of list) expect(cuckoo.add(each)).toBe(true);
      expect(list.every((each) => cuckoo.has(each))).toBe(true);
      for (const each of list) expect(cuckoo.remove(each)).toBe(true);
      expect(cuckoo.items).toBe(0);
    },
  );
});

describe("keys", () => {
  it.each(BACKENDS)("of any length and type, alone or in a list, hash alike on %s", (backend) => {
    const list: FilterKey[] = ["", "ascii", "gr\u00fc\u00df", "x".repeat(20_000), 7, 7n, 2 ** 40];
    list.push(
      new Uint8Array(50_000).fill(3),
      "\u{1f600}".repeat(9000),
      ...Array<string>(3000).fill("y"),
    );
    const alone = new BloomFilter({ items: 100, backend });
    const together = new BloomFilter({ items: 100, backend });
    for (const each of list) alone.add(each);
    together.addMany(new Set(list));
    expect(together.serialise()).toEqual(alone.serialise());
    expect([...together.hasMany(list)]).toEqual(list.map(() => 1));
    const bytes = new TextEncoder().encode("gr\u00fc\u00df");
    expect(together.has(bytes)).toBe(true);
    expect(together.has(Uint8Array.of(7, 0, 0, 0, 0, 0, 0, 0))).toBe(true);
    expect(together.estimateCardinality()).toBeLessThan(12);
  });
});

describe("bad input", () => {
  it.each([
    [() => new BloomFilter({ items: 0 }), "items must be a whole number from 1"],
    [() => new BloomFilter({ items: 10, falsePositiveRate: 1 }), "falsePositiveRate must be"],
    [
      () => new BloomFilter({ items: 10, kind: "split" as never }),
      "kind must be one of split-block",
    ],
    [
      () => new BloomFilter({ items: 10, backend: "js" as never }),
      "backend must be one of wasm, ts",
    ],
    [() => new BloomFilter({ items: 10, kind: "blocked", blockBits: 100 as never }), "blockBits"],
    [() => new BloomFilter({ items: 10, probes: 4 }), "probes must be 8 in a split-block filter"],
    [() => new BloomFilter({ items: 10 }).add(-1), "key must be a whole number"],
    [() => new BloomFilter({ items: 10 }).add(1.5), "key must be a whole number"],
    [() => new BloomFilter({ items: 10 }).add(2n ** 64n), "key must be a whole number"],
    [() => new BloomFilter({ items: 2 ** 32, falsePositiveRate: 1e-9 }), "bits must be"],
    [
      () => new BloomFilter({ items: 10 }).union(new BloomFilter({ items: 1000 })),
      "union: both filters must have one shape",
    ],
    [() => new BloomPopulation({ nodes: 3, bitsPerNode: 300 }), "multiple of 256"],
    [
      () => new BloomPopulation({ nodes: 3 }).addMany(Uint32Array.of(3), Uint32Array.of(1)),
      "node must be a whole number from 0 to 2, got 3",
    ],
    [
      () => new BloomPopulation({ nodes: 3 }).addMany(Uint32Array.of(1), Uint32Array.of(1, 2)),
      "must have one length",
    ],
    [() => new BloomPopulation({ nodes: 3 }).turn(), "two generations"],
    [() => new FixedFilter([]), "keys must be from 1"],
    [() => BloomFilter.load(new Uint8Array(100)), "no stored filter"],
    [
      () => BloomFilter.load(new StableBloomFilter({ cells: 100 }).serialise()),
      "kind must be split-block or blocked or classic, got stable",
    ],
  ])("%# is one line", (run, text) => {
    expect(run).toThrow(InputError);
    expect(run).toThrow(text);
    expect(run).not.toThrow(/\n/);
  });
});
