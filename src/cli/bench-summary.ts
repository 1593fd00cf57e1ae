/** What a bench prints at its end: one row per bench and size, times of WASM and what others take. */
import { styleText } from "node:util";
import type { BenchArm, BenchRecord, BenchRow } from "../history/bench-record.js";
import { formatNodes, trimmed } from "../units.js";
import { renderTable, type Column } from "./table.js";

const COLUMNS: readonly Column[] = [
  { title: "bench", align: "left" },
  { title: "size", align: "right" },
  { title: "wasm ns", align: "right" },
  { title: "ts", align: "right" },
  { title: "c", align: "right" },
  { title: "peer", align: "right" },
  { title: "best peer", align: "left" },
];

const OWN = ["wasm", "ts", "c"];

/** Medians over the rounds, as text of at most 80 columns. */
export function renderBenchSummary(record: BenchRecord, stream: NodeJS.WritableStream): string {
  const table = renderTable(COLUMNS, record.rows.map(summaryRow));
  const missing = new Set(
    record.rows.flatMap(({ arms }) =>
      arms.filter(({ status }) => status === "missing").map(({ name, note }) => `${name}: ${note}`),
    ),
  );
  const lines = [
    table.replace(/^.*/, (titles) => styleText("bold", titles, { stream })),
    "ts, c, peer: times as long as wasm takes, paired over rounds; ns per operation",
    ...missing,
  ];
  return lines.join("\n");
}

function summaryRow({ id, size, arms }: BenchRow): string[] {
  const named = (name: string): BenchArm | undefined => arms.find((arm) => arm.name === name);
  const peers = arms.filter(({ name, overWasm }) => !OWN.includes(name) && overWasm !== null);
  peers.sort((a, b) => a.overWasm!.ratio - b.overWasm!.ratio);
  const [best] = peers;
  const nanoseconds = named("wasm")?.summary?.p50;
  return [
    id,
    formatNodes(size),
    nanoseconds === undefined ? "-" : trimmed(nanoseconds),
    ratioText(named("ts")),
    ratioText(named("c")),
    ratioText(best),
    best?.name ?? "-",
  ];
}

function ratioText(arm: BenchArm | undefined): string {
  if (arm === undefined) return "-";
  if (arm.status === "wrong") return "WRONG";
  return arm.overWasm === null ? "-" : `${trimmed(arm.overWasm.ratio)}x`;
}
