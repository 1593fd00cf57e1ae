/** Records of paired measuring -> one offline HTML page: findings, forest plots, verdicts, one row closely. */
import type { MeasureRecord } from "../history/measure-record.js";
import { renderChart } from "./chart.js";
import { forestCharts, intervalText } from "./charts/forest.js";
import { roundsTable } from "./charts/measured-row.js";
import { clientScript, renderDocument } from "./document.js";
import { escape, escapeJson } from "./escape.js";
import { asSentence, formatValue, plural } from "./format.js";
import { renderHeading } from "./heading.js";
import { packRaw, type PackedRaw } from "./measure-pack.js";
import { byWeight, changeOf, measuredRows, stateOf, type Measured } from "./measure-rows.js";
import {
  canaryTable,
  differingRows,
  machineTable,
  sidesTable,
  verdictTable,
} from "./measure-tables.js";
import type { ReportOptions } from "./page.js";
import { renderTable } from "./table.js";

/** Rows whose rounds are told in a table of their own, which is read without scripts too. */
const TOLD_ROWS = 8;

export function renderMeasureReport(
  records: readonly MeasureRecord[],
  options: ReportOptions,
): string {
  const rows = measuredRows(records);
  const title = options.title ?? titleOf(records);
  const raw = packRaw(records);
  const sections: readonly (readonly [id: string, name: string, html: string])[] = [
    ["differences", "What differs", differencesSection(records)],
    ["changes", "Changes", changesSection(rows)],
    ["verdicts", "Every row", renderTable(verdictTable(rows))],
    ["row", "One row closely", rowSection(rows, raw)],
    ["canaries", "Canaries", canariesSection(records)],
    ["environment", "Base, head, environment", environmentSection(records)],
    ["data", "Data and method", dataSection(raw)],
  ];
  const filled = sections.filter(([, , html]) => html !== "");
  const links = filled.map(([id, name]) => `<li><a href="#${id}">${escape(name)}</a></li>`);
  const body = `${heading(records, rows, title, options.generatedAt)}
<nav aria-label="Sections"><ul>${links.join("")}</ul></nav>
<main>
${filled.map(([id, name, html]) => `<section id="${id}">\n<h2>${escape(name)}</h2>\n${html}\n</section>`).join("\n")}
</main>
<script type="application/json" id="measured">${escapeJson(raw.packed)}</script>`;
  return renderDocument({ title: `${title} · hearsay`, body, script: clientScript("measure") });
}

function titleOf(records: readonly MeasureRecord[]): string {
  const [first, ...more] = records;
  if (first === undefined) return "Nothing measured";
  if (more.length > 0) return `${plural(records.length, "measurement")}`;
  const { purpose, commits } = first.header;
  return `${asSentence(purpose)}: ${short(commits.head)} against ${short(commits.base)}`;
}

function short(name: string | null): string {
  if (name === null) return "nothing";
  return /^[0-9a-f]{40}$/.test(name) ? name.slice(0, 12) : name;
}

function heading(
  records: readonly MeasureRecord[],
  rows: readonly Measured[],
  title: string,
  generatedAt: string,
): string {
  const isPartial = records.some(({ header }) => header.status === "partial");
  const bad = rows.filter(({ row }) => ["wrong", "regressed"].includes(stateOf(row)));
  return renderHeading(
    {
      kind: "paired measuring",
      ...{ title, generatedAt, finding: findingOf(records, rows) },
      state: bad.length > 0 ? "wrong" : isPartial ? "partial" : "fine",
      status: statusOf(rows, isPartial),
    },
    records.map(({ header }) => header),
  );
}

/** "12 rows: 1 regressed, 2 improved, 9 equivalent." and whether anything is missing. */
function statusOf(rows: readonly Measured[], isPartial: boolean): string {
  const counts = new Map<string, number>();
  for (const { row } of rows) {
    const state = stateOf(row) === "wrong" ? "with other results" : stateOf(row);
    counts.set(state, (counts.get(state) ?? 0) + 1);
  }
  const parts = [...counts].map(([state, count]) => `${count} ${state}`);
  const cut = isPartial ? "; cut short: what is shown is true, but rounds are missing" : "";
  return `${plural(rows.length, "row")}${parts.length === 0 ? "" : `: ${parts.join(", ")}`}${cut}.`;
}

