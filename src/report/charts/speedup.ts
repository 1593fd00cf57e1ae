/** Forest plot: time of TypeScript over time of WASM, with intervals, on a log axis around 1. */
import { CHART_ROWS_MAX, type ChartWithTable } from "../chart.js";
import { formatValue } from "../format.js";
import type { Run } from "../runs.js";
import { figureColumns } from "../table.js";
import { logBounds } from "./log-bounds.js";

export function speedupChart(runs: readonly Run[]): ChartWithTable | undefined {
  const rows = runs.flatMap(({ label, record }) => {
    const { speedup } = record.comparison;
    if (speedup === null || speedup.ratio <= 0) return [];
    const [low, high] = speedup.ci95;
    const hasInterval = low !== null && high !== null && low > 0;
    return [{ label, ...speedup, low, high, hasInterval }];
  });
  if (rows.length === 0) return undefined;
  const shown = rows.slice(0, CHART_ROWS_MAX);
  const values = shown.map(({ ratio, low, high, hasInterval }): [number, number, number] =>
    hasInterval ? [ratio, low!, high!] : [ratio, ratio, ratio],
  );
  const faster = rows.filter(({ hasInterval, low }) => hasInterval && low! > 1).length;
  const slower = rows.filter(({ hasInterval, high }) => hasInterval && high! < 1).length;
  const open = rows.length - faster - slower;
  const parts = [
    faster > 0 ? `WASM is faster in ${faster} of ${rows.length}` : "",
    slower > 0 ? `TypeScript is faster in ${slower} of ${rows.length}` : "",
    open > 0 ? `${open} of ${rows.length} cannot be told apart` : "",
  ];
  return {
    model: {
      id: "speedup",
      title: "Speed-up of WASM over TypeScript",
      summary: `${parts.filter((part) => part !== "").join("; ")}: an interval that leaves out 1 decides.`,
      kind: "dots",
      x: {
        label: "time of TypeScript ÷ time of WASM, log scale",
        format: "ratio",
        scale: "log",
        ...logBounds([1, ...values.flat()]),
      },
      rows: shown.map(({ label }) => label),
      series: [{ label: "ratio with its 95 % interval", style: 0, values }],
      reference: { at: 1, label: "equal" },
    },
    table: {
      caption: "Speed-up: time of TypeScript divided by time of WASM",
      columns: figureColumns("Run", "Ratio", "95 % from", "95 % to", "Pairs"),
      rows: rows.map(({ label, ratio, low, high, rounds }) => [
        label,
        formatValue(ratio, "ratio"),
        formatValue(low, "ratio"),
        formatValue(high, "ratio"),
        formatValue(rounds, "count"),
      ]),
    },
  };
}
