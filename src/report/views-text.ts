/** Records of overlays as Markdown, and as CSV: one row per trial and round. */
import type { ViewsRecord } from "../history/views-record.js";
import { machineLine } from "./about.js";
import { csvCell } from "./csv.js";
import { escapeMarkdown } from "./escape.js";
import { renderMarkdownTable } from "./markdown.js";
import { labelledOverlays, overlaysTable, overlayTimesTable } from "./views-tables.js";

export function renderViewsMarkdown(records: readonly ViewsRecord[]): string {
  const overlays = labelledOverlays(records);
  const parts = [
    "# Views of peer sampling",
    renderMarkdownTable(overlaysTable(overlays)),
    renderMarkdownTable(overlayTimesTable(overlays)),
    ...records.map(({ command }) => `Repeat it: ${escapeMarkdown(command)}`),
    ...new Set(records.map(({ environment }) => escapeMarkdown(machineLine(environment)))),
  ];
  return `${parts.join("\n\n")}\n`;
}

const COLUMNS =
  "record,created_at,overlay,nodes,seed,phase,round,in_degree_sd,clustering,path_length,dead_links_per_node,components,largest_share";

export function renderViewsCsv(records: readonly ViewsRecord[]): string {
  const lines = [COLUMNS];
  const add = (cells: readonly (string | number | null)[]): void => {
    lines.push(cells.map(csvCell).join(","));
  };
  for (const { id, createdAt, nodes, overlays } of records) {
    for (const { name, trials } of overlays) {
      for (const { seed, points, healing } of trials) {
        const shared = [id, createdAt, name, nodes, seed];
        for (const { round, inDegreeSd, clustering, pathLength, components } of points) {
          const figures = [inDegreeSd, clustering, pathLength];
          add([...shared, "running", round, ...figures, null, components, null]);
        }
        for (const { round, deadLinksPerNode, components, largestShare } of healing) {
          const none = [null, null, null];
          add([...shared, "healing", round, ...none, deadLinksPerNode, components, largestShare]);
        }
      }
    }
  }
  return `${lines.join("\r\n")}\r\n`;
}
