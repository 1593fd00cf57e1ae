/** SWIM with Lifeguard as memberlist runs it; the portable steps are assembly/protocols/swim-lifeguard.ts. */
import { defineProtocol } from "../protocol.js";
import { memberlistModel, memberlistParameters } from "../shared/memberlist.js";
import { swimMeasures } from "../shared/swim.js";

export const swimLifeguard = defineProtocol({
  id: "swim-lifeguard",
  title: "SWIM with Lifeguard (memberlist)",
  summary:
    "SWIM as Consul and Serf run it: local health, suspicion that confirmations shorten, gossip",
  source: "Dadgar, Phillips, Currey 2018, Lifeguard; hashicorp/memberlist",
  symbol: "swimLifeguard",
  parameters: memberlistParameters,
  measures: swimMeasures,
  ...memberlistModel,
});
