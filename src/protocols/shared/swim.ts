/**
 * What the models of the SWIM family share on the host: fields (in the order that assembly/runtime/swim-*.ts
 * numbers them), bounds of their traffic, measures, and parameters that both have.
 */
import type { FieldSpec } from "../../memory/layout.js";
import type { Measures, ParameterSpec, ProtocolSettings, TrafficBounds } from "../protocol.js";
import { formatBytes, formatNodes } from "../../units.js";
import { believerField, detectorMeasures } from "./detector.js";

const SHARDS_MAX = 256;
const ROW_WORDS = 16;
const CELL_WORDS = 3;
const RULE_WORDS = 256;
const TALLIES = [
  "probes",
  "failedProbes",
  "falseSuspicions",
  "refutations",
  "newsCrowdedOut",
  "healthyAccused",
  "exchangesRefused",
] as const;
const OWN = ["healthScores", "unhealthyNodes", "spreaders"] as const;
/** Subjects whose state goes into one word of an exchange. */
const STATES_PER_WORD = 3;
/** Up to here there is room for the worst; above for what comes with the settings of real systems. */
const ROOMY_NODES = 5000;
const CROWDED_NODES = 2e5;
/** IPv4 and UDP headers, and a message of type and sequence number alone. */
export const DATAGRAM_BYTES = 28 + 13;

export function whole(
  description: string,
  limits: readonly [number, number, number],
  unit: string,
): ParameterSpec {
  const [byDefault, min, max] = limits;
  return { description, default: byDefault, min, max, integer: true, unit };
}
export function onOff(description: string, byDefault: 0 | 1): ParameterSpec {
  return {
    ...{ description, default: byDefault, min: 0, max: 1, integer: true, unit: "" },
    choices: ["off", "on"],
  };
}

export const probeInterval = whole(
  "a node's period: one probe in each; it is the period of the clock",
  [1000, 500, 60_000],
  "ms",
);
export const probeTimeout = whole(
  "wait for the answer to a ping before others are asked",
  [500, 10, 30_000],
  "ms",
);
export const backgroundLoad = onOff(
  "news about a tracked subject takes the room of news about all nodes it stands for",
  1,
);

export const memberSizes = {
  nameBytes: whole("length of a node's name", [12, 1, 128], "bytes"),
  metaBytes: whole("what a node tells about itself", [100, 0, 512], "bytes"),
  stateLimit: whole(
    "a longer exchange of full state is refused; 0 = none is",
    [40, 0, 4096],
    "MiB",
  ),
};
/** Members in an exchange of full state, and its bytes for each beside name and meta; as in the steps. */
const STATE_NODES_MAX = 1_048_576;
const MEMBER_BYTES = 70;
const MIB = 1_048_576;

/** memberlist refuses exchanges of full state beyond its limits: large groups have none. */
export function refusedState({
  nodes,
  parameters,
}: Pick<ProtocolSettings, "nodes" | "parameters">): string | undefined {
  const { nameBytes = 0, metaBytes = 0, stateLimit = 0, pushPullInterval = 0 } = parameters;
  const bytes = nodes * (MEMBER_BYTES + nameBytes + metaBytes);
  if (pushPullInterval === 0 || stateLimit === 0) return undefined;
  if (nodes <= STATE_NODES_MAX && bytes <= stateLimit * MIB) return undefined;
  return (
    `exchanges of full state have ${formatNodes(nodes)} members and ${formatBytes(bytes)}, and are ` +
    `refused beyond ${STATE_NODES_MAX} members or ${stateLimit} MiB (stateLimit)`
  );
}

export function swimFields({ nodes, parameters }: ProtocolSettings): readonly FieldSpec[] {
  const words = (name: string, count: number, meaning: string): FieldSpec => {
    return { name, type: "u32", count, meaning };
  };
  const cells = nodes * CELL_WORDS * (parameters.subjects ?? 1);
  return [
    believerField(parameters),
    {
      ...words("rows", nodes * ROW_WORDS, "probe, health, gossip timer, probes for others, bits"),
      digest: true,
    },
    {
      ...words("memberCells", cells, "status, incarnation, timer of each subject"),
      digest: true,
    },
    {
      ...words("rules", SHARDS_MAX * RULE_WORDS, "what the shard's nodes play by"),
      shared: true,
    },
    {
      ...{ name: "tallies", type: "f64", count: SHARDS_MAX * TALLIES.length },
      meaning: "probes and what came of them",
      shared: true,
    },
    { name: "probing", type: "bits", count: nodes, meaning: "1 while a probe is not answered" },
  ];
}

