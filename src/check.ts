/**
 * Validators that name the field: every message reads `FIELD must be RANGE, got VALUE`.
 * They run once, at the edge; below it nothing is checked again.
 */
import { InputError } from "./errors.js";

/** Allowed range of a number a user may set. Both ends are included. */
export interface NumberRange {
  readonly min: number;
  readonly max: number;
  /** true: only whole numbers. */
  readonly integer?: boolean;
  readonly unit?: string;
}

/** Returns `value` when it lies in `range`, throws InputError naming `field` otherwise. */
export function checkNumber(field: string, value: unknown, range: NumberRange): number {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  const fits =
    typeof number === "number" &&
    number >= range.min &&
    number <= range.max &&
    (range.integer !== true || Number.isInteger(number));
  if (!fits) {
    const kind = range.integer === true ? "a whole number" : "a number";
    const unit = range.unit === undefined ? "" : ` ${range.unit}`;
    throw new InputError(
      `${field} must be ${kind} from ${range.min} to ${range.max}${unit}, got ${shown(value)}`,
    );
  }
  return number;
}

/** Returns `value` when it is one of `allowed`; otherwise names the nearest and lists them all. */
export function checkChoice<T extends string>(
  field: string,
  value: string,
  allowed: readonly T[],
): T {
  const found = allowed.find((choice) => choice === value);
  if (found !== undefined) return found;
  const nearest = nearestName(value, allowed);
  const hint = nearest === undefined ? "" : `; did you mean ${nearest}?`;
  throw new InputError(`${field} must be one of ${allowed.join(", ")}, got ${shown(value)}${hint}`);
}

/** The candidate at the smallest edit distance, if it is near enough to be a typing slip. */
export function nearestName(name: string, candidates: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(name.length / 2)) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** A user's value as it may stand in a one-line message: no control codes, at most 60 characters. */
export function shown(value: unknown): string {
  const text = typeof value === "string" ? JSON.stringify(value) : String(value);
  const printable = text.replace(/\p{C}/gu, "?");
  return printable.length > 60 ? `${printable.slice(0, 57)}...` : printable;
}

/** Levenshtein distance, one row at a time. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      current[j] = Math.min(substitution, (previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1);
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}
