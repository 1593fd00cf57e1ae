/**
 * Settings -> Scenario: merges layers (a file, then the command line), fills in defaults, checks
 * what depends on more than one field, and builds the network. Below this nothing is optional.
 */
import { checkChoice, checkNumber, nearestName, shown } from "../check.js";
import { InputError } from "../errors.js";
import { buildNetwork, type NetworkSpec } from "../network/build.js";
import { buildEnvironment } from "../network/environment.js";
import type { Network } from "../network/network.js";
import { SELECTION_FIELDS } from "../network/selection.js";
import type { ParameterSpec, Protocol } from "../protocols/protocol.js";
import { findProtocol, protocols } from "../protocols/registry.js";
import type { ClockSettings, Scenario } from "../run/types.js";
import { PRESET_NAMES, PRESETS } from "./presets.js";
import { SEED } from "./ranges.js";
import type { NetworkSettings, ScenarioSettings } from "./schema.js";

/** Settings from one place, and how messages name a field of that place ("--nodes", "a.yaml:3: nodes"). */
export interface SettingsLayer {
  readonly settings: Readonly<Partial<ScenarioSettings>>;
  /** @param field dotted path, such as "nodes", "network.degree", "parameters.fanout" */
  readonly label: (field: string) => string;
}

/** A scenario whose settings are checked, but whose network does not stand yet. */
export interface ResolvedScenario {
  readonly name: string;
  readonly title: string;
  readonly nodes: number;
  /** Builds the network; takes memory and time. Throws InputError for what only building shows. */
  build(): Promise<Scenario>;
}

export const DEFAULT_NODES = 100_000;
const DEFAULT_TRIALS = 5;
const DEFAULT_MAX_ROUNDS = 1000;
const DEFAULT_TICK_MS = 1;
/** Gossip interval of Serf and memberlist on a local network. */
const DEFAULT_PERIOD_MS = 200;
/** Above this a traced trial costs more memory than its picture (2000 x 2000) is worth. */
const OBSERVED_NODES_MAX = 4e6;

/** What belongs to one kind of topology, and goes when another is chosen. */
const TOPOLOGY_FIELDS = ["degree", "rewire", "torus", "file", "directed"] as const;

type Settings = Partial<ScenarioSettings>;
type Label = (field: string) => string;

/**
 * @param given lowest first; a later layer's fields replace an earlier one's
 * @throws InputError naming the field as its layer does
 */
export function resolveScenario(given: readonly SettingsLayer[]): ResolvedScenario {
  const layers = [...presetLayer(given), ...given];
  const settings = merge(layers.map((layer) => layer.settings));
  const label = labelOf(layers);
  const protocol = resolveProtocol(settings.protocol ?? "", label);
  const spec = networkSpec(settings.network ?? {});
  const fromFile = spec.topology === "file";
  const nodes = settings.nodes ?? DEFAULT_NODES;
  const seed = settings.seed ?? 1;
  const trials = settings.trials ?? DEFAULT_TRIALS;
  checkNumber(label("seed"), seed, { ...SEED, max: SEED.max - trials + 1 });
  const parameters = resolveParameters(protocol, settings.parameters ?? {}, label);
  if (!fromFile) checkPeers(protocol, parameters, nodes, label);
  if (protocol.choosesPeers === false && (spec.selection ?? "uniform") !== "uniform") {
    const got = `got ${shown(spec.selection)}`;
    throw new InputError(`${label("network.selection")} has no effect on ${protocol.id}, ${got}`);
  }
  const clock = resolveClock(protocol, { settings, parameters }, spec, label);
  const name = settings.name ?? protocol.id;
  const title = settings.title ?? protocol.title;
  const backend = settings.backend ?? "both";

  async function build(): Promise<Scenario> {
    const bare = await buildLabelled(spec, nodes, seed, label);
    const network = withEnvironment(bare, settings, clock, label);
    const built = network.topology.nodes;
    if (settings.nodes !== undefined && settings.nodes !== built) {
      const got = `got ${settings.nodes}`;
      throw new InputError(`${label("nodes")} must be ${built}, as ${spec.file} has it, ${got}`);
    }
    checkPeers(protocol, parameters, built, label);
    return {
      ...{ name, title, protocol, parameters, nodes: built, network, clock, seed, trials },
      backends: backend === "both" ? ["wasm", "ts"] : [backend],
      workers: settings.workers ?? 1,
      stop: {
        coverage: settings.stop?.coverage ?? 1,
        maxRounds: settings.stop?.maxRounds ?? DEFAULT_MAX_ROUNDS,
      },
      observe: settings.observe ?? built <= OBSERVED_NODES_MAX,
    };
  }
  return { name, title, nodes, build };
}

