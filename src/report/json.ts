/** Records as one JSON list: what `hearsay report` reads again. */
export function renderJson(records: readonly object[]): string {
  return `${JSON.stringify(records, null, 1)}\n`;
}
