/**
 * From what a user says of nodes (degrees, latencies, racks, places) to non-negative weights.
 * Powers are taken by f64 operations in one written order, so that every engine builds the same
 * tables.
 */
import { checkNumber } from "../check.js";
import { InputError } from "../errors.js";

/** Directed adjacency: neighbours of v are targets[offsets[v] .. offsets[v + 1]), ascending. */
export interface PeerGraph {
  /** u32[nodes + 1], ascending from 0. */
  readonly offsets: Uint32Array;
  /** u32[offsets[nodes]]; ascending within a row, without the node itself. */
  readonly targets: Uint32Array;
}

/** Rack, data centre or region of each node: u8[nodes] or u32[nodes], numbered from 0. */
export type Groups = Uint8Array | Uint32Array;

export type PeerWeights =
  /** f64[nodes]: a node is drawn in proportion to its weight. */
  | Float64Array
  /** In proportion to degree^exponent (preset 1). */
  | { readonly by: "degree"; readonly graph: PeerGraph; readonly exponent?: number }
  /**
   * In proportion to latency^-exponent (preset 1). latencyMs is f64[nodes], of each node, or with
   * groups f64[groups * groups], from the row's group to the column's.
   */
  | {
      readonly by: "latency";
      readonly latencyMs: Float64Array;
      readonly groups?: Groups;
      readonly exponent?: number;
    }
  /**
   * A number: the share of draws that stay in the node's group; the others fall on all other nodes
   * alike. f64[groups]: a node is drawn in proportion to the weight of its group.
   */
  | { readonly by: "group"; readonly groups: Groups; readonly weights: number | Float64Array }
  /**
   * A node at distance d is drawn in proportion to d^-exponent. Nodes form a ring, or with a width
   * a torus of nodes / width rows, where distance is counted in steps along rows and columns.
   */
  | { readonly by: "spatial"; readonly exponent: number; readonly width?: number };

/** Most groups: a table per group takes 8 * groups^2 bytes, 32 MiB at this limit. */
const GROUPS_MAX = 2048;
const EXPONENT_MAX = 64;
/** Sums of weights beyond lose digits to overflow and underflow. */
const TOTAL_MIN = 1e-200;
const TOTAL_MAX = 1e200;

/**
 * Checks f64[count] of weights, at least `positives` of them above 0.
 * @throws InputError naming `field`
 */
export function checkWeights(
  field: string,
  weights: Float64Array,
  count: number,
  positives: number,
): void {
  checkLength(field, weights, count);
  let total = 0;
  let above = 0;
  for (let i = 0; i < count; i++) {
    const weight = weights[i]!;
    if (!(weight >= 0 && weight <= TOTAL_MAX)) {
      throw new InputError(`${field}[${i}] must be a number from 0 to ${TOTAL_MAX}, got ${weight}`);
    }
    total += weight;
    if (weight > 0) above++;
  }
  if (above < positives) {
    throw new InputError(`${field} must have ${positives} or more weights above 0, got ${above}`);
  }
  if (total < TOTAL_MIN || total > TOTAL_MAX) {
    throw new InputError(`${field} must add up to ${TOTAL_MIN} .. ${TOTAL_MAX}, got ${total}`);
  }
}

/** @throws InputError when `values` has not `length` elements */
export function checkLength(
  field: string,
  values: { readonly length: number },
  length: number,
): void {
  if (values.length !== length) {
    throw new InputError(`${field} must have ${length} elements, got ${values.length}`);
  }
}

/** @throws InputError for rows that do not ascend, hold their own node or lead out of the graph */
export function checkGraph(field: string, { offsets, targets }: PeerGraph, nodes: number): void {
  checkLength(`${field}.offsets`, offsets, nodes + 1);
  if (offsets[0] !== 0) throw new InputError(`${field}.offsets[0] must be 0, got ${offsets[0]}`);
  checkLength(`${field}.targets`, targets, offsets[nodes]!);
  for (let node = 0; node < nodes; node++) {
    const end = offsets[node + 1]!;
    if (end < offsets[node]!) {
      throw new InputError(`${field}.offsets must ascend, got ${end} at ${node + 1}`);
    }
    let last = -1;
    for (let edge = offsets[node]!; edge < end; edge++) {
      const target = targets[edge]!;
      if (target <= last || target >= nodes || target === node) {
        throw new InputError(
          `${field}.targets of node ${node} must ascend, be below ${nodes} ` +
            `and not ${node}, got ${target}`,
        );
      }
      last = target;
    }
  }
}

