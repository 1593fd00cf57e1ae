/**
 * Bloom filters: batches over hashes that stand in memory (compute), and what a user of the class calls
 * (end-to-end), beside npm packages. Sixteen bits a key; half of the keys queried were inserted.
 */
import type { Kernels } from "../../src/kernels/backend.js";
import { workspace, type Workspace } from "../../src/kernels/workspace.js";
import { digestOf, inputWords, type Arm, type KernelBench, type Prepared } from "./bench.js";

const BITS_PER_KEY = 16;
const PROBES = 6;
/** 8 KB, 200 KB, 2 MB and 8 MB of filter, nine bytes a key beside it: L1, L2, L3 and memory. */
const SIZES = [4_000, 100_000, 1_000_000, 4_000_000];

interface Batch {
  readonly space: Workspace;
  readonly kernels: Kernels;
  readonly owner: object;
  readonly size: number;
  readonly blocks: number;
  readonly filterAt: number;
  readonly filterBytes: number;
  readonly keysAt: number;
  readonly nodesAt: number;
  readonly hashesAt: number;
  readonly resultsAt: number;
}

/** @param nodes filters side by side, each of `blocks` blocks */
function batch(backend: "wasm" | "ts", size: number, blocks: number, nodes: number): Batch {
  const space = workspace(backend);
  const owner = {};
  const filterBytes = nodes * blocks * 32;
  const filterAt = space.allocate(owner, filterBytes);
  const keysAt = space.allocate(owner, size * 4);
  const nodesAt = space.allocate(owner, size * 4);
  const hashesAt = space.allocate(owner, size * 8);
  const resultsAt = space.allocate(owner, size);
  space.u32.set(inputWords(size, 1), keysAt / 4);
  space.u32.set(
    inputWords(size, 2).map((word) => word % size),
    nodesAt / 4,
  );
  space.kernels.hashKeys32(keysAt, size, hashesAt);
  const places = { filterAt, filterBytes, keysAt, nodesAt, hashesAt, resultsAt };
  return { space, kernels: space.kernels, owner, size, blocks, ...places };
}

interface Rule {
  readonly id: string;
  readonly title: string;
  readonly operation: string;
  readonly sizes?: readonly number[];
  /** Filters of a population: one per key; else one filter for all. */
  readonly isPopulation?: boolean;
  setUp?(batch: Batch): void;
  run(batch: Batch): unknown;
  /** What the digest is taken over. */
  result(batch: Batch): readonly [at: number, bytes: number];
  operations?(batch: Batch): number;
  /** false: the C twin's digest is of another form. */
  readonly native?: false;
}

const results = ({ resultsAt, size }: Batch): readonly [number, number] => [resultsAt, size];
const filter = ({ filterAt, filterBytes }: Batch): readonly [number, number] => [
  filterAt,
  filterBytes,
];
const emptied = ({ kernels, filterAt, filterBytes }: Batch): void =>
  kernels.filterClear(filterAt, filterBytes);

const RULES: readonly Rule[] = [
  {
    id: "split-insert",
    title: "Split-block filter: insert",
    operation: "key",
    run: ({ kernels, filterAt, blocks, hashesAt, size }) =>
      kernels.splitInsert(filterAt, blocks, hashesAt, size),
    result: filter,
  },
  {
    id: "split-query",
    title: "Split-block filter: query",
    operation: "key",
    setUp: ({ kernels, filterAt, blocks, hashesAt, size }) =>
      kernels.splitInsert(filterAt, blocks, hashesAt, size / 2),
    run: ({ kernels, filterAt, blocks, hashesAt, size, resultsAt }) =>
      kernels.splitQuery(filterAt, blocks, hashesAt, size, resultsAt),
    result: results,
  },
  {
    id: "split-add-unseen",
    title: "Split-block filter: query and insert in one pass",
    operation: "key",
    run: (own) => {
      emptied(own);
      return own.kernels.splitAddUnseen(
        own.filterAt,
        own.blocks,
        own.hashesAt,
        own.size,
        own.resultsAt,
      );
    },
    result: results,
  },
  {
    id: "population",
    title: "A filter per node: hash, query and insert of (node, message) pairs",
    operation: "pair",
    sizes: [400, 4_000, 100_000, 1_000_000],
    isPopulation: true,
    run: (own) => {
      emptied(own);
      const { kernels, filterAt, blocks, nodesAt, keysAt, size, resultsAt } = own;
      return kernels.populationAddUnseen(filterAt, 0, blocks, nodesAt, keysAt, size, resultsAt);
    },
    result: results,
  },
  {
    id: "classic-insert",
    title: "Classic filter, six probes: insert",
    operation: "key",
    run: ({ kernels, filterAt, filterBytes, hashesAt, size }) =>
      kernels.classicInsert(filterAt, filterBytes * 8, PROBES, hashesAt, size),
    result: filter,
  },
  {
    id: "classic-query",
    title: "Classic filter, six probes: query",
    operation: "key",
    setUp: ({ kernels, filterAt, filterBytes, hashesAt, size }) =>
      kernels.classicInsert(filterAt, filterBytes * 8, PROBES, hashesAt, size / 2),
    run: ({ kernels, filterAt, filterBytes, hashesAt, size, resultsAt }) =>
      kernels.classicQuery(filterAt, filterBytes * 8, PROBES, hashesAt, size, resultsAt),
    result: results,
  },
  {
    id: "hash-keys",
    title: "XXH64 of integer keys",
    operation: "key",
    run: ({ kernels, keysAt, size, hashesAt }) => kernels.hashKeys32(keysAt, size, hashesAt),
    result: ({ hashesAt, size }) => [hashesAt, size * 8],
  },
  {
    id: "ones",
    title: "Bits that are set: population count of a filter",
    operation: "byte",
    setUp: ({ kernels, filterAt, blocks, hashesAt, size }) =>
      kernels.splitInsert(filterAt, blocks, hashesAt, size),
    run: ({ space, kernels, filterAt, filterBytes, resultsAt }) => {
      space.u32[resultsAt / 4] = kernels.filterOnes(filterAt, filterBytes);
      space.u32[resultsAt / 4 + 1] = 0;
    },
    result: ({ resultsAt }) => [resultsAt, 8],
    operations: ({ filterBytes }) => filterBytes,
  },
];

function computeBench(rule: Rule): KernelBench {
  const sizes = rule.sizes ?? SIZES;
  return {
    id: `bloom/${rule.id}`,
    title: rule.title,
    scope: "compute",
    operation: rule.operation,
    sizes,
    headlineSize: sizes[1]!,
    native: { source: "bloom.c", kernel: rule.id },
    prepare: (size) => Promise.resolve(prepareCompute(rule, size)),
  };
}

function prepareCompute(rule: Rule, size: number): Prepared {
  const isPopulation = rule.isPopulation === true;
  const blocks = isPopulation ? 2 : Math.ceil((size * BITS_PER_KEY) / 256);
  let operations = size;
  let workingSetBytes = 0;
  const arms = (["wasm", "ts"] as const).map((name): Arm => {
    const own = batch(name, size, blocks, isPopulation ? size : 1);
    rule.setUp?.(own);
    operations = rule.operations?.(own) ?? size;
    workingSetBytes = own.filterBytes + size * 9;
    return {
      name,
      run: () => rule.run(own),
      digest: () => digestOf(own.space, ...rule.result(own)),
      dispose: () => own.space.release(own.owner),
    };
  });
  return { arms, operations, workingSetBytes };
}

export const bloomBenches: readonly KernelBench[] = RULES.map(computeBench);
