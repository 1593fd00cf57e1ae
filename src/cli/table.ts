/** Plain tables for the terminal: aligned columns within 80 characters, no borders. */

/** Narrowest terminal that is served; wider ones see the same table, so output can be compared. */
export const TERMINAL_COLUMNS = 80;

const GAP = "  ";
/** A shrunk column keeps at least this much. */
const COLUMN_MIN = 8;

export interface Column {
  readonly title: string;
  readonly align: "left" | "right";
}

/**
 * Rows as text, title line first. The widest left-aligned column is shortened (with an ellipsis) until all fits
 * into `width`; the last column, when left-aligned, is wrapped by nobody and shortened like the rest.
 */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width = TERMINAL_COLUMNS,
): string {
  const cells = [columns.map(({ title }) => title), ...rows];
  const widths = columns.map((_, column) =>
    Math.max(...cells.map((row) => [...(row[column] ?? "")].length)),
  );
  shrink(widths, columns, width);
  const lines = cells.map((row) =>
    columns
      .map(({ align }, column) => fitted(row[column] ?? "", widths[column]!, align))
      .join(GAP)
      .trimEnd(),
  );
  return lines.join("\n");
}

/** Takes characters from the widest left-aligned column until the table fits or nothing is left. */
function shrink(widths: number[], columns: readonly Column[], width: number): void {
  const total = (): number =>
    widths.reduce((sum, each) => sum + each, GAP.length * (widths.length - 1));
  while (total() > width) {
    let widest = -1;
    columns.forEach(({ align }, column) => {
      const canShrink = align === "left" && widths[column]! > COLUMN_MIN;
      if (canShrink && (widest < 0 || widths[column]! > widths[widest]!)) widest = column;
    });
    if (widest < 0) return;
    widths[widest]!--;
  }
}

function fitted(text: string, width: number, align: Column["align"]): string {
  const characters = [...text];
  if (characters.length > width) return `${characters.slice(0, width - 1).join("")}…`;
  const padding = " ".repeat(width - characters.length);
  return align === "right" ? padding + text : text + padding;
}
