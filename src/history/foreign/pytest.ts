/** pytest-benchmark, `--benchmark-json`: seconds; samples only with `--benchmark-save-data` or in plain JSON. */
import { z } from "zod";
import { checked, fromSamples, type ForeignBench, type Found } from "./bench.js";

const seconds = z.number().positive();

const stats = z.object({
  min: seconds,
  max: seconds,
  mean: seconds,
  median: seconds,
  stddev: z.number().min(0),
  rounds: z.int().min(1),
  data: z.array(seconds).optional(),
});

const file = z.object({
  machine_info: z.object({ cpu: z.object({ brand_raw: z.string().optional() }).optional() }),
  datetime: z.string().optional(),
  benchmarks: z.array(z.object({ fullname: z.string(), stats })).min(1),
});

export function readPytest(name: string, value: unknown): Found {
  const { machine_info: machine, datetime, benchmarks } = checked(name, file, value);
  return {
    tool: "pytest-benchmark",
    createdAt: datetime,
    machine: machine.cpu?.brand_raw,
    benches: benchmarks.map(({ fullname, stats: found }): ForeignBench => {
      const { data = [] } = found;
      if (data.length > 0)
        return fromSamples(
          fullname,
          data.map((each) => each * 1e9),
        );
      return {
        ...{ id: fullname, samplesNs: [], count: found.rounds, meanNs: found.mean * 1e9 },
        stddevNs: found.rounds > 1 ? found.stddev * 1e9 : null,
        ...{ medianNs: found.median * 1e9, minNs: found.min * 1e9, maxNs: found.max * 1e9 },
      };
    }),
  };
}
