/** The bus of a Redis Cluster; the portable steps are assembly/protocols/redis-cluster.ts. */
import {
  defineProtocol,
  type Measures,
  type ParameterSpec,
  type Protocol,
  type ProtocolSettings,
  type TrafficBounds,
} from "../protocol.js";
import { believerField, detectorMeasures, subjects } from "../shared/detector.js";

/** Nodes up to which every node may have a cell for every other: 4096^2 cells are 250 MB. */
const EXACT_NODES_MAX = 4096;
/** Failure reports that may have a time of their own: 67 MB. 400 nodes in full, 1400 with 32 subjects. */
const LISTED_REPORTS = 2 ** 25;
/** Reports that may have a bit in both windows: 134 MB. 1024 nodes in full, 5792 with 32 subjects. */
const MARKED_REPORTS = 2 ** 29;
/** The project's own aim: clusters of about so many nodes. */
const DESIGN_NODES = 1000;
const SHARDS_MAX = 256;
const ROW_WORDS = 8;
const SHARD_TALLIES = 8;
/** A section about subjects alone has more entries once in a million million. */
const SUBJECT_ENTRIES = 20;
/** Messages that all nodes together may send on purpose in one run, and one node at least. */
const BURST_TOTAL = 262_144;
const BURST_MIN = 4;
const RUNS = 10;
/** cluster_legacy.h: the header of every message. */
const HEADER_BYTES = 2256;

type Parameters = Readonly<Record<string, number>>;
type Field = ReturnType<Protocol["fields"]>[number];
type Series = Readonly<Record<string, readonly number[]>>;

function count(description: string, limits: [number, number, number], unit: string): ParameterSpec {
  const [byDefault, min, max] = limits;
  return { description, default: byDefault, min, max, integer: true, unit };
}

/** Columns of a node's table: every node, or the subjects. */
function columnsOf(nodes: number, parameters: Parameters): number {
  const { exactNodes = 0, subjects: tracked = 1 } = parameters;
  return nodes <= exactNodes ? nodes : tracked;
}

/** Most shards that a population is cut into; see engine/plan.ts. */
function shardsMax(nodes: number): number {
  return Math.min(SHARDS_MAX, Math.ceil(nodes / 1024));
}

/** The larger the cluster, the less of a report is kept. */
function reportsField(cells: number, groups: number): Field {
  const meaning =
    "failure reports: a time for each master, bits of two windows, or counts of two windows";
  const reports = cells * groups;
  if (reports > MARKED_REPORTS) {
    return { name: "reports", type: "u16", count: cells * 2, digest: true, meaning };
  }
  if (reports <= LISTED_REPORTS) return { name: "reports", type: "u16", count: reports, meaning };
  const count = cells * 2 * Math.ceil(groups / 32);
  return { name: "reports", type: "u32", count, meaning };
}

function fields({ nodes, parameters }: ProtocolSettings): readonly Field[] {
  const columns = columnsOf(nodes, parameters);
  const cells = nodes * columns;
  const groups = Math.ceil(nodes / (1 + (parameters.replicas ?? 0)));
  const bits = (name: string, meaning: string): Field => ({
    ...{ name, type: "u32", count: nodes * Math.ceil(columns / 32), digest: true },
    meaning: `by bit of a column: ${meaning}`,
  });
  const times = (name: string, meaning: string): Field => ({
    ...{ name, type: "u16", count: cells, digest: true },
    meaning: `by cell, tenths of a second: ${meaning}`,
  });
  return [
    believerField(parameters),
    {
      ...{ name: "rows", type: "u32", count: nodes * ROW_WORDS, digest: true },
      meaning: "epochs, election, what is being told to all",
    },
    bits("pfails", "PFAIL"),
    bits("fails", "FAIL"),
    bits("untold", "FAIL that the others are still to be told of"),
    bits("open", "a ping that is not answered"),
    bits("reported", "there may be failure reports"),
    times("pongs", "the last pong"),
    times("pings", "the open ping, or data since"),
    times("failTimes", "since when FAIL"),
    times("voteTimes", "last vote about this master"),
    {
      ...{ name: "owners", type: "u16", count: cells, digest: true },
      meaning: "by cell: epoch and owner of the slots of a group",
    },
    reportsField(cells, groups),
    {
      ...{ name: "reporters", type: "u32", count: 2 * shardsMax(nodes) * columns, shared: true },
      meaning: "for each shard: masters that report a column, two ticks in turn",
    },
    {
      ...{ name: "owed", type: "u32", count: columns === nodes ? 0 : nodes },
      meaning: "pings that wait, to nodes without a cell",
    },
    {
      ...{ name: "tallies", type: "f64", count: SHARDS_MAX * SHARD_TALLIES, shared: true },
      meaning: "for each shard: false PFAIL, elections, promotions, adoptions, mentions, pings",
    },
  ];
}

/** Most entries of a section; see entriesWanted in assembly/runtime/redis-bus.ts. */
function entriesMax(nodes: number, parameters: Parameters): number {
  const columns = columnsOf(nodes, parameters);
  const wanted = Math.max(3, Math.floor(nodes / (parameters.gossipDivisor ?? 10)));
  return columns === nodes ? Math.min(wanted, columns) : Math.min(columns, SUBJECT_ENTRIES);
}

