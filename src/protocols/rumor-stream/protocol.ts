/** A stream of rumors with deduplication; the portable steps are assembly/protocols/rumor-stream.ts. */
import {
  defineProtocol,
  type Measures,
  type ParameterSpec,
  type Protocol,
  type ProtocolSettings,
  type TrafficBounds,
} from "../protocol.js";
import { activeRounds, contactTraffic, fanout, payloadBytes, rumorBytes } from "../shared/rumor.js";

type Settings = Readonly<Record<string, number>>;

/** Kinds of filters, in the order of assembly/protocols/rumor-stream.ts. */
const FILTERS = ["exact", "split-block", "classic", "rotating"] as const;
const [EXACT, , CLASSIC, ROTATING] = [0, 1, 2, 3];
/** An entry of an exact set: 8 bytes in a table at most half full, as src/filters/seen-set.ts has it. */
const EXACT_ENTRY_BYTES = 16;
/** Bits of a block of a split-block filter, and granule of a classic one. */
const BLOCK_BITS = 256;
const CLASSIC_BITS = 64;
/** Shards have 1024 nodes or more, and there are no more of them (src/engine/plan.ts). */
const SHARD_NODES_MIN = 1024;
const SHARDS_MAX = 256;
const TALLY_COUNT = 16;

function count(description: string, limits: [number, number, number], unit: string): ParameterSpec {
  const [byDefault, min, max] = limits;
  return { description, default: byDefault, min, max, integer: true, unit };
}

/** Bytes of one generation of a node's filter; 0 where the given bits alone are the memory. */
function generationBytes({ filter = 0, filterBits = 0 }: Settings): number {
  if (filter === EXACT) return 0;
  if (filter === CLASSIC) return (Math.ceil(filterBits / CLASSIC_BITS) * CLASSIC_BITS) / 8;
  const bits = filter === ROTATING ? Math.ceil(filterBits / 2) : filterBits;
  return (Math.ceil(bits / BLOCK_BITS) * BLOCK_BITS) / 8;
}

/** Rumors alive at once, at most. */
function aliveMax({ rumors = 1, rumorsPerRound = 1, lifetimeRounds = 1 }: Settings): number {
  return Math.min(rumors, Math.ceil(rumorsPerRound * lifetimeRounds) + 1);
}

/** What a real node keeps to tell which rumors it has seen. */
function filterBytes(parameters: Settings): number {
  if (parameters.filter === EXACT) return EXACT_ENTRY_BYTES * aliveMax(parameters);
  return generationBytes(parameters) * (parameters.filter === ROTATING ? 2 : 1);
}

/** Slots of a row: a power of two that holds all rumors alive at once; as in the portable steps. */
function slotCount({ rumors = 1, rumorsPerRound = 1, lifetimeRounds = 1 }: Settings): number {
  const alive = rumorsPerRound * (lifetimeRounds + 2) + 2;
  let slots = 32;
  while (slots < alive && slots < rumors) slots *= 2;
  return slots;
}

function fields({ nodes, parameters }: ProtocolSettings): ReturnType<Protocol["fields"]> {
  const slots = slotCount(parameters);
  const digits = 32 - Math.clz32(parameters.activeRounds ?? 1);
  const words = (generationBytes(parameters) / 4) * nodes;
  const shards = Math.min(SHARDS_MAX, Math.ceil(nodes / SHARD_NODES_MIN));
  const older = parameters.filter === ROTATING ? words : 0;
  const meaning = "what a node takes for seen";
  return [
    {
      name: "rows",
      type: "u32",
      count: nodes * (slots / 32) * (2 + digits),
      meaning: "rumors given, refused, and the actions left of each",
      digest: true,
    },
    { name: "filters", type: "u32", count: words, meaning, digest: true },
    { name: "otherFilters", type: "u32", count: older, meaning, digest: true },
    {
      name: "tallies",
      type: "f64",
      count: shards * TALLY_COUNT,
      meaning: "counts of each shard",
      shared: true,
    },
    {
      name: "reached",
      type: "u32",
      count: 2 * shards * slots,
      meaning: "nodes that each rumor reached, by shard",
      shared: true,
    },
  ];
}

/**
 * A pair of node and rumor is forwarded once, unless a filter forgets it within the rumor's lifetime; for
 * rumors that happen to peak together there is room for three more rounds' worth. What is on its way is
 * bounded by the rumors that were alive since the slowest of it was sent, twice over for lost state.
 */
