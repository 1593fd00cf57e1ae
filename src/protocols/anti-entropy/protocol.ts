/** Anti-entropy over a stream of updates; the portable steps are assembly/protocols/anti-entropy.ts. */
import {
  defineProtocol,
  type ParameterSpec,
  type Protocol,
  type ProtocolSettings,
  type TrafficBounds,
} from "../protocol.js";
import { contactTraffic, fanout } from "../shared/rumor.js";
import { measures, TALLIES } from "./measures.js";

/** UDP over IPv4; the rest of a message is counted as it is sent. */
const HEADER_BYTES = 28;
/** A shard has 1024 nodes or more, and there are 256 at most; see the plan. */
const SHARD_NODES_MIN = 1024;
const SHARDS_MAX = 256;
/** Words of a shard's table of slots beside those that grow with the row, and cells of a pair. */
const TABLE_WORDS = 48;
const PAIR_CELLS = 11;

type Limits = readonly [byDefault: number, min: number, max: number];

function count(description: string, [byDefault, min, max]: Limits, unit = ""): ParameterSpec {
  return { description, default: byDefault, min, max, integer: true, unit };
}
function amount(description: string, [byDefault, min, max]: Limits, unit = ""): ParameterSpec {
  return { description, default: byDefault, min, max, integer: false, unit };
}
/** A named choice; the first is 0. */
function choice(description: string, choices: readonly string[], byDefault = 0): ParameterSpec {
  const max = choices.length - 1;
  return { description, default: byDefault, min: 0, max, integer: true, unit: "", choices };
}

/** In the order of assembly/runtime/exchange-costs.ts; the names are those of src/reconcile. */
export const METHODS = [
  "full",
  "checksum",
  "merkle",
  "iblt",
  "rateless-iblt",
  "range",
  "pinsketch",
] as const;

/** In the order in which the portable steps number them. */
const parameters: Readonly<Record<string, ParameterSpec>> = {
  direction: choice(
    "who gets what it lacks: the callee, the caller, or both",
    ["push", "pull", "push-pull"],
    2,
  ),
  method: choice("how a pair finds what differs; it changes the cost alone", METHODS),
  every: count(
    "rounds from one exchange of a node to its next; 0 = never",
    [1, 0, 65_535],
    "rounds",
  ),
  fanout,
  slots: count(
    "most recent updates that nodes may differ in; older ones are forgotten",
    [64, 1, 512],
    "updates",
  ),
  keys: count(
    "entries of the database, those that all nodes agree on",
    [1e6, 1000, 2 ** 26],
    "keys",
  ),
  updatesPerRound: amount("updates born in a round, each at a drawn node", [0, 0, 64], "updates"),
  streamRounds: count("rounds in which updates are born", [100, 0, 1e6], "rounds"),
  initialUpdates: count("updates at the start", [1, 0, 512], "updates"),
  initialAt: choice(
    "who has an initial update: one node, a drawn share of the nodes, or one of two sides",
    ["node", "share", "sides"],
  ),
  initialShare: amount(
    "share of the nodes that have it, or that are on the first side",
    [0.5, 0, 1],
  ),
  k: count(
    "rumor mongering of fresh updates: copies that were not needed until a node stops; 0 = none",
    [0, 0, 255],
    "copies",
  ),
  redistribute: choice("whether an update learned in an exchange becomes hot", ["off", "on"]),
  recentRounds: count(
    "checksum: age up to which updates are listed before all keys are",
    [20, 1, 65_535],
    "rounds",
  ),
  leafBits: count(
    "merkle: 2^leafBits leaves; 0 = four to eight keys in a leaf",
    [0, 0, 24],
    "bits",
  ),
  childBits: count("merkle: a node has 2^childBits children", [4, 1, 4], "bits"),
  levelsPerTrip: count("merkle: levels settled in one round trip", [1, 1, 25], "levels"),
  firstSize: count("symbols of a rateless message, or capacity of the first sketch", [16, 1, 512]),
  entryBytes: count(
    "an update on the wire, key and version included",
    [256, 8, 16_777_216],
    "bytes",
  ),
};

/** Bits of a node's row: whole words, so that no two nodes share one. */
function rowBits({ slots = 64 }: Readonly<Record<string, number>>): number {
  return Math.ceil(slots / 32) * 32;
}

function fields(settings: ProtocolSettings): ReturnType<Protocol["fields"]> {
  const { nodes, clock } = settings;
  const bits = rowBits(settings.parameters);
  const isMongering = (settings.parameters.k ?? 0) > 0;
  const shards = Math.min(SHARDS_MAX, Math.ceil(nodes / SHARD_NODES_MIN));
  const hot = isMongering ? nodes * bits : 0;
  return [
    {
      name: "known",
      type: "bits",
      count: nodes * bits,
      meaning: "1 where the node has the slot's update",
      digest: true,
    },
    {
      name: "learned",
      type: "bits",
      count: clock === "round" ? nodes * bits : 0,
      meaning: "what it learned in this round, not yet joined",
      digest: true,
    },
    {
      name: "hot",
      type: "bits",
      count: hot,
      meaning: "1 where it spreads the update",
      digest: true,
    },
    { name: "interest", type: "u8", count: hot, meaning: "useless copies left until it stops" },
    {
      name: "slotTables",
      type: "u32",
      count: shards * (TABLE_WORDS + 3 * bits + bits / 8),
      shared: true,
      meaning: "the recent updates, for each shard",
    },
    {
      name: "tallies",
      type: "f64",
      count: shards * (TALLIES + PAIR_CELLS),
      shared: true,
      meaning: "sums since the start, for each shard",
    },
    {
      name: "costs",
      type: "f64",
      count: 4 + 2 * bits,
      shared: true,
      meaning: "cost by difference",
    },
  ];
}

/** A call, its answer and the updates sent back; with rumors as many messages again. */
function traffic(settings: ProtocolSettings): TrafficBounds {
  const { perTick, inFlight } = contactTraffic(settings);
  const { k = 0, every = 1 } = settings.parameters;
  const both = k > 0 && every > 0 ? 2 : 1;
  if (settings.clock === "round") return { perTick: perTick * both, inFlight };
  return { perTick: Math.ceil(perTick * 1.5 * both), inFlight: Math.ceil(inFlight * 1.5 * both) };
}

export const antiEntropy = defineProtocol({
  id: "anti-entropy",
  title: "Anti-entropy",
  summary: "nodes compare databases with peers, by one of seven methods, and pass on what differs",
  source: "Demers et al. 1987, Epidemic Algorithms for Replicated Database Maintenance, 1.3",
  symbol: "antiEntropy",
  parameters,
  clocks: ["round", "event"],
  rests: ({ every = 1, updatesPerRound = 0 }) => every > 1 || updatesPerRound > 0,
  roundTicks: 3,
  payloadWords: (given) => rowBits(given) / 32,
  fields,
  traffic,
  measures,
  wireBytes: () => ({ rumor: HEADER_BYTES, control: HEADER_BYTES }),
});
