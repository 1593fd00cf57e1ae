import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { differingSets, reconcileCurve } from "./curve.js";
import { sortedIds } from "./id-set.js";
import {
  reconcile,
  RECONCILE_METHODS,
  type Reconciliation,
  type ReconcileMethod,
  type ReconcileSettings,
} from "./reconcile.js";

const BACKENDS = ["wasm", "ts"] as const;

/** Settings beside the defaults that are other ways through a method. */
const VARIANTS: readonly [ReconcileMethod, ReconcileSettings][] = [
  ...RECONCILE_METHODS.map((method): [ReconcileMethod, ReconcileSettings] => [method, {}]),
  ["full", { checksumFirst: false }],
  ["merkle", { fanout: 2, leaves: 64, levelsPerMessage: 3 }],
  ["iblt", { estimate: 0, hashes: 3 }], // starts too small: the table doubles
  ["rateless-iblt", { symbolsPerMessage: 1 }],
  ["range", { buckets: 2 }],
  ["pinsketch", { bits: 32, capacity: 1 }],
  ["pinsketch", { bits: 12 }], // short hashes collide: new salts, then a full exchange
];

/** The difference by JavaScript's own sets. */
function expected(
  a: readonly bigint[],
  b: readonly bigint[],
): { missing: bigint[]; extra: bigint[] } {
  const [ofA, ofB] = [new Set(a), new Set(b)];
  const ascending = (x: bigint, y: bigint): number => (x < y ? -1 : 1);
  return {
    missing: [...ofB.difference(ofA)].sort(ascending),
    extra: [...ofA.difference(ofB)].sort(ascending),
  };
}

/** 64-bit ids, small and neighbouring ones among them. */
const anyId = fc.oneof(
  { weight: 8, arbitrary: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }) },
  { weight: 1, arbitrary: fc.bigInt({ min: 0n, max: 300n }) },
  { weight: 1, arbitrary: fc.bigInt({ min: 2n ** 64n - 300n, max: 2n ** 64n - 1n }) },
);

/** Two sets by what they share and what only one has; every part may be empty. */
const anySets = fc
  .tuple(
    fc.integer({ min: 0, max: 2000 }),
    fc.integer({ min: 0, max: 150 }),
    fc.integer({ min: 0, max: 150 }),
    fc.integer({ min: 0, max: 2 ** 32 - 1 }),
    fc.array(anyId, { maxLength: 40 }),
    fc.array(anyId, { maxLength: 40 }),
  )
  .map(([shared, extra, missing, seed, ofA, ofB]) => {
    const [ids] = differingSets(shared + extra + missing, 0, seed);
    const all = [...ids];
    return {
      a: [...all.slice(0, shared + extra), ...ofA],
      b: [...all.slice(0, shared), ...all.slice(shared + extra), ...ofB],
    };
  });

function costs({ bytes, messages, roundTrips, fellBack }: Reconciliation): unknown {
  return { bytes, messages, roundTrips, fellBack };
}

describe.each(VARIANTS)("%s %j", (method, settings) => {
  test.prop([anySets], { numRuns: method === "pinsketch" ? 8 : 25 })(
    "finds the difference of any sets, the same on both backends",
    ({ a, b }) => {
      const want = expected(a, b);
      const results = BACKENDS.map((backend) => reconcile(a, b, { ...settings, method, backend }));
      for (const result of results) {
        expect([...result.missing]).toEqual(want.missing);
        expect([...result.extra]).toEqual(want.extra);
        expect(costs(result)).toEqual(costs(results[0]!));
        expect(result.bytes).toBeGreaterThan(28 * result.messages);
        expect(result.roundTrips).toBeGreaterThan(0);
      }
    },
  );

  test.prop([anySets], { numRuns: 5 })("swapped sets swap missing and extra", ({ a, b }) => {
    const forth = reconcile(a, b, { ...settings, method });
    const back = reconcile(b, a, { ...settings, method });
    expect(back.missing).toEqual(forth.extra);
    expect(back.extra).toEqual(forth.missing);
  });

  it.each(BACKENDS)("handles empty, equal, disjoint and single sets on %s", (backend) => {
    const [some] = differingSets(300, 0, 3);
    const [other] = differingSets(300, 0, 4);
    const none: bigint[] = [];
    const cases: [Iterable<bigint>, Iterable<bigint>][] = [
      [none, none],
      [none, some],
      [some, none],
      [some, some],
      [some, other],
      [none, [0n]],
      [[0n], none],
      [[0n, 5n], [5n]],
      [[2n ** 64n - 1n], [0n]],
    ];
    for (const [a, b] of cases) {
      const want = expected([...a], [...b]);
      const result = reconcile(a, b, { ...settings, method, backend });
      expect([...result.missing]).toEqual(want.missing);
      expect([...result.extra]).toEqual(want.extra);
    }
  });

  it("does not change with the order of ids or with repetitions", () => {
    const [a, b] = differingSets(300, 20, 8);
    const result = reconcile(a, b, { ...settings, method });
    const repeated = [...a.toReversed(), ...a];
    expect(reconcile(repeated, b.toReversed(), { ...settings, method })).toEqual(result);
  });
});

