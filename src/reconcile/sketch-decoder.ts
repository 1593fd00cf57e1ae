/**
 * From the syndromes of a PinSketch to its elements, as in minisketch: Berlekamp-Massey finds the
 * polynomial whose roots they are, Berlekamp's trace algorithm finds the roots. Polynomials are monic and
 * stored without their leading 1, so that the factors of one take the same room as the polynomial.
 */
import { ELEMENT_BYTES, type Field } from "./field.js";

/** u64[count] beginning at an address. */
function cell(at: number, index: number): number {
  return at + index * ELEMENT_BYTES;
}

/**
 * Writes the distinct elements to `outAt`, in no particular order.
 * @param syndromesAt u64[capacity]: the sums of the odd powers
 * @param outAt u64[capacity]
 * @returns their number, or -1 when no set of up to `capacity` elements has these syndromes
 */
export function decodeSyndromes(
  field: Field,
  syndromesAt: number,
  capacity: number,
  outAt: number,
): number {
  const owner = {};
  try {
    const degree = locatorOf(field, owner, syndromesAt, capacity, outAt);
    if (degree <= 1) return degree;
    return new RootFinder(field, owner, outAt, degree).split() ? degree : -1;
  } finally {
    field.space.release(owner);
  }
}

/**
 * Berlekamp-Massey over all syndromes: the even ones are squares, and their discrepancies are 0 (Massey
 * 1969; Berlekamp's binary case), so only every second step is taken.
 * @returns degree of the polynomial written to `outAt`, -1 when it would pass the capacity
 */
function locatorOf(
  field: Field,
  owner: object,
  syndromesAt: number,
  capacity: number,
  outAt: number,
): number {
  const { space } = field;
  const room = capacity + 1;
  const allAt = space.allocate(owner, (2 * capacity + 3 * room + 4) * ELEMENT_BYTES);
  for (let i = 0; i < 2 * capacity; i++) {
    // all[i] is the sum of the powers i + 1.
    if (i % 2 === 0) copy(field, cell(allAt, i), cell(syndromesAt, i / 2), 1);
    else field.square(cell(allAt, i), cell(allAt, (i - 1) / 2), 1);
  }
  const connectionAt = cell(allAt, 2 * capacity);
  const formerAt = cell(connectionAt, room);
  const copyAt = cell(formerAt, room);
  const [discrepancyAt, formerDiscrepancyAt, factorAt] = [
    cell(copyAt, room),
    cell(copyAt, room + 1),
    cell(copyAt, room + 2),
  ];
  for (const at of [connectionAt, formerAt, formerDiscrepancyAt]) field.set(at, 1, 0);
  let length = 0;
  let formerLength = 0;
  let shift = 1;
  for (let n = 0; n < 2 * capacity; n += 2) {
    field.dot(discrepancyAt, connectionAt, cell(allAt, n), length + 1);
    if (!field.isZero(discrepancyAt)) {
      const grows = 2 * length <= n;
      if (grows && n + 1 - length > capacity) return -1;
      if (grows) copy(field, copyAt, connectionAt, length + 1);
      field.invert(factorAt, formerDiscrepancyAt);
      field.scale(factorAt, factorAt, 1, discrepancyAt);
      field.addScaled(cell(connectionAt, shift), formerAt, formerLength + 1, factorAt);
      if (grows) {
        copy(field, formerAt, copyAt, length + 1);
        copy(field, formerDiscrepancyAt, discrepancyAt, 1);
        formerLength = length;
        length = n + 1 - length;
        shift = 0;
      }
    }
    shift += 2;
  }
  // A leading 0 would be a root 0, which is no element.
  if (field.isZero(cell(connectionAt, length))) return -1;
  for (let i = 0; i < length; i++) copy(field, cell(outAt, i), cell(connectionAt, length - i), 1);
  return length;
}

function copy({ space }: Field, toAt: number, fromAt: number, count: number): void {
  space.u8.copyWithin(toAt, fromAt, fromAt + count * ELEMENT_BYTES);
}

interface Factor {
  readonly at: number;
  readonly degree: number;
}

/** Splits a polynomial into linear factors in place: what is left at `at` are its roots. */
class RootFinder {
  readonly #field: Field;
  readonly #at: number;
  readonly #degree: number;
  /** x^(2^i) modulo the polynomial, i < bits: u64[degree] each. */
  readonly #powersAt: number;
  /** u64[2 * degree + 2] each. */
  readonly #traceAt: number;
  readonly #leftAt: number;
  readonly #rightAt: number;
  readonly #elementAt: number;

  constructor(field: Field, owner: object, at: number, degree: number) {
    this.#field = field;
    this.#at = at;
    this.#degree = degree;
    const room = 2 * degree + 2;
    const elements = field.bits * degree + 3 * room + 1;
    this.#powersAt = field.space.allocate(owner, elements * ELEMENT_BYTES);
    this.#traceAt = cell(this.#powersAt, field.bits * degree);
    this.#leftAt = cell(this.#traceAt, room);
    this.#rightAt = cell(this.#leftAt, room);
    this.#elementAt = cell(this.#rightAt, room);
  }

