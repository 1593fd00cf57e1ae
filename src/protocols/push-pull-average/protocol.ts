/** Push-pull averaging; the portable steps are assembly/protocols/push-pull-average.ts. */
import { defineProtocol } from "../protocol.js";
import { factorPerRound, initial, tolerance, valueBytes } from "../shared/aggregation.js";
import { contactTraffic } from "../shared/rumor.js";

export const pushPullAverage = defineProtocol({
  id: "push-pull-average",
  title: "Push-pull averaging",
  summary: "two nodes in contact both take their mean; also the largest or smallest value",
  source: "Jelasity, Montresor, Babaoglu 2005, Gossip-Based Aggregation in Large Dynamic Networks",
  symbol: "pushPullAverage",
  parameters: {
    initial,
    aggregate: {
      description: "what two nodes in contact keep: their mean, the larger or the smaller value",
      default: 0,
      min: 0,
      max: 2,
      integer: true,
      unit: "",
      choices: ["average", "max", "min"],
    },
    tolerance,
    failedExchanges: {
      description: "probability that an exchange fails whole, before either node changes",
      default: 0,
      min: 0,
      max: 0.99,
      integer: false,
      unit: "",
    },
  },
  clocks: ["round", "event"],
  roundTicks: 2,
  payloadWords: 2,
  fields: ({ nodes }) => [
    { name: "value", type: "f64", count: nodes, meaning: "the node's estimate", digest: true },
  ],
  traffic: contactTraffic,
  measures: {
    cells: [
      { name: "within", combine: "sum" },
      { name: "sums", combine: "sum" },
      { name: "offsets", combine: "sum" },
      { name: "squares", combine: "sum" },
      { name: "least", combine: "min" },
      { name: "most", combine: "max" },
    ],
    derive(cells, first, { nodes }) {
      const [, sums, offsets, squares, least, most] = cells as Cells;
      const [, firstSums] = first as Cells;
      return {
        estimateMean: sums / nodes,
        estimateMin: least,
        estimateMax: most,
        variance: Math.max(0, squares - (offsets * offsets) / nodes) / (nodes - 1),
        sumDrift: sums / firstSums - 1,
        // With a peak of 1 as first values the inverse of an estimate is the number of nodes.
        sizeMean: nodes / sums,
      };
    },
    summary: ({ variance = [], sumDrift = [], sizeMean = [] }) => ({
      varianceFactor: factorPerRound(variance),
      variance: variance.at(-1) ?? null,
      sumDrift: sumDrift.at(-1) ?? null,
      sizeMean: sizeMean.at(-1) ?? null,
    }),
  },
  wireBytes: () => valueBytes(1),
});

type Cells = [number, number, number, number, number, number];
