/**
 * Whom nodes address, from what a user states: checks the fields and builds the tables from which
 * assembly/runtime/selection.ts draws. Uniform is no rule at all.
 */
import { checkChoice, checkNumber, type NumberRange } from "../check.js";
import { InputError } from "../errors.js";
import { checkBudget } from "../memory/layout.js";
import { AliasRows } from "./alias-rows.js";
import { betweenness, coreness, degrees, pagerank } from "./centrality.js";
import type { Csr, Latency, Selection, SelectionRule, Topology, Zones } from "./network.js";

export const SELECTION_NAMES = [
  "uniform",
  "degree",
  "centrality",
  "zones",
  "nearest",
  "spatial",
] as const;
export type SelectionName = (typeof SELECTION_NAMES)[number];
export const SCORE_NAMES = ["coreness", "pagerank", "betweenness"] as const;
export const SPACE_NAMES = ["ring", "torus"] as const;

/** What a user may say of whom nodes address; what is left out takes its default. */
export interface SelectionSpec {
  readonly selection?: SelectionName | undefined;
  /** All but uniform: after so many rounds peers are uniform again; 0 (the default) = never. */
  readonly directedRounds?: number | undefined;
  /** degree, centrality: a neighbour's weight is its degree or score to this power, -2 .. 2 (1). */
  readonly alpha?: number | undefined;
  /** centrality: which score ("coreness"). */
  readonly score?: (typeof SCORE_NAMES)[number] | undefined;
  /** centrality by betweenness: nodes from which paths are searched, 1 .. 1024 (64). */
  readonly sources?: number | undefined;
  /** zones: share of draws outside the own data centre (0.1), and of the others outside the rack (0.3). */
  readonly outsideDc?: number | undefined;
  readonly outsideRack?: number | undefined;
  /** nearest: uniform draws of which the one with the shortest delay counts, 2 .. 16 (2). */
  readonly candidates?: number | undefined;
  /** spatial: how ids lie ("ring"). */
  readonly space?: (typeof SPACE_NAMES)[number] | undefined;
  /** spatial: a peer at distance d is drawn in proportion to d^-rho, 0 .. 16 (1.5 per dimension). */
  readonly rho?: number | undefined;
  /** spatial on a torus: nodes of a row; a divisor of nodes (the one nearest to a square). */
  readonly rowNodes?: number | undefined;
}

type Field = keyof SelectionSpec;
type Description = Record<string, number | string>;

/** Powers beyond leave rows in which one neighbour has all the weight. */
const ALPHA_RANGE = { min: -2, max: 2 } as const;
/** More sources no longer change an order of nodes that anyone could tell from the sampling. */
const SOURCES_RANGE = { min: 1, max: 1024, integer: true } as const;
const SHARE_RANGE = { min: 0, max: 1 } as const;
/** Draws of one slot are numbered in ten bits, repeats among them. */
const CANDIDATES_RANGE = { min: 2, max: 16, integer: true } as const;
/** Far beyond 2 per dimension only the nearest nodes are ever drawn. */
const RHO_RANGE = { min: 0, max: 16 } as const;
const ROUNDS_RANGE = { min: 0, max: 1e6, integer: true } as const;
/** Rows of a torus that was not given a width are at most this many times as many as their nodes. */
const ASPECT_MAX = 16;

/** Fields that each selection reads. */
const READ_BY: Readonly<Record<SelectionName, readonly Field[]>> = {
  uniform: [],
  degree: ["directedRounds", "alpha"],
  centrality: ["directedRounds", "alpha", "score", "sources"],
  zones: ["directedRounds", "outsideDc", "outsideRack"],
  nearest: ["directedRounds", "candidates"],
  spatial: ["directedRounds", "space", "rho", "rowNodes"],
};

/** All fields that belong to one selection, and go when another is chosen. */
export const SELECTION_FIELDS = [...new Set(Object.values(READ_BY).flat())] as Exclude<
  Field,
  "selection"
>[];

/** The parts of a network that a selection looks at. */
export interface SelectionGround {
  readonly topology: Topology;
  readonly latency: Latency;
  readonly zones: Zones | undefined;
}

