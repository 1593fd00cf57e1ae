/**
 * First values of the nodes of an aggregation, and the table of cells that its figures add up in.
 */
import { addF64, getF64, getU32, setF64, toF64 } from "../memory";
import { threefry } from "../kernels/random";
import { CELLS_AT, FIRST_CELLS_AT, LAST_CELLS_AT, NODES, ORIGIN, SEED } from "./context";

/** Purpose of the draw of a node's first value. */
const VALUE: u32 = 0x38000000;
/** Kinds of first values; see src/protocols/shared/aggregation.ts. */
const PEAK: u32 = 1;
const LINEAR: u32 = 2;

/** uniform: drawn from (0, 1); peak: 1 at the origin, else 0; linear: (node + 0.5) / nodes. */
export function firstValue(c: u32, kind: u32, node: u32): f64 {
  if (kind == PEAK) return node == getU32(c, ORIGIN) ? 1.0 : 0.0;
  if (kind == LINEAR) return (toF64(node) + 0.5) / toF64(getU32(c, NODES));
  return (toF64(threefry(getU32(c, SEED), VALUE, 0, node)) + 0.5) / 4294967296.0;
}

export function addCell(c: u32, cell: u32, amount: f64): void {
  addF64(getU32(c, CELLS_AT), cell, amount);
}
export function lowerCell(c: u32, cell: u32, value: f64): void {
  const cells = getU32(c, CELLS_AT);
  if (value < getF64(cells, cell)) setF64(cells, cell, value);
}
export function raiseCell(c: u32, cell: u32, value: f64): void {
  const cells = getU32(c, CELLS_AT);
  if (value > getF64(cells, cell)) setF64(cells, cell, value);
}
/** A cell of all nodes before anything was sent; not a number while that is being measured. */
export function firstCell(c: u32, cell: u32): f64 {
  return getF64(getU32(c, FIRST_CELLS_AT), cell);
}
/** A cell of all nodes as the last round ended. */
export function lastCell(c: u32, cell: u32): f64 {
  return getF64(getU32(c, LAST_CELLS_AT), cell);
}

/** 1 when `value` lies within `tolerance` times |truth| of the truth; 0 while the truth is unknown. */
export function isWithin(value: f64, truth: f64, tolerance: f64): u32 {
  const off = value > truth ? value - truth : truth - value;
  const reach = (truth < 0 ? 0.0 - truth : truth) * tolerance;
  return off <= reach ? 1 : 0;
}
