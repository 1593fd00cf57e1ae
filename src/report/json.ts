/** Records as one JSON list: what `hearsay report` reads again. */
import type { BenchRecord } from "../history/bench-record.js";
import type { RunRecord } from "../history/record.js";
import type { ValidateRecord } from "../history/validate-record.js";

export function renderJson(records: readonly (RunRecord | BenchRecord | ValidateRecord)[]): string {
  return `${JSON.stringify(records, null, 1)}\n`;
}
