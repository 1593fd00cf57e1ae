/** Flooding over the topology; the portable steps are assembly/protocols/flood.ts. */
import { InputError } from "../../errors.js";
import { defineProtocol } from "../protocol.js";
import { payloadBytes, rumorBytes, rumorFields } from "../shared/rumor.js";

/** On the complete graph flooding costs nodes^2 messages; above this it answers no question. */
const COMPLETE_NODES_MAX = 4096;

export const flood = defineProtocol({
  id: "flood",
  title: "Flood",
  summary: "whoever hears the rumor first forwards it at once to all neighbours but the sender",
  source: "Gnutella 0.4 query flooding; the upper bound of speed on a given topology",
  symbol: "flood",
  parameters: {
    ttl: {
      description: "hops after which a copy is not forwarded; 0 = no bound",
      default: 0,
      min: 0,
      max: 65_535,
      integer: true,
      unit: "hops",
    },
    payloadBytes,
  },
  clocks: ["round", "event"],
  roundTicks: 1,
  payloadWords: 0,
  choosesPeers: false,
  fields: rumorFields,
  traffic: ({ nodes, edges }) => {
    if (edges === 0 && nodes > COMPLETE_NODES_MAX) {
      throw new InputError(
        `flood on the complete graph needs nodes up to ${COMPLETE_NODES_MAX}, got ${nodes}; ` +
          `give it a topology, e.g. --network k-out`,
      );
    }
    const perTick = edges === 0 ? nodes * nodes : edges;
    return { perTick, inFlight: perTick };
  },
  wireBytes: rumorBytes,
});
