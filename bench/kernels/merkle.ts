/**
 * Benches of Merkle trees: kernels over trees in memory beside C, and MerkleTree.build beside merkletreejs
 * and node:crypto. Items i: key XXH64 of i with seed 1, version i; as in bench/native/merkle.c.
 */
import { hash } from "node:crypto";
import type { BackendName } from "../../src/kernels/backend.js";
import { workspace, type Workspace } from "../../src/kernels/workspace.js";
import { MerkleTree } from "../../src/merkle/merkle-tree.js";
import { merkleShape, writeForm, type MerkleFanout } from "../../src/merkle/shape.js";
import { digestOf, inputWords, type Arm, type KernelBench } from "./bench.js";

/** Leaves that differ between "nearly equal" trees, and comparisons per run. */
const FEW = 10;
const FEW_REPEATS = 64;
/** One item in so many differs between trees that are far apart. */
const MANY_SHARE = 16;
/** Point updates per run and direction. */
const UPDATES = 4096;
const LEAVES = [2 ** 8, 2 ** 14, 2 ** 20];
const POPULATION_LEAVES = 64;
const POPULATION_FANOUT = 16;

/** Trees, items and lists of one arm, all in its workspace. */
class Bed {
  readonly space: Workspace;
  readonly formAt: number;
  readonly treeBytes: number;
  readonly leavesBytes: number;
  readonly trees: number;
  readonly keysAt: number;
  readonly versionsAt: number;
  readonly laterAt: number;
  readonly scratchAt: number;

  constructor(
    backend: BackendName,
    leaves: number,
    fanout: MerkleFanout,
    trees: number,
    items: number,
  ) {
    const space = workspace(backend);
    const shape = merkleShape(leaves, fanout);
    this.space = space;
    this.treeBytes = shape.nodes * 8;
    this.leavesBytes = leaves * 8;
    this.formAt = space.allocate(this, 64);
    this.trees = space.allocate(this, this.treeBytes * trees);
    this.keysAt = space.allocate(this, items * 8);
    this.versionsAt = space.allocate(this, items * 8);
    this.laterAt = space.allocate(this, items * 8);
    this.scratchAt = space.allocate(this, 512);
    writeForm(space.u32, this.formAt, shape, { range: 0, width: 0 });
    this.#fillItems(items);
  }

  /** The leaves of tree `index` stand at the end of it. */
  leavesAt(index: number): number {
    return this.trees + (index + 1) * this.treeBytes - this.leavesBytes;
  }

  clearLeaves(): void {
    this.space.u8.fill(0, this.leavesAt(0), this.leavesAt(0) + this.leavesBytes);
  }

  addItems(count: number): void {
    const { kernels } = this.space;
    kernels.merkleAddItems(this.trees, this.formAt, this.keysAt, this.versionsAt, count);
  }

  hashLevels(): void {
    this.space.kernels.merkleHashLevels(this.trees, this.formAt);
  }

  /** Tree `index` goes to the later versions of the first `count` items. */
  update(index: number, count: number): void {
    const at = this.trees + index * this.treeBytes;
    const { kernels } = this.space;
    const { keysAt, versionsAt, laterAt, scratchAt } = this;
    kernels.merkleUpdate(at, this.formAt, 0, keysAt, versionsAt, laterAt, count, scratchAt);
  }

  dispose(): void {
    this.space.release(this);
  }

  #fillItems(items: number): void {
    const { kernels, u32 } = this.space;
    for (let i = 0; i < items; i++) {
      u32[(this.keysAt >>> 2) + i * 2] = kernels.xxh64Of8(i, 0, 1, 0);
      u32[(this.keysAt >>> 2) + i * 2 + 1] = kernels.xxh64High();
      u32[(this.versionsAt >>> 2) + i * 2] = i;
      u32[(this.laterAt >>> 2) + i * 2] = i + 1;
    }
  }
}

const BACKENDS = ["wasm", "ts"] as const;

function buildBench(fanout: MerkleFanout): KernelBench {
  return {
    id: `merkle/build/fanout-${fanout}`,
    title: `Merkle tree from as many items as leaves, fanout ${fanout}`,
    scope: "compute",
    operation: "item",
    sizes: LEAVES,
    headlineSize: 2 ** 14,
    native: { source: "merkle.c", kernel: `build-${fanout}` },
    prepare: (size) => {
      const arms = BACKENDS.map((name): Arm => {
        const bed = new Bed(name, size, fanout, 1, size);
        return {
          name,
          run: () => {
            bed.clearLeaves();
            bed.addItems(size);
            bed.hashLevels();
          },
          digest: () => digestOf(bed.space, bed.trees, bed.treeBytes),
          dispose: () => bed.dispose(),
        };
      });
      const { nodes } = merkleShape(size, fanout);
      return Promise.resolve({ arms, operations: size, workingSetBytes: nodes * 8 + size * 16 });
    },
  };
}

