/** A table as data, and as the markup that stands in the page whether scripts run or not. */
import { escape } from "./escape.js";

export interface Column {
  readonly title: string;
  readonly align: "left" | "right";
}

export interface Table {
  /** Says what the rows are; unique within a page. */
  readonly caption: string;
  readonly columns: readonly Column[];
  /** Text, not yet escaped; the first cell names the row. */
  readonly rows: readonly (readonly string[])[];
}

/** The first column is text and names the row, all others hold figures. */
export function figureColumns(first: string, ...others: readonly string[]): Column[] {
  return [
    { title: first, align: "left" },
    ...others.map((title): Column => ({ title, align: "right" })),
  ];
}

/** A table wider than the page scrolls within its own frame, which the keyboard can reach. */
export function renderTable({ caption, columns, rows }: Table): string {
  const alignment = columns.map(({ align }) =>
    align === "right" ? ' class="figure"' : ' class="text"',
  );
  const head = columns.map(
    ({ title }, index) => `<th scope="col"${alignment[index]}>${escape(title)}</th>`,
  );
  const body = rows.map((row) => {
    const cells = row.map((text, index) =>
      index === 0
        ? `<th scope="row"${alignment[0]}>${escape(text)}</th>`
        : `<td${alignment[index] ?? ""}>${escape(text)}</td>`,
    );
    return `<tr>${cells.join("")}</tr>`;
  });
  return `<div class="scroll" tabindex="0"><table>
<caption>${escape(caption)}</caption>
<thead><tr>${head.join("")}</tr></thead>
<tbody>
${body.join("\n")}
</tbody></table></div>`;
}
