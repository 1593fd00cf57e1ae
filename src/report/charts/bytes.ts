/** Bytes a node sends, rumor copies and requests together. */
import { CHART_ROWS_MAX, type ChartWithTable } from "../chart.js";
import { formatValue } from "../format.js";
import { meanOf, type Run } from "../runs.js";
import { figureColumns } from "../table.js";

export function bytesChart(runs: readonly Run[]): ChartWithTable | undefined {
  const rows = runs.flatMap((run) => {
    const value = meanOf(run, "bytesPerNode");
    return value === null ? [] : [{ label: run.label, value, all: meanOf(run, "bytes") }];
  });
  if (rows.length === 0) return undefined;
  const shown = rows.slice(0, CHART_ROWS_MAX);
  const least = rows.reduce((best, row) => (row.value < best.value ? row : best));
  const most = rows.reduce((worst, row) => (row.value > worst.value ? row : worst));
  const bytes = (value: number): string => formatValue(value, "bytes");
  const factor = least.value > 0 ? most.value / least.value : 0;
  const rest =
    most === least
      ? ""
      : `; ${most.label} sends ${bytes(most.value)}${factor > 0 ? `, ${formatValue(factor, "number")} times as much` : ""}`;
  return {
    model: {
      id: "bytes",
      title: "Bytes sent",
      summary: `${least.label} sends ${rows.length > 1 ? "the least, " : ""}${bytes(least.value)} per node${rest}. Requests count too.`,
      kind: "bars",
      x: { label: "bytes sent per node", format: "bytes", scale: "linear", min: 0 },
      rows: shown.map(({ label }) => label),
      parts: [{ label: "rumor copies and requests", values: shown.map(({ value }) => value) }],
    },
    table: {
      caption: "Bytes sent: means over trials",
      columns: figureColumns("Run", "Per node", "By all nodes"),
      rows: rows.map(({ label, value, all }) => [label, bytes(value), formatValue(all, "bytes")]),
    },
  };
}
