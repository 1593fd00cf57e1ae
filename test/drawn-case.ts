/** Cases for the laws that hold for every protocol: each drawn from (test seed, index) alone. */
import type { InlineOptions } from "../bench/inline-trial.js";
import { buildNetwork, type NetworkSpec } from "../src/network/build.js";
import { buildEnvironment, type EnvironmentSpec } from "../src/network/environment.js";
import type { Network } from "../src/network/network.js";
import { seededStream } from "../src/network/seeded.js";
import { findProtocol, protocols } from "../src/protocols/registry.js";

/** Replay a failure with HEARSAY_TEST_SEED=<seed>. */
export const testSeed = Number(process.env.HEARSAY_TEST_SEED ?? Date.now() % 0xffffffff) >>> 0;
/** Each case has its own stream, so that one alone draws what it drew among all. */
let stream = seededStream(testSeed, 0);
const pick = <T>(values: readonly T[]): T => values[stream.below(values.length)]!;

export interface DrawnCase extends InlineOptions {
  readonly seed: number;
  readonly workers: number;
  readonly network: NonNullable<InlineOptions["network"]>;
}

/** Sizes of all magnitudes from 2 to 1e5, seldom a power of two. */
function drawNodes(): number {
  return 2 + stream.below(pick([3, 30, 1000, 5000, 30_000, 100_000]));
}

/** Case `index` of this run: protocol, parameters, network, environment, clock, size, workers. */
export async function drawCase(index: number): Promise<DrawnCase> {
  stream = seededStream(testSeed, index);
  const protocol = pick(protocols).id;
  // Models of membership hold and send far more by node than those of a rumor.
  const isHeavy = findProtocol(protocol)!.endless === true;
  // A Redis node may have all others to ping at once: on slow links more is under way than memory holds.
  const most = protocol === "redis-cluster" ? 1000 : isHeavy ? 3000 : Infinity;
  const nodes = Math.min(Math.max(4, drawNodes()), most);
  const flooding = protocol === "flood";
  const topology = pick(
    flooding
      ? (["k-out", "grid"] as const)
      : (["complete", "complete", "k-out", "scale-free", "small-world", "ring"] as const),
  );
  const drawnEvent = pick([false, false, true]);
  const event = drawnEvent || !findProtocol(protocol)!.clocks.includes("round");
  const spec: NetworkSpec = {
    topology: nodes < 12 && !flooding ? "complete" : nodes < 12 ? "grid" : topology,
    latency: event ? pick(["constant", "uniform", "lognormal", "cities"] as const) : "round",
    lossRatio: pick([0, 0, 0.1, 0.5]),
  };
  const timed: NetworkSpec = { ...spec, ...latencyFields(spec.latency) };
  const filled: NetworkSpec = { ...timed, ...selectionFields(timed, nodes, flooding) };
  const network = await buildNetwork(filled, nodes, testSeed);
  const disturbed = withEnvironment(network, event);
  const parameters: Record<string, number> = {};
  if ("fanout" in findProtocol(protocol)!.parameters)
    parameters.fanout = 1 + stream.below(Math.min(4, nodes - 1));
  if (protocol === "push") parameters.activeRounds = pick([0, 0, 1, 3]);
  if (protocol === "push") parameters.fanoutMean = pick([0, 0, 2.5]);
  Object.assign(parameters, drawnParameters(protocol, nodes));
  // A timeout shorter than the drawn delays has every node ping every other in every run of the cron.
  if (protocol === "redis-cluster") delete parameters.nodeTimeout;
  // Perfect matchings are for the complete graph.
  if (spec.topology !== "complete") delete parameters.pairing;
  // Of many nodes with delays of many periods more is under way than memory holds.
  const isCrowded = protocol === "redis-cluster" && nodes > 300;
  const period = pick(
    isCrowded ? [200, 200, 200] : isHeavy || nodes > 30_000 ? [50, 50, 200] : [7, 50, 200],
  );
  const clock = event
    ? {
        kind: "event" as const,
        tickMs: 1,
        periodTicks: period,
        timer: flooding ? ("periodic" as const) : pick(["periodic", "poisson", "fresh"] as const),
      }
    : undefined;
  return {
    protocol,
    nodes,
    parameters,
    network: disturbed,
    seed: stream.nextU32(),
    workers: 1 + stream.below(4),
    maxRounds: 30,
    observe: pick([false, true]),
    digestEachRound: true,
    ...(clock === undefined ? {} : { clock }),
  };
}

