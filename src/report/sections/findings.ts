/** Top of the page: the sentence, the status, the machine, the command. */
import { commandsOf, environmentLines, statusText } from "../about.js";
import { escape } from "../escape.js";
import { findingsSentence } from "../findings.js";
import type { Run } from "../runs.js";

export interface Heading {
  readonly title: string;
  readonly generatedAt: string;
}

export function findingsSection(runs: readonly Run[], { title, generatedAt }: Heading): string {
  const isWrong = runs.some(({ record }) => record.agreement.digestsEqual === false);
  const isPartial = runs.some(({ record }) => record.status === "partial");
  const mark = isWrong ? "✗" : isPartial ? "△" : "✓";
  const state = isWrong ? "wrong" : isPartial ? "partial" : "fine";
  const commands = commandsOf(runs)
    .map((command) => `<pre class="command" tabindex="0"><code>${escape(command)}</code></pre>`)
    .join("\n");
  const lines = environmentLines(runs).map((line) => `<p>${escape(line)}</p>`);
  return `<header>
<p class="brand">hearsay <span>gossip benchmark · <time datetime="${escape(generatedAt)}">${escape(generatedAt.slice(0, 16).replace("T", " "))}</time></span></p>
<h1>${escape(title)}</h1>
<p class="finding">${escape(findingsSentence(runs))}</p>
<p class="status ${state}"><span aria-hidden="true">${mark}</span> ${escape(statusText(runs))}</p>
<div class="about">
${lines.join("\n")}
${commands === "" ? "" : `<p>Repeat it:</p>\n${commands}`}
</div>
</header>`;
}
