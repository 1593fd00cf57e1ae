/** What the engine counts during a trial: the only input of coverage and traffic metrics. */

/**
 * Counts of one trial. The arrays have one length, at least 1; entry i describes the step that ended
 * at time[i]. A series may open with the state at time 0, in which nothing has been sent.
 */
export interface TrialCounts {
  readonly nodes: number;
  /** Rounds, or simulated ms on an event clock; ascending. */
  readonly time: readonly number[];
  /** Nodes informed at time[i], the origin included: cumulative, never falling, 1 .. nodes. */
  readonly informed: readonly number[];
  /** Nodes that were up at time[i], of which the informed are counted; without it all were. */
  readonly live?: readonly number[];
  /** Rumor copies sent in step i: pushes and replies, lost ones included. */
  readonly sent: readonly number[];
  /** Messages without the rumor sent in step i: requests and digests. */
  readonly requests: readonly number[];
  /** Rumor copies of step i that were lost on the way. */
  readonly lost: readonly number[];
  /** Bytes sent in step i beyond the fixed sizes of its messages; none without it. */
  readonly bytes?: readonly number[];
  /** Copies of step i that reached an informed node, where nodes can forget. */
  readonly redundant?: readonly number[];
}

/** Measures by name, as a record stores them; null where a trial has none. */
export type Metrics = Record<string, number | null>;

/** Whether time counts rounds or simulated milliseconds. */
export type ClockKind = "round" | "event";
