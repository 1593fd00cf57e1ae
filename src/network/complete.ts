/** The network without places: everyone may talk to everyone, a message takes one round. */
import type { Network } from "./network.js";

/** As buildNetwork makes it of { topology: "complete", latency: "round", lossRatio }. */
export function completeNetwork(nodes: number, lossRatio = 0): Network {
  return {
    topology: { kind: "complete", nodes },
    latency: { kind: "round" },
    lossRatio,
    description: { topology: "complete", latency: "round", lossRatio },
    order: "id",
  };
}
