/**
 * Published figures as data (bench/oracle/*.json) and the rule by which ours are judged against them.
 * A source measures any settings of its parameters; no row of a table is special.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../src/artifacts.js";
import type { ValidatedCase, ValidatedMeasure } from "../../src/history/validate-record.js";

export type Parameters = Readonly<Record<string, unknown>>;

/** quick: all sources in under a minute; normal: what CI affords; full: as the tolerances ask. */
export type Effort = "quick" | "normal" | "full";

export interface Estimate {
  readonly value: number;
  readonly standardError: number;
  readonly runs: number;
  /** true: the error is in proportion to the true value, which judging takes to be the expected one. */
  readonly isScale?: boolean;
}

/** A figure that the case states as a formula; its tolerance has the law's name. */
export interface Law {
  readonly name: string;
  readonly expected: number;
  readonly estimate: Estimate;
}

export type Outcome =
  | {
      /** By names of the case's `expected`; what it does not expect is left out of the judgement. */
      readonly measures?: Readonly<Record<string, Estimate>>;
      readonly laws?: readonly Law[];
    }
  | { readonly skipped: string };

export interface PublishedSource {
  /** Name of the file in bench/oracle, without .json. */
  readonly id: string;
  /** true: cases for reference are measured too, and shown beside what they say. */
  readonly showsReferences?: boolean;
  measure(parameters: Parameters, effort: Effort): Promise<Outcome>;
}

export interface PublishedCase {
  readonly parameters: Parameters;
  readonly expected: Readonly<Record<string, unknown>>;
  readonly tolerance: Readonly<Record<string, unknown>> | null;
  readonly acceptance: "hard" | "soft" | "reference-only";
}

interface PublishedFile {
  readonly source: Readonly<Record<string, unknown>>;
  readonly cases: readonly PublishedCase[];
}

/** Tolerance of one measure; all parts add up. */
interface Tolerance {
  readonly abs?: number;
  readonly rel?: number;
  /** expected / factor .. expected * factor */
  readonly factor?: number;
  readonly plus_standard_errors?: number;
  /** Standard error of the expected value itself. */
  readonly oracle_se?: number;
}

/** Where a source names no number of standard errors, this many of ours are allowed for. */
const STANDARD_ERRORS = 3;
/** A soft case fails beyond this many times its tolerance. */
const GROSS = 3;

export function readPublished(id: string): PublishedFile {
  const file = join(packageRoot, "bench", "oracle", `${id}.json`);
  return JSON.parse(readFileSync(file, "utf8")) as PublishedFile;
}

/** "Pittel: On Spreading a Rumor, SIAM J. Appl. Math. 1987" as far as the file has it. */
export function citation({ source }: PublishedFile): string {
  const { authors, title, venue, year } = source;
  const text = [authors, title, venue, year].filter((part) => part !== undefined);
  return text.map(String).join("; ");
}

/** Values of the parameters that tell the cases of one source apart. */
export function caseLabel(cases: readonly PublishedCase[], { parameters }: PublishedCase): string {
  const isTelling = (name: string): boolean => {
    const values = cases.map((each) => each.parameters[name]);
    const given = values.filter((value) => value !== undefined);
    return new Set(given.map((value) => JSON.stringify(value))).size > 1;
  };
  const names = Object.keys(parameters);
  const telling = names.filter(isTelling);
  const chosen = telling.length > 0 ? telling : names;
  // Numbers first: they tell cases apart where a narrow table cuts the text.
  const numbers = chosen.filter((name) => typeof parameters[name] !== "string");
  const texts = chosen.filter((name) => typeof parameters[name] === "string");
  return [
    ...numbers.map((name) => `${name} ${JSON.stringify(parameters[name])}`),
    ...texts.map((name) => String(parameters[name])),
  ].join(", ");
}

/** Mean of the samples, as an estimate. */
export function meanOf(samples: readonly number[]): Estimate {
  const { mean, sd } = moments(samples);
  return { value: mean, standardError: sd / Math.sqrt(samples.length), runs: samples.length };
}

