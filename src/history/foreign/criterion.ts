/**
 * Criterion.rs in two forms. cargo-criterion's `--message-format=json`: one message a line, of which
 * "benchmark-complete" carries samples (Criterion.rs book, "External Tools"). And the folder target/criterion with
 * NAME/new/{benchmark,estimates,sample}.json, which Criterion.rs calls its own affair; cargo bench writes nothing else.
 */
import { z } from "zod";
import { InputError } from "../../errors.js";
import { checked, fromSamples, nsOf, type ForeignBench, type Found } from "./bench.js";

const message = z.object({
  reason: z.string(),
  id: z.string().optional(),
  iteration_count: z.array(z.number().positive()).optional(),
  measured_values: z.array(z.number().positive()).optional(),
  unit: z.string().optional(),
});

/** @param messages one a line */
export function readCriterionMessages(name: string, messages: readonly unknown[]): Found {
  const benches = messages.flatMap((each, index) => {
    const place = `${name} line ${index + 1}`;
    const found = checked(place, message, each);
    if (found.reason !== "benchmark-complete") return [];
    const { id, iteration_count: calls, measured_values: values, unit } = found;
    if (id === undefined || calls === undefined || values === undefined || unit === undefined) {
      throw new InputError(`${place} lacks id, iteration_count, measured_values or unit`);
    }
    return [benchOf(place, id, calls, values, nsOf(place, unit))];
  });
  return { tool: "Criterion.rs", benches };
}

/** The three files of one benchmark; sample.json may be missing. */
export interface CriterionFiles {
  readonly place: string;
  readonly benchmark: unknown;
  readonly estimates: unknown;
  readonly sample: unknown;
}

const benchmark = z.object({ full_id: z.string() });
const sample = z.object({
  iters: z.array(z.number().positive()),
  times: z.array(z.number().positive()),
});
const estimate = z.object({ point_estimate: z.number() });
const estimates = z.object({ mean: estimate, median: estimate, std_dev: estimate });

export function readCriterionFolder(files: readonly CriterionFiles[]): Found {
  const benches = files.map((each): ForeignBench => {
    const { full_id: id } = checked(each.place, benchmark, each.benchmark);
    if (each.sample !== null) {
      const { iters, times } = checked(each.place, sample, each.sample);
      return benchOf(each.place, id, iters, times, 1);
    }
    const { mean, median, std_dev: spread } = checked(each.place, estimates, each.estimates);
    return {
      ...{ id, samplesNs: [], count: 1, meanNs: mean.point_estimate },
      ...{ stddevNs: spread.point_estimate, medianNs: median.point_estimate },
      ...{ minNs: null, maxNs: null },
    };
  });
  return { tool: "Criterion.rs", benches };
}

function benchOf(
  place: string,
  id: string,
  calls: readonly number[],
  values: readonly number[],
  ns: number,
): ForeignBench {
  if (calls.length !== values.length || calls.length === 0) {
    throw new InputError(`${place}: ${calls.length} counts of calls for ${values.length} times`);
  }
  return fromSamples(
    id,
    values.map((value, index) => (value * ns) / calls[index]!),
  );
}
