/**
 * Bloom filters as a user calls them: the class of this project beside the npm packages bloomfilter and
 * bloom-filters, each with the keys it is made for, at 16 bits a key.
 */
import { BloomFilter } from "../../src/filters/bloom-filter.js";
import { digestOfBytes, inputWords, type Arm, type KernelBench, type Prepared } from "./bench.js";

const BITS_PER_KEY = 16;
/** bloom-filters takes some 20 microseconds a key: it stays out of larger sizes. */
const SLOW_PEER_KEYS_MAX = 1000;

interface PeerFilter {
  add(key: string): void;
  has(key: string): boolean;
}

/** Adds the first half of the keys, then asks for all; answers must be right but for false positives. */
function peerArm(name: string, keys: readonly string[], make: () => PeerFilter): Arm {
  let missed = 0;
  let wrong = 0;
  const half = keys.length / 2;
  return {
    name,
    run() {
      const filter = make();
      missed = 0;
      wrong = 0;
      for (let i = 0; i < half; i++) filter.add(keys[i]!);
      for (let i = 0; i < half; i++) if (!filter.has(keys[i]!)) missed++;
      for (let i = half; i < keys.length; i++) if (filter.has(keys[i]!)) wrong++;
    },
    check: () =>
      missed > 0 || wrong > half * 0.05 ? `${missed} missed, ${wrong} of ${half} wrong` : undefined,
  };
}

async function prepare(size: number): Promise<Prepared> {
  const words = inputWords(size, 1);
  const keys = Array.from(words, (word) => word.toString(16).padStart(8, "0"));
  const half = size / 2;
  const bits = half * BITS_PER_KEY;
  const arms: Arm[] = (["wasm", "ts"] as const).map((backend) => {
    const filter = new BloomFilter({ items: half, bits, backend });
    let answers: Uint8Array = new Uint8Array(0);
    return {
      name: backend,
      run() {
        filter.clear();
        filter.addMany(keys.slice(0, half));
        answers = filter.hasMany(keys);
      },
      digest: () => digestOfBytes(answers),
      dispose: () => filter.dispose(),
    };
  });
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

export const bloomFilterBenches: readonly KernelBench[] = [
  {
    id: "bloom/filter-strings",
    title: "BloomFilter: add and ask for strings of eight characters",
    scope: "end-to-end",
    operation: "key",
    sizes: [1000, 20_000, 200_000],
    headlineSize: 20_000,
    prepare,
  },
];
