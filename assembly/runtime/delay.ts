/**
 * How many ticks a message travels. Tables are made by the host; here are only integers, so that a
 * place on the globe gives the same delay on both backends.
 */
import { div32, getI16, getU16, getU32, mul32, mulSigned } from "../memory";
import { threefry } from "../kernels/random";
import {
  DC_SIZE, DELAY_TABLE_AT, DELAY_TICKS, INFLATION_AT, LATENCY, PLACES_AT, SEED, TICK,
} from "./context";
import { messageDelay } from "./mailbox";

const QUANTILES: u32 = 1;
const EDGE: u32 = 2;
const DISTANCE: u32 = 3;
const ZONES: u32 = 4;
/** Entries of a table of quantiles. */
const QUANTILE_ENTRIES: u32 = 1024;
const DELAY_DRAW: u32 = 0x33000000;
const PAIR: u32 = 0x34000000;

/** Ticks from `from` to `to` over `edge`, at least 1. */
export function delayOf(c: u32, from: u32, to: u32, edge: u32): u32 {
  const kind = getU32(c, LATENCY);
  if (kind == DISTANCE) return distanceDelay(c, from, to);
  if (kind == EDGE) return getU16(getU32(c, DELAY_TABLE_AT), edge);
  if (kind == QUANTILES) return drawnDelay(c, from, to, 0);
  if (kind == ZONES) {
    const size = getU32(c, DC_SIZE);
    return drawnDelay(c, from, to, div32(from, size) == div32(to, size) ? 0 : QUANTILE_ENTRIES);
  }
  return getU32(c, DELAY_TICKS);
}

/** An entry of the table of quantiles that begins at `first`, drawn for this message. */
function drawnDelay(c: u32, from: u32, to: u32, first: u32): u32 {
  const key = mul32(getU32(c, TICK), 0x9e3779b1) ^ DELAY_DRAW;
  const entry = first + (threefry(getU32(c, SEED), key, from, to) >>> 22);
  return getU16(getU32(c, DELAY_TABLE_AT), entry);
}

/** Delay of an answer to message `m`: an edge is as long on the way back. */
export function replyDelay(c: u32, m: u32, from: u32, to: u32): u32 {
  return getU32(c, LATENCY) == EDGE ? messageDelay(m) : delayOf(c, from, to, 0);
}

/**
 * Table value by the angle between two places, times the pair's own route inflation (u16 in 1/256).
 * The pair's factor is drawn from the unordered pair, so it is kept for the whole trial.
 */
function distanceDelay(c: u32, from: u32, to: u32): u32 {
  const places = getU32(c, PLACES_AT);
  const a = from << 2;
  const b = to << 2;
  let dot = mulSigned(getI16(places, a), getI16(places, b));
  dot = dot + mulSigned(getI16(places, a + 1), getI16(places, b + 1));
  dot = dot + mulSigned(getI16(places, a + 2), getI16(places, b + 2));
  const bucket = (dot + 0x10000000) >>> 15;
  const base = getU16(getU32(c, DELAY_TABLE_AT), bucket < 16384 ? bucket : 16384);
  const low = from < to ? from : to;
  const high = from < to ? to : from;
  const pick = threefry(getU32(c, SEED), PAIR, low, high) >>> 24;
  const ticks = mul32(base, getU16(getU32(c, INFLATION_AT), pick)) >>> 8;
  return ticks == 0 ? 1 : ticks;
}
