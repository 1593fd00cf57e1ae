/**
 * Floors from A/A runs: ratios of two builds of one commit, by row, for one class of machine. A row's floor is
 * three robust standard deviations of what it did when nothing had changed.
 */
import { z } from "zod";
import { InputError } from "../errors.js";

/** Fewer values say too little of a spread. */
export const FLOOR_VALUES_MIN = 10;
const FLOOR_VALUES_MAX = 1000;

const schema = z.strictObject({
  /** Environment class: other machines have other floors. */
  class: z.string(),
  /** ln(head / base) of each A/A run, oldest first. */
  rows: z.record(z.string(), z.array(z.number()).max(FLOOR_VALUES_MAX)),
});

export type Floors = z.infer<typeof schema>;

export function parseFloors(name: string, text: string): Floors {
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    throw new InputError(`${name} is no file of floors: write one with hearsay calibrate`);
  }
}

/** Floor of a row as a ratio; `least` where the past says less, or too little. */
export function floorOf(floors: Floors | null, id: string, least: number): number {
  const past = pastOf(floors, id);
  if (past.length < FLOOR_VALUES_MIN) return least;
  const centre = middle(past);
  const deviation = middle(past.map((value) => Math.abs(value - centre)));
  return Math.max(least, Math.expm1(3 * 1.4826 * deviation));
}

/** The floors with one more A/A run in them, oldest values dropped. */
export function withRun(
  floors: Floors | null,
  environmentClass: string,
  deltas: readonly (readonly [id: string, delta: number])[],
): Floors {
  const rows = new Map(Object.entries(floors?.rows ?? {}));
  for (const [id, delta] of deltas) {
    rows.set(id, [...pastOf(floors, id), delta].slice(-FLOOR_VALUES_MAX));
  }
  return { class: environmentClass, rows: Object.fromEntries(rows) };
}

/** A row may be called like something that every object has. */
function pastOf(floors: Floors | null, id: string): readonly number[] {
  return floors !== null && Object.hasOwn(floors.rows, id) ? floors.rows[id]! : [];
}

function middle(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}
