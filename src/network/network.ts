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
 * `edge`: the delay of the edge that is used (needs csr.latencyMs).
 * `distance`: from places on the globe, see geography.ts.
 */
export type Latency =
  | { readonly kind: "round" }
  | { readonly kind: "constant"; readonly ms: number }
  | { readonly kind: "quantiles"; readonly quantilesMs: Float64Array }
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

export interface Network {
  readonly topology: Topology;
  readonly latency: Latency;
  /** Probability that one transmission of a rumor is lost, 0 .. 0.99. */
  readonly lossRatio: number;
  /** Without it there is one zone. */
  readonly zones?: Zones;
  /** The settings that made this network, as they enter the record. */
  readonly description: Readonly<Record<string, number | string | boolean>>;
  /** How node ids follow places: "hilbert" when neighbours in id are neighbours on the map. */
  readonly order: "id" | "hilbert";
}
