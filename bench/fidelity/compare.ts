/** A real system beside its model: means with their errors, and whether they agree. */
import type { ValidatedCase, ValidatedMeasure } from "../../src/history/validate-record.js";
import { meanOf } from "../published/source.js";
import type { Samples } from "./samples.js";

/** Means may differ by this share of the real one, besides sampling error. */
const AGREES_WITHIN = 0.1;
const STANDARD_ERRORS = 3;
/** Beyond this many times what may be, the model is wrong. */
const GROSS = 3;

export interface Comparison {
  readonly source: string;
  readonly label: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly real: Samples;
  readonly model: Samples;
  readonly elapsedMs: number;
}

/** One case; every figure that both sides have is a measure of it. */
export function comparedCase(given: Comparison, index: number): ValidatedCase {
  const { source, label, parameters, real, model, elapsedMs } = given;
  const measures = Object.keys(real)
    .filter((name) => model[name] !== undefined)
    .map((name) => comparedMeasure(name, real[name]!, model[name]!));
  const verdict = (["fail", "off", "pass"] as const).find((each) =>
    measures.some((measure) => measure.verdict === each),
  );
  return {
    ...{ source, index, label, parameters: { ...parameters }, acceptance: "soft", elapsedMs },
    ...{ measures, verdict: verdict ?? "shown", note: null },
  };
}

function comparedMeasure(
  name: string,
  real: readonly number[],
  model: readonly number[],
): ValidatedMeasure {
  const { value: expected, standardError: expectedError } = meanOf(real);
  const { value: measured, standardError, runs } = meanOf(model);
  const reach =
    AGREES_WITHIN * Math.abs(expected) + STANDARD_ERRORS * Math.hypot(expectedError, standardError);
  const distance = Math.abs(measured - expected);
  const verdict = distance <= reach ? "pass" : distance <= GROSS * reach ? "off" : "fail";
  return { name, expected, expectedError, measured, standardError, runs, reach, verdict };
}
