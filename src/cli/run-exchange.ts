/** The work of import and export, and of compare where its sides are results of other tools. */
import { shown } from "../check.js";
import { InputError } from "../errors.js";
import { compareForeign, type ForeignRow } from "../measure/foreign-verdicts.js";
import { percent } from "../measure/verdicts.js";
import { printable } from "../report/escape.js";
import { renderBencher, renderGithubAction } from "../report/exchange.js";
import { plural } from "../report/format.js";
import { trimmed } from "../units.js";
import { EXIT } from "./exit.js";
import { checkFileWritable, shownPath, writeWhole } from "./files.js";
import { loadForeign } from "./foreign-files.js";
import { loadMeasure } from "./measure-files.js";
import { renderTable, type Column } from "./table.js";

export interface ForeignCompareFlags {
  readonly floor: number;
  readonly strict?: true;
  readonly requireAll?: true;
  readonly json?: true;
  readonly quiet?: true;
}

/** Nothing here can gate: 0, or with --strict 3, as nothing was decided. */
export function runForeignCompare(a: string, b: string, flags: ForeignCompareFlags): number {
  const [base, head] = [loadForeign(a), loadForeign(b)];
  if (base.tool !== head.tool) {
    throw new InputError(
      `${shown(a)} is of ${base.tool}, ${shown(b)} of ${head.tool}: not the same times`,
    );
  }
  const rows = compareForeign(base, head, flags.floor / 100);
  if (rows.every(({ delta }) => delta === null)) {
    throw new InputError(`${shown(a)} and ${shown(b)} have no benchmark in common`);
  }
  if (flags.json === true) {
    const sides = { tool: base.tool, base: base.source, head: head.source };
    process.stdout.write(
      `${JSON.stringify({ ...sides, floor: flags.floor / 100, rows }, null, 1)}\n`,
    );
  } else if (flags.quiet !== true) process.stdout.write(foreignText(base.tool, rows));
  if (flags.requireAll === true && rows.some(({ head: side }) => side === null))
    return EXIT.missing;
  return flags.strict === true ? EXIT.undecided : EXIT.fine;
}

const COLUMNS: readonly Column[] = [
  { title: "benchmark", align: "left" },
  { title: "base ns", align: "right" },
  { title: "head ns", align: "right" },
  { title: "change", align: "right" },
  { title: "95 % interval", align: "left" },
  { title: "advisory", align: "left" },
];

function foreignText(tool: string, rows: readonly ForeignRow[]): string {
  const table = renderTable(
    COLUMNS,
    rows.map(({ id, base, head, delta, ci95, reading }) => [
      printable(id),
      base === null ? "-" : trimmed(base.meanNs),
      head === null ? "-" : trimmed(head.meanNs),
      delta === null ? "-" : percent(delta),
      ci95 === null ? "-" : `${percent(ci95[0]).slice(0, -2)} to ${percent(ci95[1])}`,
      reading,
    ]),
  );
  return [
    table,
    `Low quality: order lost. ${tool} measured one side after the other, so`,
    "the change holds what the machine did in between. No row can gate.",
    "",
  ].join("\n");
}

export interface ImportFlags {
  readonly output?: string;
  readonly quiet?: true;
}

export function runImport(files: readonly string[], flags: ImportFlags): number {
  if (flags.output !== undefined) checkFileWritable("--output", flags.output);
  const runs = files.map(loadForeign);
  const text = `${JSON.stringify(runs.length === 1 ? runs[0] : runs, null, 1)}\n`;
  if (flags.output === undefined) process.stdout.write(text);
  else {
    writeWhole(flags.output, text);
    const count = runs.reduce((sum, { benches }) => sum + benches.length, 0);
    const tools = [...new Set(runs.map(({ tool }) => tool))].join(", ");
    if (flags.quiet !== true) {
      process.stdout.write(`${plural(count, "benchmark")} of ${tools}, low quality: order lost\n`);
      process.stdout.write(`wrote ${shownPath(flags.output)}\n`);
    }
  }
  return EXIT.fine;
}

const FORMATS = { bencher: renderBencher, githubActionBenchmark: renderGithubAction } as const;

export interface ExportFlags {
  readonly bencher?: true;
  readonly githubActionBenchmark?: true;
  readonly output?: string;
  readonly quiet?: true;
}

export function runExport(file: string, flags: ExportFlags): number {
  const chosen = (Object.keys(FORMATS) as (keyof typeof FORMATS)[]).filter(
    (key) => flags[key] === true,
  );
  if (chosen.length !== 1) {
    throw new InputError(
      `the format must be one of --bencher, --github-action-benchmark, got ${chosen.length} of them`,
    );
  }
  if (flags.output !== undefined) checkFileWritable("--output", flags.output);
  const { record, partial } = loadMeasure(file);
  if (partial !== null) throw new InputError(`${partial}: export takes whole records`);
  const { text, left } = FORMATS[chosen[0]!](record);
  if (flags.output === undefined) process.stdout.write(text);
  else writeWhole(flags.output, text);
  if (left > 0 && flags.quiet !== true) {
    process.stderr.write(`${left} rows have no time of the head and are left out\n`);
  }
  if (flags.output !== undefined && flags.quiet !== true) {
    process.stdout.write(`wrote ${shownPath(flags.output)}\n`);
  }
  return EXIT.fine;
}
