/** Where a command's record and page go: proven writable first, written whole, told at the end. */
import { join } from "node:path";
import { checkFileWritable, checkFolderWritable, shownPath, writeWhole } from "./files.js";
import { writeIndex } from "./report-index.js";

/** Flags of every command that writes one record and one page. */
export interface RecordFlags {
  readonly out: string;
  readonly json?: true;
  readonly quiet?: true;
  /** false: no HTML page, the record only. */
  readonly report: boolean;
}

export interface RecordTargets {
  /** Without the record's id, which is not known yet. */
  readonly stem: string;
  readonly page: string;
}

/**
 * @param kind first part of the files' names
 * @param subject what was chosen: the second part of the page's name
 * @throws InputError when --out cannot be written
 */
export function recordTargets(kind: string, subject: string, flags: RecordFlags): RecordTargets {
  const name = subject.replaceAll(/[^\w.-]+/g, "-");
  const page = join(flags.out, `${kind}-${name}.html`);
  checkFolderWritable("--out", flags.out);
  if (flags.report) checkFileWritable("--out", page);
  return { stem: join(flags.out, kind), page };
}

/** Writes record and page; prints JSON alone for a machine, summary and files for a person. */
export async function keepRecord(
  record: { readonly id: string },
  { stem, page }: RecordTargets,
  flags: RecordFlags,
  render: { page(): Promise<string>; summary(): string },
): Promise<void> {
  const text = `${JSON.stringify(record, null, 1)}\n`;
  const files = [`${stem}-${record.id}.json`];
  writeWhole(files[0]!, text);
  if (flags.report) {
    writeWhole(page, await render.page());
    files.push(page);
    writeIndex(flags.out);
  }
  const wrote = files.map((each) => `wrote ${shownPath(each)}`).join("\n");
  if (flags.json === true) {
    process.stdout.write(text);
    if (flags.quiet !== true) process.stderr.write(`${wrote}\n`);
  } else if (flags.quiet !== true) {
    process.stdout.write(`${render.summary()}\n\n${wrote}\n`);
  }
}
