/** What is paid for what: speed, bytes, reliability, loss; only where enough runs can be compared. */
import { renderChart } from "../chart.js";
import { lossCharts } from "../charts/loss.js";
import { reliabilityChart } from "../charts/reliability.js";
import { tradeOffChart, tradeOffTable } from "../charts/trade-off.js";
import type { Run } from "../runs.js";
import { sweepsOf } from "../sweeps.js";
import { renderTable } from "../table.js";
import { tradeOffsOf } from "../trade-off.js";

/** Runs on more sizes than this are a matter of growth. */
const CHARTS_MAX = 2;

export function tradeOffsSection(runs: readonly Run[]): string {
  const sweeps = sweepsOf(runs);
  const tradeOffs = tradeOffsOf(runs).slice(0, CHARTS_MAX);
  const reliability = reliabilityChart(sweeps);
  const losses = (["round", "event"] as const).flatMap((clock) => lossCharts(sweeps, clock));
  const parts = [
    ...(reliability === undefined
      ? []
      : [
          `<div class="charts wide">${renderChart(reliability)}</div>`,
          renderTable(reliability.table),
        ]),
    ...(losses.length === 0
      ? []
      : [
          `<div class="charts">${losses.map(renderChart).join("\n")}</div>`,
          renderTable(losses[0]!.table),
        ]),
    ...tradeOffs.flatMap((tradeOff) => [
      `<div class="charts wide">${renderChart(tradeOffChart(tradeOff))}</div>`,
      renderTable(tradeOffTable(tradeOff)),
    ]),
  ];
  if (parts.length === 0) return "";
  return `<section id="trade-offs">
<h2>Trade-offs</h2>
${parts.join("\n")}
</section>`;
}
