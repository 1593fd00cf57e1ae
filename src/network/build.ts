/**
 * A network from what a user states: checks every field, builds topology and latency, and says for
 * the record what was built.
 */
import { basename } from "node:path";
import { checkChoice, checkNumber, shown } from "../check.js";
import { InputError } from "../errors.js";
import { checkBudget } from "../memory/layout.js";
import { inhabitedPlaces, placesFromCities } from "./cities.js";
import { csrBytes, largestComponent } from "./csr.js";
import { LATENCY_MS_MAX } from "./edge-lines.js";
import { readEdgeList } from "./edge-list.js";
import { checkPreset, distanceLatency } from "./geography.js";
import { constantLatency, logNormalLatency, uniformLatency } from "./latency.js";
import type { Csr, Latency, Network, Topology, Zones } from "./network.js";
import { selectionOf, type SelectionSpec } from "./selection.js";
import { grid, kOut, ring, scaleFree, scaleFreeEdges, smallWorld } from "./topology.js";

export const TOPOLOGY_NAMES = [
  "complete",
  "k-out",
  "ring",
  "small-world",
  "scale-free",
  "grid",
  "file",
] as const;
export type TopologyName = (typeof TOPOLOGY_NAMES)[number];

export const LATENCY_NAMES = [
  "round",
  "constant",
  "uniform",
  "lognormal",
  "zones",
  "edge",
  "cities",
] as const;
export type LatencyName = (typeof LATENCY_NAMES)[number];

/** What a user may say of a network; what is left out takes its default. */
export interface NetworkSpec extends SelectionSpec {
  readonly topology: TopologyName;
  /**
   * k-out: peers each node picks (default 8). ring, small-world: neighbours on either side (1; 4).
   * scale-free: links of each new node (4). 1 .. 64, fewer than nodes.
   */
  readonly degree?: number | undefined;
  /** small-world: share of edges that are rewired, 0 .. 1 (0.1). */
  readonly rewire?: number | undefined;
  /** grid: true (the default) closes rows and columns on themselves. */
  readonly torus?: boolean | undefined;
  /** file: path of an edge list, see edge-list.ts. */
  readonly file?: string | undefined;
  /** file: true keeps the directions of the list, false (the default) lets edges go both ways. */
  readonly directed?: boolean | undefined;
  readonly latency: LatencyName;
  /** constant: the delay; lognormal: its median; zones: the median within a data centre. One-way ms. */
  readonly latencyMs?: number | undefined;
  /** uniform: the range, one-way ms. */
  readonly latencyMsMin?: number | undefined;
  readonly latencyMsMax?: number | undefined;
  /** zones: the median between data centres, one-way ms. */
  readonly latencyMsAcross?: number | undefined;
  /** lognormal, zones: standard deviation of ln(delay), 0 .. 2 (0.5; zones 0.1). */
  readonly latencySigma?: number | undefined;
  /** cities: a preset of geography.ts ("public"). */
  readonly citiesPreset?: string | undefined;
  /** Data centres, and racks in each: runs of ids. 1 .. nodes (1, 1). */
  readonly dcs?: number | undefined;
  readonly racks?: number | undefined;
  /** Probability that one transmission is lost, 0 .. 0.99. */
  readonly lossRatio: number;
}

/** Wider than any gossip fanout in use; k-out compares a pick with all earlier ones of its node. */
const DEGREE_MAX = 64;
/** Node ids are u32, and 2^32 - 1 is kept free. */
const NODES_RANGE = { min: 2, max: 2 ** 32 - 2, integer: true } as const;
const DELAY_RANGE = { min: 0, max: LATENCY_MS_MAX, unit: "ms" } as const;
/** At sigma 2 the p99.95 is 735 times the median already. */
const SIGMA_RANGE = { min: 0, max: 2 } as const;
const LOSS_RANGE = { min: 0, max: 0.99 } as const;
const DEFAULT_DEGREES = { "k-out": 8, ring: 1, "small-world": 4, "scale-free": 4 } as const;
const DEFAULT_REWIRE = 0.1;
const DEFAULT_SIGMA = 0.5;
/** Paths within one provider's network jitter less. */
const ZONES_SIGMA = 0.1;

