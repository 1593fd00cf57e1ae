/** Push-pull by SYN, ACK, ACK2; the portable steps are assembly/protocols/push-pull-3msg.ts. */
import { defineProtocol } from "../protocol.js";
import { contactTraffic, fanout, payloadBytes, rumorBytes, rumorFields } from "../shared/rumor.js";

/** Key and version of the one rumor in a digest. */
const DIGEST_BYTES = 12;

export const pushPull3msg = defineProtocol({
  id: "push-pull-3msg",
  title: "Push-pull, three messages",
  summary:
    "digest, answer, second answer (SYN, ACK, ACK2): the rumor travels only where it is missing",
  source: "Apache Cassandra's gossip exchange; Demers et al. 1987 for digests",
  symbol: "pushPull3",
  parameters: { fanout, payloadBytes },
  clocks: ["round", "event"],
  roundTicks: 3,
  payloadWords: 0,
  fields: rumorFields,
  traffic: contactTraffic,
  wireBytes: (parameters) => {
    const sizes = rumorBytes(parameters);
    return { rumor: sizes.rumor, control: sizes.control + DIGEST_BYTES };
  },
});
