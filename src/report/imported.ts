/** Imported results as a page, as Markdown and as CSV: the other tool's figures, and what they cannot tell. */
import type { ForeignRun } from "../history/foreign/bench.js";
import { csvCell } from "./csv.js";
import { renderDocument } from "./document.js";
import { escape, escapeMarkdown } from "./escape.js";
import { formatValue, plural } from "./format.js";
import { renderMarkdownTable } from "./markdown.js";
import { figureColumns, renderTable, type Table } from "./table.js";

const QUALITY =
  "Low quality: order lost. These tools measure one program after the other, so what the machine did in between is in the times. No row can gate.";

export function renderImportReport(
  runs: readonly ForeignRun[],
  options: { readonly generatedAt: string; readonly title?: string },
): string {
  const title = options.title ?? "Imported results";
  const count = runs.reduce((sum, { benches }) => sum + benches.length, 0);
  const tools = [...new Set(runs.map(({ tool }) => tool))].join(", ");
  const body = `<header>
<p class="brand">hearsay <span>gossip benchmark</span> · <time datetime="${escape(options.generatedAt)}">${escape(options.generatedAt.slice(0, 16).replace("T", " "))}</time></p>
<h1>${escape(title)}</h1>
<p class="finding">${escape(`${plural(count, "benchmark")} of ${tools}.`)}</p>
<p class="status">${escape(QUALITY)}</p>
</header>
<main>
${runs.map((run) => `<section>\n<h2>${escape(run.source)}</h2>\n<p>${escape(originOf(run))}</p>\n${renderTable(importTable(run))}\n</section>`).join("\n")}
</main>`;
  return renderDocument({ title: `${title} · hearsay`, body });
}

export function renderImportMarkdown(runs: readonly ForeignRun[]): string {
  const parts = runs.flatMap((run) => [
    `## ${escapeMarkdown(run.source)}`,
    escapeMarkdown(originOf(run)),
    renderMarkdownTable(importTable(run)),
  ]);
  return `${["# Imported results", QUALITY, ...parts].join("\n\n")}\n`;
}

const COLUMNS = "source,tool,created_at,bench,sample,ns";

/** One row a sample; of benches with figures only the mean, without a number. */
export function renderImportCsv(runs: readonly ForeignRun[]): string {
  const lines = [COLUMNS];
  for (const { source, tool, createdAt, benches } of runs) {
    for (const { id, samplesNs, meanNs } of benches) {
      const shared = [source, tool, createdAt, id];
      const rows = samplesNs.map((ns, index): [number | null, number] => [index + 1, ns]);
      for (const row of rows.length === 0 ? [[null, meanNs] as const] : rows) {
        lines.push([...shared, ...row].map(csvCell).join(","));
      }
    }
  }
  return `${lines.join("\r\n")}\r\n`;
}

function originOf({ tool, createdAt, machine }: ForeignRun): string {
  return [tool, createdAt, machine].filter((each) => each !== null).join(" · ");
}

function importTable({ tool, benches }: ForeignRun): Table {
  const figure = (value: number | null): string => formatValue(value, "number");
  return {
    caption: `Nanoseconds of one call, as ${tool} measured them`,
    columns: figureColumns("Bench", "Samples", "Mean", "Deviation", "Median", "Least", "Most"),
    rows: benches.map((bench) => [
      ...[bench.id, String(bench.count), figure(bench.meanNs), figure(bench.stddevNs)],
      ...[figure(bench.medianNs), figure(bench.minNs), figure(bench.maxNs)],
    ]),
  };
}
