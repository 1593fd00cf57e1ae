/**
 * The weighted laws: tables are built once from weights; see weights.ts for what the weights mean.
 */
import { checkNumber } from "../check.js";
import { InputError } from "../errors.js";
import { STRIP_NODES } from "../kernels/peer-sampling.js";
import { storeWords, type Law, type Place } from "./law.js";
import {
  checkExponent,
  checkGraph,
  checkGroups,
  checkLength,
  checkWeights,
  degreeWeights,
  groupRows,
  latencyWeights,
  stepWeights,
  type Groups,
  type PeerWeights,
} from "./weights.js";

/** @throws InputError for weights that do not fit the nodes */
export function weightedLaw(place: Place, nodes: number, weights: PeerWeights): Law {
  if (weights instanceof Float64Array) return nodeLaw(place, "weights", nodes, weights);
  switch (weights.by) {
    case "degree": {
      checkGraph("weights.graph", weights.graph, nodes);
      const exponent = checkExponent("weights.exponent", weights.exponent ?? 1);
      return nodeLaw(place, "weights.graph", nodes, degreeWeights(weights.graph, exponent));
    }
    case "latency": {
      const { latencyMs, groups } = weights;
      const exponent = checkExponent("weights.exponent", weights.exponent ?? 1);
      const perNode = latencyWeights("weights.latencyMs", latencyMs, exponent);
      if (groups === undefined) return nodeLaw(place, "weights.latencyMs", nodes, perNode);
      const count = checkGroups("weights.groups", groups, nodes);
      checkLength("weights.latencyMs", latencyMs, count * count);
      return groupLaw(place, groups, count, (own, other) => perNode[own * count + other]!);
    }
    case "group": {
      const count = checkGroups("weights.groups", weights.groups, nodes);
      return groupLaw(place, weights.groups, count, groupWeight(nodes, count, weights));
    }
    case "spatial": {
      const width = checkNumber("weights.width", weights.width ?? nodes, {
        min: 1,
        max: nodes,
        integer: true,
      });
      if (nodes % width !== 0) {
        throw new InputError(`weights.width must divide ${nodes} nodes into rows, got ${width}`);
      }
      const exponent = checkExponent("weights.exponent", weights.exponent);
      const steps = stepWeights(nodes, width, exponent);
      checkWeights("weights by distance", steps, nodes - 1, 1);
      return tableLaw(place, nodes, steps, width);
    }
  }
}

/** Weight of one node of a group for a node of another, from the two forms of `by: "group"`. */
function groupWeight(
  nodes: number,
  count: number,
  { groups, weights }: { readonly groups: Groups; readonly weights: number | Float64Array },
): (own: number, other: number) => number {
  if (typeof weights !== "number") {
    checkWeights("weights.weights", weights, count, 1);
    return (_own, other) => weights[other]!;
  }
  const share = checkNumber("weights.weights", weights, { min: 0, max: 1 });
  const counts = countsOf(groups, count);
  return (own, other) => {
    const members = counts[own]!;
    if (own !== other) return (1 - share) / (nodes - members);
    return members > 1 ? share / (members - 1) : 0;
  };
}

/** Nodes by weight; at least two must have some, so that every node has a peer. */
function nodeLaw(place: Place, field: string, nodes: number, weights: Float64Array): Law {
  checkWeights(field, weights, nodes, 2);
  return tableLaw(place, nodes, weights, 0);
}

/** @param width as weightedPeers takes it: 0 for nodes, else the width of the torus of steps */
function tableLaw(place: Place, nodes: number, weights: Float64Array, width: number): Law {
  const { kernels } = place.space;
  const columns = weights.length;
  const tableAt = place.space.allocate(place.owner, columns * 8);
  buildTables(place, weights, tableAt, columns);
  return {
    draw: (outAt, strip, strips, { k, distinct, seed, tick, scratchAt }) =>
      kernels.weightedPeers(
        outAt,
        strip,
        strips,
        nodes,
        tableAt,
        columns,
        width,
        k,
        distinct,
        seed,
        tick,
        scratchAt,
      ) >>> 0,
    drawExcept: (outAt, node, { ids, at }, { k, distinct, seed, tick }) =>
      kernels.weightedPeersExcept(
        outAt,
        node,
        nodes,
        tableAt,
        columns,
        width,
        k,
        distinct,
        at,
        ids.length,
        seed,
        tick,
      ),
  };
}

function groupLaw(
  place: Place,
  groups: Groups,
  count: number,
  perNode: (own: number, other: number) => number,
): Law {
  const { kernels } = place.space;
  const nodes = groups.length;
  const counts = countsOf(groups, count);
  const starts = new Uint32Array(count + 1);
  for (let group = 0; group < count; group++) starts[group + 1] = starts[group]! + counts[group]!;
  const members = new Uint32Array(nodes);
  const next = starts.slice();
  for (let node = 0; node < nodes; node++) members[next[groups[node]!]!++] = node;

  const rows = groupRows(counts, perNode);
  for (let own = 0; own < count; own++) {
    // A group without nodes draws for nobody; its table only has to be well formed.
    const row = rows.subarray(own * count, (own + 1) * count);
    if (counts[own] === 0) row.fill(1);
    checkWeights(`weights of group ${own}`, row, count, 1);
  }
  // The kernel draws for whole strips: nodes that are not there count to the group of the last one.
  const padded = new Uint32Array(Math.ceil(nodes / STRIP_NODES) * STRIP_NODES);
  padded.fill(groups[nodes - 1]!).set(groups);
  const groupsAt = storeWords(place, padded);
  const startsAt = storeWords(place, starts);
  const membersAt = storeWords(place, members, nodes + 1);
  const tablesAt = place.space.allocate(place.owner, rows.length * 8);
  buildTables(place, rows, tablesAt, count);
  return {
    draw: (outAt, strip, strips, { k, distinct, seed, tick, scratchAt }) =>
      kernels.groupPeers(
        outAt,
        strip,
        strips,
        nodes,
        groupsAt,
        startsAt,
        membersAt,
        tablesAt,
        count,
        k,
        distinct,
        seed,
        tick,
        scratchAt,
      ) >>> 0,
    drawExcept: (outAt, node, { ids, at }, { k, distinct, seed, tick }) =>
      kernels.groupPeersExcept(
        outAt,
        node,
        groupsAt,
        startsAt,
        membersAt,
        tablesAt,
        count,
        k,
        distinct,
        at,
        ids.length,
        seed,
        tick,
      ),
  };
}

function countsOf(groups: Groups, count: number): Uint32Array {
  const counts = new Uint32Array(count);
  for (let node = 0; node < groups.length; node++) counts[groups[node]!]!++;
  return counts;
}

/**
 * Builds one table of `columns` after the other; the weights stand in kernel memory only meanwhile.
 */
function buildTables(
  { space }: Place,
  weights: Float64Array,
  tableAt: number,
  columns: number,
): void {
  const meanwhile = {};
  const weightsAt = space.allocate(meanwhile, weights.length * 8);
  const scratchAt = space.allocate(meanwhile, columns * 4);
  space.f64.set(weights, weightsAt / 8);
  for (let first = 0; first < weights.length; first += columns) {
    space.kernels.aliasBuild(weightsAt + first * 8, tableAt + first * 8, columns, scratchAt);
  }
  space.release(meanwhile);
}
