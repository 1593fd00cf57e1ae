/** The heading of a written page, read back: what renderHeading and renderDocument put there. */
import { unescape } from "./escape.js";
import type { IndexEntry } from "./index-page.js";

/** @returns undefined for a page that is no report */
export function readHeading(html: string): Omit<IndexEntry, "file"> | undefined {
  const part = (pattern: RegExp): string | undefined => {
    const found = pattern.exec(html)?.[1];
    return found === undefined ? undefined : unescape(found);
  };
  const title = part(/<h1>([^<]*)<\/h1>/);
  const createdAt = part(/<p class="brand">hearsay [^]*?<time datetime="([^"]*)">/);
  const sentence = part(/<p class="finding">([^<]*)<\/p>/);
  if (title === undefined || createdAt === undefined || sentence === undefined) return undefined;
  return { title, createdAt, sentence };
}
