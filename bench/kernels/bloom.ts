/**
 * Bloom filters: batches over hashes that stand in memory, sixteen bits a key; half of the keys that are
 * asked for were inserted.
 */
import type { KernelBench } from "./bench.js";
import { computeBench, emptied, filter, results, type Rule } from "./filter-batch.js";

const PROBES = 6;
/** Blocks of 2^9 bits, a cache line. */
const BLOCK_SHIFT = 9;

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
    id: "blocked-insert",
    title: "Blocked filter, six probes in a cache line: insert",
    operation: "key",
    run: ({ kernels, filterAt, blocks, hashesAt, size }) =>
      kernels.blockedInsert(filterAt, blocks >>> 1, BLOCK_SHIFT, PROBES, hashesAt, size),
    result: filter,
  },
  {
    id: "blocked-query",
    title: "Blocked filter, six probes in a cache line: query",
    operation: "key",
    setUp: ({ kernels, filterAt, blocks, hashesAt, size }) =>
      kernels.blockedInsert(filterAt, blocks >>> 1, BLOCK_SHIFT, PROBES, hashesAt, size / 2),
    run: ({ kernels, filterAt, blocks, hashesAt, size, resultsAt }) =>
      kernels.blockedQuery(filterAt, blocks >>> 1, BLOCK_SHIFT, PROBES, hashesAt, size, resultsAt),
    result: results,
  },
  {
    id: "rotating-add",
    title: "Two generations, split blocks: query both, insert into one",
    operation: "key",
    bytesPerKey: 4,
    run(own) {
      emptied(own);
      const { kernels, filterAt, filterBytes, hashesAt, size, resultsAt } = own;
      const half = filterBytes >>> 6;
      const otherAt = filterAt + half * 32;
      return kernels.rotatingAdd(filterAt, otherAt, half, hashesAt, size, size, resultsAt);
    },
    result: results,
  },
  {
    id: "union",
    title: "Union of two filters",
    operation: "byte",
    bytesPerKey: 4,
    setUp: ({ kernels, filterAt, filterBytes, hashesAt, size }) =>
      kernels.splitInsert(filterAt, filterBytes >>> 5, hashesAt, size),
    run: ({ kernels, filterAt, filterBytes }) => {
      const half = (filterBytes >>> 6) * 32;
      kernels.filterUnion(filterAt, filterAt + half, half);
    },
    result: filter,
    operations: ({ filterBytes }) => (filterBytes >>> 6) * 32,
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

export const bloomBenches: readonly KernelBench[] = RULES.map((rule) =>
  computeBench("bloom", "bloom.c", rule),
);
