/**
 * Filters for a set that is known beforehand: a table of 8-bit fingerprints in which the three places of a
 * key XOR to its own. Xor filter (Graf, Lemire 2020): three thirds, 1.23 places a key. Binary fuse filter
 * (Graf, Lemire 2022): three neighbouring segments, 1.125 places a key for large sets.
 */
import { checkChoice, checkNumber } from "../check.js";
import { InputError } from "../errors.js";
import type { BackendName } from "../kernels/backend.js";
import { workspace, type Workspace } from "../kernels/workspace.js";
import { keyBuffer, type FilterKey, type FilterKeys } from "./keys.js";
import { checkBody, pack, unpack } from "./packed.js";

export type FixedFilterKind = "binary-fuse" | "xor";

export interface FixedFilterOptions {
  /** Preset "binary-fuse": smaller, and no slower. */
  readonly kind?: FixedFilterKind;
  readonly backend?: BackendName;
}

/** Seeds tried before giving up; one fails with a chance of a few percent at most. */
const ATTEMPTS = 100;
/** While it is built, 45 bytes a key are needed: 3 GB for so many. */
const KEYS_MAX = 2 ** 26;
const KINDS = ["binary-fuse", "xor"] as const;
/** Longest segment of a binary fuse filter: beyond it places lie too far apart for the cache. */
const SEGMENT_MAX = 2 ** 18;

/** xor: `width` is a third. binary-fuse: `width` is a segment, `starts` are the places of first segments. */
interface Shape {
  readonly width: number;
  readonly starts: number;
  readonly places: number;
}

export class FixedFilter {
  readonly kind: FixedFilterKind;
  /** Distinct keys. */
  readonly items: number;
  readonly #space: Workspace;
  readonly #shape: Shape;
  readonly #at: number;
  readonly #seed: number;

