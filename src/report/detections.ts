/** What runs of failure detectors came to: how soon a crash was known, how often none had been. */
import { formatValue, plural } from "./format.js";
import { detects, meanOf, type Run } from "./runs.js";

const MS_PER_HOUR = 3_600_000;

export interface Detection {
  readonly label: string;
  /** Ms from a crash until one node knows, until all do; null where that did not come in any trial. */
  readonly firstMs: number | null;
  readonly allMs: number | null;
  /** false: nobody crashed, so there was nothing to know. */
  readonly hasCrash: boolean;
  /** Beliefs that a live node is down, per node and hour: all, and those of observers that are slow themselves. */
  readonly alarmRate: number;
  readonly slowAlarmRate: number;
  readonly alarms: number;
  /** Verdicts taken back while the node was up all along: flaps, per node and hour. */
  readonly flapRate: number;
  readonly bytesPerNodeSecond: number | null;
}

/** Of the runs of detectors on an event clock, in their order. */
export function detectionsOf(runs: readonly Run[]): Detection[] {
  return runs.flatMap((run) => detectionOf(run) ?? []);
}

function detectionOf(run: Run): Detection | undefined {
  const { clock, nodes } = run.record.scenario;
  const alarms = meanOf(run, "falseAlarms");
  // Of few nodes that crash a trial may track none.
  const hasCrash = run.trials.some(({ series }) => series.measures?.["subjectsDown"]?.at(-1) !== 0);
  const [from, to] = run.trials[0]?.series.time ?? [];
  const endMs = run.trials[0]?.series.time.at(-1) ?? 0;
  if (
    !detects(run) ||
    clock.kind !== "event" ||
    alarms === null ||
    from === undefined ||
    to === undefined
  ) {
    return undefined;
  }
  const inMs = (name: string): number | null => {
    const steps = meanOf(run, name);
    return steps === null ? null : steps * (to - from);
  };
  const rate = (count: number | null): number => (count ?? 0) / (nodes * (endMs / MS_PER_HOUR));
  return {
    label: run.label,
    firstMs: inMs("firstDetectionSteps"),
    allMs: inMs("allKnowSteps"),
    hasCrash,
    alarms,
    alarmRate: rate(alarms),
    slowAlarmRate: rate(meanOf(run, "falseAlarmsOfSlow")),
    flapRate: rate(meanOf(run, "retractions")),
    bytesPerNodeSecond: meanOf(run, "bytesPerNodeSecond"),
  };
}

/** A time of a detection as text, or why there is none. */
export function detectionTime(detection: Detection, which: "firstMs" | "allMs"): string {
  if (!detection.hasCrash) return "no crash";
  const ms = detection[which];
  return ms === null ? "never" : formatValue(ms, "duration");
}

/** "swim was the first whose nodes all knew of a crash, after 13.8 s; 7 of 10 runs gave no false alarm". */
export function detectionClause(runs: readonly Run[]): string | undefined {
  const detections = detectionsOf(runs);
  if (detections.length === 0) return undefined;
  const quiet = detections.filter(({ alarms }) => alarms === 0);
  const known = detections.filter(({ allMs }) => allMs !== null);
  const fastest = known.toSorted((a, b) => a.allMs! - b.allMs!)[0];
  const lead =
    fastest === undefined
      ? "no crash became known to all nodes in these runs"
      : `${fastest.label} was the first whose nodes all knew of a crash, after ${formatValue(fastest.allMs, "duration")}`;
  return `${lead}; ${quiet.length} of ${plural(detections.length, "run")} gave no false alarm`;
}
