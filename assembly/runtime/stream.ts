/**
 * When the rumors of a stream are born: rumor r comes r intervals after the start, rounded down to whole
 * ticks. Rumors are numbered in the order of their birth, so every question is one about numbers.
 */
import { toF64, toU32 } from "../memory";

/** Ticks from here on are never reached. */
const NEVER: u32 = 0x7fffffff;

/** Tick in which a rumor is born. @param interval ticks between two births, above 0 */
export function bornTick(rumor: u32, interval: f64): u32 {
  const at = toF64(rumor) * interval;
  return at < 2147483647.0 ? toU32(at) : NEVER;
}

/** How many of the first `rumors` rumors are born in ticks 0 .. tick. */
export function bornBy(tick: u32, interval: f64, rumors: u32): u32 {
  const guess = (toF64(tick) + 1.0) / interval;
  let count: u32 = guess < toF64(rumors) ? toU32(guess) : rumors;
  // The quotient may be off by its last digit: the product is what counts.
  while (count > 0 && bornTick(count - 1, interval) > tick) count--;
  while (count < rumors && bornTick(count, interval) <= tick) count++;
  return count;
}
