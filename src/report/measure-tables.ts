/** The tables of a page of paired measuring, as data. */
import type { MeasureRecord } from "../history/measure-record.js";
import { intervalText } from "./charts/forest.js";
import { environmentFacts } from "./facts.js";
import { formatValue } from "./format.js";
import { changeOf, sideTimes, STATE_WORDS, stateOf, type Measured } from "./measure-rows.js";
import type { Column, Table } from "./table.js";

const left = (title: string): Column => ({ title, align: "left" });
const right = (title: string): Column => ({ title, align: "right" });

export function verdictTable(rows: readonly Measured[]): Table {
  return {
    caption:
      "Every row, the slowest in units of its floor first: time of one call, change with its 95 % interval, the change that would have been found with 80 % power, one-sided p-values",
    columns: [
      left("Row"),
      left("Verdict"),
      ...["Base", "Head", "Change", "95 % interval", "Finds", "Floor"].map(right),
      ...["p slower", "p faster", "p equal", "Rounds"].map(right),
      left("Scope"),
      left("Note"),
    ],
    rows: rows.map(verdictCells),
  };
}

function verdictCells({ row, name }: Measured): string[] {
  const { verdict, exact, unit, kind } = row;
  const times = sideTimes(row);
  const value = (side: "base" | "head"): string => {
    if (exact !== null) return `${formatValue(exact[side], "number")} ${unit}`;
    return kind === "wall" ? formatValue(times[side], "nanoseconds") : "–";
  };
  const { delta, detectable, pRegressed, pImproved, pEquivalent } = verdict;
  return [
    name,
    STATE_WORDS[stateOf(row)],
    ...[value("base"), value("head")],
    delta === null ? "–" : formatValue(changeOf(delta), "change"),
    intervalText(verdict.ci95),
    formatValue(detectable, "percent"),
    `±${formatValue(verdict.floor, "percent")}`,
    ...[pRegressed, pImproved, pEquivalent].map(probability),
    String(verdict.rounds),
    row.scope,
    [row.status === "measured" ? "" : row.status, verdict.note ?? row.note ?? ""]
      .filter((text) => text !== "")
      .join(": "),
  ];
}

/** Four decimals; what is smaller says so. */
export function probability(p: number | null): string {
  if (p === null) return "–";
  return p < 1e-4 ? "< 0.0001" : String(Number(p.toFixed(4)));
}

export function canaryTable(records: readonly MeasureRecord[]): Table {
  return {
    caption: "Canaries: kernels measured against themselves",
    columns: [left("Canary"), left("Record"), right("Moved by"), left("State")],
    rows: records.flatMap(({ header }) =>
      header.canaries.map(({ id, delta, stable }) => [
        id,
        header.id,
        formatValue(changeOf(delta), "change"),
        stable ? "= held" : "✗ moved: times decide nothing",
      ]),
    ),
  };
}

/** Base and head of each record: what was measured on which side, and how. */
export function sidesTable(records: readonly MeasureRecord[]): Table {
  const facts = records.map(({ header }) => [
    ["record", header.id],
    ["created", header.createdAt],
    ["status", header.status],
    ["purpose", header.purpose],
    ["base", header.commits.base ?? "–"],
    ["head", header.commits.head ?? "–"],
    ["looks after rounds", header.looks.join(", ")],
    ["quads a round", String(header.quads)],
    ["seed", String(header.seed)],
    ["shard", `${header.shard.index} of ${header.shard.count}`],
    ["settings", header.configHash],
  ]);
  return factsTable("What was measured", records, facts);
}

export function machineTable(records: readonly MeasureRecord[]): Table {
  const facts = records.map(({ header }) =>
    [...environmentFacts(header.environment)].map(([key, value]) => [key, String(value)]),
  );
  return factsTable("Environment of base and head", records, facts);
}

/** What two records do not share; empty for one. */
export function differingRows(records: readonly MeasureRecord[]): Table {
  const tables = [sidesTable(records), machineTable(records)];
  const own = new Set(["record", "created", "class"]);
  return {
    caption: "What is not the same in these records",
    columns: tables[0]!.columns,
    rows: tables
      .flatMap(({ rows }) => rows)
      .filter(([key, ...values]) => !own.has(key ?? "") && new Set(values).size > 1),
  };
}

function factsTable(
  caption: string,
  records: readonly MeasureRecord[],
  facts: readonly (readonly (readonly string[])[])[],
): Table {
  return {
    caption,
    columns: [
      left("Setting"),
      ...records.map(({ header }) => left(`${header.purpose} ${header.id}`)),
    ],
    rows: (facts[0] ?? []).map(([key], index) => [
      key!,
      ...facts.map((each) => each[index]?.[1] ?? "–"),
    ]),
  };
}
