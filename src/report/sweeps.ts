/** Runs that differ in one number alone: sizes, rates of loss, a parameter. What lines are drawn along. */
import type { ScenarioRecord } from "../history/record.js";
import { printable } from "./escape.js";
import type { Run } from "./runs.js";

/** Fewer values than this make no curve. */
export const SWEEP_VALUES_MIN = 4;

export interface Sweep {
  /** What varies: "nodes", "network lossRatio", "parameter fanout". */
  readonly setting: string;
  /** What its runs have in common, in words; unique among the sweeps of one setting. */
  readonly label: string;
  /** In rising order of the value. */
  readonly runs: readonly { readonly value: number; readonly run: Run }[];
}

/** Every group of runs that agree in all settings but one, which takes `valuesMin` values or more. */
export function sweepsOf(runs: readonly Run[], valuesMin = SWEEP_VALUES_MIN): Sweep[] {
  const all = runs
    .filter(({ trials }) => trials.length > 0)
    .map((run) => ({ run, values: settingsOf(run.record.scenario) }));
  const names = [...new Set(all.flatMap(({ values }) => [...values.keys()]))];
  const sweeps = names.flatMap((setting) => {
    const groups = new Map<string, { value: number; run: Run }[]>();
    for (const { run, values } of all) {
      const value = values.get(setting);
      if (typeof value !== "number") continue;
      const rest = [...values].filter(([name]) => name !== setting);
      const key = JSON.stringify(rest);
      groups.set(key, [...(groups.get(key) ?? []), { value, run }]);
    }
    return [...groups.values()]
      .filter((group) => new Set(group.map(({ value }) => value)).size >= valuesMin)
      .map((group) => ({ setting, runs: group.sort((a, b) => a.value - b.value) }));
  });
  return labelled(sweeps);
}

/** All that decides the outcome of a trial but the seed. */
function settingsOf(scenario: ScenarioRecord): Map<string, number | string | boolean> {
  const { protocol, parameters, nodes, network, clock } = scenario;
  return new Map<string, number | string | boolean>([
    ["protocol", protocol],
    ["nodes", nodes],
    ["clock", `${clock.kind} ${clock.tickMs} ${clock.periodTicks}`],
    ...Object.entries(parameters).map(([name, value]) => [`parameter ${name}`, value] as const),
    ...Object.entries(network).map(([name, value]) => [`network ${name}`, value] as const),
  ]);
}

function labelled(sweeps: readonly Omit<Sweep, "label">[]): Sweep[] {
  const seen = new Map<string, number>();
  return sweeps.map((sweep) => {
    const name = commonName(sweep.runs.map(({ run }) => run.record.scenario));
    const key = `${sweep.setting} ${name}`;
    const count = (seen.get(key) ?? 0) + 1;
    seen.set(key, count);
    return { ...sweep, label: count === 1 ? name : `${name} (${count})` };
  });
}

/** "rm-push" of rm-push-k1, rm-push-k2, …; the protocol where names have no beginning in common. */
function commonName(scenarios: readonly ScenarioRecord[]): string {
  const [first, ...others] = scenarios.map(({ name }) => name.split("-"));
  let length = first!.length;
  for (const words of others) {
    let common = 0;
    while (common < length && words[common] === first![common]) common++;
    length = common;
  }
  return printable(first!.slice(0, length).join("-") || scenarios[0]!.protocol);
}