/** Standard deviation of the samples; its own error is that of a normal sample. */
export function spreadOf(samples: readonly number[]): Estimate {
  const { sd } = moments(samples);
  const runs = samples.length;
  return { value: sd, standardError: sd / Math.sqrt(2 * runs), runs, isScale: true };
}

/** Share of runs in which something happened; its error stays above zero at 0 and 1 (Agresti, Coull). */
export function shareOf(happened: number, runs: number): Estimate {
  const likely = (happened + 2) / (runs + 4);
  const standardError = Math.sqrt((likely * (1 - likely)) / (runs + 4));
  return { value: happened / runs, standardError, runs };
}

/** A value without sampling error. */
export function exactly(value: number): Estimate {
  return { value, standardError: 0, runs: 1 };
}

function moments(samples: readonly number[]): { mean: number; sd: number } {
  const mean = samples.reduce((sum, value) => sum + value, 0) / samples.length;
  const squares = samples.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, sd: samples.length < 2 ? 0 : Math.sqrt(squares / (samples.length - 1)) };
}

/** Judges what was measured of one case. */
export function judge(
  source: string,
  file: PublishedFile,
  index: number,
  outcome: Outcome,
  elapsedMs: number,
): ValidatedCase {
  const published = file.cases[index]!;
  const { parameters, acceptance } = published;
  const label = caseLabel(file.cases, published);
  const shared = { source, index, label, parameters: { ...parameters }, acceptance, elapsedMs };
  if ("skipped" in outcome) {
    return { ...shared, measures: [], verdict: "skipped", note: outcome.skipped };
  }
  const figures = expectedValues(published).flatMap(({ name, value, tolerance }) => {
    const estimate = outcome.measures?.[name];
    return estimate === undefined ? [] : [judged(name, value, tolerance, estimate, acceptance)];
  });
  const laws = (outcome.laws ?? []).map(({ name, expected, estimate }) =>
    judged(name, expected, toleranceOf(published, name), estimate, acceptance),
  );
  const measures = [...figures, ...laws];
  const verdict = (["fail", "off", "pass"] as const).find((each) =>
    measures.some((measure) => measure.verdict === each),
  );
  return { ...shared, measures, verdict: verdict ?? "shown", note: null };
}

/** A tolerance called "all" is for every measure without one of its own. */
function toleranceOf({ tolerance }: PublishedCase, name: string): Tolerance | undefined {
  const own = tolerance?.[name] ?? tolerance?.all;
  return typeof own === "object" && own !== null ? own : undefined;
}

/** Every number a case expects, with its tolerance; those of a series are numbered. */
function expectedValues(published: PublishedCase): {
  readonly name: string;
  readonly value: number;
  readonly tolerance: Tolerance | undefined;
}[] {
  return Object.entries(published.expected).flatMap(([name, value]) => {
    const rule = toleranceOf(published, name);
    const values: unknown[] = Array.isArray(value) ? value : [value];
    return values.flatMap((each, position) =>
      typeof each === "number"
        ? [
            {
              name: Array.isArray(value) ? `${name}.${position}` : name,
              value: each,
              tolerance: rule,
            },
          ]
        : [],
    );
  });
}

function judged(
  name: string,
  expected: number,
  tolerance: Tolerance | undefined,
  { value, standardError, runs, isScale = false }: Estimate,
  acceptance: PublishedCase["acceptance"],
): ValidatedMeasure {
  const shared = { name, expected, measured: value, standardError, runs };
  if (tolerance === undefined || acceptance === "reference-only") {
    return { ...shared, reach: null, verdict: "shown" };
  }
  const { abs = 0, rel = 0, factor = 1, oracle_se: oracleError = 0 } = tolerance;
  const errors = tolerance.plus_standard_errors ?? STANDARD_ERRORS;
  const ownError = isScale && value > 0 ? (standardError * expected) / value : standardError;
  const reach =
    abs +
    Math.max(rel, factor - 1) * Math.abs(expected) +
    errors * Math.hypot(ownError, oracleError);
  const distance = Math.abs(value - expected);
  if (distance <= reach) return { ...shared, reach, verdict: "pass" };
  const isGross = !(distance <= GROSS * reach);
  return { ...shared, reach, verdict: acceptance === "hard" || isGross ? "fail" : "off" };
}
