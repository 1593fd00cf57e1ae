/**
 * What it costs two sides to find out what they differ in: bytes and round trips of the methods of
 * src/reconcile, from the number of keys and of differences. Where a method draws, these are means. The
 * messages are those of src/reconcile, header and all; tests set both side by side.
 */
import { addF64, getF64, setF64, toF64, toU32 } from "../memory";
import { exponential, naturalLog, normalBelow } from "./math";

/** Methods, in the order of src/protocols/anti-entropy/protocol.ts. */
export const FULL: u32 = 0;
export const CHECKSUM: u32 = 1;
export const MERKLE: u32 = 2;
export const IBLT: u32 = 3;
export const RATELESS: u32 = 4;
export const RANGE: u32 = 5;
export const PINSKETCH: u32 = 6;

/** Headers of a message, bytes of an id, and a byte that tells what follows. */
export const HEADER: f64 = 28;
export const ID: f64 = 8;
const TAG: f64 = 1;
/** Checksum of a set. */
const SUM: f64 = 8;
/** Check and sum of a cell. */
const CELL: f64 = 12;
const STRATA: u32 = 32;
const STRATUM_CELLS: f64 = 80;
const HASHES: f64 = 4;
/** Parts of a range, fingerprint of one, and the fewest ids that are not listed. */
export const BUCKETS_BITS: u32 = 4;
const BUCKETS: f64 = 16;
const FINGERPRINT: f64 = 16;
export const LIST_BELOW: f64 = 32;

/** Bytes of the number of ids and the checksum. */
export function summaryBytes(keys: f64): f64 {
  return varintBytes(keys) + SUM;
}
/** Seven bits a byte. */
export function varintBytes(value: f64): f64 {
  let bytes: f64 = 1;
  for (let rest = value; rest >= 128.0; rest = rest / 128.0) bytes = bytes + 1.0;
  return bytes;
}
/** Rounds a number of bytes; sums of whole numbers do not depend on their order. */
export function whole(bytes: f64): f64 {
  return toF64(toU32(bytes + 0.5));
}

/**
 * Entries of a table: what the caller's first message holds, the mean bound of a range, then bytes and round
 * trips by difference.
 */
const FIRST: u32 = 0;
const BOUND: u32 = 1;
const BYTES: u32 = 2;
const TRIPS: u32 = 3;
export function firstBytes(table: u32): f64 {
  return getF64(table, FIRST);
}
/** A bound: a length and as many leading bytes as tell two neighbours apart. */
export function boundBytes(table: u32): f64 {
  return getF64(table, BOUND);
}
export function tabledBytes(table: u32, difference: u32): f64 {
  return getF64(table, BYTES + 2 * difference);
}
export function tabledTrips(table: u32, difference: u32): f64 {
  return getF64(table, TRIPS + 2 * difference);
}
function setCost(table: u32, difference: u32, bytes: f64, trips: f64): void {
  setF64(table, BYTES + 2 * difference, whole(bytes));
  setF64(table, TRIPS + 2 * difference, trips);
}

/**
 * Fills a table of f64[4 + 2 * most] for differences of 0 .. most.
 * @param size symbols of a first message, or capacity of a first sketch
 */
export function writeCosts(table: u32, method: u32, keys: f64, most: u32, size: u32): void {
  const summary = summaryBytes(keys);
  setF64(table, BOUND, boundMean(keys));
  let first = summary;
  if (method == FULL) first = TAG;
  if (method == CHECKSUM) first = TAG + summary;
  if (method == RANGE) first = splitBytes(table) - boundBytes(table) + 1.0;
  if (method == IBLT) first = summary + 1.0 + strataBytes(keys);
  setF64(table, FIRST, whole(first));
  // Equal sets cost a request and a word, where the method looks at checksums first.
  setCost(table, 0, HEADER + getF64(table, FIRST) + HEADER + TAG, 1.0);
  if (method == IBLT) writeIblt(table, keys, most);
  else if (method == RATELESS) writeRateless(table, keys, most, size);
  else if (method == PINSKETCH) writePinSketch(table, keys, most, size);
}

function writeIblt(table: u32, keys: f64, most: u32): void {
  const request = HEADER + getF64(table, FIRST);
  for (let difference: u32 = 1; difference <= most; difference++) {
    const part = toF64((2 * difference + 20 + 3) >>> 2);
    const cells = part * HASHES;
    const head = TAG + summaryBytes(keys) + varintBytes(cells) + varintBytes(2.0 * keys);
    const bytes = cells * cellBytes(keys, 1.0 / part);
    setCost(table, difference, request + HEADER + head + bytes, 1.0);
  }
}

/** Strata i holds an id with probability 2^-(i + 1); one without ids is a byte. */
function strataBytes(keys: f64): f64 {
  let bytes: f64 = 0;
  let ids = keys;
  for (let i: u32 = 0; i < STRATA; i++) {
    if (i < STRATA - 1) ids = ids * 0.5;
    const held = 1.0 - exponential(0.0 - ids);
    const share = HASHES / STRATUM_CELLS;
    const empty = exponential(0.0 - ids * share);
    const full = STRATUM_CELLS * (1.0 - empty) * (CELL + tagBytes(ids, share));
    const rest = STRATUM_CELLS * (held - (1.0 - empty));
    bytes = bytes + 1.0 + held * varintBytes(2.0 * ids) + full + rest;
  }
  return bytes;
}

