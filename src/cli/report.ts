/** `hearsay report`: a page, or another format, from stored records alone. */
import { dirname, extname, join } from "node:path";
import type { Command } from "commander";
import { InputError } from "../errors.js";
import { EXIT } from "./exit.js";
import { checkFileWritable, shownPath, writeWhole } from "./files.js";
import { openFile } from "./open.js";
import { readRecords } from "./read-records.js";
import { isIndex, writeIndex } from "./report-index.js";
import { FORMATS, formatsOf, rendererOf, type Format, type Found } from "./report-kinds.js";

interface ReportFlags extends Partial<Record<Format, true>> {
  readonly output?: string;
  readonly title?: string;
  readonly open?: true;
  readonly quiet?: true;
}

const HELP = `
RECORD is a file that run, bench, validate, compare, gate or calibrate has
written, or - for stdin; a file may hold a list.
Results of other tools (hearsay import --help names them) are taken too.
Without a format the end of FILE decides, else it is html. Without -o a page
goes to reports/report.html, every other format to stdout.

Examples:
  hearsay report reports/*.json
  hearsay report reports/*.json -o comparison.html --title "Push and pull"
  hearsay report before.json after.json --open
  hearsay report reports/*.json --md
  hearsay run push --nodes 1e4 --json --quiet | hearsay report - --csv
  hearsay run push --nodes 1e4 --json --quiet | hearsay report - --junit
`;

export function addReportCommand(program: Command, finish: (code: number) => void): void {
  program
    .command("report")
    .summary("make a report from stored records")
    .description("Make one offline HTML page, or another format, from stored records.")
    .argument("<record...>", "record files, or - for stdin")
    .option("-o, --output <file>", "where the report goes")
    .option("--title <text>", "title of the page")
    .option("--html", "one self-contained HTML page")
    .option("--md", "Markdown")
    .option("--csv", "comma-separated values, one row per trial")
    .option("--json", "JSON")
    .option("--junit", "JUnit XML: wrong results are failures")
    .option("--openmetrics", "OpenMetrics text, for Prometheus")
    .option("--open", "show the page in the browser")
    .option("--quiet", "say nothing of what was written")
    .addHelpText("after", HELP)
    .action(async (files: string[], flags: ReportFlags) => {
      await report(files, flags);
      finish(EXIT.fine);
    });
}

async function report(files: readonly string[], flags: ReportFlags): Promise<void> {
  const format = formatOf(flags);
  const found = (await Promise.all(files.map((file) => readRecords(file)))).flat();
  if (found.length === 0) throw new InputError(`${files.join(", ")} holds no record`);
  const target = flags.output ?? (format === "html" ? join("reports", "report.html") : undefined);
  if (target !== undefined) checkFileWritable("--output", target);
  const text = await render(found, format, flags.title);
  if (target === undefined) {
    process.stdout.write(text.endsWith("\n") ? text : `${text}\n`);
    return;
  }
  writeWhole(target, text);
  const folder = dirname(target);
  const isListed = flags.output === undefined || isIndex(join(folder, "index.html"));
  if (format === "html" && isListed) writeIndex(folder);
  if (flags.quiet !== true) process.stdout.write(`wrote ${shownPath(target)}\n`);
  if (flags.open === true && !(await openFile(target))) {
    throw new InputError(`--open: nothing here opens pages; open ${shownPath(target)} yourself`);
  }
}

function formatOf(flags: ReportFlags): Format {
  const chosen = FORMATS.filter((format) => flags[format] === true);
  if (chosen.length > 1) {
    const got = chosen.map((format) => `--${format}`).join(" and ");
    const all = FORMATS.map((format) => `--${format}`).join(", ");
    throw new InputError(`the format must be one of ${all}, got ${got}`);
  }
  const extension = extname(flags.output ?? "").slice(1);
  return chosen[0] ?? FORMATS.find((format) => format === extension) ?? "html";
}

async function render(
  found: readonly Found[],
  format: Format,
  title: string | undefined,
): Promise<string> {
  const kinds = [...new Set(found.map(({ kind }) => kind))];
  const kind = kinds[0] ?? "run";
  if (kinds.length > 1 && format !== "json") {
    throw new InputError(
      `RECORD must be records of one kind, got ${kinds.join(" and ")}: make a report of each`,
    );
  }
  const renderer = rendererOf(kind, format);
  if (renderer === undefined) {
    const known = formatsOf(kind).map((each) => `--${each}`);
    throw new InputError(`records of ${kind} become ${known.join(" or ")}, got --${format}`);
  }
  return renderer(found, {
    generatedAt: new Date().toISOString(),
    ...(title === undefined ? {} : { title }),
  });
}
