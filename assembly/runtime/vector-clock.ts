/**
 * Vector clocks of a key with up to four coordinators, in one word: a counter of seven bits each, and above
 * them a bit that says whether the coordinator's latest write is a live version, that no other has replaced.
 * A coordinator's later write replaces its earlier one, as in Dynamo's list of (node, counter) pairs.
 */

export const COORDINATORS_MAX: u32 = 4;
/** Writes of a key that one coordinator can count. */
export const CLOCK_MAX: u32 = 127;
const LIVE_SHIFT: u32 = 28;

/** Writes through coordinator `i` that are known. */
export function countOf(clock: u32, i: u32): u32 {
  return (clock >>> ((i << 3) - i)) & CLOCK_MAX;
}
function isLive(clock: u32, i: u32): u32 {
  return (clock >>> (LIVE_SHIFT + i)) & 1;
}
function entry(i: u32, count: u32, live: u32): u32 {
  return (count << ((i << 3) - i)) | (live << (LIVE_SHIFT + i));
}

/** Live versions of the key, 0 when it was never written. */
export function liveVersions(clock: u32): u32 {
  const live = clock >>> LIVE_SHIFT;
  return (live & 1) + ((live >>> 1) & 1) + ((live >>> 2) & 1) + (live >>> 3);
}

/** What two replicas know together: a version stays live unless the other side knows that it was replaced. */
export function mergeClocks(a: u32, b: u32): u32 {
  if (a == b) return a;
  let merged: u32 = 0;
  for (let i: u32 = 0; i < COORDINATORS_MAX; i++) {
    const left = countOf(a, i);
    const right = countOf(b, i);
    const live: u32 = left == right ? isLive(a, i) & isLive(b, i) : isLive(left > right ? a : b, i);
    merged = merged | entry(i, left > right ? left : right, live);
  }
  return merged >>> 0;
}

/**
 * A write through coordinator `i`, whose replica holds `held`. It replaces the versions of `context`, which its
 * client has read; others stay beside it. @param count of the coordinator's writes, this one included
 */
export function writeClock(held: u32, context: u32, i: u32, count: u32): u32 {
  let written = entry(i, count, 1);
  for (let other: u32 = 0; other < COORDINATORS_MAX; other++) {
    if (other == i) continue;
    const own = countOf(held, other);
    const read = countOf(context, other);
    const live: u32 = own > read ? isLive(held, other) : 0;
    written = written | entry(other, own > read ? own : read, live);
  }
  return written >>> 0;
}

/** 1 when `clock` knows of every write that `counts`, counters alone, has; else 0. */
export function knowsAll(clock: u32, counts: u32): u32 {
  for (let i: u32 = 0; i < COORDINATORS_MAX; i++) {
    if (countOf(clock, i) < countOf(counts, i)) return 0;
  }
  return 1;
}
/** A word of counters alone, to be joined by `|`. */
export function countAt(i: u32, count: u32): u32 {
  return entry(i, count, 0);
}
