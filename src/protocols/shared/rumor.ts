/**
 * What the protocols that spread one rumor share on the host: memory fields (in the order that
 * assembly/runtime/infection.ts numbers them), common parameters, sizes on the wire.
 */
import type { FieldSpec } from "../../memory/layout.js";
import type { ParameterSpec, ProtocolSettings, TrafficBounds, WireBytes } from "../protocol.js";

/** UDP over IPv4: 20 + 8 bytes. */
const TRANSPORT_BYTES = 28;
/** Message kind, sender, rumor id and version. */
const CONTACT_BYTES = 24;

export const fanout: ParameterSpec = {
  description: "distinct peers a node contacts in one round",
  default: 1,
  min: 1,
  max: 64,
  integer: true,
  unit: "peers",
  distinctPeers: true,
};

export const activeRounds: ParameterSpec = {
  description:
    "rounds a node keeps sending after it was informed; 0 = for ever, 1 = infect and die",
  default: 0,
  min: 0,
  max: 65_535,
  integer: true,
  unit: "rounds",
};

export const fanoutMean: ParameterSpec = {
  description: "mean of a Poisson number of peers in each round; 0 = exactly `fanout`",
  default: 0,
  min: 0,
  max: 32,
  integer: false,
  unit: "peers",
};

export const payloadBytes: ParameterSpec = {
  description: "size of the rumor itself",
  default: 256,
  min: 0,
  max: 16_777_216,
  integer: true,
  unit: "bytes",
};

/** Fields of one rumor; 10.1 bytes a node. */
export function rumorFields({ nodes }: ProtocolSettings): readonly FieldSpec[] {
  return [
    {
      name: "informed",
      type: "bits",
      count: nodes,
      meaning: "1 once the node holds the rumor",
      digest: true,
    },
    {
      name: "since",
      type: "u32",
      count: nodes,
      meaning: "0 = susceptible; round + 2 or tick + 1 of becoming informed",
    },
    { name: "hops", type: "u16", count: nodes, meaning: "length of the path that informed it" },
    { name: "load", type: "u32", count: nodes, meaning: "messages sent and received" },
  ];
}

/** A call and its answer for every peer of every node. */
export function contactTraffic(settings: ProtocolSettings): TrafficBounds {
  const { nodes, parameters, clock, periodTicks, delayTicksMax } = settings;
  const mean = parameters.fanoutMean ?? 0;
  const peers = mean > 0 ? Math.ceil(mean * 2 + 8) : (parameters.fanout ?? 1);
  const perRound = nodes * peers;
  if (clock === "round") return { perTick: perRound, inFlight: 0 };
  // Phases spread the calls evenly over the period; twice the mean and a floor cover the chance.
  const perTick = Math.min(perRound * 2, Math.ceil((4 * perRound) / periodTicks) + 4096);
  // Over a long delay the periods count: a call and its answer in each, and half as much again for chance.
  const periods = (delayTicksMax + 1) / periodTicks + 2;
  const inFlight = Math.min(
    perTick * (delayTicksMax + 1),
    Math.ceil(3 * perRound * periods) + 4096,
  );
  return { perTick, inFlight };
}

export function rumorBytes(parameters: Readonly<Record<string, number>>): WireBytes {
  return {
    rumor: TRANSPORT_BYTES + CONTACT_BYTES + (parameters.payloadBytes ?? 0),
    control: TRANSPORT_BYTES + CONTACT_BYTES,
  };
}
