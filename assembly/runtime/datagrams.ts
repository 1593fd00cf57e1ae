/**
 * Messages of systems that talk over UDP and TCP: a datagram may be lost, what goes over TCP comes again
 * below the model's sight. Both are counted with their bytes as they are sent.
 */
import { toF64, toU32 } from "../memory";
import { countBytes, countSent } from "./access";
import { LOST, REQUESTED, REQUESTS_LOST, SENT } from "./context";
import { delayOf } from "./delay";
import { COPY } from "./links";
import { sendSized } from "./mailbox";
import { isMessageLost } from "./peers";

const BYTES_MAX: f64 = 4294967295.0;

/**
 * @param kind with COPY or CONTROL
 * @param bytes beyond the fixed size of its kind
 * @returns address of the message, for extra words; 0, where words are written in vain, when it is lost
 */
export function sendDatagram(
  c: u32, from: u32, to: u32, kind: u32, payload: u32, bytes: u32,
): u32 {
  const isCopy = (kind & COPY) != 0;
  countSent(c, isCopy ? SENT : REQUESTED);
  countBytes(c, toF64(bytes));
  if (isMessageLost(c, from, to, kind & 63) == 1) {
    countSent(c, isCopy ? LOST : REQUESTS_LOST);
    return 0;
  }
  return sendSized(c, to, from, kind, delayOf(c, from, to, 0), payload, bytes);
}

/** As sendDatagram, over TCP. */
export function sendOverTcp(
  c: u32, from: u32, to: u32, kind: u32, payload: u32, bytes: f64,
): u32 {
  countSent(c, (kind & COPY) != 0 ? SENT : REQUESTED);
  countBytes(c, bytes);
  const size: u32 = bytes < BYTES_MAX ? toU32(bytes) : 0xffffffff;
  return sendSized(c, to, from, kind, delayOf(c, from, to, 0), payload, size);
}
