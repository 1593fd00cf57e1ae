/** Push-sum; the portable steps are assembly/protocols/push-sum.ts. */
import { defineProtocol } from "../protocol.js";
import { factorPerRound, initial, tolerance, valueBytes } from "../shared/aggregation.js";
import { contactTraffic, fanout } from "../shared/rumor.js";

export const pushSum = defineProtocol({
  id: "push-sum",
  title: "Push-sum",
  summary: "nodes pass on halves of a sum and a weight; their ratio tends to the average",
  source: "Kempe, Dobra, Gehrke 2003, Gossip-Based Computation of Aggregate Information",
  symbol: "pushSum",
  parameters: {
    fanout,
    initial,
    aggregate: {
      description: "what is estimated: the average, the sum, or the number of nodes",
      default: 0,
      min: 0,
      max: 2,
      integer: true,
      unit: "",
      choices: ["average", "sum", "count"],
    },
    tolerance,
  },
  clocks: ["round", "event"],
  roundTicks: 1,
  payloadWords: 4,
  fields: ({ nodes }) => [
    { name: "sum", type: "f64", count: nodes, meaning: "share of the sum", digest: true },
    { name: "weight", type: "f64", count: nodes, meaning: "share of the weight", digest: true },
  ],
  traffic: contactTraffic,
  measures: {
    cells: [
      { name: "within", combine: "sum" },
      { name: "sums", combine: "sum" },
      { name: "weights", combine: "sum" },
      { name: "defined", combine: "sum" },
      { name: "errors", combine: "sum" },
      { name: "squares", combine: "sum" },
      { name: "potential", combine: "sum" },
      { name: "least", combine: "min" },
      { name: "most", combine: "max" },
    ],
    derive(cells, first) {
      const [, sums, weights, defined, errors, squares, potential, least, most] = cells as Cells;
      const [, firstSums, firstWeights] = first as Cells;
      const truth = firstSums / firstWeights;
      // The first figures were taken around 0, all later ones around the truth.
      const isFirst = cells === first;
      const meanError = errors / defined - (isFirst ? truth : 0);
      const meanSquare = isFirst
        ? squares / defined - (2 * truth * errors) / defined + truth * truth
        : squares / defined;
      return {
        estimateMean: truth + meanError,
        estimateMin: least,
        estimateMax: most,
        errorSquareMean: Math.max(0, meanSquare),
        errorRelativeRms: Math.sqrt(Math.max(0, meanSquare)) / Math.abs(truth),
        potential: isFirst ? potential - truth * truth * weights : potential,
        sumDrift: sums / firstSums - 1,
        weightDrift: weights / firstWeights - 1,
      };
    },
    summary: ({ potential = [], errorRelativeRms = [], sumDrift = [], weightDrift = [] }) => ({
      potentialFactor: factorPerRound(potential),
      errorRelativeRms: errorRelativeRms.at(-1) ?? null,
      sumDrift: sumDrift.at(-1) ?? null,
      weightDrift: weightDrift.at(-1) ?? null,
    }),
  },
  wireBytes: () => valueBytes(2),
});

type Cells = [number, number, number, number, number, number, number, number, number];