/** Which optional fields a choice of topology or latency reads. */
const USED_BY: Record<TopologyName | LatencyName, readonly (keyof NetworkSpec)[]> = {
  complete: [],
  "k-out": ["degree"],
  ring: ["degree"],
  "small-world": ["degree", "rewire"],
  "scale-free": ["degree"],
  grid: ["torus"],
  file: ["file", "directed"],
  round: [],
  constant: ["latencyMs"],
  uniform: ["latencyMsMin", "latencyMsMax"],
  lognormal: ["latencyMs", "latencySigma"],
  zones: ["latencyMs", "latencyMsAcross", "latencySigma"],
  edge: [],
  cities: ["citiesPreset"],
};

type Description = Record<string, number | string | boolean>;
/** A part of a network and what the record says of it. */
interface Described<T> {
  readonly part: T;
  readonly description: Description;
}

/**
 * Builds the network of `spec`; the same arguments give the same bytes.
 * @param nodes 2 .. 2^32 - 2; a topology "file" takes the file's nodes instead and does not look at
 *   this, so read the count from the result
 * @param seed u32, for the random topologies
 * @throws InputError "network.FIELD must be …, got …", or what readEdgeList says of a file
 */
export async function buildNetwork(
  spec: NetworkSpec,
  nodes: number,
  seed: number,
): Promise<Network> {
  checkChoice("network.topology", spec.topology, TOPOLOGY_NAMES);
  checkChoice("network.latency", spec.latency, LATENCY_NAMES);
  checkNoneUnused(spec);
  const lossRatio = checkNumber("network.lossRatio", spec.lossRatio, LOSS_RANGE);
  const topology = await topologyOf(spec, nodes, seed);
  const latency = latencyOf(spec, topology.part);
  const zones = zonesOf(spec, topology.part.nodes);
  const parts = { topology: topology.part, latency: latency.part, zones };
  const selection = selectionOf(spec, parts, seed);
  return {
    topology: topology.part,
    latency: latency.part,
    lossRatio,
    ...(zones === undefined ? {} : { zones }),
    ...(selection === undefined ? {} : { selection: selection.part }),
    description: {
      topology: spec.topology,
      ...topology.description,
      latency: spec.latency,
      ...latency.description,
      lossRatio,
      ...zones,
      ...selection?.description,
    },
    order: spec.latency === "cities" ? "hilbert" : "id",
    ...(latency.cityPlaces === undefined ? {} : { cityPlaces: latency.cityPlaces }),
  };
}

/** Refuses a field that neither topology nor latency reads: no setting is silently lost. */
function checkNoneUnused(spec: NetworkSpec): void {
  const used = new Set([...USED_BY[spec.topology], ...USED_BY[spec.latency]]);
  for (const [choice, fields] of Object.entries(USED_BY)) {
    for (const field of fields) {
      if (spec[field] === undefined || used.has(field)) continue;
      const kind = (TOPOLOGY_NAMES as readonly string[]).includes(choice) ? "topology" : "latency";
      throw new InputError(
        `network.${field} has no effect with ${kind} ${spec[kind]}: leave it out, or set ` +
          `network.${kind} to ${choice}`,
      );
    }
  }
}

async function topologyOf(
  spec: NetworkSpec,
  nodes: number,
  seed: number,
): Promise<Described<Topology>> {
  if (spec.topology === "file") return topologyOfFile(spec);
  checkNumber("nodes", nodes, NODES_RANGE);
  if (spec.topology === "complete") return { part: { kind: "complete", nodes }, description: {} };
  const { part, description } = builtGraph(spec, nodes, seed);
  return graphOf(nodes, part, {
    ...description,
    edges: part.targets.length / 2,
    largestComponent: largestComponent(part),
  });
}

