/**
 * What benches of filters share: keys, their hashes, a filter and room for answers in the memory of a
 * backend. The C twins make the same inputs (bench/native/bench.h).
 */
import type { Kernels } from "../../src/kernels/backend.js";
import { workspace, type Workspace } from "../../src/kernels/workspace.js";
import { digestOf, inputWords, type Arm, type KernelBench, type Prepared } from "./bench.js";

const BYTES_PER_KEY = 2;
/** 8 KB, 200 KB, 2 MB and 8 MB of filter, nine bytes a key beside it: L1, L2, L3 and memory. */
const SIZES = [4_000, 100_000, 1_000_000, 4_000_000];

export interface Batch {
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

export interface Rule {
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
  /** Of the filter; preset 2. */
  readonly bytesPerKey?: number;
}

export const results = ({ resultsAt, size }: Batch): readonly [number, number] => [resultsAt, size];
export const filter = ({ filterAt, filterBytes }: Batch): readonly [number, number] => [
  filterAt,
  filterBytes,
];
export const emptied = ({ kernels, filterAt, filterBytes }: Batch): void =>
  kernels.filterClear(filterAt, filterBytes);

/** Both backends beside the C twin bench/native/SOURCE; ids are FAMILY/RULE. */
export function computeBench(family: string, source: string, rule: Rule): KernelBench {
  const sizes = rule.sizes ?? SIZES;
  return {
    id: `${family}/${rule.id}`,
    title: rule.title,
    scope: "compute",
    operation: rule.operation,
    sizes,
    headlineSize: sizes[1]!,
    native: { source, kernel: rule.id },
    prepare: (size) => Promise.resolve(prepareCompute(rule, size)),
  };
}

function prepareCompute(rule: Rule, size: number): Prepared {
  const isPopulation = rule.isPopulation === true;
  const blocks = isPopulation ? 2 : Math.ceil((size * (rule.bytesPerKey ?? BYTES_PER_KEY)) / 32);
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
