/** MerkleTree on both backends, against trees of bigints hashed by xxhash-wasm and node:crypto. */
import { createHash } from "node:crypto";
import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import xxhash from "xxhash-wasm";
import { InputError } from "../errors.js";
import { MerkleTree, type MerkleTreeOptions } from "./merkle-tree.js";

const xxh = await xxhash();
const h64Raw = (bytes: Uint8Array): bigint => xxh.h64Raw(bytes);

type Items = ReadonlyMap<number, number>;
type Hash = (bytes: Uint8Array) => bigint;

function words(bytesPerWord: number, values: readonly bigint[]): Uint8Array {
  const digits = values.map((value) => value.toString(16).padStart(bytesPerWord * 2, "0"));
  return Uint8Array.from(digits.flatMap((hex) => [...Buffer.from(hex, "hex").reverse()]));
}

const HASHES: Readonly<Record<"xxh64" | "sha256", { bytes: number; hash: Hash; root: Hash }>> = {
  xxh64: { bytes: 8, hash: (bytes) => h64Raw(bytes), root: (bytes) => h64Raw(bytes) },
  // Digests are numbers of 32 bytes, the first one lowest.
  sha256: { bytes: 32, hash: (bytes) => littleEndian(sha256(bytes)), root: bigEndianSha256 },
};

function sha256(bytes: Uint8Array): Buffer {
  return createHash("sha256").update(bytes).digest();
}

function bigEndianSha256(bytes: Uint8Array): bigint {
  return BigInt(`0x${sha256(bytes).toString("hex")}`);
}

