/** What is paid for what: speed, bytes, reliability, loss; only where enough runs can be compared. */
import { renderChart } from "../chart.js";
import { lossCharts } from "../charts/loss.js";
import { reliabilityChart } from "../charts/reliability.js";
import { tradeOffChart } from "../charts/trade-off.js";
import type { Run } from "../runs.js";
import { sweepsOf } from "../sweeps.js";
import { shownTradeOffs } from "../trade-off.js";

export function tradeOffsSection(runs: readonly Run[]): string {
  const sweeps = sweepsOf(runs);
  const tradeOffs = shownTradeOffs(runs);
  const reliability = reliabilityChart(sweeps);
  const losses = (["round", "event"] as const).flatMap((clock) => lossCharts(sweeps, clock));
  const wide = [
    ...(reliability === undefined ? [] : [reliability]),
    ...tradeOffs.map(tradeOffChart),
  ];
  const parts = [
    ...(losses.length === 0
      ? []
      : [`<div class="charts narrow">${losses.map(renderChart).join("\n")}</div>`]),
    ...wide.map((chart) => `<div class="charts wide">${renderChart(chart)}</div>`),
  ];
  if (parts.length === 0) return "";
  return `<section id="trade-offs">
<h2>Trade-offs</h2>
${parts.join("\n")}
</section>`;
}
