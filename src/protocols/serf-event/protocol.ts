/** User events of Serf and Consul; the portable steps are assembly/protocols/serf-event.ts. */
import {
  defineProtocol,
  type Measures,
  type ParameterSpec,
  type Protocol,
  type ProtocolSettings,
  type TrafficBounds,
} from "../protocol.js";
import { memberSizes, refusedState, whole } from "../shared/swim.js";

type Settings = Readonly<Record<string, number>>;

/** IPv4 and UDP headers; everything else varies, and is counted as it is sent. */
const HEADER_BYTES = 28;
const SHARDS_MAX = 256;
const RULE_WORDS = 16;
const TALLY_ROW = 24;
/** Clock, queue length; then a cell for every 32 slots. */
const ROW_WORDS = 2;
const SLOTS_MAX = 256;
/** Up to here there is room for all that a node may send in a period; above for its share of a tick. */
const ROOMY_NODES = 5000;

/** As in the portable steps: a power of two that holds the events with a slot. */
function slotCount({ events = 1, activeEvents = SLOTS_MAX }: Settings): number {
  let slots = 32;
  while (slots < Math.min(events, activeEvents, SLOTS_MAX)) slots *= 2;
  return slots;
}
/** As retransmitLimit of assembly/runtime/swim-rules.ts, or one more. */
function transmitDigits(nodes: number, { retransmitMult = 1 }: Settings): number {
  const limit = retransmitMult * Math.ceil(Math.log10(nodes + 1) - 1e-9);
  return 32 - Math.clz32(Math.min(63, limit));
}

function fields({ nodes, parameters }: ProtocolSettings): ReturnType<Protocol["fields"]> {
  const slots = slotCount(parameters);
  const cellWords = 1 + transmitDigits(nodes, parameters);
  const shared = (name: string, type: "u32" | "f64", count: number, meaning: string) => ({
    ...{ name, type, count, meaning },
    shared: true,
  });
  return [
    {
      name: "rows",
      type: "u32",
      count: nodes * (ROW_WORDS + (slots / 32) * cellWords),
      meaning: "Lamport clock, queue length; events held, transmits left of each",
      digest: true,
    },
    shared("rules", "u32", SHARDS_MAX * RULE_WORDS, "what the shard's nodes play by"),
    shared("tallies", "f64", SHARDS_MAX * TALLY_ROW, "counts of each shard"),
    shared("times", "u32", 2 * slots, "Lamport times of the events"),
    shared("reached", "u32", SHARDS_MAX * slots, "nodes that each event reached, by shard"),
    shared("progress", "u32", slots, "shares of the nodes that each event has reached"),
  ];
}

/** Messages of a node in a period: gossip, ping and answer, exchange and answer, and the one of joining. */
function traffic({
  nodes,
  parameters,
  periodTicks,
  delayTicksMax,
}: ProtocolSettings): TrafficBounds {
  const {
    gossipNodes = 3,
    gossipInterval = 200,
    probeInterval = 0,
    pushPullInterval = 0,
  } = parameters;
  const rate = (interval: number): number =>
    interval === 0 ? 0 : 2 * Math.min(1, (1.2 * gossipInterval) / interval);
  const perPeriod = gossipNodes + rate(probeInterval) + rate(pushPullInterval) + 2;
  const isRoomy = nodes <= ROOMY_NODES;
  const periods = (delayTicksMax + 1) / periodTicks;
  // Calls that waited for a paused node are answered at once.
  const answers = rate(probeInterval) + rate(pushPullInterval);
  const perTick = (perPeriod * 4) / periodTicks + Math.min(1, periods) * answers;
  return {
    perTick: Math.ceil(nodes * (isRoomy ? perPeriod : Math.min(perPeriod, perTick))) + 4096,
    inFlight: Math.ceil(nodes * perPeriod * ((isRoomy ? 1 : 0) + 1.5 * periods)) + 4096,
  };
}

/** In the order of the portable steps. */
const TALLIES = [
  "owed",
  "delivered",
  "copies",
  "firstCopies",
  "repaired",
  "tooOld",
  "merged",
  "expired",
  "crowdedOut",
  "exchangesRefused",
  "queued",
  "queueDepthMax",
] as const;
const SHARES = ["50", "99", "99_9", "100"] as const;
const SPREADS = 2 + TALLIES.length;
const [OWN, GOSSIP_INTERVAL] = [SPREADS + 2 * SHARES.length, 2];

