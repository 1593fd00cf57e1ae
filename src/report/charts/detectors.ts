/** Failure detectors: how soon a crash is known against how often one is believed that never was. */
import { CHART_ROWS_MAX, type Axis, type ChartWithTable } from "../chart.js";
import { detectionClause, detectionsOf, detectionTime, type Detection } from "../detections.js";
import { formatValue } from "../format.js";
import type { Run } from "../runs.js";
import { figureColumns } from "../table.js";

/** Of runs of detectors on an event clock; undefined where there is none. */
export function detectorsChart(runs: readonly Run[]): ChartWithTable | undefined {
  const detections = detectionsOf(runs);
  if (detections.length === 0) return undefined;
  const shown = detections.slice(0, CHART_ROWS_MAX);
  const x = timeAxis(shown);
  const points = (ms: (detection: Detection) => number | null, isNamed: boolean) =>
    shown.map((detection) => ({
      x: ms(detection) ?? x.gutter!.at,
      y: detection.alarmRate,
      ...(isNamed ? { name: detection.label } : {}),
      words: wordsOf(detection),
    }));
  return {
    model: {
      id: "detectors",
      title: "Detection time against false alarms",
      summary: `${detectionClause(runs)!}. Low and left is better.`,
      kind: "scatter",
      x,
      y: {
        label: "false alarms per node and hour",
        format: "number",
        scale: "linear",
        min: 0,
        max: Math.max(0.1, ...shown.map(({ alarmRate }) => alarmRate)) * 1.12,
      },
      series: [
        { label: "until all nodes know", style: 0, points: points(({ allMs }) => allMs, true) },
        {
          label: "until the first node knows",
          style: 1,
          points: points(({ firstMs }) => firstMs, false),
        },
      ],
      lines: [],
    },
    table: {
      caption: "Failure detectors: means over trials",
      columns: figureColumns(
        "Run",
        "First node knows after",
        "All know after",
        "False alarms in a trial",
        "per node and hour",
        "of these by slow nodes",
        "Taken back per node and hour",
        "Bytes per node and second",
      ),
      rows: detections.map((detection) => [
        detection.label,
        detectionTime(detection, "firstMs"),
        detectionTime(detection, "allMs"),
        formatValue(detection.alarms, "count"),
        formatValue(detection.alarmRate, "number"),
        formatValue(detection.slowAlarmRate, "number"),
        formatValue(detection.flapRate, "number"),
        formatValue(detection.bytesPerNodeSecond, "bytes"),
      ]),
    },
  };
}

function timeAxis(detections: readonly Detection[]): Axis {
  const times = detections.flatMap(({ firstMs, allMs }) => [firstMs, allMs]);
  const known = times.filter((ms) => ms !== null);
  const last = Math.max(1, ...known);
  const shared = {
    label: "simulated time from a crash until it is known, ms",
    format: "milliseconds",
    scale: "linear",
    min: 0,
  } as const;
  if (known.length === times.length) return shared;
  const isCalm = detections.some(({ hasCrash }) => !hasCrash);
  const gutter = { at: last * 1.16, label: isCalm ? "never, or no crash" : "never" };
  return { ...shared, max: last * 1.26, gutter };
}

function wordsOf(detection: Detection): string[] {
  return [
    detection.label,
    `first node knows: ${detectionTime(detection, "firstMs")}`,
    `all know: ${detectionTime(detection, "allMs")}`,
    `${formatValue(detection.alarmRate, "number")} false alarms per node and hour`,
  ];
}
