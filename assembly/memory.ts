/**
 * The only way portable code touches memory, and the few integer operations whose meaning differs
 * between the languages. Twin: src/kernels/memory.ts. Addresses are bytes; an index counts elements.
 */

export function getU8(base: u32, index: u32): u32 {
  return load<u8>(base + index);
}
export function setU8(base: u32, index: u32, value: u32): void {
  store<u8>(base + index, <u8>value);
}
export function getU16(base: u32, index: u32): u32 {
  return load<u16>(base + (index << 1));
}
export function setU16(base: u32, index: u32, value: u32): void {
  store<u16>(base + (index << 1), <u16>value);
}
export function getI16(base: u32, index: u32): i32 {
  return load<i16>(base + (index << 1));
}
export function getU32(base: u32, index: u32): u32 {
  return load<u32>(base + (index << 2));
}
export function setU32(base: u32, index: u32, value: u32): void {
  store<u32>(base + (index << 2), value);
}
/** A float, widened. */
export function getF32(base: u32, index: u32): f64 {
  return <f64>load<f32>(base + (index << 2));
}
/** Rounds to the nearest float. */
export function setF32(base: u32, index: u32, value: f64): void {
  store<f32>(base + (index << 2), <f32>value);
}
export function getF64(base: u32, index: u32): f64 {
  return load<f64>(base + (index << 3));
}
export function setF64(base: u32, index: u32, value: f64): void {
  store<f64>(base + (index << 3), value);
}
/** Adds to an f64 cell; counts up to 2^53 stay exact. */
export function addF64(base: u32, index: u32, amount: f64): void {
  const at = base + (index << 3);
  store<f64>(at, load<f64>(at) + amount);
}

/** 1 when bit `index` of the bit field at `base` is set, else 0. */
export function getBit(base: u32, index: u32): u32 {
  return (load<u32>(base + ((index >>> 5) << 2)) >>> index) & 1;
}
export function setBit(base: u32, index: u32): void {
  const at = base + ((index >>> 5) << 2);
  store<u32>(at, load<u32>(at) | (1 << index));
}
export function clearBit(base: u32, index: u32): void {
  const at = base + ((index >>> 5) << 2);
  store<u32>(at, load<u32>(at) & ~(1 << index));
}

/** Low 32 bits of a product. */
export function mul32(a: u32, b: u32): u32 {
  return a * b;
}
/** High 32 bits of a product. */
export function mulHigh(a: u32, b: u32): u32 {
  return <u32>((<u64>a * <u64>b) >>> 32);
}
/** Quotient of two unsigned words, rounded down; b > 0. */
export function div32(a: u32, b: u32): u32 {
  return a / b;
}
/** Product of two signed words that fits in 31 bits (coordinates). */
export function mulSigned(a: i32, b: i32): i32 {
  return a * b;
}
/** Number of set bits. */
export function popcount(word: u32): u32 {
  return popcnt(word);
}
/** Index of the lowest set bit; word != 0. */
export function lowestBit(word: u32): u32 {
  return ctz(word);
}
/** Number of zero bits above the highest set bit; 32 for 0. */
export function leadingZeros(word: u32): u32 {
  return clz(word);
}
export function toF64(value: u32): f64 {
  return <f64>value;
}
/** Rounds towards zero; 0 <= value < 2^32. */
export function toU32(value: f64): u32 {
  return <u32>value;
}
/** Copies `bytes` bytes; the ranges may overlap. */
export function copy(to: u32, from: u32, bytes: u32): void {
  memory.copy(to, from, bytes);
}
/** Sets `bytes` bytes from `base` to zero. */
export function clear(base: u32, bytes: u32): void {
  memory.fill(base, 0, bytes);
}