/**
 * A burst of every node with its answers, in each run; and nodes that were paused answer what has waited. Of
 * each pair with a cell one ping is open at a time.
 */
function traffic(settings: ProtocolSettings): TrafficBounds {
  const { nodes, parameters, periodTicks, delayTicksMax } = settings;
  const burst = Math.min(nodes, Math.max(BURST_MIN, Math.floor(BURST_TOTAL / nodes)));
  const perTickOfRun = (2 * nodes * burst) / Math.max(1, periodTicks / RUNS);
  // Nodes without a cell are pinged again whether or not they answered.
  const pairs = columnsOf(nodes, parameters) === nodes ? nodes ** 2 : Infinity;
  return {
    perTick: Math.ceil(perTickOfRun + Math.min(nodes ** 2, BURST_TOTAL / 2)) + 4096,
    inFlight: Math.ceil(Math.min(perTickOfRun * (delayTicksMax + 1), pairs)) + 4096,
  };
}

const OWN = [
  "suspected",
  "wrongly",
  "falsePfails",
  "elections",
  "promotions",
  "adoptions",
] as const;

const measures: Measures = (() => {
  const detector = detectorMeasures({
    cells: [...OWN, "mentions"].map((name) => ({ name, combine: "sum" as const })),
    derive: (cells) =>
      Object.fromEntries([...OWN, "mentions"].map((name, index) => [name, cells[index] ?? 0])),
  });
  return {
    ...detector,
    derive(cells, first, settings) {
      const [observers = 0] = cells;
      const { suspected = 0, mentions = 0, ...values } = detector.derive(cells, first, settings);
      const down = values.subjectsDown ?? 0;
      const [tracked = 1, exactNodes = 0] = settings.parameters;
      const columns = columnsOf(settings.nodes, { subjects: tracked, exactNodes });
      return {
        ...values,
        suspectedShare: down === 0 ? 0 : suspected / (down * observers),
        mentionsPerPair: mentions / (settings.nodes * columns),
      };
    },
    summary: (series) => ({ ...detector.summary(series), ...summary(series) }),
  };
})();

/** Steps from the first outage of a subject; null for what did not happen. */
function summary(series: Series): Record<string, number | null> {
  const { subjectsDown = [], suspectedShare = [], promotions = [], adoptions = [] } = series;
  const last = (name: string): number => series[name]?.at(-1) ?? 0;
  const crash = subjectsDown.findIndex((down) => down > 0);
  const since = (values: readonly number[], least: number): number | null => {
    const step = values.findIndex((value) => value >= least);
    return crash < 0 || least === 0 || step < 0 ? null : step - crash;
  };
  const down = last("subjectsDown");
  const unaware = subjectsDown.reduce((sum, n, step) => sum + n * (1 - suspectedShare[step]!), 0);
  const periods = (subjectsDown.length - 1) / RUNS;
  return {
    pfailFirstSteps: since(suspectedShare, Number.MIN_VALUE),
    pfailMeanSteps: down > 0 && last("suspectedShare") === 1 ? unaware / down : null,
    promotedFirstSteps: since(promotions, 1),
    promotedAllSteps: since(promotions, last("promotions")),
    adoptedAllSteps: since(adoptions, last("adoptions")),
    falsePfails: last("falsePfails"),
    elections: last("elections"),
    promotions: last("promotions"),
    mentionsPerPairPeriod: periods === 0 ? null : last("mentionsPerPair") / periods,
  };
}

export const redisCluster = defineProtocol({
  id: "redis-cluster",
  title: "Redis Cluster bus",
  summary: "pings with gossip; PFAIL, FAIL by a majority of masters, a replica elected by votes",
  source: "redis/redis, src/cluster_legacy.c and cluster_legacy.h",
  symbol: "redisCluster",
  parameters: {
    subjects,
    exactNodes: count(
      "up to so many nodes each has a cell for every other; above for the subjects alone",
      [1024, 0, EXACT_NODES_MAX],
      "nodes",
    ),
    replicas: count("replicas of each master; ids of a group are neighbours", [1, 0, 15], "nodes"),
    nodeTimeout: count("cluster-node-timeout", [15_000, 1000, 600_000], "ms"),
    gossipDivisor: count("a section tells of nodes / gossipDivisor nodes", [10, 2, 1000], ""),
    trustPongs: {
      ...count("whether a pong that others tell of counts as one's own", [1, 0, 1], ""),
      choices: ["off", "on"],
    },
    reportValidity: {
      ...count("node timeouts for which a failure report counts", [2, 1, 100], "timeouts"),
      integer: false,
    },
  },
  clocks: ["event"],
  roundTicks: 1,
  overTcp: true,
  endless: true,
  outsideDomain: ({ nodes }) =>
    nodes > DESIGN_NODES
      ? `${nodes} nodes are outside its design domain of about ${DESIGN_NODES}`
      : undefined,
  rests: () => true,
  // Whom a node pings is the protocol itself.
  choosesPeers: false,
  periodMs: () => 1000,
  payloadWords: (parameters, nodes) =>
    2 + Math.ceil(columnsOf(nodes, parameters) / 32) + entriesMax(nodes, parameters),
  fields,
  traffic,
  measures,
  wireBytes: () => ({ rumor: HEADER_BYTES, control: HEADER_BYTES }),
});
