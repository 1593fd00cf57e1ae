/** What a run prints at its end: one row per scenario and backend, then the verdicts. */
import { styleText } from "node:util";
import type { Arm, RunRecord } from "../history/record.js";
import { formatDuration, trimmed } from "../units.js";
import { renderTable, type Column } from "./table.js";

const COLUMNS: readonly Column[] = [
  { title: "scenario", align: "left" },
  { title: "backend", align: "left" },
  { title: "to 99 %", align: "right" },
  { title: "to 100 %", align: "right" },
  { title: "msgs/node", align: "right" },
  { title: "trial time", align: "right" },
  { title: "ns/node/round", align: "right" },
];

/** Means over the trials, as text of at most 80 columns. */
export function renderSummary(
  records: readonly RunRecord[],
  stream: NodeJS.WritableStream,
): string {
  const rows = records.flatMap((record) => record.arms.map((arm) => armRow(record, arm)));
  const [title = "", ...lines] = renderTable(COLUMNS, rows).split("\n");
  const verdicts = records.map((record) => verdict(record));
  return [styleText("bold", title, { stream }), ...lines, "", ...verdicts].join("\n");
}

function armRow(record: RunRecord, arm: Arm): string[] {
  const isTimed = record.scenario.clock.kind === "event";
  const [prefix, format] = isTimed
    ? (["latencyMsTo", formatDuration] as const)
    : (["roundsTo", (rounds: number) => `${trimmed(rounds)} r`] as const);
  const mean = (metric: string, shown: (value: number) => string): string => {
    const value = arm.summary[metric]?.mean;
    return value === undefined || value === null ? "-" : shown(value);
  };
  return [
    record.scenario.name,
    arm.backend,
    mean(`${prefix}99`, format),
    mean(`${prefix}100`, format),
    mean("messagesPerNode", trimmed),
    mean("elapsedMs", formatDuration),
    mean("nsPerNodeRound", trimmed),
  ];
}

/** "push: wasm is 2.61x as fast as ts (95 % interval 2.5 to 2.7, 5 pairs); digests equal". */
function verdict({ scenario, agreement, comparison, status }: RunRecord): string {
  const parts: string[] = [];
  const { speedup } = comparison;
  if (speedup !== null) {
    const [low, high] = speedup.ci95;
    const interval =
      low === null || high === null ? "" : ` (95 % interval ${trimmed(low)} to ${trimmed(high)})`;
    parts.push(`wasm ${trimmed(speedup.ratio)}x as fast as ts${interval}`);
  }
  if (agreement.digestsEqual !== null) {
    parts.push(agreement.digestsEqual ? "digests equal" : "DIGESTS DIFFER");
  }
  if (status === "partial") parts.push("partial");
  return parts.length === 0 ? `${scenario.name}: done` : `${scenario.name}: ${parts.join("; ")}`;
}
