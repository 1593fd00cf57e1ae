/** The tables of a report, as data: the page and the Markdown summary show the same ones. */
import type { Summary } from "../history/record.js";
import { formatCount } from "../units.js";
import { formatMean, formatValue, type Format } from "./format.js";
import { describeMetric, milestoneName, milestonesOf } from "./metrics.js";
import { meanOf, networkText, summaryOf, type Run } from "./runs.js";
import { figureColumns, type Table } from "./table.js";

/** Rounds or times to shares of the nodes, for the runs of one kind of clock. */
export function spreadTable(runs: readonly Run[], clock: "round" | "event"): Table {
  const own = runs.filter(({ record }) => record.scenario.clock.kind === clock);
  const names = own.flatMap(({ arm }) => Object.keys(arm?.summary ?? {}));
  const percents = milestonesOf(names.filter((name) => name.startsWith(milestonePrefix(clock))));
  const format = clock === "round" ? "number" : "duration";
  const unit = clock === "round" ? "Rounds" : "Simulated time";
  return {
    caption: `${unit} until a share of all nodes is informed: mean over trials, with its 95 % interval`,
    columns: [
      ...figureColumns("Run", ...percents.map((percent) => `${percent} %`)),
      { title: "Informed at the end", align: "right" },
      { title: "Trials", align: "right" },
      { title: "Nodes", align: "right" },
      { title: "Network", align: "left" },
    ],
    rows: own.map((run) => [
      run.label,
      ...percents.map((percent) =>
        meanText(summaryOf(run, milestoneName(clock, percent)), format, run.trials.length),
      ),
      formatValue(meanOf(run, "coverage"), "percent"),
      formatCount(run.trials.length),
      formatCount(run.record.scenario.nodes),
      networkText(run.record.scenario),
    ]),
  };
}

function milestonePrefix(clock: "round" | "event"): string {
  return clock === "round" ? "roundsTo" : "latencyMsTo";
}

/** "17.2 ± 0.3", and in how many trials where some never got there. */
function meanText(summary: Summary | undefined, format: Format, trials: number): string {
  if (summary === undefined || summary.mean === null) return trials === 0 ? "–" : "never";
  const [low, high] = summary.ci95;
  const half = low === null || high === null ? 0 : (high - low) / 2;
  return `${formatMean(summary.mean, half, format)}${summary.count < trials ? ` (${summary.count} of ${trials})` : ""}`;
}

export function costTable(runs: readonly Run[]): Table {
  const metrics = ["messagesPerNode", "redundancy", "bytesPerNode"];
  const hasTop = runs.some(({ record }) => record.observed?.load.topShare !== undefined);
  const hasZones = runs.some((run) => meanOf(run, "crossDcBytes") !== null);
  return {
    caption: "What a node pays: means over trials and, where a trial was traced, its load",
    columns: figureColumns(
      "Run",
      "Copies per node",
      "Redundant per node",
      "Bytes per node",
      "Copies sent",
      "Requests",
      "Lost",
      "Load p50",
      "Load p99",
      "Load max",
      ...(hasTop ? ["Load of busiest 1 %"] : []),
      ...(hasZones ? ["Bytes between DCs", "Share", "Bytes between racks"] : []),
    ),
    rows: runs.map((run) => [
      run.label,
      ...metrics.map((name) => formatValue(meanOf(run, name), describeMetric(name).format)),
      ...["messages", "requests", "lost"].map((name) => formatValue(meanOf(run, name), "count")),
      ...(["p50", "p99", "max"] as const).map((name) =>
        formatValue(run.record.observed?.load[name], "count"),
      ),
      ...(hasTop ? [formatValue(run.record.observed?.load.topShare, "percent")] : []),
      ...(hasZones
        ? ["crossDcBytes", "crossDcShare", "crossRackBytes"].map((name) =>
            formatValue(meanOf(run, name), describeMetric(name).format),
          )
        : []),
    ]),
  };
}

export function backendTable(runs: readonly Run[]): Table {
  return {
    caption: "Time of one trial on each backend: mean over trials, with its 95 % interval",
    columns: figureColumns(
      "Run",
      "Speed-up",
      "95 % interval",
      "WASM",
      "TypeScript",
      "WASM / node·round",
      "TypeScript / node·round",
      "Same state",
      "Pairs",
      "Workers",
      "Bytes per node",
    ),
    rows: runs.map((run) => {
      const { arms, comparison, agreement } = run.record;
      const [wasm, ts] = (["wasm", "ts"] as const).map((backend) =>
        arms.find((arm) => arm.backend === backend),
      );
      const { speedup } = comparison;
      const [low, high] = speedup?.ci95 ?? [null, null];
      return [
        run.label,
        formatValue(speedup?.ratio, "ratio"),
        low === null || high === null
          ? "–"
          : `${formatValue(low, "number")} to ${formatValue(high, "ratio")}`,
        ...[wasm, ts].map((arm) =>
          meanText(arm?.summary["elapsedMs"], "duration", arm?.trials.length ?? 0),
        ),
        ...[wasm, ts].map((arm) =>
          meanText(arm?.summary["nsPerNodeRound"], "nanoseconds", arm?.trials.length ?? 0),
        ),
        agreementText(agreement.digestsEqual),
        formatValue(speedup?.rounds, "count"),
        formatValue(arms[0]?.workers, "count"),
        formatValue((wasm ?? ts)?.bytesPerNode, "bytes"),
      ];
    }),
  };
}

function agreementText(digestsEqual: boolean | null): string {
  if (digestsEqual === null) return "not compared";
  return digestsEqual ? "yes" : "NO, digests differ";
}

/** Every metric of one run; what both backends share stands once, times per backend. */
export function metricsTable(run: Run): Table {
  const timed = new Set(["elapsedMs", "nsPerNodeRound"]);
  const rows: string[][] = [];
  for (const arm of run.record.arms) {
    for (const [name, summary] of Object.entries(arm.summary)) {
      const isTime = timed.has(name);
      if (!isTime && arm !== run.arm) continue;
      const { label, format } = describeMetric(name);
      const suffix = isTime ? `, ${arm.backend === "wasm" ? "WASM" : "TypeScript"}` : "";
      const { count, mean, stddev, ci95, min, p50, p90, p99, max } = summary;
      rows.push([
        `${label}${suffix}`,
        ...[mean, ci95[0], ci95[1], stddev, min, p50, p90, p99, max].map((value) =>
          formatValue(value, format),
        ),
        formatCount(count),
      ]);
    }
  }
  return {
    caption: `${run.label}: every metric over its trials`,
    columns: figureColumns(
      "Metric",
      "Mean",
      "95 % from",
      "95 % to",
      "Std. dev.",
      "Min",
      "p50",
      "p90",
      "p99",
      "Max",
      "Trials",
    ),
    rows,
  };
}
