/**
 * Draws of events that need an unknown number of them (joins, walks): an event is keyed by what it
 * is, the round and the node, and counts its own draws.
 */
import { getU32, setU32 } from "../memory";
import { drawBelow, threefry, threefrySecond } from "../kernels/random";
import { CONTACT, EVENT, IN_EVENT, ROUND, SEED } from "./context";
import { isAlive } from "./rows";

/** Starts the draws of one event of `node` in this round. */
export function openEvent(c: u32, purpose: u32, node: u32): void {
  setU32(c, EVENT, threefry(getU32(c, SEED), purpose, getU32(c, ROUND), node));
  setU32(c, EVENT + 1, threefrySecond());
  setU32(c, EVENT + 2, 0);
}

/** The event's next draw, unbiased below `bound`. */
export function drawNext(c: u32, bound: u32): u32 {
  const count = getU32(c, EVENT + 2);
  setU32(c, EVENT + 2, count + 1);
  return drawBelow(getU32(c, EVENT), IN_EVENT, count, getU32(c, EVENT + 1), bound);
}

/** A live node below `newcomer`, uniform over them; there must be one. */
export function drawContact(c: u32, newcomer: u32): u32 {
  let attempt: u32 = 0;
  while (true) {
    const contact = drawBelow(getU32(c, SEED), CONTACT, attempt, newcomer, newcomer);
    if (isAlive(c, contact) == 1) return contact;
    attempt++;
  }
}
