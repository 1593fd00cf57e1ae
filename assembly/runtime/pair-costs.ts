/**
 * What one exchange costs a pair of nodes: bytes and round trips until the caller knows the difference, from
 * what the two differ in. Trees and ranges depend on where the differing keys stand, the others on numbers.
 */
import { div32, getF64, setF64, toF64, toU32 } from "../memory";
import {
  BUCKETS_BITS, CHECKSUM, FULL, HEADER, ID, LIST_BELOW, MERKLE, RANGE, boundBytes, firstBytes,
  skipBytes, splitBytes, summaryBytes, tabledBytes, tabledTrips, varintBytes, whole,
} from "./exchange-costs";
import { countPrefixes, distinctPrefixes, startedPrefixes } from "./update-slots";

/** f64 each: updates only the caller has, only the callee; all of the callee; young ones of these. */
export const EXTRA: u32 = 0;
export const MISSING: u32 = 1;
export const HELD: u32 = 2;
export const YOUNG_EXTRA: u32 = 3;
export const YOUNG_MISSING: u32 = 4;
export const YOUNG_HELD: u32 = 5;
/** What the exchange costs; keys sent because a leaf of theirs differed, and how many of them were equal. */
export const COST_BYTES: u32 = 6;
export const COST_TRIPS: u32 = 7;
export const LEAF_KEYS: u32 = 8;
export const EQUAL_KEYS: u32 = 9;
/** 1 when a checksum did not suffice and all keys were sent. */
export const SENT_ALL: u32 = 10;
export const PAIR_CELLS: u32 = 11;

/** Form of a tree: bits of the leaves' numbers, of a node's children; levels settled in one round trip. */
const FORM: f64 = 2;
const HASH: f64 = 8;

/**
 * @param p     the pair's cells: the first six are read, the others written
 * @param t     the shard's slots, in which the differing ones are marked
 * @param table what writeCosts wrote
 * @param wantedBits 2^so many leaves of a tree; 0 = a power of two that gives each four to eight of a's keys
 */
export function pairCosts(
  p: u32, t: u32, table: u32, method: u32, keys: f64, wantedBits: u32, childBits: u32, levels: u32,
): void {
  const difference = toU32(getF64(p, EXTRA) + getF64(p, MISSING));
  for (let cell = LEAF_KEYS; cell < PAIR_CELLS; cell++) setF64(p, cell, 0.0);
  setF64(p, COST_TRIPS, 1.0);
  if (method == FULL) {
    setF64(p, COST_BYTES, HEADER + 1.0 + HEADER + 1.0 + listBytes(keys + getF64(p, HELD)));
  } else if (method == MERKLE) {
    if (difference > 0) countPrefixes(t);
    treeCosts(p, t, keys, difference, leafBits(p, keys, wantedBits), childBits, levels);
  } else if (method == RANGE) {
    if (difference > 0) countPrefixes(t);
    rangeCosts(p, t, table, keys, difference);
  } else if (method == CHECKSUM && difference > 0) {
    checksumCosts(p, table, keys);
  } else {
    setF64(p, COST_BYTES, tabledBytes(table, difference));
    setF64(p, COST_TRIPS, tabledTrips(table, difference));
  }
}

/** A list of ids and their number. */
function listBytes(ids: f64): f64 {
  return varintBytes(ids) + ID * ids;
}

/**
 * Checksums differ: b sends its young ids, a its own that b lacks and the checksum of what it has then. If
 * that is not b's, b sends all its ids.
 */
function checksumCosts(p: u32, table: u32, keys: f64): void {
  const request = HEADER + firstBytes(table);
  const list = HEADER + 1.0 + listBytes(getF64(p, YOUNG_HELD));
  const back = HEADER + 1.0 + summaryBytes(keys) + listBytes(getF64(p, YOUNG_EXTRA));
  const young = getF64(p, YOUNG_EXTRA) + getF64(p, YOUNG_MISSING);
  let end = HEADER + 1.0;
  if (getF64(p, EXTRA) + getF64(p, MISSING) > young) {
    end = end + listBytes(keys + getF64(p, HELD));
    setF64(p, SENT_ALL, 1.0);
  }
  setF64(p, COST_BYTES, request + list + back + end);
  setF64(p, COST_TRIPS, 2.0);
}

function leafBits(p: u32, keys: f64, wanted: u32): u32 {
  if (wanted > 0) return wanted;
  const own = keys + getF64(p, HELD) + getF64(p, EXTRA) - getF64(p, MISSING);
  let bits: u32 = 1;
  while (toF64(8 << bits) < own) bits++;
  return bits;
}

/** Hashes down to the leaves that differ, of 2^leaves in all, then b's ids in these leaves. */
function treeCosts(
  p: u32, t: u32, keys: f64, difference: u32, leaves: u32, childBits: u32, levels: u32,
): void {
  let bytes = FORM;
  let trips: f64 = 0;
  let parents: f64 = 1;
  // The root is level 0; the level below it may have fewer bits than the others.
  const depth = div32(leaves + childBits - 1, childBits);
  let above: u32 = 0;
  for (let level = levels - 1; parents > 0; level += levels) {
    const deepest = level < depth ? level : depth;
    const bits = deepest == 0 ? 0 : leaves - (depth - deepest) * childBits;
    const hashes = parents * toF64(1 << (bits - above));
    bytes = bytes + 2.0 * HEADER + HASH * hashes + toF64((toU32(hashes) + 7) >>> 3);
    trips = trips + 1.0;
    parents = difference == 0 ? 0.0 : toF64(distinctPrefixes(t, bits));
    above = bits;
    if (deepest == depth) break;
  }
  if (difference > 0) {
    const equal = whole((parents * keys) / toF64(1 << leaves));
    const listed = equal + getF64(p, MISSING);
    bytes = bytes + HEADER + listBytes(listed);
    setF64(p, EQUAL_KEYS, equal);
    setF64(p, LEAF_KEYS, listed);
  }
  setF64(p, COST_BYTES, bytes);
  setF64(p, COST_TRIPS, trips);
}

/** Differing ranges are cut, by a and b in turn, until they are short enough to be listed. */
function rangeCosts(p: u32, t: u32, table: u32, keys: f64, difference: u32): void {
  let bytes = HEADER + firstBytes(table);
  let messages: u32 = 1;
  let size = keys / toF64(1 << BUCKETS_BITS);
  let bits = BUCKETS_BITS;
  if (difference == 0) {
    setF64(p, COST_BYTES, bytes + HEADER);
    return;
  }
  for (; size >= LIST_BELOW; bits += BUCKETS_BITS) {
    const open = toF64(distinctPrefixes(t, bits)) * splitBytes(table);
    bytes = bytes + whole(HEADER + open + toF64(startedPrefixes(t, bits)) * skipBytes(table));
    messages++;
    size = size / toF64(1 << BUCKETS_BITS);
  }
  const open = toF64(distinctPrefixes(t, bits));
  const skips = toF64(startedPrefixes(t, bits)) * skipBytes(table);
  const lists = HEADER + skips + open * (boundBytes(table) + 2.0 + ID * size);
  // a only learns from b's lists; where a comes first, b answers.
  if ((messages & 1) == 0) {
    bytes = bytes + whole(lists + ID * getF64(p, EXTRA));
    messages++;
  }
  bytes = bytes + whole(lists + ID * getF64(p, MISSING));
  messages++;
  setF64(p, COST_BYTES, bytes);
  setF64(p, COST_TRIPS, toF64(messages >>> 1));
}
