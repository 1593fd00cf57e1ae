/**
 * How evenly the work lies on the nodes: distribution of a u32 count per node. Works at 1e8 nodes,
 * since nothing is sorted or copied: ranks are found by two counting passes over 16 bits each.
 */
import { invariant } from "../errors.js";
import { quantileByRank } from "../statistics/quantile.js";

export interface LoadDistribution {
  readonly mean: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  /** Share of all counts that the busiest 1 % of nodes have, at least one node; 0 when all are 0. */
  readonly topShare: number;
  /** Whole numbers from 0, ascending, one more than bins; four to a doubling where that is possible. */
  readonly edges: number[];
  /** bins[i] nodes have a count in [edges[i], edges[i + 1]). */
  readonly bins: number[];
}

const EDGES_PER_DOUBLING = 4;
/** Part of the nodes whose load topShare adds up. */
const TOP = 0.01;

/** @param counts u32[nodes], at least one node; read only */
export function loadDistribution(counts: Uint32Array): LoadDistribution {
  invariant(counts.length > 0, "load of no nodes");
  let sum = 0;
  let max = 0;
  const high = new Uint32Array(65_536);
  for (const count of counts) {
    sum += count;
    if (count > max) max = count;
    high[count >>> 16]!++;
  }
  const valueAt = (rank: number): number => countAtRank(counts, high, rank);
  const edges = logEdges(max);
  return {
    mean: sum / counts.length,
    p50: quantileByRank(counts.length, 0.5, valueAt),
    p99: quantileByRank(counts.length, 0.99, valueAt),
    max,
    topShare: sum === 0 ? 0 : sumOfTop(counts, Math.ceil(TOP * counts.length), valueAt) / sum,
    edges,
    bins: countByBin(counts, edges),
  };
}

/** Sum of the `top` largest counts: all above the smallest of them, and as many equals as it takes. */
function sumOfTop(counts: Uint32Array, top: number, valueAt: (rank: number) => number): number {
  const least = valueAt(counts.length - top);
  let sum = 0;
  let above = 0;
  for (const count of counts) {
    if (count <= least) continue;
    sum += count;
    above++;
  }
  return sum + (top - above) * least;
}

/** 0, 1, 2, … spaced by a factor of 2^(1/4) once that is more than one; the last exceeds `max`. */
function logEdges(max: number): number[] {
  const edges = [0];
  let last = 0;
  for (let step = 0; last <= max; step++) {
    const edge = Math.round(2 ** (step / EDGES_PER_DOUBLING));
    if (edge > last) edges.push((last = edge));
  }
  return edges;
}

function countByBin(counts: Uint32Array, edges: readonly number[]): number[] {
  const bins = new Array<number>(edges.length - 1).fill(0);
  for (const count of counts) {
    let bin = 0;
    let end = bins.length;
    while (end - bin > 1) {
      const middle = (bin + end) >>> 1;
      if (count >= edges[middle]!) bin = middle;
      else end = middle;
    }
    bins[bin]!++;
  }
  return bins;
}

/**
 * The count at zero-based `rank` of the ascending order.
 * @param high u32[65536], how many counts share each upper half
 */
function countAtRank(counts: Uint32Array, high: Uint32Array, rank: number): number {
  const upper = cellOfRank(high, rank);
  const low = new Uint32Array(65_536);
  for (const count of counts) if (count >>> 16 === upper.cell) low[count & 0xffff]!++;
  return upper.cell * 65_536 + cellOfRank(low, upper.rest).cell;
}

/** The cell of a histogram in which `rank` falls, and the rank within it. */
function cellOfRank(histogram: Uint32Array, rank: number): { cell: number; rest: number } {
  let rest = rank;
  let cell = 0;
  while (rest >= histogram[cell]!) rest -= histogram[cell++]!;
  return { cell, rest };
}
