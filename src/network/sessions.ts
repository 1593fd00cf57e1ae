/**
 * Laws of how long a node stays up or down, as tables that the portable code inverts. Heavy tails matter
 * in churn (Stutzbach, Rejaie 2006), so a table grows finer towards the tail: entry 32 z + s is the length
 * that a share 2^-z (1 - s / 64) of all sessions exceeds.
 */

export const SESSION_ENTRIES = 1025;
/** Points of the finer grid over which means and rests are integrated, a multiple of the table's. */
const GRID_PER_ENTRY = 64;

export interface SessionTables {
  /** Lengths in units of their mean. */
  readonly whole: Float64Array;
  /**
   * What is left of the session that is found at a random time, in the same unit: its density is the
   * share of longer sessions over the mean (the renewal theorem; long ones are found more often).
   */
  readonly rest: Float64Array;
}

/** Weibull law of mean 1. @param shape 1 = exponential, below 1 = heavier tail; 0.1 .. 10 */
export function weibullTables(shape: number): SessionTables {
  return sessionTables((survival) => (-Math.log(survival)) ** (1 / shape));
}

/** @param length of the session that a share `survival` (0 < survival <= 1) exceeds; its mean may be any */
function sessionTables(length: (survival: number) => number): SessionTables {
  const points = (SESSION_ENTRIES - 1) * GRID_PER_ENTRY + 1;
  const survivals = Float64Array.from({ length: points }, (_, point) =>
    survivalAt(point / GRID_PER_ENTRY),
  );
  const lengths = survivals.map(length);
  // Area under the survival curve up to each point, by trapezes.
  const areas = new Float64Array(points);
  for (let point = 1; point < points; point++) {
    const step = lengths[point]! - lengths[point - 1]!;
    areas[point] = areas[point - 1]! + (step * (survivals[point]! + survivals[point - 1]!)) / 2;
  }
  const mean = areas[points - 1]!;
  const whole = new Float64Array(SESSION_ENTRIES);
  const rest = new Float64Array(SESSION_ENTRIES);
  let point = 0;
  for (let entry = 0; entry < SESSION_ENTRIES; entry++) {
    whole[entry] = lengths[entry * GRID_PER_ENTRY]! / mean;
    const wanted = (1 - survivalAt(entry)) * mean;
    while (point < points - 2 && areas[point + 1]! < wanted) point++;
    const width = areas[point + 1]! - areas[point]!;
    const part = width > 0 ? Math.min(1, (wanted - areas[point]!) / width) : 1;
    rest[entry] = (lengths[point]! + (lengths[point + 1]! - lengths[point]!) * part) / mean;
  }
  return { whole, rest };
}

/** Share of sessions longer than entry `entry`, which may lie between two. */
function survivalAt(entry: number): number {
  const octave = Math.min(31, Math.floor(entry / 32));
  return 2 ** -octave * (1 - (entry - 32 * octave) / 64);
}
