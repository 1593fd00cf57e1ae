/**
 * Anti-entropy between two homes of one range: they find the keys in which they differ, by the whole list of keys
 * or down a binary Merkle tree, and send each other what is missing. All methods end in the same state; the recent
 * keys are compared themselves, and the tree over all keys of the range is walked by counting.
 */
import { getU32, leadingZeros, lowestBit, mul32, popcount, setU32, toF64 } from "../memory";
import { drawBelow, threefry } from "../kernels/random";
import { parameter, setting } from "./access";
import { SEED, TICK } from "./context";
import { SYNC, SYNCED, VERSION, WHERE, sendBytes } from "./dynamo-messages";
import { keyIn, slotIn, whereOf } from "./dynamo-operations";
import {
  HASH_BYTES, KEYS, KEYS_PER_RANGE, KNOWN, LEAF_BITS, REPAIR, REPAIRED_KEYS, SLOTS, STREAMED_KEYS, SYNCS,
  SYNC_BYTES, TREES_AT, VALUE_BYTES, WIDTH, candidateNode, candidateOf, candidateSlot, cellOf, homesOf, placeOfSlot,
  rowOf, rulesOf, setCell, takeClock, tally,
} from "./dynamo-store";
import { messageFrom, messagePayload } from "./mailbox";
import { liveVersions, mergeClocks } from "./vector-clock";

/** Choices of the parameter `repair`. */
const NONE: u32 = 0;
const FULL: u32 = 1;
/** Payload of an answer. */
const NOT_READY: u32 = 0;
const READY: u32 = 1;
/** A key with its version in a list. */
const ENTRY_BYTES: f64 = 32.0;

/** Purposes of draws: which range, with whom; the leaf of a recent key. */
const RANGE_DRAW: u32 = 0xef000200;
const PARTNER_DRAW: u32 = 0xef000201;
const LEAF_DRAW: u32 = 0xef000202;
const ATTEMPTS: u32 = 8;

/** Compares a drawn range of the node with another of its homes. */
export function startSync(c: u32, node: u32): void {
  if (setting(c, REPAIR) == NONE || !hasTrees(c, node)) return;
  const r = rulesOf(c);
  const tick = getU32(c, TICK);
  const slot = drawBelow(getU32(c, SEED), RANGE_DRAW, tick, node, getU32(r, SLOTS));
  const own = candidateOf(r, slot);
  const place = placeOfSlot(c, r, node, slot);
  const homes = homesOf(c, r, place, getU32(rowOf(c, node), KNOWN));
  if (((homes >>> own) & 1) == 0) return;
  for (let attempt: u32 = 0; attempt < ATTEMPTS; attempt++) {
    const purpose = PARTNER_DRAW | (attempt << 12);
    const other = threefry(getU32(c, SEED), purpose, tick, node) % getU32(r, WIDTH);
    if (other == own || ((homes >>> other) & 1) == 0) continue;
    const where = whereOf(candidateSlot(c, r, place, other), slot);
    const m = sendBytes(c, candidateNode(c, r, place, other), node, SYNC, place, firstBytes(c));
    setU32(m, WHERE, where);
    writeClocks(c, r, node, slot, m);
    return;
  }
}
function hasTrees(c: u32, node: u32): bool {
  return getU32(rowOf(c, node), TREES_AT) <= getU32(c, TICK) + 1;
}
/** All keys of a range with their versions, or the root of its tree. */
function firstBytes(c: u32): f64 {
  if (setting(c, REPAIR) == FULL) return parameter(c, KEYS_PER_RANGE) * ENTRY_BYTES;
  return parameter(c, HASH_BYTES);
}
function writeClocks(c: u32, r: u32, node: u32, slot: u32, m: u32): void {
  for (let key: u32 = 0; key < getU32(r, KEYS); key++) {
    setU32(m, VERSION + key, cellOf(c, r, node, slot, key));
  }
}

