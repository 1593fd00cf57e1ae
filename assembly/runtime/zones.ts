/**
 * Data centres and racks as runs of ids: where a node stands, and which messages leave its zone.
 */
import { addF64, div32, getU32, mul32, toF64 } from "../memory";
import { CARRIED, CROSS_DC, CROSS_RACK, DC_SIZE, NODES, RACK_SIZE, SENT_COUNTS_AT } from "./context";

export function dcFirst(c: u32, node: u32): u32 {
  const size = getU32(c, DC_SIZE);
  return mul32(div32(node, size), size);
}
export function dcEnd(c: u32, node: u32): u32 {
  const first = dcFirst(c, node);
  const nodes = getU32(c, NODES);
  const size = getU32(c, DC_SIZE);
  return nodes - first < size ? nodes : first + size;
}
export function rackFirst(c: u32, node: u32): u32 {
  const first = dcFirst(c, node);
  const size = getU32(c, RACK_SIZE);
  return first + mul32(div32(node - first, size), size);
}
export function rackEnd(c: u32, node: u32): u32 {
  const first = rackFirst(c, node);
  const end = dcEnd(c, node);
  const size = getU32(c, RACK_SIZE);
  return end - first < size ? end : first + size;
}

/** Counts the bytes of a message that the network takes, by the zones that it crosses. */
export function countCarried(c: u32, to: u32, from: u32, bytes: u32): void {
  const counts = getU32(c, SENT_COUNTS_AT);
  const amount = toF64(bytes);
  addF64(counts, CARRIED, amount);
  const dc = getU32(c, DC_SIZE);
  const first = mul32(div32(from, dc), dc);
  if (to < first || to - first >= dc) {
    addF64(counts, CROSS_DC, amount);
    return;
  }
  const rack = getU32(c, RACK_SIZE);
  if (div32(from - first, rack) != div32(to - first, rack)) {
    addF64(counts, CROSS_RACK, amount);
  }
}
