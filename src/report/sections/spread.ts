/** How fast the rumor spreads: S-curves, traffic over time, times to shares of the nodes. */
import { renderChart } from "../chart.js";
import { coverageChart } from "../charts/coverage.js";
import { remainingChart } from "../charts/remaining.js";
import { trafficChart } from "../charts/traffic.js";
import type { Run } from "../runs.js";
import { renderTable } from "../table.js";
import { spreadTable } from "../tables.js";

/** Charts of more runs than this take the page's width each. */
const CROWD = 7;

export function spreadSection(runs: readonly Run[]): string {
  const parts = (["round", "event"] as const).flatMap((clock) => {
    const table = spreadTable(runs, clock);
    if (table.rows.length === 0) return [];
    const charts = [coverageChart, remainingChart, trafficChart].map((make) => make(runs, clock));
    return [
      `<div class="charts ${table.rows.length > CROWD ? "crowded" : "narrow"}">${charts.map((chart) => (chart === undefined ? "" : renderChart(chart))).join("\n")}</div>`,
      renderTable(table),
    ];
  });
  if (parts.length === 0) return "";
  return `<section id="spread">
<h2>Spread</h2>
${parts.join("\n")}
</section>`;
}
