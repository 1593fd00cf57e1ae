/** What becomes of records: one table of kinds and formats; each renderer is loaded when it is asked for. */
import type { BenchRecord } from "../history/bench-record.js";
import type { ForeignRun } from "../history/foreign/bench.js";
import type { MeasureRecord } from "../history/measure-record.js";
import type { RunRecord } from "../history/record.js";
import type { ValidateRecord } from "../history/validate-record.js";
import type { ViewsRecord } from "../history/views-record.js";

export const FORMATS = ["html", "md", "csv", "json", "junit", "openmetrics"] as const;

export type Format = (typeof FORMATS)[number];

export interface RenderOptions {
  /** ISO 8601. */
  readonly generatedAt: string;
  readonly title?: string;
}

type Renderer<R> = (records: readonly R[], options: RenderOptions) => Promise<string>;

interface Records {
  readonly run: RunRecord;
  readonly bench: BenchRecord;
  readonly validate: ValidateRecord;
  readonly measure: MeasureRecord;
  readonly views: ViewsRecord;
  readonly import: ForeignRun;
}

export type Kind = keyof Records;

/** A record with the row of the table that it belongs to. */
export type Found = { [K in Kind]: { readonly kind: K; readonly record: Records[K] } }[Kind];

type Renderers = { readonly [K in Kind]: Readonly<Partial<Record<Format, Renderer<Records[K]>>>> };

const json: Renderer<object> = async (records) =>
  (await import("../report/json.js")).renderJson(records);

const RENDERERS: Renderers = {
  run: {
    html: async (records, options) =>
      (await import("../report/page.js")).renderReport(records, options),
    md: async (records) => (await import("../report/markdown.js")).renderMarkdown(records),
    csv: async (records) => (await import("../report/csv.js")).renderCsv(records),
    json,
    junit: async (records) => (await import("../report/junit.js")).renderRunJunit(records),
    openmetrics: async (records) =>
      (await import("../report/openmetrics.js")).renderRunOpenMetrics(records),
  },
  bench: {
    html: async (records, options) =>
      (await import("../report/bench-page.js")).renderBenchReport(records, options),
    md: async (records) => (await import("../report/bench-text.js")).renderBenchMarkdown(records),
    csv: async (records) => (await import("../report/bench-text.js")).renderBenchCsv(records),
    json,
    junit: async (records) => (await import("../report/junit.js")).renderBenchJunit(records),
    openmetrics: async (records) =>
      (await import("../report/openmetrics.js")).renderBenchOpenMetrics(records),
  },
  validate: {
    html: async (records, options) =>
      (await import("../report/validate-page.js")).renderValidateReport(records, options),
    md: async (records) =>
      (await import("../report/validate-text.js")).renderValidateMarkdown(records),
    csv: async (records) => (await import("../report/validate-text.js")).renderValidateCsv(records),
    json,
    junit: async (records) => (await import("../report/junit.js")).renderValidateJunit(records),
    openmetrics: async (records) =>
      (await import("../report/openmetrics.js")).renderValidateOpenMetrics(records),
  },
  views: {
    html: async (records, options) =>
      (await import("../report/views-page.js")).renderViewsReport(records, options),
    md: async (records) => (await import("../report/views-text.js")).renderViewsMarkdown(records),
    csv: async (records) => (await import("../report/views-text.js")).renderViewsCsv(records),
    json,
  },
  import: {
    html: async (records, options) =>
      (await import("../report/imported.js")).renderImportReport(records, options),
    md: async (records) => (await import("../report/imported.js")).renderImportMarkdown(records),
    csv: async (records) => (await import("../report/imported.js")).renderImportCsv(records),
    json,
  },
  // A format more is a line here; report says which there are.
  measure: {
    html: async (records, options) =>
      (await import("../report/measure-page.js")).renderMeasureReport(records, options),
    // JSON Lines, as the commands write them: what report and explain read again.
    json: async (records) => {
      const { renderMeasureRecord } = await import("../history/measure-record.js");
      return records.map(renderMeasureRecord).join("");
    },
  },
};

export function formatsOf(kind: Kind): Format[] {
  return FORMATS.filter((format) => RENDERERS[kind][format] !== undefined);
}

/**
 * @param found records of one kind
 * @returns undefined for a format that this kind does not have
 */
export function rendererOf(
  kind: Kind,
  format: Format,
): ((found: readonly Found[], options: RenderOptions) => Promise<string>) | undefined {
  const renderer = RENDERERS[kind][format] as Renderer<unknown> | undefined;
  return (
    renderer &&
    ((found, options) =>
      renderer(
        found.map(({ record }) => record),
        options,
      ))
  );
}
