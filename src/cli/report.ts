/** `hearsay report`: a page, or another format, from stored records alone. */
import { readFileSync, statSync } from "node:fs";
import { dirname, extname, join } from "node:path";
import type { Command } from "commander";
import { InputError } from "../errors.js";
import type { BenchRecord } from "../history/bench-record.js";
import type { ForeignRun } from "../history/foreign/bench.js";
import { parseJson } from "../history/json-text.js";
import type { RunRecord } from "../history/record.js";
import type { ValidateRecord } from "../history/validate-record.js";
import type { ViewsRecord } from "../history/views-record.js";
import { EXIT } from "./exit.js";
import { checkFileWritable, shownPath, writeWhole } from "./files.js";
import { readRecordText } from "./measure-files.js";
import { openFile } from "./open.js";
import { isIndex, writeIndex } from "./report-index.js";

const FORMATS = ["html", "md", "csv", "json"] as const;

type Format = (typeof FORMATS)[number];

interface ReportFlags extends Partial<Record<Format, true>> {
  readonly output?: string;
  readonly title?: string;
  readonly open?: true;
  readonly quiet?: true;
}

const HELP = `
RECORD is a file that run has written, or - for stdin; a file may hold a list.
Results of other tools (hearsay import --help names them) are taken too.
Without a format the end of FILE decides, else it is html. Without -o a page
goes to reports/report.html, every other format to stdout.

Examples:
  hearsay report reports/*.json
  hearsay report reports/*.json -o comparison.html --title "Push and pull"
  hearsay report before.json after.json --open
  hearsay report reports/*.json --md
  hearsay run push --nodes 1e4 --json --quiet | hearsay report - --csv
`;

export function addReportCommand(program: Command, finish: (code: number) => void): void {
  program
    .command("report")
    .summary("make a report from stored records")
    .description("Make one offline HTML page, or Markdown, CSV or JSON, from stored records.")
    .argument("<record...>", "record files, or - for stdin")
    .option("-o, --output <file>", "where the report goes")
    .option("--title <text>", "title of the page")
    .option("--html", "one self-contained HTML page")
    .option("--md", "Markdown")
    .option("--csv", "comma-separated values, one row per trial")
    .option("--json", "JSON")
    .option("--open", "show the page in the browser")
    .option("--quiet", "say nothing of what was written")
    .addHelpText("after", HELP)
    .action(async (files: string[], flags: ReportFlags) => {
      await report(files, flags);
      finish(EXIT.fine);
    });
}

type AnyRecord = RunRecord | BenchRecord | ValidateRecord | ViewsRecord | ForeignRun;

interface Options {
  readonly generatedAt: string;
  readonly title?: string;
}

/** How the records of one kind become text: a format each, loaded when asked for. */
interface Kind<R extends AnyRecord> {
  html(records: readonly R[], options: Options): Promise<string>;
  md(records: readonly R[]): Promise<string>;
  csv(records: readonly R[]): Promise<string>;
}

const RUN: Kind<RunRecord> = {
  html: async (records, options) =>
    (await import("../report/page.js")).renderReport(records, options),
  md: async (records) => (await import("../report/markdown.js")).renderMarkdown(records),
  csv: async (records) => (await import("../report/csv.js")).renderCsv(records),
};

const BENCH: Kind<BenchRecord> = {
  html: async (records, options) =>
    (await import("../report/bench-page.js")).renderBenchReport(records, options),
  md: async (records) => (await import("../report/bench-text.js")).renderBenchMarkdown(records),
  csv: async (records) => (await import("../report/bench-text.js")).renderBenchCsv(records),
};

const VALIDATE: Kind<ValidateRecord> = {
  html: async (records, options) =>
    (await import("../report/validate-page.js")).renderValidateReport(records, options),
  md: async (records) =>
    (await import("../report/validate-text.js")).renderValidateMarkdown(records),
  csv: async (records) => (await import("../report/validate-text.js")).renderValidateCsv(records),
};

