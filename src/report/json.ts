/** Records as one JSON list: what `hearsay report` reads again. */
import type { BenchRecord } from "../history/bench-record.js";
import type { RunRecord } from "../history/record.js";
import type { ValidateRecord } from "../history/validate-record.js";
import type { ViewsRecord } from "../history/views-record.js";

type AnyRecord = RunRecord | BenchRecord | ValidateRecord | ViewsRecord;

export function renderJson(records: readonly AnyRecord[]): string {
  return `${JSON.stringify(records, null, 1)}\n`;
}
