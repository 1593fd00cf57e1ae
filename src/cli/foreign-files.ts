/** Results of other tools as commands read them: a file, or Criterion's folder. */
import { existsSync, readdirSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { shown } from "../check.js";
import { InputError } from "../errors.js";
import type { ForeignRun } from "../history/foreign/bench.js";
import type { CriterionFiles } from "../history/foreign/criterion.js";
import { FOREIGN_TOOLS, readForeign, readForeignFolder } from "../history/foreign/read.js";
import { parseJson } from "../history/json-text.js";
import { readRecordText } from "./measure-files.js";

/** Folders below target/criterion: more are some other folder, given by mistake. */
const FOLDERS_MAX = 10_000;

/** What compare takes for a result: a file, or a folder with Criterion's files in it. */
export function isForeign(path: string): boolean {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return false;
  if (stat.isFile()) return true;
  if (existsSync(join(path, "dist", "bench", "kernels.js"))) return false;
  return stat.isDirectory() && criterionFolders(path).length > 0;
}

/** @throws InputError, one line */
export function loadForeign(path: string): ForeignRun {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) {
    return { ...readForeign(shown(path), readRecordText(path)), source: path };
  }
  const folders = criterionFolders(path);
  if (folders.length === 0) {
    throw new InputError(`${shown(path)} holds no NAME/new/benchmark.json of Criterion.rs`);
  }
  const files = folders.map((folder) => filesOf(path, folder));
  return { ...readForeignFolder(shown(path), files), source: path };
}

/** Those called "new": "base" and "change" beside them are of the run before. */
function criterionFolders(path: string): string[] {
  const found: string[] = [];
  const left = [path];
  for (let seen = 0; left.length > 0; seen++) {
    if (seen > FOLDERS_MAX) {
      throw new InputError(
        `${shown(path)} has more than ${FOLDERS_MAX} folders: no result of ${FOREIGN_TOOLS}`,
      );
    }
    const folder = left.shift()!;
    if (folder.endsWith("new") && existsSync(join(folder, "benchmark.json"))) found.push(folder);
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (entry.isDirectory() && entry.name !== "node_modules") left.push(join(folder, entry.name));
    }
  }
  return found.toSorted();
}

function filesOf(root: string, folder: string): CriterionFiles {
  const read = (name: string): unknown => {
    const file = join(folder, name);
    return existsSync(file) ? parseJson(shown(file), readRecordText(file)) : null;
  };
  return {
    place: shown(join(root, relative(root, dirname(folder)))),
    ...{ benchmark: read("benchmark.json"), estimates: read("estimates.json") },
    sample: read("sample.json"),
  };
}
