/** Records of paired measuring as the sampler would write them: drawn times, real verdicts. */
import {
  parseMeasureRecord,
  renderMeasureRecord,
  type MeasureRecord,
  type MeasureRow,
  type WarmUp,
} from "../../src/history/measure-record.js";
import { canariesOf, withVerdicts } from "../../src/measure/verdicts.js";
import { uniform } from "../../src/measure/random.js";
import { makeRecord } from "./fixture.js";

export interface MeasureSettings {
  readonly names: readonly string[];
  readonly rounds: number;
  readonly quads: number;
  /** Change of each row, head over base; rows beyond its end do not change. */
  readonly changes: readonly number[];
  readonly text?: string;
}

const CALLS = 1024;

export function measureRecord(settings: MeasureSettings): MeasureRecord {
  const { rounds, quads, text } = settings;
  const random = uniform(7);
  const looks = [rounds];
  const rows = [
    ...settings.names.map((name, index) =>
      drawnRow(name, settings.changes[index] ?? 0, { rounds, quads, random }),
    ),
    { ...drawnRow("canary/js-integer", 0, { rounds, quads, random }), scope: "canary" as const },
  ];
  const judged = withVerdicts(rows, { looks, seed: 1 });
  const { environment } = makeRecord({ name: "x", mode: "push", nodes: 64, trials: 1 });
  const record: MeasureRecord = {
    header: {
      ...{
        schema: 1,
        kind: "measure",
        id: text ?? "0a1b2c3d",
        createdAt: "2026-03-14T09:26:53.000Z",
      },
      ...{ purpose: "gate", status: "complete", command: text ?? "hearsay gate --base main" },
      ...{
        configHash: text ?? "00112233",
        commits: { base: text ?? "main", head: text ?? "HEAD" },
      },
      ...{ seed: 1, environment, shard: { index: 1, count: 1 }, looks, quads },
      ...{ rows: judged.length, canaries: canariesOf(judged) },
    },
    rows: judged,
  };
  // Through the file, whose order of fields is that of its schema.
  return parseMeasureRecord("fixture", renderMeasureRecord(record));
}

interface Draws {
  readonly rounds: number;
  readonly quads: number;
  readonly random: () => number;
}

function drawnRow(id: string, change: number, { rounds, quads, random }: Draws): MeasureRow {
  const base = 2000 + 1000 * random();
  const time = (side: "A" | "B"): number => {
    const noise = 0.004 * (random() + random() + random() - 1.5);
    return Math.round(base * CALLS * (side === "A" ? 1 : 1 + change) * (1 + noise)) / CALLS;
  };
  const warmUp = (side: "A" | "B"): WarmUp => ({
    state: "warm-up",
    ns: Array.from({ length: 40 }, (_, block) => time(side) * (1 + 2 * Math.exp(-block / 4))),
  });
  const confirming = change > 0.02 ? 8 : 0;
  const drawn = Array.from({ length: rounds + confirming }, (_, round) => ({
    seed: round,
    confirms: round >= rounds,
    quads: Array.from({ length: quads }, () => {
      const order = random() < 0.5 ? ("ABBA" as const) : ("BAAB" as const);
      const ns = [...order].map((letter) => time(letter as "A" | "B"));
      return { order, ns: ns as [number, number, number, number] };
    }),
    warmUp: { base: warmUp("A"), head: warmUp("B") },
    costMs: 1000,
  }));
  return {
    ...{ id, metric: "time", unit: "ns", scope: "compute", kind: "wall", size: 1, note: null },
    ...{ status: "measured", digests: { base: "a", head: "a" }, blockCalls: CALLS },
    ...{ overhead: 0.01, halving: 0.5, rounds: drawn, exact: null },
    verdict: {
      ...{ state: "inconclusive", note: null, delta: null, standardError: null, ci95: null },
      ...{ floor: 0.02, pRegressed: null, pImproved: null, pEquivalent: null, detectable: null },
      ...{ rounds, look: 0 },
    },
  };
}