function levelsBench(fanout: MerkleFanout): KernelBench {
  return {
    id: `merkle/levels/fanout-${fanout}`,
    title: `Inner nodes of a Merkle tree from its leaves, fanout ${fanout}`,
    scope: "compute",
    operation: "leaf",
    sizes: LEAVES,
    headlineSize: 2 ** 14,
    native: { source: "merkle.c", kernel: `levels-${fanout}` },
    prepare: (size) => {
      const arms = BACKENDS.map((name): Arm => {
        const bed = new Bed(name, size, fanout, 1, size);
        bed.addItems(size);
        return {
          name,
          run: () => bed.hashLevels(),
          digest: () => digestOf(bed.space, bed.trees, bed.treeBytes),
          dispose: () => bed.dispose(),
        };
      });
      const { nodes } = merkleShape(size, fanout);
      return Promise.resolve({ arms, operations: size, workingSetBytes: nodes * 8 });
    },
  };
}

function updateBench(fanout: MerkleFanout): KernelBench {
  return {
    id: `merkle/update/fanout-${fanout}`,
    title: `Point updates of a Merkle tree up to its root, there and back, fanout ${fanout}`,
    scope: "compute",
    operation: "update",
    sizes: LEAVES,
    headlineSize: 2 ** 14,
    native: { source: "merkle.c", kernel: `update-${fanout}` },
    prepare: (size) => {
      const count = Math.min(size, UPDATES);
      const arms = BACKENDS.map((name): Arm => {
        const bed = new Bed(name, size, fanout, 1, size);
        bed.addItems(size);
        bed.hashLevels();
        const { keysAt, versionsAt, laterAt, scratchAt, trees, formAt } = bed;
        const { merkleUpdate } = bed.space.kernels;
        return {
          name,
          run: () => {
            merkleUpdate(trees, formAt, 0, keysAt, versionsAt, laterAt, count, scratchAt);
            merkleUpdate(trees, formAt, 0, keysAt, laterAt, versionsAt, count, scratchAt);
          },
          digest: () => digestOf(bed.space, bed.trees, bed.treeBytes),
          dispose: () => bed.dispose(),
        };
      });
      const { nodes } = merkleShape(size, fanout);
      const workingSetBytes = Math.min(nodes * 8, count * 24 * Math.log2(size)) + count * 24;
      return Promise.resolve({ arms, operations: 2 * count, workingSetBytes });
    },
  };
}

function diffBench(fanout: MerkleFanout, amount: "few" | "many"): KernelBench {
  return {
    id: `merkle/diff-${amount}/fanout-${fanout}`,
    title:
      amount === "few"
        ? `Comparison of Merkle trees with ${FEW} changed items, fanout ${fanout}`
        : `Comparison of Merkle trees with one item in ${MANY_SHARE} changed, fanout ${fanout}`,
    scope: "compute",
    operation: amount === "few" ? "comparison" : "differing leaf",
    sizes: LEAVES,
    headlineSize: 2 ** 14,
    native: { source: "merkle.c", kernel: `${amount}-${fanout}` },
    prepare: (size) => {
      const changed = amount === "few" ? FEW : size / MANY_SHARE;
      const repeats = amount === "few" ? FEW_REPEATS : 1;
      let found = 0;
      const arms = BACKENDS.map((name): Arm => {
        const bed = new Bed(name, size, fanout, 2, size);
        const { space, treeBytes, formAt } = bed;
        const [a, b] = [bed.trees, bed.trees + treeBytes];
        const listAt = space.allocate(bed, size * 4);
        const countsAt = space.allocate(bed, 100);
        bed.addItems(size);
        bed.hashLevels();
        space.u8.copyWithin(b, a, b);
        bed.update(1, changed);
        const { merkleDiff } = space.kernels;
        found = merkleDiff(a, b, formAt, listAt, countsAt);
        return {
          name,
          run: () => {
            for (let i = 0; i < repeats; i++) merkleDiff(a, b, formAt, listAt, countsAt);
          },
          digest: () => digestOf(space, listAt, found * 4),
          dispose: () => bed.dispose(),
        };
      });
      const levels = merkleShape(size, fanout).levels.length;
      const operations = amount === "few" ? repeats : found;
      return Promise.resolve({ arms, operations, workingSetBytes: found * levels * fanout * 16 });
    },
  };
}