async function topologyOfFile(spec: NetworkSpec): Promise<Described<Topology>> {
  if (spec.file === undefined) {
    throw new InputError("network.file must name an edge list for topology file, got nothing");
  }
  const directed = spec.directed ?? false;
  const list = await readEdgeList(spec.file, { directed });
  return graphOf(list.nodes, list.csr, {
    file: basename(spec.file),
    directed,
    edges: list.edges,
    largestComponent: list.largestComponent,
  });
}

function graphOf(nodes: number, csr: Csr, description: Description): Described<Topology> {
  return { part: { kind: "graph", nodes, csr }, description };
}

/** One of the topologies made by rule; states its memory before it takes it. */
function builtGraph(spec: NetworkSpec, nodes: number, seed: number): Described<Csr> {
  switch (spec.topology) {
    case "k-out": {
      const degree = degreeOf(spec, nodes, DEFAULT_DEGREES["k-out"], nodes - 1);
      checkBudget(csrBytes(nodes, 2 * nodes * degree), nodes);
      return { part: kOut(nodes, degree, seed), description: { degree } };
    }
    case "ring": {
      const degree = degreeOf(spec, nodes, DEFAULT_DEGREES.ring, Math.floor(nodes / 2));
      checkBudget(csrBytes(nodes, 2 * nodes * degree), nodes);
      return { part: ring(nodes, degree), description: { degree } };
    }
    case "small-world": {
      const most = Math.floor((nodes - 1) / 2);
      const degree = degreeOf(spec, nodes, DEFAULT_DEGREES["small-world"], most);
      const rewire = checkNumber("network.rewire", spec.rewire ?? DEFAULT_REWIRE, {
        min: 0,
        max: 1,
      });
      checkBudget(csrBytes(nodes, 2 * nodes * degree), nodes);
      return { part: smallWorld(nodes, degree, rewire, seed), description: { degree, rewire } };
    }
    case "scale-free": {
      const degree = degreeOf(spec, nodes, DEFAULT_DEGREES["scale-free"], nodes - 1);
      checkBudget(csrBytes(nodes, 2 * scaleFreeEdges(nodes, degree)), nodes);
      return { part: scaleFree(nodes, degree, seed), description: { degree } };
    }
    case "grid": {
      const torus = spec.torus ?? true;
      checkBudget(csrBytes(nodes, 4 * nodes), nodes);
      return { part: grid(nodes, { torus }), description: { torus } };
    }
    case "complete":
    case "file":
      throw new Error(`hearsay bug: ${spec.topology} is not built by rule`);
  }
}

/** The degree that is set, in range; else the default, or what a small network allows of it. */
function degreeOf(spec: NetworkSpec, nodes: number, fallback: number, most: number): number {
  const max = Math.min(DEGREE_MAX, most);
  if (max < 1) {
    throw new InputError(`network.topology ${spec.topology} needs 3 nodes or more, got ${nodes}`);
  }
  if (spec.degree === undefined) return Math.min(fallback, max);
  const unit = max < DEGREE_MAX ? `at ${nodes} nodes` : "peers";
  return checkNumber("network.degree", spec.degree, { min: 1, max, integer: true, unit });
}

function latencyOf(
  spec: NetworkSpec,
  topology: Topology,
): Described<Latency> & Pick<Network, "cityPlaces"> {
  switch (spec.latency) {
    case "round":
      return { part: { kind: "round" }, description: {} };
    case "constant": {
      const latencyMs = checkNumber("network.latencyMs", needed(spec, "latencyMs"), DELAY_RANGE);
      return { part: constantLatency(latencyMs), description: { latencyMs } };
    }
    case "uniform":
      return uniformOf(spec);
    case "lognormal":
      return logNormalOf(spec);
    case "zones":
      return zonesLatencyOf(spec);
    case "edge": {
      if (topology.kind === "graph" && topology.csr.latencyMs !== undefined) {
        return { part: { kind: "edge" }, description: {} };
      }
      const got = spec.file === undefined ? `topology ${spec.topology}` : shown(spec.file);
      throw new InputError(
        `network.latency edge needs an edge list with a third column of one-way ms, got ${got}`,
      );
    }
    case "cities": {
      const citiesPreset = checkPreset("network.citiesPreset", spec.citiesPreset ?? "public");
      const placement = placesFromCities(topology.nodes);
      return {
        part: distanceLatency(citiesPreset, placement.places),
        description: { citiesPreset },
        cityPlaces: inhabitedPlaces(placement),
      };
    }
  }
}