/** One sentence from the verdicts. */
function findingOf(records: readonly MeasureRecord[], rows: readonly Measured[]): string {
  const moved = records.flatMap(({ header }) => header.canaries.filter(({ stable }) => !stable));
  const wrong = rows.filter(({ row }) => stateOf(row) === "wrong");
  const of = (state: string): readonly Measured[] =>
    rows.filter(({ row }) => stateOf(row) === state);
  if (rows.length === 0) return "Nothing was measured.";
  if (wrong.length > 0) {
    return `Base and head do not give the same results in ${wrong[0]!.name}${more(wrong)}: their times are not compared.`;
  }
  if (moved.length > 0) {
    const { id, delta } = moved[0]!;
    return `This run decides nothing by time: ${id}, measured against itself, moved by ${formatValue(changeOf(delta), "change")}.`;
  }
  const [slower, faster] = [of("regressed"), of("improved").toReversed()];
  const parts = [
    slower.length === 0
      ? "No row is surely slower"
      : `${worst(slower[0]!, "slower")}${more(slower)}`,
    ...(faster.length === 0 ? [] : [`${worst(faster[0]!, "faster")}${more(faster)}`]),
  ];
  const open = rows.length - slower.length - faster.length - of("equivalent").length;
  const rest = open === 0 ? "" : `; ${plural(open, "row")} of ${rows.length} stayed undecided`;
  return asSentence(`${parts.join("; ")}${rest}.`);
}

function worst({ row, name }: Measured, word: "slower" | "faster"): string {
  const { delta, ci95 } = row.verdict;
  const change = formatValue(changeOf(delta ?? 0), "change");
  return `${name} is ${word}: ${change} time (95 % interval ${intervalText(ci95)})`;
}

function more(rows: readonly Measured[]): string {
  return rows.length === 1 ? "" : ` and ${plural(rows.length - 1, "more row")}`;
}

function differencesSection(records: readonly MeasureRecord[]): string {
  if (records.length < 2) return "";
  const table = differingRows(records);
  if (table.rows.length === 0) return `<p class="lead">Settings and machine are the same.</p>`;
  return renderTable(table);
}

function changesSection(rows: readonly Measured[]): string {
  const charts = forestCharts(rows);
  if (charts.length === 0) return `<p class="lead">No row has rounds enough for a change.</p>`;
  return `<div class="charts wide">${charts.map(renderChart).join("\n")}</div>`;
}

/** The client fills the charts of the chosen row; the tables of the first rows stand there anyway. */
function rowSection(rows: readonly Measured[], { packed }: PackedRaw): string {
  const held = packed.rows.flatMap(({ name, quads, record, place }, index) => {
    const { rounds = [] } = recordRow(rows, packed.headers[record]!.id, place)?.row ?? {};
    return quads === null || rounds.every((round) => round.quads.length === 0)
      ? []
      : [{ name, index }];
  });
  if (held.length === 0) return "";
  const options = held.map(
    ({ name, index }) => `<option value="${index}">${escape(name)}</option>`,
  );
  const told = byWeight(rows)
    .filter(({ row }) => row.rounds.some(({ quads }) => quads.length > 0))
    .slice(0, TOLD_ROWS);
  const tables = told.map(
    ({ row, name }) =>
      `<details><summary>Rounds of ${escape(name)}</summary>\n${renderTable(roundsTable(row, name))}\n</details>`,
  );
  return `<p class="row-choice live-only"><label for="row-name">Row</label> <select id="row-name">${options.join("")}</select> <button type="button" id="row-before">Previous</button> <button type="button" id="row-next">Next</button></p>
<div class="charts live-only" id="row-charts"></div>
<p class="note" id="row-note"></p>
${tables.join("\n")}`;
}

function recordRow(rows: readonly Measured[], id: string, place: number): Measured | undefined {
  return rows.find(({ row, record }) => record.header.id === id && record.rows[place] === row);
}

function canariesSection(records: readonly MeasureRecord[]): string {
  const table = canaryTable(records);
  if (table.rows.length === 0) return `<p class="lead">No canary has two rounds.</p>`;
  return renderTable(table);
}

function environmentSection(records: readonly MeasureRecord[]): string {
  if (records.length === 0) return "";
  return `<p class="lead">Base and head took turns on one machine, in one session, under one Node and one set of flags: they differ in the commit or arm alone.</p>
${renderTable(sidesTable(records))}
${renderTable(machineTable(records))}`;
}

function dataSection({ packed, quads, warmUps }: PackedRaw): string {
  const all = packed.rows.length;
  const held =
    warmUps === all
      ? `The raw quads and warm-ups of all ${all} rows are in this page`
      : `Of ${all} rows the page holds the raw quads of ${quads} and the warm-ups of ${warmUps}, the most important first; the rest is in the record`;
  const precision = packed.isExact
    ? "as the record has them"
    : "times of a block rounded to the nanosecond";
  return `<p class="downloads"><button type="button" id="download-record">Download records (JSON Lines)</button> <button type="button" id="download-quads">Download every quad (CSV)</button></p>
<p>${escape(`${held}, ${precision}.`)}</p>
<p>A round starts a fresh process for base and head, warms both up and times quads of four blocks, ABBA or BAAB. A quad's change is half the difference of the logarithms of its blocks; the median of a round's quads is one sample, and the mean of the rounds with Student's interval is the change of the row. A row regresses when it is slower than its floor at a false discovery rate of 5 % over all rows, and again in new rounds.</p>`;
}
