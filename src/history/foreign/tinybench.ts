/**
 * tinybench and what stands on it: a list of tasks (name and result, as tinybench 3 to 6 has them), vitest 1 to 4
 * (`vitest bench --outputJson`) and vitest 5 (`vitest bench --reporter=json`). Milliseconds; calls timed one by one.
 */
import { z } from "zod";
import { InputError } from "../../errors.js";
import { checked, fromSamples, type ForeignBench, type Found } from "./bench.js";

const milliseconds = z.number().min(0);

/** Names differ between versions: sd and samplesCount, p50 or median, samples kept or not. */
const latency = z.object({
  mean: z.number().positive(),
  sd: z.number().min(0),
  min: milliseconds,
  max: milliseconds,
  p50: milliseconds.optional(),
  median: milliseconds.optional(),
  samples: z.array(milliseconds).nullish(),
  samplesCount: z.int().min(1).optional(),
  sampleCount: z.int().min(1).optional(),
});

type Latency = z.infer<typeof latency>;

const named = z.object({ name: z.string().min(1) });
const task = z.union([named.extend({ latency }), named.extend({ result: z.object({ latency }) })]);

export function readTinybench(name: string, value: unknown): Found {
  const tasks = checked(name, z.array(task).min(1), value);
  return {
    tool: "tinybench",
    benches: tasks.map((each) =>
      benchOf(name, each.name, "latency" in each ? each.latency : each.result.latency),
    ),
  };
}

const outputJson = z.object({
  files: z.array(
    z.object({
      groups: z.array(
        z.object({ fullName: z.string(), benchmarks: z.array(latency.extend(named.shape)) }),
      ),
    }),
  ),
});

/** vitest 1 to 4. */
export function readVitestOutput(name: string, value: unknown): Found {
  const groups = checked(name, outputJson, value).files.flatMap((each) => each.groups);
  const benches = groups.flatMap(({ fullName, benchmarks }) =>
    benchmarks.map((each) => benchOf(name, `${fullName} > ${each.name}`, each)),
  );
  return { tool: "vitest", benches };
}

const reported = z.object({
  startTime: z.number().optional(),
  testResults: z.array(
    z.object({
      assertionResults: z.array(
        z.object({
          fullName: z.string(),
          benchmarks: z.array(z.object({ tasks: z.array(named.extend({ latency })) })).default([]),
        }),
      ),
    }),
  ),
});

/** vitest 5. */
export function readVitestReport(name: string, value: unknown): Found {
  const { startTime, testResults } = checked(name, reported, value);
  const tests = testResults.flatMap((each) => each.assertionResults);
  const benches = tests.flatMap(({ fullName, benchmarks }) =>
    benchmarks.flatMap(({ tasks }) =>
      tasks.map((each) => benchOf(name, `${fullName} > ${each.name}`, each.latency)),
    ),
  );
  const createdAt = startTime === undefined ? null : isoDate(name, startTime);
  return { tool: "vitest", createdAt, benches };
}

function isoDate(name: string, ms: number): string {
  // Beyond this Date has no text.
  if (Math.abs(ms) > 8.64e15) throw new InputError(`${name}: startTime is no time`);
  return new Date(ms).toISOString();
}

function benchOf(name: string, id: string, found: Latency): ForeignBench {
  const samples = found.samples ?? [];
  // A clock that is too coarse gives zeros: their figures stand, but no sample of them.
  if (samples.length > 0 && samples.every((ms) => ms > 0)) {
    return fromSamples(
      id,
      samples.map((ms) => ms * 1e6),
    );
  }
  const count = found.samplesCount ?? found.sampleCount ?? samples.length;
  if (count === 0) throw new InputError(`${name}: ${id} tells no number of samples`);
  const median = found.p50 ?? found.median ?? 0;
  return {
    ...{ id, samplesNs: [], count, meanNs: found.mean * 1e6, stddevNs: found.sd * 1e6 },
    medianNs: median > 0 ? median * 1e6 : null,
    minNs: found.min * 1e6,
    maxNs: found.max > 0 ? found.max * 1e6 : null,
  };
}
