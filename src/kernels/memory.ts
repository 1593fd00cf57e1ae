/**
 * Twin of assembly/memory.ts over typed arrays. One shared memory is bound per thread at a time;
 * every kernel and every portable function of this thread reads through these views.
 */

export let u8: Uint8Array = new Uint8Array(0);
export let u16: Uint16Array = new Uint16Array(0);
export let i16: Int16Array = new Int16Array(0);
export let u32: Uint32Array = new Uint32Array(0);
export let f32: Float32Array = new Float32Array(0);
export let f64: Float64Array = new Float64Array(0);

/** Points all views at `buffer`; the memory must not grow afterwards (growth detaches views). */
export function bindMemory(buffer: ArrayBufferLike): void {
  u8 = new Uint8Array(buffer);
  u16 = new Uint16Array(buffer);
  i16 = new Int16Array(buffer);
  u32 = new Uint32Array(buffer);
  f32 = new Float32Array(buffer);
  f64 = new Float64Array(buffer);
}

export function getU8(base: number, index: number): number {
  return u8[base + index]!;
}
export function setU8(base: number, index: number, value: number): void {
  u8[base + index] = value;
}
export function getU16(base: number, index: number): number {
  return u16[(base >>> 1) + index]!;
}
export function setU16(base: number, index: number, value: number): void {
  u16[(base >>> 1) + index] = value;
}
export function getI16(base: number, index: number): number {
  return i16[(base >>> 1) + index]!;
}
export function getU32(base: number, index: number): number {
  return u32[(base >>> 2) + index]!;
}
export function setU32(base: number, index: number, value: number): void {
  u32[(base >>> 2) + index] = value;
}
/** A float, widened. */
export function getF32(base: number, index: number): number {
  return f32[(base >>> 2) + index]!;
}
/** Rounds to the nearest float. */
export function setF32(base: number, index: number, value: number): void {
  f32[(base >>> 2) + index] = value;
}
export function getF64(base: number, index: number): number {
  return f64[(base >>> 3) + index]!;
}
export function setF64(base: number, index: number, value: number): void {
  f64[(base >>> 3) + index] = value;
}
/** Adds to an f64 cell; counts up to 2^53 stay exact. */
export function addF64(base: number, index: number, amount: number): void {
  f64[(base >>> 3) + index]! += amount;
}

/** 1 when bit `index` of the bit field at `base` is set, else 0. */
export function getBit(base: number, index: number): number {
  return (u32[(base >>> 2) + (index >>> 5)]! >>> index) & 1;
}
export function setBit(base: number, index: number): void {
  u32[(base >>> 2) + (index >>> 5)]! |= 1 << index;
}
export function clearBit(base: number, index: number): void {
  u32[(base >>> 2) + (index >>> 5)]! &= ~(1 << index);
}

/** Low 32 bits of a product. */
export function mul32(a: number, b: number): number {
  return Math.imul(a, b) >>> 0;
}
/** High 32 bits of a product, exact: by 16-bit parts, since a double holds only 53 bits. */
export function mulHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  const cross = (Math.imul(aLow, bLow) >>> 16) + (Math.imul(aHigh, bLow) >>> 0);
  // cross < 2^32: (2^16 - 1) + (2^16 - 1)^2 stays below 2^32.
  const middle = (cross & 0xffff) + (Math.imul(aLow, bHigh) >>> 0);
  return (Math.imul(aHigh, bHigh) + (cross >>> 16) + (middle >>> 16)) >>> 0;
}
/** Quotient of two unsigned words, rounded down; b > 0. */
export function div32(a: number, b: number): number {
  return (a / b) >>> 0;
}
/** Product of two signed words that fits in 31 bits (coordinates). */
export function mulSigned(a: number, b: number): number {
  return Math.imul(a, b);
}
/** Number of set bits. */
export function popcount(word: number): number {
  let v = word - ((word >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
/** Index of the lowest set bit; word != 0. */
export function lowestBit(word: number): number {
  return 31 - Math.clz32(word & -word);
}
/** Number of zero bits above the highest set bit; 32 for 0. */
export function leadingZeros(word: number): number {
  return Math.clz32(word);
}
export function toF64(value: number): number {
  return value;
}
/** Rounds towards zero; 0 <= value < 2^32. */
export function toU32(value: number): number {
  return value >>> 0;
}
/** Copies `bytes` bytes; the ranges may overlap. */
export function copy(to: number, from: number, bytes: number): void {
  u8.copyWithin(to, from, from + bytes);
}
/** Sets `bytes` bytes from `base` to zero. */
export function clear(base: number, bytes: number): void {
  u8.fill(0, base, base + bytes);
}
