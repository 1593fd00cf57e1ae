/** Probabilistic propagation; the portable steps are assembly/protocols/gossip-p.ts. */
import { InputError } from "../../errors.js";
import {
  defineProtocol,
  type ParameterSpec,
  type Protocol,
  type ProtocolSettings,
  type TrafficBounds,
} from "../protocol.js";
import { contactTraffic, fanout, payloadBytes, rumorBytes, rumorFields } from "../shared/rumor.js";

/** To all on the complete graph costs nodes^2 messages; above this it answers no question. */
const COMPLETE_NODES_MAX = 4096;
/** Waits and copies are u8. */
const WAIT_MAX = 250;

function whole(description: string, limits: [number, number, number], unit: string): ParameterSpec {
  const [byDefault, min, max] = limits;
  return { description, default: byDefault, min, max, integer: true, unit };
}

function real(description: string, limits: [number, number, number], unit: string): ParameterSpec {
  return { ...whole(description, limits, unit), integer: false };
}

function fields(settings: ProtocolSettings): ReturnType<Protocol["fields"]> {
  const count = settings.nodes;
  return [
    ...rumorFields(settings),
    {
      name: "fate",
      type: "u8",
      count,
      meaning: "0 undecided, 1 passed it on, 2 silent for now, 3 silent",
      digest: true,
    },
    {
      name: "repeats",
      type: "u8",
      count,
      meaning: "copies heard beyond the first while they matter",
    },
    { name: "waited", type: "u8", count, meaning: "actions it let pass before its next step" },
  ];
}

/** Each node sends once; to all, a message over every half-edge. */
function traffic(settings: ProtocolSettings): TrafficBounds {
  const { nodes, edges, parameters } = settings;
  if ((parameters.fanout ?? 0) > 0) return contactTraffic(settings);
  if (edges === 0 && nodes > COMPLETE_NODES_MAX) {
    throw new InputError(
      `gossip-p with fanout 0 on the complete graph needs nodes up to ${COMPLETE_NODES_MAX}, ` +
        `got ${nodes}; give it a topology, e.g. --network grid`,
    );
  }
  const perTick = edges === 0 ? nodes * nodes : edges;
  return { perTick, inFlight: perTick };
}

export const gossipP = defineProtocol({
  id: "gossip-p",
  title: "Probabilistic propagation",
  summary: "whoever hears the rumor passes it on once, with a probability, or never",
  source: "Haas, Halpern, Li 2002, Gossip-Based Ad Hoc Routing",
  symbol: "gossipP",
  parameters: {
    fanout: {
      ...fanout,
      description: "distinct peers a node that passes the rumor on sends it to; 0 = all neighbours",
      default: 4,
      min: 0,
    },
    p0: real(
      "probability of passing the rumor on, before what follows lowers it",
      [0.75, 0, 1],
      "",
    ),
    hopFactor: real("factor of the probability for each hop of the rumor", [1, 0.001, 1], ""),
    ageRounds: real(
      "rounds since the rumor began in which the probability falls by e; 0 = age does not count",
      [0, 0, 100_000],
      "rounds",
    ),
    copyPower: real(
      "after c further copies the probability is divided by 1 + c to this power",
      [0, 0, 16],
      "",
    ),
    copiesMax: whole(
      "silent once so many copies were heard, the first among them; 0 = any number",
      [0, 0, WAIT_MAX],
      "copies",
    ),
    wait: whole("rounds a node listens before it decides", [0, 0, WAIT_MAX], "rounds"),
    kappa: real(
      "the probability is at most this over the node's degree; 0 = degree does not count",
      [0, 0, 1024],
      "peers",
    ),
    certainHops: whole(
      "nodes fewer hops away than this pass the rumor on in any case; 1 = the origin alone",
      [1, 0, 65_535],
      "hops",
    ),
    repairCopies: whole(
      "a silent node that heard fewer further copies than this passes it on after all; 0 = never",
      [0, 0, WAIT_MAX],
      "copies",
    ),
    repairWait: whole(
      "rounds from the decision to keep silent to that repair",
      [2, 1, WAIT_MAX],
      "rounds",
    ),
    payloadBytes,
  },
  clocks: ["round", "event"],
  dies: true,
  roundTicks: 1,
  payloadWords: 0,
  fields,
  traffic,
  wireBytes: rumorBytes,
});