/** Number of groups, one more than the largest named. */
export function checkGroups(field: string, groups: Groups, nodes: number): number {
  checkLength(field, groups, nodes);
  let count = 0;
  for (let node = 0; node < nodes; node++) count = Math.max(count, groups[node]! + 1);
  checkNumber(`${field}: the number of groups`, count, { min: 1, max: GROUPS_MAX });
  return count;
}

export function checkExponent(field: string, exponent: number): number {
  return checkNumber(field, exponent, { min: -EXPONENT_MAX, max: EXPONENT_MAX });
}

/** f64[nodes]: degree^exponent; a node without neighbours has weight 0. */
export function degreeWeights({ offsets }: PeerGraph, exponent: number): Float64Array {
  return Float64Array.from({ length: offsets.length - 1 }, (_, node) => {
    const degree = offsets[node + 1]! - offsets[node]!;
    return degree === 0 ? 0 : power(degree, exponent);
  });
}

/** latency^-exponent of each entry. */
export function latencyWeights(
  field: string,
  latencyMs: Float64Array,
  exponent: number,
): Float64Array {
  return latencyMs.map((ms, index) => {
    if (!(ms > 0 && ms < Infinity)) {
      throw new InputError(`${field}[${index}] must be above 0 ms and finite, got ${ms}`);
    }
    return power(ms, -exponent);
  });
}

/**
 * f64[nodes - 1]: weight of the step s + 1 from any node, by distance^-exponent, on ring or torus.
 */
export function stepWeights(nodes: number, width: number, exponent: number): Float64Array {
  const height = nodes / width;
  const byDistance = new Map<number, number>();
  return Float64Array.from({ length: nodes - 1 }, (_, index) => {
    const right = (index + 1) % width;
    const down = Math.floor((index + 1) / width);
    const distance = Math.min(right, width - right) + Math.min(down, height - down);
    let weight = byDistance.get(distance);
    if (weight === undefined) byDistance.set(distance, (weight = power(distance, -exponent)));
    return weight;
  });
}

/**
 * f64[groups * groups]: weight of group h for a node of group g, from the weight of one node of h
 * for a node of g. The node itself does not count.
 */
export function groupRows(
  counts: Uint32Array,
  perNode: (own: number, other: number) => number,
): Float64Array {
  const groups = counts.length;
  return Float64Array.from({ length: groups * groups }, (_, index) => {
    const own = Math.floor(index / groups);
    const other = index % groups;
    const members = counts[other]! - (own === other ? 1 : 0);
    return members > 0 ? members * perNode(own, other) : 0;
  });
}

/** base^exponent for base > 0; relative error below 1e-13 where |exponent ln base| < 100. */
function power(base: number, exponent: number): number {
  let mantissa = base;
  let twos = 0;
  for (; mantissa > Math.SQRT2; mantissa /= 2) twos++;
  for (; mantissa < Math.SQRT1_2; mantissa *= 2) twos--;
  // ln m = 2 artanh(t), |t| <= 0.172; e^x = 2^whole e^rest, |rest| <= 0.35: both series by Horner.
  const t = (mantissa - 1) / (mantissa + 1);
  let series = 0;
  for (let k = 25; k > 0; k -= 2) series = series * t * t + 1 / k;
  const exponentOf2 = exponent * (twos + (2 * t * series) / Math.LN2);
  const whole = Math.round(exponentOf2);
  const rest = (exponentOf2 - whole) * Math.LN2;
  let value = 1;
  for (let k = 20; k > 0; k--) value = 1 + (rest / k) * value;
  for (let k = 0; k < Math.abs(whole); k++) value *= whole > 0 ? 2 : 0.5;
  return value;
}
