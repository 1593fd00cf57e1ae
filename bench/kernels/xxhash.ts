/**
 * Benches of XXH64 over inputs of 8 bytes to 16 MiB: one call per input, beside C and xxhash-wasm. In
 * memory, the package still copies its input, since it takes no address; end to end, all copy, ours into
 * shared memory, which V8 fills more slowly (41 against 28 microseconds per MiB).
 */
import type { BackendName } from "../../src/kernels/backend.js";
import { workspace } from "../../src/kernels/workspace.js";
import { itemBuffer } from "../../src/merkle/items.js";
import { digestOfBytes, inputWords, type Arm, type KernelBench, type Prepared } from "./bench.js";

/** Short inputs are hashed until so many bytes are done; as in bench/native/xxhash.c. */
const TOTAL_BYTES = 2 ** 18;
const SIZES = [8, 32, 2 ** 10, 2 ** 15, 2 ** 20, 2 ** 24];

/** Hashes of a run, one after the other: low word, high word. */
type Hashes = Uint32Array;

function inputs(size: number): { bytes: Uint8Array; count: number } {
  const count = Math.max(1, TOTAL_BYTES / size);
  return { bytes: new Uint8Array(inputWords((count * size) / 4, 1).buffer), count };
}

/** The arm that calls `hashAll` and hands out what it wrote. */
function arm(name: string, count: number, hashAll: (hashes: Hashes) => void): Arm {
  const hashes = new Uint32Array(count * 2);
  return {
    name,
    run: () => hashAll(hashes),
    digest: () => digestOfBytes(new Uint8Array(hashes.buffer)),
  };
}

function inMemory(name: BackendName, size: number): Arm {
  const { bytes, count } = inputs(size);
  const space = workspace(name);
  const owner = {};
  const at = space.allocate(owner, bytes.length);
  space.u8.set(bytes, at);
  const { xxh64, xxh64High } = space.kernels;
  const made = arm(name, count, (hashes) => {
    for (let i = 0; i < count; i++) {
      hashes[i * 2] = xxh64(at + i * size, size, 0, 0);
      hashes[i * 2 + 1] = xxh64High();
    }
  });
  return { ...made, dispose: () => space.release(owner) };
}

function endToEnd(name: BackendName, size: number): Arm {
  const { bytes, count } = inputs(size);
  const buffer = itemBuffer(workspace(name));
  return arm(name, count, (hashes) => {
    for (let i = 0; i < count; i++) {
      const { low, high } = buffer.hashOf(bytes.subarray(i * size, (i + 1) * size));
      hashes[i * 2] = low;
      hashes[i * 2 + 1] = high;
    }
  });
}

async function xxhashWasm(size: number): Promise<Arm> {
  const { default: load } = await import("xxhash-wasm");
  const hasher = await load();
  const { bytes, count } = inputs(size);
  const hashes = new BigUint64Array(count);
  return {
    name: "xxhash-wasm",
    run: () => {
      for (let i = 0; i < count; i++)
        hashes[i] = hasher.h64Raw(bytes.subarray(i * size, (i + 1) * size));
    },
    digest: () => digestOfBytes(new Uint8Array(hashes.buffer)),
  };
}

async function prepare(
  size: number,
  ours: (name: BackendName, size: number) => Arm,
): Promise<Prepared> {
  const { bytes, count } = inputs(size);
  const arms = [ours("wasm", size), ours("ts", size), await xxhashWasm(size)];
  return { arms, operations: count, workingSetBytes: bytes.length };
}

export const xxhashBenches: readonly KernelBench[] = [
  {
    id: "xxhash/xxh64",
    title: "XXH64 of bytes in memory, by their number",
    scope: "call",
    operation: "hash",
    sizes: SIZES,
    headlineSize: 2 ** 20,
    native: { source: "xxhash.c", kernel: "xxh64" },
    prepare: (size) => prepare(size, inMemory),
  },
  {
    id: "xxhash/bytes",
    title: "XXH64 of a Uint8Array, copies included",
    scope: "end-to-end",
    operation: "hash",
    sizes: SIZES,
    headlineSize: 2 ** 10,
    prepare: (size) => prepare(size, endToEnd),
  },
];
