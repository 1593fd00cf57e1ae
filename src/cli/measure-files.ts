/** Records of measuring as commands read them: whole, or what a partial file holds, judged as far as it goes. */
import { readFileSync, statSync } from "node:fs";
import { shown } from "../check.js";
import { InputError } from "../errors.js";
import {
  parseMeasureRecord,
  readMeasureRecord,
  type MeasureRecord,
  type ReadMeasure,
} from "../history/measure-record.js";
import { judgedAgain } from "../measure/merged.js";

/** More is no record of ours, and no text that V8 would hold. */
const FILE_BYTES_MAX = 2 ** 28;

/** Whole or partial: verdicts of a partial one stand on the rounds that are there. */
export function loadMeasure(file: string): ReadMeasure {
  const read = readMeasureRecord(shown(file), readRecordText(file));
  return read.partial === null ? read : { ...read, record: judgedAgain(read.record) };
}

/** @throws InputError when it is not whole */
export function loadWholeMeasure(file: string): MeasureRecord {
  return parseMeasureRecord(shown(file), readRecordText(file));
}

/** @throws InputError, one line, when it cannot be read or is too large */
export function readRecordText(file: string): string {
  try {
    const { size } = statSync(file);
    if (size > FILE_BYTES_MAX) {
      throw new InputError(
        `${shown(file)} has ${size} bytes, ${FILE_BYTES_MAX} are the most that is read`,
      );
    }
    return readFileSync(file, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") throw new InputError(`there is no record ${shown(file)}`);
    if (code === undefined) throw error;
    throw new InputError(`${shown(file)} cannot be read (${code})`);
  }
}
