/** Records of overlays -> one offline HTML page: degrees, clustering, paths, healing, times. */
import type { ViewsRecord } from "../history/views-record.js";
import { renderChart } from "./chart.js";
import { viewCharts, type LabelledOverlay } from "./charts/views.js";
import { clientScript, renderDocument } from "./document.js";
import { escape, escapeJson } from "./escape.js";
import { formatValue, plural } from "./format.js";
import { renderHeading } from "./heading.js";
import type { ReportOptions } from "./page.js";
import { renderTable } from "./table.js";
import { labelledOverlays, overlaysTable, overlayTimesTable } from "./views-tables.js";

export function renderViewsReport(records: readonly ViewsRecord[], options: ReportOptions): string {
  const overlays = labelledOverlays(records);
  const title = options.title ?? "Views of peer sampling";
  const body = `${headingOf(records, overlays, title, options.generatedAt)}
<main>
<section id="views">
<h2>Views</h2>
<p class="lead">Every node knows a few others, its view, and exchanges entries round by round. A good overlay is like a random graph: in-degrees close to each other, little clustering, short paths, and dead entries that soon are gone.</p>
<div class="charts narrow">${viewCharts(overlays).map(renderChart).join("\n")}</div>
${renderTable(overlaysTable(overlays))}
</section>
<section id="backends">
<h2>WASM beside TypeScript</h2>
${renderTable(overlayTimesTable(overlays))}
</section>
${methodSection(records)}
</main>
<script type="application/json" id="records">${escapeJson(records)}</script>
<script type="application/json" id="labels">${escapeJson(records.map(({ id }) => `views-${id}`))}</script>`;
  return renderDocument({ title: `${title} · hearsay`, body, script: clientScript() });
}

function headingOf(
  records: readonly ViewsRecord[],
  overlays: readonly LabelledOverlay[],
  title: string,
  generatedAt: string,
): string {
  const isWrong = overlays.some(({ overlay: { digestsEqual } }) => digestsEqual === false);
  const isCompared = overlays.some(({ overlay: { digestsEqual } }) => digestsEqual !== null);
  const isPartial = records.some(({ status }) => status === "partial");
  const agreement = isWrong
    ? "the backends did NOT end in the same views"
    : isCompared
      ? "both backends ended in the same views"
      : "one backend ran";
  const status = `${plural(overlays.length, "overlay")}${isPartial ? ", cut short" : ""}; ${agreement}.`;
  const state = isWrong ? "wrong" : isPartial ? "partial" : "fine";
  return renderHeading(
    { kind: "peer sampling", title, generatedAt, state, status, finding: findingOf(overlays) },
    records,
  );
}

/** One sentence from the figures: whose in-degrees are the most even, whose links heal first. */
function findingOf(overlays: readonly LabelledOverlay[]): string {
  const ends = overlays
    .map(({ label, overlay: { trials } }) => ({
      label,
      sd: trials.reduce((sum, { points }) => sum + points.at(-1)!.inDegreeSd, 0) / trials.length,
      dead: trials.reduce(
        (sum, { healing }) => sum + (healing.at(-1)?.deadLinksPerNode ?? Number.NaN),
        0,
      ),
    }))
    .sort((a, b) => a.sd - b.sd);
  const [even] = ends;
  if (even === undefined) return "No overlay was run.";
  const healed = ends.filter(({ dead }) => dead === 0).map(({ label }) => label);
  const first = `In-degrees are the most even in ${even.label}, with a standard deviation of ${formatValue(even.sd, "number")}`;
  if (ends.some(({ dead }) => Number.isNaN(dead))) return `${first}.`;
  const rest =
    healed.length === 0
      ? "no overlay has lost all dead links"
      : `no dead link is left in ${healed.join(", ")}`;
  return `${first}; at the end ${rest}.`;
}

function methodSection(records: readonly ViewsRecord[]): string {
  const lines = records.map(
    ({ nodes, rounds, crash, healRounds, trials, seed }) =>
      `<p>${formatValue(nodes, "count")} nodes, ${rounds} rounds, ${crash === 0 ? "no crash" : `then ${escape(formatValue(crash, "percent"))} crash at once and ${healRounds} rounds follow`}; ${plural(trials, "trial")} from seed ${seed} on.</p>`,
  );
  return `<section id="method">
<h2>Data and method</h2>
<p class="downloads"><button type="button" id="download-json">Download records (JSON)</button></p>
${lines.join("\n")}
<p>In-degree counts links of live nodes; clustering, paths and components take links as undirected. Clustering is the mean of 1,000 drawn nodes, paths lead from 20 drawn nodes to all others. Bands are from the least to the most of the trials. Times are of the rounds alone, without looking.</p>
</section>`;
}
