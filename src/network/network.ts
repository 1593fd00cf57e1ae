/**
 * What lies between the nodes: who may talk to whom, how long a message takes, how often it is lost.
 * Plain data; the engine copies it into shared memory, the portable code reads it there.
 */

/** Directed adjacency, compressed sparse rows; neighbours of v are targets[offsets[v] .. offsets[v + 1]). */
export interface Csr {
  /** u32[nodes + 1], ascending, offsets[0] = 0. */
  readonly offsets: Uint32Array;
  /** u32[offsets[nodes]]; no self-loops, no repeats, ascending within a row. */
  readonly targets: Uint32Array;
  /** One-way delay of each entry of `targets` in ms, where the source gives it. */
  readonly latencyMs?: Float32Array;
}

export type Topology =
  | { readonly kind: "complete"; readonly nodes: number }
  | { readonly kind: "graph"; readonly nodes: number; readonly csr: Csr };

/** Data centres and racks: runs of node ids of equal length, the last one shorter where it must be. */
export interface Zones {
  readonly dcs: number;
  /** Racks of each data centre. */
  readonly racks: number;
}

/**
 * One-way delay of a message.
 * `round`: no time, every message takes one tick of a round clock.
 * `quantiles`: drawn per message; quantilesMs[i] is the delay at probability (i + 0.5) / length.
 * `zones`: two such tables, for messages within a data centre and for those between two (needs zones).
 * `edge`: the delay of the edge that is used (needs csr.latencyMs).
 * `distance`: from places on the globe, see geography.ts.
 */
export type Latency =
  | { readonly kind: "round" }
  | { readonly kind: "constant"; readonly ms: number }
  | { readonly kind: "quantiles"; readonly quantilesMs: Float64Array }
  | {
      readonly kind: "zones";
      readonly withinMs: Float64Array;
      readonly acrossMs: Float64Array;
    }
  | { readonly kind: "edge" }
  | {
      readonly kind: "distance";
      /** i16[4 * nodes]: x, y, z of the unit vector scaled by 16384, and a zero. */
      readonly places: Int16Array;
      /** One-way ms by (dot + 2^28) >>> 15, where dot is the integer product of two places: f64[16385]. */
      readonly delayMsByDot: Float64Array;
      /** 256 factors of route inflation, one picked per unordered pair and kept for that pair. */
      readonly inflation: Float64Array;
    };

/** A span of time: rounds (periods of an event clock), or milliseconds on an event clock. */
export type Duration = { readonly rounds: number } | { readonly ms: number };

/** From `from` until `until` (null: for ever), messages between [first, end) and the other ids are lost. */
export interface Partition {
  readonly from: Duration;
  readonly until: Duration | null;
  readonly first: number;
  readonly end: number;
}

/**
 * From `from` until `until`, and again at every multiple of `every` after that, some nodes are down (they
 * neither send nor receive) or paused (they do neither, but find what came when they go on).
 */
export interface Outage {
  readonly from: Duration;
  readonly until: Duration | null;
  readonly every: Duration | null;
  readonly effect: "down" | "paused";
  /** For so long before, the nodes know that they will leave. */
  readonly notice: Duration | null;
  /**
   * Which nodes fail: a drawn share of all nodes, racks or data centres, each of them whole; or those of
   * one range of ids.
   */
  readonly nodes:
    | { readonly kind: "share"; readonly share: number; readonly of: "nodes" | "racks" | "dcs" }
    | { readonly kind: "range"; readonly first: number; readonly end: number };
  /** true: a node that comes back has forgotten everything. */
  readonly stateLost: boolean;
}

/**
 * Nodes come and go. `sessions`: time up and time down alternate, drawn anew each time; at the start the
 * process has been going on for ever. `trace`: recorded sessions, host i for node i; nodes beyond the
 * hosts take them again at another time of the trace.
 */
export type Churn =
  | {
      readonly kind: "sessions";
      /** Mean time up, mean time down (null: a node that leaves does not return). */
      readonly up: Duration;
      readonly down: Duration | null;
      /** Shape of the Weibull law of both; 1 = exponential (Poisson churn). */
      readonly shape: number;
      readonly stateLost: boolean;
    }
  | {
      readonly kind: "trace";
      /** Changes of host h are times[offsets[h] .. offsets[h + 1]): up, down, up, … in ms of the trace. */
      readonly offsets: Uint32Array;
      readonly timesMs: Float64Array;
      readonly lengthMs: number;
      /** How long an hour of the trace lasts in the trial. */
      readonly hour: Duration;
      readonly stateLost: boolean;
    };

/** A node's access link, on an event clock. Messages queue first in, first out. */
export interface Bandwidth {
  /** kbit/s; 0 = no limit. */
  readonly uplinkKbps: number;
  readonly downlinkKbps: number;
  /** A message that would wait longer than this is lost. */
  readonly queueMs: number;
}

/** What happens to nodes and links during a trial, whatever the protocol. */
export interface Environment {
  /** Probability that a message arrives twice. */
  readonly duplicateRatio: number;
  readonly partitions: readonly Partition[];
  readonly outages: readonly Outage[];
  readonly churn?: Churn;
  readonly bandwidth?: Bandwidth;
}

/**
 * Whom nodes address where that is not uniform.
 * `weighted`: neighbours by an alias table per row, u32[2 * half-edges]; see alias-rows.ts.
 * `zones`: peers outside the data centre, outside the rack, within the rack; needs zones.
 * `nearest`: the nearest of some uniform draws.
 * `spatial`: peers by distance on a torus of rows of `rowNodes` (a ring is one row), from one table of
 * all steps, u32[2 * (nodes - 1)].
 */
export type SelectionRule =
  | { readonly kind: "weighted"; readonly table: Uint32Array }
  | { readonly kind: "zones"; readonly outsideDc: number; readonly outsideRack: number }
  | { readonly kind: "nearest"; readonly candidates: number }
  | { readonly kind: "spatial"; readonly table: Uint32Array; readonly rowNodes: number };

export interface Selection {
  readonly rule: SelectionRule;
  /** Rounds (periods on an event clock) after which peers are uniform; 0 = never. */
  readonly directedRounds: number;
}

/** Degrees, and how many nodes stand there. */
export interface CityPlace {
  readonly lat: number;
  readonly lon: number;
  readonly nodes: number;
}

export interface Network {
  readonly topology: Topology;
  readonly latency: Latency;
  /** Probability that one transmission of a rumor is lost, 0 .. 0.99. */
  readonly lossRatio: number;
  /** Without it there is one zone. */
  readonly zones?: Zones;
  /** Without it nodes live for ever and links are only lossy. */
  readonly environment?: Environment;
  /** Without it peers are uniform. */
  readonly selection?: Selection;
  /** The settings that made this network, as they enter the record. */
  readonly description: Readonly<Record<string, number | string | boolean>>;
  /** How node ids follow places: "hilbert" when neighbours in id are neighbours on the map. */
  readonly order: "id" | "hilbert";
  /** Where the nodes stand, in the order of their ids, where they stand in cities. */
  readonly cityPlaces?: readonly CityPlace[];
}
