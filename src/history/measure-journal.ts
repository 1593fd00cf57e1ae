/**
 * The record of a run while it goes on: a header marked partial, then one line for every round as it ends,
 * each on the disk before the next begins. The whole record takes its place at the end, in one step. So a
 * run that is killed leaves what it measured, and its file says by itself that it is not all.
 */
import { closeSync, openSync } from "node:fs";
import {
  measureHeaderSchema,
  measureRowSchema,
  type MeasureHeader,
  type MeasureRow,
} from "./measure-record.js";
import { cannotWrite, replaceWhole, writeAll } from "./whole-file.js";

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
 * @throws InputError, one line, when it cannot be written: then there is none
 */
export function openJournal(file: string, header: MeasureHeader): MeasureJournal {
  // The file comes to be with its header in it: none is ever empty.
  replaceWhole(file, lineOf(measureHeaderSchema.parse({ ...header, status: "partial" })));
  const handle = attempt(file, () => openSync(file, "a"));
  let isOpen = true;
  const close = (): void => {
    if (isOpen) closeSync(handle);
    isOpen = false;
  };
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
