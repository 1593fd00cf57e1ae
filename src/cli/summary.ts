/** What a run prints at its end: one row per scenario and backend, then how the backends compare. */
import { styleText } from "node:util";
import type { Arm, RunRecord } from "../history/record.js";
import { formatBytes, formatDuration, trimmed } from "../units.js";
import { formatValue } from "../report/format.js";
import { detectionsOf, detectionTime, type Detection } from "../report/detections.js";
import { describeMetric, isModelMetric } from "../report/metrics.js";
import { spreadsNothing, prepareRuns } from "../report/runs.js";
import { renderTable, type Column } from "./table.js";

const COLUMNS: readonly Column[] = [
  { title: "scenario", align: "left" },
  { title: "backend", align: "left" },
  { title: "to 99 %", align: "right" },
  { title: "to 100 %", align: "right" },
  { title: "msgs/node", align: "right" },
  { title: "trial time", align: "right" },
  { title: "ns/node/round", align: "right" },
];

/** What detectors came to; rates are per node and hour. */
const DETECTIONS: readonly Column[] = [
  { title: "detector", align: "left" },
  { title: "first knows", align: "right" },
  { title: "all know", align: "right" },
  { title: "false/h", align: "right" },
  { title: "by slow", align: "right" },
  { title: "flaps/h", align: "right" },
  { title: "B/node/s", align: "right" },
];

/** Who pays for it, where peers are not uniform or stand in zones. */
const BURDENS: readonly Column[] = [
  { title: "scenario", align: "left" },
  { title: "load p99", align: "right" },
  { title: "load max", align: "right" },
  { title: "top 1 %", align: "right" },
  { title: "cross-DC bytes", align: "right" },
  { title: "share", align: "right" },
  { title: "cross-rack", align: "right" },
];

/** What the trials came to beyond the times: shares that were not reached, and a model's own figures. */
const MEASURES: readonly Column[] = [
  { title: "scenario", align: "left" },
  { title: "measure", align: "left" },
  { title: "mean", align: "right" },
  { title: "95 % interval", align: "right" },
];
/** Runs of which all measures are printed; of more the page and the records tell. */
const MEASURED_RUNS_MAX = 3;

const VERDICTS: readonly Column[] = [
  { title: "scenario", align: "left" },
  { title: "wasm is", align: "right" },
  { title: "95 % interval", align: "right" },
  { title: "digests", align: "left" },
  { title: "run", align: "left" },
];

/** Means over the trials, as text of at most 80 columns. */
export function renderSummary(
  records: readonly RunRecord[],
  stream: NodeJS.WritableStream,
): string {
  const runs = prepareRuns(records);
  const rows = runs.flatMap((run) =>
    run.record.arms.map((arm) => armRow(run.record, arm, spreadsNothing(run))),
  );
  const isBurdened = records.some(
    ({ scenario: { network } }) => "selection" in network || "dcs" in network,
  );
  const measures = records.flatMap((record) =>
    measureRows(record, records.length <= MEASURED_RUNS_MAX),
  );
  const detections = detectionsOf(runs).map(detectionRow);
  const tables = [
    renderTable(COLUMNS, rows),
    ...(detections.length > 0 ? [renderTable(DETECTIONS, detections)] : []),
    ...(measures.length > 0 ? [renderTable(MEASURES, measures)] : []),
    ...(isBurdened ? [renderTable(BURDENS, records.map(burdenRow))] : []),
    renderTable(VERDICTS, records.map(verdictRow)),
  ];
  const bold = (titles: string): string => styleText("bold", titles, { stream });
  return tables.map((table) => table.replace(/^.*/, bold)).join("\n\n");
}

/** @param watches what it "covered" in its first step says nothing */
function armRow(record: RunRecord, arm: Arm, watches: boolean): string[] {
  const isTimed = record.scenario.clock.kind === "event";
  const [prefix, format] = isTimed
    ? (["latencyMsTo", formatDuration] as const)
    : (["roundsTo", (rounds: number) => `${trimmed(rounds)} r`] as const);
  const mean = (metric: string, shown: (value: number) => string): string => {
    const value = arm.summary[metric]?.mean;
    return value === undefined || value === null ? "-" : shown(value);
  };
  const spread = (percent: string): string => (watches ? "-" : mean(`${prefix}${percent}`, format));
  return [
    record.scenario.name,
    arm.backend,
    spread("99"),
    spread("100"),
    mean("messagesPerNode", trimmed),
    mean("elapsedMs", formatDuration),
    mean("nsPerNodeRound", trimmed),
  ];
}

function detectionRow(detection: Detection): string[] {
  const { label, alarmRate, slowAlarmRate, flapRate, bytesPerNodeSecond } = detection;
  return [
    label,
    detectionTime(detection, "firstMs"),
    detectionTime(detection, "allMs"),
    ...[alarmRate, slowAlarmRate, flapRate].map((rate) => trimmed(rate)),
    bytesPerNodeSecond === null ? "-" : formatBytes(bytesPerNodeSecond),
  ];
}

/** Coverage where it is not whole, and with `all` what only this model measures: first arm's trials. */
function measureRows({ scenario, arms }: RunRecord, all: boolean): string[][] {
  const summary = arms[0]?.summary ?? {};
  return Object.entries(summary).flatMap(([name, { mean, min, ci95 }]) => {
    const isMissed = name === "coverage" && min !== null && min < 1;
    if (mean === null || !(isMissed || (all && isModelMetric(name)))) return [];
    const { format: kind } = describeMetric(name);
    const format = (value: number): string => formatValue(value, kind);
    const [low, high] = ci95;
    const interval = low === null || high === null ? "-" : `${format(low)} to ${format(high)}`;
    return [[scenario.name, name, format(mean), interval]];
  });
}

/** Load per node of the traced trial, and what crosses zones: means over the first arm's trials. */
function burdenRow({ scenario, observed, arms }: RunRecord): string[] {
  const shown = (value: number | null | undefined, format: (value: number) => string): string =>
    value === null || value === undefined ? "-" : format(value);
  const mean = (metric: string): number | null | undefined => arms[0]?.summary[metric]?.mean;
  const percent = (share: number): string => `${trimmed(100 * share)} %`;
  return [
    scenario.name,
    shown(observed?.load.p99, trimmed),
    shown(observed?.load.max, trimmed),
    shown(observed?.load.topShare, percent),
    shown(mean("crossDcBytes"), formatBytes),
    shown(mean("crossDcShare"), percent),
    shown(mean("crossRackShare"), percent),
  ];
}

/** How the backends compare: speed with its 95 % interval, digests, and what is missing. */
function verdictRow({ scenario, agreement, comparison, status }: RunRecord): string[] {
  const { speedup } = comparison;
  const [low, high] = speedup?.ci95 ?? [null, null];
  const digests = agreement.digestsEqual;
  return [
    scenario.name,
    speedup === null ? "-" : `${trimmed(speedup.ratio)}x as fast`,
    low === null || high === null ? "-" : `${trimmed(low)} to ${trimmed(high)}`,
    digests === null ? "-" : digests ? "equal" : "DIFFER",
    status,
  ];
}
