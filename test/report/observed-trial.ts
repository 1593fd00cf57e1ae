/** A traced trial of the engine, small, as the record has it: for tests of pictures. */
import { inlinePlayer, type InlineOptions } from "../../bench/inline-trial.js";
import type { TrialResult } from "../../src/engine/trial-run.js";
import type { Observed } from "../../src/history/record.js";
import { completeNetwork } from "../../src/network/complete.js";
import { observe } from "../../src/run/observe.js";

const ROUNDS = { kind: "round", tickMs: 0, periodTicks: 1, timer: "periodic" } as const;

export interface ObservedTrial {
  readonly observed: Observed;
  readonly result: TrialResult;
  readonly field: (name: string) => Uint32Array;
}

export async function observedTrial(
  backend: "wasm" | "ts",
  options: InlineOptions,
  seed: number,
): Promise<ObservedTrial> {
  const player = await inlinePlayer(backend, { ...options, observe: true });
  const result = player.play(seed);
  const field = (name: string): Uint32Array => {
    const { at, count, type } = player.plan.fields[name]!;
    const Type = type === "u16" ? Uint16Array : Uint32Array;
    return new Type(player.memory.buffer, at, count) as Uint32Array;
  };
  const { nodes, clock = ROUNDS, network = completeNetwork(nodes) } = options;
  const observed = observe({ nodes, clock, network }, { plan: player.plan, field }, result);
  return { observed, result, field };
}
