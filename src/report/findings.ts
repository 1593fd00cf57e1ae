/** The sentence at the top: which protocol was fastest, at what cost, and how much WASM gains. */
import { formatCount, trimmed } from "../units.js";
import { detectionClause } from "./detections.js";
import { asSentence, formatValue } from "./format.js";
import { decimals, growthOf, slopeText, type Growth } from "./growth.js";
import { milestoneName } from "./metrics.js";
import { spreadsNothing, meanOf, placeText, type Run } from "./runs.js";
import { sweepsOf } from "./sweeps.js";

/** An interval whose ends lie further apart says only that there were too few trials. */
const INTERVAL_SPAN_MAX = 100;
/** Clauses about spread; of more settings only the first is told, and the number of the others. */
const GROUPS_MAX = 2;

export function findingsSentence(all: readonly Run[]): string {
  const finished = all.filter(({ trials }) => trials.length > 0);
  const detection = detectionClause(finished) ?? "";
  const runs = finished.filter((run) => !spreadsNothing(run));
  const groups = comparableGroups(runs);
  if (groups.length === 0) {
    const lead = finished[0];
    if (lead === undefined) return "No trial was finished, so there is nothing to report yet.";
    const plain =
      finished.length === 1
        ? `${lead.label} spreads no rumor`
        : `none of these ${formatCount(finished.length)} runs spreads a rumor: their measures stand under Metrics`;
    const found = detection === "" ? plain : detection;
    return sentence([found, speedClause(finished, lead)]);
  }
  const sweeps = sweepsOf(runs);
  const growths = (["round", "event"] as const).flatMap((clock) => growthOf(sweeps, clock));
  if (growths.length > 0) return sentence([growthClause(growths), detection]);
  // Of many settings the first one stands for all: a headline is no list.
  const told = groups.length > GROUPS_MAX ? 1 : GROUPS_MAX;
  const clauses = groups.slice(0, told).map((group) => groupClause(group, groups[0]!));
  if (groups.length > told) {
    clauses.push(`${formatCount(groups.length - told)} more settings follow below`);
  }
  const lead = fastest(groups[0]!)?.run ?? groups[0]![0]!;
  return sentence([...clauses, detection, speedClause(runs, lead)]);
}

/** What a doubling of the nodes costs each protocol; the first says the unit and how far it was tried. */
function growthClause(growths: readonly Growth[]): string {
  const [first, ...others] = growths;
  const sizes = growths.flatMap(({ points }) => points.map(({ nodes }) => nodes));
  const [least, most] = [Math.min(...sizes), Math.max(...sizes)].map(formatCount);
  const rest = others.map((growth) =>
    growth.clock === first!.clock
      ? `${growth.label} ${decimals(growth.line.slope)}`
      : `${growth.label} ${slopeText(growth)}`,
  );
  const range = `from ${least} to ${most} nodes ${first!.label} took ${slopeText(first!)}`;
  return [range, ...rest].join("; ");
}

/** Runs that differ in the protocol and its parameters alone; largest group first. */
function comparableGroups(runs: readonly Run[]): Run[][] {
  const groups = new Map<string, Run[]>();
  for (const run of runs) {
    const { clock, nodes, network } = run.record.scenario;
    const key = JSON.stringify([clock.kind, nodes, network]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [run]);
    else group.push(run);
  }
  return [...groups.values()].sort((a, b) => b.length - a.length);
}

interface Measured {
  readonly run: Run;
  readonly to99: number;
}

function ranked(group: readonly Run[]): Measured[] {
  return group
    .flatMap((run) => {
      const to99 = meanOf(run, milestoneName(run.record.scenario.clock.kind, 99));
      return to99 === null ? [] : [{ run, to99 }];
    })
    .sort((a, b) => a.to99 - b.to99);
}

function fastest(group: readonly Run[]): Measured | undefined {
  return ranked(group)[0];
}

/** @param first the group of the first clause, which says what is measured; later ones lean on it */
function groupClause(group: readonly Run[], first: readonly Run[]): string {
  const order = ranked(group);
  const best = order[0];
  const { scenario } = group[0]!.record;
  const nodes = `${formatCount(scenario.nodes)} nodes`;
  const where = placeText(scenario);
  if (best === undefined) {
    return group.length === 1
      ? `${group[0]!.label} did not inform 99 % of ${nodes} (${where})`
      : `none of ${group.length} runs informed 99 % of ${nodes} (${where})`;
  }
  if (group.length === 1) {
    if (group === first) {
      return `${best.run.label} informed 99 % of ${nodes} (${where}) in ${costOf(best)}`;
    }
    const isSameSize = scenario.nodes === first[0]!.record.scenario.nodes;
    const setting = isSameSize ? where : `${nodes}, ${where}`;
    return `${best.run.label} (${setting}) took ${costOf(best)}`;
  }
  const last = order.at(-1)!;
  const missed = group.length - order.length;
  const rest =
    missed > 0
      ? `; ${formatCount(missed)} never got there`
      : last === best
        ? ""
        : ` (slowest: ${last.run.label}, ${costOf(last, "copies")})`;
  return (
    `${best.run.label} was the fastest of ${group.length} runs on ${nodes} (${where}): ` +
    `99 % informed in ${costOf(best)}${rest}`
  );
}

/** "17 rounds at 5.2 copies per node". */
function costOf({ run, to99 }: Measured, unit = "copies per node"): string {
  const isRound = run.record.scenario.clock.kind === "round";
  const time = isRound
    ? `${trimmed(to99)} ${to99 === 1 ? "round" : "rounds"}`
    : formatValue(to99, "duration");
  const copies = meanOf(run, "messagesPerNode");
  return copies === null ? time : `${time} at ${trimmed(copies)} ${unit}`;
}

/** The gain in the leading run with its interval, and the range over all runs. */
function speedClause(runs: readonly Run[], lead: Run): string {
  const timed = runs.filter(({ record }) => record.comparison.speedup !== null);
  const shown = timed.includes(lead) ? lead : timed[0];
  const speedup = shown?.record.comparison.speedup;
  if (shown === undefined || speedup === undefined || speedup === null) return "";
  const [low, high] = speedup.ci95;
  const interval =
    low === null || high === null || high > INTERVAL_SPAN_MAX * low
      ? "too few pairs for an interval"
      : `95 % interval ${trimmed(low)} to ${trimmed(high)}`;
  const clause = `WASM ran ${shown.label} ${trimmed(speedup.ratio)} times as fast as TypeScript (${interval})`;
  if (timed.length < 2) return clause;
  const ratios = timed.map(({ record }) => record.comparison.speedup!.ratio);
  const [least, most] = [Math.min(...ratios), Math.max(...ratios)].map(trimmed);
  return least === most ? clause : `${clause}, and ${least} to ${most} times over all runs`;
}

function sentence(clauses: readonly string[]): string {
  return asSentence(`${clauses.filter((clause) => clause !== "").join("; ")}.`);
}
