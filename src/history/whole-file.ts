/** Files that are whole or not there, also after a killed process, a full disk or a lost power supply. */
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { shown } from "../check.js";
import { InputError } from "../errors.js";

/**
 * Writes beside the target, puts it on the disk and renames: a reader, and a machine that lost its power,
 * has the old file or the whole new one.
 * @throws InputError, one line; the old file stays
 */
export function replaceWhole(file: string, text: string): void {
  const folder = dirname(resolve(file));
  const unfinished = join(folder, `.${basename(file)}.${process.pid}.tmp`);
  try {
    makeFolder(folder);
    const handle = openSync(unfinished, "w");
    try {
      writeAll(handle, text);
    } finally {
      closeSync(handle);
    }
    renameSync(unfinished, file);
    syncFolder(folder);
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw cannotWrite(file, error);
  }
}

/** A write may take less than it was given: a full disk says so only at the next one. */
export function writeAll(handle: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let done = 0; done < bytes.length;) done += writeSync(handle, bytes, done);
  fsyncSync(handle);
}

/** A name is on the disk when its folder is. Windows opens no folder: there the file alone has to do. */
function syncFolder(folder: string): void {
  if (process.platform === "win32") return;
  const handle = openSync(folder, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** Like mkdir -p. Node's own recursive mkdir never returns where the system says ENOENT (/proc). */
function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  mkdirSync(folder);
}

/** What the system said, as a line; other errors are bugs and stay what they are. */
export function cannotWrite(file: string, error: unknown): Error {
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined) return error as Error;
  return new InputError(`${shown(file)} cannot be written (${code})`);
}
