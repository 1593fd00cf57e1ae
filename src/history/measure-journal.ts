/**
 * The record of a run while it goes on: a header marked partial, then one line for every round as it ends,
 * each on the disk before the next begins. The whole record takes its place at the end, in one step. So a
 * run that is killed leaves what it measured, and its file says by itself that it is not all.
 */
import { closeSync, openSync, rmSync } from "node:fs";
import { dirname, resolve } from "node:path";
import {
  measureHeaderSchema,
  measureRowSchema,
  type MeasureHeader,
  type MeasureRow,
} from "./measure-record.js";
import { cannotWrite, makeFolder, replaceWhole, syncFolder, writeAll } from "./whole-file.js";

export interface MeasureJournal {
  /** Returns when the row is on the disk. @param row with the new round alone, or with none */
  append(row: MeasureRow): void;
  /** The whole record instead of the journal: a reader sees either. @throws InputError; the journal stays */
  finish(text: string): void;
  /** Leaves the journal as it is. */
  close(): void;
}

/**
 * Starts the file; missing folders are made.
 * @param header `rows` counts the rows that are planned
 * @throws InputError, one line, when it exists or cannot be written
 */
export function openJournal(file: string, header: MeasureHeader): MeasureJournal {
  const text = lineOf(measureHeaderSchema.parse({ ...header, status: "partial" }));
  const handle = attempt(file, () => {
    makeFolder(dirname(resolve(file)));
    return openSync(file, "ax");
  });
  let isOpen = true;
  const close = (): void => {
    if (isOpen) closeSync(handle);
    isOpen = false;
  };
  try {
    attempt(file, () => {
      writeAll(handle, text);
      syncFolder(dirname(resolve(file)));
    });
  } catch (error) {
    // Nothing was measured yet, so nothing is lost.
    close();
    rmSync(file, { force: true });
    throw error;
  }
  return {
    append: (row) => attempt(file, () => writeAll(handle, lineOf(measureRowSchema.parse(row)))),
    finish: (whole) => {
      replaceWhole(file, whole);
      close();
    },
    close,
  };
}

function lineOf(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}

function attempt<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw cannotWrite(file, error);
  }
}
