/** How evenly the work lies: messages sent and received per node, as share of nodes at or above. */
import type { ChartWithTable, LineSeries } from "../chart.js";
import { formatValue } from "../format.js";
import type { Run } from "../runs.js";
import { figureColumns } from "../table.js";

/** Maximum over median beyond which the x axis is logarithmic. */
const SKEW = 50;

/**
 * Share of nodes whose load is at least x: falls from 1, reaches far into the tail on a log axis, and
 * does not depend on how wide the record's bins are.
 */
export function loadChart(runs: readonly Run[]): ChartWithTable | undefined {
  const own = runs.flatMap((run) => {
    const load = run.record.observed?.load;
    return load === undefined || load.bins.length === 0 ? [] : [{ run, load }];
  });
  if (own.length === 0) return undefined;
  const series: LineSeries[] = own.map(({ run, load: { edges, bins } }) => ({
    label: run.label,
    style: run.index,
    points: atLeast(edges, bins),
  }));
  // A few hubs with most of the work: only a log axis shows them beside the rest.
  const isSkewed = own.some(({ load }) => load.max > SKEW * Math.max(1, load.p50));
  const shown = isSkewed
    ? series.map((each) => ({ ...each, points: each.points.filter(([x]) => x > 0) }))
    : series;
  const heaviest = own.reduce((a, b) => (b.load.max > a.load.max ? b : a));
  const count = (value: number): string => formatValue(value, "count");
  return {
    model: {
      id: "load",
      title: "Load per node",
      summary: `The busiest node of all is one of ${heaviest.run.label}: it sends and receives ${count(heaviest.load.max)} messages, the median node of that run ${count(heaviest.load.p50)}.`,
      kind: "lines",
      x: {
        label: `messages sent and received by a node${isSkewed ? ", log scale" : ""}`,
        format: "count",
        ...(isSkewed ? { scale: "log" } : { scale: "linear", min: 0 }),
      },
      y: {
        label: "share of nodes with at least that load, log scale",
        format: "percent",
        scale: "log",
      },
      series: shown,
    },
    table: {
      caption: "Messages sent and received per node over one traced trial",
      columns: figureColumns("Run", "Mean", "p50", "p99", "Max"),
      rows: own.map(({ run, load }) => [
        run.label,
        formatValue(load.mean, "number"),
        ...[load.p50, load.p99, load.max].map(count),
      ]),
    },
  };
}

function atLeast(edges: readonly number[], bins: readonly number[]): [number, number][] {
  const nodes = bins.reduce((sum, bin) => sum + bin, 0);
  const points: [number, number][] = [];
  let above = nodes;
  bins.forEach((bin, index) => {
    if (above > 0) points.push([edges[index]!, Number((above / nodes).toPrecision(6))]);
    above -= bin;
  });
  return points;
}
