/** Raw data to take away, the settings of each run, the machine, and how it was measured. */
import { environmentOf, settingsOf, type Facts } from "../facts.js";
import type { Run } from "../runs.js";
import { renderTable, type Table } from "../table.js";

export function dataSection(runs: readonly Run[]): string {
  return `<section id="data">
<h2>Data and method</h2>
<p class="downloads"><button type="button" id="download-json">Download records (JSON)</button> <button type="button" id="download-csv">Download every trial (CSV)</button></p>
${renderTable(settingsTable(runs))}
${renderTable(environmentTable(runs))}
<h3>How it was measured</h3>
<p>A trial is a pure function of protocol, parameters, network, seed and number of nodes. Trial <i>k</i> runs on seed + <i>k</i>, and both backends run the same seeds: their digests, taken over the final state, must be equal before times are compared. Spread and cost therefore do not depend on the backend; times do.</p>
<p>The mean's 95 % interval is Student's over trials, so it says how the mean would vary under other seeds. The speed-up pairs the two backends' trials of one seed. Load, hops and picture come from one more, traced trial, whose digest equals that of the timed trial of the same seed; no time is taken from it. Times compare only within one environment class.</p>
</section>`;
}

/** One column per run, one row per setting that any of them has. */
function settingsTable(runs: readonly Run[]): Table {
  return transposed("Settings of each run", "Setting", runs, runs.map(settingsOf));
}

function environmentTable(runs: readonly Run[]): Table {
  return transposed("Environment of each run", "Machine", runs, runs.map(environmentOf));
}

/** Runs that agree on everything share a column. */
function transposed(
  caption: string,
  first: string,
  runs: readonly Run[],
  values: readonly Facts[],
): Table {
  const texts = values.map((map) => JSON.stringify([...map]));
  const isSame = texts.length > 1 && new Set(texts).size === 1;
  const columns = isSame
    ? [{ title: "All runs", align: "left" as const }]
    : runs.map(({ label }) => ({ title: label, align: "left" as const }));
  const shown = isSame ? values.slice(0, 1) : values;
  const keys = [...new Set(values.flatMap((map) => [...map.keys()]))];
  return {
    caption,
    columns: [{ title: first, align: "left" }, ...columns],
    rows: keys.map((key) => [key, ...shown.map((map) => String(map.get(key) ?? "–"))]),
  };
}
