/**
 * What other tools' results have in common. They measured one program after the other, so the order in which
 * times were taken, and with it what the machine did meanwhile, is lost: nothing of it can gate.
 */
import { z } from "zod";
import { InputError } from "../../errors.js";
import { RECORD_SCHEMA } from "../record.js";

const time = z.number().positive();

export const foreignBenchSchema = z.strictObject({
  id: z.string().min(1),
  /** Nanoseconds of one call, one value a sample, as the file has them; empty where it has figures only. */
  samplesNs: z.array(time),
  /** Samples behind the figures, as the tool counts them. */
  count: z.int().min(1),
  meanNs: time,
  /** Of the samples; null where there is one, or the tool does not tell. */
  stddevNs: z.number().min(0).nullable(),
  medianNs: time.nullable(),
  minNs: z.number().min(0).nullable(),
  maxNs: time.nullable(),
});

/** An imported result, as a record of ours keeps it. */
export const foreignRunSchema = z.strictObject({
  schema: z.literal(RECORD_SCHEMA),
  kind: z.literal("import"),
  /** Name of the file it comes from. */
  source: z.string(),
  tool: z.string(),
  createdAt: z.string().nullable(),
  /** Machine as far as the tool tells. */
  machine: z.string().nullable(),
  quality: z.literal("low: order lost"),
  benches: z.array(foreignBenchSchema).min(1),
});

export type ForeignBench = z.infer<typeof foreignBenchSchema>;
export type ForeignRun = z.infer<typeof foreignRunSchema>;

/** What a reader finds in a file. */
export interface Found {
  readonly tool: string;
  readonly createdAt?: string | null | undefined;
  readonly machine?: string | null | undefined;
  readonly benches: readonly ForeignBench[];
}

/** A bench from its samples. @param samplesNs at least one */
export function fromSamples(id: string, samplesNs: readonly number[]): ForeignBench {
  const count = samplesNs.length;
  const meanNs = samplesNs.reduce((sum, ns) => sum + ns, 0) / count;
  const squares = samplesNs.reduce((sum, ns) => sum + (ns - meanNs) ** 2, 0);
  const sorted = samplesNs.toSorted((a, b) => a - b);
  const half = (count - 1) / 2;
  return {
    ...{ id, samplesNs: [...samplesNs], count, meanNs },
    stddevNs: count > 1 ? Math.sqrt(squares / (count - 1)) : null,
    medianNs: (sorted[Math.floor(half)]! + sorted[Math.ceil(half)]!) / 2,
    minNs: sorted[0]!,
    maxNs: sorted.at(-1)!,
  };
}

const NS_OF: Readonly<Record<string, number>> = { ns: 1, us: 1e3, µs: 1e3, ms: 1e6, s: 1e9 };

/** @throws InputError for a unit that is no time */
export function nsOf(place: string, unit: string): number {
  if (Object.hasOwn(NS_OF, unit)) return NS_OF[unit]!;
  throw new InputError(`${place}: the unit must be ${Object.keys(NS_OF).join(", ")}`);
}

/** Checks a part of a file that has fields we do not know, too. @throws InputError, one line */
export function checked<T>(name: string, schema: z.ZodType<T>, value: unknown): T {
  const found = schema.safeParse(value);
  if (found.success) return found.data;
  const { path, message } = found.error.issues[0]!;
  const field = path.length === 0 ? "the file" : path.map(String).join(".");
  throw new InputError(`${name}: ${field}: ${message}`);
}
