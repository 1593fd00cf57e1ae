/**
 * PinSketch (Dodis et al. 2004) as in minisketch: a sketch of capacity c over elements of `bits` bits takes
 * c * bits bits and gives a set of up to c elements back. The sum of two sketches is that of the difference.
 */
import { checkNumber } from "../check.js";
import { InputError } from "../errors.js";
import type { BackendName } from "../kernels/backend.js";
import { ELEMENT_BYTES, Field, FIELD_BITS, type FieldBits } from "./field.js";
import { idArray, type Ids } from "./id-set.js";
import { decodeSyndromes } from "./sketch-decoder.js";

/** Decoding takes some 100 c^2 products in the field: a second at 1024, which is measured, four here. */
export const CAPACITY_MAX = 2048;

export interface PinSketchOptions {
  /** Elements that can be given back, 1 .. 2048. */
  readonly capacity: number;
  /** Bits of an element; default 64. */
  readonly bits?: FieldBits;
  /** Default wasm. */
  readonly backend?: BackendName;
}

export class PinSketch {
  readonly backend: BackendName;
  readonly capacity: number;
  readonly bits: FieldBits;
  readonly #field: Field;
  /** u64[capacity]: sums of the powers 1, 3, 5 .. of all elements. */
  readonly #syndromesAt: number;

  /** An empty sketch. @throws InputError naming the option */
  constructor({ capacity, bits = 64, backend = "wasm" }: PinSketchOptions) {
    this.capacity = checkNumber("capacity", capacity, { min: 1, max: CAPACITY_MAX, integer: true });
    this.bits = checkBits(bits);
    this.backend = backend;
    this.#field = Field.of(bits, backend);
    this.#syndromesAt = this.#field.space.allocate(this, capacity * ELEMENT_BYTES);
  }

  /**
   * Adds elements 1 .. 2^bits - 1; one that is added twice is gone.
   * @throws InputError naming the element that is out of range; the sketch is then unchanged
   */
  add(elements: Ids): void {
    const list = idArray("elements", elements);
    const max = (1n << BigInt(this.bits)) - 1n;
    const wrong = list.findIndex((element) => element === 0n || element > max);
    if (wrong !== -1) {
      throw new InputError(
        `elements[${wrong}] must be from 1 to 2^${this.bits} - 1, got ${list[wrong]}`,
      );
    }
    const { space } = this.#field;
    const owner = {};
    const at = space.allocate(owner, list.byteLength);
    space.u8.set(new Uint8Array(list.buffer, list.byteOffset, list.byteLength), at);
    this.#field.addSyndromes(this.#syndromesAt, this.capacity, at, list.length);
    space.release(owner);
  }

  /** Adds the other sketch: what both hold cancels out. @throws InputError unless both are alike */
  merge(other: PinSketch): void {
    for (const option of ["backend", "bits", "capacity"] as const) {
      if (this[option] !== other[option]) {
        throw new InputError(
          `${option} of both sketches must be ${this[option]}, got ${other[option]}`,
        );
      }
    }
    const { u32 } = this.#field.space;
    const [own, theirs] = [this.#syndromesAt >>> 2, other.#syndromesAt >>> 2];
    for (let i = 0; i < this.capacity * 2; i++) u32[own + i]! ^= u32[theirs + i]!;
  }

  /** The elements, ascending; undefined when there are more than the capacity. */
  decode(): BigUint64Array | undefined {
    const { space } = this.#field;
    const owner = {};
    const at = space.allocate(owner, this.capacity * ELEMENT_BYTES);
    const count = decodeSyndromes(this.#field, this.#syndromesAt, this.capacity, at);
    const bytes = space.u8.slice(at, at + Math.max(0, count) * ELEMENT_BYTES);
    space.release(owner);
    return count < 0 ? undefined : new BigUint64Array(bytes.buffer).sort();
  }

  /** The syndromes without a header, `bits` bits each, lowest first: sketchBytes(bits, capacity) bytes. */
  serialise(): Uint8Array {
    return this.syndromes(0, this.capacity);
  }

  /** A sketch from the bytes of `serialise`. @throws InputError for another length */
  static load(bytes: Uint8Array, options: PinSketchOptions): PinSketch {
    const sketch = new PinSketch(options);
    sketch.setSyndromes(0, sketch.capacity, bytes);
    return sketch;
  }

  /** The syndromes from .. end - 1: what extends a sketch of capacity `from` to one of `end`. */
  syndromes(from: number, end: number): Uint8Array {
    const bytes = new Uint8Array(sketchBytes(this.bits, end - from));
    const { u8 } = this.#field.space;
    this.#eachNibble(from, end, (i, at, shift) => {
      bytes[i >>> 1]! |= ((u8[at]! >>> shift) & 15) << (4 * (i & 1));
    });
    return bytes;
  }

  /** Sets syndromes that are 0. @throws InputError for another length */
  setSyndromes(from: number, end: number, bytes: Uint8Array): void {
    const wanted = sketchBytes(this.bits, end - from);
    if (bytes.length !== wanted) {
      throw new InputError(`sketch must have ${wanted} bytes, got ${bytes.length}`);
    }
    const { u8 } = this.#field.space;
    this.#eachNibble(from, end, (i, at, shift) => {
      u8[at]! |= ((bytes[i >>> 1]! >>> (4 * (i & 1))) & 15) << shift;
    });
  }

  /** Gives its memory back; the sketch must not be used afterwards. */
  dispose(): void {
    this.#field.space.release(this);
  }

  /** Calls `visit` with the nibbles of syndromes in their order: byte address and shift of each. */
  #eachNibble(
    from: number,
    end: number,
    visit: (i: number, at: number, shift: number) => void,
  ): void {
    const perElement = this.bits / 4;
    let i = 0;
    for (let element = from; element < end; element++) {
      const at = this.#syndromesAt + element * ELEMENT_BYTES;
      for (let place = 0; place < perElement; place++) {
        visit(i++, at + (place >>> 1), 4 * (place & 1));
      }
    }
  }
}

/** Bytes of a sketch of `capacity` elements: bits * capacity bits. */
export function sketchBytes(bits: number, capacity: number): number {
  return Math.ceil((bits * capacity) / 8);
}

/** Bits that CPISync (Minsky, Trachtenberg, Zippel 2003) needs for the same: (bits + 1) * capacity. */
export function cpisyncBits(bits: number, capacity: number): number {
  return (bits + 1) * capacity;
}

function checkBits(bits: number): FieldBits {
  const found = FIELD_BITS.find((each) => each === bits);
  if (found === undefined) {
    throw new InputError(`bits must be one of ${FIELD_BITS.join(", ")}, got ${bits}`);
  }
  return found;
}
