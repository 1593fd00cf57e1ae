/**
 * Shape of a Merkle tree: levels from the root down, and the form in which kernels read it. Leaves are a
 * power of two; with fanout 16 the root has 2, 4 or 8 children where they are no power of 16.
 */
import { checkNumber } from "../check.js";
import { InputError } from "../errors.js";
import {
  FORM_FANOUT_BITS,
  FORM_LEAF_BITS,
  FORM_TREE_BYTES,
  FORM_WIDTH_HIGH,
  FORM_WIDTH_LOW,
} from "../kernels/merkle.js";

/** 2^25 hashes of 8 bytes take 256 MiB: some such trees fit beside each other into 4 GiB. */
export const LEAVES_MAX = 2 ** 24;
/** Levels of such a tree with fanout 2. */
export const LEVELS_MAX = 25;
/** Up to here keys and their quotients are exact in a double. */
export const KEY_RANGE_MAX = 2 ** 53;

export type MerkleFanout = 2 | 16;

/** Nodes of one level, and how many children each has: 0 for leaves. */
export interface MerkleLevel {
  readonly nodes: number;
  readonly fanout: number;
}

export interface MerkleShape {
  readonly leaves: number;
  readonly fanout: MerkleFanout;
  /** Nodes of all levels. */
  readonly nodes: number;
  /** Root first, leaves last. */
  readonly levels: readonly MerkleLevel[];
}

/**
 * @param leaves a power of two from 2 to `leavesMax`
 * @throws InputError naming `leaves` or `fanout`
 */
export function merkleShape(leaves: number, fanout: number, leavesMax = LEAVES_MAX): MerkleShape {
  const count = checkNumber("leaves", leaves, { min: 2, max: leavesMax, integer: true });
  if (!Number.isInteger(Math.log2(count))) {
    throw new InputError(`leaves must be a power of two from 2 to ${leavesMax}, got ${count}`);
  }
  if (fanout !== 2 && fanout !== 16) {
    throw new InputError(`fanout must be 2 or 16, got ${String(fanout)}`);
  }
  const levels: MerkleLevel[] = [{ nodes: count, fanout: 0 }];
  for (let nodes = count; nodes > 1;) {
    const children = Math.min(fanout, nodes);
    nodes /= children;
    levels.unshift({ nodes, fanout: children });
  }
  const nodes = levels.reduce((sum, level) => sum + level.nodes, 0);
  return { leaves: count, fanout, nodes, levels };
}

/**
 * Where keys fall. Without a range a key's place is its XXH64, so that leaves fill evenly; with one it is
 * the key itself, 0 .. range - 1, and each leaf takes `width` neighbours.
 */
export interface KeyPlacement {
  /** 0: by hash. */
  readonly range: number;
  /** Keys per leaf, 0 by hash; where it does not divide the range, the last leaves stay empty. */
  readonly width: number;
}

/** @throws InputError unless `range` is undefined or a whole number from `leaves` to 2^53 */
export function keyPlacement(range: number | undefined, leaves: number): KeyPlacement {
  if (range === undefined) return { range: 0, width: 0 };
  checkNumber("keyRange", range, { min: leaves, max: KEY_RANGE_MAX, integer: true });
  return { range, width: Math.ceil(range / leaves) };
}

/** Positions that fall into a leaf, `to` excluded: keys, or their XXH64 where they are placed by hash. */
export function leafPositions(
  leaf: number,
  { leaves }: MerkleShape,
  { range, width }: KeyPlacement,
): { from: bigint; to: bigint } {
  const span = range === 0 ? 2n ** 64n / BigInt(leaves) : BigInt(width);
  const end = range === 0 ? 2n ** 64n : BigInt(range);
  const from = span * BigInt(leaf);
  const to = from + span;
  return { from: from < end ? from : end, to: to < end ? to : end };
}

/** Writes the form at `formAt`, u32[FORM_WORDS]. */
export function writeForm(
  words: Uint32Array,
  formAt: number,
  shape: MerkleShape,
  { width }: KeyPlacement,
): void {
  const form = formAt >>> 2;
  words[form + FORM_LEAF_BITS] = Math.log2(shape.leaves);
  words[form + FORM_FANOUT_BITS] = Math.log2(shape.fanout);
  words[form + FORM_WIDTH_LOW] = width % 2 ** 32;
  words[form + FORM_WIDTH_HIGH] = Math.floor(width / 2 ** 32);
  words[form + FORM_TREE_BYTES] = shape.nodes * 8;
}
