/** What the spreading cost: messages, bytes, losses and redundancy of one trial. */
import type { Metrics, TrialCounts } from "./counts.js";

/** Bytes on the wire of a message that carries the rumor and of one that does not. */
export interface MessageBytes {
  readonly rumor: number;
  readonly control: number;
}

/**
 * - messages, messagesPerNode: rumor copies sent, lost ones included
 * - requests: messages without the rumor
 * - lost: rumor copies lost
 * - bytes, bytesPerNode: sent by all nodes, requests included
 * - redundancy: copies received per node beyond the one that informed it; a copy still under way
 *   when the trial ended counts as received
 */
export function trafficMetrics(counts: TrialCounts, size: MessageBytes): Metrics {
  const { nodes } = counts;
  const messages = total(counts.sent);
  const requests = total(counts.requests);
  const lost = total(counts.lost);
  const bytes = messages * size.rumor + requests * size.control + total(counts.bytes ?? []);
  const newlyInformed = (counts.informed.at(-1) ?? 1) - 1;
  return {
    messages,
    messagesPerNode: messages / nodes,
    requests,
    lost,
    bytes,
    bytesPerNode: bytes / nodes,
    redundancy:
      (counts.redundant ? total(counts.redundant) : messages - lost - newlyInformed) / nodes,
  };
}

function total(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