function traffic(settings: ProtocolSettings): TrafficBounds {
  const { nodes, parameters, clock, periodTicks, delayTicksMax } = settings;
  const {
    rumorsPerRound = 1,
    activeRounds: rounds = 1,
    lifetimeRounds = 1,
    rumors = 1,
  } = parameters;
  const forgets = parameters.filter === ROTATING && (parameters.rotateRounds ?? 0) < lifetimeRounds;
  const usual = Math.ceil(rounds * rumorsPerRound) + 3 * Math.ceil(rumorsPerRound) + 2;
  const alive = aliveMax(parameters);
  const hot = forgets ? alive : Math.min(alive, usual);
  const peers = parameters.fanout ?? 1;
  const bounds = contactTraffic({ ...settings, parameters: { fanout: peers * hot } });
  if (clock === "round") return bounds;
  const periods = Math.ceil((delayTicksMax + 1) / periodTicks) + 1;
  const sends = Math.min(lifetimeRounds, forgets ? periods : rounds);
  const sent = Math.min(rumors, Math.ceil(rumorsPerRound * (lifetimeRounds + periods)) + 1);
  const underWay = 2 * nodes * peers * sends * sent + 4096;
  return { perTick: bounds.perTick, inFlight: Math.min(bounds.inFlight, underWay) };
}

/** In the order of the portable steps. */
const CELLS = [
  "covered",
  "owed",
  "delivered",
  "lostToFilter",
  "firstCopies",
  "duplicates",
  "falseDrops",
  "acceptedAgain",
  "expired",
  "deliveryRounds",
  "pairs",
  "missedMost",
  "unreached",
  "finished",
] as const;

const measures: Measures = {
  cells: CELLS.map((name) => ({
    name,
    combine: name === "missedMost" || name === "finished" ? "max" : "sum",
  })),
  derive(cells, _, { parameters }) {
    const at = (name: (typeof CELLS)[number]): number => cells[CELLS.indexOf(name)]!;
    const owed = at("owed");
    const beyond = at("duplicates") + at("falseDrops") + at("acceptedAgain") + at("expired");
    const named = Object.fromEntries(NAMES.map((name, index) => [name, parameters[index]!]));
    return {
      rumorsFinished: at("finished"),
      deliveredShare: at("delivered") / owed,
      lostToFilterShare: at("lostToFilter") / owed,
      redundancy: beyond / at("pairs"),
      falsePositiveShare: at("lostToFilter") / (at("lostToFilter") + at("delivered")),
      acceptedAgain: at("acceptedAgain") / at("pairs"),
      expired: at("expired") / at("pairs"),
      deliveryRoundsMean: at("deliveryRounds") / at("firstCopies"),
      reachMin: 1 - at("missedMost"),
      rumorsUnderHalf: at("unreached"),
      filterBytesPerNode: filterBytes(named),
    };
  },
  summary(series) {
    const names = Object.keys(series).filter((name) => name !== "rumorsFinished");
    const last = (name: string): number | null => {
      const value = series[name]?.at(-1) ?? NaN;
      return Number.isFinite(value) ? value : null;
    };
    return Object.fromEntries(["rumorsFinished", ...names].map((name) => [name, last(name)]));
  },
};

const parameters = {
  fanout: { ...fanout, default: 3 },
  activeRounds: {
    ...activeRounds,
    description: "actions in which a node forwards a rumor it accepted; 1 = infect and die",
    default: 1,
    min: 1,
    max: 255,
  },
  rumorsPerRound: {
    description: "rumors born in one round, each at a drawn node",
    default: 1,
    min: 0.001,
    max: 256,
    integer: false,
    unit: "rumors",
  },
  rumors: count("rumors in all", [64, 1, 1_000_000], "rumors"),
  lifetimeRounds: count(
    "age at which a rumor is over: its copies are dropped, and it is judged",
    [24, 1, 10_000],
    "rounds",
  ),
  filter: {
    description: "how a node tells what it has seen: ids, a Bloom filter, or two taking turns",
    default: 1,
    min: 0,
    max: FILTERS.length - 1,
    integer: true,
    unit: "",
    choices: FILTERS,
  },
  filterBits: count(
    "bits of a node's filter, both generations together; rounded up to whole blocks",
    [512, 32, 1_048_576],
    "bits",
  ),
  probes: count("bits that a rumor sets in a classic filter", [7, 1, 32], "bits"),
  rotateRounds: count("rounds until the two generations change places", [32, 1, 10_000], "rounds"),
  salt: {
    description: "own: every node hashes in its own way; shared: all take the same rumors for seen",
    default: 0,
    min: 0,
    max: 1,
    integer: true,
    unit: "",
    choices: ["own", "shared"],
  },
  payloadBytes,
} satisfies Record<string, ParameterSpec>;
const NAMES = Object.keys(parameters);

export const rumorStream = defineProtocol({
  id: "rumor-stream",
  title: "Stream of rumors",
  summary: "many rumors at once, each pushed on by nodes whose filters take it for new",
  source: "Bloom 1970, Space/Time Trade-offs in Hash Coding, used as gossip's duplicate filter",
  symbol: "rumorStream",
  parameters,
  clocks: ["round", "event"],
  dies: true,
  roundTicks: 1,
  payloadWords: 0,
  fields,
  traffic,
  measures,
  wireBytes: rumorBytes,
});