  /**
   * @param keys the set, or what `load` has read
   * @throws InputError for a key of another type, no keys or more than 2^26, or when memory does not suffice
   */
  constructor(keys: FilterKeys | StoredTable, options: FixedFilterOptions = {}) {
    this.#space = workspace(options.backend ?? "wasm");
    this.kind = checkChoice("kind", options.kind ?? "binary-fuse", KINDS);
    const scratch = {};
    const table = keys instanceof StoredTable ? keys : distinctHashes(this.#space, keys, scratch);
    this.items = table.count;
    this.#shape = this.kind === "xor" ? xorShape(this.items) : fuseShape(this.items);
    if ("body" in table) checkBody(table.body, this.bytes);
    this.#at = this.#space.allocate(this, this.bytes);
    if ("body" in table) {
      this.#space.u8.set(table.body, this.#at);
      this.#seed = table.seed;
    } else {
      this.#seed = this.#build(table.at, scratch);
    }
    this.#space.release(scratch);
  }

  get backend(): BackendName {
    return this.#space.backend;
  }

  get bytes(): number {
    return this.#shape.places;
  }

  /** Of a key outside the set: all fingerprints are as likely. */
  expectedFalsePositiveRate(): number {
    return 1 / 256;
  }

  /** false: the key is not in the set. true: it is, or this is a false positive. */
  has(key: FilterKey): boolean {
    const buffer = keyBuffer(this.#space);
    buffer.one(key);
    this.#query(buffer.hashesAt, 1, buffer.resultsAt);
    return this.#space.u8[buffer.resultsAt] === 1;
  }

  /** 1 for each key that may be in the set, in the order of the keys. */
  hasMany(keys: FilterKeys): Uint8Array {
    const buffer = keyBuffer(this.#space);
    const list = keys instanceof Uint32Array || keys instanceof BigUint64Array ? keys : [...keys];
    const answers = new Uint8Array(list.length);
    buffer.each(list, (count, from) => {
      this.#query(buffer.hashesAt, count, buffer.resultsAt);
      answers.set(this.#space.u8.subarray(buffer.resultsAt, buffer.resultsAt + count), from);
    });
    return answers;
  }

  /** Bytes for `FixedFilter.load`. */
  serialise(): Uint8Array {
    const body = this.#space.u8.slice(this.#at, this.#at + this.bytes);
    return pack({ kind: this.kind, numbers: [this.items, this.#seed, 0, 0], body });
  }

  /** @throws InputError for bytes that are cut short, altered, or of another kind */
  static load(bytes: Uint8Array, options: { readonly backend?: BackendName } = {}): FixedFilter {
    const { kind, numbers, body } = unpack(bytes, KINDS);
    const count = checkNumber("filter: keys", numbers[0], { min: 1, max: KEYS_MAX, integer: true });
    const table = new StoredTable({ count, seed: numbers[1], body });
    return new FixedFilter(table, { ...options, kind: kind as FixedFilterKind });
  }

  /** Gives the memory back; the filter must not be used afterwards. */
  dispose(): void {
    this.#space.release(this);
  }

  #query(hashesAt: number, count: number, resultsAt: number): void {
    const { kernels } = this.#space;
    const { width, starts } = this.#shape;
    if (this.kind === "xor") {
      kernels.xorQuery(this.#at, width, this.#seed, hashesAt, count, resultsAt);
    } else {
      kernels.fuseQuery(this.#at, width, starts, this.#seed, hashesAt, count, resultsAt);
    }
  }

  /** Fills the table. @returns the seed for which that can be done */
  #build(hashesAt: number, scratch: object): number {
    const { kernels } = this.#space;
    const { width, starts, places } = this.#shape;
    const count = this.items;
    const placesAt = this.#space.allocate(scratch, count * 12);
    const printsAt = this.#space.allocate(scratch, count);
    const linksAt = this.#space.allocate(scratch, places * 12 + count * 4);
    for (let seed = 0; seed < ATTEMPTS; seed++) {
      if (this.kind === "xor") kernels.xorPlaces(hashesAt, count, seed, width, placesAt, printsAt);
      else kernels.fusePlaces(hashesAt, count, seed, width, starts, placesAt, printsAt);
      this.#space.u8.fill(0, linksAt, linksAt + places * 12 + count * 4);
      const filled = kernels.peelTriples(this.#at, places, placesAt, printsAt, count, linksAt);
      if (filled === 1) return seed;
    }
    throw new Error(`hearsay bug: no table for ${count} keys in ${ATTEMPTS} attempts`);
  }
}

/** What `FixedFilter.load` hands to the constructor. */
class StoredTable {
  readonly count: number;
  readonly seed: number;
  readonly body: Uint8Array;

  constructor({ count, seed, body }: { count: number; seed: number; body: Uint8Array }) {
    this.count = count;
    this.seed = seed;
    this.body = body;
  }
}

function xorShape(items: number): Shape {
  const width = Math.ceil((32 + 1.23 * items) / 3);
  return { width, starts: width, places: 3 * width };
}

/** Sizes of Graf and Lemire 2022, section 4, for three places a key. */
function fuseShape(items: number): Shape {
  const bits = Math.floor(Math.log(items) / Math.log(3.33) + 2.25);
  const width = Math.min(SEGMENT_MAX, 2 ** bits);
  const factor =
    items === 1 ? 2 : Math.max(1.125, 0.875 + (0.25 * Math.log(1e6)) / Math.log(items));
  const segments = Math.max(3, Math.ceil((items * factor) / width));
  return { width, starts: (segments - 2) * width, places: segments * width };
}

/** Hashes in ascending order, none twice: equal ones would hold each other for ever. */
function distinctHashes(
  space: Workspace,
  keys: FilterKeys,
  owner: object,
): { readonly at: number; readonly count: number } {
  const buffer = keyBuffer(space);
  const chunks: Uint8Array[] = [];
  let given = 0;
  buffer.each(keys, (count) => {
    chunks.push(space.u8.slice(buffer.hashesAt, buffer.hashesAt + count * 8));
    given += count;
  });
  const at = space.allocate(owner, given * 8);
  chunks.forEach((chunk, index) => {
    space.u8.set(chunk, at + index * chunks[0]!.length);
  });
  new BigUint64Array(space.u8.buffer, at, given).sort();
  const { u32 } = space;
  const words = u32.subarray(at / 4, at / 4 + 2 * given);
  let count = 0;
  for (let i = 0; i < given; i++) {
    const [low, high] = [words[2 * i]!, words[2 * i + 1]!];
    if (count > 0 && words[2 * count - 2] === low && words[2 * count - 1] === high) continue;
    words[2 * count] = low;
    words[2 * count + 1] = high;
    count++;
  }
  if (count < 1 || count > KEYS_MAX) {
    throw new InputError(`keys must be from 1 to ${KEYS_MAX} distinct ones, got ${count}`);
  }
  return { at, count };
}
