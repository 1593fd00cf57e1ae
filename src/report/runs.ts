/** Records as the report speaks of them: each with a label that no other has, and its trials. */
import type { Arm, RunRecord, ScenarioRecord, Summary, TrialRecord } from "../history/record.js";
import { printable } from "./escape.js";

export interface Run {
  readonly record: RunRecord;
  /** Place in the report; decides colour, dash and marker in every chart. */
  readonly index: number;
  /** Unique within the report, printable, at most LABEL_MAX characters. */
  readonly label: string;
  /** The arm that tells the spread: both backends leave the same bytes, so the first with trials. */
  readonly arm: Arm | undefined;
  readonly trials: readonly TrialRecord[];
}

const LABEL_MAX = 48;

export function prepareRuns(records: readonly RunRecord[]): Run[] {
  const labels = uniqueLabels(records.map(({ scenario }) => scenario));
  return records.map((record, index) => {
    const arm = record.arms.find(({ trials }) => trials.length > 0);
    return { record, index, label: labels[index]!, arm, trials: arm?.trials ?? [] };
  });
}

/** Summary of a metric over the trials of the run; undefined where the metric is not known. */
export function summaryOf(run: Run, metric: string): Summary | undefined {
  const summaries = run.arm?.summary;
  return summaries !== undefined && Object.hasOwn(summaries, metric)
    ? summaries[metric]
    : undefined;
}

export function meanOf(run: Run, metric: string): number | null {
  return summaryOf(run, metric)?.mean ?? null;
}

/** true for a model that tells who is down. */
export function detects(run: Run): boolean {
  return summaryOf(run, "falseAlarms") !== undefined;
}

/** true for a model that watches or serves and spreads no rumor: all nodes are "covered" at once, which says nothing. */
export function spreadsNothing({ trials }: Run): boolean {
  // A rumor has one informed node at its start; here there are all, or none until the first step has been counted.
  return (
    trials.length > 0 &&
    trials.every(({ series: { coverage } }) =>
      coverage[0] === 0 ? coverage[1] === 1 : coverage[0] === 1,
    )
  );
}

/** Name; where it repeats, with the settings that differ; where that repeats too, with a number. */
function uniqueLabels(scenarios: readonly ScenarioRecord[]): string[] {
  const detailed = scenarios.map((scenario) => {
    const namesakes = scenarios.filter(({ name }) => name === scenario.name);
    const differing = settings(scenario).filter(
      ([key, value]) => !namesakes.every((other) => valueOf(other, key) === value),
    );
    const detail = differing.map(([key, value]) => `${key} ${value}`).join(", ");
    return shortened(printable(detail === "" ? scenario.name : `${scenario.name}, ${detail}`));
  });
  const seen = new Map<string, number>();
  return detailed.map((label) => {
    const count = (seen.get(label) ?? 0) + 1;
    seen.set(label, count);
    const isRepeated = detailed.indexOf(label) !== detailed.lastIndexOf(label);
    return isRepeated ? `${label} (${count})` : label;
  });
}

function settings(scenario: ScenarioRecord): [string, string][] {
  const { protocol, nodes, parameters, network, seed } = scenario;
  const all = { protocol, nodes, ...parameters, ...network, seed };
  return Object.entries(all).map(([key, value]) => [key, String(value)]);
}

function valueOf(scenario: ScenarioRecord, key: string): string | undefined {
  return settings(scenario).find(([name]) => name === key)?.[1];
}

function shortened(text: string): string {
  const characters = [...text];
  return characters.length <= LABEL_MAX
    ? text
    : `${characters
        .slice(0, LABEL_MAX - 1)
        .join("")
        .trimEnd()}…`;
}

/** Topology and latency in a few words: "complete graph, world cities". */
export function placeText({ network: { topology, latency } }: ScenarioRecord): string {
  const graph = topology === undefined ? "network" : `${topology} graph`;
  const isPlain = latency === undefined || latency === "round";
  const source = latency === "cities" ? "world cities" : `latency ${latency}`;
  return printable(isPlain ? graph : `${graph}, ${source}`);
}

/** "complete graph", "k-out graph (degree 8), latency lognormal (50 ms)". */
export function networkText({ network }: ScenarioRecord): string {
  const { topology, latency, ...rest } = network;
  const parts = [topology === undefined ? "network" : `${topology} graph`];
  const details = Object.entries(rest)
    .filter(([key, value]) => !(key === "lossRatio" && value === 0))
    .map(([key, value]) => `${wordsOf(key)} ${value}`);
  if (details.length > 0) parts.push(`(${details.join(", ")})`);
  const text = printable(parts.join(" "));
  if (latency === undefined || latency === "round") return text;
  const source = latency === "cities" ? "distances between world cities" : String(latency);
  return `${text}, latency: ${printable(source)}`;
}

/** "largestComponent" -> "largest component". */
function wordsOf(key: string): string {
  return key.replace(/([a-z\d])([A-Z])/g, "$1 $2").toLowerCase();
}
