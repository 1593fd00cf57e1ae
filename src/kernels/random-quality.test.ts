/**
 * Uniformity and independence of the words that draws are made of: within a stream, across streams,
 * ticks, seeds, purposes and nodes. Every statistic becomes a normal deviate; chance passes 5.6
 * once in 5e7 (two-sided), so a sound generator fails one of the about 800 below for one in 6e4
 * choices of SEED. The same tests must find generators that are known to be weak. Both backends
 * give equal words (random.test.ts), so one is enough here.
 */
import { describe, expect, it } from "vitest";
import { binomialZ, chiSquareZ, uniformZ } from "../../test/chi-square.js";
import { workspace } from "./workspace.js";

const SEED = 20260501;
const Z_LIMIT = 5.6;
const WORDS = 2 ** 19;

const space = workspace("wasm");
const { kernels } = space;
const blockAt = space.allocate({ test: "random-quality" }, 4096);

function firstWords(count: number, seed: number, purpose: number, tick: number, stream: number) {
  kernels.rawWords(blockAt, count, seed, purpose, tick, stream);
  return space.u32.subarray(blockAt / 4, blockAt / 4 + count);
}

/** WORDS words: `count` from each of many streams, which follow an index. */
function collected(count: number, words: (index: number) => Uint32Array): Uint32Array {
  const result = new Uint32Array(WORDS);
  for (let i = 0; i < WORDS / count; i++) result.set(words(i), i * count);
  return result;
}

const SOURCES: Readonly<Record<string, () => Uint32Array>> = {
  "blocks one after the other": () => collected(1024, (i) => firstWords(1024, SEED, 1, 0, i)),
  "one lane of a block": () =>
    collected(256, (i) => firstWords(1024, SEED, 2, 0, i).filter((_, at) => at % 4 === 3)),
  "strips of 128": () => collected(128, (i) => firstWords(128, SEED, 3, 0, i)),
  "first words of streams": () => collected(4, (i) => firstWords(4, SEED, 4, 0, i)),
  "first words across ticks": () => collected(4, (i) => firstWords(4, SEED, 5, i, 0)),
  "first words across seeds": () => collected(4, (i) => firstWords(4, SEED + i, 6, 0, 0)),
  "first words across purposes": () => collected(4, (i) => firstWords(4, SEED, i << 8, 0, 7)),
  "Threefry across nodes": () =>
    Uint32Array.from({ length: WORDS }, (_, i) => kernels.threefry(SEED, 8, 1, i)),
  "Threefry, both words": () =>
    Uint32Array.from({ length: WORDS }, (_, i) =>
      i % 2 === 0 ? kernels.threefry(SEED, 9, i >>> 1, 1) : kernels.threefrySecond(),
    ),
};

/** Name and deviate of every statistic of the words. */
function* statistics(words: Uint32Array): Generator<readonly [string, number]> {
  for (let bit = 0; bit < 32; bit++) yield* bitPlane(words, bit);
  for (let shift = 0; shift < 32; shift += 4) {
    yield [
      `poker, bits from ${shift}`,
      uniformZ(counted(words, 16, (word) => (word >>> shift) & 15)),
    ];
  }
  yield [
    "pairs of top bytes",
    uniformZ(counted(words, 65536, (word, next) => ((word >>> 24) << 8) | (next >>> 24))),
  ];
  yield [
    "pairs of low nibbles",
    uniformZ(counted(words, 256, (word, next) => ((word & 15) << 4) | (next & 15))),
  ];
  for (const lag of [1, 2, 3, 4, 5, 8, 16, 128, 256, 1024])
    yield [`correlation, lag ${lag}`, correlation(words, lag)];
  yield ["gaps", gaps(words)];
  yield ["birthday spacings", birthdays(words, 0)];
  yield ["birthday spacings of reversed words", birthdays(words, 1)];
}

/** Ones (monobit) and runs of one bit of all words. */
function* bitPlane(words: Uint32Array, bit: number): Generator<readonly [string, number]> {
  let ones = 0;
  let changes = 0;
  for (let i = 0; i < words.length; i++) {
    ones += (words[i]! >>> bit) & 1;
    if (i > 0) changes += ((words[i]! ^ words[i - 1]!) >>> bit) & 1;
  }
  yield [`ones of bit ${bit}`, binomialZ(ones, words.length, 0.5)];
  yield [`runs of bit ${bit}`, binomialZ(changes, words.length - 1, 0.5)];
}

