/**
 * The plan of a trial: which path plays it, and where everything stands in memory. Arithmetic only, so
 * that a run states its bytes (and is refused) before a byte is allocated. A plan crosses threads.
 */
import {
  BIT_PADDING,
  checkBudget,
  layOut,
  type FieldSpec,
  type PlacedField,
} from "../memory/layout.js";
import { zoneSizes, type ZoneSizes } from "../network/zones.js";
import type { ProtocolSettings, TrafficBounds, WireBytes } from "../protocols/protocol.js";
import { CONTROL_BYTES } from "./barrier.js";
import { delayTables, type DelayTables } from "./delays.js";
import {
  environmentFields,
  isQuiet,
  lossFields,
  planEnvironment,
  waitTicksMax,
  type EnvironmentPlan,
} from "./environment.js";
import { planSelection, type SelectionPlan } from "./selection.js";
import type { TrialSettings } from "./settings.js";
import { planResends } from "./tcp.js";

export interface TrialPlan {
  readonly protocolId: string;
  /** bits: the bit-level round kernel. mailbox: portable steps over mailboxes. */
  readonly path: "bits" | "mailbox";
  readonly nodes: number;
  readonly workers: number;
  readonly parameters: readonly number[];
  readonly fanout: number;
  /** Thresholds of a drawn fanout; empty = exactly `fanout`. */
  readonly fanoutTable: readonly number[];
  readonly lossBelow: number;
  readonly clock: TrialSettings["clock"];
  readonly roundTicks: number;
  /** Ticks between two points of the series on an event clock. */
  readonly windowTicks: number;
  readonly stop: TrialSettings["stop"];
  readonly latencyKind: number;
  readonly delayTicks: number;
  /** First timeout of what goes over TCP and is lost; 0 = loss takes messages away. */
  readonly resendTicks: number;
  readonly graph: boolean;
  readonly zones: ZoneSizes;
  readonly environment: EnvironmentPlan;
  readonly selection: SelectionPlan;
  /** Bytes on the wire of a copy and of a message without one. */
  readonly wireBytes: WireBytes;
  readonly shardShift: number;
  readonly shards: number;
  readonly wheelSlots: number;
  readonly messageBytes: number;
  readonly bucketShift: number;
  /** Bytes of model state and topology per node. */
  readonly bytesPerNode: number;
  readonly memoryBytes: number;
  readonly fields: Readonly<Record<string, PlacedField>>;
  /** true: the trial ends when nobody spreads the rumor any more. */
  readonly dies: boolean;
  /** true: a trial does not end because nothing was sent for a while. */
  readonly rests: boolean;
  /** true: only the round limit ends a trial. */
  readonly endless: boolean;
  /** Cells that the protocol measures per shard; 0 without measures. */
  readonly cells: number;
  /** Names of the protocol's own fields, in order. */
  readonly protocolFields: readonly string[];
  readonly digestFields: readonly string[];
}

/** Words in the context block; see assembly/runtime/context.ts. */
export const CONTEXT_WORDS = 128;
/** Counter tables of one worker: a ring of rounds, so that a table is read long before its reuse. */
export const COUNT_RING = 4;
export const COUNTERS = 24;
/** Fewest and most nodes of a shard (the smallest is one block of draws), and most shards. */
const SHARD_SHIFT_MIN = 10;
const SHARD_SHIFT_MAX = 16;
const SHARDS_MAX = 256;
/** Shards a small population is cut into, so that workers have something to share. */
const SHARDS_WANTED = 16;
/** From here on both bit fields outgrow the cache and contacts are sorted first (measured). */
const BUCKETED_NODES = 2 ** 26;
const BUCKET_SHIFT = 20;
export const BUCKET_CAPACITY = 32_768;
const BLOCK_BYTES = 4096;
/** Drawn fanouts are cut here; the chance of more is below 1e-7 for the largest mean allowed. */
const FANOUT_DRAWN_MAX = 64;
/** Messages one may follow from another in a tick's worth of traffic: call, answer, last word. */
const DUPLICATED_STEPS = 3;
const CHUNK_MESSAGES = 32;
const CHUNK_HEADER_BYTES = 16;
const MESSAGE_HEADER_BYTES = 16;
const WINDOWS_PER_PERIOD = 10;

