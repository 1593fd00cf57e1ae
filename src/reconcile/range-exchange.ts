/**
 * Range-based reconciliation (Meyer, SRDS 2023) in the manner of negentropy: a range whose fingerprints
 * differ is cut into buckets of equal size, a small one is sent as a list of ids. A message is a row of
 * ranges, each up to a bound; what it leaves out at the end is settled.
 */
import { differenceOf, type Difference } from "./id-set.js";
import { MessageWriter, type MessageReader } from "./message.js";
import {
  BOUND_END,
  boundBetween,
  FINGERPRINT_BYTES,
  FingerprintedSet,
  readBound,
  writeBound,
} from "./ranges.js";
import type { Sides } from "./sides.js";

export interface RangeSettings {
  /** Parts that a differing range is cut into; 16 in negentropy. */
  readonly buckets: number;
  /** A range of fewer ids is sent as a list; 32 in negentropy. */
  readonly idListBelow: number;
}

/** What happened on the way, to be set beside published counts. */
export interface RangeTrace {
  readonly difference: Difference;
  readonly fingerprints: number;
  /** Mean number of ids in the lists of the first message that has one. */
  readonly firstListIds: number;
  /** Messages up to the first list of ids; 0 when none was sent. */
  readonly messagesToList: number;
}

const SKIP = 0;
const FINGERPRINT = 1;
const ID_LIST = 2;

export function rangeExchange(
  { space, a, b, exchange }: Sides,
  settings: RangeSettings,
): RangeTrace {
  const sets = { a: new FingerprintedSet(space, a.ids), b: new FingerprintedSet(space, b.ids) };
  const speakers = {
    a: new Speaker(sets.a, settings, true),
    b: new Speaker(sets.b, settings, false),
  };
  let messagesToList = 0;
  let firstListIds = 0;
  let from: "a" | "b" = "a";
  let message: MessageWriter | undefined = speakers.a.open();
  for (; message !== undefined; from = from === "a" ? "b" : "a") {
    const heard = exchange.send(from, message);
    if (messagesToList === 0 && speakers[from].lists > 0) {
      messagesToList = exchange.messages;
      firstListIds = speakers[from].listedIds / speakers[from].lists;
    }
    message = speakers[from === "a" ? "b" : "a"].answer(heard);
  }
  sets.a.dispose();
  sets.b.dispose();
  return {
    difference: speakers.a.difference(),
    fingerprints: speakers.a.fingerprints + speakers.b.fingerprints,
    firstListIds,
    messagesToList,
  };
}

/** One side: answers messages from its own set; the asking one collects what differs. */
class Speaker {
  readonly #set: FingerprintedSet;
  readonly #settings: RangeSettings;
  readonly #asks: boolean;
  readonly #found: Difference[] = [];
  fingerprints = 0;
  lists = 0;
  listedIds = 0;

  constructor(set: FingerprintedSet, settings: RangeSettings, asks: boolean) {
    this.#set = set;
    this.#settings = settings;
    this.#asks = asks;
  }

  /** The first message: the whole set as one range. */
  open(): MessageWriter {
    const row = new RangeRow();
    this.#split(row, 0, this.#set.ids.length, BOUND_END);
    return row.writer;
  }

  /** The answer to a message; the asking side gives undefined when nothing is open any more. */
  answer(heard: MessageReader): MessageWriter | undefined {
    const set = this.#set;
    const row = new RangeRow();
    let from = 0;
    while (heard.left > 0) {
      const bound = readBound(heard);
      const mode = heard.byte();
      const end = set.indexOf(bound, from);
      if (mode === FINGERPRINT) {
        const theirs = heard.raw(FINGERPRINT_BYTES);
        const own = set.fingerprint(from, end);
        if (own.every((byte, i) => byte === theirs[i])) row.skip(bound);
        else this.#split(row, from, end, bound);
      } else if (mode === ID_LIST) {
        const theirs = heard.words64(heard.varint());
        if (this.#asks) {
          this.#found.push(differenceOf(set.ids.subarray(from, end), theirs));
          row.skip(bound);
        } else this.#list(row, from, end, bound);
      } else row.skip(bound);
      from = end;
    }
    return this.#asks && row.isEmpty ? undefined : row.writer;
  }

  /** All that was found; ranges came in ascending order only within a message. */
  difference(): Difference {
    const joined = (side: keyof Difference): BigUint64Array => {
      const parts = this.#found.map((each) => each[side]);
      const ids = new BigUint64Array(parts.reduce((sum, { length }) => sum + length, 0));
      let at = 0;
      for (const part of parts) {
        ids.set(part, at);
        at += part.length;
      }
      return ids.sort();
    };
    return { missing: joined("missing"), extra: joined("extra") };
  }

  /** Appends a range as a list, or as buckets whose sizes differ by one at most. */
  #split(row: RangeRow, from: number, end: number, bound: bigint): void {
    const { buckets, idListBelow } = this.#settings;
    const count = end - from;
    if (count < idListBelow) {
      this.#list(row, from, end, bound);
      return;
    }
    const { ids } = this.#set;
    let start = from;
    for (let bucket = 0; bucket < buckets; bucket++) {
      const next = start + Math.floor(count / buckets) + (bucket < count % buckets ? 1 : 0);
      const until = bucket === buckets - 1 ? bound : boundBetween(ids[next - 1]!, ids[next]!);
      row.range(until, FINGERPRINT).raw(this.#set.fingerprint(start, next));
      this.fingerprints++;
      start = next;
    }
  }

  #list(row: RangeRow, from: number, end: number, bound: bigint): void {
    row
      .range(bound, ID_LIST)
      .varint(end - from)
      .words64(this.#set.ids.subarray(from, end));
    this.lists += 1;
    this.listedIds += end - from;
  }
}

/** Ranges in ascending order; settled ones are joined, and left out at the end. */
class RangeRow {
  readonly writer = new MessageWriter();
  isEmpty = true;
  #skipped: bigint | undefined;

  skip(bound: bigint): void {
    this.#skipped = bound;
  }

  /** Begins a range up to `bound`; its content follows on the writer. */
  range(bound: bigint, mode: number): MessageWriter {
    if (this.#skipped !== undefined) {
      writeBound(this.writer, this.#skipped);
      this.writer.byte(SKIP);
      this.#skipped = undefined;
    }
    this.isEmpty = false;
    writeBound(this.writer, bound);
    return this.writer.byte(mode);
  }
}
