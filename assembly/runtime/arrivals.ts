/**
 * What a node knows of each tracked subject: its latest version, when that came, and the window of times
 * between arrivals that phi is worked out from. 10 bytes for a pair, and a bit for the verdict. Cell of
 * (node, s): node * subjects + s. Field order: src/protocols/shared/arrivals.ts.
 *
 * The window is a count and a sum. Once it is full each sample pushes out the mean of the others instead of
 * the oldest one; src/protocols/shared/arrivals.test.ts holds it against a ring of samples.
 */
import {
  addF64, clearBit, div32, getBit, getF64, getU16, getU32, getU8, lowestBit, mul32, setBit, setU16,
  setU32, setU8, toF64, toU32,
} from "../memory";
import { field } from "./access";
import { END, FIRST, PERIOD, SHARD, TICK } from "./context";
import { isUp } from "./lives";
import { acquit, convict, countBeliever, forgetBelievers } from "./subjects";
import { addCell } from "./values";

/** Fields after the believers. HEARD: version and the top bits of the time; LAST: its low 16 bits. */
const HEARD: u32 = 1;
const LAST: u32 = 2;
const WINDOW: u32 = 3;
const DOWNS: u32 = 4;
const TALLIES: u32 = 5;
const BOOTS: u32 = 6;
/** First field of the model itself. */
export const OWN_FIELDS: u32 = 7;

/** Times are counted in 256ths of a period, modulo 2^22: they repeat after 16,384 periods. */
export const PERIOD_UNITS: u32 = 256;
const TIME_MASK: u32 = 0x3fffff;
const TIME_TOP: u32 = 6;
/** A version is a generation above the heartbeats of that generation; 0 = never heard of. */
const BEAT_BITS: u32 = 18;
const GENERATION_MAX: u32 = 255;
/** A window: count of samples above their sum in time units; 1000 samples of 8 periods fit. */
const SUM_BITS: u32 = 22;
const SUM_MASK: u32 = 0x3fffff;

/** Tallies of a shard, f64 each: sampled pairs, their mean intervals, their phi by quarters. */
const PAIRS: u32 = 0;
const MEANS: u32 = 1;
const PHIS: u32 = 2;
const PHI_BINS: u32 = 48;
const BINS_PER_PHI: f64 = 4;
/** First tally of the model itself, and how many a shard has. */
export const OWN_TALLIES: u32 = 50;
const SHARD_TALLIES: u32 = 64;

/** The time now, in units of the cells. */
export function clockUnits(c: u32): u32 {
  const units = (toF64(getU32(c, TICK)) * toF64(PERIOD_UNITS)) / toF64(getU32(c, PERIOD));
  return toU32(units) & TIME_MASK;
}

/** Address of what a node has heard, u32 for each subject; read with versionOf. */
export function heardAt(c: u32, subjects: u32, node: u32): u32 {
  return field(c, HEARD) + (mul32(node, subjects) << 2);
}
/** Newest version of subject `s`, from the node's row. */
export function versionOf(heard: u32, s: u32): u32 {
  return getU32(heard, s) >>> TIME_TOP;
}
/** Newest version that is known in a cell. */
export function versionIn(c: u32, cell: u32): u32 {
  return getU32(field(c, HEARD), cell) >>> TIME_TOP;
}
export function generationOf(version: u32): u32 {
  return version >>> BEAT_BITS;
}
/** Units since the cell was written. */
export function silenceIn(c: u32, cell: u32, now: u32): u32 {
  const top = getU32(field(c, HEARD), cell) & 0x3f;
  return (now - ((top << 16) | getU16(field(c, LAST), cell))) & TIME_MASK;
}
/** Writes a version and the time it came. */
export function hear(c: u32, cell: u32, version: u32, now: u32): void {
  setU32(field(c, HEARD), cell, (version << TIME_TOP) | (now >>> 16));
  setU16(field(c, LAST), cell, now & 0xffff);
}

/**
 * A subject's next heartbeat. The first one of a node without state opens a generation: how often it has
 * been started stands on its disk, which outlives the node.
 * @param cell that of the subject about itself
 */
export function beat(c: u32, cell: u32, s: u32, now: u32): u32 {
  const before = versionIn(c, cell);
  const version = before == 0 ? boot(c, s) : before + 1;
  hear(c, cell, version, now);
  return version;
}
/** The first version of a subject that has just been started. */
export function boot(c: u32, s: u32): u32 {
  const boots = getU8(field(c, BOOTS), s);
  const generation = boots < GENERATION_MAX ? boots + 1 : boots;
  setU8(field(c, BOOTS), s, generation);
  return (generation << BEAT_BITS) | 1;
}

