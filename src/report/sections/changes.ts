/** Two runs compared: first what is not the same in scenario and environment, then every measure. */
import { renderChart } from "../chart.js";
import { changesChart } from "../charts/changes.js";
import { changesOf, differencesOf, type Difference, type Pair } from "../comparison.js";
import { escape } from "../escape.js";
import type { Run } from "../runs.js";
import { renderTable } from "../table.js";

/** Empty unless there are exactly two runs on one kind of clock. */
export function changesSection(runs: readonly Run[]): string {
  const [base, other, ...more] = runs;
  if (base === undefined || other === undefined || more.length > 0) return "";
  if (base.record.scenario.clock.kind !== other.record.scenario.clock.kind) return "";
  const pair: Pair = [base, other];
  const labels = [base.label, other.label] as const;
  const differences = differencesOf(pair);
  const chart = changesChart(changesOf(pair), labels);
  const table = {
    caption: "What is not the same in both runs",
    columns: ["Setting", ...labels].map((title) => ({ title, align: "left" as const })),
    rows: differences.map(({ name, values }) => [name, ...values]),
  };
  return `<section id="changes">
<h2>What changed</h2>
<p class="lead">${escape(differencesText(differences))}</p>
${differences.length === 0 ? "" : renderTable(table)}
${chart === undefined ? "" : `<div class="charts wide">${renderChart(chart)}</div>`}
</section>`;
}

function differencesText(differences: readonly Difference[]): string {
  const names = (where: Difference["where"]): string[] =>
    differences.filter((each) => each.where === where).map(({ name }) => name);
  const [scenario, environment] = [names("scenario"), names("environment")];
  const settings =
    scenario.length === 0
      ? "Both runs have the same settings."
      : `The scenarios differ in ${scenario.join(", ")}.`;
  const isOtherClass = environment.includes("class");
  const machines =
    environment.length === 0
      ? " Machine and build are the same."
      : ` Machine or build differ in ${environment.join(", ")}${isOtherClass ? ", so wall times are not compared" : ""}.`;
  return `${settings}${machines}`;
}
