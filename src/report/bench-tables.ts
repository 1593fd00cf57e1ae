/** The tables of a bench's page, as data. */
import type { BenchArm, BenchRow, ReconcileRow } from "../history/bench-record.js";
import { formatBytes, formatCount, formatNodes } from "../units.js";
import { formatValue } from "./format.js";
import { figureColumns, type Table } from "./table.js";

/** Names of arms for people; a peer keeps its own. */
export function armLabel(name: string): string {
  return { wasm: "WASM", ts: "TypeScript", c: "C, gcc -O3 -march=native" }[name] ?? name;
}

/** Every arm of every bench of one family. */
export function benchTable(family: string, rows: readonly BenchRow[]): Table {
  return {
    caption: `${family}: nanoseconds of one operation, median over rounds, and how many times as long as WASM`,
    columns: [
      ...figureColumns("Bench", "Size"),
      { title: "Arm", align: "left" },
      ...figureColumns("", "ns", "Least", "Most", "Over WASM", "95 % interval").slice(1),
      { title: "Scope", align: "left" },
      { title: "Operation", align: "left" },
      { title: "Bytes touched", align: "right" },
    ],
    rows: rows.flatMap((row) => row.arms.map((arm) => armCells(row, arm))),
  };
}

function armCells(row: BenchRow, arm: BenchArm): string[] {
  const [low, high] = arm.overWasm?.ci95 ?? [null, null];
  const { p50 = null, min = null, max = null } = arm.summary ?? {};
  return [
    row.id,
    formatNodes(row.size),
    arm.status === "timed" ? armLabel(arm.name) : `${armLabel(arm.name)}: ${arm.note ?? ""}`,
    ...[p50, min, max].map((value) => formatValue(value, "number")),
    arm.name === "wasm" ? "1×" : formatValue(arm.overWasm?.ratio, "ratio"),
    arm.name === "wasm" || low === null || high === null
      ? "–"
      : `${formatValue(low, "number")} to ${formatValue(high, "ratio")}`,
    row.scope,
    row.operation,
    formatBytes(row.workingSetBytes),
  ];
}

export function reconcileTable(rows: readonly ReconcileRow[]): Table {
  return {
    caption: "Finding the difference of two sets: bytes both ways and round trips",
    columns: figureColumns(
      "Method",
      "Items",
      "Differences",
      "Bytes",
      "Bytes per difference",
      "Round trips",
    ),
    rows: rows.map(({ method, items, differences, bytes, roundTrips }) => [
      method,
      formatCount(items),
      formatCount(differences),
      formatCount(bytes),
      differences === 0 ? "–" : formatValue(bytes / differences, "number"),
      formatValue(roundTrips, "number"),
    ]),
  };
}
