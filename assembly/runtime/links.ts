/**
 * What the network does to messages beside delaying and losing them: partitions, second copies, and the
 * queues of access links. Each is off while its word in the context is 0.
 */
import { getF64, getU32, mul32, setF64, setU32, toF64, toU32 } from "../memory";
import { threefry } from "../kernels/random";
import { addArrived, countArrived, countSent } from "./access";
import {
  BANDWIDTH_AT, CONTROL_BYTES, COPY_BYTES, CUT_END, CUT_FIRST, DUPLICATED, DUPLICATE_BELOW, LOST,
  LOST_AT, REQUESTS_LOST, SEED, TICK,
} from "./context";

/**
 * What the network counts a message as when it loses it, added to the kind: a copy of what is spread
 * (SENT, LOST), a message without one (REQUESTED, REQUESTS_LOST), or with both flags one of each. Timers
 * have neither and are never lost.
 */
export const COPY: u32 = 0x80;
export const CONTROL: u32 = 0x40;

/** Purpose of the draw of second copies. */
const DUPLICATE: u32 = 0xe7000000;
/** Entries at BANDWIDTH_AT; those of the direction first. */
export const UP: u32 = 0;
export const DOWN: u32 = 1;
const LONGEST_WAIT: u32 = 2;
/** Returned for a message that a full queue drops. */
export const DROPPED: u32 = 0xffffffff;

/** true when a partition lies between two nodes now. */
export function isCut(c: u32, from: u32, to: u32): bool {
  const first = getU32(c, CUT_FIRST);
  const end = getU32(c, CUT_END);
  if (first == end) return false;
  return (from >= first && from < end) != (to >= first && to < end);
}

/** Counts a message that the network loses as it is sent. */
export function countSentLost(c: u32, kind: u32): void {
  if ((kind & COPY) != 0) countSent(c, LOST);
  if ((kind & CONTROL) != 0) countSent(c, REQUESTS_LOST);
}
/** Counts a message that is lost on its way or at its end. */
export function countArrivedLost(c: u32, kind: u32): void {
  if ((kind & COPY) != 0) countArrived(c, LOST);
  if ((kind & CONTROL) != 0) countArrived(c, REQUESTS_LOST);
}

/** Keeps that a node of this shard could not send or receive a message; see context.ts. */
export function noteLost(c: u32, node: u32): void {
  const lost = getU32(c, LOST_AT);
  if (lost != 0) setU32(lost, node, getU32(lost, node) + 1);
}

/** 1 when this message comes twice; keyed by the pair, the tick of arrival and the kind. */
export function isDuplicated(c: u32, from: u32, to: u32, kind: u32): u32 {
  const key = mul32(getU32(c, TICK), 0x9e3779b1) ^ (DUPLICATE | kind);
  return threefry(getU32(c, SEED), key, from, to) < getU32(c, DUPLICATE_BELOW) ? 1 : 0;
}
export function countDuplicate(c: u32, kind: u32): void {
  const both = (kind & COPY) != 0 && (kind & CONTROL) != 0;
  addArrived(c, DUPLICATED, both ? 2.0 : 1.0);
}

/** Bytes of a message on the wire, by what it carries. */
export function bytesOf(c: u32, kind: u32, more: u32): u32 {
  let bytes = more;
  if ((kind & COPY) != 0) bytes = bytes + getU32(c, COPY_BYTES);
  if ((kind & CONTROL) != 0) bytes = bytes + getU32(c, CONTROL_BYTES);
  return bytes;
}

/**
 * Puts a message into the queue of a node's link.
 * @param links UPLINK_AT's or DOWNLINK_AT's table
 * @param direction UP or DOWN
 * @returns ticks until it is through, rounded; DROPPED when the queue is full
 */
export function queueTicks(c: u32, links: u32, direction: u32, node: u32, bytes: u32): u32 {
  const rates = getU32(c, BANDWIDTH_AT);
  const now = toF64(getU32(c, TICK));
  const busy = getF64(links, node);
  const start = busy > now ? busy : now;
  if (start - now > getF64(rates, LONGEST_WAIT)) return DROPPED;
  const done = start + toF64(bytes) / getF64(rates, direction);
  setF64(links, node, done);
  return toU32(done - now + 0.5);
}
