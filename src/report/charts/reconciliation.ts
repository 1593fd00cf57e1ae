/** Bytes that finding the difference of two sets costs, against the number of differences. */
import type { ReconcileRow } from "../../history/bench-record.js";
import { reconcileTable } from "../bench-tables.js";
import type { ChartWithTable, LineSeries } from "../chart.js";
import { formatValue, plural } from "../format.js";
import { logBounds } from "./log-bounds.js";

export function reconciliationChart(rows: readonly ReconcileRow[]): ChartWithTable | undefined {
  // A log axis has no place for zero differences; the table has them.
  const drawn = rows.filter(({ differences, bytes }) => differences > 0 && bytes > 0);
  if (drawn.length === 0) return undefined;
  const methods = [...new Set(drawn.map(({ method }) => method))];
  const series: LineSeries[] = methods.map((method, style) => ({
    label: method,
    style,
    points: drawn
      .filter((row) => row.method === method)
      .map(({ differences, bytes }) => [differences, bytes]),
  }));
  const counts = drawn.map(({ differences }) => differences);
  return {
    model: {
      id: "reconciliation",
      title: "Bytes to find the difference of two sets",
      summary: reconcileSummary(drawn),
      kind: "lines",
      x: {
        label: "differences, log scale",
        format: "count",
        scale: "log",
        min: Math.min(...counts),
        max: Math.max(...counts),
      },
      y: {
        label: "bytes both ways, log scale",
        format: "bytes",
        scale: "log",
        ...logBounds(drawn.map(({ bytes }) => bytes)),
      },
      series,
    },
    table: reconcileTable(rows),
  };
}

function reconcileSummary(rows: readonly ReconcileRow[]): string {
  const cheapest = (differences: number): ReconcileRow =>
    rows
      .filter((row) => row.differences === differences)
      .reduce((best, row) => (row.bytes < best.bytes ? row : best));
  const counts = rows.map(({ differences }) => differences);
  const few = cheapest(Math.min(...counts));
  const many = cheapest(Math.max(...counts));
  const text = ({ method, bytes, differences }: ReconcileRow): string =>
    `${method} is cheapest for ${plural(differences, "difference")} (${formatValue(bytes, "bytes")})`;
  return `Of ${formatValue(few.items, "count")} items a side, ${text(few)}; ${text(many)}`;
}
