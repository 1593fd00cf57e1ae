/** Records of measuring without measuring: rows of drawn quads, judged by the real rule. */
import {
  renderMeasureRecord,
  type MeasureHeader,
  type MeasureRecord,
  type MeasureRow,
} from "../../src/history/measure-record.js";
import { judgedAgain } from "../../src/measure/merged.js";
import { plainVerdict } from "../../src/measure/verdicts.js";
import { lcg } from "../report/fixture.js";

export interface Drawn {
  readonly id: string;
  /** How much slower the head is. */
  readonly percent: number;
  readonly scope?: MeasureRow["scope"];
}

/** A row of eight rounds and, where it is slower, eight of a confirmation; noise of 0.2 %. */
export function drawnRow({ id, percent, scope = "call" }: Drawn, seed: number): MeasureRow {
  const random = lcg(seed);
  const noisy = (ns: number): number => ns * (1 + (random() - 0.5) / 250);
  const rounds = Array.from({ length: percent > 2 ? 16 : 8 }, (_, index) => {
    const quads = Array.from({ length: 3 }, () => {
      const head = 100 * (1 + percent / 100);
      const ns: [number, number, number, number] = [100, head, head, 100].map(noisy) as never;
      return { order: "ABBA" as const, ns };
    });
    const flat = { state: "flat" as const, ns: [100] };
    return {
      ...{ seed: index, confirms: index >= 8, quads },
      ...{ warmUp: { base: flat, head: flat }, costMs: 10 },
    };
  });
  const bare = {
    ...{ id, metric: "wall", unit: "ns/call", scope, kind: "wall" as const, size: 1 },
    ...{ status: "measured" as const, note: null, digests: { base: "d", head: "d" } },
    ...{ blockCalls: 1, overhead: 0, halving: 0.5, rounds, exact: null },
  };
  const verdict = { floor: 0.02 } as MeasureRow["verdict"];
  return { ...bare, verdict: plainVerdict({ ...bare, verdict }) };
}

export function drawnRecord(
  drawn: readonly Drawn[],
  header: Partial<MeasureHeader> = {},
  seed = 1,
): MeasureRecord {
  const canary: Drawn = { id: "canary/x", percent: 0, scope: "canary" };
  const rows = [canary, ...drawn].map((each, index) => drawnRow(each, seed * 1000 + index));
  return judgedAgain({
    header: {
      ...{ schema: 1, kind: "measure", id: "a", createdAt: "2026-01-01", purpose: "compare" },
      ...{ status: "complete", command: "hearsay compare a b", configHash: "c", seed: 1 },
      commits: { base: "a", head: "b" },
      environment: {
        ...{ node: "26.0.0", v8: "14", os: "Linux", arch: "x64", cpu: "cpu", cores: 2 },
        ...{ memoryBytes: 1, commit: null, dirty: null, wasmHash: "0123456789abcdef", flags: [] },
        class: "0123456789ab",
      },
      shard: { index: 1, count: 1 },
      ...{ looks: [8], quads: 3, rows: rows.length, canaries: [], ...header },
    },
    rows,
  });
}

export function drawnText(...args: Parameters<typeof drawnRecord>): string {
  return renderMeasureRecord(drawnRecord(...args));
}
