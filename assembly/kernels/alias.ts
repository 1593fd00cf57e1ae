/**
 * Alias tables (Walker 1977): a weighted draw in constant time. Column c of a table of n columns stands
 * for 1/n of all weight: item c below its threshold, its alias above. Built by one sweep over light and
 * heavy items (Hübschle-Schneider, Sanders 2019, Parallel Weighted Random Sampling, section 4.1), in one
 * written order of f64 operations, so that both backends leave the same bytes. Twin: src/kernels/alias.ts.
 */

/** 2^32: a threshold is the item's part of its column in units of 2^-32. */
const WHOLE: f64 = 4294967296;
const FULL: u32 = 0xffffffff;

/**
 * Builds the table of `count` weights: u32[2 * count], threshold and alias of each column.
 * An item of weight 0 is never drawn. Thresholds are rounded down to 2^-32 of a column.
 * @param weightsAt f64[count], not negative, their sum positive and finite; read only
 * @returns the heaviest item, the first of equals
 */
export function aliasBuild(weightsAt: u32, tableAt: u32, count: u32): u32 {
  let total: f64 = 0;
  let heaviest: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    total += weightOf(weightsAt, i);
    if (weightOf(weightsAt, i) > weightOf(weightsAt, heaviest)) heaviest = i;
  }
  const mean = total / <f64>count;
  let light = nextLight(weightsAt, mean, 0, count);
  let heavy = nextHeavy(weightsAt, mean, 0, count);
  // What of the heavy item no column has taken yet, in columns.
  let rest: f64 = heavy < count ? weightOf(weightsAt, heavy) / mean : 0;
  while (heavy < count) {
    if (rest < 1) {
      const next = nextHeavy(weightsAt, mean, heavy + 1, count);
      // The last heavy item has a whole column left, but for rounding.
      if (next == count) setColumn(tableAt, heavy, FULL, heavy);
      else setColumn(tableAt, heavy, <u32>(rest * WHOLE), next);
      if (next < count) rest += weightOf(weightsAt, next) / mean - 1;
      heavy = next;
    } else if (light < count) {
      const part = weightOf(weightsAt, light) / mean;
      setColumn(tableAt, light, <u32>(part * WHOLE), heavy);
      rest -= 1 - part;
      light = nextLight(weightsAt, mean, light + 1, count);
    } else {
      setColumn(tableAt, heavy, FULL, heavy);
      heavy = nextHeavy(weightsAt, mean, heavy + 1, count);
      if (heavy < count) rest = weightOf(weightsAt, heavy) / mean;
    }
  }
  // Light items that rounding has left over: their columns miss a whole one by as little.
  while (light < count) {
    setColumn(tableAt, light, <u32>(weightOf(weightsAt, light) / mean * WHOLE), heaviest);
    light = nextLight(weightsAt, mean, light + 1, count);
  }
  return heaviest;
}

/** Item of a draw: `column` below the number of columns, `word` any word. */
export function aliasItem(tableAt: u32, column: u32, word: u32): u32 {
  const cell = load<u64>(tableAt + (column << 3));
  return word < <u32>cell ? column : <u32>(cell >>> 32);
}

function weightOf(weightsAt: u32, item: u32): f64 {
  return load<f64>(weightsAt + (item << 3));
}

function nextLight(weightsAt: u32, mean: f64, from: u32, count: u32): u32 {
  while (from < count && weightOf(weightsAt, from) / mean >= 1) from++;
  return from;
}

function nextHeavy(weightsAt: u32, mean: f64, from: u32, count: u32): u32 {
  while (from < count && weightOf(weightsAt, from) / mean < 1) from++;
  return from;
}

function setColumn(tableAt: u32, column: u32, threshold: u32, alias: u32): void {
  store<u32>(tableAt + (column << 3), threshold);
  store<u32>(tableAt + (column << 3), alias, 4);
}
