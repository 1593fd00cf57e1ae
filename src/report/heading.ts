/** Top of a page: the brand, the sentence, the state of the records, the machine, the command. */
import type { Environment } from "../history/record.js";
import { machineLine } from "./about.js";
import { escape, printable } from "./escape.js";

export interface Heading {
  /** What kind of page it is: "kernel benchmark". */
  readonly kind: string;
  readonly title: string;
  /** ISO 8601. */
  readonly generatedAt: string;
  /** One sentence made from the numbers. */
  readonly finding: string;
  readonly state: "wrong" | "partial" | "fine";
  readonly status: string;
}

interface Origin {
  readonly environment: Environment;
  readonly command: string;
}

const MARKS = { wrong: "✗", partial: "△", fine: "✓" } as const;

/** Machines and commands of the records stand once each. */
export function renderHeading(heading: Heading, records: readonly Origin[]): string {
  const { kind, title, generatedAt, finding, state, status } = heading;
  const lines = [...new Set(records.map(({ environment }) => machineLine(environment)))];
  const commands = [...new Set(records.map(({ command }) => printable(command)))];
  const shown = commands.map(
    (command) => `<pre class="command" tabindex="0"><code>${escape(command)}</code></pre>`,
  );
  return `<header>
<p class="brand">hearsay <span>${escape(kind)} · <time datetime="${escape(generatedAt)}">${escape(generatedAt.slice(0, 16).replace("T", " "))}</time></span></p>
<h1>${escape(title)}</h1>
<p class="finding">${escape(finding)}</p>
<p class="status ${state}"><span aria-hidden="true">${MARKS[state]}</span> ${escape(status)}</p>
<div class="about">
${lines.map((line) => `<p>${escape(line)}</p>`).join("\n")}
${shown.length === 0 ? "" : `<p>Repeat it:</p>\n${shown.join("\n")}`}
</div>
</header>`;
}
