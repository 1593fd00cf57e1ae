/** WASM beside TypeScript: the same trials, the same final state, the time each took. */
import { renderChart } from "../chart.js";
import { backendTimeCharts } from "../charts/backend-time.js";
import { scalingChart } from "../charts/scaling.js";
import { speedupChart } from "../charts/speedup.js";
import { escape } from "../escape.js";
import type { Run } from "../runs.js";
import { sweepsOf } from "../sweeps.js";
import { renderTable } from "../table.js";
import { backendTable } from "../tables.js";

/** So few sizes make a line of times. */
const SIZES_MIN = 2;

export function backendsSection(runs: readonly Run[]): string {
  const speedup = speedupChart(runs);
  const charts = [...(speedup === undefined ? [] : [speedup]), ...backendTimeCharts(runs)];
  const scaling = scalingChart(sweepsOf(runs, SIZES_MIN));
  const differing = runs.filter(({ record }) => record.agreement.digestsEqual === false);
  const warning =
    differing.length === 0
      ? ""
      : `<p class="status wrong"><span aria-hidden="true">✗</span> The backends did not end in the same state in ${escape(differing.map(({ label }) => label).join(", "))}: these times say nothing about speed.</p>`;
  return `<section id="backends">
<h2>WASM beside TypeScript</h2>
${warning}
<div class="charts narrow">${charts.map(renderChart).join("\n")}</div>
${scaling === undefined ? "" : `<div class="charts wide">${renderChart(scaling)}</div>`}
${renderTable(backendTable(runs))}
</section>`;
}
