/**
 * How views begin: rows emptied, filled by rule, or opened by a join through a contact. The host
 * has checked that there are more nodes than entries in a view.
 */
import { getU32, setU16, setU32 } from "../memory";
import { drawBelow } from "../kernels/random";
import { AGES_OFFSET, NO_PEER, ROW_BYTES, SEED, START } from "./context";
import { drawContact } from "./draws";
import { agesOf, rowOf, setEntry } from "./rows";

/** Empties the rows of nodes first .. end - 1. */
export function clearRows(c: u32, first: u32, end: u32): void {
  const idWords = getU32(c, AGES_OFFSET) >>> 2;
  const words = getU32(c, ROW_BYTES) >>> 2;
  for (let node = first; node < end; node++) {
    const row = rowOf(c, node);
    for (let word: u32 = 0; word < words; word++) setU32(row, word, word < idWords ? NO_PEER : 0);
  }
}

/** A random out-regular graph: `view` distinct others for each of nodes 0 .. nodes - 1, age 0. */
export function startRandom(c: u32, nodes: u32, view: u32): void {
  for (let node: u32 = 0; node < nodes; node++) {
    const row = rowOf(c, node);
    const ages = agesOf(c, row);
    let draw: u32 = 0;
    for (let slot: u32 = 0; slot < view; slot++) {
      let peer: u32 = 0;
      do {
        peer = drawBelow(getU32(c, SEED), START, draw, node, nodes - 1);
        peer = peer >= node ? peer + 1 : peer;
        draw++;
      } while (holds(row, slot, peer));
      setU32(row, slot, peer);
      setU16(ages, slot, 0);
    }
  }
}

function holds(row: u32, size: u32, peer: u32): bool {
  for (let slot: u32 = 0; slot < size; slot++) if (getU32(row, slot) == peer) return true;
  return false;
}

/** A ring lattice: each of nodes 0 .. nodes - 1 knows the `view` nodes that follow it. */
export function startLattice(c: u32, nodes: u32, view: u32): void {
  for (let node: u32 = 0; node < nodes; node++) {
    const row = rowOf(c, node);
    for (let slot: u32 = 0; slot < view; slot++) {
      setEntry(c, row, slot, (node + slot + 1) % nodes, 0);
    }
  }
}

/** A star: each of nodes 1 .. nodes - 1 knows node 0 alone, and it knows none. */
export function startStar(c: u32, nodes: u32): void {
  for (let node: u32 = 1; node < nodes; node++) setEntry(c, rowOf(c, node), 0, 0, 0);
}

/**
 * Nodes first .. end - 1 join one after another: each knows a live node drawn among those before
 * it.
 */
export function joinContact(c: u32, first: u32, end: u32, age: u32): void {
  for (let node = first; node < end; node++) {
    setEntry(c, rowOf(c, node), 0, drawContact(c, node), age);
  }
}
