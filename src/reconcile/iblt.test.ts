import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { workspace } from "../kernels/workspace.js";
import { differingSets } from "./curve.js";
import { cellsFor, Iblt } from "./iblt.js";
import { placeIds } from "./id-set.js";
import { MessageReader, MessageWriter } from "./message.js";
import { CodedSymbols, RatelessDecoder } from "./rateless.js";
import { StrataEstimator } from "./strata.js";

const BACKENDS = ["wasm", "ts"] as const;
const anyIds = (maxLength: number): fc.Arbitrary<bigint[]> =>
  fc.uniqueArray(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), { maxLength });

describe.each(BACKENDS)("an IBLT on %s", (backend) => {
  test.prop([anyIds(60), fc.integer({ min: 2, max: 8 }), fc.integer({ min: 0, max: 9 })])(
    "gives back what was inserted and deleted",
    (ids, hashes, seed) => {
      const table = new Iblt({ cells: 8 * ids.length + 80, hashes, seed, backend });
      const half = ids.length >>> 1;
      table.insert(ids.slice(0, half));
      table.delete(ids.slice(half));
      const { extra, missing, isComplete } = table.decode();
      // With two or three hashes, ids share all their cells now and then.
      if (hashes > 3) expect(isComplete).toBe(true);
      const sorted = (list: bigint[]): BigUint64Array => BigUint64Array.from(list).sort();
      if (isComplete) {
        expect(extra).toEqual(sorted(ids.slice(0, half)));
        expect(missing).toEqual(sorted(ids.slice(half)));
      }
      table.insert(ids.slice(half));
      table.delete(ids.slice(0, half));
      expect(table.decode()).toMatchObject({ isComplete: true, extra: new BigUint64Array(0) });
      table.dispose();
    },
  );

  test.prop([anyIds(50), anyIds(50)])("holds a difference, whichever way it is asked", (a, b) => {
    const options = { cells: 500, backend };
    const [left, right] = [new Iblt(options), new Iblt(options)];
    left.insert(a);
    right.insert(b);
    const asked = left.decodeDifference(right);
    expect(asked.isComplete).toBe(true);
    expect(new Set(asked.extra)).toEqual(new Set(a).difference(new Set(b)));
    expect(new Set(asked.missing)).toEqual(new Set(b).difference(new Set(a)));
    left.subtract(right);
    expect(left.decode()).toEqual(asked);
  });

  it("says so when it holds too much, and lists no id that it does not hold", () => {
    const [ids] = differingSets(1000, 0, 1);
    const table = new Iblt({ cells: 1200, backend }); // 4 hashes want 1.3 cells an id
    table.insert(ids);
    const { extra, missing, isComplete } = table.decode();
    expect(isComplete).toBe(false);
    expect(missing).toHaveLength(0);
    expect(new Set(extra).difference(new Set(ids)).size).toBe(0);
  });

  test.prop([anyIds(40), anyIds(10)])(
    "is the same after serialise and load",
    (inserted, deleted) => {
      const table = new Iblt({ cells: 90, hashes: 3, seed: 7, backend });
      table.insert(inserted);
      table.delete(deleted);
      const bytes = table.serialise();
      const loaded = Iblt.load(bytes, backend);
      expect(loaded.serialise()).toEqual(bytes);
      expect(loaded.decode()).toEqual(table.decode());
      expect([loaded.cells, loaded.hashes, loaded.seed]).toEqual([90, 3, 7]);
    },
  );

  test.prop([fc.nat(), fc.integer({ min: 1, max: 255 })])(
    "refuses bytes that were cut or altered",
    (position, flip) => {
      const table = new Iblt({ cells: 40, backend });
      table.insert(differingSets(30, 0, 2)[0]);
      const bytes = table.serialise();
      const at = position % bytes.length;
      const altered = bytes.slice();
      altered[at]! ^= flip;
      expect(() => Iblt.load(altered, backend)).toThrow(/must/);
      expect(() => Iblt.load(bytes.subarray(0, at), backend)).toThrow(/must/);
    },
  );

  it("is refused with one line for bad options and unlike tables", () => {
    expect(() => new Iblt({ cells: 0, backend })).toThrow("cells must be a whole number from 1 to");
    expect(() => new Iblt({ cells: 9, hashes: 9, backend })).toThrow("hashes must be");
    const [a, b] = [new Iblt({ cells: 8, backend }), new Iblt({ cells: 8, seed: 1, backend })];
    expect(() => a.subtract(b)).toThrow("seed of both tables must be 0, got 1");
    expect(() => a.insert([1n, -1n])).toThrow("ids[1] must be a bigint");
  });
});

