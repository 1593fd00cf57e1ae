/** The picture of a record as the page uses it: checked, counted, and within the page's budget. */
import { InputError } from "../errors.js";
import type { Picture, RunRecord } from "../history/record.js";
import { countLosses, type LossCounts } from "./loss-data.js";
import type { Run } from "./runs.js";
import { unpack } from "./unpack.js";

/** Of a place: its nodes, latitude and longitude. */
const PLACE_BYTES = 8;

/** All pictures of a page together, in base64 characters: a page stays under 4 MB. */
export const PICTURES_CHARACTERS_MAX = 3_400_000;
/** A raster larger than this is no picture for a page, and would not be painted in time. */
const PIXELS_MAX = 16_777_216;

export interface RunPicture {
  readonly run: Run;
  readonly picture: Picture;
  /** stepCounts[step] = nodes whose pixel has that step; step 0 = never informed. */
  readonly stepCounts: readonly number[];
  /** undefined where the record has none. */
  readonly lossCounts: LossCounts | undefined;
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
    const losses = run.record.observed?.losses;
    const size = lengthOf(picture.data, picture.places, losses?.changes, losses?.lost);
    if (characters + size > PICTURES_CHARACTERS_MAX) {
      leftOut.push(run);
    } else {
      characters += size;
      const lossCounts = losses && countLosses(run.label, losses, picture);
      checkPlaces(run, picture);
      shown.push({ run, picture, stepCounts: countSteps(run, picture), lossCounts });
    }
  }
  return { shown, leftOut };
}

/** The records without the pictures that were left out: what the page embeds. */
export function recordsWithin(runs: readonly Run[], { leftOut }: Pictures): RunRecord[] {
  return runs.map((run) => {
    const { record } = run;
    if (!leftOut.includes(run) || record.observed === null) return record;
    const { picture: _, losses: __, ...observed } = record.observed;
    return { ...record, observed };
  });
}

function lengthOf(...texts: readonly (string | undefined)[]): number {
  return texts.reduce((sum, text) => sum + (text?.length ?? 0), 0);
}

/** Places must be whole, and hold exactly the picture's nodes. */
function checkPlaces(run: Run, { places, nodes }: Picture): void {
  if (places === undefined) return;
  const field = `observed.picture of ${run.label}.places`;
  const bytes = unpack(field, places, PLACE_BYTES * nodes);
  const count = bytes.length / PLACE_BYTES;
  let held = 0;
  for (let place = 0; place < Math.floor(count); place++) held += bytes.readUInt32LE(4 * place);
  if (!Number.isInteger(count) || held !== nodes) {
    throw new InputError(`${field} must hold ${nodes} nodes in places of 8 bytes, got ${held}`);
  }
}

function countSteps(run: Run, { data, nodes, steps, width, height }: Picture): number[] {
  const field = `observed.picture of ${run.label}`;
  const cells = width * height;
  if (cells < nodes || cells > PIXELS_MAX) {
    throw new InputError(
      `${field}.width times height must be from ${nodes} (nodes) to ${PIXELS_MAX}, got ${cells}`,
    );
  }
  const values = unpack(`${field}.data`, data, nodes);
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
