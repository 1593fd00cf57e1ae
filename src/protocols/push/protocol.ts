/** Uniform push, forever or for some rounds; the portable steps are assembly/protocols/push.ts. */
import { defineProtocol } from "../protocol.js";
import {
  activeRounds,
  contactTraffic,
  fanout,
  fanoutMean,
  payloadBytes,
  rumorBytes,
  rumorFields,
} from "../shared/rumor.js";

export const push = defineProtocol({
  id: "push",
  title: "Push",
  summary: "each round every informed node sends the rumor to fanout random peers",
  source: "Pittel 1987, On Spreading a Rumor; Kermarrec et al. 2003 for infect and die",
  symbol: "push",
  parameters: { fanout, activeRounds, fanoutMean, payloadBytes },
  clocks: ["round", "event"],
  dies: ({ activeRounds: rounds = 0 }) => rounds > 0,
  roundTicks: 1,
  payloadWords: 0,
  fields: rumorFields,
  traffic: contactTraffic,
  bitRounds: { push: true, pull: false },
  wireBytes: rumorBytes,
});