/** @throws InputError when the trial would not fit into WebAssembly memory. */
export function planTrial(settings: TrialSettings): TrialPlan {
  const { protocol, nodes, network, clock, workers, parameters } = settings;
  const environment = planEnvironment(settings);
  const bits = playsBits(settings) && isQuiet(environment);
  const delays = delayTables(network, clock);
  const tables = { ...delays, longest: delays.longest + waitTicksMax(environment) };
  const fanoutTable = poissonTable(parameters.fanoutMean ?? 0);
  const fanout =
    fanoutTable.length > 0 ? Math.min(fanoutTable.length, nodes - 1) : (parameters.fanout ?? 1);
  const cut = shardCut(nodes);
  const messageBytes = messageSize(settings);
  const edges = network.topology.kind === "graph" ? network.topology.csr.targets.length : 0;
  const asked = protocolSettings(settings, tables, edges);
  const model = bits ? bitFields(nodes, workers) : protocol.fields(asked);
  const topology = bits
    ? []
    : [
        ...topologyFields(settings, tables, cut.shards),
        ...environmentFields(environment, network, nodes),
      ];
  const resends = planResends(settings);
  const longest = tables.longest + resends.longest;
  const wheelSlots = wheelSize(clock, Math.max(longest, protocol.timerTicks?.(asked) ?? 0));
  const machine = bits
    ? bitMachine(nodes, workers, fanout)
    : mailboxMachine(settings, tables, { ...cut, wheelSlots, messageBytes, fanout, edges });
  const layout = layOut([...machine.slice(0, 1), ...model, ...topology, ...machine.slice(1)]);
  checkBudget(layout.end, nodes);
  const fields = Object.fromEntries(layout.fields.map((field) => [field.name, field]));
  const stateBytes = [...model, ...topology].reduce(
    (sum, { name }) => sum + (fields[name]?.bytes ?? 0),
    0,
  );
  return {
    protocolId: protocol.id,
    path: bits ? "bits" : "mailbox",
    nodes,
    workers,
    fanout,
    fanoutTable,
    parameters: Object.keys(protocol.parameters).map((name) => parameters[name] ?? 0),
    lossBelow: Math.round(network.lossRatio * 2 ** 32),
    clock,
    roundTicks: protocol.roundTicks,
    windowTicks: Math.max(1, Math.round(clock.periodTicks / WINDOWS_PER_PERIOD)),
    stop: settings.stop,
    latencyKind: tables.kind,
    resendTicks: resends.first,
    delayTicks: tables.constant,
    graph: edges > 0,
    zones: zoneSizes(nodes, network.zones),
    environment,
    selection: planSelection(network.selection, clock.periodTicks),
    wireBytes: protocol.wireBytes(parameters),
    shardShift: cut.shardShift,
    shards: cut.shards,
    wheelSlots,
    messageBytes,
    bucketShift: nodes >= BUCKETED_NODES ? BUCKET_SHIFT : 0,
    bytesPerNode: stateBytes / nodes,
    memoryBytes: layout.end,
    dies:
      typeof protocol.dies === "function" ? protocol.dies(parameters) : (protocol.dies ?? false),
    rests: protocol.rests?.(parameters) ?? false,
    endless: protocol.endless ?? false,
    cells: bits ? 0 : (protocol.measures?.cells.length ?? 0),
    fields,
    protocolFields: model.map(({ name }) => name),
    digestFields: model.filter((field) => field.digest === true).map(({ name }) => name),
  };
}

/** What the protocol may look at. @param tables whose longest delay includes queues and pauses */
function protocolSettings(
  { nodes, parameters, clock }: TrialSettings,
  { longest }: DelayTables,
  edges: number,
): ProtocolSettings {
  const { kind, periodTicks } = clock;
  return { nodes, parameters, edges, clock: kind, periodTicks, delayTicksMax: longest };
}

function messageSize({ protocol: { payloadWords }, parameters, nodes }: TrialSettings): number {
  const words = typeof payloadWords === "number" ? payloadWords : payloadWords(parameters, nodes);
  return MESSAGE_HEADER_BYTES + 4 * words;
}

/**
 * The bit kernel plays a rumor on the complete graph in rounds between uniform peers, when nobody asks
 * who told whom or what crosses zones.
 */
