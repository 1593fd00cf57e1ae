/** Forest plots of measured changes: one row a bench, slowest first, in charts of at most 40 rows. */
import type { ChartWithTable, ForestRow } from "../chart.js";
import { formatValue, plural } from "../format.js";
import { changeOf, STATE_WORDS, stateOf, type Measured } from "../measure-rows.js";
import { quantile } from "../../statistics/quantile.js";

/** Rows of one chart: it fits a page of paper, and its axis is never far away. */
const FOREST_ROWS = 40;
/** Beyond this quantile of all ends the axis stops, and marks stand at its edge. */
const AXIS_QUANTILE = 0.95;

/** @param rows in the order in which they are to be drawn; those without a finding are left out */
export function forestCharts(rows: readonly Measured[]): readonly ChartWithTable[] {
  const drawn = rows.filter(({ row }) => row.verdict.delta !== null && stateOf(row) !== "wrong");
  const reach = axisReach(drawn);
  return Array.from({ length: Math.ceil(drawn.length / FOREST_ROWS) }, (_, index) =>
    forestChart(drawn, index * FOREST_ROWS, reach),
  );
}

function forestChart(all: readonly Measured[], from: number, reach: number): ChartWithTable {
  const rows = all.slice(from, from + FOREST_ROWS);
  const isOnly = all.length <= FOREST_ROWS;
  const place = `rows ${from + 1} to ${from + rows.length} of ${all.length}`;
  return {
    model: {
      id: `forest-${from / FOREST_ROWS + 1}`,
      title: isOnly ? "Change of every row" : `Change, ${place}`,
      summary: summaryOf(rows, reach),
      kind: "forest",
      x: {
        label: "change of time, head over base; right is slower",
        format: "change",
        scale: "linear",
        ...{ min: -reach, max: reach },
      },
      rows: rows.map(forestRow),
    },
    table: {
      caption: `Change and floor, ${place}`,
      columns: ["Row", "Change", "95 % interval", "Floor", "Verdict"].map((title, index) => ({
        title,
        align: index === 0 || index === 4 ? "left" : "right",
      })),
      rows: rows.map(({ row, name }) => [
        name,
        formatValue(changeOf(row.verdict.delta ?? 0), "change"),
        intervalText(row.verdict.ci95),
        `±${formatValue(row.verdict.floor, "percent")}`,
        STATE_WORDS[stateOf(row)],
      ]),
    },
  };
}

function forestRow({ row, name }: Measured): ForestRow {
  const { verdict } = row;
  const delta = verdict.delta ?? 0;
  const [low, high] = (verdict.ci95 ?? [delta, delta]).map(changeOf) as [number, number];
  const value = changeOf(delta);
  return {
    ...{ name, state: verdict.state, value, low, high },
    // Within a factor of 1 + floor either way.
    band: [1 / (1 + verdict.floor) - 1, verdict.floor],
    words: [
      name,
      STATE_WORDS[stateOf(row)],
      `${formatValue(value, "change")}, 95 % interval ${intervalText(verdict.ci95)}`,
      `floor ±${formatValue(verdict.floor, "percent")}`,
    ],
  };
}

export function intervalText(ci95: readonly [number, number] | null): string {
  if (ci95 === null) return "–";
  return ci95.map((end) => formatValue(changeOf(end), "change")).join(" to ");
}

/** Wide enough for most ends and every usual floor, the same to both sides. */
function axisReach(rows: readonly Measured[]): number {
  const ends = rows.flatMap(({ row }) =>
    (row.verdict.ci95 ?? []).map((end) => Math.abs(changeOf(end))),
  );
  const floors = rows.map(({ row }) => row.verdict.floor);
  const far =
    ends.length === 0
      ? 0
      : quantile(
          ends.sort((a, b) => a - b),
          AXIS_QUANTILE,
        );
  return Math.max(0.01, 2 * Math.max(0, ...floors), far * 1.1);
}

function summaryOf(rows: readonly Measured[], reach: number): string {
  const states = rows.map(({ row }) => row.verdict.state);
  const counts = (["regressed", "improved", "equivalent", "inconclusive", "advisory"] as const)
    .map((state) => ({ state, count: states.filter((each) => each === state).length }))
    .filter(({ count }) => count > 0)
    .map(({ state, count }) => `${count} ${state}`);
  const beyond = rows.filter(
    ({ row }) => Math.abs(changeOf(row.verdict.delta ?? 0)) > reach,
  ).length;
  const edge = beyond === 0 ? "" : `; ${plural(beyond, "mark")} at the edge lie beyond it`;
  return `${counts.join(", ")}; the band is the smallest change that counts${edge}`;
}