/** Samples in a cell's window; 0 = it has none. */
export function samplesIn(c: u32, cell: u32): u32 {
  return getU32(field(c, WINDOW), cell) >>> SUM_BITS;
}
/** Mean interval in units; the window must not be empty. */
export function meanIn(c: u32, cell: u32): f64 {
  const window = getU32(field(c, WINDOW), cell);
  return toF64(window & SUM_MASK) / toF64(window >>> SUM_BITS);
}
/** true when phi of the exponential law exceeds a threshold. @param limit threshold times ln 10 */
export function isOverdue(c: u32, cell: u32, now: u32, limit: f64): bool {
  const window = getU32(field(c, WINDOW), cell);
  const count = toF64(window >>> SUM_BITS);
  // Without samples both sides are 0.
  return toF64(silenceIn(c, cell, now)) * count > limit * toF64(window & SUM_MASK);
}
/** The first subject from `from` on for which isOverdue holds; `subjects` when there is none. */
export function nextOverdue(
  c: u32, subjects: u32, node: u32, from: u32, now: u32, limit: f64,
): u32 {
  const first = mul32(node, subjects);
  const heard = field(c, HEARD) + (first << 2);
  const last = field(c, LAST) + (first << 1);
  const windows = field(c, WINDOW) + (first << 2);
  for (let s = from; s < subjects; s++) {
    const window = getU32(windows, s);
    const then = ((getU32(heard, s) & 0x3f) << 16) | getU16(last, s);
    const silence = toF64((now - then) & TIME_MASK);
    if (silence * toF64(window >>> SUM_BITS) > limit * toF64(window & SUM_MASK)) return s;
  }
  return subjects;
}
export function clearWindow(c: u32, cell: u32): void {
  setU32(field(c, WINDOW), cell, 0);
}

/**
 * Takes the time since the last arrival into the window; call before `hear`.
 * @param first   what an empty window takes for the sample that it cannot know, in units
 * @param longest longest sample that counts, in units
 * @param size    samples of a full window, 2 .. 1000
 * @returns the sample, or `longest` + 1 when none was taken
 */
export function reportArrival(
  c: u32, cell: u32, now: u32, first: u32, longest: u32, size: u32,
): u32 {
  let sample = samplesIn(c, cell) == 0 ? first : silenceIn(c, cell, now);
  if (sample > longest) return longest + 1;
  // A mean must not become 0.
  if (sample == 0) sample = 1;
  setU32(field(c, WINDOW), cell, withSample(getU32(field(c, WINDOW), cell), sample, size, now));
  return sample;
}

/** A window with one sample more. The share that leaves is rounded at random, so that it has no bias. */
export function withSample(window: u32, sample: u32, size: u32, now: u32): u32 {
  const count = window >>> SUM_BITS;
  const sum = window & SUM_MASK;
  if (count < size) return (((count + 1) << SUM_BITS) | (sum + sample)) >>> 0;
  const dither = (mul32(now + sample, 0x9e3779b1) >>> 8) % size;
  return ((count << SUM_BITS) | (sum + sample - div32(sum + dither, size))) >>> 0;
}

/** Index of the verdict's bit: rows of whole words. */
function downBit(subjects: u32, node: u32, s: u32): u32 {
  return (mul32(node, (subjects + 31) >>> 5) << 5) + s;
}
/** 1 when `node` believes the subject down. */
export function believesDown(c: u32, subjects: u32, node: u32, s: u32): u32 {
  return getBit(field(c, DOWNS), downBit(subjects, node, s));
}
export function believeDown(c: u32, subjects: u32, node: u32, s: u32): void {
  setBit(field(c, DOWNS), downBit(subjects, node, s));
  convict(c, subjects, node, s);
}
export function believeUp(c: u32, subjects: u32, node: u32, s: u32): void {
  clearBit(field(c, DOWNS), downBit(subjects, node, s));
  acquit(c, subjects, s);
}
function talliesOf(c: u32): u32 {
  return field(c, TALLIES) + (mul32(getU32(c, SHARD), SHARD_TALLIES) << 3);
}
export function tally(c: u32, entry: u32, amount: f64): void {
  addF64(talliesOf(c), entry, amount);
}
/** Notes mean and phi of a pair that was looked at. */
export function tallyPair(c: u32, cell: u32, phi: f64): void {
  const top = toF64(PHI_BINS - 1);
  const bin = phi * BINS_PER_PHI;
  tally(c, PAIRS, 1.0);
  tally(c, MEANS, meanIn(c, cell) / toF64(PERIOD_UNITS));
  tally(c, PHIS + toU32(bin < top ? bin : top), 1.0);
}
/** Counts who believes which subject down, of the nodes that are up. */
export function countBelievers(c: u32, subjects: u32): void {
  forgetBelievers(c, subjects);
  const words = (subjects + 31) >>> 5;
  const downs = field(c, DOWNS);
  for (let node = getU32(c, FIRST); node < getU32(c, END); node++) {
    const row = mul32(node, words);
    for (let word: u32 = 0; word < words; word++) {
      const bits = getU32(downs, row + word);
      // Next to nobody believes anything.
      if (bits != 0 && isUp(c, node) == 1) countBits(c, subjects, word << 5, bits);
    }
  }
}
function countBits(c: u32, subjects: u32, first: u32, bits: u32): void {
  for (let rest = bits; rest != 0; rest = rest & (rest - 1)) {
    countBeliever(c, subjects, first + lowestBit(rest));
  }
}
/** Adds the shard's tallies to its cells. @param first the cell of the first tally @param count how many */
export function measureTallies(c: u32, first: u32, count: u32): void {
  const tallies = talliesOf(c);
  for (let entry: u32 = 0; entry < count; entry++) addCell(c, first + entry, getF64(tallies, entry));
}
