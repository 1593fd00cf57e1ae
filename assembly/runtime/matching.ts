/**
 * Perfect matchings of all nodes, one a round: places 2 i and 2 i + 1 of a random order are a pair. Any
 * node finds its own pair alone. On the complete graph only.
 */
import { div32, getU32, setU32 } from "../memory";
import { permute, permuteInverse } from "../kernels/permutation";
import { threefry, threefrySecond } from "../kernels/random";
import { EVENT_CLOCK, NODES, PEERS_AT, PERIOD, ROUND, SEED, TICK } from "./context";

/** Purpose of the keys of an order; counted by the round. */
const MATCHING: u32 = 0x39100000;

/** The number of the round that begins now; on an event clock of the period. */
export function roundNumber(c: u32): u32 {
  if (getU32(c, EVENT_CLOCK) == 0) return getU32(c, ROUND);
  return div32(getU32(c, TICK), getU32(c, PERIOD));
}

/**
 * The node that `node` calls in the matching of this round, left where chosenPeer(c, 0) finds it.
 * @returns 1; 0 when the other of the pair calls, or the node is left over of an odd number
 */
export function chooseMatch(c: u32, node: u32): u32 {
  const nodes = getU32(c, NODES);
  const key0 = threefry(getU32(c, SEED), MATCHING, roundNumber(c), 0);
  const key1 = threefrySecond();
  const place = permute(node, nodes, key0, key1);
  if ((place & 1) == 1 || place + 1 >= nodes) return 0;
  setU32(getU32(c, PEERS_AT), 0, permuteInverse(place + 1, nodes, key0, key1));
  return 1;
}
