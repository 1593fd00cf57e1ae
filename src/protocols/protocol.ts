/**
 * The contract every protocol meets. A protocol is data (parameters, fields, bounds) plus portable
 * step functions in assembly/protocols/, named by `symbol`: both backends export them, and the
 * engine calls them once per shard and tick. A protocol never schedules, measures, prints or spawns.
 */
import type { FieldSpec } from "../memory/layout.js";

/** A number (or named choice) that a user may set with --set NAME=VALUE. */
export interface ParameterSpec {
  readonly description: string;
  readonly default: number;
  readonly min: number;
  readonly max: number;
  /** true: only whole numbers. */
  readonly integer: boolean;
  readonly unit: string;
  /** Names of the values 0, 1, 2 …, where words say more than numbers. */
  readonly choices?: readonly string[];
  /** true: the value may not exceed nodes - 1 (a number of distinct peers). */
  readonly distinctPeers?: boolean;
}

/** Everything a protocol may look at when it states its memory and its bounds. */
export interface ProtocolSettings {
  readonly nodes: number;
  readonly parameters: Readonly<Record<string, number>>;
  /** Half-edges of the topology; 0 on the complete graph. */
  readonly edges: number;
  readonly clock: "round" | "event";
  /** Ticks between two actions of a node; on a round clock the ticks of one round. */
  readonly periodTicks: number;
  /** Longest delay of a message in ticks. */
  readonly delayTicksMax: number;
}

/**
 * Figures of the state itself, for models whose state is more than who is informed. The portable function
 * `${symbol}Measure` adds up the cells of a shard as each round ends (messages due were received, nothing
 * was sent yet); shards are combined in their order, so that workers change no bit.
 */
export interface Measures {
  /** The cell that counts the nodes that the coverage of a trial counts; the first where none is named. */
  readonly covered?: number;
  readonly cells: readonly { readonly name: string; readonly combine: "sum" | "min" | "max" }[];
  /**
   * Values to keep of each round, by name with unit.
   * @param cells of all nodes, in order; `first` as they were before anything was sent
   */
  derive(
    cells: readonly number[],
    first: readonly number[],
    settings: MeasureSettings,
  ): Readonly<Record<string, number>>;
  /** Measures of a whole trial from the values of its rounds, the start at index 0. */
  summary(
    series: Readonly<Record<string, readonly number[]>>,
  ): Readonly<Record<string, number | null>>;
}

export interface MeasureSettings {
  readonly nodes: number;
  /** In order of declaration. */
  readonly parameters: readonly number[];
}

/** Bounds from which the engine sizes mailboxes and timing wheel; exceeding one is a hard error. */
export interface TrafficBounds {
  /** Messages all nodes together may emit in one tick. */
  readonly perTick: number;
  /** Messages in flight at any time, beyond those of the last tick. */
  readonly inFlight: number;
}

export interface Protocol {
  /** Folder name, CLI name, record name. */
  readonly id: string;
  readonly title: string;
  /** One sentence for `hearsay list`. */
  readonly summary: string;
  /** Where the rule comes from. */
  readonly source: string;
  /** Prefix of the portable functions `${symbol}Receive`, `${symbol}Act`, `…Start` and `…Measure`. */
  readonly symbol: string;
  readonly parameters: Readonly<Record<string, ParameterSpec>>;
  /** Clocks the model can run on; the first is the default. */
  readonly clocks: readonly ("round" | "event")[];
  /** Ticks of one round on the round clock: 1 when nothing is answered, 2 for request and reply. */
  readonly roundTicks: number;
  /** The model's memory, in the order in which portable code numbers its fields. */
  fields(settings: ProtocolSettings): readonly FieldSpec[];
  /** Extra u32 words of a message beyond the fixed header; from parameters and nodes where these say how many. */
  readonly payloadWords:
    number | ((parameters: Readonly<Record<string, number>>, nodes: number) => number);
  traffic(settings: ProtocolSettings): TrafficBounds;
  /** true: a few nodes send for all, so that the worker of one shard may need room for all messages. */
  readonly hasHubs?: boolean;
  /** false: messages go to all neighbours, so how peers are selected has no effect. */
  readonly choosesPeers?: boolean;
  /** true: messages go over TCP (all, or those that the model does not lose): what is lost comes late, after time-outs. */
  readonly overTcp?: boolean;
  /** Directions of the bit-level round kernel, for models that carry nothing but "informed". */
  readonly bitRounds?: { readonly push: boolean; readonly pull: boolean };
  /**
   * Whether nodes lose interest, and count ACTIVE while they have it. The trial then goes on after the last
   * node is informed, so that all traffic counts, and ends when nobody spreads the rumor any more.
   */
  readonly dies?: boolean | ((parameters: Readonly<Record<string, number>>) => boolean);
  /**
   * Whether a step without messages may be followed by others: calls are rare or updates are still to come.
   * Such a trial ends at its coverage or round limit, never because it is quiet.
   */
  readonly rests?: (parameters: Readonly<Record<string, number>>) => boolean;
  /** true: a trial goes on to its round limit whatever is covered; for models that watch, not spread. */
  readonly endless?: boolean;
  /** Longest delay, in ticks, of a message that a node sends to itself; without it that of the network. */
  readonly timerTicks?: (settings: ProtocolSettings) => number;
  /** Period of the event clock where a scenario names none, for models whose parameters say it. */
  readonly periodMs?: (parameters: Readonly<Record<string, number>>) => number;
  /** Where the real system would do otherwise: a sentence for the user; undefined within its domain. */
  readonly outsideDomain?: (
    settings: Pick<ProtocolSettings, "nodes" | "parameters">,
  ) => string | undefined;
  /** Without it a trial is measured by who is informed. With it the model has a `…Start`. */
  readonly measures?: Measures;
  /** Bytes on the wire of one message by kind, from the parameters; countBytes adds what varies. */
  wireBytes(parameters: Readonly<Record<string, number>>): WireBytes;
}

/** Sizes of the messages of a rumor protocol, headers included. */
export interface WireBytes {
  /** A message that carries the rumor. */
  readonly rumor: number;
  /** A message that does not: a request, a digest. */
  readonly control: number;
}

/** Declares a protocol; the identity function, so that a literal is checked where it is written. */
export function defineProtocol(protocol: Protocol): Protocol {
  return protocol;
}
