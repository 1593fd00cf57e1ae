/** Forest plot of two runs: every measure of the second over the first, with its interval. */
import { CHART_ROWS_MAX, type ChartWithTable } from "../chart.js";
import type { Change } from "../comparison.js";
import { formatValue, plural } from "../format.js";
import { logBounds } from "./log-bounds.js";

const WORDS = {
  higher: "▲ higher",
  lower: "▼ lower",
  same: "= the same",
  open: "cannot be told apart",
  "not compared": "not compared: other machine",
} as const;

/** @param labels of the two runs */
export function changesChart(
  changes: readonly Change[],
  labels: readonly [string, string],
): ChartWithTable | undefined {
  const drawn = changes
    .flatMap(({ label, ratio }) => (ratio === undefined ? [] : [{ label, ...ratio }]))
    .slice(0, CHART_ROWS_MAX);
  if (drawn.length === 0) return undefined;
  const values = drawn.map(({ ratio, ci95: [low, high] }): [number, number, number] => [
    ratio,
    low ?? ratio,
    high ?? ratio,
  ]);
  const count = (verdict: Change["verdict"]): string =>
    String(changes.filter((change) => change.verdict === verdict).length || "none");
  return {
    model: {
      id: "change-ratios",
      title: `${labels[1]} over ${labels[0]}`,
      summary: `Of ${plural(changes.length, "measure")}, in ${labels[1]}: higher ${count("higher")}, lower ${count("lower")}, the same ${count("same")}; an interval that leaves out 1 decides.`,
      kind: "dots",
      x: {
        label: "ratio of means, log scale",
        format: "ratio",
        scale: "log",
        ...logBounds([1, ...values.flat()]),
      },
      rows: drawn.map(({ label }) => label),
      series: [{ label: "ratio with its 95 % interval", style: 0, values }],
      reference: { at: 1, label: "equal" },
    },
    table: {
      caption: "Every measure of both runs: mean with its 95 % interval, and the ratio",
      columns: ["Measure", ...labels, "Ratio", "95 % interval", "Verdict"].map((title, index) => ({
        title,
        align: index === 0 || index === 5 ? "left" : "right",
      })),
      rows: changes.map(({ label, values: [base, other], ratio, verdict }) => [
        label,
        base,
        other,
        formatValue(ratio?.ratio, "ratio"),
        intervalText(ratio),
        WORDS[verdict],
      ]),
    },
  };
}

function intervalText(ratio: Change["ratio"]): string {
  const [low, high] = ratio?.ci95 ?? [null, null];
  if (low === null || high === null) return "–";
  return `${formatValue(low, "number")} to ${formatValue(high, "ratio")}`;
}