/** Now and then nodes fail and links break; on an event clock links may also be narrow. */
function withEnvironment(network: Network, event: boolean): Network {
  if (pick([true, false])) return network;
  const { nodes } = network.topology;
  const from = stream.below(6);
  const state = pick(["kept", "lost"] as const);
  const spec: EnvironmentSpec = {
    duplicateRatio: pick([0, 0.2]),
    ...pick([{}, { partitions: [{ from, until: from + 1 + stream.below(9), share: 0.4 }] }]),
    ...pick([
      {},
      {
        outages: [
          { from: 1 + from, until: 12, share: 0.3, state },
          { from: 3, share: 0.1, notice: 2 },
          ...(event
            ? [{ from: 2, until: 4, every: 5, share: 0.2, effect: "paused" } as const]
            : []),
        ],
      },
    ]),
    ...pick([
      {},
      { churn: { law: "weibull", session: 9, downtime: 3, shape: 0.6, state } } as const,
    ]),
    ...(event ? pick([{}, { uplinkKbps: 200, downlinkKbps: 150, queueMs: 125 }]) : {}),
  };
  const clock = event ? "event" : "round";
  const { environment } = buildEnvironment(spec, { nodes, zones: undefined, clock });
  return { ...network, environment };
}

/** Parameters that only some models have: now and then off their default, within their range. */
function drawnParameters(id: string, nodes: number): Record<string, number> {
  const { parameters } = findProtocol(id)!;
  const shared = ["fanout", "activeRounds", "fanoutMean", "payloadBytes"];
  const own = Object.entries(parameters).filter(([name]) => !shared.includes(name));
  return Object.fromEntries(
    own.map(([name, { min, max, integer, default: preset, distinctPeers }]) => {
      const reach = Math.min(max, min + (distinctPeers === true ? 1 : 8));
      const drawn = integer
        ? min + stream.below(reach - min + 1)
        : min + ((reach - min) * stream.below(1000)) / 1000;
      const picked = pick([preset, drawn]);
      return [name, distinctPeers === true ? Math.min(picked, nodes - 1) : picked];
    }),
  );
}

function latencyFields(latency: NetworkSpec["latency"]): Partial<NetworkSpec> {
  if (latency === "constant") return { latencyMs: 1 + stream.below(40) };
  if (latency === "uniform") return { latencyMsMin: 1, latencyMsMax: 2 + stream.below(80) };
  if (latency === "lognormal") return { latencyMs: 20, latencySigma: 0.6 };
  return {};
}

/** Zones now and then, and whom nodes address: any selection that the network allows. */
function selectionFields(
  spec: NetworkSpec,
  nodes: number,
  flooding: boolean,
): Partial<NetworkSpec> {
  const dcs = 1 + stream.below(Math.min(5, nodes));
  const zones = pick([{}, { dcs, racks: 1 + stream.below(Math.floor(nodes / dcs)) }]);
  if (flooding || stream.below(2) === 0) return zones;
  const directedRounds = pick([0, 0, 2]);
  if (spec.latency === "cities" && stream.below(2) === 0) {
    return { ...zones, selection: "nearest", candidates: 2 + stream.below(15), directedRounds };
  }
  if (spec.topology !== "complete") {
    const alpha = -2 + stream.below(41) / 10;
    const score = pick(["coreness", "pagerank", "betweenness"] as const);
    const way = pick([
      { selection: "degree", alpha },
      { selection: "centrality", alpha, score },
    ] as const);
    return { ...zones, ...way, directedRounds };
  }
  const rho = stream.below(40) / 10;
  // Two racks at least, so that there is a zone to leave.
  const share = (): number => pick([0, 1, stream.below(100) / 100]);
  const split = { dcs: 2, racks: 2, outsideDc: share(), outsideRack: share() };
  let rows = Math.floor(Math.sqrt(nodes));
  while (nodes % rows !== 0) rows--;
  const way = pick([
    { selection: "spatial", rho, ...zones },
    { selection: "spatial", rho, space: "torus", rowNodes: nodes / rows },
    { selection: "zones", ...split },
  ] as const);
  return { ...way, directedRounds };
}

/** What a failure shows of a case. */
export function caseLabel(drawn: DrawnCase): string {
  const { protocol, nodes, parameters, seed, workers, clock, network } = drawn;
  const { description, environment } = network;
  return JSON.stringify({
    ...{ protocol, nodes, parameters, seed, workers, clock },
    network: description,
    environment,
  });
}
