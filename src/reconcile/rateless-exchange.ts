/**
 * Reconciliation by rateless IBLT (Yang, Gilad, Alizadeh 2024): b streams coded symbols, without waiting
 * for anything, until a has decoded the difference and says stop. No estimate is needed. What is under way
 * when the stop is sent depends on the link and is not counted.
 */
import { isProved, type Difference } from "./id-set.js";
import { MessageWriter } from "./message.js";
import { CodedSymbols, RatelessDecoder } from "./rateless.js";
import {
  DIFFERENT,
  EQUAL,
  isSummaryOf,
  NO_IDS,
  readSummary,
  writeSummary,
  type Sides,
} from "./sides.js";

export interface RatelessSettings {
  /** Symbols of a message; later messages carry a sixteenth of those before, if that is more. */
  readonly symbolsPerMessage: number;
  readonly seed: number;
}

/** A set of n ids decodes from 1.35 n symbols, small ones from 1.8 n: beyond this something is wrong. */
function symbolsMax(ids: number): number {
  return 3 * ids + 100;
}

/** @returns undefined when symbols do not lead to a difference that the checksums prove */
export function ratelessExchange(sides: Sides, settings: RatelessSettings): Difference | undefined {
  const { a, b, exchange } = sides;
  const asked = exchange.send("a", writeSummary(new MessageWriter(), a));
  if (isSummaryOf(readSummary(asked), b)) {
    exchange.send("b", new MessageWriter().byte(EQUAL));
    return { missing: NO_IDS, extra: NO_IDS };
  }
  return streamed(sides, settings);
}

function streamed(
  { space, a, b, exchange }: Sides,
  settings: RatelessSettings,
): Difference | undefined {
  const { seed } = settings;
  const theirs = new CodedSymbols(space, { at: b.idsAt, count: b.ids.length }, seed);
  const own = new CodedSymbols(space, { at: a.idsAt, count: a.ids.length }, seed);
  const decoder = new RatelessDecoder(space, own, seed);
  let message = writeSummary(new MessageWriter().byte(DIFFERENT), b);
  let summary: { count: number; checksum: bigint } | undefined;
  let difference: Difference | undefined;
  for (let needed = 0; needed === 0;) {
    const from = decoder.taken;
    const count = Math.max(settings.symbolsPerMessage, from >>> 4);
    theirs.write(message, from, from + count);
    const reader = exchange.send("b", message);
    if (summary === undefined) {
      reader.byte();
      summary = readSummary(reader);
    }
    needed = decoder.read(reader, count, summary.count);
    if (needed > 0) difference = decoder.found();
    else if (decoder.taken > symbolsMax(a.ids.length + summary.count)) break;
    message = new MessageWriter();
  }
  exchange.send("a", new MessageWriter().byte(EQUAL)); // stop
  for (const each of [theirs, own, decoder]) each.dispose();
  if (summary === undefined || difference === undefined) return undefined;
  return isProved(space, a.checksum, summary.checksum, difference) ? difference : undefined;
}
