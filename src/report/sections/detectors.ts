/** Failure detection; empty for runs without a detector. */
import { renderChart } from "../chart.js";
import { detectorsChart } from "../charts/detectors.js";
import type { Run } from "../runs.js";

export function detectorsSection(runs: readonly Run[]): string {
  const chart = detectorsChart(runs);
  if (chart === undefined) return "";
  return `<section id="detection">
<h2>Failure detection</h2>
<div class="charts wide">${renderChart(chart)}</div>
</section>`;
}
