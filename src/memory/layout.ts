/**
 * Field list -> addresses. Arithmetic only: nothing is allocated here, so a budget can be stated
 * (and refused) before a byte of memory is reserved.
 */
import { InputError } from "../errors.js";
import { formatBytes, formatNodes } from "../units.js";

export type ElementType = "u8" | "u16" | "i16" | "u32" | "f64" | "bits";

/** One array of the struct-of-arrays state. */
export interface FieldSpec {
  readonly name: string;
  readonly type: ElementType;
  /** Elements; for "bits" the number of bits. */
  readonly count: number;
  readonly meaning: string;
  /** true: part of the trial's final state, enters the digest. */
  readonly digest?: boolean;
  /** true: of all nodes together, not kept by node; it outlives a node that forgets. */
  readonly shared?: boolean;
}

export interface PlacedField extends FieldSpec {
  /** Byte address, a multiple of FIELD_ALIGNMENT. */
  readonly at: number;
  /** Bytes reserved, a multiple of FIELD_ALIGNMENT. */
  readonly bytes: number;
}

export interface Layout {
  readonly fields: readonly PlacedField[];
  /** First address above all fields. */
  readonly end: number;
}

/** Fields start on this boundary: a cache-line pair, and the width of any SIMD load. */
export const FIELD_ALIGNMENT = 128;
/** Bit fields are padded to whole blocks of draws, so kernels need no tail loop. */
export const BIT_PADDING = 1024;
/** Below this address stand the module's own static data and the null page. */
export const FIELDS_START = 65_536;
/** WebAssembly memory32: 65,536 pages of 64 KiB. */
export const MEMORY_LIMIT_BYTES = 65_536 * 65_536;
export const PAGE_BYTES = 65_536;

const ELEMENT_BYTES: Record<Exclude<ElementType, "bits">, number> = {
  u8: 1,
  u16: 2,
  i16: 2,
  u32: 4,
  f64: 8,
};

/** Bytes of one field before alignment. */
export function fieldBytes(field: FieldSpec): number {
  if (field.type === "bits") {
    return (Math.ceil(field.count / BIT_PADDING) * BIT_PADDING) / 8;
  }
  return field.count * ELEMENT_BYTES[field.type];
}

/** Places fields one after the other from `start`; never throws, the caller checks the end. */
export function layOut(fields: readonly FieldSpec[], start: number = FIELDS_START): Layout {
  let at = alignUp(start);
  const placed = fields.map((field) => {
    const bytes = alignUp(fieldBytes(field));
    const result = { ...field, at, bytes };
    at += bytes;
    return result;
  });
  return { fields: placed, end: at };
}

/**
 * Refuses a layout that cannot fit, with the numbers a user needs.
 * @param bytes what the run would need at `nodes`
 * @throws InputError "needs 6.1 GiB at 1e9 nodes; 4 GiB is the limit …; try --nodes 6e8"
 */
export function checkBudget(bytes: number, nodes: number): void {
  if (bytes <= MEMORY_LIMIT_BYTES) return;
  const fitting = nodes * (MEMORY_LIMIT_BYTES / bytes);
  const magnitude = 10 ** Math.floor(Math.log10(fitting));
  const suggestion = Math.max(2, Math.floor((fitting * 0.98) / magnitude) * magnitude);
  throw new InputError(
    `needs ${formatBytes(bytes)} at ${formatNodes(nodes)} nodes; 4 GiB is the limit of ` +
      `WebAssembly memory; try --nodes ${formatNodes(suggestion)}`,
  );
}

function alignUp(address: number): number {
  return Math.ceil(address / FIELD_ALIGNMENT) * FIELD_ALIGNMENT;
}