  /** False when the polynomial has not as many distinct roots as its degree says. */
  split(): boolean {
    if (!this.#splitsInField()) return false;
    let factors: Factor[] = [{ at: this.#at, degree: this.#degree }];
    for (let bit = 0; factors.some(({ degree }) => degree > 1); bit++) {
      this.#writeTrace(bit);
      factors = factors.flatMap((factor) => (factor.degree > 1 ? this.#parts(factor) : [factor]));
    }
    return true;
  }

  /** Fills in the powers; all roots are distinct and in the field when x^(2^bits) = x. */
  #splitsInField(): boolean {
    const field = this.#field;
    const degree = this.#degree;
    field.set(cell(this.#powersAt, 1), 1, 0);
    for (let i = 1; i < field.bits; i++) {
      const powerAt = cell(this.#powersAt, i * degree);
      this.#squareTo(cell(powerAt, -degree));
      copy(field, powerAt, this.#leftAt, degree);
    }
    this.#squareTo(cell(this.#powersAt, (field.bits - 1) * degree));
    const bytes = degree * ELEMENT_BYTES;
    const { u8 } = field.space;
    const first = u8.subarray(this.#powersAt, this.#powersAt + bytes);
    return u8.subarray(this.#leftAt, this.#leftAt + bytes).every((byte, i) => byte === first[i]);
  }

  /** Leaves the square of u64[degree] modulo the polynomial at the start of `left`. */
  #squareTo(fromAt: number): void {
    const field = this.#field;
    const degree = this.#degree;
    field.square(this.#rightAt, fromAt, degree);
    const { u32 } = field.space;
    const [left, right] = [this.#leftAt >>> 2, this.#rightAt >>> 2];
    u32.fill(0, left, left + 4 * degree);
    for (let i = 0; i < degree; i++) {
      u32[left + 4 * i] = u32[right + 2 * i]!;
      u32[left + 4 * i + 1] = u32[right + 2 * i + 1]!;
    }
    field.divide(this.#leftAt, 2 * degree - 1, this.#at, degree);
  }

  /**
   * The trace of x^bit times the variable, modulo the polynomial: 0 at half of the elements, 1 at the
   * others. For any two elements some bit tells them apart.
   */
  #writeTrace(bit: number): void {
    const field = this.#field;
    const degree = this.#degree;
    field.space.u8.fill(0, this.#traceAt, cell(this.#traceAt, degree));
    field.set(this.#elementAt, bit < 32 ? 1 << bit : 0, bit < 32 ? 0 : 1 << (bit - 32));
    for (let i = 0; i < field.bits; i++) {
      field.addScaled(this.#traceAt, cell(this.#powersAt, i * degree), degree, this.#elementAt);
      field.square(this.#elementAt, this.#elementAt, 1);
    }
  }

  /** The factor as the product of two, where the trace tells some of its roots apart. */
  #parts(factor: Factor): readonly Factor[] {
    const field = this.#field;
    const { at, degree } = factor;
    copy(field, this.#rightAt, this.#traceAt, this.#degree);
    field.divide(this.#rightAt, this.#degree, at, degree);
    const common = this.#commonDivisor(factor);
    if (common.degree === 0 || common.degree === degree) return [factor];
    const restAt = common.at === this.#leftAt ? this.#rightAt : this.#leftAt;
    copy(field, restAt, at, degree);
    field.set(cell(restAt, degree), 1, 0);
    field.divide(restAt, degree + 1, common.at, common.degree);
    copy(field, at, common.at, common.degree);
    const second = { at: cell(at, common.degree), degree: degree - common.degree };
    copy(field, second.at, cell(restAt, common.degree), second.degree);
    return [{ at, degree: common.degree }, second];
  }

  /** Euclid's algorithm on a factor and the polynomial of lower degree in `right`. */
  #commonDivisor({ at, degree }: Factor): Factor {
    const field = this.#field;
    let [divided, divisor] = [this.#leftAt, this.#rightAt];
    let dividedDegree = degree;
    copy(field, divided, at, degree);
    for (;;) {
      let divisorDegree = dividedDegree - 1;
      while (divisorDegree >= 0 && field.isZero(cell(divisor, divisorDegree))) divisorDegree--;
      if (divisorDegree < 0) return { at: divided, degree: dividedDegree };
      if (divisorDegree === 0) return { at: divisor, degree: 0 };
      field.invert(this.#elementAt, cell(divisor, divisorDegree));
      field.scale(divisor, divisor, divisorDegree, this.#elementAt);
      field.set(cell(divided, dividedDegree), 1, 0);
      field.divide(divided, dividedDegree + 1, divisor, divisorDegree);
      [divided, divisor] = [divisor, divided];
      dividedDegree = divisorDegree;
    }
  }
}