function playsBits({ protocol, parameters, network, clock, observe }: TrialSettings): boolean {
  return (
    protocol.bitRounds !== undefined &&
    !observe &&
    network.topology.kind === "complete" &&
    network.selection === undefined &&
    network.zones === undefined &&
    clock.kind === "round" &&
    (parameters.activeRounds ?? 0) === 0 &&
    (parameters.fanoutMean ?? 0) === 0
  );
}

/** Shards depend on nodes alone, never on workers: the order of messages must not change with them. */
function shardCut(nodes: number): { shardShift: number; shards: number } {
  const wanted = Math.ceil(Math.log2(nodes / SHARDS_WANTED));
  let shardShift = Math.min(SHARD_SHIFT_MAX, Math.max(SHARD_SHIFT_MIN, wanted));
  while (Math.ceil(nodes / 2 ** shardShift) > SHARDS_MAX) shardShift++;
  return { shardShift, shards: Math.ceil(nodes / 2 ** shardShift) };
}

function wheelSize(clock: TrialSettings["clock"], delayTicksMax: number): number {
  if (clock.kind === "round") return 1;
  const timers = clock.timer === "periodic" ? 1 : 4 * clock.periodTicks;
  return 2 ** Math.ceil(Math.log2(Math.max(delayTicksMax + 1, timers, 2)));
}

/** Cumulative Poisson probabilities times 2^32; empty for mean 0. */
function poissonTable(mean: number): number[] {
  const table: number[] = [];
  let term = Math.exp(-mean);
  let sum = 0;
  for (let k = 0; mean > 0 && k < FANOUT_DRAWN_MAX && sum < 1 - 2 ** -32; k++) {
    sum += term;
    term *= mean / (k + 1);
    table.push(Math.min(0xffffffff, Math.floor(sum * 2 ** 32)));
  }
  return table;
}

function control(): FieldSpec {
  return {
    name: "control",
    type: "u8",
    count: CONTROL_BYTES,
    meaning: "barrier, progress, digest",
  };
}

function bitFields(nodes: number, workers: number): FieldSpec[] {
  const informed: FieldSpec = {
    name: "informed",
    type: "bits",
    count: nodes,
    meaning: "1 once informed",
    digest: true,
  };
  const padded = Math.ceil(nodes / BIT_PADDING) * BIT_PADDING;
  const meaning = "informed in this round, one field per worker";
  return [informed, { name: "next", type: "bits", count: padded * workers, meaning }];
}

function bitMachine(nodes: number, workers: number, fanout: number): FieldSpec[] {
  const scratch = (fanout + 2) * BLOCK_BYTES;
  const fields: FieldSpec[] = [
    control(),
    { name: "scratch", type: "u8", count: scratch * workers, meaning: "blocks of draws" },
    {
      name: "results",
      type: "f64",
      count: 2 * COUNTERS * workers,
      meaning: "counts of two rounds",
    },
  ];
  if (nodes >= BUCKETED_NODES) {
    fields.push({
      name: "buckets",
      type: "u8",
      count: bucketBytes(nodes) * workers,
      meaning: "sorted contacts",
    });
  }
  return fields;
}

/** Bytes of one worker's buckets. */
export function bucketBytes(nodes: number): number {
  const buckets = Math.ceil(nodes / 2 ** BUCKET_SHIFT);
  return Math.ceil((buckets * 4) / 128) * 128 + buckets * BUCKET_CAPACITY * 8;
}

function topologyFields(settings: TrialSettings, tables: DelayTables, shards: number): FieldSpec[] {
  const { network, clock, nodes } = settings;
  const fields: FieldSpec[] = [];
  const add = (name: string, type: FieldSpec["type"], count: number, meaning: string): void => {
    fields.push({ name, type, count, meaning });
  };
  if (network.topology.kind === "graph") {
    const { csr } = network.topology;
    add("offsets", "u32", csr.offsets.length, "start of each node's row");
    add("targets", "u32", csr.targets.length, "neighbours");
  }
  const rule = network.selection?.rule;
  if (rule !== undefined && "table" in rule) {
    add("selection", "u32", rule.table.length, "alias tables of whom to address");
  }
  if (tables.table.length > 0) add("delays", "u16", tables.table.length, "delays in ticks");
  if (tables.inflation.length > 0) add("inflation", "u16", tables.inflation.length, "x 256");
  if (network.latency.kind === "distance") add("places", "i16", 4 * nodes, "unit vectors");
  if (clock.kind === "event" && clock.timer === "periodic") {
    add("phaseNodes", "u32", nodes, "nodes by shard and phase");
    add("phaseStarts", "u32", shards * (clock.periodTicks + 1) + 1, "where a phase starts");
  }
  return fields;
}