/** The preset that the topmost layer with one names, below all that was given. */
function presetLayer(given: readonly SettingsLayer[]): SettingsLayer[] {
  const naming = given.findLast(({ settings }) => settings.preset !== undefined);
  if (naming === undefined) return [];
  const name = checkChoice(naming.label("preset"), naming.settings.preset!, PRESET_NAMES);
  const label = (field: string): string => `preset ${name}: ${field}`;
  return [{ settings: PRESETS[name]!.settings, label }];
}

/**
 * Field by field; mappings are merged. A new topology or latency drops the old one's details, and
 * an edge list the old number of nodes: it has its own.
 */
function merge(layers: readonly Settings[]): Settings {
  return layers.reduce((lower, upper) => ({
    ...lower,
    ...(upper.network?.topology === "file" ? { nodes: undefined } : {}),
    ...upper,
    parameters: { ...lower.parameters, ...upper.parameters },
    network: { ...withoutReplaced(lower.network ?? {}, upper.network ?? {}), ...upper.network },
    environment: { ...lower.environment, ...upper.environment },
    clock: { ...lower.clock, ...upper.clock },
    stop: { ...lower.stop, ...upper.stop },
  }));
}

function withoutReplaced(lower: NetworkSettings, upper: NetworkSettings): NetworkSettings {
  const kept = { ...lower };
  if (upper.topology !== undefined && upper.topology !== lower.topology) {
    for (const field of TOPOLOGY_FIELDS) delete kept[field];
  }
  if (upper.latency !== undefined && upper.latency !== lower.latency) {
    for (const field of Object.keys(kept) as (keyof NetworkSettings)[]) {
      if (field.startsWith("latency") || field === "citiesPreset") delete kept[field];
    }
  }
  if (upper.selection !== undefined && upper.selection !== lower.selection) {
    for (const field of SELECTION_FIELDS) delete kept[field];
  }
  return kept;
}

/** Names a field as the last layer that sets it does, else as the last layer would. */
function labelOf(layers: readonly SettingsLayer[]): Label {
  return (field) => {
    const [outer = "", inner] = field.replaceAll(/\[\d+\]/g, "").split(".");
    const setter = layers.findLast(({ settings }) => {
      const value = settings[outer as keyof ScenarioSettings];
      const mapping = typeof value === "object" ? (value as Record<string, unknown>) : {};
      return inner === undefined ? value !== undefined : mapping[inner] !== undefined;
    });
    return (setter ?? layers.at(-1))?.label(field) ?? field;
  };
}

function resolveProtocol(id: string, label: Label): Protocol {
  const found = findProtocol(id);
  if (found !== undefined) return found;
  const ids = protocols.map((protocol) => protocol.id);
  return protocols[ids.indexOf(checkChoice(label("protocol"), id, ids))]!;
}

function resolveParameters(
  protocol: Protocol,
  given: Readonly<Record<string, number | string>>,
  label: Label,
): Record<string, number> {
  const names = Object.keys(protocol.parameters);
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(protocol.parameters, name)) continue;
    const nearest = nearestName(name, names);
    const hint = nearest === undefined ? "" : `; did you mean ${nearest}?`;
    const allowed = names.length === 0 ? "none" : names.join(", ");
    const field = label(`parameters.${name}`);
    throw new InputError(`${field} is no parameter of ${protocol.id}; allowed: ${allowed}${hint}`);
  }
  return Object.fromEntries(
    Object.entries(protocol.parameters).map(([name, spec]) => {
      const value = given[name];
      const resolved =
        value === undefined
          ? spec.default
          : parameterValue(spec, value, label(`parameters.${name}`));
      return [name, resolved];
    }),
  );
}

