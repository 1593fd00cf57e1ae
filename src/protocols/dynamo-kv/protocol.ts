/** A key-value store after the Dynamo paper; the portable steps are assembly/protocols/dynamo-kv.ts. */
import {
  defineProtocol,
  type Measures,
  type ParameterSpec,
  type ProtocolSettings,
} from "../protocol.js";
import { contactTraffic, fanout } from "../shared/rumor.js";
import { onOff, whole } from "../shared/swim.js";

const ROW_WORDS = 16;
const HINT_WORDS = 4;
/** Words of the rules of a shard, the ring among them. */
const RULE_WORDS = 66;
const SHARDS_MAX = 256;
/** A clock has an entry for each candidate of a range. */
const CANDIDATES_MAX = 4;
/** IPv4 and TCP headers; kind, tag, place of the key. */
const HEADER_BYTES = 40 + 24;
const CELLS = ["inSync", "live", "hintsHeld", "removalsKnown"] as const;
const TALLIES = [
  ...["reads", "oneVersion", "versions", "stale", "readTicks", "slowReads", "failedReads"],
  ...["writes", "writeTicks", "slowWrites", "failedWrites", "skipped"],
  ...["hintsStored", "hintsDelivered", "hintsLost", "readRepairs"],
  ...["syncs", "repairedKeys", "syncBytes", "streamedKeys", "treesRebuilt"],
] as const;

const parameters = {
  fanout: { ...fanout, description: "nodes with which a node reconciles the members" },
  replicas: whole("N: homes of a key", [3, 1, 4], "nodes"),
  readQuorum: whole("R: answers that a read waits for, its coordinator's own too", [2, 1, 4], ""),
  writeQuorum: whole("W: homes that have a write before it is acknowledged", [2, 1, 4], ""),
  tokens: whole("places of a node on the ring", [4, 1, 16], "places"),
  activeKeys: whole("keys of a range that are read and written", [2, 1, 16], "keys"),
  operationInterval: whole(
    "time between two operations that a node coordinates; it is the period of the clock",
    [1000, 10, 3_600_000],
    "ms",
  ),
  writeShare: {
    description: "share of the operations that write what they have read",
    ...{ default: 0.5, min: 0, max: 1, integer: false, unit: "" },
  },
  valueBytes: whole("a value on the wire", [1000, 0, 16_777_216], "bytes"),
  requestTimeout: whole("silence after which a home is suspected", [100, 1, 3_600_000], "ms"),
  retryInterval: whole("time until suspects are tried again", [10_000, 10, 86_400_000], "ms"),
  hints: whole("hints that a node has room for; 0 = none are kept", [8, 0, 16], "hints"),
  hintInterval: whole("time between attempts to deliver hints", [10_000, 10, 86_400_000], "ms"),
  hintWindow: whole("age at which a hint is dropped", [10_800_000, 10, 2_000_000_000], "ms"),
  readRepair: onOff("homes that answered with old versions are told newer ones", 1),
  repair: {
    description: "how two homes find the keys in which a range differs",
    ...{ default: 2, min: 0, max: 2, integer: true, unit: "" },
    choices: ["none", "full", "merkle"],
  } as ParameterSpec,
  syncInterval: whole("time between two comparisons of a node", [60_000, 10, 86_400_000], "ms"),
  keysPerRange: whole("all keys of a range, for the cost", [65_536, 1024, 1_048_576], "keys"),
  leafBits: whole("a tree has 2^leafBits leaves", [15, 0, 20], "bits"),
  hashBytes: whole("a hash in a tree", [32, 4, 64], "bytes"),
  membershipInterval: whole(
    "time between two reconciliations of the members",
    [1000, 10, 86_400_000],
    "ms",
  ),
  removals: {
    ...whole("nodes that the operator removes from the ring", [0, 0, 32], "nodes"),
    distinctPeers: true,
  },
  removeAt: whole("when", [20_000, 1, 86_400_000], "ms"),
  treeRebuild: whole("time to rebuild trees of ranges that moved", [10_000, 1, 86_400_000], "ms"),
  slowMs: whole("operations that take longer count as slow", [300, 1, 3_600_000], "ms"),
} satisfies Record<string, ParameterSpec>;

/** Candidates of a range; as assembly/runtime/dynamo-store.ts has them. */
function candidates({ replicas = 1, removals = 0 }: Readonly<Record<string, number>>): number {
  return Math.min(CANDIDATES_MAX, removals > 0 ? replicas + 1 : replicas);
}
function slots(given: Readonly<Record<string, number>>): number {
  return (given.tokens ?? 1) * candidates(given);
}

function per(amount: number, count: number): number {
  return count === 0 ? 0 : amount / count;
}

