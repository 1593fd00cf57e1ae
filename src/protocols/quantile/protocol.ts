/** Quantiles by averaging a histogram; the portable steps are assembly/protocols/quantile.ts. */
import { defineProtocol } from "../protocol.js";
import { initial, tolerance, vectorBytes } from "../shared/aggregation.js";
import { contactTraffic } from "../shared/rumor.js";

/** A cell for each bin. */
const BINS_MAX = 128;
/** Cells before those of the bins. */
const OWN_CELLS = 6;
type Cells = [number, number, number, number, number, number];

export const quantile = defineProtocol({
  id: "quantile",
  title: "Quantile of a histogram",
  summary: "two nodes in contact average their histograms; each reads a quantile from its own",
  source: "push-pull averaging (Jelasity, Montresor, Babaoglu 2005), once for each bin",
  symbol: "quantile",
  parameters: {
    bins: {
      description: "bins of equal width from 0 to 1; the quantile is off by at most one",
      default: 32,
      min: 2,
      max: BINS_MAX,
      integer: true,
      unit: "bins",
    },
    level: {
      description: "share of the values that lie below what is estimated; 0.5 = the median",
      default: 0.5,
      min: 0.001,
      max: 0.999,
      integer: false,
      unit: "",
    },
    initial,
    skew: {
      description: "power to which the first values are raised: more makes small values common",
      default: 1,
      min: 1,
      max: 16,
      integer: true,
      unit: "",
    },
    tolerance,
  },
  clocks: ["round", "event"],
  roundTicks: 2,
  payloadWords: ({ bins = BINS_MAX }) => 2 * bins,
  fields: ({ nodes, parameters: { bins = BINS_MAX } }) => [
    {
      name: "shares",
      type: "f64",
      count: nodes * bins,
      meaning: "share of the nodes in each bin, as the node has it",
      digest: true,
    },
  ],
  traffic: contactTraffic,
  measures: {
    cells: [
      { name: "within", combine: "sum" },
      { name: "defined", combine: "sum" },
      { name: "estimates", combine: "sum" },
      { name: "squares", combine: "sum" },
      { name: "least", combine: "min" },
      { name: "most", combine: "max" },
      ...Array.from({ length: BINS_MAX }, (_, index) => ({
        name: `bin${index}`,
        combine: "sum" as const,
      })),
    ],
    derive(cells, first, { nodes, parameters }) {
      const [, defined, estimates, squares, least, most] = cells as unknown as Cells;
      const truth = quantileOf(first.slice(OWN_CELLS), parameters[0]!, parameters[1]!);
      // The first figures were taken around 0, all later ones around the truth.
      const square =
        cells === first ? squares - 2 * truth * estimates + defined * truth * truth : squares;
      return {
        estimateMean: estimates / defined,
        estimateMin: least,
        estimateMax: most,
        errorRms: Math.sqrt(Math.max(0, square) / defined),
        massDrift: cells.slice(OWN_CELLS).reduce((sum, mass) => sum + mass, 0) / nodes - 1,
      };
    },
    summary: ({ estimateMean = [], errorRms = [], massDrift = [] }) => ({
      estimateMean: estimateMean.at(-1) ?? null,
      errorRms: errorRms.at(-1) ?? null,
      massDrift: massDrift.at(-1) ?? null,
    }),
  },
  wireBytes: ({ bins = BINS_MAX }) => vectorBytes(8 * bins),
});

/** The quantile of a histogram from 0 to 1, interpolated within its bin. */
function quantileOf(sums: readonly number[], bins: number, level: number): number {
  const shares = sums.slice(0, bins);
  const wanted = level * shares.reduce((total, share) => total + share, 0);
  let below = 0;
  for (const [bin, share] of shares.entries()) {
    if (share > 0 && below + share >= wanted) return (bin + (wanted - below) / share) / bins;
    below += share;
  }
  return 1;
}
