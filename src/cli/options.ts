/** Flags of `run`: parsed and range-checked here, handed on as the top layer of a scenario. */
import { existsSync } from "node:fs";
import type { Command } from "commander";
import { checkChoice, checkNumber, nearestName, shown, type NumberRange } from "../check.js";
import { InputError } from "../errors.js";
import { LATENCY_NAMES, TOPOLOGY_NAMES, type LatencyName } from "../network/build.js";
import { SELECTION_NAMES, type SelectionName } from "../network/selection.js";
import { LATENCY_MS_MAX } from "../network/edge-lines.js";
import { PRESET_NAMES } from "../scenario/presets.js";
import {
  BACKENDS,
  CLOCKS,
  COVERAGE,
  MAX_ROUNDS,
  NODES,
  SEED,
  TRIALS,
  WORKERS,
} from "../scenario/ranges.js";
import type { SettingsLayer } from "../scenario/resolve.js";
import type { NetworkSettings } from "../scenario/schema.js";

/** What commander hands over; a flag that was not typed is absent. */
export interface ScenarioFlags {
  readonly nodes?: number;
  readonly backend?: (typeof BACKENDS)[number];
  readonly workers?: number;
  readonly trials?: number;
  readonly seed?: number;
  readonly set?: Readonly<Record<string, number | string>>;
  readonly network?: NetworkSettings;
  readonly degree?: number;
  readonly loss?: number;
  readonly latency?: NetworkSettings;
  readonly preset?: string;
  readonly selection?: SelectionName;
  readonly clock?: (typeof CLOCKS)[number];
  readonly coverage?: number;
  readonly maxRounds?: number;
  /** Always there: commander's default of a --no- flag is true. */
  readonly observe: boolean;
}

/** Flags of run beyond those that change the scenario. */
export interface RunFlags extends ScenarioFlags {
  readonly out: string;
  readonly json?: true;
  readonly quiet?: true;
  /** false: no HTML page, records only. */
  readonly report: boolean;
}

/** As buildNetwork has them, whose check is the finer one: it knows the number of nodes. */
const ANY_DEGREE: NumberRange = { min: 1, max: 64, integer: true };
const ANY_LOSS: NumberRange = { min: 0, max: 0.99 };
const ANY_DELAY: NumberRange = { min: 0, max: LATENCY_MS_MAX, unit: "ms" };
const ANY_SIGMA: NumberRange = { min: 0, max: 2 };

type LatencyField =
  | "latencyMs"
  | "latencyMsAcross"
  | "latencyMsMin"
  | "latencyMsMax"
  | "latencySigma"
  | "citiesPreset";

/** How messages name a value that follows the kind of latency. */
const LATENCY_VALUES: Readonly<Record<LatencyField, string>> = {
  latencyMs: "MS",
  latencyMsAcross: "ACROSS",
  latencyMsMin: "MIN",
  latencyMsMax: "MAX",
  latencySigma: "SIGMA",
  citiesPreset: "PRESET",
};

/** Fields that follow a kind of latency, and how many of them must. */
const LATENCY_FORMS: Readonly<
  Record<LatencyName, { readonly fields: readonly LatencyField[]; readonly needed: number }>
> = {
  round: { fields: [], needed: 0 },
  constant: { fields: ["latencyMs"], needed: 1 },
  uniform: { fields: ["latencyMsMin", "latencyMsMax"], needed: 2 },
  lognormal: { fields: ["latencyMs", "latencySigma"], needed: 1 },
  zones: { fields: ["latencyMs", "latencyMsAcross", "latencySigma"], needed: 2 },
  edge: { fields: [], needed: 0 },
  cities: { fields: ["citiesPreset"], needed: 0 },
};

export function addScenarioFlags(command: Command): Command {
  return command
    .option("--nodes <count>", "number of nodes, e.g. 1e6", number("--nodes", NODES))
    .option("--backend <name>", "wasm, ts or both", choice("--backend", BACKENDS))
    .option("--workers <count>", "threads that share one trial", number("--workers", WORKERS))
    .option("--trials <count>", "trials per backend", number("--trials", TRIALS))
    .option("--seed <number>", "seed of the first trial", number("--seed", SEED))
    .option("--set <name=value>", "set a parameter of the protocol; repeatable", assignment)
    .option("--network <name|file>", "topology, or an edge list (plain or .gz)", networkFlag)
    .option("--degree <count>", "neighbours per node", number("--degree", ANY_DEGREE))
    .option("--loss <ratio>", "probability that a message is lost", number("--loss", ANY_LOSS))
    .option("--latency <kind>", "round, 50 (ms), uniform:MIN:MAX, cities ...", latencyFlag)
    .option("--preset <name>", "surroundings: latency, loss, links, churn", preset)
    .option(
      "--selection <name>",
      "whom nodes address: degree, spatial ...",
      choice("--selection", SELECTION_NAMES),
    )
    .option("--clock <kind>", "round or event", choice("--clock", CLOCKS))
    .option(
      "--coverage <share>",
      "share informed that ends a trial",
      number("--coverage", COVERAGE),
    )
    .option("--max-rounds <count>", "rounds that end a trial", number("--max-rounds", MAX_ROUNDS))
    .option("--no-observe", "skip the traced trial (hops, load, picture)");
}

