/** How the spread grows with the number of nodes; only where one protocol ran on enough sizes. */
import { renderChart } from "../chart.js";
import { growthChart, slopeTable } from "../charts/growth.js";
import { growthOf } from "../growth.js";
import type { Run } from "../runs.js";
import { sweepsOf } from "../sweeps.js";
import { renderTable } from "../table.js";

export function growthSection(runs: readonly Run[]): string {
  const sweeps = sweepsOf(runs);
  const parts = (["round", "event"] as const).flatMap((clock) => {
    const growths = growthOf(sweeps, clock);
    const chart = growthChart(growths);
    const table = slopeTable(growths);
    if (chart === undefined || table === undefined) return [];
    return [`<div class="charts wide">${renderChart(chart)}</div>`, renderTable(table)];
  });
  if (parts.length === 0) return "";
  return `<section id="growth">
<h2>Growth</h2>
${parts.join("\n")}
</section>`;
}