function parameterValue(spec: ParameterSpec, value: number | string, field: string): number {
  if (spec.choices !== undefined && typeof value === "string") {
    return spec.choices.indexOf(checkChoice(field, value, spec.choices));
  }
  const { min, max, integer, unit } = spec;
  return checkNumber(field, value, { min, max, integer, unit });
}

/** A node cannot contact more distinct peers than there are. */
function checkPeers(
  protocol: Protocol,
  parameters: Readonly<Record<string, number>>,
  nodes: number,
  label: Label,
): void {
  for (const [name, spec] of Object.entries(protocol.parameters)) {
    const value = parameters[name]!;
    if (spec.distinctPeers !== true || value <= nodes - 1) continue;
    const max = Math.min(spec.max, nodes - 1);
    throw new InputError(
      `${label(`parameters.${name}`)} must be ${spec.integer ? "a whole number" : "a number"} ` +
        `from ${spec.min} to ${max} with ${nodes} nodes, got ${shown(value)}`,
    );
  }
}

function networkSpec(settings: NetworkSettings): NetworkSpec {
  const { topology = "complete", latency = "round", lossRatio = 0, ...details } = settings;
  return { topology, latency, lossRatio, ...details };
}

async function buildLabelled(
  spec: NetworkSpec,
  nodes: number,
  seed: number,
  label: Label,
): Promise<Network> {
  try {
    return await buildNetwork(spec, nodes, seed);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const named = error.message.replace(/\bnetwork\.\w+/g, (field) => label(field));
    throw new InputError(named);
  }
}

/** Adds what the settings say of nodes and links. */
function withEnvironment(
  network: Network,
  { environment: spec = {} }: Settings,
  clock: ClockSettings,
  label: Label,
): Network {
  if (Object.keys(spec).length === 0) return network;
  const { zones, topology, description } = network;
  try {
    const place = { nodes: topology.nodes, zones, clock: clock.kind };
    const built = buildEnvironment(spec, place);
    return {
      ...network,
      environment: built.environment,
      description: { ...description, ...built.description },
    };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(error.message.replace(/^environment[.\w[\]]*/, label));
  }
}

/** Event clock where messages take time, the protocol's first clock otherwise. */
function resolveClock(
  protocol: Protocol,
  given: {
    readonly settings: Settings;
    readonly parameters: Readonly<Record<string, number>>;
  },
  spec: NetworkSpec,
  label: Label,
): ClockSettings {
  const { clock = {} } = given.settings;
  const timed = spec.latency !== "round";
  const kind = clock.kind ?? (timed ? "event" : protocol.clocks[0]!);
  if (!protocol.clocks.includes(kind)) checkChoice(label("clock.kind"), kind, protocol.clocks);
  if (kind === "round") {
    if (timed) {
      throw new InputError(
        `${label("clock.kind")} must be event when latency is ${spec.latency}, got "round"`,
      );
    }
    return { kind, tickMs: 0, periodTicks: protocol.roundTicks, timer: "periodic" };
  }
  const tickMs = clock.tickMs ?? DEFAULT_TICK_MS;
  const periodMs = clock.periodMs ?? protocol.periodMs?.(given.parameters) ?? DEFAULT_PERIOD_MS;
  const periodTicks = Math.round(periodMs / tickMs);
  if (periodTicks < 1 || Math.abs(periodTicks * tickMs - periodMs) > 1e-9 * periodMs) {
    throw new InputError(
      `${label("clock.periodMs")} must be a multiple of the tick of ${tickMs} ms, got ${periodMs}`,
    );
  }
  return { kind, tickMs, periodTicks, timer: clock.timer ?? "periodic" };
}
