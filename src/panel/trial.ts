/**
 * A trial in the reader's browser: the engine that the command line runs, over the module's build for
 * unshared memory (a page opened from a file has no SharedArrayBuffer), in the page's own thread.
 */
import { playInline, type Stage } from "../engine/inline.js";
import { writeNetwork } from "../engine/network-memory.js";
import { planTrial } from "../engine/plan.js";
import type { TrialRecord } from "../history/record.js";
import { instanceBackend, moduleImports } from "../kernels/instance.js";
import { PAGE_BYTES } from "../memory/layout.js";
import { completeNetwork } from "../network/complete.js";
import type { Protocol } from "../protocols/protocol.js";
import { protocols } from "../protocols/registry.js";
import { rasterize, type Raster } from "../run/raster.js";
import { trialRecord } from "../run/trial-record.js";
import type { Scenario } from "../run/types.js";

/** Nobody waits for more in a page, and a phone's memory takes no more. */
export const PANEL_NODES_MAX = 1_000_000;

/** As `hearsay run` has it where nothing is said. */
const MAX_ROUNDS = 1000;

/** Rumors by rounds to chosen peers: what has a curve, a picture and an end. */
export const panelProtocols: readonly Protocol[] = protocols.filter(
  ({ clocks, measures, choosesPeers }) =>
    clocks[0] === "round" && measures === undefined && choosesPeers !== false,
);

export interface PanelSettings {
  readonly protocol: Protocol;
  readonly parameters: Readonly<Record<string, number>>;
  readonly nodes: number;
  readonly lossRatio: number;
  readonly seed: number;
}

export interface PanelTrial {
  /** Of the fastest path, timed in this browser. */
  readonly record: TrialRecord;
  /** Digest of the same seed played message by message: must equal the record's. */
  readonly tracedDigest: string;
  readonly raster: Raster;
}

/** Plays one seed twice, as `hearsay run` does: timed on the fastest path, then traced for the picture. */
export async function playHere(
  module: WebAssembly.Module,
  settings: PanelSettings,
): Promise<PanelTrial> {
  const scenario = scenarioOf(settings);
  const timed = await stageOf(module, scenario, false);
  const result = playInline(timed, settings.seed, { now: () => performance.now() });
  const traced = timed.plan.path === "mailbox" ? timed : await stageOf(module, scenario, true);
  const trace = traced === timed ? result : playInline(traced, settings.seed);
  const { at, count } = traced.plan.fields["since"]!;
  return {
    record: trialRecord(scenario, result),
    tracedDigest: trace.digest,
    raster: rasterize(scenario, new Uint32Array(traced.memory.buffer, at, count)),
  };
}

function scenarioOf({ protocol, parameters, nodes, lossRatio, seed }: PanelSettings): Scenario {
  return {
    name: protocol.id,
    title: protocol.title,
    protocol,
    parameters,
    nodes,
    network: completeNetwork(nodes, lossRatio),
    clock: { kind: "round", tickMs: 0, periodTicks: protocol.roundTicks, timer: "periodic" },
    seed,
    trials: 1,
    backends: ["wasm"],
    workers: 1,
    stop: { coverage: 1, maxRounds: MAX_ROUNDS },
    observe: false,
  };
}

/** @throws InputError or RangeError where the trial does not fit into memory */
async function stageOf(
  module: WebAssembly.Module,
  scenario: Scenario,
  observe: boolean,
): Promise<Stage> {
  const settings = { ...scenario, observe };
  const plan = planTrial(settings);
  const pages = Math.max(2, Math.ceil(plan.memoryBytes / PAGE_BYTES));
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  writeNetwork(plan, scenario.network, memory);
  const instance = await WebAssembly.instantiate(module, moduleImports(memory));
  return { settings, plan, memory, backend: instanceBackend(instance) };
}
