/** Output files: proven writable before a run starts; and never half-written. */
import { existsSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { shown } from "../check.js";
import { InputError } from "../errors.js";
import { replaceWhole } from "../history/whole-file.js";

/**
 * Proves that files can be made in `folder`, or in what there is of its path, by making one there.
 * Nothing stays behind: a run that is refused later has created no folder.
 * @param flag how a message names the folder
 */
export function checkFolderWritable(flag: string, folder: string): void {
  let there = resolve(folder);
  while (!existsSync(there)) there = dirname(there);
  const probe = join(there, `.hearsay-${process.pid}.probe`);
  try {
    writeFileSync(probe, "");
    rmSync(probe);
  } catch (error) {
    const { code = "an error" } = error as NodeJS.ErrnoException;
    throw new InputError(
      `${flag} must be a folder that can be written, got ${shown(folder)} (${code})`,
    );
  }
}

/** Proves that `file` can be written: its folder can, and it is no folder itself. */
export function checkFileWritable(flag: string, file: string): void {
  checkFolderWritable(`${flag}: its folder`, dirname(file));
  if (statSync(file, { throwIfNoEntry: false })?.isDirectory() === true) {
    throw new InputError(`${flag} must be a file, got the folder ${shown(file)}`);
  }
}

/** A reader sees the old file or the whole new one. @throws InputError when it cannot be written */
export function writeWhole(file: string, text: string): void {
  replaceWhole(file, text);
}

/** A path as a person would type it here. */
export function shownPath(file: string): string {
  const path = relative(process.cwd(), file);
  return path === "" ? "." : path.startsWith("..") ? file : path;
}
