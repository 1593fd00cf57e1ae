/**
 * Arithmetic of GF(2^bits), bits 12, 32 or 64, as PinSketch needs it: an element is a u64, bit i the
 * coefficient of x^i, sums are exclusive or. A linear map (times a constant, or squaring) is a table
 * u64[16][16]: what each value of each four bits adds to the result. Twin: src/kernels/galois.ts.
 */

/** Bytes of the sixteen entries for four bits of the input. */
const WINDOW_BYTES: u32 = 128;

/** Writes the table of "times the element at factorAt". @param tableAt u64[256] */
export function gfTimesTable(tableAt: u32, factorAt: u32, bits: u32): void {
  const modulus = modulusOf(bits);
  let image = load<u64>(factorAt);
  for (let bit: u32 = 0; bit < bits; bit++) {
    addImage(tableAt, bit, image);
    image = doubled(image, bits, modulus);
  }
}

/** Writes the table of squaring, which is linear in characteristic 2. @param tableAt u64[256] */
export function gfSquareTable(tableAt: u32, bits: u32): void {
  const modulus = modulusOf(bits);
  let image: u64 = 1;
  for (let bit: u32 = 0; bit < bits; bit++) {
    addImage(tableAt, bit, image);
    image = doubled(doubled(image, bits, modulus), bits, modulus);
  }
}

/** to[i] = map(from[i]) for u64[count]; the two may be the same. */
export function gfMap(toAt: u32, fromAt: u32, count: u32, tableAt: u32): void {
  const skip = fromAt - toAt;
  for (let p = toAt, end = toAt + (count << 3); p < end; p += 8) {
    store<u64>(p, mapped(load<u64>(p + skip), tableAt));
  }
}

/** to[i] += map(from[i]) for u64[count]. */
export function gfMapAdd(toAt: u32, fromAt: u32, count: u32, tableAt: u32): void {
  const skip = fromAt - toAt;
  for (let p = toAt, end = toAt + (count << 3); p < end; p += 8) {
    store<u64>(p, load<u64>(p) ^ mapped(load<u64>(p + skip), tableAt));
  }
}

/** Sum of a[i] * b[-i], i < count: `a` read upwards, `b` downwards. */
export function gfDot(outAt: u32, aAt: u32, bLastAt: u32, count: u32, bits: u32): void {
  const modulus = modulusOf(bits);
  let sum: u64 = 0;
  for (let i: u32 = 0; i < count; i++) {
    sum ^= product(load<u64>(aAt + (i << 3)), load<u64>(bLastAt - (i << 3)), bits, modulus);
  }
  store<u64>(outAt, sum);
}

/**
 * 1 / a = a^(2^bits - 2) by Itoh and Tsujii: a^(2^k - 1) for k from the leading bits of bits - 1.
 * @param aAt an element other than 0
 * @param squareAt table of squaring
 */
export function gfInvert(outAt: u32, aAt: u32, bits: u32, squareAt: u32): void {
  const modulus = modulusOf(bits);
  const a = load<u64>(aAt);
  const last = bits - 1;
  let power = a;
  let k: u32 = 1;
  for (let shift = 30 - clz(last); i32(shift) >= 0; shift--) {
    let raised = power;
    for (let i: u32 = 0; i < k; i++) raised = mapped(raised, squareAt);
    power = product(power, raised, bits, modulus);
    k <<= 1;
    if (((last >>> shift) & 1) != 0) {
      power = product(mapped(power, squareAt), a, bits, modulus);
      k++;
    }
  }
  store<u64>(outAt, mapped(power, squareAt));
}

/**
 * Divides polynomials over the field: the remainder replaces the lowest `degree` coefficients, the
 * quotient those above.
 * @param polyAt u64[length], lowest coefficient first
 * @param divisorAt u64[degree] of a monic polynomial, its leading 1 left out
 * @param tableAt u64[256], overwritten
 */