describe("both backends", () => {
  test.prop([anyIds(200), anyIds(200), fc.integer({ min: 2, max: 8 })])(
    "leave the same bytes",
    (inserted, deleted, hashes) => {
      const [wasm, ts] = BACKENDS.map((backend) => {
        const table = new Iblt({ cells: 300, hashes, backend });
        table.insert(inserted);
        table.delete(deleted);
        return { bytes: table.serialise(), decoded: table.decode() };
      });
      expect(ts).toEqual(wasm);
    },
  );
});

describe.each(BACKENDS)("a strata estimator on %s", (backend) => {
  it.each([0, 1, 10, 40])("counts %i differences exactly", (differences) => {
    const [a, b] = differingSets(5000, differences, 3);
    const [left, right] = [new StrataEstimator({ backend }), new StrataEstimator({ backend })];
    left.insert(a);
    right.insert(b);
    expect(left.difference(right)).toBe(differences);
  });

  it.each([300, 3000, 30_000])("comes within a half of %i differences", (differences) => {
    const estimates = [1, 2, 3, 4, 5].map((seed) => {
      const [a, b] = differingSets(20_000, differences, seed);
      const [left, right] = [new StrataEstimator({ backend }), new StrataEstimator({ backend })];
      left.insert(a);
      const message = new MessageWriter();
      right.insert(b);
      right.write(message);
      return left.difference(
        StrataEstimator.read(new MessageReader(message.finish()), { backend }),
      );
    });
    for (const estimate of estimates) {
      expect(estimate / differences).toBeGreaterThan(0.5);
      expect(estimate / differences).toBeLessThan(1.5);
    }
  });
});

describe.each(BACKENDS)("rateless symbols on %s", (backend) => {
  const space = workspace(backend);

  test.prop([
    fc.integer({ min: 0, max: 400 }),
    fc.integer({ min: 0, max: 100 }),
    fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 6 }),
  ])("decode the same, in whatever portions they come", (shared, differences, portions) => {
    const sets = differingSets(shared + differences, differences, 5);
    const owner = {};
    const [own, theirs] = sets.map((ids) => {
      const { idsAt } = placeIds(space, owner, ids);
      return new CodedSymbols(space, { at: idsAt, count: ids.length }, 9);
    }) as [CodedSymbols, CodedSymbols];
    const all = new RatelessDecoder(space, own, 9);
    const needed = all.take(theirs, 4 * differences + 60);
    expect(needed).toBeGreaterThan(0);
    const parts = new RatelessDecoder(space, own, 9);
    let inParts = 0;
    for (let i = 0; inParts === 0; i++)
      inParts = parts.take(theirs, portions[i % portions.length]!);
    expect(inParts).toBe(needed);
    const difference = parts.found();
    expect(difference).toEqual(all.found());
    expect(new Set(difference.missing)).toEqual(new Set(sets[1]).difference(new Set(sets[0])));
    expect(new Set(difference.extra)).toEqual(new Set(sets[0]).difference(new Set(sets[1])));
    for (const each of [own, theirs, all, parts]) each.dispose();
    space.release(owner);
  });

  it("hold symbol i with probability near 1 / (1 + i/2)", () => {
    const count = 20_000;
    const [ids] = differingSets(count, 0, 11);
    const owner = {};
    const { idsAt } = placeIds(space, owner, ids);
    const symbols = new CodedSymbols(space, { at: idsAt, count }, 0);
    const at = symbols.reach(400) >>> 2;
    const { u32 } = space;
    expect(u32[at]).toBe(count);
    // The sampler of the paper is an approximation: 0.64 instead of 0.667 for symbol 1.
    expect(u32[at + 4]! / count).toBeCloseTo(0.64, 1.5);
    for (const symbol of [5, 20, 100, 399]) {
      const share = 1 / (1 + symbol / 2);
      const sigma = Math.sqrt((share * (1 - share)) / count);
      const got = u32[at + 4 * symbol]! / count;
      expect(Math.abs(got - share), `symbol ${symbol}`).toBeLessThan(0.03 * share + 4 * sigma);
    }
    symbols.dispose();
    space.release(owner);
  });
});

describe("cellsFor", () => {
  it.each([1, 3, 10, 30, 100, 1000])("fails for less than one in a hundred tables of %i", (ids) => {
    const all = differingSets(ids, 0, 1)[0];
    let failures = 0;
    for (let seed = 0; seed < 500; seed++) {
      const table = new Iblt({ cells: cellsFor(ids), seed });
      table.insert(all);
      if (!table.decode().isComplete) failures++;
      table.dispose();
    }
    // Three standard errors above 1 %.
    expect(failures / 500).toBeLessThan(0.01 + 3 * Math.sqrt(0.01 / 500));
  });
});
