/**
 * Speakers of MetalLB in layer 2: each address is announced by one of them, the first in an order drawn for the
 * address among those that memberlist calls alive. Nobody elects: who believes itself first announces, so an
 * address has no owner until a crash is noticed, and two while views differ.
 */
import { addF64, getU32 } from "../memory";
import { threefry } from "../kernels/random";
import { setting } from "../runtime/access";
import { CELLS_AT, END, FIRST, SEED } from "../runtime/context";
import { isUp } from "../runtime/lives";
import { MORE_PARAMETERS, startMemberlist } from "../runtime/memberlist";
import { subjectNode } from "../runtime/subjects";
import { DEAD_BITS, hasBit, rowOf } from "../runtime/swim-rows";
import { MORE_CELLS, SUBJECTS, rulesAt } from "../runtime/swim-rules";
import { actAll, measureAll, receiveAll } from "../runtime/swim-run";

/** Parameter, and cells behind those of the engine: owners of each address, then nodes that could serve. */
const ADDRESSES: u32 = MORE_PARAMETERS;
const OWNERS: u32 = MORE_CELLS + 3;
/** Purpose of the draw of an address's order. */
const ORDER: u32 = 0xff000000;

export function metallbMemberlistStart(c: u32): void {
  startMemberlist(c);
}
export function metallbMemberlistReceive(c: u32): void {
  receiveAll(c);
}
export function metallbMemberlistAct(c: u32): void {
  actAll(c);
}

export function metallbMemberlistMeasure(c: u32): void {
  measureAll(c);
  const speakers = getU32(rulesAt(c), SUBJECTS);
  for (let s: u32 = 0; s < speakers; s++) {
    const node = subjectNode(c, speakers, s);
    if (node < getU32(c, FIRST) || node >= getU32(c, END) || isUp(c, node) == 0) continue;
    for (let address: u32 = 0; address < setting(c, ADDRESSES); address++) {
      if (announces(c, speakers, s, address)) addF64(getU32(c, CELLS_AT), OWNERS + address, 1.0);
    }
  }
}

/** Whether a speaker finds nobody alive before itself in the order of an address. */
function announces(c: u32, speakers: u32, s: u32, address: u32): bool {
  const row = rowOf(c, subjectNode(c, speakers, s));
  const own = rankOf(c, s, address);
  for (let other: u32 = 0; other < speakers; other++) {
    if (other == s || hasBit(row, DEAD_BITS, other) == 1) continue;
    const rank = rankOf(c, other, address);
    if (rank < own || (rank == own && other < s)) return false;
  }
  return true;
}
function rankOf(c: u32, s: u32, address: u32): u32 {
  return threefry(getU32(c, SEED), ORDER, s, address);
}
