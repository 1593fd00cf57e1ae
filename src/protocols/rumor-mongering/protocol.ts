/** Rumor mongering whole; the portable steps are assembly/protocols/rumor-mongering.ts. */
import {
  defineProtocol,
  type ParameterSpec,
  type Protocol,
  type ProtocolSettings,
  type TrafficBounds,
} from "../protocol.js";
import {
  activeRounds,
  contactTraffic,
  payloadBytes,
  rumorBytes,
  rumorFields,
} from "../shared/rumor.js";

/** Retries within one round; a round has room for a call, an answer to each and a last word. */
const HUNTS_MAX = 7;
/** Counters are u8, 255 means removed. */
const K_MAX = 254;

/** A named choice; the first is 0. */
function choice(description: string, choices: readonly string[], byDefault = 0): ParameterSpec {
  const max = choices.length - 1;
  return { description, default: byDefault, min: 0, max, integer: true, unit: "", choices };
}

function count(description: string, limits: [number, number, number], unit: string): ParameterSpec {
  const [byDefault, min, max] = limits;
  return { description, default: byDefault, min, max, integer: true, unit };
}

/** The rumor's fields and two bytes; what a connection limit or a sequence needs only where used. */
function fields(settings: ProtocolSettings): ReturnType<Protocol["fields"]> {
  const { nodes, parameters, clock } = settings;
  const limited = (parameters.connectionLimit ?? 0) > 0;
  const ranked = clock === "round";
  const sequential = (parameters.judgement ?? 0) === 1;
  return [
    ...rumorFields(settings),
    {
      name: "counter",
      type: "u8",
      count: nodes,
      meaning: "useless contacts so far, 255 = removed",
      digest: true,
    },
    {
      name: "contacts",
      type: "u8",
      count: nodes,
      meaning: "since its last action: 1 useful, 2 useless, 4 lost interest",
    },
    {
      name: "admitted",
      type: "u8",
      count: limited ? nodes : 0,
      meaning: "connections accepted since its last action",
    },
    {
      name: "callers",
      type: "u32",
      count: limited && ranked ? nodes : 0,
      meaning: "calls of this tick not decided yet",
    },
    {
      name: "bearers",
      type: "u32",
      count: sequential && ranked ? nodes : 0,
      meaning: "copies of this tick that may be the first",
    },
  ];
}

/** A contact is a call, its answer and a last word, and twice as much again for each hunt. */
function traffic(settings: ProtocolSettings): TrafficBounds {
  const { perTick, inFlight } = contactTraffic(settings);
  if (settings.clock === "round") return { perTick, inFlight };
  const factor = (3 + 2 * (settings.parameters.huntLimit ?? 0)) / 2;
  return { perTick: Math.ceil(perTick * factor), inFlight: Math.ceil(inFlight * factor) };
}

export const rumorMongering = defineProtocol({
  id: "rumor-mongering",
  title: "Rumor mongering",
  summary: "nodes spread the rumor until contacts that brought nothing make them lose interest",
  source: "Demers et al. 1987, Epidemic Algorithms for Replicated Database Maintenance",
  symbol: "rumorMongering",
  parameters: {
    mode: choice("who gives the rumor away: the caller, the callee, or both", [
      "push",
      "pull",
      "push-pull",
    ]),
    interest: choice("which contacts cost interest: those that were useless, or any", [
      "feedback",
      "blind",
    ]),
    removal: choice(
      "how interest is lost: after k such rounds, or with chance 1/k at each contact",
      ["counter", "coin"],
    ),
    k: count(
      "rounds of useless contacts until removal, or 1/k the chance of it at each",
      [2, 1, K_MAX],
      "contacts",
    ),
    counterReset: choice("whether a useful contact sets the counter to 0", ["off", "on"], 1),
    judgement: choice(
      "useful is a copy the receiver lacked as the round began, or when it came (event clock: always)",
      ["snapshot", "sequential"],
    ),
    minimization: choice(
      "of two infective nodes in contact count it only for the smaller or larger counter",
      ["off", "smaller", "larger"],
    ),
    connectionLimit: count(
      "connections a node accepts in one round; 0 = any number",
      [0, 0, 255],
      "connections",
    ),
    huntLimit: count(
      "other peers a refused caller tries in the same round",
      [0, 0, HUNTS_MAX],
      "peers",
    ),
    activeRounds,
    payloadBytes,
  },
  clocks: ["round", "event"],
  dies: true,
  roundTicks: 2 * HUNTS_MAX + 3,
  payloadWords: 0,
  fields,
  traffic,
  wireBytes: rumorBytes,
});
