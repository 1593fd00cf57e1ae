/**
 * Reconciliation by PinSketch, as Erlay does it (Naumenko et al. 2019): b sends a sketch, a adds its own and
 * decodes. A sketch that was too small is extended by further syndromes, those sent stay in use. Where
 * elements are shorter than ids they are salted hashes, and a asks for the ids of those it does not know.
 */
import type { FieldBits } from "./field.js";
import { isProved, wordsOf, type Difference, type IdSet } from "./id-set.js";
import { MessageWriter } from "./message.js";
import { CAPACITY_MAX, PinSketch, sketchBytes } from "./pinsketch.js";
import {
  DIFFERENT,
  EQUAL,
  isSummaryOf,
  NO_IDS,
  readSummary,
  writeSummary,
  type Sides,
} from "./sides.js";

export interface PinSketchSettings {
  readonly bits: FieldBits;
  /** Capacity of the first sketch. */
  readonly capacity: number;
  readonly seed: number;
}

/** Salts tried before the sets are sent in full: short elements of many ids collide with any salt. */
const SALTS = 4;
/** High seed word of the hashes that shorten ids. */
const SHORT_SEED_HIGH = 5;

/** The elements of a set under one salt. */
interface Elements {
  readonly list: BigUint64Array;
  /** Id of an element; of several ids with one element, the last. */
  readonly ids: ReadonlyMap<bigint, bigint>;
  /** Whether the id 0 is in the set: it is no element of the field. */
  readonly hasZero: boolean;
}

