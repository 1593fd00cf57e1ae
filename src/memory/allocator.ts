/**
 * First-fit allocator over addresses, for the memory that library objects share. Arithmetic only: it
 * hands out ranges and merges those given back, and touches no byte of them.
 */
import { FIELD_ALIGNMENT } from "./layout.js";

interface Range {
  at: number;
  bytes: number;
}

export class Allocator {
  /** Free ranges by ascending address; no two touch. */
  readonly #free: Range[] = [];
  readonly #taken = new Map<number, number>();
  #end: number;

  /** @param start first address, a multiple of FIELD_ALIGNMENT */
  constructor(start: number) {
    this.#end = start;
  }

  /** First address above everything ever handed out: what the memory must hold. */
  get end(): number {
    return this.#end;
  }

  /** Address of a range of at least `bytes` bytes, aligned to FIELD_ALIGNMENT. */
  allocate(bytes: number): number {
    const wanted = Math.max(1, Math.ceil(bytes / FIELD_ALIGNMENT)) * FIELD_ALIGNMENT;
    const index = this.#free.findIndex((range) => range.bytes >= wanted);
    const range = this.#free[index] ?? { at: this.#end, bytes: wanted };
    const { at } = range;
    if (index === -1) this.#end += wanted;
    else if (range.bytes === wanted) this.#free.splice(index, 1);
    else {
      range.at += wanted;
      range.bytes -= wanted;
    }
    this.#taken.set(at, wanted);
    return at;
  }

  /** Gives a range back; `at` is an address that `allocate` returned. */
  release(at: number): void {
    const bytes = this.#taken.get(at);
    if (bytes === undefined) throw new Error(`hearsay bug: address ${at} is not allocated`);
    this.#taken.delete(at);
    const next = this.#free.findIndex((range) => range.at > at);
    const index = next === -1 ? this.#free.length : next;
    this.#free.splice(index, 0, { at, bytes });
    this.#merge(index);
    this.#merge(index - 1);
    const last = this.#free.at(-1);
    if (last !== undefined && last.at + last.bytes === this.#end) {
      this.#end = last.at;
      this.#free.pop();
    }
  }

  /** Joins range `index` with the one after it where they touch. */
  #merge(index: number): void {
    const range = this.#free[index];
    const after = this.#free[index + 1];
    if (range === undefined || after === undefined || range.at + range.bytes !== after.at) return;
    range.bytes += after.bytes;
    this.#free.splice(index + 1, 1);
  }
}
