/** Raw data to take away, the settings of each run, the machine, and how it was measured. */
import { formatValue } from "../format.js";
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
  const all = runs.map(({ record: { id, createdAt, status, scenario } }) => {
    const { title, protocol, nodes, clock, seed, trials, parameters, network } = scenario;
    const isEvent = clock.kind === "event";
    return new Map<string, string | number | boolean>([
      ["record", id],
      ["created", createdAt],
      ["status", status],
      ["title", title],
      ["protocol", protocol],
      ["nodes", formatValue(nodes, "count")],
      ["clock", clock.kind],
      ["tick", isEvent ? `${clock.tickMs} ms` : "–"],
      ["period", isEvent ? formatValue(clock.periodTicks * clock.tickMs, "duration") : "1 round"],
      ["first seed", seed],
      ["trials asked for", trials],
      ...Object.entries(parameters).map(([key, value]) => [`parameter ${key}`, value] as const),
      ...Object.entries(network).map(([key, value]) => [`network ${key}`, value] as const),
    ]);
  });
  return transposed("Settings of each run", "Setting", runs, all);
}

function environmentTable(runs: readonly Run[]): Table {
  const all = runs.map(({ record: { environment } }) => {
    const { memoryBytes, commit, dirty, flags, wasmHash, class: kind, ...rest } = environment;
    const changes = dirty === null ? "unknown" : dirty ? "uncommitted changes" : "none";
    return new Map<string, string | number | boolean>([
      ...Object.entries(rest),
      ["memory", formatValue(memoryBytes, "bytes")],
      ["commit", commit ?? "unknown"],
      ["changes", changes],
      ["flags", flags.length === 0 ? "none" : flags.join(" ")],
      ["WASM module", wasmHash],
      ["class", kind],
    ]);
  });
  return transposed("Environment of each run", "Machine", runs, all);
}

/** Runs that agree on everything share a column. */
function transposed(
  caption: string,
  first: string,
  runs: readonly Run[],
  values: readonly ReadonlyMap<string, string | number | boolean>[],
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
