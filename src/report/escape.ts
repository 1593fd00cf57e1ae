/** The one door through which a record's text enters a page, a script block or a Markdown file. */

/** Control codes, overrides of the writing direction, and halves of surrogate pairs. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069\ufeff]/gu;

/** Text in which characters that act on a terminal, or turn the text around, are visible dots. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, "·");
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text for HTML, in an element or a quoted attribute alike. */
export function escape(text: string | number): string {
  return printable(String(text)).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? "");
}

/** Text that escape has made safe, as it was. */
export function unescape(html: string): string {
  return Object.entries(ENTITIES).reduceRight(
    (text, [character, entity]) => text.replaceAll(entity, character),
    html,
  );
}

/** JSON for a script element: no `<` is left that could end it or open a comment, and no code that acts. */
export function escapeJson(value: unknown): string {
  const escaped = (character: string): string =>
    `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return JSON.stringify(value).replace(UNPRINTABLE, escaped).replaceAll("<", escaped("<"));
}

/** Text for a cell of a GitHub-flavoured table: one line, no markup, no HTML, no mention. */
export function escapeMarkdown(text: string | number): string {
  return printable(String(text).replace(/\s+/g, " "))
    .replace(/[\\`*_[\]#|~$]/g, "\\$&")
    .replace(/[&<>]/g, (character) => ENTITIES[character] ?? "")
    .replaceAll("@", "@\u200b");
}
