/** Plays trials of a protocol by its id, with defaults for all that a test or a bench leaves out. */
import { playInline } from "../src/engine/inline.js";
import { writeNetwork } from "../src/engine/network-memory.js";
import { planTrial, type TrialPlan } from "../src/engine/plan.js";
import type { TrialSettings } from "../src/engine/settings.js";
import type { TrialResult } from "../src/engine/trial-run.js";
import { tsBackend } from "../src/kernels/ts.js";
import { compileWasm, wasmBackend } from "../src/kernels/wasm.js";
import { createMemory } from "../src/memory/memory.js";
import { completeNetwork } from "../src/network/complete.js";
import { buildEnvironment, type EnvironmentSpec } from "../src/network/environment.js";
import type { Network } from "../src/network/network.js";
import { findProtocol } from "../src/protocols/registry.js";

/** For tests, which spread it into networks of their own. */
export const completeGraph = completeNetwork;

export interface InlineOptions {
  readonly protocol: string;
  readonly nodes: number;
  readonly parameters?: Readonly<Record<string, number>>;
  readonly network?: Network;
  readonly clock?: TrialSettings["clock"];
  readonly coverage?: number;
  readonly maxRounds?: number;
  readonly observe?: boolean;
  readonly digestEachRound?: boolean;
  readonly reversed?: boolean;
  /** true: play on when all are informed, until nothing is sent any more. */
  readonly untilQuiet?: boolean;
  readonly module?: WebAssembly.Module;
}

export interface InlinePlayer {
  readonly plan: TrialPlan;
  readonly memory: WebAssembly.Memory;
  /** @param from the origin, instead of one drawn by the seed */
  readonly play: (seed: number, from?: number) => TrialResult;
}

/** Settings as the scenario module would resolve them: every parameter has its default. */
export function settingsOf(options: InlineOptions, workers = 1): TrialSettings {
  const protocol = findProtocol(options.protocol)!;
  const defaults = Object.entries(protocol.parameters).map(([name, spec]) => [name, spec.default]);
  const clock = { kind: "round", tickMs: 0, periodTicks: protocol.roundTicks, timer: "periodic" };
  return {
    protocol,
    parameters: {
      ...(Object.fromEntries(defaults) as Record<string, number>),
      ...options.parameters,
    },
    nodes: options.nodes,
    network: options.network ?? completeNetwork(options.nodes),
    clock: options.clock ?? (clock as TrialSettings["clock"]),
    stop: {
      coverage: options.untilQuiet === true ? Infinity : (options.coverage ?? 1),
      maxRounds: options.maxRounds ?? 1000,
    },
    workers,
    observe: options.observe ?? false,
  };
}

export async function inlinePlayer(
  backendName: "wasm" | "ts",
  options: InlineOptions,
): Promise<InlinePlayer> {
  const settings = settingsOf(options);
  const plan = planTrial(settings);
  const memory = createMemory(plan.memoryBytes);
  writeNetwork(plan, settings.network, memory);
  const module = options.module ?? compileWasm();
  const backend = backendName === "wasm" ? wasmBackend(module, memory) : await tsBackend(memory);
  const { digestEachRound = false, reversed = false, untilQuiet = false } = options;
  const play = (seed: number, from?: number): TrialResult =>
    playInline({ settings, plan, backend, memory }, seed, {
      digestEachRound,
      reversed,
      ...(from === undefined ? {} : { origin: from }),
      ...(untilQuiet ? { reachable: Infinity } : {}),
    });
  return { plan, memory, play };
}

export interface RoundsSetting extends Pick<InlineOptions, "protocol" | "nodes" | "module"> {
  readonly parameters?: Readonly<Record<string, number>>;
  readonly environment?: EnvironmentSpec;
  readonly lossRatio?: number;
  readonly maxRounds?: number;
}

/** One trial in rounds on a complete graph, under what befalls its nodes (`environment`, times in rounds). */
export async function playRounds(
  { environment: spec = {}, lossRatio = 0, ...options }: RoundsSetting,
  seed: number,
): Promise<TrialResult["series"]> {
  const { nodes } = options;
  const { environment } = buildEnvironment(spec, { nodes, zones: undefined, clock: "round" });
  const network = { ...completeNetwork(nodes, lossRatio), environment };
  return (await inlinePlayer("wasm", { ...options, network })).play(seed).series;
}
