/** Latencies in ms -> tables of whole ticks, as assembly/runtime/delay.ts reads them. */
import { InputError } from "../errors.js";
import type { Latency, Network } from "../network/network.js";

export interface DelayTables {
  /** 0 constant, 1 quantiles, 2 edge, 3 distance, 4 zones. */
  readonly kind: number;
  readonly constant: number;
  /** u16 ticks by quantile, edge or dot product. */
  readonly table: Uint16Array;
  /** u16 factors in 1/256. */
  readonly inflation: Uint16Array;
  /** Longest delay in ticks. */
  readonly longest: number;
}

/** Entries of a quantile table: 2^10, picked by the top bits of a word. */
const QUANTILES = 1024;
const DELAY_TICKS_MAX = 65_535;
const EMPTY = new Uint16Array(0);

/** @throws InputError when a delay does not fit into 16 bits of ticks. */
export function delayTables(
  network: Network,
  clock: { readonly kind: "round" | "event"; readonly tickMs: number },
): DelayTables {
  const { latency } = network;
  if (clock.kind === "round" || latency.kind === "round") {
    return { kind: 0, constant: 1, table: EMPTY, inflation: EMPTY, longest: 1 };
  }
  const ticks = (ms: number): number => {
    const rounded = Math.max(1, Math.round(ms / clock.tickMs));
    if (rounded <= DELAY_TICKS_MAX) return rounded;
    throw new InputError(
      `clock.tickMs must make every delay at most ${DELAY_TICKS_MAX} ticks, got ${clock.tickMs} ` +
        `for a delay of ${ms} ms`,
    );
  };
  if (latency.kind === "constant") {
    const constant = ticks(latency.ms);
    return { kind: 0, constant, table: EMPTY, inflation: EMPTY, longest: constant };
  }
  if (latency.kind === "distance") {
    const table = Uint16Array.from(latency.delayMsByDot, ticks);
    const inflation = Uint16Array.from(latency.inflation, (factor) => Math.round(factor * 256));
    const longest = Math.ceil((largest(table) * largest(inflation)) / 256);
    return { kind: 3, constant: 1, table, inflation, longest };
  }
  const table = tableOf(network, latency, ticks);
  const kind = { quantiles: 1, edge: 2, zones: 4 }[latency.kind];
  return { kind, constant: 1, table, inflation: EMPTY, longest: largest(table) };
}

function tableOf(
  network: Network,
  latency: Extract<Latency, { kind: "quantiles" | "edge" | "zones" }>,
  ticks: (ms: number) => number,
): Uint16Array {
  const quantiles = (source: Float64Array): number[] =>
    Array.from({ length: QUANTILES }, (_, index) =>
      ticks(source[Math.floor(((index + 0.5) / QUANTILES) * source.length)] ?? 0),
    );
  if (latency.kind === "edge") return Uint16Array.from(edgeLatencies(network), ticks);
  if (latency.kind === "quantiles") return Uint16Array.from(quantiles(latency.quantilesMs));
  return Uint16Array.from([...quantiles(latency.withinMs), ...quantiles(latency.acrossMs)]);
}

function edgeLatencies(network: Network): Float32Array {
  const values = network.topology.kind === "graph" ? network.topology.csr.latencyMs : undefined;
  if (values === undefined) {
    throw new InputError("network.latency edge needs a topology whose edges carry a latency");
  }
  return values;
}

function largest(values: Uint16Array): number {
  return values.reduce((max, value) => Math.max(max, value), 1);
}
