/**
 * Seeded randomness for building networks on the host: xoshiro128++ (Blackman, Vigna 2021,
 * Scrambled Linear Pseudorandom Number Generators). Trials draw from kernels/random instead.
 */

/** One stream of random words; each (seed, purpose) has its own. */
export class SeededStream {
  private a: number;
  private b: number;
  private c: number;
  private d: number;

  /** @param state the generator's four u32 words, not all zero */
  constructor(state: readonly [number, number, number, number]) {
    [this.a, this.b, this.c, this.d] = state;
  }

  /** The next word, 0 .. 2^32 - 1. */
  nextU32(): number {
    const { a, b, d } = this;
    const c = this.c ^ a;
    const sum = (a + d) | 0;
    this.c = c ^ (b << 9);
    this.a = a ^ b ^ d;
    this.b = b ^ c;
    this.d = ((d ^ b) << 11) | ((d ^ b) >>> 21);
    return (((sum << 7) | (sum >>> 25)) + a) >>> 0;
  }

  /**
   * Uniform over 0 .. bound - 1, unbiased: words above the last whole multiple are drawn again.
   * @param bound 1 .. 2^32
   */
  below(bound: number): number {
    const limit = 2 ** 32 - (2 ** 32 % bound);
    for (;;) {
      const word = this.nextU32();
      if (word < limit) return word % bound;
    }
  }

  /** Uniform over [0, 1), with 53 random bits. */
  unit(): number {
    const high = this.nextU32() >>> 5;
    return (high * 2 ** 26 + (this.nextU32() >>> 6)) * 2 ** -53;
  }
}

/** Words thrown away after seeding, so that near seeds have parted. */
const WARM_UP_WORDS = 16;
/** 2^32 / golden ratio: the customary odd constant to part two words. */
const GOLDEN = 0x9e3779b9;

/**
 * The stream of (seed, purpose); different pairs give different states, as mixing is a bijection.
 * @param seed u32
 * @param purpose u32, what the draws are for
 */
export function seededStream(seed: number, purpose: number): SeededStream {
  const stream = new SeededStream([
    mixed(seed),
    mixed(purpose),
    mixed((seed + GOLDEN) | 0),
    mixed((purpose + GOLDEN) | 0),
  ]);
  for (let word = 0; word < WARM_UP_WORDS; word++) stream.nextU32();
  return stream;
}

/** Finalizer of MurmurHash3 (Appleby 2011): a bijection of 32-bit words in which all bits mix. */
function mixed(word: number): number {
  let hash = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
