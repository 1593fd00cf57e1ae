/** What a page says of measured rows: their states in words and shapes, their order, their times. */
import type { MeasureRecord, MeasureRow, VerdictState } from "../history/measure-record.js";
import { median } from "../statistics/quantile.js";

/** A row with the record that it stands in. */
export interface Measured {
  readonly row: MeasureRow;
  readonly record: MeasureRecord;
  /** Unique in the page: its id, with metric and record where these are needed. */
  readonly name: string;
}

export type RowState = VerdictState | "wrong";

/** Each with a shape of its own, so that no state rests on colour alone. */
export const STATE_WORDS: Readonly<Record<RowState, string>> = {
  wrong: "✗ other results",
  regressed: "▲ regressed",
  improved: "▼ improved",
  equivalent: "= equivalent",
  inconclusive: "? inconclusive",
  advisory: "◇ advisory",
  "behaviour-changed": "≠ behaviour changed",
  same: "= the same",
};

/** A row whose results differ, or that crashed, has no verdict by time. */
export function stateOf({ status, verdict }: MeasureRow): RowState {
  return status === "incorrect" || status === "failed" ? "wrong" : verdict.state;
}

/** Rows that are judged: canaries are shown apart. Worst first: slowest in units of its floor. */
export function measuredRows(records: readonly MeasureRecord[]): readonly Measured[] {
  const all = records.flatMap((record) =>
    record.rows.filter(({ scope }) => scope !== "canary").map((row) => ({ row, record })),
  );
  const count = (id: string): number => all.filter(({ row }) => row.id === id).length;
  const counts = new Map(all.map(({ row }) => [row.id, count(row.id)]));
  const named = all.map(({ row, record }): Measured => {
    const metric = counts.get(row.id) === record.rows.filter(({ id }) => id === row.id).length;
    const isOne = counts.get(row.id) === 1;
    const suffix = isOne
      ? ""
      : metric
        ? ` · ${row.metric}`
        : ` · ${row.metric} · ${record.header.id}`;
    return { row, record, name: `${row.id}${suffix}` };
  });
  return named.sort((a, b) => rank(b.row) - rank(a.row));
}

/** Wrong results stand above all, rows without a finding below all. */
function rank(row: MeasureRow): number {
  if (stateOf(row) === "wrong") return Infinity;
  if (row.verdict.state === "behaviour-changed") return 1e300;
  const { delta, floor } = row.verdict;
  return delta === null ? -Infinity : delta / Math.log1p(Math.max(floor, 1e-4));
}

/** Rows that a reader should look at, the most important first: changes, then what is far from zero. */
export function byWeight(rows: readonly Measured[]): readonly Measured[] {
  const weight = ({ row }: Measured): number => {
    const moved = Math.abs(rank(row));
    const isChange = ["regressed", "improved"].includes(row.verdict.state);
    return (isChange ? 1e9 : 0) + (Number.isFinite(moved) ? Math.min(moved, 1e8) : 0);
  };
  return [...rows].sort((a, b) => weight(b) - weight(a));
}

/** Nanoseconds of one call, median over all blocks of a side; null where nothing was timed. */
export function sideTimes({ rounds }: MeasureRow): {
  readonly base: number | null;
  readonly head: number | null;
} {
  const times: Record<"A" | "B", number[]> = { A: [], B: [] };
  for (const { quads } of rounds) {
    for (const { order, ns } of quads) {
      ns.forEach((time, place) => times[order[place] as "A" | "B"].push(time));
    }
  }
  const middle = (values: number[]): number | null => (values.length === 0 ? null : median(values));
  return { base: middle(times.A), head: middle(times.B) };
}

/** ln of a ratio as a change: 0.03 for 3 % slower. */
export function changeOf(logRatio: number): number {
  return Math.expm1(logRatio);
}
