/** What crosses data centres and racks, where a network has them. */
import type { Metrics } from "./counts.js";

/** Bytes of each step of a trial on a network with zones. */
export interface ZoneCounts {
  /** That the network took from senders: a message lost before is not among them. */
  readonly carriedBytes: readonly number[];
  /** Of these into another data centre, and into another rack of the same one. */
  readonly crossDcBytes: readonly number[];
  readonly crossRackBytes: readonly number[];
}

/**
 * - crossDcBytes, crossRackBytes: carried into another data centre; into another rack of the same one
 * - crossDcShare, crossRackShare: of all bytes carried; null when there were none
 */
export function zoneMetrics(counts: ZoneCounts): Metrics {
  const carried = total(counts.carriedBytes);
  const crossDcBytes = total(counts.crossDcBytes);
  const crossRackBytes = total(counts.crossRackBytes);
  return {
    crossDcBytes,
    crossDcShare: carried > 0 ? crossDcBytes / carried : null,
    crossRackBytes,
    crossRackShare: carried > 0 ? crossRackBytes / carried : null,
  };
}

function total(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
