/**
 * Published figures as data: reads bench/oracle/*.json and judges means against their tolerances. A mean
 * may be off by `abs` plus so many standard errors, own and the oracle's combined as independent.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { packageRoot } from "../../src/artifacts.js";

export interface OracleCase {
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly expected: Readonly<Record<string, number>>;
  readonly tolerance: Readonly<Record<string, Tolerance | number>>;
  readonly acceptance: "hard" | "soft" | "reference-only";
}

interface Tolerance {
  readonly abs?: number;
  readonly rel?: number;
  readonly plus_standard_errors?: number;
  readonly oracle_se?: number;
}

export function oracleCases(source: string): OracleCase[] {
  const file = join(packageRoot, "bench", "oracle", `${source}.json`);
  return (JSON.parse(readFileSync(file, "utf8")) as { cases: OracleCase[] }).cases;
}

/** `n` of a case; "1e4 or more" reads as 10000. */
export function nodesOf({ parameters }: OracleCase): number {
  return parseFloat(String(parameters.n));
}

export function label({ parameters }: OracleCase): string {
  const names = { mode: "", protocol: "", n: "n=", f: "f=", c: "c=", delivery_probability: "p=" };
  return Object.entries(names)
    .filter(([name]) => parameters[name] !== undefined)
    .map(([name, prefix]) => `${prefix}${JSON.stringify(parameters[name]).replaceAll('"', "")}`)
    .join(", ");
}

export function moments(samples: readonly number[]): { mean: number; sd: number; se: number } {
  const mean = samples.reduce((sum, value) => sum + value, 0) / samples.length;
  const squares = samples.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const sd = Math.sqrt(squares / (samples.length - 1));
  return { mean, sd, se: sd / Math.sqrt(samples.length) };
}

/** Asserts that the mean of `samples` meets the case's tolerance for `measure`. */
export function expectMean(oracle: OracleCase, measure: string, samples: readonly number[]): void {
  const expected = oracle.expected[measure]!;
  const {
    abs = 0,
    rel = 0,
    plus_standard_errors: errors,
    oracle_se: oracleSe = 0,
  } = oracle.tolerance[measure] as Tolerance;
  const { mean, se } = moments(samples);
  // Where the case names no standard errors the runs must suffice by themselves: three are allowed for.
  const reach = abs + rel * Math.abs(expected) + (errors ?? 3) * Math.hypot(se, oracleSe);
  const detail = `${label(oracle)}: ${measure} ${mean.toFixed(4)} (se ${se.toFixed(4)}, ${samples.length} runs)`;
  expect(
    Math.abs(mean - expected),
    `${detail}, expected ${expected} +- ${reach.toFixed(4)}`,
  ).toBeLessThanOrEqual(reach);
}

/** Asserts the standard deviation, when the runs suffice: its standard error is sd / sqrt(2 runs). */
export function expectSpread(
  oracle: OracleCase,
  measure: string,
  samples: readonly number[],
): void {
  const expected = oracle.expected[measure];
  const tolerance = oracle.tolerance[measure] as Tolerance | undefined;
  if (expected === undefined || tolerance === undefined) return;
  const { sd } = moments(samples);
  const sampling = (3 * expected) / Math.sqrt(2 * samples.length);
  const reach = (tolerance.rel ?? 0) * expected + sampling;
  expect(
    Math.abs(sd - expected),
    `${label(oracle)}: ${measure} ${sd.toFixed(4)}`,
  ).toBeLessThanOrEqual(reach);
}