/** A tree of 64 leaves per node; update i concerns a node drawn at random, as does comparison i. */
function populationBench(what: "update" | "diff"): KernelBench {
  const [leaves, fanout] = [POPULATION_LEAVES, POPULATION_FANOUT] as const;
  return {
    id: `merkle/population-${what}/fanout-${fanout}`,
    title:
      what === "update"
        ? `Updates of one tree of ${leaves} leaves per node, random nodes, there and back`
        : `Comparisons of random pairs among one tree of ${leaves} leaves per node`,
    scope: "compute",
    operation: what === "update" ? "update" : "pair",
    sizes: [2 ** 6, 2 ** 12, 2 ** 18],
    headlineSize: 2 ** 12,
    native: { source: "merkle.c", kernel: `population-${what}` },
    prepare: (nodes) => {
      const arms = BACKENDS.map((name): Arm => {
        const bed = new Bed(name, leaves, fanout, nodes, nodes);
        const { space, formAt, trees, treeBytes, keysAt, versionsAt, laterAt, scratchAt } = bed;
        const [firstAt, secondAt, comparedAt] = [1, 2, 3].map(() => space.allocate(bed, nodes * 4));
        const masksAt = space.allocate(bed, nodes * 8);
        space.u32.set(inputWords(nodes, 2).map((word) => word % nodes), firstAt! >>> 2); // prettier-ignore
        space.u32.set(inputWords(nodes, 3).map((word) => word % nodes), secondAt! >>> 2); // prettier-ignore
        space.u8.fill(0xff, versionsAt, versionsAt + nodes * 8);
        bed.hashLevels();
        for (let i = 1; i < nodes; i++) {
          space.u8.copyWithin(trees + i * treeBytes, trees, trees + treeBytes);
        }
        const { merkleUpdate, merkleDiffPairs } = space.kernels;
        const update = (oldAt: number, newAt: number): void =>
          merkleUpdate(trees, formAt, firstAt!, keysAt, oldAt, newAt, nodes, scratchAt);
        if (what === "diff") update(versionsAt, laterAt);
        return {
          name,
          run:
            what === "update"
              ? () => {
                  update(versionsAt, laterAt);
                  update(laterAt, versionsAt);
                }
              : () =>
                  merkleDiffPairs(trees, formAt, firstAt!, secondAt!, nodes, masksAt, comparedAt!),
          digest: () =>
            what === "update"
              ? digestOf(space, trees, treeBytes * nodes)
              : digestOf(space, masksAt, nodes * 8),
          dispose: () => bed.dispose(),
        };
      });
      const treeBytes = merkleShape(leaves, fanout).nodes * 8;
      const operations = what === "update" ? 2 * nodes : nodes;
      return Promise.resolve({ arms, operations, workingSetBytes: nodes * (treeBytes + 20) });
    },
  };
}

/** SHA-256 root over a power of two of items, by the shortest plain code. */
function plainRoot(items: readonly Buffer[]): Buffer {
  let level = items.map((item) => hash("sha256", item, "buffer"));
  while (level.length > 1) {
    level = Array.from({ length: level.length / 2 }, (_, i) =>
      hash("sha256", Buffer.concat([level[2 * i]!, level[2 * i + 1]!]), "buffer"),
    );
  }
  return level[0]!;
}

/** What a user calls: items as keys and versions in, a root out. */
const endToEnd: KernelBench = {
  id: "merkle/build/end-to-end",
  title: "MerkleTree.build with a leaf per item and its root, fanout 2, beside packages on SHA-256",
  scope: "end-to-end",
  operation: "item",
  sizes: [2 ** 8, 2 ** 11, 2 ** 14],
  headlineSize: 2 ** 11,
  prepare: async (size) => {
    const { MerkleTree: PackageTree } = await import("merkletreejs");
    const bed = new Bed("wasm", 2, 2, 1, size);
    const keys = new BigUint64Array(size);
    new Uint8Array(keys.buffer).set(bed.space.u8.subarray(bed.keysAt, bed.keysAt + size * 8));
    bed.dispose();
    const versions = Uint32Array.from(keys, (_, i) => i);
    const ours = (name: string, tree: MerkleTree, expected?: string): Arm => ({
      name,
      run: () => tree.build(keys, versions),
      ...(expected === undefined
        ? { digest: () => tree.root() }
        : { check: () => (tree.root().length === 64 ? undefined : "its root has no 64 digits") }),
      dispose: () => tree.dispose(),
    });
    const items = Array.from(keys, (key, i) => {
      const item = Buffer.alloc(16);
      item.writeBigUInt64LE(key, 0);
      item.writeBigUInt64LE(BigInt(i), 8);
      return item;
    });
    const sha256 = (bytes: Buffer): Buffer => hash("sha256", bytes, "buffer");
    const root = plainRoot(items).toString("hex");
    const peer = (name: string, build: () => Buffer): Arm => {
      let last: Buffer = Buffer.alloc(0);
      return {
        name,
        run: () => {
          last = build();
        },
        check: () => (last.toString("hex") === root ? undefined : `its root is not ${root}`),
      };
    };
    const arms = [
      ours("wasm", new MerkleTree({ leaves: size, fanout: 2 })),
      ours("ts", new MerkleTree({ leaves: size, fanout: 2, backend: "ts" })),
      ours("sha256", new MerkleTree({ leaves: size, fanout: 2, hash: "sha256" }), "sha256"),
      peer("merkletreejs", () => new PackageTree(items.map(sha256), sha256).getRoot()),
      peer("plain", () => plainRoot(items)),
    ];
    return { arms, operations: size, workingSetBytes: size * 32 };
  },
};

export const merkleBenches: readonly KernelBench[] = [
  buildBench(2),
  buildBench(16),
  levelsBench(2),
  levelsBench(16),
  updateBench(2),
  updateBench(16),
  diffBench(2, "few"),
  diffBench(16, "few"),
  diffBench(2, "many"),
  diffBench(16, "many"),
  populationBench("update"),
  populationBench("diff"),
  endToEnd,
];
