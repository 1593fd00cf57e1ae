/** Twin of assembly/kernels/alias.ts: the same sweep, the same f64 operations in the same order. */
import { f64, u32 } from "./memory.js";

/** 2^32: a threshold is the item's part of its column in units of 2^-32. */
const WHOLE = 2 ** 32;
const FULL = 0xffffffff;

/**
 * Builds the table of `count` weights: u32[2 * count], threshold and alias of each column.
 * An item of weight 0 is never drawn. Thresholds are rounded down to 2^-32 of a column.
 * @param weightsAt f64[count], not negative, their sum positive and finite; read only
 * @returns the heaviest item, the first of equals
 */
export function aliasBuild(weightsAt: number, tableAt: number, count: number): number {
  const weights = weightsAt >>> 3;
  const values = f64;
  let total = 0;
  let heaviest = 0;
  for (let i = 0; i < count; i++) {
    total += values[weights + i]!;
    if (values[weights + i]! > values[weights + heaviest]!) heaviest = i;
  }
  const mean = total / count;
  const table = tableAt >>> 2;
  let light = nextLight(weights, mean, 0, count);
  let heavy = nextHeavy(weights, mean, 0, count);
  // What of the heavy item no column has taken yet, in columns.
  let rest = heavy < count ? values[weights + heavy]! / mean : 0;
  while (heavy < count) {
    if (rest < 1) {
      const next = nextHeavy(weights, mean, heavy + 1, count);
      // The last heavy item has a whole column left, but for rounding.
      if (next === count) setColumn(table, heavy, FULL, heavy);
      else setColumn(table, heavy, (rest * WHOLE) >>> 0, next);
      if (next < count) rest += values[weights + next]! / mean - 1;
      heavy = next;
    } else if (light < count) {
      const part = values[weights + light]! / mean;
      setColumn(table, light, (part * WHOLE) >>> 0, heavy);
      rest -= 1 - part;
      light = nextLight(weights, mean, light + 1, count);
    } else {
      setColumn(table, heavy, FULL, heavy);
      heavy = nextHeavy(weights, mean, heavy + 1, count);
      if (heavy < count) rest = values[weights + heavy]! / mean;
    }
  }
  // Light items that rounding has left over: their columns miss a whole one by as little.
  while (light < count) {
    setColumn(table, light, ((values[weights + light]! / mean) * WHOLE) >>> 0, heaviest);
    light = nextLight(weights, mean, light + 1, count);
  }
  return heaviest;
}

/** Item of a draw: `column` below the number of columns, `word` any word. */
export function aliasItem(tableAt: number, column: number, word: number): number {
  const cell = (tableAt >>> 2) + column * 2;
  return word >>> 0 < u32[cell]! ? column : u32[cell + 1]!;
}

function nextLight(weights: number, mean: number, from: number, count: number): number {
  while (from < count && f64[weights + from]! / mean >= 1) from++;
  return from;
}

function nextHeavy(weights: number, mean: number, from: number, count: number): number {
  while (from < count && f64[weights + from]! / mean < 1) from++;
  return from;
}

function setColumn(table: number, column: number, threshold: number, alias: number): void {
  u32[table + column * 2] = threshold;
  u32[table + column * 2 + 1] = alias;
}
