/** What the models that aggregate values share on the host: first values, tolerance, traffic, sizes. */
import type { ParameterSpec, WireBytes } from "../protocol.js";

/** UDP over IPv4: 20 + 8 bytes; kind, sender and epoch before the values. */
const HEADER_BYTES = 28 + 12;

/** In the order of assembly/runtime/values.ts. */
export const initial: ParameterSpec = {
  description: "first values: drawn from (0, 1), 1 at one node and 0 elsewhere, or spread evenly",
  default: 0,
  min: 0,
  max: 2,
  integer: true,
  unit: "",
  choices: ["uniform", "peak", "linear"],
};

export const tolerance: ParameterSpec = {
  description:
    "a node counts as covered while its estimate is off by at most this share of the truth",
  default: 0.01,
  min: 1e-12,
  max: 1,
  integer: false,
  unit: "",
};

/** Every message carries so many doubles. */
export function valueBytes(doubles: number): WireBytes {
  return vectorBytes(8 * doubles);
}

/** Every message carries so many bytes of values. */
export function vectorBytes(valuesBytes: number): WireBytes {
  const bytes = HEADER_BYTES + valuesBytes;
  return { rumor: bytes, control: bytes };
}

/** Geometric mean of the factors from entry to entry, until the series has lost its digits. */
export function factorPerRound(series: readonly number[]): number | null {
  const first = series[0] ?? 0;
  // Rounding errors of doubles take over at about 1e-26 of the first variance.
  const end = series.findIndex((value) => !(value > first * 1e-26));
  const last = (end === -1 ? series.length : end) - 1;
  return first > 0 && last > 0 ? (series[last]! / first) ** (1 / last) : null;
}

/** Mean over the second half of a series, where what began at its start has settled. */
export function meanOfLaterHalf(series: readonly number[]): number | null {
  const later = series.slice(Math.floor(series.length / 2));
  return later.length === 0 ? null : later.reduce((sum, value) => sum + value, 0) / later.length;
}
