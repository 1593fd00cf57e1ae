/** Bench records -> one offline HTML page: ratios first, times against size, tables, method. */
import type { BenchRecord, BenchRow } from "../history/bench-record.js";
import { benchTable } from "./bench-tables.js";
import { renderChart } from "./chart.js";
import { headlineRows, kernelRatioChart, kernelSizeChart } from "./charts/kernels.js";
import { reconciliationChart } from "./charts/reconciliation.js";
import { clientScript, renderDocument } from "./document.js";
import { escape, escapeJson } from "./escape.js";
import { formatValue, plural } from "./format.js";
import { renderHeading } from "./heading.js";
import type { ReportOptions } from "./page.js";
import { renderTable } from "./table.js";

/** @param records benches of one or more runs; later ones replace rows of the same bench and size */
export function renderBenchReport(records: readonly BenchRecord[], options: ReportOptions): string {
  const rows = latestRows(records);
  const title = options.title ?? "Kernels: WASM beside TypeScript, C and packages";
  const families = [...new Set(rows.map(({ id }) => familyOf(id)))];
  const curve = reconciliationChart(records.flatMap(({ reconciliation }) => reconciliation));
  const sections = [
    ratioSection(rows),
    curve === undefined ? "" : section("reconcile", "Reconciliation", [renderChart(curve)]),
    ...families.map((family) => familySection(family, rows)),
    dataSection(records),
  ].filter((html) => html !== "");
  const body = `${heading(records, rows, title, options.generatedAt)}
<main>
${sections.join("\n")}
</main>
<script type="application/json" id="records">${escapeJson(records)}</script>
<script type="application/json" id="labels">${escapeJson(records.map(({ id }) => `bench-${id}`))}</script>`;
  return renderDocument({ title: `${title} · hearsay`, body, script: clientScript() });
}

function latestRows(records: readonly BenchRecord[]): readonly BenchRow[] {
  const latest = new Map<string, BenchRow>();
  for (const { rows } of records) for (const row of rows) latest.set(`${row.id} ${row.size}`, row);
  return [...latest.values()];
}

function familyOf(id: string): string {
  return id.split("/")[0]!;
}

function heading(
  records: readonly BenchRecord[],
  rows: readonly BenchRow[],
  title: string,
  generatedAt: string,
): string {
  const wrong = rows.filter(({ arms }) => arms.some(({ status }) => status === "wrong"));
  const partial = records.some(({ status }) => status === "partial");
  const state = wrong.length > 0 ? "wrong" : partial ? "partial" : "fine";
  const status =
    wrong.length > 0
      ? `WRONG OUTPUT in ${wrong.map(({ id }) => id).join(", ")}: those arms were not timed`
      : `${plural(rows.length, "row")}${partial ? ", cut short" : ""}; all results were compared before times were taken`;
  return renderHeading(
    {
      kind: "kernel benchmark",
      ...{ title, generatedAt, state, status: `${status}.` },
      finding: finding(rows),
    },
    records,
  );
}

/** One sentence from the numbers. */
function finding(rows: readonly BenchRow[]): string {
  const ratios = headlineRows(rows).flatMap(({ id, arms }) => {
    const over = arms.find(({ name }) => name === "ts")?.overWasm;
    return over === undefined || over === null ? [] : [{ id, ratio: over.ratio }];
  });
  if (ratios.length === 0) return "Nothing was timed.";
  ratios.sort((a, b) => a.ratio - b.ratio);
  const middle = ratios[ratios.length >> 1]!;
  const text = ({ id, ratio }: { id: string; ratio: number }): string =>
    `${formatValue(ratio, "ratio")} (${id})`;
  if (ratios.length === 1) return `TypeScript takes ${text(middle)} the time of WASM.`;
  return `TypeScript takes ${formatValue(middle.ratio, "ratio")} the time of WASM in the middle of ${ratios.length} benches, from ${text(ratios[0]!)} to ${text(ratios.at(-1)!)}.`;
}

function ratioSection(rows: readonly BenchRow[]): string {
  const chart = kernelRatioChart(rows);
  return chart === undefined ? "" : section("ratios", "Ratios", [renderChart(chart)]);
}

function familySection(family: string, rows: readonly BenchRow[]): string {
  const own = rows.filter(({ id }) => familyOf(id) === family);
  const ids = [...new Set(own.map(({ id }) => id))];
  const charts = ids.flatMap((id) => {
    const chart = kernelSizeChart(id, own);
    return chart === undefined ? [] : [renderChart(chart)];
  });
  const drawn =
    charts.length === 0 ? [] : [`<div class="charts narrow">${charts.join("\n")}</div>`];
  return section(family, family, [...drawn, renderTable(benchTable(family, own))]);
}

function section(id: string, name: string, parts: readonly string[]): string {
  return `<section id="${escape(id)}">\n<h2>${escape(name)}</h2>\n${parts.join("\n")}\n</section>`;
}

function dataSection(records: readonly BenchRecord[]): string {
  const [first] = records;
  if (first === undefined) return "";
  const method = `Each arm ran once before timing, and its result was compared. Then ${plural(first.rounds, "round")} ran all arms in a drawn order; a block repeats an arm for at least ${formatValue(first.blockMs, "duration")}, and its median counts. Ratios are geometric means over rounds, intervals by Student's t.`;
  const download = `<p class="downloads"><button type="button" id="download-json">Download records (JSON)</button></p>`;
  return section("method", "Data and method", [download, `<p>${escape(method)}</p>`]);
}
