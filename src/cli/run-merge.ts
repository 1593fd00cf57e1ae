/** The work of merge: shards of a run become its record, or a record becomes parts. */
import { shown } from "../check.js";
import { mergeParts, splitRecord } from "../history/measure-merge.js";
import { renderMeasureRecord } from "../history/measure-record.js";
import { judgedAgain } from "../measure/merged.js";
import { InputError } from "../errors.js";
import { EXIT } from "./exit.js";
import { checkFileWritable, shownPath, writeWhole } from "./files.js";
import { loadWholeMeasure } from "./measure-files.js";
import {
  acceptedOf,
  acceptLines,
  loadAccept,
  outcomeOf,
  type OutcomeFlags,
} from "./measure-outcome.js";
import { renderMeasureSummary } from "./measure-summary.js";

export interface MergeFlags extends OutcomeFlags {
  readonly output: string;
  readonly split?: number;
  readonly accept?: string;
  readonly quiet?: true;
}

export async function runMerge(files: readonly string[], flags: MergeFlags): Promise<number> {
  if (flags.split !== undefined) return runSplit(files, flags.split, flags);
  const accept = loadAccept(flags.accept);
  checkFileWritable("--output", flags.output);
  const parts = files.map((file) => ({ name: shown(file), record: loadWholeMeasure(file) }));
  const record = judgedAgain(mergeParts(parts));
  writeWhole(flags.output, renderMeasureRecord(record));
  const accepted = await acceptedOf(accept, record);
  if (flags.quiet !== true) {
    const classes = new Set(parts.map((part) => part.record.header.environment.class)).size;
    process.stdout.write(
      renderMeasureSummary(
        record,
        [flags.output],
        [
          ...acceptLines(accepted),
          ...(classes > 1 ? [`  shards ran on ${classes} classes of machine`] : []),
        ],
      ),
    );
  }
  return outcomeOf(record, accepted, flags);
}

/** NAME.jsonl becomes NAME-1-of-3.jsonl and so on. */
function runSplit(files: readonly string[], count: number, flags: MergeFlags): number {
  if (files.length !== 1) throw new InputError(`--split takes one record, got ${files.length}`);
  const parts = splitRecord(loadWholeMeasure(files[0]!), count);
  for (const [index, part] of parts.entries()) {
    const file = flags.output.replace(/(\.jsonl)?$/, `-${index + 1}-of-${count}.jsonl`);
    writeWhole(file, renderMeasureRecord(part));
    if (flags.quiet !== true) process.stdout.write(`wrote ${shownPath(file)}\n`);
  }
  return EXIT.fine;
}
