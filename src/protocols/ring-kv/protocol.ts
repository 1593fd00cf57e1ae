/** A ring in a gossiped key-value store; the portable steps are assembly/protocols/ring-kv.ts. */
import { defineProtocol, type ParameterSpec, type ProtocolSettings } from "../protocol.js";
import { believerField, detectorMeasures, subjects } from "../shared/detector.js";
import { contactTraffic, fanout } from "../shared/rumor.js";
import { DATAGRAM_BYTES, whole } from "../shared/swim.js";

const SHARDS_MAX = 256;
const ROW_WORDS = 2;
const TALLIES = ["offered", "dropped", "leftOut"] as const;
const STEPS = ["ages", "known", "ghosts", "backlog"] as const;

const parameters = {
  subjects,
  fanout: { ...fanout, description: "nodes gossiped to in an interval", default: 3 },
  gossipInterval: whole(
    "time between two packets; it is the period of the clock",
    [200, 10, 60_000],
    "ms",
  ),
  heartbeatInterval: whole(
    "time between two heartbeats of an instance",
    [5000, 200, 600_000],
    "ms",
  ),
  heartbeatTimeout: whole(
    "age of a heartbeat from which an instance is unhealthy",
    [60_000, 200, 3_600_000],
    "ms",
  ),
  retransmitMult: whole("times the digits of n: packets that carry an entry", [4, 1, 20], "times"),
  pushPullInterval: whole(
    "time between exchanges of the whole ring",
    [30_000, 200, 3_600_000],
    "ms",
  ),
  tokens: whole("tokens of an instance, 5 bytes each, in its entry", [128, 0, 4096], "tokens"),
  packetBytes: whole("room in a packet", [10_485_760, 512, 1_073_741_824], "bytes"),
  queue: whole(
    "messages received that may wait; more are dropped",
    [1024, 1, 1_000_000],
    "messages",
  ),
  mergesPerSecond: whole(
    "messages a node merges in a second",
    [10_000, 1, 100_000_000],
    "messages",
  ),
  leaveAt: whole(
    "when the last tracked instance leaves for good; 0 = never",
    [0, 0, 86_400_000],
    "ms",
  ),
  tombstone: whole("time that its entry is kept as left", [300_000, 0, 86_400_000], "ms"),
} satisfies Record<string, ParameterSpec>;

const measures = detectorMeasures({
  cells: [...TALLIES, ...STEPS].map((name) => ({ name, combine: "sum" as const })),
  derive([offered = 0, dropped = 0, leftOut = 0, ages = 0, known = 0, ghosts = 0, backlog = 0]) {
    return {
      droppedShare: offered === 0 ? 0 : dropped / offered,
      entriesLeftOut: leftOut,
      heartbeatAgeTicks: known === 0 ? 0 : ages / known,
      ghosts,
      messagesWaiting: backlog,
    };
  },
});

export const ringKv = defineProtocol({
  id: "ring-kv",
  title: "Ring in a gossiped key-value store",
  summary: "instances rewrite their entries at each heartbeat; whoever merges one passes it on",
  source: "Grafana dskit, ring/ and kv/memberlist, as Loki and Mimir run it",
  symbol: "ringKv",
  parameters,
  clocks: ["event"],
  roundTicks: 1,
  endless: true,
  rests: () => true,
  periodMs: ({ gossipInterval = 200 }) => gossipInterval,
  payloadWords: ({ subjects: count = 1 }) => Math.ceil(count / 2),
  fields: ({ nodes, parameters: given }: ProtocolSettings) => [
    believerField(given),
    {
      ...{ name: "rows", type: "u32", count: nodes * ROW_WORDS },
      meaning: "messages that wait, and when they were counted",
    },
    {
      ...{ name: "entries", type: "u32", count: nodes * (given.subjects ?? 1), digest: true },
      meaning: "heartbeat, transmits left and state of each tracked instance",
    },
    {
      ...{ name: "tallies", type: "f64", count: SHARDS_MAX * TALLIES.length, shared: true },
      meaning: "entries offered to queues, dropped there, left out of packets",
    },
  ],
  traffic: (settings) =>
    contactTraffic({
      ...settings,
      // Beside the packets at most one exchange, and its answer.
      parameters: { fanout: (settings.parameters.fanout ?? 1) + 1 },
    }),
  measures: {
    ...measures,
    summary(series) {
      const last = (name: string): number => series[name]?.at(-1) ?? 0;
      const ages = series.heartbeatAgeTicks ?? [];
      const later = ages.slice(Math.floor(ages.length / 2));
      return {
        ...measures.summary(series),
        droppedShare: last("droppedShare"),
        entriesLeftOut: last("entriesLeftOut"),
        heartbeatAgeTicks: later.reduce((sum, age) => sum + age, 0) / Math.max(1, later.length),
        ghosts: last("ghosts"),
      };
    },
  },
  wireBytes: () => ({ rumor: DATAGRAM_BYTES, control: DATAGRAM_BYTES }),
});
