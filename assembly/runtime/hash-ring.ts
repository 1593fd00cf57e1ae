/**
 * A consistent hashing ring without a table. It has `tokens` rounds of n places; in round t place i belongs to
 * node (c_t i + b_t) mod n with drawn c_t prime to n, so every node has one token in each round, every round
 * gives it other neighbours, and whose a place is and where a node's tokens are is arithmetic. b_t is
 * drawn until nodes stay distinct across the seams, too. Equal ranges: Dynamo's third strategy of partitioning.
 */
import { div32, getU32, mul32, setU32, toF64, toU32 } from "../memory";
import { drawBelow } from "../kernels/random";
import { NODES, SEED } from "./context";

/** A ring's words: its places, its rounds, then for each round c, its inverse, and b. */
const PLACES: u32 = 0;
const ROUNDS: u32 = 1;
const FIRST_ROUND: u32 = 2;
const ROUND_WORDS: u32 = 3;
export const ROUNDS_MAX: u32 = 16;
export const RING_WORDS: u32 = 50;

/** With fewer nodes all rounds are alike: seams are then like any other place. */
const NODES_MIN: u32 = 256;
const ATTEMPTS: u32 = 64;

/**
 * Writes the ring at `r`; n < 2^26, so that products are exact in a double.
 * @param window so many consecutive places belong to different nodes; at most the nodes
 */
export function writeRing(c: u32, r: u32, rounds: u32, window: u32, purpose: u32): void {
  const nodes = getU32(c, NODES);
  setU32(r, PLACES, mul32(nodes, rounds));
  setU32(r, ROUNDS, rounds);
  const isAlike = nodes < NODES_MIN;
  for (let t: u32 = 0; t < rounds; t++) {
    const at = r + ((FIRST_ROUND + mul32(t, ROUND_WORDS)) << 2);
    const factor = drawFactor(c, nodes, purpose | (isAlike ? 0 : t));
    setU32(at, 0, factor);
    setU32(at, 1, inverseOf(factor, nodes));
    for (let attempt: u32 = 0; attempt < ATTEMPTS; attempt++) {
      const key = purpose | 0x100 | t;
      setU32(at, 2, isAlike ? 0 : drawBelow(getU32(c, SEED), key, attempt, 0, nodes));
      if (isAlike || t == 0 || isSeamless(c, r, t, window)) break;
    }
  }
}

/** Whether the places around the seam before round t, and after the last round, belong to different nodes. */
function isSeamless(c: u32, r: u32, t: u32, window: u32): bool {
  const nodes = getU32(c, NODES);
  const seam = mul32(t, nodes);
  if (!areDistinct(c, r, seam, window)) return false;
  return t + 1 < getU32(r, ROUNDS) || areDistinct(c, r, 0, window);
}
function areDistinct(c: u32, r: u32, seam: u32, window: u32): bool {
  for (let before: u32 = 1; before < window; before++) {
    const owner = ringOwner(c, r, placeBefore(r, seam, before));
    for (let after: u32 = 0; after + before < window; after++) {
      if (ringOwner(c, r, seam + after) == owner) return false;
    }
  }
  return true;
}

/** Node that a place belongs to. */
export function ringOwner(c: u32, r: u32, place: u32): u32 {
  const nodes = getU32(c, NODES);
  const t = div32(place, nodes);
  const at = r + ((FIRST_ROUND + mul32(t, ROUND_WORDS)) << 2);
  const node = productBelow(place - mul32(t, nodes), getU32(at, 0), nodes) + getU32(at, 2);
  return node >= nodes ? node - nodes : node;
}
/** Place of a node's token of round t. */
export function ringPlace(c: u32, r: u32, node: u32, t: u32): u32 {
  const nodes = getU32(c, NODES);
  const at = r + ((FIRST_ROUND + mul32(t, ROUND_WORDS)) << 2);
  const shift = getU32(at, 2);
  const from = node >= shift ? node - shift : node + nodes - shift;
  return mul32(t, nodes) + productBelow(from, getU32(at, 1), nodes);
}
/** Round of a place, which tells its owner's tokens apart. */
export function ringRound(c: u32, place: u32): u32 {
  return div32(place, getU32(c, NODES));
}
export function placeAfter(r: u32, place: u32, steps: u32): u32 {
  const places = getU32(r, PLACES);
  const next = place + steps;
  return next >= places ? next - places : next;
}
export function placeBefore(r: u32, place: u32, steps: u32): u32 {
  return place >= steps ? place - steps : place + getU32(r, PLACES) - steps;
}

/** a b mod n, for a, b < n < 2^26. */
function productBelow(a: u32, b: u32, n: u32): u32 {
  const product = toF64(a) * toF64(b);
  let rest = product - toF64(toU32(product / toF64(n))) * toF64(n);
  // The quotient may be off by one where it was rounded.
  if (rest < 0.0) rest = rest + toF64(n);
  if (rest >= toF64(n)) rest = rest - toF64(n);
  return toU32(rest);
}

/** A number below n that has no divisor in common with it. */
function drawFactor(c: u32, nodes: u32, purpose: u32): u32 {
  let factor: u32 = 1 + drawBelow(getU32(c, SEED), purpose, 0, 0, nodes - 1);
  while (divisorOf(factor, nodes) != 1) factor = factor + 1 < nodes ? factor + 1 : 1;
  return factor;
}
function divisorOf(a: u32, b: u32): u32 {
  let x = a;
  let y = b;
  while (y != 0) {
    const rest = x % y;
    x = y;
    y = rest;
  }
  return x;
}
/** x with a x = 1 mod n, by Euclid's algorithm; factors are kept mod n, so that none is negative. */
function inverseOf(a: u32, n: u32): u32 {
  let x = n;
  let y = a;
  let before: u32 = 0;
  let factor: u32 = 1 % n;
  while (y > 1) {
    const quotient = div32(x, y);
    const next = before + n - productBelow(quotient % n, factor, n);
    before = factor;
    factor = next >= n ? next - n : next;
    const rest = x - mul32(quotient, y);
    x = y;
    y = rest;
  }
  return factor;
}
