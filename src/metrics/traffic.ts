/** What the spreading cost: messages, bytes, losses and redundancy of one trial. */
import type { Metrics, TrialCounts } from "./counts.js";

/** Bytes on the wire of a message that carries the rumor and of one that does not. */
export interface MessageBytes {
  readonly rumor: number;
  readonly control: number;
}

const MS_PER_SECOND = 1000;

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

/** bytesPerNodeSecond: what a node sent in a second of simulated time. @param ms length of the trial */
export function byteRate({ bytesPerNode }: Metrics, ms: number): Metrics {
  return { bytesPerNodeSecond: ms > 0 ? (Number(bytesPerNode) * MS_PER_SECOND) / ms : null };
}

function total(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