const measures: Measures = {
  cells: [...CELLS, ...TALLIES].map((name) => ({ name, combine: "sum" as const })),
  derive(cells, _, { parameters: given }) {
    const [, live = 0, hintsHeld = 0, removalsKnown = 0, ...tallies] = cells;
    const removals = given[Object.keys(parameters).indexOf("removals")] ?? 0;
    return {
      hintsHeld,
      removalsKnownShare: removals === 0 || live === 0 ? 1 : removalsKnown / removals / live,
      ...Object.fromEntries(TALLIES.map((name, index) => [name, tallies[index] ?? 0])),
    };
  },
  summary(series) {
    const last = (name: string): number => series[name]?.at(-1) ?? 0;
    const reads = last("reads");
    const writes = last("writes");
    const asked = reads + last("failedReads");
    return {
      staleShare: per(last("stale"), reads),
      oneVersionShare: per(last("oneVersion"), reads),
      versionsPerRead: per(last("versions"), reads),
      failedReadShare: per(last("failedReads"), asked),
      failedWriteShare: per(last("failedWrites"), writes + last("failedWrites")),
      readTicks: per(last("readTicks"), reads),
      writeTicks: per(last("writeTicks"), writes),
      slowShare: per(last("slowReads") + last("slowWrites"), reads + writes),
      hintsHeldMax: (series.hintsHeld ?? []).reduce((most, held) => Math.max(most, held), 0),
      hintsDelivered: last("hintsDelivered"),
      hintsLost: last("hintsLost"),
      readRepairs: last("readRepairs"),
      repairedKeys: last("repairedKeys"),
      syncBytesPerSync: per(last("syncBytes"), last("syncs")),
      syncBytesPerRepairedKey: per(last("syncBytes"), last("repairedKeys")),
      streamedPerRepairedKey: per(last("streamedKeys"), last("repairedKeys")),
      treesRebuilt: last("treesRebuilt"),
    };
  },
};

export const dynamoKv = defineProtocol({
  id: "dynamo-kv",
  title: "Dynamo",
  summary:
    "keys on a hash ring, quorums, hinted handoff, Merkle anti-entropy, members by gossip (paper of 2007)",
  source: "DeCandia et al. 2007, Dynamo: Amazon's Highly Available Key-value Store, 4",
  symbol: "dynamoKv",
  parameters,
  clocks: ["event"],
  roundTicks: 1,
  overTcp: true,
  endless: true,
  rests: () => true,
  periodMs: ({ operationInterval = 1000 }) => operationInterval,
  // Slot and key, a clock and a home, or the clocks of a range.
  payloadWords: ({ activeKeys = 1 }) => 1 + Math.max(2, activeKeys),
  fields: ({ nodes, parameters: given }: ProtocolSettings) => {
    const cells = nodes * slots(given) * (given.activeKeys ?? 1);
    return [
      {
        ...{ name: "rows", type: "u32", count: nodes * ROW_WORDS },
        meaning: "operation at hand, removals known, which hints are held",
      },
      {
        ...{ name: "clocks", type: "u32", count: cells, digest: true },
        meaning: "vector clock of each key, by range",
      },
      {
        ...{ name: "acknowledged", type: "u32", count: cells, shared: true },
        meaning: "writes of each key that this coordinator has acknowledged",
      },
      {
        ...{ name: "suspects", type: "u8", count: nodes * slots(given) },
        meaning: "bits of homes that did not answer lately",
      },
      {
        ...{ name: "hints", type: "u32", count: nodes * (given.hints ?? 0) * HINT_WORDS },
        meaning: "home, key, clock, since when",
      },
      {
        ...{ name: "synced", type: "bits", count: nodes },
        meaning: "1 when a range of the node had all writes as it was last asked",
      },
      {
        ...{ name: "rules", type: "u32", count: SHARDS_MAX * RULE_WORDS, shared: true },
        meaning: "derived settings and the ring, for each shard",
      },
      {
        ...{ name: "tallies", type: "f64", count: SHARDS_MAX * TALLIES.length, shared: true },
        meaning: "sums since the start, for each shard",
      },
    ];
  },
  traffic: (settings) => {
    const { hints = 0, fanout: partners = 1 } = settings.parameters;
    // Two stages and their repair, members, a comparison and all hints; each is answered.
    const calls = 3 * CANDIDATES_MAX + partners + 1 + hints;
    return contactTraffic({ ...settings, parameters: { fanout: calls } });
  },
  measures,
  wireBytes: ({ valueBytes = 0 }) => ({
    rumor: HEADER_BYTES + valueBytes,
    control: HEADER_BYTES,
  }),
});
