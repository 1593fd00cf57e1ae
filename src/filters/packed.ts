/**
 * A filter as bytes, little-endian: 40 bytes of header, the body, 8 bytes of checksum (XXH64 of all before).
 *
 *   0 "HSFT" | 4 format | 5 kind | 6 two bytes of 0 | 8 four numbers, f64 | 40 body | XXH64
 */
import { InputError } from "../errors.js";
import { xxh64Of } from "./hash-of.js";

const MAGIC = 0x54465348; // "HSFT", little-endian
const FORMAT = 1;
const HEADER_BYTES = 40;
const CHECKSUM_BYTES = 8;
/** Codes of kinds: positions in this list, which only grows. */
const KINDS = [
  "split-block",
  "blocked",
  "classic",
  "counting",
  "stable",
  "rotating",
  "cuckoo",
  "binary-fuse",
  "xor",
] as const;

export type PackedKind = (typeof KINDS)[number];

export interface PackedFilter {
  readonly kind: PackedKind;
  /** What the kind needs besides its body. */
  readonly numbers: readonly [number, number, number, number];
  readonly body: Uint8Array;
}

export function pack({ kind, numbers, body }: PackedFilter): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + body.length + CHECKSUM_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint8(4, FORMAT);
  view.setUint8(5, KINDS.indexOf(kind));
  numbers.forEach((value, index) => view.setFloat64(8 + 8 * index, value, true));
  bytes.set(body, HEADER_BYTES);
  const end = HEADER_BYTES + body.length;
  view.setBigUint64(end, xxh64Of(bytes.subarray(0, end)), true);
  return bytes;
}

/**
 * @param kinds those that the caller can load
 * @throws InputError for bytes that are cut short, altered, of another kind or of a newer format
 */
export function unpack(bytes: Uint8Array, kinds: readonly PackedKind[]): PackedFilter {
  if (bytes.length < HEADER_BYTES + CHECKSUM_BYTES) {
    throw new InputError(`filter: ${bytes.length} bytes are too few for a stored filter`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(0, true) !== MAGIC) {
    throw new InputError("filter: these bytes are no stored filter");
  }
  const end = bytes.length - CHECKSUM_BYTES;
  if (view.getBigUint64(end, true) !== xxh64Of(bytes.subarray(0, end))) {
    throw new InputError("filter: the checksum does not fit: bytes were lost or altered");
  }
  const format = view.getUint8(4);
  if (format !== FORMAT) {
    throw new InputError(`filter: format must be ${FORMAT}, got ${format}`);
  }
  const kind = KINDS[view.getUint8(5)];
  if (kind === undefined || !kinds.includes(kind)) {
    throw new InputError(
      `filter: kind must be ${kinds.join(" or ")}, got ${kind ?? "an unknown one"}`,
    );
  }
  const number = (index: number): number => view.getFloat64(8 + 8 * index, true);
  const numbers = [number(0), number(1), number(2), number(3)] as const;
  return { kind, numbers, body: bytes.subarray(HEADER_BYTES, end) };
}

/** Refuses a body of another length than its header says. */
export function checkBody(body: Uint8Array, expected: number): void {
  if (body.length !== expected) {
    throw new InputError(`filter: the body must have ${expected} bytes, got ${body.length}`);
  }
}
