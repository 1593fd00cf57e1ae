/** Uniform pull; the portable steps are assembly/protocols/pull.ts. */
import { defineProtocol } from "../protocol.js";
import { contactTraffic, fanout, payloadBytes, rumorBytes, rumorFields } from "../shared/rumor.js";

export const pull = defineProtocol({
  id: "pull",
  title: "Pull",
  summary: "each round every node asks fanout random peers, informed ones answer with the rumor",
  source: "Demers et al. 1987; Doerr and Kostrygin 2017",
  symbol: "pull",
  parameters: { fanout, payloadBytes },
  clocks: ["round", "event"],
  roundTicks: 2,
  payloadWords: 0,
  fields: rumorFields,
  traffic: contactTraffic,
  bitRounds: { push: false, pull: true },
  wireBytes: rumorBytes,
});