/** Counts of cell(word, next) over pairs that do not overlap. */
function counted(
  words: Uint32Array,
  cells: number,
  cell: (word: number, next: number) => number,
): Uint32Array {
  const counts = new Uint32Array(cells);
  for (let i = 0; i + 1 < words.length; i += 2) counts[cell(words[i]!, words[i + 1]!)]!++;
  return counts;
}

/** Serial correlation at a lag: its deviate is sqrt(count) times the coefficient. */
function correlation(words: Uint32Array, lag: number): number {
  const count = words.length - lag;
  let sum = 0;
  for (let i = 0; i < count; i++) {
    sum += (words[i]! / 2 ** 32 - 0.5) * (words[i + lag]! / 2 ** 32 - 0.5);
  }
  return (sum / count) * 12 * Math.sqrt(count);
}

/** Gap test (Knuth, volume 2, 3.3.2): words between those below 2^28, a geometric number. */
function gaps(words: Uint32Array): number {
  const share = 1 / 16;
  const last = 64;
  const counts = new Uint32Array(last + 1);
  let gap = 0;
  let total = 0;
  for (const word of words) {
    if (word >= 2 ** 28) {
      gap++;
      continue;
    }
    counts[Math.min(gap, last)]!++;
    total++;
    gap = 0;
  }
  const expected = Float64Array.from(counts, (_, length) =>
    length < last ? total * share * (1 - share) ** length : total * (1 - share) ** last,
  );
  return chiSquareZ(counts, expected);
}

/**
 * Birthday spacings (Marsaglia 1985): 4096 words as birthdays in a year of 2^32 days; spacings that
 * repeat are Poisson with mean 4096^3 / (4 * 2^32) = 4, summed over all groups.
 */
function birthdays(words: Uint32Array, reversed: 0 | 1): number {
  const size = 4096;
  let repeats = 0;
  for (let first = 0; first < words.length; first += size) {
    const days = words.slice(first, first + size);
    if (reversed === 1) for (let i = 0; i < size; i++) days[i] = reversedBits(days[i]!);
    days.sort();
    const spacings = days.map((day, i) => day - (i === 0 ? 0 : days[i - 1]!)).sort();
    for (let i = 1; i < size; i++) if (spacings[i] === spacings[i - 1]) repeats++;
  }
  const expected = 4 * (words.length / size);
  return (repeats - expected) / Math.sqrt(expected);
}

function reversedBits(word: number): number {
  let result = 0;
  for (let bit = 0; bit < 32; bit++) result = (result << 1) | ((word >>> bit) & 1);
  return result >>> 0;
}

function failures(words: Uint32Array): string[] {
  return [...statistics(words)]
    .filter(([, deviate]) => !(Math.abs(deviate) < Z_LIMIT))
    .map(([name, deviate]) => `${name}: ${deviate.toFixed(1)} standard deviations`);
}

describe(`words of the generator (seed ${SEED})`, () => {
  it.each(Object.entries(SOURCES))("%s", (_, words) => {
    expect(failures(words())).toEqual([]);
  });

  it("seeds and streams side by side share no words beyond chance", () => {
    const words = collected(512, (i) => firstWords(512, SEED + (i & 15), 0, i >> 4, i % 3)).sort();
    let repeats = 0;
    for (let i = 1; i < WORDS; i++) if (words[i] === words[i - 1]) repeats++;
    // Pairs among 2^19 words that agree: Poisson with mean 2^38 / 2^33 = 32; more than 70 once in
    // 1e9.
    expect(repeats).toBeLessThan(71);
  });
});

describe("the same statistics", () => {
  it("find a linear congruential generator with its weak low bits", () => {
    let state = 1;
    const words = Uint32Array.from({ length: WORDS }, () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return state;
    });
    expect(failures(words).length).toBeGreaterThan(10);
  });

  it("find words that repeat their neighbour's top bits", () => {
    const words = SOURCES["strips of 128"]!();
    for (let i = 1; i < WORDS; i += 64) words[i] = words[i - 1]! ^ (words[i]! >>> 8);
    expect(failures(words)).not.toEqual([]);
  });

  it("find a bit that is one in 101 of 200 words", () => {
    const words = SOURCES["strips of 128"]!();
    for (let i = 0; i < WORDS; i += 100) words[i]! |= 1;
    expect(failures(words)).toContainEqual(expect.stringContaining("ones of bit 0"));
  });
});
