/** Validation records -> one offline HTML page: verdicts, how far each figure is off, the curves. */
import type { ValidatedCase, ValidateRecord } from "../history/validate-record.js";
import { renderChart } from "./chart.js";
import { deviationChart, publishedCharts } from "./charts/published.js";
import { clientScript, renderDocument } from "./document.js";
import { escape, escapeJson } from "./escape.js";
import { plural } from "./format.js";
import { renderHeading } from "./heading.js";
import type { ReportOptions } from "./page.js";
import { renderTable } from "./table.js";
import { caseTable } from "./validate-tables.js";
import { wordsOf, type Words } from "./validate-words.js";

export function renderValidateReport(
  records: readonly ValidateRecord[],
  options: ReportOptions,
): string {
  const words = wordsOf(records);
  const title = options.title ?? words.title;
  const cases = records.flatMap((record) => record.cases);
  const ids = [...new Set(cases.map(({ source }) => source))];
  const sections = ids.map((id) => {
    const own = cases.filter(({ source }) => source === id);
    const citation = records.map(({ sources }) => sources[id]).find((text) => text !== undefined);
    return sourceSection(id, citation ?? "", own, words);
  });
  const body = `${heading(records, cases, title, options.generatedAt)}
<nav aria-label="Sources"><ul>${ids.map((id) => `<li><a href="#${escape(id)}">${escape(id)}</a></li>`).join("")}</ul></nav>
<main>
${sections.join("\n")}
<section id="method">
<h2>Data and method</h2>
<p class="downloads"><button type="button" id="download-json">Download records (JSON)</button></p>
<p>${escape(words.method)}</p>
</section>
</main>
<script type="application/json" id="records">${escapeJson(records)}</script>
<script type="application/json" id="labels">${escapeJson(records.map(({ kind, id }) => `${kind}-${id}`))}</script>`;
  return renderDocument({ title: `${title} · hearsay`, body, script: clientScript() });
}

function heading(
  records: readonly ValidateRecord[],
  cases: readonly ValidatedCase[],
  title: string,
  generatedAt: string,
): string {
  const failed = cases.filter(({ verdict }) => verdict === "fail");
  const partial = records.some(({ status }) => status === "partial");
  const state = failed.length > 0 ? "wrong" : partial ? "partial" : "fine";
  const status =
    failed.length > 0
      ? `${plural(failed.length, "case")} failed: ${failed.map(({ source, label }) => `${source} (${label})`).join("; ")}`
      : `no case failed${partial ? "; cut short" : ""}`;
  return renderHeading(
    {
      kind: "validation",
      ...{ title, generatedAt, state, status: `${status}.` },
      finding: finding(cases, wordsOf(records).within),
    },
    records,
  );
}

function finding(cases: readonly ValidatedCase[], within: string): string {
  const of = (acceptance: ValidatedCase["acceptance"]): readonly ValidatedCase[] =>
    cases.filter((each) => each.acceptance === acceptance && each.verdict !== "skipped");
  const passed = (list: readonly ValidatedCase[]): number =>
    list.filter(({ verdict }) => verdict === "pass").length;
  const hard = of("hard");
  const soft = of("soft");
  const skipped = cases.filter(({ verdict }) => verdict === "skipped").length;
  return `${passed(hard)} of ${plural(hard.length, "hard case")} and ${passed(soft)} of ${plural(soft.length, "soft case")} lie within ${within}; ${skipped} were skipped.`;
}

function sourceSection(
  id: string,
  citation: string,
  cases: readonly ValidatedCase[],
  words: Words,
): string {
  const deviations = deviationChart(id, cases, words);
  const charts = [
    ...publishedCharts(id, cases),
    ...(deviations === undefined ? [] : [deviations]),
  ].map(renderChart);
  return `<section id="${escape(id)}">
<h2>${escape(id)}</h2>
<p>${escape(citation)}</p>
${charts.length === 0 ? "" : `<div class="charts narrow">${charts.join("\n")}</div>`}
${renderTable(caseTable(id, cases, words))}
</section>`;
}
