/** Size and sum by a sketch; the portable steps are assembly/protocols/sketch.ts. */
import { defineProtocol } from "../protocol.js";
import { initial, vectorBytes } from "../shared/aggregation.js";
import { contactTraffic } from "../shared/rumor.js";

/** A cell for each variate; beyond this averaging is the better way. */
const VARIATES_MAX = 256;
type Cells = [number, number, number, number, number, number, number];

export const sketch = defineProtocol({
  id: "sketch",
  title: "Sketch of size or sum",
  summary: "nodes spread the smallest of random variates, which tell how many drew them",
  source: "Mosk-Aoyama, Shah 2006, Computing Separable Functions via Gossip",
  symbol: "sketch",
  parameters: {
    variates: {
      description:
        "exponential variates each node draws; the error is about 1 / sqrt(variates - 2)",
      default: 64,
      min: 3,
      max: VARIATES_MAX,
      integer: true,
      unit: "variates",
    },
    aggregate: {
      description: "what is estimated: the number of nodes, or the sum of their values",
      default: 0,
      min: 0,
      max: 1,
      integer: true,
      unit: "",
      choices: ["count", "sum"],
    },
    initial,
  },
  clocks: ["round", "event"],
  roundTicks: 2,
  payloadWords: ({ variates = VARIATES_MAX }) => variates,
  fields: ({ nodes, parameters: { variates = VARIATES_MAX } }) => [
    {
      name: "inverses",
      type: "u32",
      count: nodes * variates,
      meaning: "floats: 1 over the smallest variate heard of, 0 = none",
      digest: true,
    },
    { name: "total", type: "f64", count: nodes, meaning: "sum of the smallest, 0 = not all known" },
  ],
  traffic: contactTraffic,
  measures: {
    cells: [
      { name: "converged", combine: "sum" },
      { name: "estimates", combine: "sum" },
      { name: "squares", combine: "sum" },
      { name: "least", combine: "min" },
      { name: "most", combine: "max" },
      { name: "values", combine: "sum" },
      { name: "living", combine: "sum" },
      ...Array.from({ length: VARIATES_MAX }, (_, index) => ({
        name: `largest${index}`,
        combine: "max" as const,
      })),
    ],
    derive(cells, first) {
      const [converged, estimates, squares, least, most, , living] = cells as unknown as Cells;
      const [, , , , , truth] = first as unknown as Cells;
      // The first figures were taken around 0, all later ones around the truth.
      const square =
        cells === first ? squares - 2 * truth * estimates + living * truth * truth : squares;
      return {
        convergedShare: converged / living,
        estimateMean: estimates / living,
        estimateMin: least,
        estimateMax: most,
        errorRelative: estimates / living / truth - 1,
        errorRelativeRms: Math.sqrt(Math.max(0, square) / living) / truth,
      };
    },
    summary: ({ errorRelative = [], errorRelativeRms = [] }) => ({
      errorRelative: errorRelative.at(-1) ?? null,
      errorRelativeRms: errorRelativeRms.at(-1) ?? null,
    }),
  },
  wireBytes: ({ variates = VARIATES_MAX }) => vectorBytes(4 * variates),
});
