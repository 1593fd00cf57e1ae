/** The two sides of a reconciliation, and the words with which every method begins. */
import type { Workspace } from "../kernels/workspace.js";
import type { Exchange } from "./exchange.js";
import type { IdSet } from "./id-set.js";
import type { MessageReader, MessageWriter } from "./message.js";

/** `a` asks and learns the difference, `b` answers. A method reads the other side's set in messages only. */
export interface Sides {
  readonly space: Workspace;
  readonly a: IdSet;
  readonly b: IdSet;
  readonly exchange: Exchange;
}

/** First byte of an answer. */
export const EQUAL = 0;
export const DIFFERENT = 1;

/** Size and checksum of a set: enough to see that two sets are equal, and that a difference is right. */
export interface Summary {
  readonly count: number;
  readonly checksum: bigint;
}

export function writeSummary(writer: MessageWriter, { ids, checksum }: IdSet): MessageWriter {
  return writer.varint(ids.length).word64(checksum);
}

export function readSummary(reader: MessageReader): Summary {
  return { count: reader.varint(), checksum: reader.word64() };
}

export function isSummaryOf({ count, checksum }: Summary, set: IdSet): boolean {
  return count === set.ids.length && checksum === set.checksum;
}

export const NO_IDS = new BigUint64Array(0);
