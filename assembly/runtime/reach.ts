/**
 * Which nodes another cannot reach, as outages and partitions have it: the truth that stands in for what a
 * node believes of nodes that it does not track. Churn is not read: it is known to a node's own shard alone.
 */
import { getU32, setU32, toF64 } from "../memory";
import { field } from "./access";
import { CUT_END, CUT_FIRST, NODES, OUTAGES_NOW, OUTAGE_HITS_AT, SHARD } from "./context";
import { isCut } from "./links";
import { isDownNow } from "./subjects";

/** true while `other` is down, or cut off from `node`. */
export function isGone(c: u32, node: u32, other: u32): bool {
  return isDownNow(c, other) == 1 || isCut(c, node, other);
}

/** true while no outage lasts and no partition: nobody is gone for anybody. */
export function isWhole(c: u32): bool {
  return getU32(c, OUTAGES_NOW) == 0 && getU32(c, CUT_FIRST) == getU32(c, CUT_END);
}

/**
 * How many nodes are gone for `node`; of those that are both down and cut off the expected number.
 * @param index field of u32[shards * 2]: the outages that a shard has counted, and whom they hold down
 */
export function goneNodes(c: u32, index: u32, node: u32): f64 {
  const nodes = toF64(getU32(c, NODES));
  const down = toF64(downNodes(c, index));
  const first = getU32(c, CUT_FIRST);
  const end = getU32(c, CUT_END);
  if (first == end) return down;
  const inside = toF64(end - first);
  const cut = node >= first && node < end ? nodes - inside : inside;
  return cut + down - (cut * down) / nodes;
}

/** Nodes that outages hold down, counted anew when these change. @param index as in goneNodes */
export function downNodes(c: u32, index: u32): u32 {
  const now = getU32(c, OUTAGES_NOW);
  if (now == 0) return 0;
  const row = field(c, index) + (getU32(c, SHARD) << 3);
  if (getU32(row, 0) == now) return getU32(row, 1);
  const hits = getU32(c, OUTAGE_HITS_AT);
  let down: u32 = 0;
  for (let node: u32 = 0; node < getU32(c, NODES); node++) {
    if ((getU32(hits, node) & now) != 0) down++;
  }
  setU32(row, 0, now);
  setU32(row, 1, down);
  return down;
}
