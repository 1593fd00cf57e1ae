/** Service discovery under churn; the portable steps are assembly/protocols/k8s-endpoint-churn.ts. */
import {
  defineProtocol,
  type Measures,
  type ParameterSpec,
  type ProtocolSettings,
  type TrafficBounds,
} from "../protocol.js";
import { meanDelay } from "../shared/detector.js";
import { contactTraffic, fanout } from "../shared/rumor.js";
import { DATAGRAM_BYTES, whole } from "../shared/swim.js";

type Settings = Readonly<Record<string, number>>;

const SHARDS_MAX = 256;
const HUBS_MAX = 7;
/** Words of a shard's truth and of a hub; see assembly/runtime/endpoint-truth.ts, endpoint-hub.ts. */
const TRUTH_WORDS = 10 + 32 + 3 * 256;
const HUB_WORDS = 64;
const GOSSIP = 1;
/** Headers of a message: TCP, HTTP/2 and the metadata of an object. */
const HEADER_BYTES = 400;
const TRACKED = 32;

const parameters = {
  subjects: {
    ...whole("nodes whose crash and return are followed; they stand for all", [32, 1, 32], "nodes"),
    distinctPeers: true,
  },
  mode: {
    description:
      "watch: an API server tells all; gossip: over memberlist; consul: agents and servers",
    ...{ default: 0, min: 0, max: 2, integer: true, unit: "" },
    choices: ["watch", "gossip", "consul"],
  } as ParameterSpec,
  fanout: { ...fanout, description: "peers of a gossip interval", default: 3 },
  hubs: {
    ...whole("API servers or Consul servers, the first nodes", [1, 1, HUBS_MAX], "nodes"),
    distinctPeers: true,
  },
  hubMbps: whole("uplink of each of them", [10_000, 1, 1_000_000], "Mbit/s"),
  changes: whole(
    "endpoints that are added or removed in a trial, by turns",
    [64, 1, 256],
    "changes",
  ),
  changeInterval: whole(
    "mean time between two of them; of a rolling update, between its four batches",
    [500, 1, 3_600_000],
    "ms",
  ),
  pattern: {
    description: "poisson: at random times; rolling: a quarter of all in each of four batches",
    ...{ default: 0, min: 0, max: 1, integer: true, unit: "" },
    choices: ["poisson", "rolling"],
  } as ParameterSpec,
  services: whole("services; their sizes follow Zipf's law", [1000, 1, 10_000_000], "services"),
  endpointsPerNode: whole("pods behind services on a node", [30, 1, 1000], "endpoints"),
  endpointBytes: whole("an endpoint in a message", [100, 1, 10_000], "bytes"),
  sliceSize: whole("endpoints of a slice, which is sent whole", [100, 1, 1000], "endpoints"),
  proxySync: whole(
    "time between two updates of a node's proxy; without gossip the period of the clock",
    [1000, 10, 60_000],
    "ms",
  ),
  reportInterval: whole(
    "watch: renewal of a node's lease; consul: full synchronisation of an agent, up to 128 nodes",
    [10_000, 10, 3_600_000],
    "ms",
  ),
  leaseDuration: whole(
    "silence after which a node's lease has run out",
    [40_000, 10, 3_600_000],
    "ms",
  ),
  monitorInterval: whole("time between two looks at the leases", [5000, 10, 600_000], "ms"),
  gossipInterval: whole(
    "time between packets; with gossip the period of the clock",
    [200, 10, 60_000],
    "ms",
  ),
  retransmitMult: whole("times the digits of n: packets that carry a change", [4, 1, 20], "times"),
  pushPullInterval: whole("time between exchanges of everything", [30_000, 200, 3_600_000], "ms"),
  packetBytes: whole("endpoints in a packet of gossip", [1300, 100, 65_000], "bytes"),
  suspicionMult: whole(
    "times log10 n seconds: shortest suspicion of a dead node",
    [4, 1, 20],
    "times",
  ),
  watchShare: {
    description: "share of all services that a node follows",
    ...{ default: 1, min: 0.0001, max: 1, integer: false, unit: "" },
  },
} satisfies Record<string, ParameterSpec>;

/** As assembly/runtime/endpoint-truth.ts counts them. */
function words({ changes = 1 }: Settings): number {
  return Math.ceil(changes / 32) + 2;
}
function rowWords(nodes: number, given: Settings): number {
  const { mode, retransmitMult = 1, fanout: peers = 1 } = given;
  const transmits = retransmitMult * Math.ceil(Math.log10(nodes + 1));
  const digits = 32 - Math.clz32(Math.ceil(transmits / peers));
  return words(given) * (mode === GOSSIP ? 3 + digits : 2) + 2;
}
function periodMs({ mode, gossipInterval = 1, proxySync = 1 }: Settings): number {
  return mode === GOSSIP ? gossipInterval : proxySync;
}

/** What nodes send, each a few times a period; and what the uplinks of the hubs let through. */
function traffic(settings: ProtocolSettings): TrafficBounds {
  const { nodes, parameters: given, periodTicks, delayTicksMax } = settings;
  const { mode, hubs = 1, hubMbps = 1, endpointBytes = 1, fanout: peers = 1 } = given;
  const calls = contactTraffic({
    ...settings,
    parameters: { fanout: mode === GOSSIP ? peers + 2 : 3 },
  });
  if (mode === GOSSIP) return calls;
  const tickBytes = (hubMbps * 125 * periodMs(given)) / periodTicks;
  const posts = Math.ceil(tickBytes / (HEADER_BYTES + endpointBytes)) + 1;
  const perTick = hubs * Math.min(posts, Math.ceil(nodes / hubs) * 4);
  return {
    perTick: calls.perTick + perTick + 8 * (given.changes ?? 1),
    inFlight: calls.inFlight + perTick * (delayTicksMax + 1),
  };
}

