/** A versioned configuration; the portable steps are assembly/protocols/config-spread.ts. */
import {
  defineProtocol,
  type Measures,
  type ParameterSpec,
  type ProtocolSettings,
} from "../protocol.js";
import { contactTraffic, fanout } from "../shared/rumor.js";
import { whole } from "../shared/swim.js";

const ROW_WORDS = 4;
const SHARDS_MAX = 256;
const TALLIES = ["chunks", "wasted"] as const;
const CELLS = [
  ...["done", "live", "behind", "oneBehind", "moreBehind", "versionsBehind", "onBad"],
  ...["oldest", "newest"],
] as const;
/** IPv4, UDP, kind, sender, revision, chunks held. */
const HEADER_BYTES = 28 + 20;

function share(description: string, byDefault: number): ParameterSpec {
  return { description, default: byDefault, min: 0, max: 1, integer: false, unit: "" };
}
const rounds = (description: string, byDefault: number): ParameterSpec => ({
  ...{ description, default: byDefault, min: 1, max: 100_000, integer: false, unit: "rounds" },
});

const parameters = {
  fanout: { ...fanout, description: "peers called in a round" },
  method: {
    description: "push the whole payload, or exchange what each has and send what lacks",
    ...{ default: 1, min: 0, max: 1, integer: true, unit: "" },
    choices: ["push", "exchange"],
  },
  activeRounds: whole("push: rounds in which a node passes a revision on", [4, 1, 1000], "rounds"),
  payloadBytes: whole("size of the configuration", [65_536, 0, 16_777_216], "bytes"),
  chunks: whole("pieces of the payload", [1, 1, 32], "pieces"),
  chunksPerMessage: whole("pieces that one message brings", [8, 1, 32], "pieces"),
  changes: whole("changes, one after the other", [1, 1, 10_000], "changes"),
  changeRounds: rounds("rounds from one change to the next", 40),
  writers: whole("nodes that publish changes in turn, spread over the ids", [1, 1, 64], "nodes"),
  canaryShare: share("share of the nodes that try a change before the others; 1 = all at once", 1),
  canaryRounds: rounds("rounds until a change that is tried is promoted or rolled back", 20),
  badChange: whole("number of the change that is bad; 0 = none is", [0, 0, 10_000], ""),
} satisfies Record<string, ParameterSpec>;

const measures: Measures = {
  cells: [
    ...CELLS.map((name) => ({
      name,
      combine:
        name === "oldest"
          ? ("min" as const)
          : name === "newest"
            ? ("max" as const)
            : ("sum" as const),
    })),
    ...TALLIES.map((name) => ({ name, combine: "sum" as const })),
  ],
  derive(cells, _, { parameters: given, nodes }) {
    const [, live = 0, behind = 0, oneBehind = 0, moreBehind = 0, versions = 0] = cells;
    const [onBad = 0, oldest = 0, newest = 0, sent = 0, wasted = 0] = cells.slice(6);
    const chunks = given[Object.keys(parameters).indexOf("chunks")] ?? 1;
    return {
      behindShare: live === 0 ? 0 : behind / live,
      oneBehindShare: live === 0 ? 0 : oneBehind / live,
      moreBehindShare: live === 0 ? 0 : moreBehind / live,
      versionsBehindMean: live === 0 ? 0 : versions / live,
      versionSkew: live === 0 ? 0 : newest - oldest,
      onBadNodes: onBad,
      payloadsPerNode: sent / chunks / nodes,
      wastedPerNode: wasted / chunks / nodes,
    };
  },
  summary(series) {
    const values = (name: string): readonly number[] => series[name] ?? [];
    const onBad = values("onBadNodes");
    const lastBad = onBad.findLastIndex((count) => count > 0);
    const most = (name: string): number => values(name).reduce((top, v) => Math.max(top, v), 0);
    const behind = values("versionsBehindMean");
    return {
      versionSkewMax: most("versionSkew"),
      versionsBehindMean: behind.reduce((sum, v) => sum + v, 0) / Math.max(1, behind.length),
      onBadNodesMax: most("onBadNodes"),
      onBadNodeSteps: onBad.reduce((sum, count) => sum + count, 0),
      onBadSteps: lastBad < 0 ? 0 : lastBad + 1 - onBad.findIndex((count) => count > 0),
      payloadsPerNode: values("payloadsPerNode").at(-1) ?? 0,
      wastedPerNode: values("wastedPerNode").at(-1) ?? 0,
    };
  },
};

export const configSpread = defineProtocol({
  id: "config-spread",
  title: "Spread of a versioned configuration",
  summary: "nodes run the newest revision they have whole; canaries first, chunks, rollback",
  source: "the hearsay specification of service discovery, section E; rules of Demers et al. 1987",
  symbol: "configSpread",
  parameters,
  clocks: ["round", "event"],
  roundTicks: 3,
  rests: () => true,
  payloadWords: 2,
  fields: ({ nodes }: ProtocolSettings) => [
    {
      ...{ name: "rows", type: "u32", count: nodes * ROW_WORDS, digest: true },
      meaning: "newest revision heard of, chunks of it, revision in force, since when",
    },
    {
      ...{ name: "tallies", type: "f64", count: SHARDS_MAX * TALLIES.length, shared: true },
      meaning: "chunks sent, and those that were not needed",
    },
  ],
  // A call, its answer and what goes back.
  traffic: (settings) => contactTraffic(settings),
  measures,
  wireBytes: () => ({ rumor: HEADER_BYTES, control: HEADER_BYTES }),
});
