/** index.html of a folder of reports: kept up with what stands there. */
import { closeSync, existsSync, openSync, readdirSync, readSync, statSync } from "node:fs";
import { join } from "node:path";
import { INDEX_TITLE, renderIndex, type IndexEntry } from "../report/index-page.js";
import { readHeading } from "../report/read-heading.js";
import { writeWhole } from "./files.js";

/** A page's heading stands right behind its style. */
const HEAD_BYTES = 65_536;
const INDEX = "index.html";

/** Lists every report of the folder. An index.html that is somebody else's stays as it is. */
export function writeIndex(folder: string): void {
  const index = join(folder, INDEX);
  if (existsSync(index) && !isIndex(index)) return;
  const entries = readdirSync(folder).flatMap((file): IndexEntry[] => {
    const path = join(folder, file);
    if (!file.endsWith(".html") || file === INDEX || !statSync(path).isFile()) return [];
    const heading = readHeading(readHead(path));
    return heading === undefined ? [] : [{ file, ...heading }];
  });
  writeWhole(index, renderIndex(entries));
}

/** true for the index of an earlier run. */
export function isIndex(file: string): boolean {
  return existsSync(file) && readHead(file).includes(`<title>${INDEX_TITLE}</title>`);
}

function readHead(file: string): string {
  const bytes = Buffer.alloc(HEAD_BYTES);
  const handle = openSync(file, "r");
  try {
    return bytes.toString("utf8", 0, readSync(handle, bytes, 0, HEAD_BYTES, 0));
  } finally {
    closeSync(handle);
  }
}
