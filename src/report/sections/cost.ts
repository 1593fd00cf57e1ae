/** What the spreading costs: copies, bytes, load per node, length of the way. */
import { renderChart } from "../chart.js";
import { bytesChart } from "../charts/bytes.js";
import { copiesChart } from "../charts/copies.js";
import { hopsChart } from "../charts/hops.js";
import { loadChart } from "../charts/load.js";
import type { Run } from "../runs.js";
import { renderTable } from "../table.js";
import { costTable } from "../tables.js";

export function costSection(runs: readonly Run[]): string {
  const charts = [copiesChart, bytesChart, loadChart, hopsChart].flatMap(
    (make) => make(runs) ?? [],
  );
  return `<section id="cost">
<h2>Cost</h2>
<div class="charts">${charts.map(renderChart).join("\n")}</div>
${renderTable(costTable(runs))}
</section>`;
}
