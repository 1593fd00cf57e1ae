/** What all filters have in common: keys in, one answer per key out. */
import type { BackendName } from "../kernels/backend.js";
import { workspace, type Workspace } from "../kernels/workspace.js";
import { keyBuffer, type FilterKey, type FilterKeys, type KeyBuffer } from "./keys.js";

export abstract class Filter {
  protected readonly space: Workspace;
  readonly #keys: KeyBuffer;

  /** @throws InputError for another backend than wasm or ts */
  protected constructor(backend: BackendName) {
    this.space = workspace(backend);
    this.#keys = keyBuffer(this.space);
  }

  /** u8[1024] for answers that nobody reads. */
  protected get unreadAt(): number {
    return this.#keys.resultsAt;
  }

  get backend(): BackendName {
    return this.space.backend;
  }

  /** Inserts `count` hashes. */
  protected abstract insertHashes(hashesAt: number, count: number): void;
  /** Writes 1 at resultsAt + i where hash i may be in, else 0. */
  protected abstract queryHashes(hashesAt: number, count: number, resultsAt: number): void;
  /** Inserts; writes 1 at resultsAt + i where hash i was not in, else 0. */
  protected abstract addUnseenHashes(hashesAt: number, count: number, resultsAt: number): void;

  /** @throws InputError for a key of another type or range */
  add(key: FilterKey): void {
    this.#keys.one(key);
    this.insertHashes(this.#keys.hashesAt, 1);
  }

  /** false: the key was never added. true: it was, or this is a false positive. */
  has(key: FilterKey): boolean {
    this.#keys.one(key);
    this.queryHashes(this.#keys.hashesAt, 1, this.#keys.resultsAt);
    return this.space.u8[this.#keys.resultsAt] === 1;
  }

  /** Adds the key and says whether it was unseen: deduplication in one step. */
  addUnseen(key: FilterKey): boolean {
    this.#keys.one(key);
    this.addUnseenHashes(this.#keys.hashesAt, 1, this.#keys.resultsAt);
    return this.space.u8[this.#keys.resultsAt] === 1;
  }

  addMany(keys: FilterKeys): void {
    this.#keys.each(keys, (count) => this.insertHashes(this.#keys.hashesAt, count));
  }

  /** 1 for each key that may be in, in the order of the keys. */
  hasMany(keys: FilterKeys): Uint8Array {
    return this.#answers(keys, (count) => {
      this.queryHashes(this.#keys.hashesAt, count, this.#keys.resultsAt);
    });
  }

  /** Adds all keys; 1 for each that was unseen when its turn came. */
  addUnseenMany(keys: FilterKeys): Uint8Array {
    return this.#answers(keys, (count) => {
      this.addUnseenHashes(this.#keys.hashesAt, count, this.#keys.resultsAt);
    });
  }

  /** Gives the memory back; the filter must not be used afterwards. */
  dispose(): void {
    this.space.release(this);
  }

  #answers(keys: FilterKeys, answer: (count: number) => void): Uint8Array {
    const hasLength =
      keys instanceof Uint32Array || keys instanceof BigUint64Array || Array.isArray(keys);
    const list = hasLength ? (keys as FilterKeys & ArrayLike<unknown>) : [...keys];
    const answers = new Uint8Array(list.length);
    this.#keys.each(list, (count, from) => {
      answer(count);
      const { resultsAt } = this.#keys;
      answers.set(this.space.u8.subarray(resultsAt, resultsAt + count), from);
    });
    return answers;
  }
}
