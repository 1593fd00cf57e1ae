/** Spans of time as users write them: a number of rounds, or text such as "250 ms" or "30 min". */
import { checkNumber, shown } from "../check.js";
import { InputError } from "../errors.js";
import type { Duration } from "./network.js";

export type DurationText = number | string;

const UNITS_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
/** Longer spans do not fit into the ticks of a trial. */
const ROUNDS_RANGE = { min: 0, max: 1e9, unit: "rounds" } as const;
const MS_MAX = 1e12;

/**
 * @param clock a round clock knows no milliseconds
 * @throws InputError naming `field`
 */
export function parseDuration(
  field: string,
  value: DurationText,
  clock: "round" | "event",
): Duration {
  if (typeof value === "number") return { rounds: checkNumber(field, value, ROUNDS_RANGE) };
  const [, digits = "", unit = ""] = /^\s*([\d.]+(?:e\+?\d+)?)\s*([a-z]+)\s*$/.exec(value) ?? [];
  if (/^rounds?$/.test(unit)) return { rounds: checkNumber(field, digits, ROUNDS_RANGE) };
  const ms = Number(digits) * (UNITS_MS[unit] ?? NaN);
  if (!(ms >= 0 && ms <= MS_MAX)) {
    const units = Object.keys(UNITS_MS).join(", ");
    throw new InputError(
      `${field} must be a number of rounds, or one with its unit (${units}), got ${shown(value)}`,
    );
  }
  if (clock === "round") {
    throw new InputError(
      `${field} must be a number of rounds on a round clock (set clock.kind to event for times), ` +
        `got ${shown(value)}`,
    );
  }
  return { ms };
}

/** "5 rounds", "250 ms": how a record states it. */
export function durationText(duration: Duration): string {
  if ("rounds" in duration) return `${duration.rounds} rounds`;
  const unit = Object.entries(UNITS_MS).findLast(([, ms]) => duration.ms >= ms) ?? ["ms", 1];
  return `${duration.ms / unit[1]} ${unit[0]}`;
}

/** Order in time; spans of different units are ordered by nobody. */
export function isLater(a: Duration, b: Duration): boolean {
  if ("rounds" in a && "rounds" in b) return a.rounds > b.rounds;
  return "ms" in a && "ms" in b && a.ms > b.ms;
}
