/**
 * Bloom filters as a user calls them: the class of this project beside the npm packages bloomfilter and
 * bloom-filters and plain typed-array code, at 16 bits a key; and one kernel call per key.
 */
import { workspace } from "../../src/kernels/workspace.js";
import { BloomFilter } from "../../src/filters/bloom-filter.js";
import { FixedFilter } from "../../src/filters/fixed-filter.js";
import type { FilterKeys } from "../../src/filters/keys.js";
import {
  digestOf,
  digestOfBytes,
  inputWords,
  type Arm,
  type KernelBench,
  type Prepared,
} from "./bench.js";

const BITS_PER_KEY = 16;
/** bloom-filters takes some 20 microseconds a key: it stays out of larger sizes. */
const SLOW_PEER_KEYS_MAX = 1000;

interface PeerFilter<K> {
  add(key: K): void;
  has(key: K): boolean;
}

/** Adds the first half of the keys, then asks for all. */
function peerArm<K>(name: string, keys: ArrayLike<K>, make: () => PeerFilter<K>): Arm {
  return builtArm(name, keys, () => {
    const filter = make();
    for (let i = 0; i < keys.length / 2; i++) filter.add(keys[i]!);
    return filter;
  });
}

/** Answers must be right but for false positives. */
function builtArm<K>(
  name: string,
  keys: ArrayLike<K>,
  build: () => Pick<PeerFilter<K>, "has">,
): Arm {
  let missed = 0;
  let wrong = 0;
  const half = keys.length / 2;
  return {
    name,
    run() {
      const filter = build();
      missed = 0;
      wrong = 0;
      for (let i = 0; i < half; i++) if (!filter.has(keys[i]!)) missed++;
      for (let i = half; i < keys.length; i++) if (filter.has(keys[i]!)) wrong++;
    },
    check: () =>
      missed > 0 || wrong > half * 0.05 ? `${missed} missed, ${wrong} of ${half} wrong` : undefined,
  };
}

/** Ours: all keys as one list, in memory made once. */
function ownArm(
  backend: "wasm" | "ts",
  keys: FilterKeys,
  firstHalf: FilterKeys,
  half: number,
): Arm {
  const filter = new BloomFilter({ items: half, bits: half * BITS_PER_KEY, backend });
  let answers: Uint8Array = new Uint8Array(0);
  return {
    name: backend,
    run() {
      filter.clear();
      filter.addMany(firstHalf);
      answers = filter.hasMany(keys);
    },
    digest: () => digestOfBytes(answers),
    dispose: () => filter.dispose(),
  };
}

async function strings(size: number): Promise<Prepared> {
  const keys = Array.from(inputWords(size, 1), (word) => word.toString(16).padStart(8, "0"));
  const half = size / 2;
  const bits = half * BITS_PER_KEY;
  const firstHalf = keys.slice(0, half);
  const arms = (["wasm", "ts"] as const).map((backend) => ownArm(backend, keys, firstHalf, half));
  const { BloomFilter: Bloomfilter } = await import("bloomfilter");
  arms.push(
    peerArm("bloomfilter", keys, () => {
      const filter = new Bloomfilter(bits, 8);
      return { add: (key) => filter.add(key), has: (key) => filter.test(key) };
    }),
  );
  if (size <= SLOW_PEER_KEYS_MAX) {
    const { BloomFilter: SlowFilter } = await import("bloom-filters");
    arms.push(peerArm("bloom-filters", keys, () => SlowFilter.create(half, 0.0015)));
  }
  // Half of the keys are added, then all are asked for.
  return { arms, operations: half * 3, workingSetBytes: bits / 8 + size * 8 };
}

/** What one writes by hand for integers: a Uint32Array of bits and eight places by double hashing. */
class PlainFilter {
  readonly #words: Uint32Array;
  /** A word times this is a place: a remainder of words beyond 2^31 costs V8 ten times as much. */
  readonly #scale: number;

  constructor(bits: number) {
    this.#scale = bits / 2 ** 32;
    this.#words = new Uint32Array(Math.ceil(bits / 32));
  }

