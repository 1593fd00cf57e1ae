/** reports/index.html: every report with its sentence, newest first. */
import { renderDocument } from "./document.js";
import { escape } from "./escape.js";
import { plural } from "./format.js";

export const INDEX_TITLE = "Reports · hearsay";

export interface IndexEntry {
  /** Name of the report's file, beside the index. */
  readonly file: string;
  readonly title: string;
  /** ISO 8601. */
  readonly createdAt: string;
  readonly sentence: string;
}

export function renderIndex(entries: readonly IndexEntry[]): string {
  const newestFirst = [...entries].sort((a, b) => b.createdAt.localeCompare(a.createdAt));
  const items = newestFirst.map(
    ({ file, title, createdAt, sentence }) => `<li>
<h2><a href="./${encodeURIComponent(file)}">${escape(title)}</a></h2>
<p class="brand"><time datetime="${escape(createdAt)}">${escape(createdAt.slice(0, 16).replace("T", " "))}</time> · ${escape(file)}</p>
<p>${escape(sentence)}</p>
</li>`,
  );
  const body = `<header>
<p class="brand">hearsay <span>gossip benchmark</span></p>
<h1>Reports</h1>
<p class="status">${plural(entries.length, "report")}</p>
</header>
<main>
${items.length === 0 ? "<p>Nothing was run yet: <code>hearsay run demo</code> makes the first report.</p>" : `<ul class="index">\n${items.join("\n")}\n</ul>`}
</main>`;
  return renderDocument({ title: INDEX_TITLE, body });
}
