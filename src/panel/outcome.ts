/** What a trial in the browser came to: its digest beside the command line's, its curve, its picture. */
import type { RunRecord, TrialRecord } from "../history/record.js";
import type { ChartWithTable } from "../report/chart.js";
import { curveTable } from "../report/charts/coverage.js";
import { escape } from "../report/escape.js";
import { formatValue } from "../report/format.js";
import { formatCount, trimmed } from "../units.js";
import { commandOf, protocolHere } from "./form.js";
import type { PanelSettings, PanelTrial } from "./trial.js";

export interface Verdict {
  readonly state: "fine" | "wrong" | "plain";
  readonly text: string;
}

/**
 * Holds digest and messages of every round against a record of the same settings in the page. Where a
 * rumor reached all, the digest alone says little: the nodes' states are then alike for every seed.
 */
export function verdictOf(
  settings: PanelSettings,
  { record, tracedDigest }: PanelTrial,
  records: readonly RunRecord[],
): Verdict {
  if (tracedDigest !== record.digest) {
    return { state: "wrong", text: `The traced trial ended in another state: ${tracedDigest}.` };
  }
  const known = recordedTrial(settings, records);
  if (known === undefined) {
    const text =
      "No run in this page has these settings; the command below ends in this digest on any machine.";
    return { state: "plain", text };
  }
  const theirs = known.series.messages;
  const isSameWay = theirs.every((sent, round) => sent === record.series.messages[round]);
  if (isSameWay && known.rounds < record.rounds) {
    const text = `The command line's run was the same, and was stopped after ${known.rounds} rounds.`;
    return { state: "plain", text };
  }
  return isSameWay && known.digest === record.digest
    ? {
        state: "fine",
        text: "The same digest, and the same messages in every round, as the command line's run of these settings.",
      }
    : {
        state: "wrong",
        text: `The command line's run of these settings ended after ${known.rounds} rounds in ${known.digest}.`,
      };
}

/** The trial of a record in the page that was played with these settings. */
function recordedTrial(
  { protocol, parameters, nodes, lossRatio, seed }: PanelSettings,
  records: readonly RunRecord[],
): TrialRecord | undefined {
  const same = records.filter((each) => {
    const { scenario } = each;
    return (
      protocolHere(each) === protocol &&
      scenario.nodes === nodes &&
      scenario.network["lossRatio"] === lossRatio &&
      Object.entries(parameters).every(([name, value]) => scenario.parameters[name] === value)
    );
  });
  return same
    .flatMap(({ arms }) => arms.flatMap(({ trials }) => trials))
    .find((trial) => trial.seed === seed);
}

/** Rows of the list of facts: HTML. */
export function factsOf(settings: PanelSettings, { record }: PanelTrial): string {
  const { digest, rounds, stopped, elapsedMs, nsPerNodeRound, metrics } = record;
  const missed = Math.round((metrics["residue"] ?? 0) * settings.nodes);
  const end = {
    coverage: "all informed",
    quiescent: "nothing was sent any more",
    "round-limit": "the limit of rounds",
    interrupted: "interrupted",
  }[stopped];
  const facts: [string, string][] = [
    ["Digest", `<code id="try-digest">${digest}</code>`],
    ["Same digest from", `<code id="try-command">${escape(commandOf(settings))}</code>`],
    ["Ended", escape(`after ${formatCount(rounds)} rounds: ${end}`)],
    ["Never informed", escape(`${formatCount(missed)} nodes`)],
    ["Copies per node", escape(trimmed(metrics["messagesPerNode"] ?? 0))],
    [
      "Time in this browser",
      escape(`${trimmed(elapsedMs)} ms, ${trimmed(nsPerNodeRound)} ns per node and round`),
    ],
  ];
  return facts.map(([name, value]) => `<div><dt>${name}</dt><dd>${value}</dd></div>`).join("\n");
}

export function curveOf(
  { protocol, nodes }: PanelSettings,
  { record }: PanelTrial,
): ChartWithTable {
  const { time, coverage } = record.series;
  const points = time.map((at, index) => [at, coverage[index]!] as const);
  const series = [{ label: protocol.id, style: 0, points }];
  const half = points.find(([, share]) => share >= 0.5)?.[0];
  const reached = half === undefined ? "never reached half" : `reached half in round ${half}`;
  return {
    model: {
      id: "try-coverage",
      title: "Nodes informed, by round, in this browser",
      summary: `${protocol.id} on ${formatCount(nodes)} nodes ${reached}.`,
      kind: "lines",
      x: { label: "round", format: "milliseconds", scale: "linear", min: 0 },
      y: { label: "share of nodes informed", format: "percent", scale: "linear", min: 0, max: 1 },
      series,
    },
    table: curveTable(
      "Share of nodes informed after each round, in this browser",
      "Round",
      series,
      (value) => formatValue(value, "percent"),
    ),
  };
}
