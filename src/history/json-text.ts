/**
 * JSON of a stranger: its size, its depth and names that stand twice are checked before anything is made of it,
 * so that what is shown is what stands in the file, and nothing overflows later.
 */
import { InputError } from "../errors.js";

/** Deeper than any record of ours (9) by far. */
const DEPTH_MAX = 64;
/** A row of 100 rounds of 400 quads takes 4 MB. */
export const JSON_CHARS_MAX = 2 ** 26;

/** @param place names file and line in messages @throws InputError, one line */
export function parseJson(place: string, text: string): unknown {
  if (text.length > JSON_CHARS_MAX) {
    throw new InputError(
      `${place} has ${text.length} characters, ${JSON_CHARS_MAX} are the most that is read`,
    );
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new InputError(`${place} is no JSON`);
  }
  const { depth, names } = shapeOf(text);
  if (depth > DEPTH_MAX) {
    throw new InputError(`${place} is nested ${depth} deep, ${DEPTH_MAX} is the most that is read`);
  }
  if (namesIn(value) !== names) throw new InputError(`${place} gives a field twice`);
  return value;
}

/** Of text that is JSON: its depth, and the number of names as written. */
function shapeOf(text: string): { readonly depth: number; readonly names: number } {
  let depth = 0;
  let names = 0;
  let deepest = 0;
  for (let at = 0; at < text.length; at++) {
    const sign = text[at];
    if (sign === '"') at = endOfString(text, at);
    else if (sign === ":") names++;
    else if (sign === "[" || sign === "{") deepest = Math.max(deepest, ++depth);
    else if (sign === "]" || sign === "}") depth--;
  }
  return { depth: deepest, names };
}

/** @param start of its opening quote @returns place of the closing one */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  return at;
}

/** Names that are left once parsed: of two alike the first is gone. Called when the depth is known to be small. */
function namesIn(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  if (Array.isArray(value)) return value.reduce((sum: number, each) => sum + namesIn(each), 0);
  const entries = Object.values(value);
  return entries.reduce((sum: number, each) => sum + namesIn(each), entries.length);
}
