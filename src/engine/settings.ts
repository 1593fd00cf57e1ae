/** What the engine must know of a scenario. */
import type { Network } from "../network/network.js";
import type { Protocol } from "../protocols/protocol.js";

export interface TrialSettings {
  readonly protocol: Protocol;
  readonly parameters: Readonly<Record<string, number>>;
  readonly nodes: number;
  readonly network: Network;
  readonly clock: {
    readonly kind: "round" | "event";
    readonly tickMs: number;
    readonly periodTicks: number;
    readonly timer: "periodic" | "poisson" | "fresh";
  };
  readonly stop: { readonly coverage: number; readonly maxRounds: number };
  readonly workers: number;
  /** true: play messages one by one and keep hops, load and times of every node. */
  readonly observe: boolean;
}
