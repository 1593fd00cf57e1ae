/**
 * A tree as bytes, little-endian: 16 bytes of header, the leaf sums, 8 bytes of checksum. Inner nodes are
 * left out, since they follow from the leaves.
 *
 *   0 "HSMT" | 4 format | 5 hash | 6 fanout | 7 log2 leaves | 8 key range, f64 | 16 sums | XXH64 of all before
 */
import { InputError } from "../errors.js";
import type { Workspace } from "../kernels/workspace.js";
import { itemBuffer } from "./items.js";
import { KEY_RANGE_MAX, merkleShape, type MerkleShape } from "./shape.js";

const MAGIC = 0x544d5348; // "HSMT", little-endian
const FORMAT = 1;
const HEADER_BYTES = 16;
const CHECKSUM_BYTES = 8;
/** Hashes in the order of their codes, with their bytes. */
const HASHES = [
  ["xxh64", 8],
  ["sha256", 32],
] as const;

export interface PackedTree {
  readonly hash: "xxh64" | "sha256";
  readonly shape: MerkleShape;
  /** 0: keys are placed by their hash. */
  readonly keyRange: number;
  readonly leafBytes: Uint8Array;
}

/** @param space whose XXH64 makes the checksum */
export function packTree(space: Workspace, tree: PackedTree): Uint8Array {
  const { hash, shape, keyRange, leafBytes } = tree;
  const bytes = new Uint8Array(HEADER_BYTES + leafBytes.length + CHECKSUM_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC, true);
  bytes[4] = FORMAT;
  bytes[5] = HASHES.findIndex(([name]) => name === hash);
  bytes[6] = shape.fanout;
  bytes[7] = Math.log2(shape.leaves);
  view.setFloat64(8, keyRange, true);
  bytes.set(leafBytes, HEADER_BYTES);
  const end = bytes.length - CHECKSUM_BYTES;
  const { low, high } = itemBuffer(space).hashOf(bytes.subarray(0, end));
  view.setUint32(end, low, true);
  view.setUint32(end + 4, high, true);
  return bytes;
}

/** @throws InputError unless the bytes are those that packTree gave */
export function unpackTree(space: Workspace, bytes: Uint8Array): PackedTree {
  const length = bytes.length;
  if (length < HEADER_BYTES + CHECKSUM_BYTES) {
    fail(`at least ${HEADER_BYTES + CHECKSUM_BYTES} bytes long`, `${length} bytes`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, length);
  if (view.getUint32(0, true) !== MAGIC) fail('begun by "HSMT"', "another beginning");
  if (bytes[4] !== FORMAT) fail(`of format ${FORMAT}`, `format ${bytes[4]}`);
  const kind = HASHES[bytes[5]!];
  if (kind === undefined) fail("hashed by xxh64 (0) or sha256 (1)", `hash ${bytes[5]}`);
  const [hash, hashBytes] = kind;
  const shape = merkleShape(2 ** bytes[7]!, bytes[6]!);
  const end = HEADER_BYTES + shape.leaves * hashBytes;
  if (length !== end + CHECKSUM_BYTES) {
    fail(`${end + CHECKSUM_BYTES} bytes long, as its header says`, `${length} bytes`);
  }
  const { low, high } = itemBuffer(space).hashOf(bytes.subarray(0, end));
  if (view.getUint32(end, true) !== low || view.getUint32(end + 4, true) !== high) {
    fail("as it was written", "another checksum");
  }
  const keyRange = view.getFloat64(8, true);
  if (!Number.isInteger(keyRange) || keyRange < 0 || keyRange > KEY_RANGE_MAX) {
    fail("of a key range from 0 to 2^53", String(keyRange));
  }
  return { hash, shape, keyRange, leafBytes: bytes.subarray(HEADER_BYTES, end) };
}

function fail(required: string, got: string): never {
  throw new InputError(`Merkle tree must be ${required}, got ${got}`);
}