const VIEWS: Kind<ViewsRecord> = {
  html: async (records, options) =>
    (await import("../report/views-page.js")).renderViewsReport(records, options),
  md: async (records) => (await import("../report/views-text.js")).renderViewsMarkdown(records),
  csv: async (records) => (await import("../report/views-text.js")).renderViewsCsv(records),
};

const IMPORT: Kind<ForeignRun> = {
  html: async (records, options) =>
    (await import("../report/imported.js")).renderImportReport(records, options),
  md: async (records) => (await import("../report/imported.js")).renderImportMarkdown(records),
  csv: async (records) => (await import("../report/imported.js")).renderImportCsv(records),
};

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
    throw new InputError(`the format must be one of --html, --md, --csv, --json, got ${got}`);
  }
  const extension = extname(flags.output ?? "").slice(1);
  return chosen[0] ?? FORMATS.find((format) => format === extension) ?? "html";
}

async function render(
  found: readonly AnyRecord[],
  format: Format,
  title: string | undefined,
): Promise<string> {
  if (format === "json") return (await import("../report/json.js")).renderJson(found);
  const kinds = [...new Set(found.map(({ kind }) => kind))];
  if (kinds.length > 1) {
    throw new InputError(
      `RECORD must be records of one kind, got ${kinds.join(" and ")}: make a report of each`,
    );
  }
  const options = {
    generatedAt: new Date().toISOString(),
    ...(title === undefined ? {} : { title }),
  };
  const benches = found.filter((record) => record.kind === "bench");
  if (benches.length > 0) return BENCH[format](benches, options);
  const views = found.filter((record) => record.kind === "views");
  if (views.length > 0) return VIEWS[format](views, options);
  const imported = found.filter((record) => record.kind === "import");
  if (imported.length > 0) return IMPORT[format](imported, options);
  const validations = found.filter(
    (record): record is ValidateRecord => record.kind === "validate" || record.kind === "fidelity",
  );
  if (validations.length > 0) return VALIDATE[format](validations, options);
  return RUN[format](
    found.filter((record) => record.kind === "run"),
    options,
  );
}

/** The records of one file; every one is checked against the schema of its kind. */
async function readRecords(file: string): Promise<AnyRecord[]> {
  const name = file === "-" ? "stdin" : file;
  const { loadForeign } = await import("./foreign-files.js");
  if (statSync(name, { throwIfNoEntry: false })?.isDirectory() === true) return [loadForeign(file)];
  const text = file === "-" ? readFileSync(0, "utf8") : readRecordText(file);
  const content = parseJson(name, text);
  const { recordSchema } = await import("../history/record.js");
  const { benchRecordSchema } = await import("../history/bench-record.js");
  const { foreignRunSchema } = await import("../history/foreign/bench.js");
  const { readForeign } = await import("../history/foreign/read.js");
  const { validateRecordSchema } = await import("../history/validate-record.js");
  const { viewsRecordSchema } = await import("../history/views-record.js");
  const schemas = {
    views: viewsRecordSchema,
    ...{ run: recordSchema, bench: benchRecordSchema },
    ...{ validate: validateRecordSchema, fidelity: validateRecordSchema, import: foreignRunSchema },
  };
  const many = Array.isArray(content) ? (content as unknown[]) : [content];
  // Records of ours say what they are; anything else may be another tool's.
  const isOurs = (value: unknown): boolean =>
    typeof value === "object" && value !== null && ("schema" in value || "scenario" in value);
  if (many.length > 0 && !many.some(isOurs)) return [readForeign(name, text)];
  return many.map((value) => {
    const kind = (value as { kind?: unknown } | null)?.kind;
    const isKnown = typeof kind === "string" && Object.hasOwn(schemas, kind);
    const schema = schemas[isKnown ? (kind as keyof typeof schemas) : "run"];
    const result = schema.safeParse(value);
    if (result.success) return result.data;
    const { path, message } = result.error.issues[0]!;
    const field = path.length === 0 ? "the file" : path.map(String).join(".");
    throw new InputError(`${name}: ${field} is not as a record of hearsay has it: ${message}`);
  });
}
