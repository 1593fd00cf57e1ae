/** Cassandra's gossip and failure detection; the portable steps are assembly/protocols/cassandra-gossip.ts. */
import {
  defineProtocol,
  type MeasureSettings,
  type ParameterSpec,
  type ProtocolSettings,
  type TrafficBounds,
} from "../protocol.js";
import { arrivalFields, arrivalMeasures, sum, threshold, windowSize } from "../shared/arrivals.js";
import { subjects } from "../shared/detector.js";

/** Most shards of a population; see engine/plan.ts. */
const SHARDS_MAX = 256;
/** Header, cluster name and partitioner of a SYN; of the others not much less. */
const MESSAGE_BYTES = 60;
/** A version is a generation above so many heartbeats. */
const GENERATION = 2 ** 18;
const STEPS_PER_PERIOD = 10;

type Values = readonly number[];
type Series = Readonly<Record<string, Values>>;

function count(description: string, limits: [number, number, number], unit: string): ParameterSpec {
  const [byDefault, min, max] = limits;
  return { description, default: byDefault, min, max, integer: true, unit };
}

/**
 * Up to three SYNs a period from each node, each with two answers; and after a partition an ECHO and its reply
 * for every other subject.
 */
function traffic(settings: ProtocolSettings): TrafficBounds {
  const { nodes, periodTicks, delayTicksMax } = settings;
  const perPeriod = nodes * (9 + (settings.parameters.subjects ?? 1));
  const perTick = Math.min(3 * perPeriod, Math.ceil((2 * perPeriod) / periodTicks) + 4096);
  const inFlight = Math.min(
    perTick * (delayTicksMax + 1),
    Math.ceil(2 * perPeriod * ((delayTicksMax + 1) / periodTicks)) + 4096,
  );
  return { perTick, inFlight };
}

function derive(cells: Values, { nodes }: MeasureSettings): Record<string, number> {
  const [handled = 0, bySeeds = 0, syn = 0, ack = 0, ack2 = 0, ...first] = cells;
  const [version = 0, known = 0, believers = 0, down = 0] = first;
  return {
    seedLoadShare: handled === 0 ? 0 : bySeeds / handled,
    synBytesPerNode: syn / nodes,
    ackBytesPerNode: ack / nodes,
    ack2BytesPerNode: ack2 / nodes,
    // Neither maximum nor minimum is finite while nobody is up.
    firstVersion: Number.isFinite(version) ? version : 0,
    firstKnownByAll: Number.isFinite(known) ? known : 0,
    firstBelievers: believers,
    firstIsDown: down,
  };
}

function summary(series: Series): Record<string, number | null> {
  const { seedLoadShare = [], firstVersion = [], firstKnownByAll = [] } = series;
  const periods = Math.max(1, seedLoadShare.length - 1) / STEPS_PER_PERIOD;
  const last = (name: string): number => series[name]?.at(-1) ?? 0;
  const bytes = ["synBytesPerNode", "ackBytesPerNode", "ack2BytesPerNode"].map(last);
  return {
    seedLoadShare: seedLoadShare.at(-1) ?? null,
    bytesPerNodePeriod: sum(bytes) / periods,
    agreementSteps: agreement(firstVersion, firstKnownByAll),
    restartKnownSteps: restartKnown(firstVersion, firstKnownByAll),
    restartUpSteps: restartUp(series),
  };
}

/**
 * Mean steps from a heartbeat of node 0, and with it a rare state such as the schema's version, until
 * every node has it; null when none was seen from its beginning to its end.
 */
export function agreement(version: Values, known: Values): number | null {
  const delays = version.flatMap((value, step) => {
    if (step === 0 || value === version[step - 1] || value === 0) return [];
    const end = known.findIndex((oldest, later) => later >= step && oldest >= value);
    return end < 0 ? [] : [end - step];
  });
  return delays.length === 0 ? null : sum(delays) / delays.length;
}

/** Steps from the first heartbeat of node 0's last generation until every node knows that generation. */
export function restartKnown(version: Values, known: Values): number | null {
  const generation = (value = 0): number => Math.floor(value / GENERATION);
  const newest = version.reduce((most, value) => Math.max(most, generation(value)), 0);
  const start = version.findIndex((value) => generation(value) === newest);
  const end = known.findIndex((value, step) => step >= start && generation(value) === newest);
  return newest < 2 || end < 0 ? null : end - start;
}

/** Steps from the last return of node 0 until nobody believes it down any more. */
export function restartUp({ firstIsDown = [], firstBelievers = [] }: Series): number | null {
  const start = firstIsDown.findLastIndex(
    (down, step) => down === 0 && firstIsDown[step - 1] === 1,
  );
  if (start < 0) return null;
  const end = firstBelievers.findIndex((believers, step) => step >= start && believers === 0);
  return end < 0 ? null : end - start;
}

export const cassandraGossip = defineProtocol({
  id: "cassandra-gossip",
  title: "Cassandra gossip",
  summary:
    "digests to a live node, an unreachable one and a seed each second; down by phi, up by echo",
  source: "Apache Cassandra, org.apache.cassandra.gms: Gossiper, FailureDetector, verb handlers",
  symbol: "cassandra",
  parameters: {
    subjects,
    seeds: {
      ...count("seed nodes, spread over the ids", [3, 1, 64], "nodes"),
      distinctPeers: true,
    },
    threshold,
    start: {
      ...count("what nodes know at the start: everybody, or nobody but the seeds", [0, 0, 1], ""),
      choices: ["joined", "cold"],
    },
    clientTimeout: count(
      "silence after which a gossip-only member (a fat client) is removed; 0 = members of the ring, who stay",
      [0, 0, 3600],
      "periods",
    ),
    quarantine: count(
      "time for which news of a removed endpoint are refused",
      [60, 1, 3600],
      "periods",
    ),
    windowSize,
    digestBytes: count("address, generation and version of an endpoint", [15, 1, 64], "bytes"),
    heartbeatBytes: count("an endpoint of which only the heartbeat is new", [20, 1, 256], "bytes"),
    stateBytes: count("the whole state of an endpoint", [600, 1, 65_536], "bytes"),
  },
  clocks: ["event"],
  roundTicks: 3,
  overTcp: true,
  rests: () => true,
  endless: true,
  payloadWords: (parameters) => parameters.subjects ?? 1,
  fields: (settings) => [
    ...arrivalFields(settings),
    {
      ...{ name: "checked", type: "u16", count: settings.nodes },
      meaning: "when a node last looked at phi, eighths of a period",
    },
    {
      ...{ name: "stood", type: "u16", count: settings.nodes },
      meaning: "when it last saw that it had stood still",
    },
    {
      ...{ name: "reach", type: "u32", count: 2 * SHARDS_MAX, shared: true },
      meaning: "for each shard: outages counted, nodes they hold down",
    },
  ],
  traffic,
  measures: arrivalMeasures({
    cells: [
      ...["handled", "handledBySeeds", "synBytes", "ackBytes", "ack2Bytes"].map((name) => ({
        name,
        combine: "sum" as const,
      })),
      { name: "firstVersion", combine: "max" },
      { name: "firstKnown", combine: "min" },
      { name: "firstBelievers", combine: "sum" },
      { name: "firstDown", combine: "sum" },
    ],
    derive,
    summary,
  }),
  wireBytes: () => ({ rumor: MESSAGE_BYTES, control: MESSAGE_BYTES }),
});