function littleEndian(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).reverse().toString("hex")}`);
}

/** Leaf of a key as the class documents it. */
function naiveLeaf(key: number, { leaves, keyRange }: MerkleTreeOptions): number {
  if (keyRange !== undefined) return Math.floor(key / Math.ceil(keyRange / leaves));
  return Number((h64Raw(words(8, [BigInt(key)])) * BigInt(leaves)) >> 64n);
}

/** Root by the definition: sums of items, then hashes of children, level by level. */
function naiveRoot(items: Items, options: MerkleTreeOptions): string {
  const { bytes, hash, root } = HASHES[options.hash ?? "xxh64"];
  const modulus = 1n << BigInt(bytes * 8);
  let level = Array.from({ length: options.leaves }, () => 0n);
  for (const [key, version] of items) {
    const leaf = naiveLeaf(key, options);
    level[leaf] = (level[leaf]! + hash(words(8, [BigInt(key), BigInt(version)]))) % modulus;
  }
  for (;;) {
    const fanout = Math.min(options.fanout ?? 2, level.length);
    const parents = Array.from({ length: level.length / fanout }, (_, i) =>
      words(bytes, level.slice(i * fanout, (i + 1) * fanout)),
    );
    if (parents.length === 1)
      return root(parents[0]!)
        .toString(16)
        .padStart(bytes * 2, "0");
    level = parents.map(hash);
  }
}

function build(options: MerkleTreeOptions, items: Items): MerkleTree {
  const tree = new MerkleTree(options);
  tree.build([...items.keys()], [...items.values()]);
  return tree;
}

const KEY_RANGE = 5000;

const anyItems = fc
  .array(fc.tuple(fc.nat(KEY_RANGE - 1), fc.nat({ max: Number.MAX_SAFE_INTEGER })), {
    maxLength: 60,
  })
  .map((entries): Items => new Map(entries));

const forms: fc.Arbitrary<MerkleTreeOptions> = fc.record(
  {
    leaves: fc.integer({ min: 1, max: 12 }).map((bits) => 2 ** bits),
    fanout: fc.constantFrom(2, 16),
    keyRange: fc.constantFrom(KEY_RANGE, 8192),
  },
  { requiredKeys: ["leaves", "fanout"] },
);

describe.each(["wasm", "ts"] as const)("MerkleTree on %s", (backend) => {
  test.prop([forms, anyItems])("has the root of the definition", (form, items) => {
    const tree = build({ ...form, backend }, items);
    expect(tree.root()).toBe(naiveRoot(items, form));
    for (const key of items.keys()) expect(tree.leafOf(key)).toBe(naiveLeaf(key, form));
    tree.dispose();
  });

  test.prop([forms, anyItems, anyItems])(
    "finds exactly the leaves of changed keys",
    (form, before, edits) => {
      const after = new Map([...before, ...edits]);
      for (const key of edits.keys()) if (key % 3 === 0) after.delete(key);
      const changed = [...new Set([...before.keys(), ...after.keys()])].filter(
        (key) => before.get(key) !== after.get(key),
      );
      const expected = [...new Set(changed.map((key) => naiveLeaf(key, form)))];
      const a = build({ ...form, backend }, before);
      const b = build({ ...form, backend }, after);
      const diff = a.diff(b);
      expect([...diff.leaves]).toEqual(expected.toSorted((x, y) => x - y));
      expect(diff.ranges.flatMap(({ first, last }) => numbers(first, last))).toEqual([
        ...diff.leaves,
      ]);
      expect([...b.diff(a).leaves]).toEqual([...diff.leaves]);
      expect(a.diff(a).leaves).toHaveLength(0);
      a.dispose();
      b.dispose();
    },
  );

  test.prop([forms, anyItems, anyItems])("updates as it would rebuild", (form, before, edits) => {
    const after = new Map([...before, ...edits]);
    for (const key of edits.keys()) if (key % 3 === 0) after.delete(key);
    const rebuilt = build({ ...form, backend }, after);
    const updated = build({ ...form, backend }, before);
    const keys = [...edits.keys()];
    updated.setAll(
      keys,
      keys.map((key) => before.get(key)),
      keys.map((key) => after.get(key)),
    );
    expect(updated.root()).toBe(rebuilt.root());
    expect(updated.diff(rebuilt).leaves).toHaveLength(0);
    expect(updated.serialise()).toEqual(rebuilt.serialise());
    rebuilt.dispose();
    updated.dispose();
  });

  test.prop([forms, anyItems, fc.infiniteStream(fc.nat())])(
    "does not depend on the order of inserts",
    (form, items, order) => {
      const all = build({ ...form, backend }, items);
      const one = new MerkleTree({ ...form, backend });
      const ranked = [...items].map((entry) => ({ entry, rank: order.next().value! }));
      for (const { entry } of ranked.toSorted((a, b) => a.rank - b.rank)) one.insert(...entry);
      expect(one.serialise()).toEqual(all.serialise());
      for (const entry of items) one.delete(...entry);
      expect(one.root()).toBe(naiveRoot(new Map(), form));
      one.dispose();
      all.dispose();
    },
  );

  test.prop([forms, anyItems])("is what it was after serialise and load", (form, items) => {
    const tree = build({ ...form, backend }, items);
    const loaded = MerkleTree.load(tree.serialise(), { backend });
    expect(loaded.root()).toBe(tree.root());
    expect(loaded.serialise()).toEqual(tree.serialise());
    expect(loaded.diff(tree).leaves).toHaveLength(0);
    loaded.dispose();
    tree.dispose();
  });

  test.prop([forms, anyItems, fc.nat(), fc.integer({ min: 1, max: 255 }), fc.nat()])(
    "refuses truncated and altered bytes",
    (form, items, place, change, cut) => {
      const tree = build({ ...form, backend }, items);
      const bytes = tree.serialise();
      tree.dispose();
      const altered = bytes.slice();
      altered[place % bytes.length]! ^= change;
      expectRefusal(() => MerkleTree.load(altered, { backend }));
      expectRefusal(() => MerkleTree.load(bytes.slice(0, cut % bytes.length), { backend }));
      expectRefusal(() => MerkleTree.load(Uint8Array.of(...bytes, 0), { backend }));
    },
  );

  it("takes words, texts and bytes as keys, in more than one block", () => {
    const keys = BigUint64Array.from({ length: 3000 }, (_, i) => BigInt(i) * 0x9e3779b97f4a7c15n);
    const versions = Uint32Array.from(keys, (_, i) => i);
    const words = new MerkleTree({ leaves: 256, backend });
    words.build(keys, BigUint64Array.from(versions, BigInt));
    const numbers = new MerkleTree({ leaves: 256, backend });
    numbers.build([...keys], versions);
    expect(numbers.root()).toBe(words.root());
    const texts = new MerkleTree({ leaves: 256, backend });
    texts.build(["käse", "x".repeat(50_001)], [1, 2]);
    const raw = new MerkleTree({ leaves: 256, backend });
    const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
    raw.build([utf8("käse"), h64Raw(utf8("x".repeat(50_001)))], [1n, 2n]);
    expect(raw.root()).toBe(texts.root());
    for (const tree of [words, numbers, texts, raw]) tree.dispose();
  });

  test.prop([
    fc.maxSafeInteger().map(Math.abs),
    fc.integer({ min: 1, max: 12 }).map((bits) => 2 ** bits),
    fc.integer({ min: 2 ** 24, max: 2 ** 53 }),
  ])("places keys of large ranges exactly", (number, leaves, keyRange) => {
    const tree = new MerkleTree({ leaves, keyRange, backend });
    const key = number % keyRange;
    const width = (BigInt(keyRange) + BigInt(leaves) - 1n) / BigInt(leaves);
    const leaf = tree.leafOf(key);
    expect(BigInt(leaf)).toBe(BigInt(key) / width);
    const { from, to } = tree.leafRange(leaf);
    expect(from <= BigInt(key) && BigInt(key) < to).toBe(true);
    tree.dispose();
  });

  it("counts what the exchange costs, by hand", () => {
    const form = { leaves: 16, fanout: 2, keyRange: 16, backend } as const;
    const a = build(form, new Map([[3, 1], [4, 1], [12, 1]])); // prettier-ignore
    const b = build(form, new Map([[3, 2], [4, 2], [12, 1]])); // prettier-ignore
    // Differing nodes: root; left half; both its quarters; an eighth each; leaves 3 and 4.
    const diff = a.diff(b);
    expect(diff.differingPerLevel).toEqual([1, 1, 2, 2, 2]);
    expect(diff.ranges).toEqual([{ first: 3, last: 4 }]);
    // 1 + 2 * (1 + 1 + 2 + 2) hashes; five round trips of two headers of 28 bytes and an answer byte.
    const level = { hashesCompared: 13, roundTrips: 5, messages: 10, bytes: 13 * 8 + 5 * 57 };
    expect(diff).toMatchObject(level);
    // Two levels at once: level 1 whole (2), below its one node level 3 (4), below two nodes leaves (4).
    const pairs = { hashesCompared: 10, roundTrips: 3, messages: 6, bytes: 10 * 8 + 3 * 57 };
    expect(a.diff(b, { levelsPerMessage: 2 })).toMatchObject(pairs);
    const once = { hashesCompared: 16, roundTrips: 1, messages: 2, bytes: 16 * 8 + 58 };
    expect(a.diff(b, { levelsPerMessage: 25 })).toMatchObject(once);
    const equal = { hashesCompared: 1, roundTrips: 1, messages: 2, bytes: 8 + 57 };
    expect(a.diff(a)).toMatchObject({ differingNodes: 0, ...equal });
    a.dispose();
    b.dispose();
  });

  it("names leaf ranges", () => {
    const plain = new MerkleTree({ leaves: 4, keyRange: 10, backend });
    expect([0, 1, 2, 3].map((leaf) => plain.leafRange(leaf))).toEqual([
      { from: 0n, to: 3n },
      { from: 3n, to: 6n },
      { from: 6n, to: 9n },
      { from: 9n, to: 10n },
    ]);
    const hashed = new MerkleTree({ leaves: 4, backend });
    expect(hashed.leafRange(3)).toEqual({ from: 3n << 62n, to: 1n << 64n });
    plain.dispose();
    hashed.dispose();
  });
});

describe("MerkleTree", () => {
  test.prop([forms, anyItems])("leaves the same bytes on both backends", (form, items) => {
    const wasm = build({ ...form, backend: "wasm" }, items);
    const ts = build({ ...form, backend: "ts" }, items);
    expect(ts.serialise()).toEqual(wasm.serialise());
    expect(ts.root()).toBe(wasm.root());
    wasm.dispose();
    ts.dispose();
  });

  test.prop([forms, anyItems, anyItems])("does the same with sha256", (form, before, after) => {
    const sha = { ...form, hash: "sha256" } as const;
    const a = build(sha, before);
    expect(a.root()).toBe(naiveRoot(before, sha));
    const b = build(sha, after);
    const fast = [build(form, before), build(form, after)] as const;
    const [diff, other] = [a.diff(b), fast[0].diff(fast[1])];
    expect(diff.leaves).toEqual(other.leaves);
    expect(diff.differingPerLevel).toEqual(other.differingPerLevel);
    const all = [...new Map([...before, ...after]).keys()];
    const versionsOf = (items: Items): (number | undefined)[] => all.map((key) => items.get(key));
    a.setAll(all, versionsOf(before), versionsOf(after));
    expect(a.root()).toBe(b.root());
    expect(MerkleTree.load(b.serialise()).root()).toBe(b.root());
    for (const tree of [a, b, ...fast]) tree.dispose();
  });

  it.each<[Partial<MerkleTreeOptions>, RegExp]>([
    [{ leaves: 1 }, /^leaves must be a whole number from 2 to 16777216, got 1$/],
    [{ leaves: 48 }, /^leaves must be a power of two .*, got 48$/],
    [{ leaves: 2 ** 25 }, /^leaves must be .*, got 33554432$/],
    [{ leaves: 2 ** 21, hash: "sha256" }, /^leaves must be a whole number from 2 to 1048576/],
    [{ fanout: 4 as 2 }, /^fanout must be 2 or 16, got 4$/],
    [{ hash: "md5" as "sha256" }, /^hash must be one of xxh64, sha256, got "md5"/],
    [{ keyRange: 63 }, /^keyRange must be a whole number from 64 to 9007199254740992, got 63$/],
    [{ backend: "gpu" as "ts" }, /^backend must be one of wasm, ts/],
  ])("refuses %o", (options, message) => {
    expectRefusal(() => new MerkleTree({ leaves: 64, ...options }), message);
  });

  it("refuses keys and versions it cannot hold, and is then empty", () => {
    const tree = new MerkleTree({ leaves: 64 });
    const empty = tree.root();
    expectRefusal(() => tree.build([1, -1], [1, 1]), /^keys\[1\] must be .*, got -1$/);
    expect(tree.root()).toBe(empty);
    expectRefusal(() => tree.build([1.5], [1]), /^keys\[0\] must be/);
    expectRefusal(() => tree.build([2n ** 64n], [1]), /^keys\[0\] must be/);
    expectRefusal(() => tree.build([1], [-1]), /^versions\[0\] must be/);
    expectRefusal(() => tree.build([1], [2n ** 64n - 1n]), /^versions\[0\] must be/);
    expectRefusal(
      () => tree.build([1], BigUint64Array.of(2n ** 64n - 1n)),
      /^versions\[0\] must be .*, got 18446744073709551615$/,
    );
    expectRefusal(() => tree.build([1, 2], [1]), /^versions must have .* as keys, 2, got 1$/);
    expectRefusal(() => tree.setAll([1], [0], [1.5]), /^newVersions\[0\] must be .* undefined/);
    const plain = new MerkleTree({ leaves: 64, keyRange: 100 });
    expectRefusal(() => plain.insert(100, 1), /^keys\[0\] must be a whole number from 0 to 99/);
    expectRefusal(() => plain.insert("a", 1), /^keys\[0\] must be a whole number from 0 to 99/);
    expectRefusal(() => plain.diff(tree), /^other.keyRange must be 100, got 0$/);
    tree.dispose();
    plain.dispose();
  });
});

function expectRefusal(act: () => unknown, message = /^[^\n]+$/): void {
  expect(act).toThrow(InputError);
  expect(act).toThrow(message);
}

function numbers(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}
