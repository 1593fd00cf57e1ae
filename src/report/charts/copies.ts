/** Where the copies went: the one that informed a node, the redundant ones, the lost ones. */
import { CHART_ROWS_MAX, type ChartWithTable } from "../chart.js";
import { formatValue } from "../format.js";
import { meanOf, type Run } from "../runs.js";
import { figureColumns } from "../table.js";

export function copiesChart(runs: readonly Run[]): ChartWithTable | undefined {
  const rows = runs.flatMap((run) => {
    const total = meanOf(run, "messagesPerNode");
    const redundant = meanOf(run, "redundancy");
    const lost = meanOf(run, "lost");
    if (total === null || redundant === null) return [];
    const lostPerNode = (lost ?? 0) / run.record.scenario.nodes;
    const useful = Math.max(0, total - redundant - lostPerNode);
    return [{ label: run.label, useful, redundant, lost: lostPerNode, total }];
  });
  if (rows.length === 0) return undefined;
  const shown = rows.slice(0, CHART_ROWS_MAX);
  const anyLost = rows.some(({ lost }) => lost > 0);
  const least = rows.reduce((best, row) => (row.total < best.total ? row : best));
  const most = rows.reduce((worst, row) => (row.total > worst.total ? row : worst));
  const number = (value: number): string => formatValue(value, "number");
  const rest = most === least ? "" : `, ${most.label} the most with ${number(most.total)}`;
  const verb = rows.length > 1 ? "sends the fewest copies" : "sends";
  return {
    model: {
      id: "copies",
      title: "Where the copies went",
      summary: `${least.label} ${verb}${rows.length > 1 ? "," : ""} ${number(least.total)}${rows.length > 1 ? "" : " copies"} per node${rest}; one copy per node would do.`,
      kind: "bars",
      x: { label: "copies sent per node", format: "number", scale: "linear", min: 0 },
      rows: shown.map(({ label }) => label),
      parts: [
        { label: "informed a node", values: shown.map(({ useful }) => useful) },
        { label: "redundant", values: shown.map(({ redundant }) => redundant) },
        ...(anyLost ? [{ label: "lost", values: shown.map(({ lost }) => lost) }] : []),
      ],
    },
    table: {
      caption: "Copies sent per node, by what became of them: means over trials",
      columns: figureColumns("Run", "Informed a node", "Redundant", "Lost", "All"),
      rows: rows.map(({ label, useful, redundant, lost, total }) => [
        label,
        ...[useful, redundant, lost, total].map(number),
      ]),
    },
  };
}
