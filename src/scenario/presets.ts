/**
 * Named surroundings, so that results compare: latency, loss, links and churn of typical places. The
 * values are plausible presets, not measurements; what a scenario says itself replaces them.
 */
import type { ScenarioSettings } from "./schema.js";

export interface Preset {
  readonly summary: string;
  /** With the protocol and its parameters where a preset is that of a system. */
  readonly settings: Pick<
    Partial<ScenarioSettings>,
    "network" | "environment" | "clock" | "protocol" | "parameters"
  >;
}

const MEMBERLIST_LAN = {
  ...{ probeInterval: 1000, probeTimeout: 500, indirectChecks: 3, suspicionMult: 4 },
  ...{ gossipInterval: 200, gossipNodes: 3, gossipToTheDeadTime: 30_000 },
  ...{ retransmitMult: 4, pushPullInterval: 30_000 },
};

export const PRESETS: Readonly<Record<string, Preset>> = {
  "lan-dc": {
    summary: "one data centre: 0.25 ms, 10 Gbit/s, next to no loss",
    settings: {
      network: { latency: "lognormal", latencyMs: 0.25, latencySigma: 0.6, lossRatio: 1e-5 },
      environment: { uplinkKbps: 1e7, downlinkKbps: 1e7 },
      clock: { tickMs: 0.1 },
    },
  },
  "multi-dc": {
    summary: "five data centres: 0.5 ms within, 40 ms between, 1 Gbit/s",
    settings: {
      network: {
        ...{ latency: "zones", latencyMs: 0.5, latencyMsAcross: 40, latencySigma: 0.3 },
        ...{ lossRatio: 1e-4, dcs: 5, racks: 8 },
      },
      environment: { uplinkKbps: 1e6, downlinkKbps: 1e6 },
      clock: { tickMs: 0.5 },
    },
  },
  "public-p2p": {
    summary: "home links: 60 ms, 1 % loss, 5 / 50 Mbit/s, heavy-tailed sessions of hours",
    settings: {
      network: { latency: "lognormal", latencyMs: 60, latencySigma: 0.6, lossRatio: 0.01 },
      environment: {
        ...{ uplinkKbps: 5000, downlinkKbps: 50_000 },
        churn: { law: "weibull", shape: 0.5, session: "3 h", downtime: "1 h" },
      },
    },
  },
  blockchain: {
    summary: "servers in the world's cities: delay from distance, 50 Mbit/s, no loss (TCP)",
    settings: {
      network: { latency: "cities" },
      environment: { uplinkKbps: 50_000, downlinkKbps: 50_000 },
    },
  },
  "5g-mmtc": {
    summary:
      "sleepy 5G machines: 25 ms with a tail to 1 s, 3 % loss, 0.5 Mbit/s, awake half the time",
    settings: {
      network: { latency: "lognormal", latencyMs: 25, latencySigma: 1, lossRatio: 0.03 },
      environment: {
        ...{ uplinkKbps: 500, downlinkKbps: 500 },
        churn: { law: "exponential", session: "10 s", downtime: "10 s" },
      },
      clock: { periodMs: 1000 },
    },
  },
  "lpwan-iot": {
    summary: "sensors on long-range radio: 3 s, 10 % loss, 10 kbit/s, awake a tenth of the time",
    settings: {
      network: { latency: "lognormal", latencyMs: 3000, latencySigma: 0.5, lossRatio: 0.1 },
      environment: {
        ...{ uplinkKbps: 10, downlinkKbps: 10, queueMs: 30_000 },
        churn: { law: "exponential", session: "2 min", downtime: "18 min" },
      },
      clock: { tickMs: 50, periodMs: 60_000 },
    },
  },
  cassandra: {
    summary:
      "two data centres of ten racks, 0.5 and 40 ms; gossip once a second, as Cassandra has it",
    settings: {
      network: {
        ...{ latency: "zones", latencyMs: 0.5, latencyMsAcross: 40, latencySigma: 0.3 },
        ...{ dcs: 2, racks: 10 },
      },
      clock: { tickMs: 5, periodMs: 1000 },
    },
  },
  "edge-vehicles": {
    summary: "vehicles and road-side units: 5 to 20 ms, 7 % loss, 3 Mbit/s shared",
    settings: {
      network: { latency: "uniform", latencyMsMin: 5, latencyMsMax: 20, lossRatio: 0.07 },
      environment: { uplinkKbps: 3000, downlinkKbps: 3000 },
    },
  },
  "redis-cluster": {
    summary: "a Redis Cluster in one data centre: the defaults of its config.c",
    settings: {
      protocol: "redis-cluster",
      parameters: { nodeTimeout: 15_000, replicas: 1 },
      network: { latency: "lognormal", latencyMs: 0.5, latencySigma: 0.6 },
      clock: { tickMs: 10 },
    },
  },
  dynamo: {
    summary: "the store of the Dynamo paper: three homes a key, two for each read and write",
    settings: {
      protocol: "dynamo-kv",
      parameters: { replicas: 3, readQuorum: 2, writeQuorum: 2, membershipInterval: 1000 },
      network: { latency: "lognormal", latencyMs: 0.5, latencySigma: 0.6 },
    },
  },
  // The three sets of defaults in memberlist's config.go.
  "consul-lan": {
    summary: "members of one data centre as Consul and Serf run them: memberlist's LAN defaults",
    settings: {
      protocol: "swim-lifeguard",
      parameters: MEMBERLIST_LAN,
      network: { latency: "lognormal", latencyMs: 0.5, latencySigma: 0.6 },
    },
  },
  "consul-wan": {
    summary: "servers of all data centres in one pool: memberlist's WAN defaults",
    settings: {
      protocol: "swim-lifeguard",
      parameters: {
        ...{ probeInterval: 5000, probeTimeout: 3000, indirectChecks: 3, suspicionMult: 6 },
        ...{ gossipInterval: 500, gossipNodes: 4, gossipToTheDeadTime: 60_000 },
        ...{ retransmitMult: 4, pushPullInterval: 60_000 },
      },
      network: { latency: "lognormal", latencyMs: 40, latencySigma: 0.6, lossRatio: 0.001 },
      clock: { tickMs: 5 },
    },
  },
  "serf-lan": {
    summary: "user events of Serf and Consul in one data centre, over memberlist's LAN defaults",
    settings: {
      protocol: "serf-event",
      parameters: {
        ...{ gossipInterval: 200, gossipNodes: 3, retransmitMult: 4 },
        ...{ probeInterval: 1000, pushPullInterval: 30_000 },
      },
      network: { latency: "lognormal", latencyMs: 0.5, latencySigma: 0.6 },
    },
  },
  "serf-wan": {
    summary: "user events in the pool of all data centres' servers: memberlist's WAN defaults",
    settings: {
      protocol: "serf-event",
      parameters: {
        ...{ gossipInterval: 500, gossipNodes: 4, retransmitMult: 4 },
        ...{ probeInterval: 5000, pushPullInterval: 60_000 },
      },
      network: { latency: "lognormal", latencyMs: 40, latencySigma: 0.6, lossRatio: 0.001 },
      clock: { tickMs: 5 },
    },
  },
  kubernetes: {
    summary: "kube-proxies that watch one API server: leases of 40 s, slices of 100 endpoints",
    settings: {
      protocol: "k8s-endpoint-churn",
      parameters: { mode: "watch", hubs: 1, reportInterval: 10_000, leaseDuration: 40_000 },
      network: { latency: "lognormal", latencyMs: 0.5, latencySigma: 0.6 },
      clock: { tickMs: 5 },
    },
  },
  "endpoint-gossip": {
    summary: "the same endpoints told by gossip: memberlist's LAN defaults",
    settings: {
      protocol: "k8s-endpoint-churn",
      parameters: {
        ...{ mode: "gossip", gossipInterval: 200, fanout: 3, retransmitMult: 4 },
        ...{ pushPullInterval: 30_000, suspicionMult: 4 },
      },
      network: { latency: "lognormal", latencyMs: 0.5, latencySigma: 0.6 },
      clock: { tickMs: 5 },
    },
  },
  "consul-catalog": {
    summary:
      "the same endpoints in Consul's catalog: agents, three servers, each node follows 2 % of all services",
    settings: {
      protocol: "k8s-endpoint-churn",
      parameters: {
        ...{ mode: "consul", hubs: 3, reportInterval: 60_000, suspicionMult: 4 },
        watchShare: 0.02,
      },
      network: { latency: "lognormal", latencyMs: 0.5, latencySigma: 0.6 },
      clock: { tickMs: 5 },
    },
  },
  metallb: {
    summary: "MetalLB's speakers, one a node: memberlist's LAN defaults as failure detector",
    settings: {
      protocol: "metallb-memberlist",
      parameters: MEMBERLIST_LAN,
      network: { latency: "lognormal", latencyMs: 0.5, latencySigma: 0.6 },
    },
  },
  "weave-mesh-topology": {
    summary: "peers of a partial mesh tell neighbours of changed links at once, and all every 30 s",
    settings: {
      protocol: "anti-entropy",
      parameters: {
        ...{ method: "full", every: 30, fanout: 3, k: 4, redistribute: "on" },
        // The topology itself: an entry for each peer, with its version and its links.
        ...{ keys: 1000, entryBytes: 200, slots: 64 },
        ...{ updatesPerRound: 0.2, streamRounds: 120, initialUpdates: 0 },
      },
      network: {
        topology: "k-out",
        degree: 3,
        latency: "lognormal",
        latencyMs: 5,
        latencySigma: 0.6,
      },
      clock: { periodMs: 1000 },
    },
  },
  "memberlist-local": {
    summary: "members on one machine: memberlist's defaults for loopback",
    settings: {
      protocol: "swim-lifeguard",
      parameters: {
        ...{ probeInterval: 1000, probeTimeout: 200, indirectChecks: 1, suspicionMult: 3 },
        ...{ gossipInterval: 100, gossipNodes: 3, gossipToTheDeadTime: 15_000 },
        ...{ retransmitMult: 2, pushPullInterval: 15_000 },
      },
      network: { latency: "constant", latencyMs: 1 },
    },
  },
  alertmanager: {
    summary: "Alertmanager's peers: 15 s a position, gossip every 200 ms to half of ten",
    settings: {
      protocol: "alertmanager-ha",
      parameters: { peerTimeout: 15_000, gossipInterval: 200, fanout: 5, retransmitMult: 5 },
      network: { latency: "lognormal", latencyMs: 0.5, latencySigma: 0.6 },
    },
  },
  // dskit's defaults; Mimir's own flags differ in the heartbeats.
  loki: {
    summary:
      "a ring of ingesters as Loki's: heartbeats every 5 s, 128 tokens, exchanges every 30 s",
    settings: {
      protocol: "ring-kv",
      parameters: { heartbeatInterval: 5000, tokens: 128, pushPullInterval: 30_000 },
      network: { latency: "lognormal", latencyMs: 0.5, latencySigma: 0.6 },
    },
  },
  mimir: {
    summary: "a ring of ingesters as Mimir's: heartbeats every 15 s, 512 tokens",
    settings: {
      protocol: "ring-kv",
      parameters: { heartbeatInterval: 15_000, tokens: 512, pushPullInterval: 30_000 },
      network: { latency: "lognormal", latencyMs: 0.5, latencySigma: 0.6 },
    },
  },
};

export const PRESET_NAMES = Object.keys(PRESETS);
