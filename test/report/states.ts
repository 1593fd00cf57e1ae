/** Pages in the states a reader may meet, for tools/states.mjs; the tests have their own. */
import type { RunRecord } from "../../src/history/record.js";
import { renderReport } from "../../src/report/page.js";
import {
  demoRecords,
  HOSTILE_TEXTS,
  hostileRecord,
  makeRecord,
  manyRecords,
  partialRecord,
  suiteRecords,
} from "./fixture.js";

const OPTIONS = { generatedAt: "2026-03-14T09:20:00.000Z" };
const LONG =
  "a protocol whose name is much longer than any chart is wide, with everything that was set about it";

function named(record: RunRecord, name: string): RunRecord {
  return { ...record, scenario: { ...record.scenario, name, title: name } };
}

/** @returns HTML by name */
export function pages(): Record<string, string> {
  const one = makeRecord({ name: "push", mode: "push", nodes: 1000, trials: 1 });
  const [first, second] = demoRecords(3000, 3);
  const long = [named(first!, LONG), named(second!, `${LONG} and more`)];
  const failed: RunRecord = { ...first!, agreement: { digestsEqual: false } };
  const states: Record<string, readonly RunRecord[]> = {
    empty: [],
    one: [one],
    demo: demoRecords(3000, 4),
    partial: [partialRecord()],
    failed: [failed, partialRecord()],
    many: manyRecords(40),
    long,
    suite: suiteRecords(),
    hostile: HOSTILE_TEXTS.map(hostileRecord),
  };
  return Object.fromEntries(
    Object.entries(states).map(([name, records]) => [name, renderReport(records, OPTIONS)]),
  );
}
