/**
 * Records -> one offline HTML page. Each section is a function of the runs; a new part of the report
 * is one more file in sections/ and one more line in SECTIONS.
 */
import type { RunRecord } from "../history/record.js";
import { clientScript, renderDocument } from "./document.js";
import { escape, escapeJson } from "./escape.js";
import { readPictures, recordsWithin, type Pictures } from "./picture-data.js";
import { spreadsNothing, prepareRuns, type Run } from "./runs.js";
import { backendsSection } from "./sections/backends.js";
import { changesSection } from "./sections/changes.js";
import { costSection } from "./sections/cost.js";
import { dataSection } from "./sections/data.js";
import { detectorsSection } from "./sections/detectors.js";
import { findingsSection } from "./sections/findings.js";
import { growthSection } from "./sections/growth.js";
import { metricsSection } from "./sections/metrics.js";
import { pictureSection } from "./sections/picture.js";
import { spreadSection } from "./sections/spread.js";
import { trySection } from "./sections/try.js";
import { tradeOffsSection } from "./sections/trade-offs.js";

export interface ReportOptions {
  readonly title?: string;
  /** ISO 8601; passed in, so that the same records give the same bytes. */
  readonly generatedAt: string;
}

interface Section {
  readonly id: string;
  readonly name: string;
  readonly render: (runs: readonly Run[], pictures: Pictures) => string;
}

const rumors = (runs: readonly Run[]): Run[] => runs.filter((run) => !spreadsNothing(run));

const SECTIONS: readonly Section[] = [
  { id: "changes", name: "What changed", render: changesSection },
  // The next two answer questions about many runs, and are empty for few.
  { id: "growth", name: "Growth", render: growthSection },
  { id: "trade-offs", name: "Trade-offs", render: (runs) => tradeOffsSection(rumors(runs)) },
  { id: "detection", name: "Detection", render: detectorsSection },
  { id: "spread", name: "Spread", render: (runs) => spreadSection(rumors(runs)) },
  { id: "picture", name: "Picture", render: (_, pictures) => pictureSection(pictures) },
  { id: "try", name: "Try it here", render: trySection },
  { id: "cost", name: "Cost", render: costSection },
  { id: "backends", name: "WASM and TypeScript", render: backendsSection },
  { id: "metrics", name: "Metrics", render: metricsSection },
  { id: "data", name: "Data and method", render: dataSection },
];

/**
 * @param records every kind of run, in the order in which they are to be shown
 * @throws InputError for a picture that is not what its record says
 */
export function renderReport(records: readonly RunRecord[], options: ReportOptions): string {
  const runs = prepareRuns(records);
  const pictures = readPictures(runs);
  const title = options.title ?? titleOf(runs);
  const sections = SECTIONS.map(({ id, name, render }) => ({
    id,
    name,
    html: runs.length === 0 ? "" : render(runs, pictures),
  })).filter(({ html }) => html !== "");
  const links = sections.map(({ id, name }) => `<li><a href="#${id}">${escape(name)}</a></li>`);
  const body = `${findingsSection(runs, { title, generatedAt: options.generatedAt })}
${links.length === 0 ? "" : `<nav aria-label="Sections"><ul>${links.join("")}</ul></nav>`}
<main>
${sections.map(({ html }) => html).join("\n")}
</main>
<script type="application/json" id="records">${escapeJson(recordsWithin(runs, pictures))}</script>
<script type="application/json" id="labels">${escapeJson(runs.map(({ label }) => label))}</script>`;
  const isEmpty = runs.length === 0;
  const script = clientScript(isEmpty ? "client" : "panel");
  return renderDocument({ title: `${title} · hearsay`, body, script, runsWasm: !isEmpty });
}

function titleOf(runs: readonly Run[]): string {
  const first = runs[0];
  if (first === undefined) return "No runs";
  return runs.length === 1 ? first.record.scenario.title : `${runs.length} gossip runs compared`;
}
