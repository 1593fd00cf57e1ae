/** Packs raw quads into a page: all of them as they are where they fit, else to the nanosecond, else the first. */
import { deflateRawSync } from "node:zlib";
import type { MeasureRecord, MeasureRow } from "../history/measure-record.js";
import { byWeight, measuredRows } from "./measure-rows.js";
import {
  encodeTimes,
  slimRow,
  type PackedRecords,
  type PackedRow,
  type WarmUpTimes,
} from "./measure-raw.js";

/** Characters of base64: leaves a page of 200 rows under 2 MB. */
const RAW_MAX = 1_200_000;
const WHOLE_ROWS = 12;

interface Place {
  readonly record: number;
  readonly place: number;
  readonly name: string;
  readonly row: MeasureRow;
}

export interface PackedRaw {
  readonly packed: PackedRecords;
  /** Rows, canaries too, whose quads and whose warm-ups are in the page. */
  readonly quads: number;
  readonly warmUps: number;
}

export function packRaw(records: readonly MeasureRecord[], limit: number = RAW_MAX): PackedRaw {
  const exact = packRows(records, limit, true);
  return exact.warmUps === exact.packed.rows.length ? exact : packRows(records, limit, false);
}

function packRows(records: readonly MeasureRecord[], limit: number, isExact: boolean): PackedRaw {
  const places = placesOf(records);
  let left = limit;
  const fit = (text: string): string | null => {
    if (text.length > left) return null;
    left -= text.length;
    return text;
  };
  const calls = (row: MeasureRow): number => (isExact ? 0 : row.blockCalls);
  const quads = new Map<number, string | null>();
  const warmUps = new Map<number, string | null>();
  const addQuads = ({ row }: Place, index: number): void => {
    if (!quads.has(index)) quads.set(index, fit(pack(slimRow(row, calls(row)))));
  };
  const addWarmUps = ({ row }: Place, index: number): void => {
    if (quads.get(index) === null || warmUps.has(index)) return;
    warmUps.set(index, fit(pack(warmUpsOf(row, calls(row)))));
  };
  // Rows that are looked at first come with all they have.
  places.slice(0, WHOLE_ROWS).forEach((place, index) => {
    addQuads(place, index);
    addWarmUps(place, index);
  });
  places.forEach(addQuads);
  places.forEach(addWarmUps);
  const rows = places.map(({ record, place, name }, index): PackedRow => ({
    ...{ record, place, name },
    ...{ quads: quads.get(index) ?? null, warmUps: warmUps.get(index) ?? null },
  }));
  return {
    packed: { headers: records.map(({ header }) => header), rows, isExact },
    quads: rows.filter(({ quads }) => quads !== null).length,
    warmUps: rows.filter(({ warmUps }) => warmUps !== null).length,
  };
}

/** Every row with where it stood; canaries last. */
function placesOf(records: readonly MeasureRecord[]): Place[] {
  const judged = byWeight(measuredRows(records)).map(({ row, record, name }) => ({
    record: records.indexOf(record),
    place: record.rows.indexOf(row),
    ...{ name, row },
  }));
  const canaries = records.flatMap(({ rows }, record) =>
    rows.flatMap((row, place) =>
      row.scope === "canary" ? [{ record, place, name: row.id, row }] : [],
    ),
  );
  return [...judged, ...canaries];
}

function warmUpsOf({ rounds }: MeasureRow, calls: number): WarmUpTimes {
  return rounds.map(({ warmUp: { base, head } }) => ({
    base: encodeTimes(base.ns, calls),
    head: encodeTimes(head.ns, calls),
  }));
}

function pack(value: unknown): string {
  return deflateRawSync(JSON.stringify(value), { level: 9 }).toString("base64");
}