  add(key: number): void {
    const step = mixed(key ^ 0x9e3779b9) | 1;
    let word = mixed(key);
    for (let probe = 0; probe < 8; probe++) {
      const place = ((word >>> 0) * this.#scale) >>> 0;
      this.#words[place >>> 5]! |= 1 << place;
      word = (word + step) | 0;
    }
  }

  has(key: number): boolean {
    const step = mixed(key ^ 0x9e3779b9) | 1;
    let word = mixed(key);
    for (let probe = 0; probe < 8; probe++) {
      const place = ((word >>> 0) * this.#scale) >>> 0;
      if (((this.#words[place >>> 5]! >>> place) & 1) === 0) return false;
      word = (word + step) | 0;
    }
    return true;
  }
}

/** fmix32 of MurmurHash3. */
function mixed(word: number): number {
  let h = word | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

async function integers(size: number): Promise<Prepared> {
  const keys = inputWords(size, 1);
  const half = size / 2;
  const bits = half * BITS_PER_KEY;
  const firstHalf = keys.subarray(0, half);
  const arms = (["wasm", "ts"] as const).map((backend) => ownArm(backend, keys, firstHalf, half));
  arms.push(peerArm("plain", keys, () => new PlainFilter(bits)));
  // bloomfilter takes text: turning numbers into it is part of its use.
  const { BloomFilter: Bloomfilter } = await import("bloomfilter");
  arms.push(
    peerArm("bloomfilter", keys, () => {
      const filter = new Bloomfilter(bits, 8);
      return { add: (key) => filter.add(String(key)), has: (key) => filter.test(String(key)) };
    }),
  );
  return Promise.resolve({ arms, operations: half * 3, workingSetBytes: bits / 8 + size * 4 });
}

/** One kernel call per hash, as code that cannot wait for a batch does it. */
function callArm(backend: "wasm" | "ts", size: number): Arm {
  const space = workspace(backend);
  const { kernels } = space;
  const owner = {};
  const blocks = Math.ceil((size * BITS_PER_KEY) / 256);
  const filterAt = space.allocate(owner, blocks * 32);
  const keysAt = space.allocate(owner, size * 4);
  const hashesAt = space.allocate(owner, size * 8);
  const resultsAt = space.allocate(owner, size);
  space.u32.set(inputWords(size, 1), keysAt / 4);
  kernels.hashKeys32(keysAt, size, hashesAt);
  return {
    name: backend,
    run() {
      kernels.filterClear(filterAt, blocks * 32);
      for (let i = 0; i < size; i++) {
        kernels.splitAddUnseen(filterAt, blocks, hashesAt + 8 * i, 1, resultsAt + i);
      }
    },
    digest: () => digestOf(space, resultsAt, size),
    dispose: () => space.release(owner),
  };
}

function calls(size: number): Promise<Prepared> {
  const arms = [callArm("wasm", size), callArm("ts", size)];
  return Promise.resolve({ arms, operations: size, workingSetBytes: size * 11 });
}

/** The set is built, then all of its keys and as many others are asked for. */
async function fixedSet(size: number): Promise<Prepared> {
  const all = inputWords(size, 1);
  const half = size / 2;
  const keys = all.subarray(0, half);
  const arms = (["wasm", "ts"] as const).map((backend): Arm => {
    let answers: Uint8Array = new Uint8Array(0);
    return {
      name: backend,
      run() {
        const filter = new FixedFilter(keys, { backend });
        answers = filter.hasMany(all);
        filter.dispose();
      },
      digest: () => digestOfBytes(answers),
    };
  });
  if (size <= SLOW_PEER_KEYS_MAX) {
    const { XorFilter } = await import("bloom-filters");
    const text = Array.from(all, String);
    arms.push(
      builtArm("bloom-filters", text, () => {
        const filter = new XorFilter(half);
        filter.add(text.slice(0, half));
        return filter;
      }),
    );
  }
  return { arms, operations: half * 3, workingSetBytes: half * 40 };
}

export const bloomFilterBenches: readonly KernelBench[] = [
  {
    id: "bloom/filter-strings",
    title: "BloomFilter: add and ask for strings of eight characters",
    scope: "end-to-end",
    operation: "key",
    sizes: [1000, 20_000, 200_000],
    headlineSize: 20_000,
    prepare: strings,
  },
  {
    id: "bloom/filter-integers",
    title: "BloomFilter: add and ask for a Uint32Array",
    scope: "end-to-end",
    operation: "key",
    sizes: [1000, 20_000, 200_000, 2_000_000],
    headlineSize: 20_000,
    prepare: integers,
  },
  {
    id: "bloom/call-add-unseen",
    title: "Split-block filter: query and insert, a call per key",
    scope: "call",
    operation: "key",
    sizes: [4_000, 100_000, 1_000_000],
    headlineSize: 100_000,
    prepare: calls,
  },
  {
    id: "fingerprints/fixed-filter",
    title: "FixedFilter: build from a Uint32Array, then ask",
    scope: "end-to-end",
    operation: "key",
    sizes: [1000, 20_000, 200_000],
    headlineSize: 20_000,
    prepare: fixedSet,
  },
];
