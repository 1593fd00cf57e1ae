/**
 * Raw quads and warm-ups of measured rows as they stand in a page: one row without its times as JSON, the times
 * packed apart, so that opening a page unpacks one row and not all. Read by the page and by its client.
 */
import type { MeasureHeader, MeasureRow } from "../history/measure-record.js";

/** What a page holds of one row; both texts are base64 of raw deflate of JSON. */
export interface PackedRow {
  /** Index into `headers`, and place among the record's rows. */
  readonly record: number;
  readonly place: number;
  readonly name: string;
  /** A MeasureRow whose warm-ups are empty and whose quads are times as `encodeTimes` has them; null: left out. */
  readonly quads: string | null;
  /** WarmUpTimes, round by round; null: left out. */
  readonly warmUps: string | null;
}

export interface PackedRecords {
  readonly headers: readonly MeasureHeader[];
  /** The most important first. */
  readonly rows: readonly PackedRow[];
  /** true: every number as in the record; false: times of blocks to the nanosecond. */
  readonly isExact: boolean;
}

/** Times of one list: as they are, or as whole nanoseconds of a block less the least of them. */
export interface EncodedTimes {
  readonly least: number;
  readonly times: readonly number[];
}

export type WarmUpTimes = readonly { readonly base: EncodedTimes; readonly head: EncodedTimes }[];

/** A row without times, and its times: all quads of all rounds in one list. */
export interface SlimRow {
  readonly row: MeasureRow;
  readonly times: EncodedTimes;
  /** Quads of each round; their orders stand in `row`. */
  readonly orders: readonly string[];
}

/** @param calls of one block; 0 keeps the times as they are */
export function encodeTimes(ns: readonly number[], calls: number): EncodedTimes {
  if (calls === 0) return { least: 0, times: ns };
  const whole = ns.map((time) => Math.round(time * calls));
  const least = whole.length === 0 ? 0 : Math.min(...whole);
  return { least, times: whole.map((time) => time - least) };
}

export function decodeTimes({ least, times }: EncodedTimes, calls: number): number[] {
  return calls === 0 ? [...times] : times.map((time) => Math.max(time + least, 1) / calls);
}

export function slimRow(row: MeasureRow, calls: number): SlimRow {
  const quads = row.rounds.flatMap((round) => round.quads);
  return {
    row: { ...row, rounds: row.rounds.map(withoutTimes) },
    times: encodeTimes(
      quads.flatMap(({ ns }) => ns),
      calls,
    ),
    // One letter a quad: that of its first block.
    orders: row.rounds.map((round) => round.quads.map(({ order }) => order[0]!).join("")),
  };
}

function withoutTimes(round: MeasureRow["rounds"][number]): MeasureRow["rounds"][number] {
  const { base, head } = round.warmUp;
  return {
    ...round,
    quads: [],
    warmUp: { base: { ...base, ns: [] }, head: { ...head, ns: [] } },
  };
}

/** The row as it was; without `warmUps` its warm-ups are empty lists. */
export function wholeRow(
  { row, times, orders }: SlimRow,
  warmUps: WarmUpTimes | null,
  calls: number,
): MeasureRow {
  const ns = decodeTimes(times, calls);
  let next = 0;
  const rounds = row.rounds.map((round, index) => {
    const quads = [...(orders[index] ?? "")].map((letter) => ({
      order: letter === "A" ? ("ABBA" as const) : ("BAAB" as const),
      ns: ns.slice(next, (next += 4)) as [number, number, number, number],
    }));
    const own = warmUps?.[index];
    const side = (name: "base" | "head") => ({
      ...round.warmUp[name],
      ns: own === undefined ? [] : decodeTimes(own[name], calls),
    });
    return { ...round, quads, warmUp: { base: side("base"), head: side("head") } };
  });
  return { ...row, rounds };
}
