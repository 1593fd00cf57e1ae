/** MerklePopulation on both backends: node by node the same as a MerkleTree of its own. */
import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { InputError } from "../errors.js";
import { MerklePopulation, type MerklePopulationOptions } from "./merkle-population.js";
import { MerkleTree } from "./merkle-tree.js";

const NODES = 5;

/** Insert, update or delete of one key at one node. */
const edits = fc.array(
  fc.record({
    node: fc.nat(NODES - 1),
    key: fc.nat(99),
    version: fc.option(fc.nat(), { nil: undefined }),
  }),
  { maxLength: 200 },
);

const forms: fc.Arbitrary<Omit<MerklePopulationOptions, "nodes">> = fc.record(
  {
    leaves: fc.integer({ min: 1, max: 6 }).map((bits) => 2 ** bits),
    fanout: fc.constantFrom(2, 16),
    keyRange: fc.constantFrom(100, 128),
  },
  { requiredKeys: ["leaves", "fanout"] },
);

describe.each(["wasm", "ts"] as const)("MerklePopulation on %s", (backend) => {
  test.prop([forms, edits])("holds the trees that MerkleTree makes", (form, list) => {
    const held = Array.from({ length: NODES }, () => new Map<number, number | undefined>());
    const oldVersions = list.map(({ node, key, version }) => {
      const old = held[node]!.get(key);
      held[node]!.set(key, version);
      return old;
    });
    const population = new MerklePopulation({ nodes: NODES, ...form, backend });
    population.update({
      nodes: list.map(({ node }) => node),
      keys: list.map(({ key }) => key),
      oldVersions,
      newVersions: list.map(({ version }) => version),
    });
    const trees = held.map((items) => {
      const present = [...items].filter((item): item is [number, number] => item[1] !== undefined);
      const tree = new MerkleTree({ leaves: 64, ...form, backend });
      tree.build(
        present.map(([key]) => key),
        present.map(([, version]) => version),
      );
      return tree;
    });
    expect(trees.map((_, node) => population.root(node))).toEqual(trees.map((t) => t.root()));

    const pairs = trees.flatMap((_, a) => trees.map((__, b) => [a, b] as const));
    const diff = population.diff(
      pairs.map(([a]) => a),
      pairs.map(([, b]) => b),
    );
    for (const [i, [a, b]] of pairs.entries()) {
      const single = trees[a]!.diff(trees[b]!);
      const mask = [...single.leaves].reduce((bits, leaf) => bits | (1n << BigInt(leaf)), 0n);
      expect(diff.masks[i]).toBe(mask);
      expect(diff.hashesCompared[i]).toBe(single.hashesCompared);
    }
    for (const tree of trees) tree.dispose();
    population.dispose();
  });

  it("does batches of more than one block", () => {
    const nodes = 3000;
    const population = new MerklePopulation({ nodes, backend });
    const all = Uint32Array.from({ length: nodes }, (_, node) => node);
    const none = Array.from({ length: nodes }, () => undefined);
    // Node v holds version v mod 2 of key v / 2: pairs of nodes differ in one leaf.
    const keys = Float64Array.from(all, (node) => node >> 1);
    const versions = all.map((node) => node % 2);
    population.update({ nodes: all, keys, oldVersions: none, newVersions: versions });
    const { masks, hashesCompared } = population.diff(
      all,
      all.map((node) => node ^ 1),
    );
    const tree = new MerkleTree({ leaves: 64, backend });
    expect([...masks]).toEqual(Array.from(keys, (key) => 1n << BigInt(tree.leafOf(key))));
    // The root, its 4 children, 16 leaves below one of them.
    expect([...new Set(hashesCompared)]).toEqual([21]);
    population.dispose();
    tree.dispose();
  });
});

describe("MerklePopulation", () => {
  it("takes 552 bytes a node at fanout 16, 1016 at fanout 2: under 1 GiB for a million", () => {
    const sizes = ([16, 2] as const).map((fanout) => {
      const population = new MerklePopulation({ nodes: 10, fanout });
      const { bytesPerNode, memoryBytes } = population;
      population.dispose();
      return { bytesPerNode, memoryBytes };
    });
    expect(sizes).toEqual([
      { bytesPerNode: 552, memoryBytes: 5520 },
      { bytesPerNode: 1016, memoryBytes: 10160 },
    ]);
    expect(sizes[1]!.bytesPerNode * 1e6).toBeLessThan(2 ** 30);
    expect(sizes[0]!.bytesPerNode * 1e6).toBeLessThan(1e9);
  });

  it.each<[MerklePopulationOptions, RegExp]>([
    [{ nodes: 0 }, /^nodes must be a whole number from 1 to 67108864, got 0$/],
    [{ nodes: 1, leaves: 128 }, /^leaves must be a whole number from 2 to 64, got 128$/],
    [{ nodes: 1, fanout: 8 as 2 }, /^fanout must be 2 or 16, got 8$/],
    [{ nodes: 6e7 }, /^needs 30.8 GiB, .*4 GiB is the limit/],
  ])("refuses %o", (options, message) => {
    expectRefusal(() => new MerklePopulation(options), message);
  });

  it("refuses entries that are no node", () => {
    const population = new MerklePopulation({ nodes: 3 });
    const one = { nodes: [3], keys: [1], oldVersions: [undefined], newVersions: [1] };
    expectRefusal(() => population.update(one), /^nodes\[0\] must be .* from 0 to 2, got 3$/);
    expectRefusal(() => population.update({ ...one, keys: [] }), /^keys must have 1 entries/);
    expectRefusal(() => population.diff([0, 1], [0, 1.5]), /^second\[1\] must be .*, got 1.5$/);
    expectRefusal(() => population.root(-1), /^node must be/);
    population.dispose();
  });
});

function expectRefusal(act: () => unknown, message: RegExp): void {
  expect(act).toThrow(InputError);
  expect(act).toThrow(message);
}
