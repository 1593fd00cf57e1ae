/**
 * Alias tables (Walker 1977): a weighted draw in constant time. Column c of a table of n columns
 * stands for 1/n of all weight: item c below its threshold, its alias above. Built by one sweep
 * over light and heavy items (Hübschle-Schneider, Sanders 2019, Parallel Weighted Random Sampling,
 * section 4.1), in one written order of f64 operations, so that both backends leave the same bytes.
 * Twin: src/kernels/alias.ts.
 */

/** 2^32: a threshold is the item's part of its column in units of 2^-32. */
const WHOLE: f64 = 4294967296;
const FULL: u32 = 0xffffffff;

/**
 * Builds the table of `count` weights: u32[2 * count], threshold and alias of each column.
 * An item of weight 0 is never drawn. Thresholds are rounded down to 2^-32 of a column.
 * @param weightsAt f64[count], not negative, their sum positive and finite; read only
 * @param scratchAt u32[count]
 */
export function aliasBuild(weightsAt: u32, tableAt: u32, count: u32, scratchAt: u32): void {
  let total: f64 = 0;
  for (let i: u32 = 0; i < count; i++) total += load<f64>(weightsAt + (i << 3));
  const columnsPerWeight = <f64>count / total;
  let lightAt = scratchAt;
  const lightsEnd = scratchAt + (partition(weightsAt, columnsPerWeight, count, scratchAt) << 2);
  let heavyAt = scratchAt + (count << 2) - 4;
  // Without a heavy item all are equal but for rounding, and each fills its own column.
  if (heavyAt < lightsEnd) {
    for (let i: u32 = 0; i < count; i++) setColumn(tableAt, i, FULL, i);
    return;
  }
  let heavy = load<u32>(heavyAt);
  // What of the heavy item no column has taken yet, in columns.
  let rest = load<f64>(weightsAt + (heavy << 3)) * columnsPerWeight;
  while (lightAt < lightsEnd && heavyAt > lightsEnd) {
    // Either the heavy item has less than a column left, which the next one fills up, or it fills
    // up the column of a light one. Masks, since which it is cannot be predicted.
    const ends = u32(rest < 1);
    const mask = 0 - ends;
    const light = load<u32>(lightAt);
    const next = load<u32>(heavyAt - 4);
    const incoming = light ^ ((light ^ next) & mask);
    const part = load<f64>(weightsAt + (incoming << 3)) * columnsPerWeight;
    const column = light ^ ((light ^ heavy) & mask);
    const restPart = thresholdOf(rest);
    const lightPart = thresholdOf(part);
    heavy ^= (heavy ^ next) & mask;
    setColumn(tableAt, column, lightPart ^ ((lightPart ^ restPart) & mask), heavy);
    rest += part - 1;
    heavyAt -= ends << 2;
    lightAt += 4 - (ends << 2);
  }
  for (; lightAt < lightsEnd; lightAt += 4) {
    const light = load<u32>(lightAt);
    const part = load<f64>(weightsAt + (light << 3)) * columnsPerWeight;
    setColumn(tableAt, light, thresholdOf(part), heavy);
  }
  for (; heavyAt > lightsEnd; heavyAt -= 4) {
    const next = load<u32>(heavyAt - 4);
    setColumn(tableAt, heavy, rest < 1 ? thresholdOf(rest) : FULL, next);
    rest += load<f64>(weightsAt + (next << 3)) * columnsPerWeight - 1;
    heavy = next;
  }
  // The last heavy item has a whole column left, but for rounding.
  setColumn(tableAt, heavy, FULL, heavy);
}

/** A part of a column in units of 2^-32, modulo 2^32; parts are below 2^31. */
function thresholdOf(part: f64): u32 {
  return <u32><i64>(part * WHOLE);
}

/**
 * Lists items of less than a column from the front of u32[count], the others from its back, both
 * ascending. Each item is written at both ends and counted at one: no branch to mispredict. What
 * is compared is the very product that becomes the threshold: a part of 1 would wrap to none.
 * @returns how many have less than a column
 */
function partition(weightsAt: u32, columnsPerWeight: f64, count: u32, listAt: u32): u32 {
  let front = listAt;
  let back = listAt + (count << 2) - 4;
  for (let i: u32 = 0; i < count; i++) {
    const step = u32(load<f64>(weightsAt + (i << 3)) * columnsPerWeight < 1) << 2;
    store<u32>(front, i);
    store<u32>(back, i);
    front += step;
    back -= 4 - step;
  }
  return (front - listAt) >>> 2;
}

/** Item of a draw: `column` below the number of columns, `word` any word. */
export function aliasItem(tableAt: u32, column: u32, word: u32): u32 {
  const cell = load<u64>(tableAt + (column << 3));
  // Which side is a toss: a mask is cheaper than a branch that is often mispredicted.
  return column ^ ((column ^ <u32>(cell >>> 32)) & (0 - u32(word >= <u32>cell)));
}

function setColumn(tableAt: u32, column: u32, threshold: u32, alias: u32): void {
  store<u32>(tableAt + (column << 3), threshold);
  store<u32>(tableAt + (column << 3), alias, 4);
}
