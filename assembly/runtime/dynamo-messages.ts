/** Messages of dynamo-kv: over TCP, so that loss of packets delays them and no more; sizes are counted here. */
import { setU32, toF64, toU32 } from "../memory";
import { countBytes, countSent, parameter } from "./access";
import { REQUESTED, SENT } from "./context";
import { delayOf } from "./delay";
import { VALUE_BYTES } from "./dynamo-store";
import { CONTROL, COPY } from "./links";
import { sendSized } from "./mailbox";
import { resendTicks } from "./tcp";
import { liveVersions } from "./vector-clock";

/** Reads and their answers; writes to homes, to substitutes, their answers; hints on their way home. */
export const GET: u32 = 1;
export const GOT: u32 = 2;
export const PUT: u32 = 3;
export const PUT_HINT: u32 = 4;
export const PUT_DONE: u32 = 5;
export const HANDOFF: u32 = 6;
export const HANDED: u32 = 7;
/** A range compared; removals told. */
export const SYNC: u32 = 8;
export const SYNCED: u32 = 9;
export const MEMBERS: u32 = 10;
export const MEMBERS_BACK: u32 = 11;

/** Words behind the payload: slot and key at the receiver, or what fits the kind; a clock; a home + 1. */
export const WHERE: u32 = 4;
export const VERSION: u32 = 5;
export const FOR_HOME: u32 = 6;
/** An answer without an operation that waits for it. */
export const NO_TAG: u32 = 0;

/** Whether copies of values travel in a message of this kind. */
function isCopy(kind: u32): bool {
  return kind == PUT || kind == PUT_HINT || kind == HANDOFF;
}

/** Sends one key's clock; values of all its live versions come with it where the kind brings them. */
export function sendClock(
  c: u32, to: u32, from: u32, kind: u32, payload: u32, where: u32, clock: u32, home: u32,
): void {
  const versions = liveVersions(clock);
  // The first value of a copy is part of its fixed size.
  const values: u32 = kind == GOT ? versions : isCopy(kind) && versions > 1 ? versions - 1 : 0;
  const bytes = toF64(values) * parameter(c, VALUE_BYTES);
  const m = sendBytes(c, to, from, kind, payload, bytes);
  setU32(m, WHERE, where);
  setU32(m, VERSION, clock);
  setU32(m, FOR_HOME, home);
}

/** @param bytes whole, beyond the fixed size of the kind @returns address of the message */
export function sendBytes(c: u32, to: u32, from: u32, kind: u32, payload: u32, bytes: f64): u32 {
  countSent(c, isCopy(kind) ? SENT : REQUESTED);
  countBytes(c, bytes);
  const flag = isCopy(kind) ? COPY : CONTROL;
  const size: u32 = bytes < 4294967295.0 ? toU32(bytes) : 0xffffffff;
  const delay = delayOf(c, from, to, 0) + resendTicks(c, from, to, kind);
  return sendSized(c, to, from, kind | flag, delay, payload, size);
}
