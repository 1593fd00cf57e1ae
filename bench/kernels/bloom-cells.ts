/** Filters of counters, and the exact set that filters are compared with. */
import type { KernelBench } from "./bench.js";
import { computeBench, emptied, filter, results, type Rule } from "./filter-batch.js";

const PROBES = 6;
/** Of a stable filter (Deng, Rafiei 2006): cells per key, their highest value, cells that fade per key. */
const STABLE = { probes: 3, most: 3, fade: 10 };

const RULES: readonly Rule[] = [
  {
    id: "counting-insert",
    title: "Counting filter, ten counters a key, six probes: insert",
    operation: "key",
    bytesPerKey: 5,
    run(own) {
      emptied(own);
      const { kernels, filterAt, filterBytes, hashesAt, size } = own;
      kernels.countingInsert(filterAt, filterBytes * 2, PROBES, hashesAt, size);
    },
    result: filter,
  },
  {
    id: "counting-query",
    title: "Counting filter, ten counters a key, six probes: query",
    operation: "key",
    bytesPerKey: 5,
    setUp: ({ kernels, filterAt, filterBytes, hashesAt, size }) =>
      kernels.countingInsert(filterAt, filterBytes * 2, PROBES, hashesAt, size / 2),
    run: ({ kernels, filterAt, filterBytes, hashesAt, size, resultsAt }) =>
      kernels.countingQuery(filterAt, filterBytes * 2, PROBES, hashesAt, size, resultsAt),
    result: results,
  },
  {
    id: "stable-add-unseen",
    title: "Stable filter, two cells a key: query, fade ten cells, set three",
    operation: "key",
    run(own) {
      emptied(own);
      const { kernels, filterAt, filterBytes, hashesAt, size, resultsAt } = own;
      const { probes, most, fade } = STABLE;
      const cells = [filterAt, filterBytes, probes, most, fade] as const;
      return kernels.stableAddUnseen(...cells, 1, 0, hashesAt, size, resultsAt);
    },
    result: filter,
  },
  {
    id: "seen-add",
    title: "Exact set: add, at most half full",
    operation: "key",
    bytesPerKey: 32,
    run(own) {
      emptied(own);
      const { kernels, filterAt, filterBytes, hashesAt, size, resultsAt } = own;
      const places = 2 ** Math.floor(Math.log2(filterBytes / 8));
      return kernels.seenAdd(filterAt, places - 1, hashesAt, size, resultsAt);
    },
    result: filter,
  },
];

export const bloomCellsBenches: readonly KernelBench[] = RULES.map((rule) =>
  computeBench("bloom-cells", "bloom-cells.c", rule),
);