const OWN = ["current", "live", "stale", "deadRequests", "listsWaiting"] as const;
const TALLIES = ["hubBytes", "hubMessages", "listsServed"] as const;
const FOLLOWED = 2 * TRACKED;

const measures: Measures = {
  cells: [
    ...[...OWN, ...TALLIES].map((name) => ({ name, combine: "sum" as const })),
    ...["happened", "unknown"].flatMap((name) =>
      Array.from({ length: FOLLOWED }, (_, slot) => ({
        name: `${name}${slot}`,
        combine: "sum" as const,
      })),
    ),
  ],
  derive(cells, _, { nodes, parameters: given }) {
    const [, live = 0, stale = 0, deadRequests = 0, listsWaiting = 0, ...rest] = cells;
    const happened = rest.slice(TALLIES.length, TALLIES.length + FOLLOWED);
    const unknown = rest.slice(TALLIES.length + FOLLOWED);
    /** Of the drawn changes, or of the crashes behind them: those unknown to at most such a share. */
    const known = (from: number, share: number): number =>
      happened
        .slice(from, from + TRACKED)
        .filter((count, slot) => count > 0 && unknown[from + slot]! <= share * live).length;
    const endpoints = nodes * (given[Object.keys(parameters).indexOf("endpointsPerNode")] ?? 1);
    return {
      ...Object.fromEntries(TALLIES.map((name, index) => [name, rest[index] ?? 0])),
      listsWaiting,
      changesHappened: known(0, 1),
      changesKnownTo99: known(0, 0.01),
      changesKnownByAll: known(0, 0),
      crashes: known(TRACKED, 1),
      crashesKnownByAll: known(TRACKED, 0),
      staleChanges: live === 0 ? 0 : stale / live,
      deadRequestShare: live === 0 ? 0 : deadRequests / live / endpoints,
    };
  },
  summary(series) {
    const most = (values: readonly number[] = []): number =>
      values.reduce((a, b) => Math.max(a, b), 0);
    const steps = (name: string): readonly number[] =>
      (series[name] ?? []).map((value, index, all) => value - (all[index - 1] ?? 0));
    const { changesHappened = [], crashes = [], deadRequestShare = [] } = series;
    const last = (name: string): number => series[name]?.at(-1) ?? 0;
    return {
      knownTo99Steps: meanDelay(changesHappened, series.changesKnownTo99 ?? []),
      knownByAllSteps: meanDelay(changesHappened, series.changesKnownByAll ?? []),
      crashKnownByAllSteps: meanDelay(crashes, series.crashesKnownByAll ?? []),
      staleChangesMax: most(series.staleChanges),
      deadRequestShare:
        deadRequestShare.reduce((a, b) => a + b, 0) / Math.max(1, deadRequestShare.length),
      deadRequestShareMax: most(deadRequestShare),
      hubBytes: last("hubBytes"),
      hubBytesStepMax: most(steps("hubBytes")),
      hubMessages: last("hubMessages"),
      listsServed: last("listsServed"),
      listsWaitingMax: most(series.listsWaiting),
    };
  },
};

export const k8sEndpointChurn = defineProtocol({
  id: "k8s-endpoint-churn",
  title: "Service discovery under churn",
  summary:
    "endpoints of services come and go: watches of an API server, gossip, or Consul's agents",
  source: "Kubernetes: EndpointSlices, node leases, kube-proxy; Consul: agent/ae; memberlist",
  symbol: "k8sEndpointChurn",
  parameters,
  clocks: ["event"],
  roundTicks: 1,
  overTcp: true,
  endless: true,
  hasHubs: true,
  rests: () => true,
  periodMs,
  payloadWords: words,
  fields: ({ nodes, parameters: given }: ProtocolSettings) => [
    {
      ...{ name: "truth", type: "u32", count: SHARDS_MAX * TRUTH_WORDS, shared: true },
      meaning: "what has happened, and when what changes, for each shard",
    },
    {
      ...{ name: "downNodes", type: "u32", count: SHARDS_MAX * 2, shared: true },
      meaning: "nodes that outages hold down",
    },
    {
      ...{ name: "rows", type: "u32", count: nodes * rowWords(nodes, given), digest: true },
      meaning:
        "changes heard of, changes that the proxy follows, last act and report, transmits left",
    },
    {
      ...{ name: "hubs", type: "u32", count: HUBS_MAX * HUB_WORDS, shared: true, digest: true },
      meaning: "what a hub sends to whom, and leases",
    },
    {
      ...{ name: "credits", type: "f64", count: HUBS_MAX + 1, shared: true },
      meaning: "bytes that an uplink is ahead",
    },
    {
      ...{ name: "restarted", type: "bits", count: nodes, shared: true },
      meaning: "1 for a watcher that waits for a list",
    },
    {
      ...{ name: "behind", type: "bits", count: nodes, shared: true },
      meaning: "1 for a watcher whose watch was cut",
    },
    {
      ...{ name: "tallies", type: "f64", count: TALLIES.length, shared: true },
      meaning: "bytes, messages and lists of the hubs since the start",
    },
  ],
  traffic,
  measures,
  wireBytes: ({ mode }) => {
    const bytes = mode === GOSSIP ? DATAGRAM_BYTES : HEADER_BYTES;
    return { rumor: bytes, control: bytes };
  },
});
