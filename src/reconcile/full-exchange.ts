/** The plain way: b sends all its ids, 8 bytes each. With the checksum first, equal sets cost a byte. */
import { differenceOf, type Difference } from "./id-set.js";
import { MessageWriter } from "./message.js";
import {
  DIFFERENT,
  EQUAL,
  isSummaryOf,
  NO_IDS,
  readSummary,
  writeSummary,
  type Sides,
} from "./sides.js";

/** First byte of the request. */
const UNCONDITIONAL = 0;
const UNLESS_EQUAL = 1;

export function fullExchange(
  { a, b, exchange }: Sides,
  { checksumFirst }: { readonly checksumFirst: boolean },
): Difference {
  const request = new MessageWriter().byte(checksumFirst ? UNLESS_EQUAL : UNCONDITIONAL);
  if (checksumFirst) writeSummary(request, a);

  const asked = exchange.send("a", request);
  const isEqual = asked.byte() === UNLESS_EQUAL && isSummaryOf(readSummary(asked), b);
  const answer = new MessageWriter().byte(isEqual ? EQUAL : DIFFERENT);
  if (!isEqual) answer.varint(b.ids.length).words64(b.ids);

  const answered = exchange.send("b", answer);
  if (answered.byte() === EQUAL) return { missing: NO_IDS, extra: NO_IDS };
  return differenceOf(a.ids, answered.words64(answered.varint()));
}