interface DescribedRule {
  readonly rule: SelectionRule;
  readonly description: Description;
}

/**
 * The selection of `spec`; the same arguments give the same bytes.
 * @returns undefined where peers are uniform
 * @throws InputError "network.FIELD must be …, got …"
 */
export function selectionOf(
  spec: SelectionSpec,
  ground: SelectionGround,
  seed: number,
): { readonly part: Selection; readonly description: Description } | undefined {
  const name = checkChoice("network.selection", spec.selection ?? "uniform", SELECTION_NAMES);
  checkFields(spec, name);
  if (name === "uniform") return undefined;
  const rounds = checkNumber("network.directedRounds", spec.directedRounds ?? 0, ROUNDS_RANGE);
  const { rule, description } = ruleOf(spec, name, ground, seed);
  const phase = rounds === 0 ? {} : { directedRounds: rounds };
  return {
    part: { rule, directedRounds: rounds },
    description: { selection: name, ...description, ...phase },
  };
}

/** Refuses a field that the selection does not read: no setting is silently lost. */
function checkFields(spec: SelectionSpec, name: SelectionName): void {
  for (const field of SELECTION_FIELDS) {
    if (spec[field] === undefined || READ_BY[name].includes(field)) continue;
    const readers = SELECTION_NAMES.filter((other) => READ_BY[other].includes(field));
    throw new InputError(
      `network.${field} has no effect with selection ${name}: leave it out, or set ` +
        `network.selection to ${readers.join(" or ")}`,
    );
  }
}

function ruleOf(
  spec: SelectionSpec,
  name: Exclude<SelectionName, "uniform">,
  { topology, latency, zones }: SelectionGround,
  seed: number,
): DescribedRule {
  switch (name) {
    case "degree": {
      const { csr } = graphFor(name, topology);
      const alpha = checkNumber("network.alpha", spec.alpha ?? 1, ALPHA_RANGE);
      return { rule: weighted(csr, degrees(csr), alpha), description: { alpha } };
    }
    case "centrality":
      return byCentrality(spec, graphFor(name, topology).csr, seed);
    case "zones":
      return byZones(spec, completeFor(name, topology), zones);
    case "nearest": {
      if (latency.kind !== "edge" && latency.kind !== "distance") {
        throw new InputError(
          "network.selection nearest needs delays that belong to pairs: set network.latency to " +
            "cities or edge",
        );
      }
      const given = spec.candidates ?? CANDIDATES_RANGE.min;
      const candidates = checkNumber("network.candidates", given, CANDIDATES_RANGE);
      return { rule: { kind: "nearest", candidates }, description: { candidates } };
    }
    case "spatial":
      return byDistance(spec, completeFor(name, topology));
  }
}

function graphFor(name: SelectionName, topology: Topology): Topology & { readonly kind: "graph" } {
  if (topology.kind === "graph") return topology;
  throw new InputError(
    `network.selection ${name} needs neighbours to choose from, got topology complete`,
  );
}

/** @returns the number of nodes */
function completeFor(name: SelectionName, topology: Topology): number {
  if (topology.kind === "complete") return topology.nodes;
  throw new InputError(`network.selection ${name} needs topology complete, got a graph`);
}

function byCentrality(spec: SelectionSpec, csr: Csr, seed: number): DescribedRule {
  const score = checkChoice("network.score", spec.score ?? "coreness", SCORE_NAMES);
  const alpha = checkNumber("network.alpha", spec.alpha ?? 1, ALPHA_RANGE);
  if (score !== "betweenness") {
    if (spec.sources !== undefined) {
      throw new InputError(`network.sources has no effect with score ${score}: leave it out`);
    }
    const scores = score === "coreness" ? coreness(csr) : pagerank(csr);
    return { rule: weighted(csr, scores, alpha), description: { score, alpha } };
  }
  const sources = checkNumber("network.sources", spec.sources ?? 64, SOURCES_RANGE);
  const rule = weighted(csr, betweenness(csr, sources, seed), alpha);
  return { rule, description: { score, sources, alpha } };
}

