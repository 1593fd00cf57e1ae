/**
 * Reads of the context that portable code shares: fields, parameters, counters.
 */
import { addF64, getF64, getU32, setF64, setU32, toU32 } from "../memory";
import {
  BYTES, TICK, ROUND, EVENT_CLOCK, PARAMETERS_AT, FIELDS_AT, SENT_COUNTS_AT, ARRIVED_COUNTS_AT, DRAWN_BLOCK,
} from "./context";

export function field(c: u32, index: u32): u32 {
  return getU32(getU32(c, FIELDS_AT), index);
}
export function parameter(c: u32, index: u32): f64 {
  return getF64(getU32(c, PARAMETERS_AT), index);
}
/** A whole-number parameter. */
export function setting(c: u32, index: u32): u32 {
  return toU32(getF64(getU32(c, PARAMETERS_AT), index));
}
export function countSent(c: u32, counter: u32): void {
  addF64(getU32(c, SENT_COUNTS_AT), counter, 1);
}
/** Bytes of a message beyond the fixed size that the protocol declares for its kind. */
export function countBytes(c: u32, bytes: f64): void {
  addF64(getU32(c, SENT_COUNTS_AT), BYTES, bytes);
}
export function countArrived(c: u32, counter: u32): void {
  addF64(getU32(c, ARRIVED_COUNTS_AT), counter, 1);
}
export function addArrived(c: u32, counter: u32, amount: f64): void {
  addF64(getU32(c, ARRIVED_COUNTS_AT), counter, amount);
}
/** Raises a counter that is combined by maximum. */
export function countLatest(c: u32, counter: u32, value: f64): void {
  const at = getU32(c, ARRIVED_COUNTS_AT);
  if (value > getF64(at, counter)) setF64(at, counter, value);
}
/** The tick that draws of this action are keyed by: the round on a round clock. */
export function drawTick(c: u32): u32 {
  return getU32(c, getU32(c, EVENT_CLOCK) == 1 ? TICK : ROUND);
}
/** Forgets the cached draws; called at the start of each shard and tick. */
export function forgetDraws(c: u32): void {
  setU32(c, DRAWN_BLOCK, 0xffffffff);
}
