/** Every metric of every run, folded where there are many. */
import { escape } from "../escape.js";
import type { Run } from "../runs.js";
import { renderTable } from "../table.js";
import { metricsTable } from "../tables.js";

/** So many runs stand unfolded. */
const OPEN_MAX = 4;

export function metricsSection(runs: readonly Run[]): string {
  const tables = runs.map((run) => {
    const table = metricsTable(run);
    const text = table.rows.length === 0 ? "<p>No trial was finished.</p>" : renderTable(table);
    const open = runs.length <= OPEN_MAX ? " open" : "";
    return `<details${open}><summary>${escape(run.label)}</summary>\n${text}\n</details>`;
  });
  return `<section id="metrics">
<h2>Every metric</h2>
${tables.join("\n")}
</section>`;
}
