/**
 * Google Benchmark, `--benchmark_format=json` (google/benchmark docs/user_guide.md, "Output Formats"): repetitions of
 * a benchmark are its samples; where only aggregates were kept, those stand.
 */
import { z } from "zod";
import { InputError } from "../../errors.js";
import { checked, fromSamples, nsOf, type ForeignBench, type Found } from "./bench.js";

const entry = z.object({
  name: z.string(),
  run_name: z.string().optional(),
  run_type: z.enum(["iteration", "aggregate"]).default("iteration"),
  aggregate_name: z.string().optional(),
  repetitions: z.int().min(0).optional(),
  error_occurred: z.boolean().optional(),
  error_message: z.string().optional(),
  real_time: z.number().optional(),
  time_unit: z.string().default("ns"),
});

const file = z.object({
  context: z.object({
    date: z.string().optional(),
    host_name: z.string().optional(),
    num_cpus: z.number().optional(),
    mhz_per_cpu: z.number().optional(),
  }),
  benchmarks: z.array(entry).min(1),
});

type Entry = z.infer<typeof entry>;

export function readGoogle(name: string, value: unknown): Found {
  const { context, benchmarks } = checked(name, file, value);
  const groups = Map.groupBy(benchmarks, (each) => each.run_name ?? each.name);
  const { num_cpus: cores, mhz_per_cpu: mhz } = context;
  return {
    tool: "Google Benchmark",
    createdAt: context.date,
    machine: cores === undefined || mhz === undefined ? null : `${cores} CPUs of ${mhz} MHz`,
    benches: [...groups].map(([id, entries]) => benchOf(name, id, entries)),
  };
}

function benchOf(name: string, id: string, entries: readonly Entry[]): ForeignBench {
  const place = `${name}: ${id}`;
  const failed = entries.find((each) => each.error_occurred === true);
  if (failed !== undefined) throw new InputError(`${place}: ${failed.error_message ?? "failed"}`);
  const runs = entries.filter((each) => each.run_type === "iteration");
  if (runs.length > 0)
    return fromSamples(
      id,
      runs.map((each) => timeOf(place, each)),
    );
  const aggregate = (kind: string): number | null => {
    const found = entries.find((each) => each.aggregate_name === kind);
    return found === undefined ? null : timeOf(place, found);
  };
  const meanNs = aggregate("mean");
  if (meanNs === null) throw new InputError(`${place} has neither runs nor a mean`);
  return {
    ...{ id, samplesNs: [], count: Math.max(1, entries[0]!.repetitions ?? 1), meanNs },
    ...{ stddevNs: aggregate("stddev"), medianNs: aggregate("median"), minNs: null, maxNs: null },
  };
}

function timeOf(place: string, { real_time: time, time_unit: unit }: Entry): number {
  if (time === undefined) throw new InputError(`${place} has no real_time`);
  return time * nsOf(place, unit);
}