export function gfDivide(
  polyAt: u32, length: u32, divisorAt: u32, degree: u32, bits: u32, tableAt: u32,
): void {
  for (let k = length; k > degree; ) {
    k--;
    const leading = polyAt + (k << 3);
    if (load<u64>(leading) == 0) continue;
    gfTimesTable(tableAt, leading, bits);
    gfMapAdd(leading - (degree << 3), divisorAt, degree, tableAt);
  }
}

/**
 * Adds the odd powers x, x^3, x^5, ... of every element to a sketch.
 * @param syndromesAt u64[capacity]
 * @param elementsAt u64[count], none 0
 * @param tableAt u64[256], overwritten
 * @param squareAt table of squaring
 * @param powerAt u64, overwritten
 */
export function gfSyndromes(
  syndromesAt: u32, capacity: u32, elementsAt: u32, count: u32, bits: u32, tableAt: u32,
  squareAt: u32, powerAt: u32,
): void {
  const end = syndromesAt + (capacity << 3);
  for (let i: u32 = 0; i < count; i++) {
    let power = load<u64>(elementsAt + (i << 3));
    store<u64>(powerAt, mapped(power, squareAt));
    gfTimesTable(tableAt, powerAt, bits);
    for (let p = syndromesAt; p < end; p += 8) {
      store<u64>(p, load<u64>(p) ^ power);
      power = mapped(power, tableAt);
    }
  }
}

/** Irreducible polynomials of minisketch (src/fields): the lowest term of 64 bits is above the word. */
function modulusOf(bits: u32): u64 {
  if (bits == 64) return 0x1b; // x^64 + x^4 + x^3 + x + 1
  return bits == 32 ? 0x10000008d : 0x1009; // x^32 + x^7 + x^3 + x^2 + 1, x^12 + x^3 + 1
}

/** Times x. */
function doubled(a: u64, bits: u32, modulus: u64): u64 {
  return (a << 1) ^ (modulus & (0 - (a >>> (bits - 1))));
}

function product(a: u64, b: u64, bits: u32, modulus: u64): u64 {
  let result: u64 = 0;
  for (let bit = bits - 1; i32(bit) >= 0; bit--) {
    result = doubled(result, bits, modulus) ^ (a & (0 - ((b >>> bit) & 1)));
  }
  return result;
}

/** Enters the image of x^bit: it completes the entries whose highest bit is this one. */
function addImage(tableAt: u32, bit: u32, image: u64): void {
  const window = tableAt + (bit >>> 2) * WINDOW_BYTES;
  const half: u32 = 1 << (bit & 3);
  if (half == 1) store<u64>(window, 0);
  for (let i: u32 = 0; i < half; i++) {
    store<u64>(window + ((half + i) << 3), load<u64>(window + (i << 3)) ^ image);
  }
}

/** The sum of one entry for each four bits. */
function mapped(element: u64, tableAt: u32): u64 {
  const low = mappedHalf(<u32>element, tableAt);
  const high = <u32>(element >>> 32);
  return high == 0 ? low : low ^ mappedHalf(high, tableAt + 8 * WINDOW_BYTES);
}

/** Pairs of pairs, since powers of one element wait for each other: three sums in a row, not seven. */
function mappedHalf(half: u32, tableAt: u32): u64 {
  const a =
    load<u64>(tableAt + ((half << 3) & 0x78)) ^ load<u64>(tableAt + ((half >>> 1) & 0x78), 128);
  const b =
    load<u64>(tableAt + ((half >>> 5) & 0x78), 256) ^ load<u64>(tableAt + ((half >>> 9) & 0x78), 384);
  const c =
    load<u64>(tableAt + ((half >>> 13) & 0x78), 512) ^ load<u64>(tableAt + ((half >>> 17) & 0x78), 640);
  const d =
    load<u64>(tableAt + ((half >>> 21) & 0x78), 768) ^ load<u64>(tableAt + ((half >>> 25) & 0x78), 896);
  return a ^ b ^ (c ^ d);
}