/** @returns undefined when a sketch would cost more than all ids, or no salt led to a proved difference */
export function pinsketchExchange(
  sides: Sides,
  settings: PinSketchSettings,
): Difference | undefined {
  const { a, b, exchange } = sides;
  const asked = exchange.send("a", writeSummary(new MessageWriter(), a));
  if (isSummaryOf(readSummary(asked), b)) {
    exchange.send("b", new MessageWriter().byte(EQUAL));
    return { missing: NO_IDS, extra: NO_IDS };
  }
  const salts = settings.bits === 64 ? 1 : SALTS;
  for (let salt = 0; salt < salts; salt++) {
    if (salt > 0) exchange.send("a", new MessageWriter().byte(salt));
    const found = underSalt(sides, settings, (settings.seed + salt) >>> 0);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Sketches of growing capacity, until one gives a proved difference or growing is of no use. */
function underSalt(
  sides: Sides,
  { bits, capacity }: PinSketchSettings,
  salt: number,
): Difference | undefined {
  const { exchange } = sides;
  const [own, theirs] = [sides.a, sides.b].map((set) => elementsOf(sides, set, bits, salt)) as [
    Elements,
    Elements,
  ];
  const received: Part[] = [];
  const opening = writeSummary(new MessageWriter().byte(DIFFERENT), sides.b);
  opening.byte(Number(theirs.hasZero));
  let from = 0;
  let end = Math.min(capacity, capacityMax(bits));
  let heard = exchange.send("b", opening.raw(partOf(sides, theirs, bits, from, end)));
  heard.byte();
  const summary = readSummary(heard);
  const theyHaveZero = heard.byte() === 1;
  for (;;) {
    received.push({ from, end, bytes: heard.raw(sketchBytes(bits, end - from)) });
    const elements = decodedElements(sides, own, bits, received);
    if (elements !== undefined) {
      const found = difference(sides, own, theirs, theyHaveZero, bits, elements);
      if (isProved(sides.space, sides.a.checksum, summary.checksum, found)) return found;
      // With a syndrome to spare the elements are right: a short one stood for several ids.
      if (elements.length < end) return undefined;
    }
    [from, end] = [end, end * 2];
    if (end > capacityMax(bits) || sketchBytes(bits, end) >= summary.count * 8) return undefined;
    const asked = exchange.send("a", new MessageWriter().varint(end));
    const part = partOf(sides, theirs, bits, from, asked.varint());
    heard = exchange.send("b", new MessageWriter().raw(part));
  }
}

/** Syndromes from .. end - 1 as they came. */
interface Part {
  readonly from: number;
  readonly end: number;
  readonly bytes: Uint8Array;
}

function capacityMax(bits: FieldBits): number {
  return Math.min(CAPACITY_MAX, 2 ** bits - 1);
}

/** What b sends: syndromes of its set. */
function partOf(
  { space }: Sides,
  { list }: Elements,
  bits: FieldBits,
  from: number,
  end: number,
): Uint8Array {
  const sketch = new PinSketch({ capacity: end, bits, backend: space.backend });
  sketch.add(list);
  const bytes = sketch.syndromes(from, end);
  sketch.dispose();
  return bytes;
}

/** What a decodes from its own sketch and all parts received. */
function decodedElements(
  { space }: Sides,
  { list }: Elements,
  bits: FieldBits,
  received: readonly Part[],
): BigUint64Array | undefined {
  const options = { capacity: received.at(-1)!.end, bits, backend: space.backend };
  const sketch = new PinSketch(options);
  for (const { from, end, bytes } of received) sketch.setSyndromes(from, end, bytes);
  sketch.add(list);
  const elements = sketch.decode();
  sketch.dispose();
  return elements;
}

/** The ids behind decoded elements; a asks b for those that short elements do not tell. */
function difference(
  { exchange }: Sides,
  own: Elements,
  theirs: Elements,
  theyHaveZero: boolean,
  bits: FieldBits,
  elements: BigUint64Array,
): Difference {
  const extra = [...elements].flatMap((element) => own.ids.get(element) ?? []);
  const unknown = elements.filter((element) => !own.ids.has(element));
  let missing = [...unknown];
  if (bits !== 64 && unknown.length > 0) {
    const request = new MessageWriter().varint(unknown.length);
    for (const element of unknown) {
      for (let byte = 0; byte < bits; byte += 8)
        request.byte(Number((element >> BigInt(byte)) & 0xffn));
    }
    const answer = new MessageWriter();
    const asked = exchange.send("a", request);
    for (let left = asked.varint(); left > 0; left--) {
      let element = 0n;
      for (let byte = 0; byte < bits; byte += 8) element |= BigInt(asked.byte()) << BigInt(byte);
      // One that b does not know comes from a wrong decoding; the checksums will not fit.
      answer.word64(theirs.ids.get(element) ?? 0n);
    }
    missing = [...exchange.send("b", answer).words64(unknown.length)];
  }
  if (theyHaveZero && !own.hasZero) missing.push(0n);
  if (own.hasZero && !theyHaveZero) extra.push(0n);
  return {
    missing: BigUint64Array.from(missing).sort(),
    extra: BigUint64Array.from(extra).sort(),
  };
}

/** Elements of a field of 64 bits are the ids; shorter ones their salted hashes, 0 replaced by 1. */
function elementsOf({ space }: Sides, set: IdSet, bits: FieldBits, salt: number): Elements {
  const { kernels } = space;
  const words = wordsOf(set.ids);
  const ids = new Map<bigint, bigint>();
  const mask = bits === 12 ? 0xfff : 0xffffffff;
  const list = bits === 64 ? set.ids.filter((id) => id !== 0n) : new BigUint64Array(set.ids.length);
  for (const [i, id] of set.ids.entries()) {
    if (bits === 64) {
      if (id !== 0n) ids.set(id, id);
      continue;
    }
    const hash = kernels.xxh64Of8(words[2 * i]!, words[2 * i + 1]!, salt, SHORT_SEED_HIGH);
    const element = BigInt((hash & mask) >>> 0 || 1);
    list[i] = element;
    ids.set(element, id);
  }
  return { list, ids, hasZero: bits === 64 && set.ids[0] === 0n };
}
