/** Verdicts of a record as a whole: one family of rows, but canaries speak for their own shard only. */
import type { MeasureRecord, MeasureRow } from "../history/measure-record.js";
import { canariesOf, withVerdicts } from "./verdicts.js";

/** The record judged again from its quads. Of one that was measured in one go this changes nothing. */
export function judgedAgain({ header, rows }: MeasureRecord): MeasureRecord {
  const rule = { looks: header.looks, seed: header.seed };
  const canaries = canariesOf(rows);
  if (header.parts === undefined) {
    return { header: { ...header, canaries }, rows: withVerdicts(rows, rule) };
  }
  const judged = new Map<MeasureRow, MeasureRow>();
  for (const part of header.parts) {
    const own = new Set(part.rows);
    // The whole family, beside the canaries of this shard alone.
    const family = rows.filter((row) => row.scope !== "canary" || own.has(row.id));
    withVerdicts(family, rule).forEach((row, index) => {
      if (own.has(row.id)) judged.set(family[index]!, row);
    });
  }
  return { header: { ...header, canaries }, rows: rows.map((row) => judged.get(row) ?? row) };
}
