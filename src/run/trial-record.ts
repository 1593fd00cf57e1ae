/** What a worker returned -> one trial of the record, with its measures. */
import type { TrialResult } from "../engine/trial-run.js";
import type { TrialRecord } from "../history/record.js";
import type { Metrics, TrialCounts } from "../metrics/counts.js";
import { coverageMetrics } from "../metrics/coverage.js";
import { byteRate, trafficMetrics } from "../metrics/traffic.js";
import { zoneMetrics } from "../metrics/zones.js";
import type { Scenario } from "./types.js";

const NS_PER_MS = 1e6;

export function trialRecord(scenario: Scenario, result: TrialResult): TrialRecord {
  const { clock, nodes, protocol, parameters, network } = scenario;
  const unit = clock.kind === "event" ? clock.tickMs : 1;
  const { series, elapsedMs, rounds } = result;
  const counts: TrialCounts = {
    nodes,
    time: series.time.map((time) => time * unit),
    informed: series.informed,
    sent: series.sent,
    requests: series.requests,
    lost: series.lost,
    bytes: series.bytes,
    ...(series.live.length > 0 ? { live: series.live, redundant: series.redundant } : {}),
  };
  const traffic = trafficMetrics(counts, protocol.wireBytes(parameters));
  const hasZones = network.zones !== undefined;
  const metrics: Metrics = {
    ...coverageMetrics(counts, clock.kind),
    ...traffic,
    ...(clock.kind === "event" ? byteRate(traffic, counts.time.at(-1) ?? 0) : {}),
    ...(hasZones ? zoneMetrics(series) : {}),
    // Nothing is redundant where every message changes a value.
    ...(protocol.measures === undefined ? {} : { redundancy: null }),
    ...protocol.measures?.summary(series.measures),
  };
  // The last informed tick is known exactly, where windows only bound it.
  const sharp = clock.kind === "event" && series.live.length === 0;
  if (sharp && typeof metrics.latencyMsTo100 === "number") {
    metrics.latencyMsTo100 = result.lastInformedTick * unit;
  }
  const start = protocol.measures === undefined ? 1 : 0;
  return {
    seed: result.seed,
    digest: result.digest,
    rounds,
    stopped: result.stopped,
    elapsedMs,
    nsPerNodeRound: (elapsedMs * NS_PER_MS) / (nodes * Math.max(rounds, 1)),
    metrics,
    series: {
      time: [0, ...counts.time],
      coverage: [
        start / nodes,
        ...series.informed.map((informed, index) => informed / (series.live[index] ?? nodes)),
      ],
      messages: [0, ...series.sent],
      ...measuredSeries({
        ...series.measures,
        ...(series.live.length > 0 ? { live: [nodes, ...series.live] } : {}),
        ...(hasZones ? { crossDcBytes: [0, ...series.crossDcBytes] } : {}),
      }),
    },
  };
}

/** JSON has no infinity: what is not a number is null. */
function measuredSeries(
  measures: Readonly<Record<string, readonly number[]>>,
): Pick<TrialRecord["series"], "measures"> {
  const entries = Object.entries(measures);
  if (entries.length === 0) return {};
  const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);
  return { measures: Object.fromEntries(entries.map(([name, list]) => [name, list.map(finite)])) };
}