interface Machine {
  readonly shards: number;
  readonly shardShift: number;
  readonly wheelSlots: number;
  readonly messageBytes: number;
  readonly fanout: number;
  readonly edges: number;
}

/** A message that comes twice is answered twice, and answers are answered. */
function trafficBounds(settings: TrialSettings, tables: DelayTables, edges: number): TrafficBounds {
  const { protocol, network } = settings;
  // Twice what resending adds to a delay in the mean, so that chance has room.
  const longest = tables.longest + Math.ceil(2 * planResends(settings).mean);
  const asked = protocolSettings(settings, { ...tables, longest }, edges);
  const { perTick, inFlight } = protocol.traffic(asked);
  const copies = (1 + (network.environment?.duplicateRatio ?? 0)) ** DUPLICATED_STEPS;
  return { perTick: Math.ceil(perTick * copies), inFlight: Math.ceil(inFlight * copies) };
}

function mailboxMachine(
  settings: TrialSettings,
  tables: DelayTables,
  machine: Machine,
): FieldSpec[] {
  const { protocol, nodes, clock, workers } = settings;
  const { shards, shardShift, wheelSlots, messageBytes, fanout, edges } = machine;
  const bounds = trafficBounds(settings, tables, edges);
  const timers = clock.timer === "periodic" ? 0 : nodes;
  const cells = protocol.measures?.cells.length ?? 0;
  const chunkBytes = CHUNK_HEADER_BYTES + CHUNK_MESSAGES * messageBytes;
  // A worker owns part of the shards and gets half as much again as its share of the messages; on a
  // graph, or where peers are selected, the hubs may all stand in one shard: room for everything.
  const ownShards = Math.ceil(shards / workers);
  const isSkewed =
    edges > 0 || settings.network.selection !== undefined || protocol.hasHubs === true;
  const share = isSkewed ? 1 : Math.min(1, (1.5 * ownShards * 2 ** shardShift) / nodes);
  const arenaChunks =
    Math.ceil(((bounds.perTick + timers) * share) / CHUNK_MESSAGES) + ownShards * shards;
  // A list needs a chunk for its first message: no more chunks than lists, nor than messages.
  const parked = Math.ceil((bounds.inFlight + timers) * share);
  const wheelChunks =
    clock.kind === "round"
      ? 0
      : Math.ceil(parked / CHUNK_MESSAGES) + Math.min(parked, ownShards * wheelSlots);
  const slots = Math.max(1, fanout);
  return [
    control(),
    { name: "contexts", type: "u32", count: CONTEXT_WORDS * workers, meaning: "see context.ts" },
    { name: "parameters", type: "f64", count: 32, meaning: "in order of declaration" },
    { name: "fieldTable", type: "u32", count: 32, meaning: "addresses of the protocol's fields" },
    { name: "fanoutTable", type: "u32", count: FANOUT_DRAWN_MAX, meaning: "thresholds" },
    { name: "counts", type: "f64", count: COUNT_RING * COUNTERS * workers, meaning: "counters" },
    { name: "scratch", type: "u8", count: (slots + 2) * BLOCK_BYTES * workers, meaning: "draws" },
    { name: "cells", type: "f64", count: 2 * cells * shards, meaning: "two rounds, by shard" },
    { name: "allCells", type: "f64", count: 2 * cells * workers, meaning: "first and last round" },
    { name: "lists", type: "u32", count: 128 * workers, meaning: "peers and edges of one action" },
    { name: "heads", type: "u32", count: 2 * 2 * shards * shards, meaning: "mailbox lists" },
    { name: "wheels", type: "u32", count: 2 * shards * wheelSlots, meaning: "wheel lists" },
    {
      name: "arenas",
      type: "u8",
      count: 2 * arenaChunks * chunkBytes * workers,
      meaning: "chunks",
    },
    { name: "wheelPool", type: "u8", count: wheelChunks * chunkBytes * workers, meaning: "chunks" },
    ...lossFields(settings),
  ];
}

/** Range of items (shards, blocks) that worker `worker` owns. */
export function ownRange(items: number, worker: number, workers: number): [number, number] {
  return [Math.floor((items * worker) / workers), Math.floor((items * (worker + 1)) / workers)];
}