/** Flag by dotted field, for messages. */
const FLAGS: Readonly<Record<string, string>> = {
  nodes: "--nodes",
  backend: "--backend",
  workers: "--workers",
  trials: "--trials",
  seed: "--seed",
  "network.topology": "--network",
  "network.file": "--network",
  "network.degree": "--degree",
  "network.lossRatio": "--loss",
  "network.latency": "--latency",
  "network.selection": "--selection",
  "network.latencyMs": "--latency MS",
  "network.latencyMsAcross": "--latency ACROSS",
  "network.latencyMsMin": "--latency MIN",
  "network.latencyMsMax": "--latency MAX",
  "network.latencySigma": "--latency SIGMA",
  "network.citiesPreset": "--latency PRESET",
  preset: "--preset",
  "clock.kind": "--clock",
  "stop.coverage": "--coverage",
  "stop.maxRounds": "--max-rounds",
};

/** The flags as the layer above a scenario file. */
export function flagLayer(flags: ScenarioFlags): SettingsLayer {
  const { nodes, backend, workers, trials, seed, set, preset, clock, coverage, maxRounds } = flags;
  const network = {
    ...flags.network,
    ...flags.latency,
    ...present({ degree: flags.degree, lossRatio: flags.loss, selection: flags.selection }),
  };
  const settings = {
    ...present({ nodes, backend, workers, trials, seed, preset, parameters: set }),
    ...(flags.observe ? {} : { observe: false }),
    network,
    clock: present({ kind: clock }),
    stop: present({ coverage, maxRounds }),
  };
  const label = (field: string): string => {
    const parameter = /^parameters\.(.*)$/.exec(field)?.[1];
    return parameter === undefined ? (FLAGS[field] ?? field) : `--set ${parameter}`;
  };
  return { settings, label };
}

/** The entries that have a value. */
function present<T extends object>(values: T): T {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T;
}

/** A number as people write it: 1e6, 1_000_000, 0.5. Throws InputError naming the flag. */
export function parseNumber(flag: string, text: string, range: NumberRange): number {
  return checkNumber(flag, text.replace(/(?<=\d)_(?=\d)/g, ""), range);
}

function number(flag: string, range: NumberRange): (text: string) => number {
  return (text) => parseNumber(flag, text, range);
}

function choice<T extends string>(flag: string, allowed: readonly T[]): (text: string) => T {
  return (text) => checkChoice(flag, text, allowed);
}

/** A name of the presets. */
function preset(text: string): string {
  return checkChoice("--preset", text, PRESET_NAMES);
}

/** --set fanout=4, collected over its repetitions; a value that is no number names a choice. */
function assignment(
  text: string,
  earlier: Readonly<Record<string, number | string>> = {},
): Record<string, number | string> {
  const [, name, value] = /^([A-Za-z]\w*)=(.+)$/.exec(text) ?? [];
  if (name === undefined || value === undefined) {
    throw new InputError(`--set must be NAME=VALUE, such as fanout=4, got ${shown(text)}`);
  }
  const number = Number(value.replace(/(?<=\d)_(?=\d)/g, ""));
  return { ...earlier, [name]: Number.isNaN(number) ? value : number };
}

/** A topology by name, or else the path of an edge list. */
function networkFlag(text: string): NetworkSettings {
  const topology = TOPOLOGY_NAMES.find((name) => name === text);
  if (topology !== undefined && topology !== "file") return { topology };
  if (existsSync(text)) return { topology: "file", file: text };
  const names = TOPOLOGY_NAMES.filter((name) => name !== "file");
  const nearest = nearestName(text, names);
  const hint = nearest === undefined ? "" : `; did you mean ${nearest}?`;
  throw new InputError(
    `--network must be one of ${names.join(", ")} or a file that exists, got ${shown(text)}${hint}`,
  );
}

/** KIND[:VALUE[:VALUE]], or milliseconds alone for a constant: 50, uniform:10:100, cities. */
function latencyFlag(text: string): NetworkSettings {
  if (/^[-+.\d]/.test(text)) return latencyFlag(`constant:${text}`);
  const [kind = "", ...values] = text.split(":");
  const latency = checkChoice("--latency", kind, LATENCY_NAMES);
  const { fields, needed } = LATENCY_FORMS[latency];
  if (values.length < needed || values.length > fields.length) {
    const form = [latency, ...fields.map((field) => LATENCY_VALUES[field])].join(":");
    throw new InputError(`--latency must be ${form}, got ${shown(text)}`);
  }
  const details = values.map((value, index) => {
    const field = fields[index]!;
    if (field === "citiesPreset") return [field, value];
    const range = field === "latencySigma" ? ANY_SIGMA : ANY_DELAY;
    return [field, parseNumber(`--latency ${LATENCY_VALUES[field]}`, value, range)];
  });
  return { latency, ...(Object.fromEntries(details) as NetworkSettings) };
}
