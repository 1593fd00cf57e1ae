/** Charts of one measured row from its raw quads: how they are distributed, round by round, block by block. */
import type { MeasureRow } from "../../history/measure-record.js";
import { quantile } from "../../statistics/quantile.js";
import { quadLogRatio, roundLogRatio } from "../../statistics/quads.js";
import type { ChartWithTable, ScatterPoint } from "../chart.js";
import { formatValue, plural } from "../format.js";
import { changeOf } from "../measure-rows.js";
import { figureColumns, type Table } from "../table.js";
import { roundEnds } from "./round-ends.js";

/** Share of a round's width over which its quads are spread. */
const SPREAD = 0.6;
const SHOWN_QUANTILES = [0.05, 0.25, 0.5, 0.75, 0.95] as const;

/** Cumulative distribution of the quads' changes, and of the rounds'. */
export function distributionChart({ rounds, verdict, id }: MeasureRow): ChartWithTable {
  const quads = ascending(rounds.flatMap(({ quads: all }) => all.map(quadLogRatio)));
  const medians = ascending(rounds.map(roundLogRatio));
  const slower = quads.filter((change) => change > 0).length / quads.length;
  const [low, high] = middleOf(quads);
  const floors = [1 / (1 + verdict.floor) - 1, verdict.floor] as const;
  const line = (label: string, style: number, x: number) => ({
    ...{ label, style, points: [[x, 0] as const, [x, 1] as const] },
  });
  return {
    model: {
      id: "row-distribution",
      title: "Distribution of quads",
      summary: `${formatValue(slower, "percent")} of ${plural(quads.length, "quad")} of ${id} found the head slower`,
      kind: "lines",
      x: {
        label: "change, head over base",
        format: "change",
        scale: "linear",
        min: low,
        max: high,
      },
      y: {
        label: "share of quads at or below",
        format: "percent",
        scale: "linear",
        min: 0,
        max: 1,
      },
      series: [
        { label: "quads", style: 0, points: steps(quads, low, high) },
        { label: "medians of rounds", style: 1, points: steps(medians, low, high) },
        // Where it is far away, it says nothing of the shape.
        ...floors.flatMap((at) => (at > low && at < high ? [line("floor", 6, at)] : [])),
      ],
    },
    table: {
      caption: "Quantiles of the changes",
      columns: figureColumns("Of", ...SHOWN_QUANTILES.map((at) => formatValue(at, "percent"))),
      rows: (
        [
          ["quads", quads],
          ["medians of rounds", medians],
        ] as const
      ).map(([name, values]) => [
        name,
        ...SHOWN_QUANTILES.map((at) => formatValue(quantile(values, at), "change")),
      ]),
    },
  };
}

/** Every quad's change in time order, with the median of each round and the floor. */
export function differencesChart(row: MeasureRow): ChartWithTable {
  const { rounds, verdict } = row;
  const changes = rounds.flatMap(({ quads }) => quads.map((quad) => changeOf(quadLogRatio(quad))));
  const [low, high] = centre(ascending(changes.map(Math.log1p)), verdict.floor);
  const held = (y: number): number => Math.min(high, Math.max(low, y));
  const points = (confirms: boolean): ScatterPoint[] =>
    rounds.flatMap((round, index) =>
      round.confirms !== confirms
        ? []
        : round.quads.map((quad, place) => {
            const change = changeOf(quadLogRatio(quad));
            const words = [
              `round ${index + 1}, quad ${place + 1} (${quad.order})`,
              formatValue(change, "change"),
            ];
            const shift = ((place + 0.5) / round.quads.length - 0.5) * SPREAD;
            return { x: index + 1 + shift, y: held(change), words };
          }),
    );
  const medians = rounds.map((round, index): ScatterPoint => {
    const change = changeOf(roundLogRatio(round));
    const words = [`round ${index + 1}: median`, formatValue(change, "change")];
    return { x: index + 1, y: held(change), words };
  });
  const confirming = points(true);
  const ends = [0.5, rounds.length + 0.5] as const;
  const level = (y: number) => ({
    ...{ label: "no change, and the floor", style: 6, isReference: true },
    points: ends.map((x): [number, number] => [x, y]),
  });
  return {
    model: {
      id: "row-differences",
      title: "Every quad in time order",
      summary: differencesSummary(row),
      kind: "scatter",
      isFine: true,
      x: { label: "round", format: "count", scale: "linear", min: ends[0], max: ends[1] },
      y: {
        label: "change, head over base",
        format: "change",
        scale: "linear",
        min: low,
        max: high,
      },
      series: [
        { label: "quads", style: 0, points: points(false) },
        ...(confirming.length === 0
          ? []
          : [{ label: "quads of the confirmation", style: 2, points: confirming }]),
        { label: "medians of rounds", style: 1, points: medians, isLarge: true },
      ],
      lines: [0, verdict.floor, 1 / (1 + verdict.floor) - 1].map(level),
    },
    table: roundsTable(row),
  };
}

function differencesSummary({ rounds }: MeasureRow): string {
  const medians = rounds.map(roundLogRatio);
  const slower = medians.filter((change) => change > 0).length;
  return `The head was slower in ${slower} of ${plural(medians.length, "round")}`;
}

/** One line a round; stands in the page whether scripts run or not. */
export function roundsTable({ rounds }: MeasureRow, of = "this row"): Table {
  return {
    caption: `Rounds of ${of}`,
    columns: [
      ...figureColumns("Round", "Quads", "Change"),
      ...["For", "Warm-up, base", "Warm-up, head"].map((title) => ({
        title,
        align: "left" as const,
      })),
      { title: "Took", align: "right" },
    ],
    rows: rounds.map((round, index) => [
      String(index + 1),
      String(round.quads.length),
      formatValue(changeOf(roundLogRatio(round)), "change"),
      round.confirms ? "confirmation" : "verdict",
      round.warmUp.base.state,
      round.warmUp.head.state,
      formatValue(round.costMs, "duration"),
    ]),
  };
}

/** Steps of an empirical distribution, drawn between `low` and `high`. */
function steps(values: readonly number[], low: number, high: number): [number, number][] {
  const path: [number, number][] = [[low, 0]];
  values.forEach((value, index) => {
    const x = Math.min(high, Math.max(low, changeOf(value)));
    path.push([x, index / values.length], [x, (index + 1) / values.length]);
  });
  return [...path, [high, 1]];
}

function ascending(values: number[]): number[] {
  return values.sort((a, b) => a - b);
}

/** The middle 96 % with air: the shape of the distribution, wherever it lies. */
function middleOf(logs: readonly number[]): [number, number] {
  const ends = [quantile(logs, 0.02), quantile(logs, 0.98)].map(changeOf) as [number, number];
  const air = (ends[1] - ends[0]) / 2;
  return roundEnds(ends[0] - air, ends[1] + air);
}

/** The middle 96 % and the floor, with air; a lone wild quad stands at the edge. */
function centre(logs: readonly number[], floor: number): [number, number] {
  const low = Math.min(changeOf(quantile(logs, 0.02)), -floor);
  const high = Math.max(changeOf(quantile(logs, 0.98)), floor);
  return roundEnds(low, high);
}