/** Mean bytes of a cell that each of `ids` ids stands in with probability `share`; an empty one is a byte. */
function cellBytes(ids: f64, share: f64): f64 {
  const empty = exponential(0.0 - ids * share);
  return empty + (1.0 - empty) * (CELL + tagBytes(ids, share));
}

/** Bytes of how far the count of a cell is from its mean: two from 64 on, three from 8192 on. */
function tagBytes(ids: f64, share: f64): f64 {
  const variance = ids * share * (1.0 - share);
  if (variance < 1.0) return 1.0;
  const deviation = 1.0 / exponential(-0.5 * naturalLog(variance));
  return 1.0 + 2.0 * normalBelow(-63.5 / deviation) + 2.0 * normalBelow(-8191.5 / deviation);
}

/** b streams messages of `symbols` symbols, later a sixteenth of all before, until a says stop. */
function writeRateless(table: u32, keys: f64, most: u32, symbols: u32): void {
  const summary = summaryBytes(keys);
  const ends = HEADER + summary + HEADER + TAG;
  for (let difference: u32 = 1; difference <= most; difference++) {
    setF64(table, BYTES + 2 * difference, ends + TAG + summary);
    setF64(table, TRIPS + 2 * difference, 1.0);
  }
  const last = symbolsMean(most) + 4.0 * symbolsDeviation(most);
  for (let from: u32 = 0; toF64(from) <= last;) {
    const count = symbols > from >>> 4 ? symbols : from >>> 4;
    let bytes = HEADER;
    for (let i = from; i < from + count; i++) bytes = bytes + cellBytes(keys, 2.0 / toF64(i + 2));
    for (let difference: u32 = 1; difference <= most; difference++) {
      const sent = from == 0 ? 1.0 : isSent(difference, toF64(from));
      addF64(table, BYTES + 2 * difference, bytes * sent);
    }
    from = from + count;
  }
  for (let difference: u32 = 1; difference <= most; difference++) {
    setF64(table, BYTES + 2 * difference, whole(tabledBytes(table, difference)));
  }
}

/** Probability that a difference needs more than `symbols` symbols. */
function isSent(difference: u32, symbols: f64): f64 {
  if (difference == 1) return 0.0;
  const off = symbolsMean(difference) - symbols - 0.5;
  return normalBelow(off / symbolsDeviation(difference));
}

/** Symbols that a difference of some ids takes on average, between those that were measured. */
function symbolsMean(difference: u32): f64 {
  const d = toF64(difference);
  if (d < 2.0) return 1.0;
  if (d < 3.0) return 2.0 * 1.6;
  if (d < 8.0) return d * 1.752;
  if (d < 20.0) return d * between(d, 8.0, 1.752, 20.0, 1.636);
  if (d < 50.0) return d * between(d, 20.0, 1.636, 50.0, 1.516);
  if (d < 100.0) return d * between(d, 50.0, 1.516, 100.0, 1.454);
  return d * between(d, 100.0, 1.454, 512.0, 1.388);
}
/** On the line over ln d through two points. */
function between(d: f64, d0: f64, y0: f64, d1: f64, y1: f64): f64 {
  return y0 + ((y1 - y0) * naturalLog(d / d0)) / naturalLog(d1 / d0);
}
/** A fit of measured deviations, 2 for 2 ids and 23 for 512. */
function symbolsDeviation(difference: u32): f64 {
  return 1.6 / exponential(-0.43 * naturalLog(toF64(difference)));
}

/** Sketches of doubled capacity; those sent stay in use. */
function writePinSketch(table: u32, keys: f64, most: u32, capacity: u32): void {
  const summary = summaryBytes(keys);
  for (let difference: u32 = 1; difference <= most; difference++) {
    let end = capacity;
    let trips: f64 = 1;
    let bytes = HEADER + summary + HEADER + TAG + summary + TAG + ID * toF64(end);
    for (; end < difference; end = 2 * end) {
      bytes = bytes + HEADER + varintBytes(toF64(2 * end)) + HEADER + ID * toF64(end);
      trips = trips + 1.0;
    }
    setCost(table, difference, bytes, trips);
  }
}

/** A range cut into parts: each a bound, what follows, and a fingerprint. */
export function splitBytes(table: u32): f64 {
  return BUCKETS * (boundBytes(table) + TAG + FINGERPRINT);
}
/** A settled range before an open one. */
export function skipBytes(table: u32): f64 {
  return boundBytes(table) + TAG;
}

/** Leading bytes that tell two neighbours among random ids apart, and the byte of their number. */
function boundMean(keys: f64): f64 {
  let bytes: f64 = 1;
  let apart = keys;
  for (let k: u32 = 0; k < 8; k++) {
    bytes = bytes + 1.0 - (apart < 1e-6 ? 1.0 : (1.0 - exponential(0.0 - apart)) / apart);
    apart = apart / 256.0;
  }
  return bytes;
}