function uniformOf(spec: NetworkSpec): Described<Latency> {
  const minMs = checkNumber("network.latencyMsMin", needed(spec, "latencyMsMin"), DELAY_RANGE);
  const maxMs = checkNumber("network.latencyMsMax", needed(spec, "latencyMsMax"), {
    ...DELAY_RANGE,
    min: minMs,
  });
  return {
    part: uniformLatency({ minMs, maxMs }),
    description: { latencyMsMin: minMs, latencyMsMax: maxMs },
  };
}

function logNormalOf(spec: NetworkSpec): Described<Latency> {
  const latencyMs = checkNumber("network.latencyMs", needed(spec, "latencyMs"), DELAY_RANGE);
  const { part, sigma } = logNormalPart(spec, latencyMs, DEFAULT_SIGMA);
  return { part, description: { latencyMs, latencySigma: sigma } };
}

/** Two laws of one sigma, where the path between data centres is what makes the difference. */
function zonesLatencyOf(spec: NetworkSpec): Described<Latency> {
  const latencyMs = checkNumber("network.latencyMs", needed(spec, "latencyMs"), DELAY_RANGE);
  const latencyMsAcross = checkNumber(
    "network.latencyMsAcross",
    needed(spec, "latencyMsAcross"),
    DELAY_RANGE,
  );
  if ((spec.dcs ?? 1) < 2) {
    throw new InputError(
      `network.latency zones needs network.dcs of 2 or more, got ${spec.dcs ?? 1}`,
    );
  }
  const within = logNormalPart(spec, latencyMs, ZONES_SIGMA);
  const across = logNormalPart(spec, latencyMsAcross, ZONES_SIGMA);
  return {
    part: {
      kind: "zones",
      withinMs: within.part.quantilesMs,
      acrossMs: across.part.quantilesMs,
    },
    description: { latencyMs, latencyMsAcross, latencySigma: within.sigma },
  };
}

function logNormalPart(
  spec: NetworkSpec,
  latencyMs: number,
  defaultSigma: number,
): { part: ReturnType<typeof logNormalLatency>; sigma: number } {
  const sigma = checkNumber("network.latencySigma", spec.latencySigma ?? defaultSigma, SIGMA_RANGE);
  const part = logNormalLatency({ medianMs: latencyMs, sigma });
  const longest = part.quantilesMs.at(-1)!;
  if (longest > LATENCY_MS_MAX) {
    throw new InputError(
      `network.latencySigma must keep the longest delay within ${LATENCY_MS_MAX} ms, ` +
        `got ${Math.round(longest)} ms from median ${latencyMs} ms and sigma ${sigma}`,
    );
  }
  return { part, sigma };
}

/** Zones, where a field speaks of them; a rack holds at least one node. */
function zonesOf({ dcs = 1, racks = 1 }: NetworkSpec, nodes: number): Zones | undefined {
  const range = { min: 1, integer: true } as const;
  checkNumber("network.dcs", dcs, { ...range, max: nodes });
  checkNumber("network.racks", racks, { ...range, max: Math.floor(nodes / dcs) });
  return dcs * racks === 1 ? undefined : { dcs, racks };
}

/** A field without which the chosen latency means nothing. */
function needed(spec: NetworkSpec, field: keyof NetworkSpec): unknown {
  if (spec[field] !== undefined) return spec[field];
  throw new InputError(`network.${field} must be set for network.latency ${spec.latency}`);
}
