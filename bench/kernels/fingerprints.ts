/** Cuckoo and binary fuse filters: what is compared with Bloom filters where the set is fixed. */
import type { KernelBench } from "./bench.js";
import { computeBench, emptied, results, type Batch, type Rule } from "./filter-batch.js";

const CUCKOO_BITS = 8;
/** Slots a key; a binary fuse filter of many keys needs 1.125, of 4000 keys 1.3. */
const FUSE_FACTOR = 1.3;

/** A table at the load for which a filter is sized. */
function buckets(size: number): number {
  return Math.ceil(size / (4 * 0.95));
}

/** Slots of a segment and of all first segments; the C twin has the same rule. */
function fuseShape(size: number): { readonly width: number; readonly starts: number } {
  const width = 2 ** Math.floor((Math.log2(size) * 9) / 16 + 2.25);
  return { width, starts: (Math.ceil((size * FUSE_FACTOR) / width) - 2) * width };
}

/** Where a build finds what it needs in the filter's memory: table, scratch, places, fingerprints. */
function fuseLayout({
  filterAt,
  size,
}: Batch): Readonly<Record<"slots" | "scratch" | "places" | "prints", number>> {
  const { width, starts } = fuseShape(size);
  const slots = starts + 2 * width;
  const scratch = filterAt + slots;
  const places = scratch + slots * 12 + size * 4;
  return { slots, scratch, places, prints: places + size * 12 };
}

const RULES: readonly Rule[] = [
  {
    id: "cuckoo-insert",
    title: "Cuckoo filter, load 0.95: insert",
    operation: "key",
    run(own) {
      emptied(own);
      const { kernels, filterAt, hashesAt, keysAt, size } = own;
      // The keys have been hashed: their place serves as the path of moves.
      return kernels.cuckooInsert(filterAt, buckets(size), CUCKOO_BITS, hashesAt, size, keysAt);
    },
    result: ({ filterAt, size }) => [filterAt, buckets(size) * 4],
  },
  {
    id: "cuckoo-query",
    title: "Cuckoo filter, load 0.475: query",
    operation: "key",
    setUp: ({ kernels, filterAt, hashesAt, keysAt, size }) =>
      kernels.cuckooInsert(filterAt, buckets(size), CUCKOO_BITS, hashesAt, size / 2, keysAt),
    run: ({ kernels, filterAt, hashesAt, size, resultsAt }) =>
      kernels.cuckooQuery(filterAt, buckets(size), CUCKOO_BITS, hashesAt, size, resultsAt),
    result: results,
  },
  {
    id: "fuse-build",
    title: "Binary fuse filter: places, peeling, assignment",
    operation: "key",
    sizes: [4_000, 100_000, 1_000_000],
    bytesPerKey: 40,
    // None twice: equal keys hold each other for ever.
    setUp({ space, kernels, keysAt, hashesAt, size }) {
      for (let i = 0; i < size; i++) space.u32[keysAt / 4 + i] = i;
      kernels.hashKeys32(keysAt, size, hashesAt);
    },
    run(own) {
      const { kernels, filterAt, hashesAt, size } = own;
      const { width, starts } = fuseShape(size);
      const { slots, scratch, places, prints } = fuseLayout(own);
      emptied(own);
      kernels.fusePlaces(hashesAt, size, 0, width, starts, places, prints);
      return kernels.peelTriples(filterAt, slots, places, prints, size, scratch);
    },
    result: (own) => [own.filterAt, fuseLayout(own).slots],
  },
  {
    id: "fuse-query",
    title: "Binary fuse filter: query",
    operation: "key",
    setUp: ({ space, filterAt, filterBytes, hashesAt }) =>
      // Any table will do: all three places of a key are read, whatever they hold.
      space.u8.copyWithin(filterAt, hashesAt, hashesAt + filterBytes),
    run: ({ kernels, filterAt, hashesAt, size, resultsAt }) => {
      const { width, starts } = fuseShape(size);
      return kernels.fuseQuery(filterAt, width, starts, 0, hashesAt, size, resultsAt);
    },
    result: results,
  },
];

export const fingerprintsBenches: readonly KernelBench[] = RULES.map((rule) =>
  computeBench("fingerprints", "fingerprints.c", rule),
);
