/**
 * Messages as bytes: a writer that grows and a reader that refuses what is too short. Numbers of any size
 * are varints, seven bits a byte, lowest first; 64-bit words are little-endian.
 */
import { InputError } from "../errors.js";

const BYTES_START = 256;
const TWO_TO_7 = 2 ** 7;
const TWO_TO_32 = 2 ** 32;

export class MessageWriter {
  #bytes = new Uint8Array(BYTES_START);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  byte(value: number): this {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
    return this;
  }

  /** @param value a whole number, 0 .. 2^53 - 1 */
  varint(value: number): this {
    let rest = value;
    for (; rest >= TWO_TO_7; rest = Math.floor(rest / TWO_TO_7))
      this.byte((rest % TWO_TO_7) | 0x80);
    return this.byte(rest);
  }

  word32(value: number): this {
    this.#reserve(4);
    this.#view.setUint32(this.#length, value, true);
    this.#length += 4;
    return this;
  }

  word64(value: bigint): this {
    return this.word32(Number(value & 0xffffffffn)).word32(Number(value >> 32n));
  }

  words64(values: BigUint64Array): this {
    return this.raw(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  }

  raw(bytes: Uint8Array): this {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
    return this;
  }

  /** A copy of what was written. */
  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  #reserve(more: number): void {
    const wanted = this.#length + more;
    if (wanted <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(wanted, this.#bytes.length * 2));
    grown.set(this.#bytes);
    this.#bytes = grown;
    this.#view = new DataView(grown.buffer);
  }
}

/** Reads what a MessageWriter wrote, in its order. Every method throws InputError at the end. */
export class MessageReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Bytes not read yet. */
  get left(): number {
    return this.#bytes.length - this.#at;
  }

  byte(): number {
    return this.#bytes[this.#take(1)]!;
  }

  varint(): number {
    let value = 0;
    for (let scale = 1; ; scale *= TWO_TO_7) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (!Number.isSafeInteger(value)) throw new InputError("message has a number above 2^53 - 1");
      if (byte < 0x80) return value;
    }
  }

  word32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  word64(): bigint {
    return this.#view.getBigUint64(this.#take(8), true);
  }

  words64(count: number): BigUint64Array {
    return new BigUint64Array(this.raw(count * 8).slice().buffer);
  }

  /** A view of the next bytes, not a copy. */
  raw(count: number): Uint8Array {
    const at = this.#take(count);
    return this.#bytes.subarray(at, at + count);
  }

  #take(count: number): number {
    const at = this.#at;
    if (count > this.left) {
      throw new InputError(`message must have ${count} more bytes at byte ${at}, got ${this.left}`);
    }
    this.#at = at + count;
    return at;
  }
}

/** Signed to unsigned: 0, -1, 1, -2 .. become 0, 1, 2, 3 .. */
export function zigzag(value: number): number {
  return value < 0 ? -2 * value - 1 : 2 * value;
}

export function unzigzag(value: number): number {
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
}

/** Both words of a 64-bit number as one bigint; words may be signed. */
export function bigintOf(low: number, high: number): bigint {
  return BigInt((high >>> 0) * TWO_TO_32) + BigInt(low >>> 0);
}
