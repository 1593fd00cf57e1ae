/** Blocks of one measured row in time order, round after round, with each round's warm-up shaded. */
import type { MeasuredRound, MeasureRow, WarmUp } from "../../history/measure-record.js";
import { quantile } from "../../statistics/quantile.js";
import type { ChartWithTable, ScatterPoint, Shade } from "../chart.js";
import { formatValue, plural } from "../format.js";
import { figureColumns } from "../table.js";
import { roundEnds } from "./round-ends.js";

/** Blocks of a warm-up that are drawn: of more, evenly spaced ones. */
const WARM_UP_BLOCKS = 24;
/** Space between rounds, in blocks. */
const GAP = 6;

interface Line {
  readonly base: ScatterPoint[];
  readonly head: ScatterPoint[];
  readonly shades: Shade[];
  end: number;
}

export function timeLineChart(row: MeasureRow): ChartWithTable {
  const line: Line = { base: [], head: [], shades: [], end: 0 };
  row.rounds.forEach((round, index) => addRound(line, round, index + 1));
  const blocks = row.rounds.flatMap(({ quads }) => quads.flatMap(({ ns }) => ns));
  const sorted = blocks.sort((a, b) => a - b);
  const [low, high] = [quantile(sorted, 0.02), quantile(sorted, 0.98)];
  const spread = Math.max(quantile(sorted, 0.5) * 0.02, high - low);
  const [least, max] = roundEnds(low - spread / 2, high + spread);
  const min = Math.max(0, least);
  const held = (points: readonly ScatterPoint[]): ScatterPoint[] =>
    points.map((point) => ({ ...point, y: Math.min(max, Math.max(min, point.y)) }));
  const beyond = [...line.base, ...line.head].filter(({ y }) => y > max || y < min).length;
  const edge = beyond === 0 ? "" : `; ${plural(beyond, "block")} beyond the scale at its edge`;
  return {
    model: {
      id: "row-blocks",
      title: "Every block in time order",
      summary: `${plural(row.rounds.length, "round")} of two fresh processes; warm-up is shaded${edge}`,
      kind: "scatter",
      isFine: true,
      x: { label: "block", format: "count", scale: "linear", min: 0, max: line.end },
      y: { label: "ns of one call", format: "number", scale: "linear", min, max },
      series: [
        { label: "base", style: 0, points: held(line.base) },
        { label: "head", style: 1, points: held(line.head) },
      ],
      lines: [],
      shades: line.shades,
    },
    table: {
      caption: "Times of one call by round: median of the blocks",
      columns: figureColumns(
        "Round",
        "Warm-up blocks, base",
        "Warm-up blocks, head",
        "Base",
        "Head",
      ),
      rows: row.rounds.map((round, index) => [
        String(index + 1),
        String(round.warmUp.base.ns.length),
        String(round.warmUp.head.ns.length),
        ...(["A", "B"] as const).map((side) => formatValue(medianOf(round, side), "nanoseconds")),
      ]),
    },
  };
}

/** The base warms up first, then the head, then both take turns. */
function addRound(line: Line, { warmUp, quads, confirms }: MeasuredRound, round: number): void {
  const name = `round ${round}${confirms ? " (confirmation)" : ""}`;
  const from = line.end;
  for (const side of ["base", "head"] as const) {
    for (const { ns, block } of thinned(warmUp[side])) {
      const words = [
        `${name}, warm-up block ${block + 1}`,
        `${side}: ${formatValue(ns, "nanoseconds")}`,
      ];
      line[side].push({ x: line.end++, y: ns, words });
    }
  }
  if (line.end > from) line.shades.push({ from: from - 0.5, to: line.end - 0.5 });
  quads.forEach(({ order, ns }, quad) => {
    ns.forEach((time, place) => {
      const side = order[place] === "A" ? "base" : "head";
      const words = [`${name}, quad ${quad + 1}`, `${side}: ${formatValue(time, "nanoseconds")}`];
      line[side].push({ x: line.end++, y: time, words });
    });
  });
  line.end += GAP;
}

function thinned({ ns }: WarmUp): { readonly ns: number; readonly block: number }[] {
  const stride = Math.max(1, ns.length / WARM_UP_BLOCKS);
  return Array.from({ length: Math.min(ns.length, WARM_UP_BLOCKS) }, (_, index) => {
    const block = Math.floor(index * stride);
    return { ns: ns[block]!, block };
  });
}

function medianOf({ quads }: MeasuredRound, side: "A" | "B"): number | null {
  const times = quads.flatMap(({ order, ns }) => ns.filter((_, place) => order[place] === side));
  return times.length === 0
    ? null
    : quantile(
        times.sort((a, b) => a - b),
        0.5,
      );
}
