/**
 * Loss as TCP shows it: the segment comes again after a timeout that doubles each time (RFC 6298, 5.5), so a
 * message is late, never missing. Segments behind it that wait their turn are left out.
 */
import { getU32, mul32, toF64 } from "../memory";
import { threefry } from "../kernels/random";
import { LOSS_BELOW, RESENDS_MAX, RESEND_TICKS, SEED, TICK } from "./context";

const RESEND: u32 = 0x33800000;
const WORDS: f64 = 4294967296.0;

/** Ticks that a message over TCP comes later because segments were lost; 0 on a round clock. */
export function resendTicks(c: u32, from: u32, to: u32, kind: u32): u32 {
  const below = getU32(c, LOSS_BELOW);
  let timeout = getU32(c, RESEND_TICKS);
  if (below == 0 || timeout == 0) return 0;
  const key = mul32(getU32(c, TICK), 0x9e3779b1) ^ (RESEND | (kind & 63));
  const word = toF64(threefry(getU32(c, SEED), key, from, to));
  const share = toF64(below) / WORDS;
  let limit = toF64(below);
  let ticks: u32 = 0;
  for (let resend: u32 = 0; resend < RESENDS_MAX && word < limit; resend++) {
    ticks = ticks + timeout;
    timeout = timeout << 1;
    limit = limit * share;
  }
  return ticks;
}
