/**
 * Filters for a set that is known beforehand: a table of 8-bit fingerprints in which three places of a key
 * add up (by xor) to its own. Xor filter (Graf, Lemire 2020): three thirds, 1.23 places a key. Binary fuse
 * filter (Graf, Lemire 2022): three neighbouring segments, 1.125 places a key for large sets.
 */
import { checkChoice } from "../check.js";
import { InputError } from "../errors.js";
import type { BackendName } from "../kernels/backend.js";
import { mulHigh } from "../kernels/memory.js";
import { distinctHashes, hashWord, type HashList } from "./hashes.js";
import type { FilterKey, FilterKeys } from "./keys.js";

export interface FixedFilterOptions {
  /** Preset "binary-fuse". */
  readonly kind?: "binary-fuse" | "xor";
  /** Of the hashing of keys; the table is built the same on both. */
  readonly backend?: BackendName;
}

/** Tables tried before giving up; one fails with a chance of a few percent at most. */
const ATTEMPTS = 100;
const KEYS_MAX = 2 ** 27;

/** Where the three places of a key may lie. */
interface Shape {
  readonly places: number;
  place(low: number, high: number, seed: number, which: 0 | 1 | 2): number;
}

export class FixedFilter {
  readonly kind: "binary-fuse" | "xor";
  /** Distinct keys. */
  readonly items: number;
  readonly #backend: BackendName;
  readonly #shape: Shape;
  readonly #table: Uint8Array;
  #seed = 0;

  /** @throws InputError for no keys or more than 2^27 */
  constructor(keys: FilterKeys, options: FixedFilterOptions = {}) {
    this.kind = checkChoice("kind", options.kind ?? "binary-fuse", ["binary-fuse", "xor"] as const);
    this.#backend = options.backend ?? "wasm";
    const hashes = distinctHashes(keys, this.#backend);
    this.items = hashes.low.length;
    if (this.items < 1 || this.items > KEYS_MAX) {
      throw new InputError(`keys must be from 1 to ${KEYS_MAX}, got ${this.items}`);
    }
    this.#shape = this.kind === "xor" ? xorShape(this.items) : fuseShape(this.items);
    this.#table = new Uint8Array(this.#shape.places);
    this.#build(hashes);
  }

  get bytes(): number {
    return this.#table.length;
  }

  /** Of a key outside the set: all fingerprints are as likely. */
  expectedFalsePositiveRate(): number {
    return 1 / 256;
  }

  has(key: FilterKey): boolean {
    const { low, high } = distinctHashes([key], this.#backend);
    return this.#holds(low[0]!, high[0]!);
  }

  /** 1 for each key that may be in the set. */
  hasMany(keys: FilterKeys): Uint8Array {
    return Uint8Array.from([...keys], (key) => Number(this.has(key)));
  }

  #holds(low: number, high: number): boolean {
    const place = (which: 0 | 1 | 2): number => this.#shape.place(low, high, this.#seed, which);
    const found = this.#table[place(0)]! ^ this.#table[place(1)]! ^ this.#table[place(2)]!;
    return found === fingerprint(low, high, this.#seed);
  }

  #build(hashes: HashList): void {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      this.#seed = Math.imul(attempt, 0x9e3779b1) >>> 0;
      const order = peel(hashes, this.#shape, this.#seed);
      if (order === undefined) continue;
      // The key taken away last is written first: its own place is no other's any more.
      for (let i = order.keys.length - 1; i >= 0; i--) {
        const [low, high] = [hashes.low[order.keys[i]!]!, hashes.high[order.keys[i]!]!];
        let value = fingerprint(low, high, this.#seed);
        for (const which of [0, 1, 2] as const) {
          const place = this.#shape.place(low, high, this.#seed, which);
          if (place !== order.places[i]) value ^= this.#table[place]!;
        }
        this.#table[order.places[i]!] = value;
      }
      return;
    }
    throw new Error(`hearsay bug: no table for ${this.items} keys in ${ATTEMPTS} attempts`);
  }
}

function fingerprint(low: number, high: number, seed: number): number {
  return hashWord(low, high, seed ^ 0x5bd1e995) & 0xff;
}

function xorShape(items: number): Shape {
  const third = Math.ceil((32 + 1.23 * items) / 3);
  return {
    places: third * 3,
    place: (low, high, seed, which) => {
      const word = hashWord(low, high, (seed + Math.imul(which, 0x68e31da4)) | 0);
      return which * third + mulHigh(word, third);
    },
  };
}

/** Sizes as in the reference implementation's description (Graf, Lemire 2022, section 4). */
function fuseShape(items: number): Shape {
  const bits = Math.floor(Math.log(Math.max(items, 2)) / Math.log(3.33) + 2.25);
  const segment = 2 ** Math.min(18, Math.max(2, bits));
  const factor = Math.max(1.125, 0.875 + (0.25 * Math.log(1e6)) / Math.log(Math.max(items, 2)));
  const wanted = Math.ceil((items * factor) / segment);
  const starts = Math.max(1, wanted - 2) * segment;
  return {
    places: starts + 2 * segment,
    place: (low, high, seed, which) => {
      const first = mulHigh(hashWord(low, high, seed), starts);
      if (which === 0) return first;
      const word = hashWord(low, high, (seed + Math.imul(which, 0x68e31da4)) | 0);
      return (first + which * segment) ^ (word & (segment - 1));
    },
  };
}

interface PeelOrder {
  readonly keys: Uint32Array;
  /** The place that was the key's alone when it was taken away. */
  readonly places: Uint32Array;
}

/** Takes away keys that have a place of their own until none is left; undefined where some stay. */
function peel({ low, high }: HashList, shape: Shape, seed: number): PeelOrder | undefined {
  const count = low.length;
  const holders = new Uint32Array(shape.places);
  const xored = new Uint32Array(shape.places);
  const placesOf = (key: number): [number, number, number] => [
    shape.place(low[key]!, high[key]!, seed, 0),
    shape.place(low[key]!, high[key]!, seed, 1),
    shape.place(low[key]!, high[key]!, seed, 2),
  ];
  for (let key = 0; key < count; key++) {
    for (const place of placesOf(key)) {
      holders[place]!++;
      xored[place]! ^= key;
    }
  }
  const queue: number[] = [];
  for (let place = 0; place < shape.places; place++) if (holders[place] === 1) queue.push(place);
  const keys = new Uint32Array(count);
  const places = new Uint32Array(count);
  let taken = 0;
  for (let place = queue.pop(); place !== undefined; place = queue.pop()) {
    if (holders[place] !== 1) continue;
    const key = xored[place]!;
    keys[taken] = key;
    places[taken++] = place;
    for (const other of placesOf(key)) {
      holders[other]!--;
      xored[other]! ^= key;
      if (holders[other] === 1) queue.push(other);
    }
  }
  return taken === count ? { keys, places } : undefined;
}
