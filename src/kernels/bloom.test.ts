/** The filter kernels: both backends leave the same bytes, and split blocks are those of Parquet. */
import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { workspace, type Workspace } from "./workspace.js";

const BACKENDS = ["wasm", "ts"] as const;
const SALTS = [
  0x47b6137b, 0x44974d91, 0x8824ad5b, 0xa2b7289d, 0x705495c7, 0x2df1424b, 0x9efc4947, 0x5c6bfb31,
];
const FILTER_BYTES = 4096;

/** Hashes at their place, room for a filter and results. */
function prepare(
  space: Workspace,
  hashes: Uint32Array,
): { at: number; items: number; out: number; owner: object } {
  const owner = {};
  const at = space.allocate(owner, FILTER_BYTES);
  const items = space.allocate(owner, hashes.length * 4);
  const out = space.allocate(owner, hashes.length);
  space.u32.set(hashes, items / 4);
  return { at, items, out, owner };
}

/** What a run on one backend leaves: its answers, its results, its filter. */
function played(
  backend: (typeof BACKENDS)[number],
  words: readonly number[],
  run: (space: Workspace, at: number, items: number, count: number, out: number) => unknown,
): unknown {
  const space = workspace(backend);
  const hashes = Uint32Array.from(words.slice(0, words.length & ~1));
  const { at, items, out, owner } = prepare(space, hashes);
  const count = hashes.length / 2;
  const answer = run(space, at, items, count, out);
  const state = [
    answer,
    [...space.u8.slice(at, at + FILTER_BYTES)],
    [...space.u8.slice(out, out + count)],
  ];
  space.release(owner);
  return state;
}

const words = fc.array(
  fc.oneof(fc.nat(0xffffffff), fc.constantFrom(0, 1, 0x80000000, 0xffffffff)),
  {
    maxLength: 400,
  },
);

const RUNS: Readonly<Record<string, Parameters<typeof played>[2]>> = {
  split: ({ kernels }, at, items, count, out) => [
    kernels.splitInsert(at, 100, items, count >> 1),
    kernels.splitQuery(at, 100, items, count, out) >>> 0,
    kernels.splitAddUnseen(at, 100, items, count, out) >>> 0,
  ],
  rotating: ({ kernels }, at, items, count, out) => [
    kernels.splitInsert(at + 2048, 64, items, count >> 1),
    kernels.rotatingAdd(at, at + 2048, 64, items, count, 20, out) >>> 0,
    kernels.rotatingGained() >>> 0,
  ],
  blocked: ({ kernels }, at, items, count, out) =>
    [6, 8, 9].map((shift) => {
      kernels.blockedInsert(at, 64, shift, 7, items, count >> 1);
      return kernels.blockedQuery(at, 64, shift, 7, items, count, out) >>> 0;
    }),
  classic: ({ kernels }, at, items, count, out) => [
    kernels.classicInsert(at, 32_749, 11, items, count >> 1),
    kernels.classicQuery(at, 32_749, 11, items, count, out) >>> 0,
    kernels.filterOnes(at, FILTER_BYTES) >>> 0,
    kernels.filterUnion(at, at + 2048, 2048),
  ],
  counting: ({ kernels }, at, items, count, out) => [
    kernels.countingInsert(at, 8001, 5, items, count),
    kernels.countingRemove(at, 8001, 5, items, count >> 1),
    kernels.countingQuery(at, 8001, 5, items, count, out) >>> 0,
  ],
  stable: ({ kernels }, at, items, count, out) => [
    kernels.stableAddUnseen(at, 4000, 3, 3, 10, 77, 5, items, count, out) >>> 0,
    kernels.stableQuery(at, 4000, 3, items, count, out) >>> 0,
    kernels.zeroCells(at, 4000) >>> 0,
  ],
  seen: ({ kernels }, at, items, count, out) => [
    kernels.seenAdd(at, 511, items, count >> 1, out) >>> 0,
    kernels.seenQuery(at, 511, items, count, out) >>> 0,
  ],
  hashes: ({ kernels, u32 }, at, items, count) => [
    kernels.hashKeys32(items, Math.min(count, 250), at),
    [...u32.slice(at / 4, at / 4 + 16)],
    kernels.hashKeys64(items, Math.min(count, 250), at),
  ],
  population: ({ kernels, u32 }, at, items, count, out) => {
    // Nodes 0 .. 15, two blocks each; the other generation stands behind.
    for (let i = 0; i < count; i++) u32[items / 4 + i]! &= 15;
    const messages = items + count * 4;
    return [
      kernels.populationInsert(at + 1024, 2, items, messages, count >> 1),
      kernels.populationAddUnseen(at, at + 1024, 2, items, messages, count, out) >>> 0,
      kernels.populationQuery(at, 0, 2, items, messages, count, out) >>> 0,
      kernels.populationQuery(at, at + 1024, 2, items, messages, count, out) >>> 0,
    ];
  },
};

describe.each(Object.entries(RUNS))("%s", (_, run) => {
  test.prop([words])("leaves the same bytes on both backends", (drawn) => {
    expect(played("ts", drawn, run)).toEqual(played("wasm", drawn, run));
  });
});

describe.each(BACKENDS)("a split block on %s", (backend) => {
  it("sets the bits that Parquet's specification names", () => {
    const space = workspace(backend);
    const blocks = 100;
    for (const [low, high] of [
      [0, 0],
      [1, 0xffffffff],
      [0x9b2f16f1, 0x80000001],
      [0xffffffff, 0x12345678],
    ] as const) {
      const { at, items, owner } = prepare(space, Uint32Array.of(low, high));
      space.kernels.splitInsert(at, blocks, items, 1);
      const block = Number((BigInt(high) * BigInt(blocks)) >> 32n);
      const expected = SALTS.map((salt) => (1 << (Math.imul(low, salt) >>> 27)) >>> 0);
      expect([...space.u32.slice(at / 4 + block * 8, at / 4 + block * 8 + 8)]).toEqual(expected);
      expect(space.kernels.filterOnes(at, FILTER_BYTES)).toBe(8);
      space.release(owner);
    }
  });
});
