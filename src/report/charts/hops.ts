/** Over how many hops the rumor came: share of informed nodes by length of the chain. */
import type { ChartWithTable, LineSeries } from "../chart.js";
import { formatValue } from "../format.js";
import type { Run } from "../runs.js";
import { curveTable } from "./coverage.js";

export function hopsChart(runs: readonly Run[]): ChartWithTable | undefined {
  const own = runs.flatMap((run) => {
    const histogram = run.record.observed?.hopHistogram ?? [];
    const informed = histogram.reduce((sum, nodes) => sum + nodes, 0);
    return informed === 0 ? [] : [{ run, histogram, informed }];
  });
  if (own.length === 0) return undefined;
  const series: LineSeries[] = own.map(({ run, histogram, informed }) => ({
    label: run.label,
    style: run.index,
    points: histogram.map((nodes, hops) => [hops, Number((nodes / informed).toPrecision(6))]),
  }));
  const means = own
    .map(({ run, histogram, informed }) => ({
      label: run.label,
      mean: histogram.reduce((sum, nodes, hops) => sum + nodes * hops, 0) / informed,
    }))
    .sort((a, b) => a.mean - b.mean);
  const [first, last] = [means[0]!, means.at(-1)!];
  const number = (value: number): string => formatValue(value, "number");
  return {
    model: {
      id: "hops",
      title: "Hops from the origin",
      summary:
        first === last
          ? `In ${first.label} the rumor reaches a node over ${number(first.mean)} hops on average.`
          : `The way is shortest in ${first.label}, ${number(first.mean)} hops on average, and longest in ${last.label}, ${number(last.mean)}.`,
      kind: "lines",
      x: { label: "hops until a node is informed", format: "count", scale: "linear", min: 0 },
      y: { label: "share of informed nodes", format: "percent", scale: "linear", min: 0 },
      series,
    },
    table: curveTable("Share of informed nodes by hops from the origin", "Hops", series, (value) =>
      formatValue(value, "percent"),
    ),
  };
}
