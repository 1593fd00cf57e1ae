/** Scuttlebutt reconciliation; the portable steps are assembly/protocols/chitchat-scuttlebutt.ts. */
import {
  defineProtocol,
  type Measures,
  type ParameterSpec,
  type ProtocolSettings,
} from "../protocol.js";
import { arrivalFields, arrivalMeasures, threshold, windowSize } from "../shared/arrivals.js";
import { contactTraffic, fanout } from "../shared/rumor.js";
import { DATAGRAM_BYTES, whole } from "../shared/swim.js";

const SHARDS_MAX = 256;
const WRITERS_MAX = 32;
/** Largest payload of a UDP packet over IPv4. */
const UDP_BYTES_MAX = 65_507;
const CELLS = ["covered", "live", "behind", "pairsBehind", "mostBehind"] as const;
const TALLIES = ["entries", "wasted", "full"] as const;

const parameters = {
  writers: {
    ...whole(
      "nodes that write, each its own keys, and whose heartbeats are followed",
      [16, 1, WRITERS_MAX],
      "nodes",
    ),
    distinctPeers: true,
  },
  fanout: { ...fanout, description: "peers a node sends its digest to in a round", default: 3 },
  writesPerRound: {
    description: "keys that a writer sets in a round",
    ...{ default: 4, min: 0.001, max: 60, integer: false, unit: "keys" },
  },
  writeRounds: whole("rounds in which writers write", [30, 1, 1000], "rounds"),
  order: {
    description: "who comes first in a full packet: the furthest behind, or all a little",
    ...{ default: 0, min: 0, max: 1, integer: true, unit: "" },
    choices: ["depth", "breadth"],
  },
  packetBytes: whole("room for entries in a packet", [UDP_BYTES_MAX, 1400, 1_048_576], "bytes"),
  entryBytes: whole("a key, its value and its version", [100, 8, 1400], "bytes"),
  digestBytes: whole("a node in a digest", [40, 0, 1000], "bytes"),
  threshold,
  initialInterval: {
    description: "mean interval between heartbeats before any was seen",
    ...{ default: 5, min: 0.1, max: 60, integer: false, unit: "periods" },
  },
  longestInterval: {
    description: "longest interval that counts",
    ...{ default: 10, min: 0.5, max: 16, integer: false, unit: "periods" },
  },
  windowSize,
} satisfies Record<string, ParameterSpec>;

const arrivals = arrivalMeasures({
  cells: [
    ...CELLS.map((name) => ({ name, combine: name === "mostBehind" ? "max" : "sum" }) as const),
    ...TALLIES.map((name) => ({ name, combine: "sum" as const })),
  ],
  derive(cells, { nodes, parameters: given }) {
    const [, live = 0, behind = 0, pairsBehind = 0, mostBehind = 0] = cells;
    const [entries = 0, wasted = 0, full = 0] = cells.slice(CELLS.length);
    const pairs = live * (given[Object.keys(parameters).indexOf("writers")] ?? 1);
    return {
      versionsBehindMean: pairs === 0 ? 0 : behind / pairs,
      versionsBehindMax: mostBehind,
      pairsBehindShare: pairs === 0 ? 0 : pairsBehind / pairs,
      entriesPerNode: entries / nodes,
      wastedPerNode: wasted / nodes,
      fullPacketsPerNode: full / nodes,
    };
  },
  summary(series) {
    const values = (name: string): readonly number[] => series[name] ?? [];
    const behind = values("versionsBehindMean");
    return {
      // A rate by hour would need the length of a step, which on a round clock is another.
      falseDownsPerPairHour: null,
      versionsBehindMean: behind.reduce((sum, v) => sum + v, 0) / Math.max(1, behind.length),
      versionsBehindMax: values("versionsBehindMax").reduce((most, v) => Math.max(most, v), 0),
      entriesPerNode: values("entriesPerNode").at(-1) ?? 0,
      wastedPerNode: values("wastedPerNode").at(-1) ?? 0,
      fullPacketsPerNode: values("fullPacketsPerNode").at(-1) ?? 0,
    };
  },
});
/** Coverage is of versions, not of beliefs. */
const measures: Measures = {
  ...arrivals,
  covered: arrivals.cells.findIndex(({ name }) => name === "covered"),
};

export const chitchatScuttlebutt = defineProtocol({
  id: "chitchat-scuttlebutt",
  title: "Scuttlebutt as chitchat has it",
  summary: "digests of versions by writer; what lacks comes in packets that may not hold it all",
  source: "van Renesse, Dumitriu, Gough, Thomas 2008; Quickwit's chitchat",
  symbol: "scuttlebutt",
  parameters,
  clocks: ["round", "event"],
  roundTicks: 3,
  rests: () => true,
  payloadWords: ({ writers = 1 }) => Math.ceil(writers / 2) + 2 * writers,
  outsideDomain: ({ nodes, parameters: { digestBytes = 0 } }) =>
    nodes * digestBytes > UDP_BYTES_MAX
      ? `a digest of ${nodes} nodes fills more than one packet of ${UDP_BYTES_MAX} bytes`
      : undefined,
  fields: ({ nodes, parameters: { writers = 1 }, ...settings }: ProtocolSettings) => [
    ...arrivalFields({ ...settings, nodes, parameters: { subjects: writers } }),
    {
      ...{ name: "versions", type: "u32", count: nodes * writers, digest: true },
      meaning: "the version of each writer that a node has",
    },
    {
      ...{ name: "work", type: "u32", count: SHARDS_MAX * 2 * writers, shared: true },
      meaning: "what the message at hand brings, by shard",
    },
    {
      ...{ name: "entryTallies", type: "f64", count: SHARDS_MAX * TALLIES.length, shared: true },
      meaning: "entries sent, those already there, packets that could not hold all",
    },
  ],
  traffic: (settings) => contactTraffic(settings),
  measures,
  wireBytes: () => ({ rumor: DATAGRAM_BYTES, control: DATAGRAM_BYTES }),
});