const measures: Measures = {
  cells: [
    ...["covered", "live", ...TALLIES].map((name) => ({
      name,
      combine: name === "queueDepthMax" ? ("max" as const) : ("sum" as const),
    })),
    ...SHARES.flatMap((share) => [
      { name: `spread${share}`, combine: "sum" as const },
      { name: `reached${share}`, combine: "sum" as const },
    ]),
    ...Array.from({ length: SLOTS_MAX }, (_, slot) => ({
      name: `slot${slot}`,
      combine: "sum" as const,
    })),
  ],
  derive(cells, _, { parameters }) {
    const at = (name: (typeof TALLIES)[number]): number => cells[2 + TALLIES.indexOf(name)]!;
    const [covered = 0, live = 0] = cells;
    const held = cells.slice(OWN).reduce((sum, count) => sum + count, 0) + at("delivered");
    const periodMs = parameters[GOSSIP_INTERVAL]!;
    const spreads = SHARES.map((share, index) => {
      const [sum, count] = [cells[SPREADS + 2 * index]!, cells[SPREADS + 2 * index + 1]!];
      return [`spreadMsTo${share}`, (sum / count) * periodMs];
    });
    return {
      ...(Object.fromEntries(spreads) as Record<string, number>),
      deliveredShare: covered / live,
      eventsToAll: cells[OWN - 1]!,
      copiesPerDelivery: at("copies") / held,
      repairedShare: at("repaired") / held,
      tooOld: at("tooOld"),
      merged: at("merged"),
      expired: at("expired"),
      crowdedOut: at("crowdedOut"),
      exchangesRefused: at("exchangesRefused"),
      queueDepth: at("queued") / live,
      queueDepthMax: at("queueDepthMax"),
    };
  },
  summary(series) {
    const last = Object.entries(series).map(([name, values]) => {
      const value = values.at(-1) ?? NaN;
      return [name, Number.isFinite(value) ? value : null] as const;
    });
    const depth = (series.queueDepth ?? []).reduce((most, value) => Math.max(most, value), 0);
    return { ...Object.fromEntries(last), queueDepth: depth };
  },
};

/** Order: assembly/protocols/serf-event.ts; the first three also event-spread.ts. */
const parameters = {
  events: whole("user events in all", [1, 1, 1_000_000], "events"),
  eventInterval: whole("between two events", [1000, 1, 600_000], "ms"),
  gossipInterval: whole(
    "between packets of gossip; it is the period of the clock",
    [200, 100, 10_000],
    "ms",
  ),
  source: {
    description: "who fires: a drawn member each time, or always the same",
    ...{ default: 0, min: 0, max: 1, integer: true, unit: "" },
    choices: ["any", "one"],
  },
  eventNames: whole(
    "names that events share: those of the same name and Lamport time pass for one; 0 = all differ",
    [0, 0, 1_000_000],
    "names",
  ),
  eventBytes: whole(
    "an event as it is sent: type, Lamport time, name, payload; Serf's limit is 512",
    [100, 32, 512],
    "bytes",
  ),
  eventBuffer: whole("Lamport times that a member remembers events of", [512, 1, 512], "times"),
  activeEvents: whole(
    "latest events that the model follows; older ones are judged and forgotten",
    [64, 32, SLOTS_MAX],
    "events",
  ),
  gossipNodes: whole("members that each beat of gossip goes to", [3, 1, 16], "nodes"),
  retransmitMult: whole("a member sends an event so many times log10(nodes) times", [4, 1, 8], ""),
  probeInterval: whole(
    "between pings, which carry events as do their answers; 0 = none",
    [1000, 0, 60_000],
    "ms",
  ),
  pushPullInterval: whole(
    "between exchanges of full state with one other, up to 32 nodes; 0 = never",
    [30_000, 0, 600_000],
    "ms",
  ),
  udpBufferSize: whole("bytes of a packet", [1400, 600, 65_000], "bytes"),
  membershipBytes: whole(
    "bytes of each packet of gossip that news of members takes",
    [0, 0, 65_000],
    "bytes",
  ),
  coordinateBytes: whole("network coordinate in the answer to a ping", [100, 0, 400], "bytes"),
  ...memberSizes,
} satisfies Record<string, ParameterSpec>;

export const serfEvent = defineProtocol({
  id: "serf-event",
  title: "Serf user events",
  summary: "events with Lamport times in queues with a transmit limit, over memberlist's gossip",
  source: "hashicorp/serf, hashicorp/memberlist",
  symbol: "serfEvent",
  parameters,
  clocks: ["event"],
  roundTicks: 1,
  payloadWords: (settings) => 1 + slotCount(settings) / 32,
  fields,
  traffic,
  dies: true,
  // Whom a node gossips with is the protocol itself.
  choosesPeers: false,
  periodMs: ({ gossipInterval = 200 }) => gossipInterval,
  measures,
  outsideDomain: refusedState,
  wireBytes: () => ({ rumor: HEADER_BYTES, control: HEADER_BYTES }),
});
