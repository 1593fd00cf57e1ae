/**
 * What detectors share that read arrivals of heartbeats: fields, tallies and measures of phi. Field and
 * tally order: assembly/runtime/arrivals.ts.
 */
import type { FieldSpec } from "../../memory/layout.js";
import type { Measures, MeasureSettings, ParameterSpec, ProtocolSettings } from "../protocol.js";
import { believerField, detectorMeasures } from "./detector.js";

/** Most shards of a population; see engine/plan.ts. */
const SHARDS_MAX = 256;
const SHARD_TALLIES = 64;
const PHI_BINS = 48;
const BINS_PER_PHI = 4;
/** Steps of a series in a period, periods of an hour at one second each. */
const STEPS_PER_PERIOD = 10;
const PERIODS_PER_HOUR = 3600;

export const threshold: ParameterSpec = {
  description: "phi above which a subject is believed down",
  default: 8,
  min: 0.1,
  max: 32,
  integer: false,
  unit: "",
};

export const windowSize: ParameterSpec = {
  description: "intervals between arrivals that the mean is taken of",
  default: 1000,
  min: 2,
  max: 1000,
  integer: true,
  unit: "samples",
};

/** The first seven fields of such a model: 10.1 bytes for each pair of node and subject. */
export function arrivalFields({ nodes, parameters }: ProtocolSettings): readonly FieldSpec[] {
  const subjects = parameters.subjects ?? 1;
  const pairs = nodes * subjects;
  const words = nodes * Math.ceil(subjects / 32);
  return [
    believerField(parameters),
    {
      ...{ name: "heard", type: "u32", count: pairs, digest: true },
      meaning: "version known of each subject, and top bits of when it came",
    },
    {
      ...{ name: "heardLow", type: "u16", count: pairs, digest: true },
      meaning: "low bits of when it came",
    },
    {
      ...{ name: "window", type: "u32", count: pairs, digest: true },
      meaning: "count and sum of intervals between arrivals",
    },
    {
      ...{ name: "downs", type: "u32", count: words, digest: true },
      meaning: "subjects that a node believes down, by bit",
    },
    {
      ...{ name: "tallies", type: "f64", count: SHARDS_MAX * SHARD_TALLIES, shared: true },
      meaning: "for each shard: phi of sampled pairs, and the model's own",
    },
    {
      ...{ name: "boots", type: "u8", count: subjects, shared: true },
      meaning: "how often each subject was started, as its disk has it",
    },
  ];
}

const TALLY_CELLS: Measures["cells"] = [
  { name: "pairsSampled", combine: "sum" },
  { name: "meanIntervals", combine: "sum" },
  ...Array.from({ length: PHI_BINS }, (_, bin) => ({ name: `phi${bin}`, combine: "sum" as const })),
];

type Own = Readonly<Record<string, number>>;
type Series = Readonly<Record<string, readonly number[]>>;

/**
 * Measures of a detector by phi: those of every detector, mean interval, quantiles of phi of subjects that
 * are up, and how often such a subject was believed down in an hour of 3600 periods.
 * @param more cells of the model itself, and what to derive from them
 */
export function arrivalMeasures(more: {
  readonly cells: Measures["cells"];
  derive(cells: readonly number[], settings: MeasureSettings): Own;
  summary(series: Series): Readonly<Record<string, number | null>>;
}): Measures {
  const base = detectorMeasures({ cells: [...TALLY_CELLS, ...more.cells], derive: deriveArrivals });
  const first = base.cells.length - more.cells.length;
  return {
    cells: base.cells,
    derive(cells, start, settings) {
      const [observers = 0] = cells;
      const own = more.derive(cells.slice(first), settings);
      const values = base.derive(cells, start, settings);
      const [subjects = 0] = settings.parameters;
      const pairsUp = observers * (subjects - (values.subjectsDown ?? 0));
      return { ...values, pairsUp, ...own };
    },
    summary(series) {
      const { pairsUp = [], phiP99 = [], phiP999 = [] } = series;
      const hours = sum(pairsUp.slice(1)) / STEPS_PER_PERIOD / PERIODS_PER_HOUR;
      return {
        ...base.summary(series),
        noticedMeanSteps: noticedMean(series),
        falseDownsPerPairHour: hours === 0 ? null : (series.falseAlarms?.at(-1) ?? 0) / hours,
        meanInterval: laterMean(series),
        phiP99: phiP99.at(-1) ?? null,
        phiP999: phiP999.at(-1) ?? null,
        ...more.summary(series),
      };
    },
  };
}

/** From the tallies, which only grow: all that was sampled until now. */
function deriveArrivals([pairs = 0, means = 0, ...rest]: readonly number[]): Own {
  const bins = rest.slice(0, PHI_BINS);
  return {
    pairsSampled: pairs,
    meanInterval: pairs === 0 ? 0 : means / pairs,
    phiP50: phiQuantile(bins, 0.5),
    phiP99: phiQuantile(bins, 0.99),
    phiP999: phiQuantile(bins, 0.999),
  };
}

/**
 * Mean steps from the outage of a subject until an observer believes it; null when none was down at the end,
 * or not all who are up had noticed by then.
 */
function noticedMean({ subjectsDown = [], awareShare = [] }: Series): number | null {
  const down = subjectsDown.at(-1) ?? 0;
  if (down === 0 || awareShare.at(-1) !== 1) return null;
  return sum(subjectsDown.map((count, step) => count * (1 - awareShare[step]!))) / down;
}

/** Mean interval in the windows, over the second half of a trial; null when none was looked at. */
function laterMean({ pairsSampled = [], meanInterval = [] }: Series): number | null {
  const last = pairsSampled.length - 1;
  const half = Math.floor(last / 2);
  const total = (step: number): number => pairsSampled[step]! * meanInterval[step]!;
  const pairs = (pairsSampled[last] ?? 0) - (pairsSampled[half] ?? 0);
  return pairs > 0 ? (total(last) - total(half)) / pairs : null;
}

/** Upper edge of the bin in which a share of the samples lies; 0 without samples. */
function phiQuantile(bins: readonly number[], share: number): number {
  let left = share * sum(bins);
  if (left === 0) return 0;
  const bin = bins.findIndex((count) => (left -= count) <= 0);
  return (bin + 1) / BINS_PER_PHI;
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
