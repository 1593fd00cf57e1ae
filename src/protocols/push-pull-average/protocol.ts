/** Push-pull averaging; the portable steps are assembly/protocols/push-pull-average.ts. */
import { InputError } from "../../errors.js";
import {
  defineProtocol,
  type Protocol,
  type ProtocolSettings,
  type TrafficBounds,
} from "../protocol.js";
import {
  factorPerRound,
  initial,
  meanOfLaterHalf,
  tolerance,
  valueBytes,
} from "../shared/aggregation.js";
import { contactTraffic } from "../shared/rumor.js";

/** A matching pairs any two nodes, so it needs the complete graph. */
function traffic(settings: ProtocolSettings): TrafficBounds {
  if (settings.edges > 0 && settings.parameters.pairing === 1) {
    throw new InputError(
      "pairing matching needs the complete graph; use pairing peers on a topology",
    );
  }
  return contactTraffic(settings);
}

/** Estimates are values, or with epochs the results of the last one, which are the first values at first. */
function fields({ nodes, parameters }: ProtocolSettings): ReturnType<Protocol["fields"]> {
  const count = (parameters.epochRounds ?? 0) > 0 ? nodes : 0;
  return [
    { name: "value", type: "f64", count: nodes, meaning: "the node's estimate", digest: true },
    { name: "epoch", type: "u32", count, meaning: "epoch that the value belongs to" },
    { name: "result", type: "f64", count, meaning: "estimate of the epoch before", digest: true },
  ];
}

/** Sum of squared distances of the estimates from the truth. */
function missesOf(cells: Cells, isFirst: boolean, nodes: number, aggregate: number): number {
  const [, sums, offsets, squares, least, most, , , misses, living] = cells;
  if (!isFirst) return misses;
  // The first figures were taken before the truth was known, around 0.
  const truth = [sums / nodes, most, least][aggregate]!;
  const all = Math.max(0, squares - 2 * truth * offsets + nodes * truth * truth);
  return (all * living) / nodes;
}

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
    pairing: {
      description:
        "whom a node calls: a drawn peer, or its partner in a perfect matching of all nodes",
      default: 0,
      min: 0,
      max: 1,
      integer: true,
      unit: "",
      choices: ["peers", "matching"],
    },
    epochRounds: {
      description: "rounds after which all nodes begin anew with their input; 0 = never",
      default: 0,
      min: 0,
      max: 65_535,
      integer: true,
      unit: "rounds",
    },
    drift: {
      description: "by how much the inputs of all nodes grow in each round",
      default: 0,
      min: 0,
      max: 1_000_000,
      integer: false,
      unit: "",
    },
  },
  clocks: ["round", "event"],
  roundTicks: 2,
  payloadWords: 2,
  fields,
  traffic,
  measures: {
    cells: [
      { name: "within", combine: "sum" },
      { name: "sums", combine: "sum" },
      { name: "offsets", combine: "sum" },
      { name: "squares", combine: "sum" },
      { name: "least", combine: "min" },
      { name: "most", combine: "max" },
      { name: "due", combine: "sum" },
      { name: "shown", combine: "sum" },
      { name: "misses", combine: "sum" },
      { name: "living", combine: "sum" },
    ],
    derive(cells, first, { nodes, parameters }) {
      const [, sums, offsets, squares, least, most, due, shown, , living] = cells as Cells;
      const [, firstSums] = first as Cells;
      const misses = missesOf(cells as Cells, cells === first, nodes, parameters[1]!);
      return {
        estimateMean: shown / living,
        estimateMin: least,
        estimateMax: most,
        variance: Math.max(0, squares - (offsets * offsets) / nodes) / (nodes - 1),
        sumDrift: (sums - due) / firstSums - 1,
        // With a peak of 1 as first values the inverse of an estimate is the number of nodes.
        sizeMean: living / shown,
        trackingError: Math.sqrt(misses / living),
      };
    },
    summary: ({ variance = [], sumDrift = [], sizeMean = [], trackingError = [] }) => ({
      varianceFactor: factorPerRound(variance),
      variance: variance.at(-1) ?? null,
      sumDrift: sumDrift.at(-1) ?? null,
      sizeMean: sizeMean.at(-1) ?? null,
      trackingError: meanOfLaterHalf(trackingError),
    }),
  },
  wireBytes: () => valueBytes(1),
});

type Cells = [number, number, number, number, number, number, number, number, number, number];
