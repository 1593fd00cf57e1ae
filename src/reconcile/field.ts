/**
 * GF(2^bits) over addresses of a workspace, for PinSketch: an element is a u64, a polynomial its
 * coefficients from the lowest. Owns the tables that the kernels of kernels/galois.ts ask for.
 */
import { workspace, type Workspace } from "../kernels/workspace.js";
import type { BackendName } from "../kernels/backend.js";

/** minisketch knows 2 .. 64; these are multiples of four bits, which the tables are made of. */
export const FIELD_BITS = [12, 32, 64] as const;
export type FieldBits = (typeof FIELD_BITS)[number];

export const ELEMENT_BYTES = 8;
const TABLE_BYTES = 256 * ELEMENT_BYTES;

export class Field {
  readonly bits: FieldBits;
  readonly space: Workspace;
  readonly #squareAt: number;
  readonly #tableAt: number;
  readonly #elementAt: number;

  private constructor(bits: FieldBits, space: Workspace) {
    this.bits = bits;
    this.space = space;
    this.#squareAt = space.allocate(this, 2 * TABLE_BYTES + ELEMENT_BYTES);
    this.#tableAt = this.#squareAt + TABLE_BYTES;
    this.#elementAt = this.#tableAt + TABLE_BYTES;
    space.kernels.gfSquareTable(this.#squareAt, bits);
  }

  /** The one field of these bits of a backend. */
  static of(bits: FieldBits, backend: BackendName): Field {
    const name = `${backend}${bits}`;
    const existing = fields.get(name);
    if (existing !== undefined) return existing;
    const field = new Field(bits, workspace(backend));
    fields.set(name, field);
    return field;
  }

  /** Adds the odd powers of u64[count] elements, none 0, to u64[capacity] syndromes. */
  addSyndromes(syndromesAt: number, capacity: number, elementsAt: number, count: number): void {
    const scratch = [this.#tableAt, this.#squareAt, this.#elementAt] as const;
    const { gfSyndromes } = this.space.kernels;
    gfSyndromes(syndromesAt, capacity, elementsAt, count, this.bits, ...scratch);
  }

  /** to[i] = from[i]^2. */
  square(toAt: number, fromAt: number, count: number): void {
    this.space.kernels.gfMap(toAt, fromAt, count, this.#squareAt);
  }

  /** to[i] = from[i] * factor. */
  scale(toAt: number, fromAt: number, count: number, factorAt: number): void {
    const { gfTimesTable, gfMap } = this.space.kernels;
    gfTimesTable(this.#tableAt, factorAt, this.bits);
    gfMap(toAt, fromAt, count, this.#tableAt);
  }

  /** to[i] += from[i] * factor. */
  addScaled(toAt: number, fromAt: number, count: number, factorAt: number): void {
    const { gfTimesTable, gfMapAdd } = this.space.kernels;
    gfTimesTable(this.#tableAt, factorAt, this.bits);
    gfMapAdd(toAt, fromAt, count, this.#tableAt);
  }

  /** Sum of a[i] * b[-i]. */
  dot(outAt: number, aAt: number, bLastAt: number, count: number): void {
    this.space.kernels.gfDot(outAt, aAt, bLastAt, count, this.bits);
  }

  /** 1 / a; a is not 0. */
  invert(outAt: number, aAt: number): void {
    this.space.kernels.gfInvert(outAt, aAt, this.bits, this.#squareAt);
  }

  /** Remainder into the lowest `degree` coefficients, quotient above; the divisor's leading 1 is left out. */
  divide(polyAt: number, length: number, divisorAt: number, degree: number): void {
    const { gfDivide } = this.space.kernels;
    gfDivide(polyAt, length, divisorAt, degree, this.bits, this.#tableAt);
  }

  isZero(at: number): boolean {
    const { u32 } = this.space;
    return (u32[at >>> 2]! | u32[(at >>> 2) + 1]!) === 0;
  }

  set(at: number, low: number, high: number): void {
    const { u32 } = this.space;
    u32[at >>> 2] = low;
    u32[(at >>> 2) + 1] = high;
  }
}

const fields = new Map<string, Field>();