describe("the cost of methods", () => {
  const [a, b] = differingSets(10_000, 20, 5);
  const cost = (method: ReconcileMethod, settings: ReconcileSettings = {}): Reconciliation =>
    reconcile(a, b, { ...settings, method });

  it("of a full exchange is the request, a varint and eight bytes an id", () => {
    const { bytes, messages, roundTrips } = cost("full", { checksumFirst: false });
    expect({ messages, roundTrips }).toEqual({ messages: 2, roundTrips: 1 });
    expect(bytes).toBe(28 + 1 + 28 + 1 + 2 + 8 * 10_000);
  });

  it("of a sketch is its capacity in ids, and not more than one round trip when it is large enough", () => {
    const { bytes, roundTrips } = cost("pinsketch", { capacity: 20 });
    expect(roundTrips).toBe(1);
    // Requests and answers carry a summary of 2 + 8 bytes; the answer a tag and the zero flag.
    expect(bytes).toBe(28 + 10 + 28 + 1 + 10 + 1 + 160);
  });

  it("of a sketch that grows counts the syndromes once", () => {
    const { bytes, roundTrips } = cost("pinsketch", { capacity: 5 });
    expect(roundTrips).toBe(3);
    expect(bytes).toBe(28 + 10 + 28 + 12 + 40 + 2 * (28 + 1 + 28) + 40 + 80);
  });

  it("of an IBLT with an estimate is one round trip and 13 bytes a cell at most", () => {
    const { bytes, roundTrips } = cost("iblt", { estimate: 20 });
    expect(roundTrips).toBe(1);
    expect(bytes).toBeGreaterThan(60 * 13);
    expect(bytes).toBeLessThan(60 * 14 + 2 * 28 + 40);
  });

  it("is below a full exchange for few differences, by every method", () => {
    const full = cost("full").bytes;
    for (const method of RECONCILE_METHODS.slice(1)) {
      expect(cost(method).bytes, method).toBeLessThan(full / 3);
    }
  });

  it("is two short messages for equal sets, but for trees and ranges", () => {
    for (const method of ["full", "iblt", "rateless-iblt", "pinsketch"] as const) {
      const settings = method === "iblt" ? { estimate: 10 } : {};
      const { bytes, messages } = reconcile(a, a, { ...settings, method });
      expect(messages).toBe(2);
      expect(bytes).toBeLessThan(100);
    }
  });

  it("stands in the rows of a curve", () => {
    const methods = ["range", "rateless-iblt"] as const;
    const rows = reconcileCurve({ items: 500, differences: [0, 7, 40], methods, seed: 2 });
    expect(rows.map(({ method, differences }) => [method, differences])).toEqual([
      ["range", 0],
      ["rateless-iblt", 0],
      ["range", 7],
      ["rateless-iblt", 7],
      ["range", 40],
      ["rateless-iblt", 40],
    ]);
    const [first, second] = differingSets(500, 7, 2);
    expect([first.length, second.length]).toEqual([500, 501]);
    const { bytes, roundTrips } = reconcile(first, second, { method: "range" });
    expect(rows[2]).toMatchObject({ items: 500, bytes, roundTrips, fellBack: false });
  });
});

describe("bad input", () => {
  const call = (a: unknown, options: object): (() => unknown) => {
    return () => reconcile(a as bigint[], [], { method: "full", ...options });
  };

  it("is refused in one line that names the field", () => {
    expect(call([1n, 2], {})).toThrow("a[1] must be a bigint from 0 to 2^64 - 1, got 2");
    expect(call([-1n], {})).toThrow("a[0] must be a bigint from 0 to 2^64 - 1, got -1");
    expect(call([], { method: "rang" })).toThrow("did you mean range?");
    expect(call([], { hashes: 1 })).toThrow("hashes must be a whole number from 2 to 8, got 1");
    expect(call([], { bits: 13 })).toThrow("bits must be one of 12, 32, 64, got 13");
    expect(call([], { buckets: 16, idListBelow: 20 })).toThrow("idListBelow must be");
    expect(() => reconcileCurve({ items: 5, differences: [11] })).toThrow("differences must be");
  });

  it("leaves the caller's array as it was", () => {
    const ids = BigUint64Array.of(5n, 3n, 5n);
    expect([...sortedIds("a", ids)]).toEqual([3n, 5n]);
    expect([...ids]).toEqual([5n, 3n, 5n]);
  });
});
