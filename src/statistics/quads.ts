/** Log ratios of quads: four blocks in time order, A of the base and B of the head, ABBA or BAAB. */
import { median } from "./quantile.js";

interface TimedQuad {
  readonly order: "ABBA" | "BAAB";
  /** Nanoseconds of one call. */
  readonly ns: readonly [number, number, number, number];
}

/** ln(head / base) of a quad: half the sum over B's blocks less that over A's. */
export function quadLogRatio({ order, ns }: TimedQuad): number {
  const [outer, inner] = [Math.log(ns[0] * ns[3]), Math.log(ns[1] * ns[2])];
  return (order === "ABBA" ? inner - outer : outer - inner) / 2;
}

/** Median over the quads of a round. */
export function roundLogRatio({ quads }: { readonly quads: readonly TimedQuad[] }): number {
  return median(quads.map(quadLogRatio));
}