/** Alias tables of all rows: a neighbour's weight is its score to the power alpha. */
function weighted({ offsets, targets }: Csr, scores: Float64Array, alpha: number): SelectionRule {
  const nodes = scores.length;
  checkBudget(8 * targets.length, nodes);
  const weights = scores.map((score) => score ** alpha);
  let longest = 0;
  for (let node = 0; node < nodes; node++) {
    longest = Math.max(longest, offsets[node + 1]! - offsets[node]!);
  }
  const rows = new AliasRows(targets.length, longest);
  for (let node = 0; node < nodes; node++) {
    const first = offsets[node]!;
    rows.build(first, offsets[node + 1]! - first, (place) => weights[targets[first + place]!]!);
  }
  return { kind: "weighted", table: rows.table };
}

function byZones(spec: SelectionSpec, nodes: number, zones: Zones | undefined): DescribedRule {
  if (zones === undefined) {
    throw new InputError("network.selection zones needs network.dcs or network.racks above 1");
  }
  const needs = (field: "outsideDc" | "outsideRack", count: number, fallback: number): number => {
    if (count === 1 && spec[field] !== undefined) {
      const what = field === "outsideDc" ? "data centre" : "rack";
      throw new InputError(`network.${field} has no effect with one ${what}: leave it out`);
    }
    return checkNumber(
      `network.${field}`,
      spec[field] ?? (count === 1 ? 0 : fallback),
      SHARE_RANGE,
    );
  };
  const outsideDc = needs("outsideDc", Math.min(zones.dcs, nodes), 0.1);
  const outsideRack = needs("outsideRack", zones.racks, 0.3);
  const rule = { kind: "zones", outsideDc, outsideRack } as const;
  const description = {
    ...(zones.dcs === 1 ? {} : { outsideDc }),
    ...(zones.racks === 1 ? {} : { outsideRack }),
  };
  return { rule, description };
}

function byDistance(spec: SelectionSpec, nodes: number): DescribedRule {
  const space = checkChoice("network.space", spec.space ?? "ring", SPACE_NAMES);
  const rho = checkNumber("network.rho", spec.rho ?? (space === "ring" ? 1.5 : 3), RHO_RANGE);
  if (space === "ring" && spec.rowNodes !== undefined) {
    throw new InputError("network.rowNodes has no effect with space ring: leave it out");
  }
  const rowNodes = space === "ring" ? nodes : rowOf(spec, nodes);
  checkBudget(8 * nodes, nodes);
  const rows = new AliasRows(nodes - 1, nodes - 1);
  const weights = weightsByDistance(nodes, rho);
  const columns = nodes / rowNodes;
  rows.build(0, nodes - 1, (place) => {
    const right = (place + 1) % rowNodes;
    const down = (place + 1 - right) / rowNodes;
    return weights[Math.min(right, rowNodes - right) + Math.min(down, columns - down)]!;
  });
  const rule = { kind: "spatial", table: rows.table, rowNodes } as const;
  return { rule, description: { space, rho, ...(space === "ring" ? {} : { rowNodes }) } };
}

/** d^-rho by distance, up to the farthest on a ring. */
function weightsByDistance(nodes: number, rho: number): Float64Array {
  return Float64Array.from({ length: Math.floor(nodes / 2) + 2 }, (_, d) => Math.max(1, d) ** -rho);
}

/** Nodes of a row of the torus: as given, else those that make it most nearly a square. */
function rowOf(spec: SelectionSpec, nodes: number): number {
  const range: NumberRange = { min: 1, max: nodes, integer: true };
  if (spec.rowNodes !== undefined) {
    const rowNodes = checkNumber("network.rowNodes", spec.rowNodes, range);
    if (nodes % rowNodes === 0) return rowNodes;
    throw new InputError(`network.rowNodes must divide ${nodes} nodes into rows, got ${rowNodes}`);
  }
  let rows = Math.floor(Math.sqrt(nodes));
  while (nodes % rows !== 0) rows--;
  if (nodes / rows <= ASPECT_MAX * rows) return nodes / rows;
  throw new InputError(
    `network.space torus needs nodes that make nearly square rows, such as 100 x 100, got ${nodes}`,
  );
}
