/**
 * The order in which nodes act: a permutation of 0 .. nodes - 1 drawn anew each round and never
 * stored.
 */
import { getU32, setU32 } from "../memory";
import { permute } from "../kernels/permutation";
import { threefry, threefrySecond } from "../kernels/random";
import { NODES, ORDER, ORDER_KEY, ROUND, SEED } from "./context";

/** Draws the keys of this round's order. */
export function drawOrder(c: u32): void {
  setU32(c, ORDER, threefry(getU32(c, SEED), ORDER_KEY, getU32(c, ROUND), 0));
  setU32(c, ORDER + 1, threefrySecond());
}

/** Node at `position` of this round's order. */
export function nodeInOrder(c: u32, position: u32): u32 {
  return permute(position, getU32(c, NODES), getU32(c, ORDER), getU32(c, ORDER + 1));
}
