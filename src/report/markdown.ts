/** Records as a GitHub-flavoured Markdown summary: for an issue, a pull request, a CI log. */
import type { RunRecord } from "../history/record.js";
import { environmentLines, commandsOf, statusText } from "./about.js";
import { slopeTable } from "./charts/growth.js";
import { lossCharts } from "./charts/loss.js";
import { reliabilityChart } from "./charts/reliability.js";
import { tradeOffTable } from "./charts/trade-off.js";
import { escapeMarkdown } from "./escape.js";
import { findingsSentence } from "./findings.js";
import { growthOf } from "./growth.js";
import { prepareRuns, type Run } from "./runs.js";
import { sweepsOf } from "./sweeps.js";
import type { Table } from "./table.js";
import { backendTable, costTable, spreadTable } from "./tables.js";
import { shownTradeOffs } from "./trade-off.js";

export function renderMarkdown(records: readonly RunRecord[]): string {
  const runs = prepareRuns(records);
  const tables: [heading: string, table: Table][] = [
    ...questionTables(runs),
    ["Spread, by rounds", spreadTable(runs, "round")],
    ["Spread, by simulated time", spreadTable(runs, "event")],
    ["Cost", costTable(runs)],
    ["WASM and TypeScript", backendTable(runs)],
  ];
  const parts = [
    "# Gossip benchmark",
    `**${escapeMarkdown(findingsSentence(runs))}**`,
    escapeMarkdown(statusText(runs)),
    ...tables
      .filter(([, { rows }]) => rows.length > 0)
      .map(([heading, table]) => `## ${heading}\n\n${renderMarkdownTable(table)}`),
    "## How to repeat it",
    ...commandsOf(runs).map((command) => codeBlock(command)),
    ...environmentLines(runs).map(escapeMarkdown),
  ];
  return `${parts.join("\n\n")}\n`;
}

/** Of charts that only many comparable runs have. */
function questionTables(runs: readonly Run[]): [heading: string, table: Table][] {
  const sweeps = sweepsOf(runs);
  const clocks = ["round", "event"] as const;
  const growth = clocks.flatMap((clock) => slopeTable(growthOf(sweeps, clock)) ?? []);
  const reliability = reliabilityChart(sweeps)?.table;
  const losses = clocks.flatMap((clock) => lossCharts(sweeps, clock)[0]?.table ?? []);
  return [
    ...growth.map((table): [string, Table] => ["Growth", table]),
    ...(reliability === undefined ? [] : [["Reliability", reliability] as [string, Table]]),
    ...losses.map((table): [string, Table] => ["Loss", table]),
    ...shownTradeOffs(runs).map((tradeOff): [string, Table] => [
      "Speed against cost",
      tradeOffTable(tradeOff),
    ]),
  ];
}

export function renderMarkdownTable({ caption, columns, rows }: Table): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [
    `${escapeMarkdown(caption)}.`,
    "",
    line(columns.map(({ title }) => escapeMarkdown(title))),
    line(columns.map(({ align }) => (align === "right" ? "---:" : ":---"))),
    ...rows.map((row) => line(row.map(escapeMarkdown))),
  ].join("\n");
}

/** A fence longer than any run of backticks inside it. */
function codeBlock(command: string): string {
  const longest = Math.max(2, ...[...command.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}sh\n${command}\n${fence}`;
}
