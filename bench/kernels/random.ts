/**
 * Benches of the generator: blocks of raw words, blocks of peers, single unbiased draws. The peers
 * draw from a sequence of their own, so their words are only checked for balance.
 */
import type { BackendName } from "../../src/kernels/backend.js";
import { BLOCK_WORDS } from "../../src/kernels/random.js";
import { workspace } from "../../src/kernels/workspace.js";
import { digestOf, type Arm, type KernelBench } from "./bench.js";

const SEED = 1;
const TICK = 3;
const PURPOSE = 2;
const BOUND = 1_000_003;
const SIZES = [2 ** 12, 2 ** 16, 2 ** 20, 2 ** 24];
const BACKENDS = ["wasm", "ts"] as const;

/** A contender here, which the project itself never draws from. */
// eslint-disable-next-line no-restricted-properties
export const builtinRandom = Math.random;

/** An arm of ours: fills u32[size] at an address of its own. */
function ours(name: BackendName, size: number, fill: (at: number) => void): Arm {
  const space = workspace(name);
  const owner = {};
  const at = space.allocate(owner, size * 4);
  return {
    name,
    run: () => fill(at),
    digest: () => digestOf(space, at, size * 4),
    dispose: () => space.release(owner),
  };
}

/** An arm that fills a typed array of its own, values of which should be uniform below `bound`. */
export function peerArm(
  name: string,
  size: number,
  bound: number,
  fill: (out: Uint32Array) => void,
): Arm {
  const out = new Uint32Array(size);
  return { name, run: () => fill(out), check: () => unbalanced(out, bound) };
}

/** Says so when the mean of u32 values is 6 standard errors off bound / 2. */
export function unbalanced(values: Uint32Array, bound: number): string | undefined {
  let sum = 0;
  for (const value of values) {
    if (value >= bound) return `${value} is not below ${bound}`;
    sum += value;
  }
  const z = (sum / values.length / bound - 0.5) * Math.sqrt(12 * values.length);
  return Math.abs(z) < 6 ? undefined : `its mean is ${z.toFixed(1)} standard errors off`;
}

/** Plain typed-array xoshiro128** (Blackman, Vigna 2018): what one would write by hand. */
export function plainXoshiro(seed: number): () => number {
  const s = Int32Array.of(seed, 0x9e3779b9, 0x243f6a88, 0xb7e15162);
  return () => {
    const five = Math.imul(s[1]!, 5);
    const result = Math.imul((five << 7) | (five >>> 25), 9);
    const t = s[1]! << 9;
    s[2]! ^= s[0]!;
    s[3]! ^= s[1]!;
    s[1]! ^= s[2]!;
    s[0]! ^= s[3]!;
    s[2]! ^= t;
    s[3] = (s[3]! << 11) | (s[3]! >>> 21);
    return result >>> 0;
  };
}

async function wordArms(size: number): Promise<readonly Arm[]> {
  const { xoroshiro128plus } = await import("pure-rand/generator/xoroshiro128plus");
  const generator = xoroshiro128plus(SEED);
  const next = plainXoshiro(SEED);
  return [
    peerArm("pure-rand", size, 2 ** 32, (out) => {
      for (let i = 0; i < out.length; i++) out[i] = generator.next();
    }),
    peerArm("plain", size, 2 ** 32, (out) => {
      for (let i = 0; i < out.length; i++) out[i] = next();
    }),
    peerArm("Math.random", size, 2 ** 32, (out) => {
      for (let i = 0; i < out.length; i++) out[i] = builtinRandom() * 2 ** 32;
    }),
  ];
}

/** Draws below `bound` by the packages, one call each. */
export async function boundedArms(size: number, bound: number): Promise<readonly Arm[]> {
  const { xoroshiro128plus } = await import("pure-rand/generator/xoroshiro128plus");
  const { uniformInt } = await import("pure-rand/distribution/uniformInt");
  const generator = xoroshiro128plus(SEED);
  const next = plainXoshiro(SEED);
  return [
    peerArm("pure-rand", size, bound, (out) => {
      for (let i = 0; i < out.length; i++) out[i] = uniformInt(generator, 0, bound - 1);
    }),
    peerArm("plain", size, bound, (out) => {
      for (let i = 0; i < out.length; i++) out[i] = next() * (bound / 2 ** 32);
    }),
    peerArm("Math.random", size, bound, (out) => {
      for (let i = 0; i < out.length; i++) out[i] = builtinRandom() * bound;
    }),
  ];
}

export const randomBenches: readonly KernelBench[] = [
  {
    id: "random/raw-words",
    title: "Random words, blocks of 1024",
    scope: "compute",
    operation: "word",
    sizes: SIZES,
    headlineSize: 2 ** 16,
    native: { source: "random.c", kernel: "raw-words" },
    prepare: async (size) => ({
      arms: [
        ...BACKENDS.map((name) => {
          const { kernels } = workspace(name);
          return ours(name, size, (at) => {
            for (let block = 0; block < size / BLOCK_WORDS; block++) {
              kernels.rawBlock(at + block * BLOCK_WORDS * 4, SEED, PURPOSE, TICK, block);
            }
          });
        }),
        ...(await wordArms(size)),
      ],
      operations: size,
      workingSetBytes: size * 4,
    }),
  },
  {
    id: "random/peer-block",
    title: "One peer per node of a trial, blocks of 1024",
    scope: "compute",
    operation: "peer",
    sizes: SIZES,
    headlineSize: 2 ** 16,
    native: { source: "random.c", kernel: "peer-block" },
    prepare: async (size) => ({
      arms: [
        ...BACKENDS.map((name) => {
          const { kernels } = workspace(name);
          return ours(name, size, (at) => {
            for (let block = 0; block < size / BLOCK_WORDS; block++) {
              kernels.peerBlock(at + block * BLOCK_WORDS * 4, size, SEED, 0, TICK, block);
            }
          });
        }),
        ...(await boundedArms(size, size)),
      ],
      operations: size,
      workingSetBytes: size * 4,
    }),
  },
  {
    id: "random/draw-below",
    title: "Single draws below 1000003, keyed by node",
    scope: "call",
    operation: "draw",
    sizes: [2 ** 12, 2 ** 16],
    headlineSize: 2 ** 16,
    prepare: async (size) => ({
      arms: [
        ...BACKENDS.map((name) => {
          const space = workspace(name);
          const { kernels } = space;
          return ours(name, size, (at) => {
            const out = space.u32.subarray(at / 4, at / 4 + size);
            for (let i = 0; i < size; i++) {
              out[i] = kernels.drawBelow(SEED, PURPOSE, TICK, i, BOUND);
            }
          });
        }),
        ...(await boundedArms(size, BOUND)),
      ],
      operations: size,
      workingSetBytes: size * 4,
    }),
  },
];
