/** hyperfine, `--export-json` (sharkdp/hyperfine): whole processes, seconds. */
import { z } from "zod";
import { InputError } from "../../errors.js";
import { checked, fromSamples, type Found } from "./bench.js";

const file = z.object({
  results: z
    .array(
      z.object({
        command: z.string().min(1),
        times: z.array(z.number().positive()).min(1),
        exit_codes: z.array(z.int().nullable()).optional(),
        parameters: z.record(z.string(), z.string()).optional(),
      }),
    )
    .min(1),
});

export function readHyperfine(name: string, value: unknown): Found {
  const { results } = checked(name, file, value);
  return {
    tool: "hyperfine",
    benches: results.map(({ command, times, exit_codes: codes = [] }) => {
      // Time of a command that failed is the time to a failure.
      const bad = codes.find((code) => code !== 0);
      if (bad !== undefined) throw new InputError(`${name}: ${command} ended with ${bad}`);
      return fromSamples(
        command,
        times.map((seconds) => seconds * 1e9),
      );
    }),
  };
}
