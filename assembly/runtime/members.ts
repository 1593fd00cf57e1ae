/**
 * What SWIM's family and what runs over it draw from the members, all of whom each knows: partners of gossip
 * and of exchanges, and when exchanges are due. Uniform over all others.
 */
import { div32, getU32, mul32, toF64, toU32 } from "../memory";
import { drawBelow, threefry } from "../kernels/random";
import { NODES, PERIOD, SEED, TICK } from "./context";

/** Purposes of draws: partners of gossip and exchanges, and the phases of what is rarer than a period. */
export const PARTNERS: u32 = 0xea000000;
export const PHASES: u32 = 0xec000000;
/** Slot of the partner of an exchange. */
export const EXCHANGE: u32 = 200;
/** Draws for one peer that will do. */
export const ATTEMPTS: u32 = 24;

/** Attempt number `attempt` of a draw in this tick. */
export function drawnMember(c: u32, purpose: u32, node: u32, attempt: u32): u32 {
  const key = purpose | (attempt << 18);
  const peer = drawBelow(getU32(c, SEED), key, getU32(c, TICK), node, getU32(c, NODES) - 1);
  return peer >= node ? peer + 1 : peer;
}

/** true in one of `periods` periods, at a phase of the node's own. @param what tells such phases apart */
export function isDue(c: u32, node: u32, periods: u32, what: u32): bool {
  if (periods == 0) return false;
  const phase = threefry(getU32(c, SEED), PHASES, what, node) % periods;
  return (div32(getU32(c, TICK), getU32(c, PERIOD)) + phase) % periods == 0;
}

/** true in one of so many periods as `ratio` says, rounded down; nodes take turns by their number. */
export function hasTurn(c: u32, node: u32, ratio: f64): bool {
  const every: u32 = ratio < 1.0 ? 1 : toU32(ratio);
  return (div32(getU32(c, TICK), getU32(c, PERIOD)) + node) % every == 0;
}
/** Ticks of a millisecond, where a period is `periodMs` long. */
export function ticksPerMs(c: u32, periodMs: f64): f64 {
  return toF64(getU32(c, PERIOD)) / periodMs;
}

/** memberlist's util.go, retransmitLimit: multiplier * ceil(log10(n + 1)), the digits of n. */
export function retransmitLimit(multiplier: u32, nodes: u32): u32 {
  let digits: u32 = 0;
  for (let reach: f64 = 1.0; reach < toF64(nodes) + 1.0; reach = reach * 10.0) digits++;
  return mul32(multiplier, digits);
}
