/** Twin of assembly/kernels/alias.ts: the same sweep, the same f64 operations in the same order. */
import { f64, u32 } from "./memory.js";

/** 2^32: a threshold is the item's part of its column in units of 2^-32. */
const WHOLE = 2 ** 32;
const FULL = 0xffffffff;

/**
 * Builds the table of `count` weights: u32[2 * count], threshold and alias of each column.
 * An item of weight 0 is never drawn. Thresholds are rounded down to 2^-32 of a column.
 * @param weightsAt f64[count], not negative, their sum positive and finite; read only
 * @param scratchAt u32[count]
 */
export function aliasBuild(
  weightsAt: number,
  tableAt: number,
  count: number,
  scratchAt: number,
): void {
  const values = f64;
  const words = u32;
  const weights = weightsAt >>> 3;
  const table = tableAt >>> 2;
  let total = 0;
  for (let i = weights; i < weights + count; i++) total += values[i]!;
  const columnsPerWeight = count / total;
  let lightAt = scratchAt >>> 2;
  const lightsEnd = lightAt + partition(weights, columnsPerWeight, count, lightAt);
  let heavyAt = lightAt + count - 1;
  // Without a heavy item all are equal but for rounding, and each fills its own column.
  if (heavyAt < lightsEnd) {
    for (let i = 0; i < count; i++) setColumn(table, i, FULL, i);
    return;
  }
  let heavy = words[heavyAt]!;
  // What of the heavy item no column has taken yet, in columns.
  let rest = values[weights + heavy]! * columnsPerWeight;
  while (lightAt < lightsEnd && heavyAt > lightsEnd) {
    // Either the heavy item has less than a column left, which the next one fills up, or it fills
    // up the column of a light one. Masks, since which it is cannot be predicted.
    const ends = +(rest < 1);
    const mask = -ends;
    const light = words[lightAt]!;
    const next = words[heavyAt - 1]!;
    const incoming = light ^ ((light ^ next) & mask);
    const part = values[weights + incoming]! * columnsPerWeight;
    const column = light ^ ((light ^ heavy) & mask);
    const restPart = thresholdOf(rest);
    const lightPart = thresholdOf(part);
    heavy ^= (heavy ^ next) & mask;
    setColumn(table, column, lightPart ^ ((lightPart ^ restPart) & mask), heavy);
    rest += part - 1;
    heavyAt -= ends;
    lightAt += 1 - ends;
  }
  for (; lightAt < lightsEnd; lightAt++) {
    const light = words[lightAt]!;
    setColumn(table, light, thresholdOf(values[weights + light]! * columnsPerWeight), heavy);
  }
  for (; heavyAt > lightsEnd; heavyAt--) {
    const next = words[heavyAt - 1]!;
    setColumn(table, heavy, rest < 1 ? thresholdOf(rest) : FULL, next);
    rest += values[weights + next]! * columnsPerWeight - 1;
    heavy = next;
  }
  // The last heavy item has a whole column left, but for rounding.
  setColumn(table, heavy, FULL, heavy);
}

/** A part of a column in units of 2^-32, modulo 2^32. */
function thresholdOf(part: number): number {
  return (part * WHOLE) | 0;
}

/**
 * Lists items of less than a column from the front of u32[count], the others from its back, both
 * ascending. Each item is written at both ends and counted at one: no branch to mispredict. What
 * is compared is the very product that becomes the threshold: a part of 1 would wrap to none.
 * @returns how many have less than a column
 */
function partition(weights: number, columnsPerWeight: number, count: number, list: number): number {
  const values = f64;
  const words = u32;
  let front = list;
  let back = list + count - 1;
  for (let i = 0; i < count; i++) {
    const step = +(values[weights + i]! * columnsPerWeight < 1);
    words[front] = i;
    words[back] = i;
    front += step;
    back += step - 1;
  }
  return front - list;
}

/** Item of a draw: `column` below the number of columns, `word` any word. */
export function aliasItem(tableAt: number, column: number, word: number): number {
  const cell = (tableAt >>> 2) + column * 2;
  // Which side is a toss: a mask is cheaper than a branch that is often mispredicted.
  return (column ^ ((column ^ u32[cell + 1]!) & -+(word >>> 0 >= u32[cell]!))) >>> 0;
}

function setColumn(table: number, column: number, threshold: number, alias: number): void {
  u32[table + column * 2] = threshold;
  u32[table + column * 2 + 1] = alias;
}
