/** Push and pull in one contact; the portable steps are assembly/protocols/push-pull.ts. */
import { defineProtocol } from "../protocol.js";
import { contactTraffic, fanout, payloadBytes, rumorBytes, rumorFields } from "../shared/rumor.js";

export const pushPull = defineProtocol({
  id: "push-pull",
  title: "Push-pull",
  summary: "each round every node calls fanout random peers; the rumor passes in both directions",
  source: "Karp et al. 2000, Randomized Rumor Spreading; Doerr and Kostrygin 2017",
  symbol: "pushPull",
  parameters: { fanout, payloadBytes },
  clocks: ["round", "event"],
  roundTicks: 2,
  payloadWords: 0,
  fields: rumorFields,
  traffic: contactTraffic,
  bitRounds: { push: true, pull: true },
  wireBytes: rumorBytes,
});