/** What a shard plays by, read from the words that its Start wrote; see assembly/runtime/swim-rules.ts. */
export function swimRules(
  memory: ArrayBufferLike,
  at: number,
): {
  readonly transmits: number;
  readonly confirmations: number;
  readonly pushPullPeriods: number;
  /** After 0, 1, … confirmations. */
  readonly suspicionTicks: readonly number[];
} {
  const words = new Uint32Array(memory, at, RULE_WORDS);
  const [transmits, confirmations, pushPullPeriods] = [words[9]!, words[13]!, words[15]!];
  const suspicionTicks = [...words.subarray(24, 25 + confirmations)];
  return { transmits, confirmations, pushPullPeriods, suspicionTicks };
}

/**
 * Words behind a message's header: the head, and pieces of news or the state of all subjects.
 * @param fitting pieces of news that a packet takes
 */
export function swimWords(subjects: number, fitting: number): number {
  return 1 + Math.max(Math.min(subjects, fitting), Math.ceil(subjects / STATES_PER_WORD));
}

/** @param gossip packets and timers of gossip in a period */
export function swimTraffic(
  { nodes, parameters, periodTicks, delayTicksMax }: ProtocolSettings,
  gossip: number,
): TrafficBounds {
  const subjects = parameters.subjects ?? 1;
  const indirect = parameters.indirectChecks ?? 0;
  // Ping, answer, timeout, exchange; request, ping, answer, its way back and a timer for each helper; TCP.
  const probes = 5 + 5 * indirect + 2;
  const timers = nodes <= ROOMY_NODES ? subjects : Math.min(subjects, 3);
  const perPeriod = probes + gossip + timers;
  const delays = (delayTicksMax + 1) / periodTicks;
  const waiting = nodes <= CROWDED_NODES ? perPeriod : Math.min(perPeriod, 1 / delays + 0.4);
  const perTick = (4 * perPeriod) / periodTicks + Math.min(perPeriod, (waiting * delays) / 2);
  // Timers of gossip and suspicion, some of them out of date, and of probes for others.
  const inFlight = 2.2 + (nodes <= ROOMY_NODES ? perPeriod : 0) + 0.6 * waiting * delays;
  return {
    perTick: Math.ceil(nodes * perTick) + 4096,
    inFlight: Math.ceil(nodes * inFlight) + 4096,
  };
}

/** Longest timer: a suspicion that ends within a period, a beat of gossip, a timeout. */
export function swimTimerTicks(
  settings: Pick<ProtocolSettings, "periodTicks" | "parameters">,
): number {
  const { periodTicks, parameters } = settings;
  const { probeInterval: period = 1, probeTimeout: timeout = 0, gossipInterval = 0 } = parameters;
  const share = Math.max(1, timeout / period, gossipInterval / period);
  return Math.ceil(periodTicks * share) + 1;
}

const sums = (names: readonly string[]): Measures["cells"] =>
  names.map((name) => ({ name, combine: "sum" }));

export const swimMeasures: Measures = (() => {
  const detector = detectorMeasures({
    cells: sums([...TALLIES, ...OWN]),
    derive: (cells) =>
      Object.fromEntries([...TALLIES, ...OWN].map((name, index) => [name, cells[index] ?? 0])),
  });
  return {
    ...detector,
    summary(series) {
      const last = (name: string): number => series[name]?.at(-1) ?? 0;
      const probes = last("probes");
      return {
        ...detector.summary(series),
        failedProbeRatio: probes === 0 ? null : last("failedProbes") / probes,
        falseSuspicions: last("falseSuspicions"),
        refutations: last("refutations"),
        newsCrowdedOut: last("newsCrowdedOut"),
        healthyAccused: last("healthyAccused"),
        exchangesRefused: last("exchangesRefused"),
        unhealthyNodesMax: (series.unhealthyNodes ?? []).reduce((a, b) => Math.max(a, b), 0),
      };
    },
  };
})();
