/** The picture of a record as the page uses it: checked, counted, and within the page's budget. */
import { inflateRawSync } from "node:zlib";
import { InputError } from "../errors.js";
import type { Picture, RunRecord } from "../history/record.js";
import type { Run } from "./runs.js";

/** All pictures of a page together, in base64 characters: a page stays under 4 MB. */
export const PICTURES_CHARACTERS_MAX = 3_400_000;
/** A raster larger than this is no picture for a page, and would not be painted in time. */
const PIXELS_MAX = 16_777_216;

export interface RunPicture {
  readonly run: Run;
  readonly picture: Picture;
  /** stepCounts[step] = nodes whose pixel has that step; step 0 = never informed. */
  readonly stepCounts: readonly number[];
}

export interface Pictures {
  readonly shown: readonly RunPicture[];
  /** Runs whose picture did not fit into the page's budget. */
  readonly leftOut: readonly Run[];
}

/** Throws InputError naming the record where the data are not what the record says they are. */
export function readPictures(runs: readonly Run[]): Pictures {
  const shown: RunPicture[] = [];
  const leftOut: Run[] = [];
  let characters = 0;
  for (const run of runs) {
    const picture = run.record.observed?.picture;
    if (picture === undefined) continue;
    characters += picture.data.length;
    if (characters > PICTURES_CHARACTERS_MAX) {
      characters -= picture.data.length;
      leftOut.push(run);
    } else {
      shown.push({ run, picture, stepCounts: countSteps(run, picture) });
    }
  }
  return { shown, leftOut };
}

/** The records without the pictures that were left out: what the page embeds. */
export function recordsWithin(runs: readonly Run[], { leftOut }: Pictures): RunRecord[] {
  return runs.map((run) => {
    const { record } = run;
    if (!leftOut.includes(run) || record.observed === null) return record;
    const { picture: _, ...observed } = record.observed;
    return { ...record, observed };
  });
}

function countSteps(run: Run, { data, nodes, steps, width, height }: Picture): number[] {
  const field = `observed.picture of ${run.label}`;
  const cells = width * height;
  if (cells < nodes || cells > PIXELS_MAX) {
    throw new InputError(
      `${field}.width times height must be from ${nodes} (nodes) to ${PIXELS_MAX}, got ${cells}`,
    );
  }
  let values: Uint8Array;
  try {
    values = inflateRawSync(Buffer.from(data, "base64"), { maxOutputLength: nodes + 1 });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new InputError(`${field}.data must be base64 of raw deflate of ${nodes} bytes (${code})`);
  }
  if (values.length !== nodes) {
    throw new InputError(`${field}.data must hold ${nodes} bytes, got ${values.length}`);
  }
  const counts = new Array<number>(256).fill(0);
  for (const value of values) counts[value]!++;
  const last = counts.findLastIndex((count) => count > 0);
  if (last > steps) {
    throw new InputError(`${field}.data must hold values from 0 to ${steps} (steps), got ${last}`);
  }
  return counts.slice(0, steps + 1);
}