/** The partner finds what differs, takes what it lacks, and answers with what both know together. */
export function receiveSync(c: u32, m: u32, node: u32): void {
  const r = rulesOf(c);
  const where = getU32(m, WHERE);
  const slot = slotIn(where);
  const isReady = hasTrees(c, node);
  const bytes = isReady ? compare(c, r, m, node, slot) : 0.0;
  if (isReady) tally(c, SYNCS, 1.0);
  tally(c, SYNC_BYTES, firstBytes(c) + bytes);
  const kind = isReady ? READY : NOT_READY;
  const answer = sendBytes(c, messageFrom(m), node, SYNCED, kind, bytes);
  setU32(answer, WHERE, keyIn(where));
  writeClocks(c, r, node, slot, answer);
}
export function receiveSynced(c: u32, m: u32, node: u32): void {
  if (messagePayload(m) == NOT_READY) return;
  const r = rulesOf(c);
  for (let key: u32 = 0; key < getU32(r, KEYS); key++) {
    if (takeClock(c, r, node, getU32(m, WHERE), key, getU32(m, VERSION + key))) tally(c, REPAIRED_KEYS, 1.0);
  }
}

/** @returns bytes that comparing and mending take beyond the first message */
function compare(c: u32, r: u32, m: u32, node: u32, slot: u32): f64 {
  let bytes = firstBytes(c);
  let differing: u32 = 0;
  for (let key: u32 = 0; key < getU32(r, KEYS); key++) {
    const own = cellOf(c, r, node, slot, key);
    const theirs = getU32(m, VERSION + key);
    if (own == theirs) continue;
    differing = differing | (1 << key);
    const merged = mergeClocks(own, theirs);
    if (merged != theirs) bytes = bytes + valueBytes(c, own);
    if (merged == own) continue;
    bytes = bytes + valueBytes(c, theirs);
    setCell(c, r, node, slot, key, merged);
    tally(c, REPAIRED_KEYS, 1.0);
  }
  if (setting(c, REPAIR) == FULL || differing == 0) return bytes;
  return bytes + treeBytes(c, messagePayload(m), differing);
}
function valueBytes(c: u32, clock: u32): f64 {
  return toF64(liveVersions(clock)) * parameter(c, VALUE_BYTES);
}

/**
 * Both sides send the hashes of both children of each inner node above a differing leaf, and all keys of such a
 * leaf with their versions, the equal ones too. @param differing bits of keys, one at least
 */
function treeBytes(c: u32, place: u32, differing: u32): f64 {
  const depth = setting(c, LEAF_BITS);
  let inner: u32 = 0;
  let leaves: u32 = 0;
  for (let left = differing; left != 0; left = left & (left - 1)) {
    const known = knownLevels(c, place, differing, lowestBit(left), depth);
    if (known < depth) inner += depth - known;
    if (known <= depth) leaves++;
  }
  const leafKeys = (setting(c, KEYS_PER_RANGE) + (1 << depth) - 1) >>> depth;
  const least = popcount(differing);
  const streamed = mul32(leaves, leafKeys) > least ? mul32(leaves, leafKeys) : least;
  tally(c, STREAMED_KEYS, toF64(streamed));
  return 4.0 * toF64(inner) * parameter(c, HASH_BYTES) + 2.0 * toF64(streamed) * ENTRY_BYTES;
}

/** Levels of the path to a key's leaf, the root and the leaf included, that lead to earlier differing keys, too. */
function knownLevels(c: u32, place: u32, differing: u32, key: u32, depth: u32): u32 {
  const leaf = threefry(getU32(c, SEED), LEAF_DRAW, place, key);
  let known: u32 = 0;
  for (let left = differing & ((1 << key) - 1); left != 0; left = left & (left - 1)) {
    const other = threefry(getU32(c, SEED), LEAF_DRAW, place, lowestBit(left));
    const levels = leadingZeros(leaf ^ other) + 1;
    if (levels > known) known = levels;
  }
  return known > depth + 1 ? depth + 1 : known;
}
