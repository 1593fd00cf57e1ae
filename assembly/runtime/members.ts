/**
 * What SWIM's family and what runs over it draw from the members, all of whom each knows: partners of gossip
 * and of exchanges, and when exchanges are due. Uniform over all others.
 */
import { div32, getU32 } from "../memory";
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
