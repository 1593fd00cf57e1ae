/**
 * Published rounds to inform all nodes, one call a round, complete graph, no loss: what a measured line
 * is held against. Leading terms with the constants found in test/published.
 */
import type { ScenarioRecord } from "../history/record.js";

export interface KnownRounds {
  /** Additional rounds per doubling of the nodes that the leading terms say. */
  readonly slope: number;
  /** The slope in symbols: "1 + ln 2". */
  readonly slopeText: string;
  /** The whole formula in symbols. */
  readonly formula: string;
  rounds(nodes: number): number;
}

const KNOWN: Readonly<Record<string, KnownRounds>> = {
  // Pittel 1987, On Spreading a Rumor.
  push: {
    slope: 1 + Math.LN2,
    slopeText: "1 + ln 2",
    formula: "log₂ n + ln n + 1.18",
    rounds: (nodes) => Math.log2(nodes) + Math.log(nodes) + 1.18,
  },
  // Doerr and Kostrygin 2017, Randomized Rumor Spreading Revisited, as the next.
  pull: {
    slope: 1,
    slopeText: "1",
    formula: "log₂ n + log₂ ln n + 1",
    rounds: (nodes) => Math.log2(nodes) + Math.log2(Math.log(nodes)) + 1,
  },
  "push-pull": {
    slope: Math.LN2 / Math.log(3),
    slopeText: "1 / log₂ 3",
    formula: "log₃ n + log₂ ln n",
    rounds: (nodes) => Math.log(nodes) / Math.log(3) + Math.log2(Math.log(nodes)),
  },
};

/** undefined where the settings are not those of the published result. */
export function knownRounds(scenario: ScenarioRecord): KnownRounds | undefined {
  const { protocol, parameters, network, clock } = scenario;
  const { fanout, activeRounds = 0, fanoutMean = 0 } = parameters;
  const isPlain = fanout === 1 && activeRounds === 0 && fanoutMean === 0;
  const { topology, lossRatio = 0 } = network;
  const isFree = topology === "complete" && lossRatio === 0 && clock.kind === "round";
  return isPlain && isFree && Object.hasOwn(KNOWN, protocol) ? KNOWN[protocol] : undefined;
}
